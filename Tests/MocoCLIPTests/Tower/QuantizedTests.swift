import CKernels
import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor
import Testing

/// The image tower in 8-bit integers. Serialized: the copy of the kernels in use is the process's.
@Suite(.serialized) struct QuantizedTests {
  private func whole(_ x: Double) -> Double { x.rounded(.toNearestOrEven) }

  /// Products against their definition, in every copy that this processor runs.
  @Test(arguments: [[1, 1, 1], [3, 5, 7], [20, 33, 65], [130, 70, 101], [5, 64, 512]])
  func productsAreAsDefined(_ shape: [Int]) throws {
    let (m, n, k) = (shape[0], shape[1], shape[2])
    var random = Philox(seed: 3, stream: "quantized")
    var x = (0..<m * k).map { _ in random.nextNormal() }
    let w = (0..<n * k).map { _ in random.nextNormal() }
    let bias = (0..<n).map { _ in random.nextNormal() }
    if m > 2 { for i in 0..<k { x[2 * k + i] = 0 } }
    func quantized(_ row: ArraySlice<Float>) -> (scale: Float, values: [Int32]) {
      let most = row.map(abs).max() ?? 0
      guard most >= 1e-30 else { return (0, row.map { _ in 0 }) }
      let inverse = 127 / most
      return (most / 127, row.map { Int32(($0 * inverse).rounded(.toNearestOrEven)) })
    }
    let rows = (0..<m).map { quantized(x[$0 * k..<($0 + 1) * k]) }
    let channels = (0..<n).map { quantized(w[$0 * k..<($0 + 1) * k]) }
    var expected = [Float](repeating: 0, count: m * n)
    for i in 0..<m {
      for j in 0..<n {
        let sum = zip(rows[i].values, channels[j].values).reduce(Int32(0)) { $0 &+ $1.0 &* $1.1 }
        expected[i * n + j] = bias[j] + Float(sum) * (rows[i].scale * channels[j].scale)
      }
    }
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: moco_quantized_size(n, k), alignment: 64)
    let room = UnsafeMutableRawPointer.allocate(byteCount: moco_quantized_room(k), alignment: 64)
    defer {
      bytes.deallocate()
      room.deallocate()
    }
    let packed = bytes.bindMemory(to: Int8.self, capacity: moco_quantized_size(n, k))
    var (scales, sums) = ([Float](repeating: 0, count: n), [Int32](repeating: 0, count: n))
    moco_quantized_pack(w, n, k, packed, &scales, &sums)
    for copy in KernelFamily.copies {
      var c = [Float](repeating: .nan, count: m * n)
      KernelFamily.with(copy) {
        x.withUnsafeBufferPointer { x in
          bias.withUnsafeBufferPointer { bias in
            scales.withUnsafeBufferPointer { scales in
              sums.withUnsafeBufferPointer { sums in
                c.withUnsafeMutableBufferPointer { c in
                  var product = moco_quantized()
                  (product.m, product.n, product.k) = (m, n, k)
                  (product.x, product.x_stride, product.packed) = (x.baseAddress, k, UnsafePointer(packed))
                  (product.scales, product.sums, product.bias) = (
                    scales.baseAddress, sums.baseAddress, bias.baseAddress
                  )
                  (product.c, product.c_stride, product.room) = (c.baseAddress, n, room)
                  moco_quantized_run(&product)
                }
              }
            }
          }
        }
      }
      #expect(c.map(\.bitPattern) == expected.map(\.bitPattern), "\(copy)")
    }
  }

  @Test func rowsThatAreNoNumbersGiveNone() throws {
    let w: [Float] = [1, 2, 3, 4, 5, 6]
    let matrix = try encoded(rows: [[1, .nan, 2], [1, .infinity, 2], [1, 1, 1]], weights: w)
    #expect(matrix[0].allSatisfy(\.isNaN) && matrix[1].allSatisfy(\.isNaN))
    #expect(matrix[2].allSatisfy { $0.isFinite && $0 > 5 })
  }

  private func encoded(rows: [[Float]], weights: [Float]) throws -> [[Float]] {
    let (k, n) = (rows[0].count, weights.count / rows[0].count)
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: moco_quantized_size(n, k), alignment: 64)
    let room = UnsafeMutableRawPointer.allocate(byteCount: moco_quantized_room(k), alignment: 64)
    defer {
      bytes.deallocate()
      room.deallocate()
    }
    let packed = bytes.bindMemory(to: Int8.self, capacity: moco_quantized_size(n, k))
    var (scales, sums) = ([Float](repeating: 0, count: n), [Int32](repeating: 0, count: n))
    moco_quantized_pack(weights, n, k, packed, &scales, &sums)
    let x = rows.flatMap { $0 }
    var c = [Float](repeating: 0, count: rows.count * n)
    x.withUnsafeBufferPointer { x in
      scales.withUnsafeBufferPointer { scales in
        sums.withUnsafeBufferPointer { sums in
          c.withUnsafeMutableBufferPointer { c in
            var product = moco_quantized()
            (product.m, product.n, product.k) = (rows.count, n, k)
            (product.x, product.x_stride, product.packed) = (x.baseAddress, k, UnsafePointer(packed))
            (product.scales, product.sums) = (scales.baseAddress, sums.baseAddress)
            (product.c, product.c_stride, product.room) = (c.baseAddress, n, room)
            moco_quantized_run(&product)
          }
        }
      }
    }
    return (0..<rows.count).map { Array(c[$0 * n..<($0 + 1) * n]) }
  }

  private func config(imageSize: Int = 16) -> CLIPConfig {
    CLIPConfig(
      embedDim: 24, vision: VisionConfig(imageSize: imageSize, patchSize: 4, width: 48, layers: 3, heads: 3),
      text: TextConfig(context: 8, vocabulary: 520, width: 64, layers: 1, heads: 1))
  }

  /// Small images attend by lists, large ones by products.
  @Test(arguments: [(1, 16), (5, 16), (2, 40)])
  func featuresAreNearThoseOfSinglePrecision(_ batch: Int, _ imageSize: Int) throws {
    let config = config(imageSize: imageSize)
    let clip = try CLIPModel.random(config: config, seed: 4)
    var random = Philox(seed: 1, stream: "pixels")
    let size = config.vision.imageSize
    let pixels = try Tensor.randn([batch, config.vision.channels, size, size], &random)
    let exact = try clip.encodeImageFrozen(pixels).toFloats()
    try clip.setImagePrecision(.int8)
    let features = try clip.encodeImageFrozen(pixels)
    let near = try features.toFloats()
    #expect(exact != near)
    let d = config.embedDim
    for i in 0..<batch {
      func dot(_ a: [Float], _ b: [Float]) -> Float { (i * d..<(i + 1) * d).reduce(0) { $0 + a[$1] * b[$1] } }
      let cosine = dot(exact, near) / (dot(exact, exact) * dot(near, near)).squareRoot()
      #expect(cosine > 0.999)
    }
    // The same through every door, and again when weights change.
    #expect(try clip.encodeImage(Variable(pixels)).value.toFloats() == near)
    #expect(try clip.sharingValues().encodeImageFrozen(pixels).toFloats() == near)
    let weight = try clip.parameter("visual.transformer.resblocks.0.mlp.c_fc.weight")
    weight.value = try weight.value.affine(2, 0)
    let other = try clip.encodeImageFrozen(pixels).toFloats()
    #expect(other != near)
    try clip.setImagePrecision(.float32)
    #expect(try clip.encodeImageFrozen(pixels).toFloats() != other)
  }

  @Test func whatInt8CannotDoIsRefused() throws {
    let clip = try CLIPModel.random(config: config(), seed: 4)
    try clip.setImagePrecision(.int8)
    let size = clip.config.vision.imageSize
    let pixels = Variable(try Tensor.zeros([1, clip.config.vision.channels, size, size]))
    func code(_ body: () throws -> Void) -> String? {
      do { try body() } catch { return (error as? Failure)?.code }
      return nil
    }
    #expect(code { _ = try clip.encodeImage(pixels, prompts: VisionPrompts(), output: .patches) } == "E0605")
    #expect(code { _ = try clip.encodeImage(pixels, taps: TowerTaps()) } == "E0605")
    clip.setTrainable(prefix: "visual.")
    #expect(code { _ = try clip.encodeImage(pixels) } == "E0605")
    #expect(code { _ = try clip.encodeImageFrozen(pixels.value) } == nil)
  }
}
