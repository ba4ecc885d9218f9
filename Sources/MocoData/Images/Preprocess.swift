import CKernels
import MocoBase
import MocoCLIP
import MocoTensor

// S: pixels of the side. C: channels.

/// How an image becomes the input of a tower: resize and crop by the transform, channels, normalization.
public struct Preprocess: Sendable, Hashable {
  /// S, pixels of the side.
  public let size: Int
  /// C: 1 or 3.
  public let channels: Int
  /// Per channel: a value x in [0, 1] becomes (x − mean) / std.
  public let mean: [Float]
  /// Per channel, as `mean`.
  public let std: [Float]
  /// Resize and crop of test images. Training crops are always bicubic.
  public let transform: ImageTransform

  /// Not checked here: invalid values throw E0513 on use.
  public init(
    size: Int, channels: Int = 3, mean: [Float], std: [Float], transform: ImageTransform = ImageTransform()
  ) {
    self.size = size
    self.channels = channels
    self.mean = mean
    self.std = std
    self.transform = transform
  }

  /// The preprocessing of a model, by its configuration.
  public init(_ config: CLIPConfig) {
    self.init(
      size: config.vision.imageSize, channels: config.vision.channels, mean: config.mean, std: config.std,
      transform: config.images)
  }

  /// - Throws: E0513 if this cannot be applied to any image.
  func validate() throws {
    guard size > 0, size <= 1 << 14, channels == 1 || channels == 3, mean.count == channels,
      std.count == channels
    else {
      throw Failure(
        "E0513",
        "cannot prepare images of \(size) × \(size) pixels with \(channels) channels, \(mean.count) means and \(std.count) standard deviations",
        help: "use 1 or 3 channels, with one mean and one standard deviation per channel")
    }
  }

  /// Values in one image's tensor.
  var valueCount: Int { size * size * channels }

  static func sizeError(_ width: Int, _ height: Int) -> Failure {
    Failure(
      "E0513", "cannot create an image of \(width) × \(height) pixels",
      help: "use sides of at least 1, and at most \(Image.pixelLimit) pixels in all")
  }
}

extension Preprocess {
  /// A test image's tensor. Shape: [C, S, S].
  ///
  /// - Throws: E0513.
  public func tensor(_ image: Image) throws -> Tensor {
    try validate()
    return try oneTensor { try write(image, to: $0) }
  }

  /// The tensor of an image in floats. Shape: [C, S, S]. Of another size than the model's, it is rounded to 8
  /// bits and resized as any image.
  ///
  /// - Throws: E0513.
  public func tensor(_ planes: Planes) throws -> Tensor {
    try validate()
    return try oneTensor { try write(planes, to: $0) }
  }

  private func oneTensor(_ fill: (UnsafeMutablePointer<Float>) throws -> Void) throws -> Tensor {
    let tensor = try Tensor.zeros([channels, size, size])
    try tensor.withMutableFloats { floats in
      if let base = floats.baseAddress, floats.count == valueCount { try fill(base) }
    }
    return tensor
  }

  /// Writes C · S · S normalized values of a test image.
  func write(_ image: Image, to out: UnsafeMutablePointer<Float>) throws {
    try image.withRows { try write($0, augmentation: nil, index: 0, to: out) }
  }

  /// The columns of an image of this size that `write` reads.
  func columns(width: Int, height: Int, augmentation: Augmentation?, index: Int) -> Range<Int> {
    let all = 0..<width
    if let augmentation {
      let window = augmentation.draw(width: width, height: height, index: index).window
      return (window.left..<window.left + max(window.width, 0)).clamped(to: all)
    }
    guard let plan = try? SquarePlan(transform, width: width, height: height, size: size) else { return all }
    return Resampler.reads(
      inSize: width, outSize: plan.width,
      range: plan.window.left..<plan.window.left + max(plan.window.width, 0), transform.filter
    ).clamped(to: all)
  }

  /// Writes C · S · S normalized values of an image: for a training image with the crop and flip drawn for `index`.
  func write(
    _ image: PixelRows, augmentation: Augmentation?, index: Int, to out: UnsafeMutablePointer<Float>
  ) throws {
    guard let augmentation else {
      return normalize(try image.square(size, by: transform).converted(channels: channels), to: out)
    }
    let draw = augmentation.draw(width: image.width, height: image.height, index: index)
    try draw.window.check(width: image.width, height: image.height)
    let whole = Window(top: 0, left: 0, height: size, width: size)
    var result = Resampler.resize(image.part(draw.window), width: size, height: size, window: whole)
    if draw.flip { result = result.flipped() }
    normalize(result.converted(channels: channels), to: out)
  }

  /// Writes the values of a picture that is resized before it is converted; see `ImageReading.Order.openai`.
  func write(
    _ picture: Picture, augmentation: Augmentation?, index: Int, to out: UnsafeMutablePointer<Float>
  ) throws {
    guard let augmentation else {
      return normalize(try picture.square(size, by: transform).converted(channels: channels), to: out)
    }
    let draw = augmentation.draw(width: picture.width, height: picture.height, index: index)
    try draw.window.check(width: picture.width, height: picture.height)
    let whole = Window(top: 0, left: 0, height: size, width: size)
    var result = picture.part(draw.window).resized(width: size, height: size, window: whole, filter: .bicubic)
    if draw.flip { result = result.flipped() }
    normalize(result.converted(channels: channels), to: out)
  }

  func write(_ planes: Planes, to out: UnsafeMutablePointer<Float>) throws {
    guard planes.width == size, planes.height == size, transform.keeps(size) else {
      return try write(planes.image(), to: out)
    }
    let count = size * size
    let planes = planes.converted(channels: channels)
    planes.values.withUnsafeBufferPointer { source in
      for channel in 0..<channels {
        let mean = mean[channel]
        let std = std[channel]
        for i in 0..<count { out[channel * count + i] = (source[channel * count + i] - mean) / std }
      }
    }
  }

  /// Interleaved bytes to normalized planes, with the float32 operations of the reference.
  private func normalize(_ image: Image, to out: UnsafeMutablePointer<Float>) {
    let count = size * size
    image.bytes.withUnsafeBufferPointer { source in
      // A byte has only 256 values.
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 256 * channels) { table in
        for channel in 0..<channels {
          for value in 0..<256 {
            table[channel * 256 + value] = (Float(value) / 255 - mean[channel]) / std[channel]
          }
        }
        moco_planes_of_bytes(source.baseAddress, count, channels, table.baseAddress, out)
      }
    }
  }
}

/// Random resized crops and flips of training images, drawn from (seed, epoch, image).
public struct Augmentation: Sendable, Hashable {
  /// The crop's share of the area.
  public var scale: ClosedRange<Double> = 0.08...1
  /// The crop's width / height.
  public var ratio: ClosedRange<Double> = 3.0 / 4.0...4.0 / 3.0
  /// The probability of a horizontal flip.
  public var flip = 0.5
  /// The seed of the draws, together with the epoch and the image's index.
  public var seed: UInt64
  /// From 0; each epoch has other draws.
  public var epoch: Int

  /// The usual ranges of scale and ratio, flips half of the time.
  public init(seed: UInt64 = 0, epoch: Int = 0) {
    self.seed = seed
    self.epoch = epoch
  }

  /// Crop and flip of one image in this epoch.
  ///
  /// Up to ten windows are tried, with a uniform area in `scale` and a uniform logarithm of the ratio; if none
  /// fits, the largest central window with an allowed ratio.
  public func draw(width: Int, height: Int, index: Int) -> (window: Window, flip: Bool) {
    var random = Philox(seed: seed, stream: "augmentation", epoch: epoch, index: index)
    // Drawn first, so that it does not depend on how many windows were tried.
    let flips = random.nextDouble() < flip
    return (window(width: width, height: height, random: &random), flips)
  }

  private func window(width: Int, height: Int, random: inout Philox) -> Window {
    let area = Double(width) * Double(height)
    let low = ExactMath.log(ratio.lowerBound)
    let high = ExactMath.log(ratio.upperBound)
    for _ in 0..<10 {
      let target = area * (scale.lowerBound + random.nextDouble() * (scale.upperBound - scale.lowerBound))
      let aspect = ExactMath.exp(low + random.nextDouble() * (high - low))
      let cropWidth = Int((target * aspect).squareRoot().rounded(.toNearestOrEven))
      let cropHeight = Int((target / aspect).squareRoot().rounded(.toNearestOrEven))
      guard cropWidth > 0, cropHeight > 0, cropWidth <= width, cropHeight <= height else { continue }
      return Window(
        top: random.nextInt(below: height - cropHeight + 1),
        left: random.nextInt(below: width - cropWidth + 1),
        height: cropHeight, width: cropWidth)
    }
    let own = Double(width) / Double(height)
    var cropWidth = width
    var cropHeight = height
    if own < ratio.lowerBound {
      cropHeight = min(max(Int((Double(width) / ratio.lowerBound).rounded()), 1), height)
    } else if own > ratio.upperBound {
      cropWidth = min(max(Int((Double(height) * ratio.upperBound).rounded()), 1), width)
    }
    return Window(
      top: (height - cropHeight) / 2, left: (width - cropWidth) / 2, height: cropHeight, width: cropWidth)
  }
}
