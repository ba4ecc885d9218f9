import CKernels
import MocoTensor

/// The products dW += dyᵀ x and the sums db that a layer's weights need, cut into tiles and run together.
///
/// The tiles depend only on the shapes, and each is one product over all rows: the result is identical on any number
/// of threads.
final class WeightProducts {
  private struct Tile {
    var m, n, k: Int
    var a: Values, lda: Int
    var b: Values, ldb: Int
    var c: Floats, ldc: Int
  }

  private struct Sum {
    var x: Values, stride: Int, rows: Int
    var out: Floats, columns: Range<Int>
  }

  private var tiles: [Tile] = []
  private var sums: [Sum] = []
  private let lanes: Int

  init(lanes: Int) { self.lanes = lanes }

  /// weight [outputs, inputs] += dyᵀ x over `rows`; dy rows are `dyStride` floats apart.
  func add(
    _ weight: Floats?, dy: Values, dyStride: Int, outputs: Int, x: Values?, inputs: Int, rows: Int
  ) {
    guard let weight, let x else { return }
    let mStep = WeightProducts.step(outputs)
    let nStep = WeightProducts.step(inputs)
    for m in stride(from: 0, to: outputs, by: mStep) {
      for n in stride(from: 0, to: inputs, by: nStep) {
        tiles.append(
          Tile(
            m: min(mStep, outputs - m), n: min(nStep, inputs - n), k: rows, a: dy + m, lda: dyStride,
            b: x + n,
            ldb: inputs, c: weight + m * inputs + n, ldc: inputs))
      }
    }
  }

  /// bias [outputs] += sums of dy over `rows`.
  func add(sum bias: Floats?, dy: Values, dyStride: Int, outputs: Int, rows: Int) {
    guard let bias else { return }
    for c in stride(from: 0, to: outputs, by: 128) {
      sums.append(
        Sum(x: dy, stride: dyStride, rows: rows, out: bias, columns: c..<min(c + 128, outputs)))
    }
  }

  /// Tiles with sides of at most 256, and at least two along a side that is worth splitting.
  private static func step(_ size: Int) -> Int {
    if size <= 128 { return size }
    let parts = (size + 255) / 256
    return ((size + parts - 1) / parts + 15) & ~15
  }

  func run() {
    guard !tiles.isEmpty || !sums.isEmpty else { return }
    let tiles = self.tiles
    let sums = self.sums
    Lanes.run(tiles.count + sums.count, lanes: lanes) { _, task in
      if task < tiles.count {
        let t = tiles[task]
        Gemm.runSingle(
          true, false, m: t.m, n: t.n, k: t.k, alpha: 1, a: t.a, lda: t.lda, b: t.b, ldb: t.ldb, beta: 1,
          c: t.c,
          ldc: t.ldc)
      } else {
        let s = sums[task - tiles.count]
        moco_tower_column_sums(s.x, s.stride, s.rows, s.out, s.columns.lowerBound, s.columns.upperBound)
      }
    }
    self.tiles.removeAll(keepingCapacity: true)
    self.sums.removeAll(keepingCapacity: true)
  }
}

extension Transformer {
  /// c_proj, c_fc and out_proj of a layer, after its MLP went backwards.
  func addMLPProducts(
    _ products: WeightProducts, _ layer: Int, _ state: LayerRows, _ incoming: Values,
    _ g: BlockParameters<Floats?>,
    _ memory: BackwardRows
  ) {
    let n = outputRows(layer)
    func add(_ weight: Floats?, _ bias: Floats?, _ dy: Floats?, _ outputs: Int, _ x: Floats?, _ inputs: Int) {
      guard let dy else { return }
      products.add(
        weight, dy: dy, dyStride: outputs, outputs: outputs, x: x.map { Values($0) }, inputs: inputs, rows: n)
      products.add(sum: bias, dy: dy, dyStride: outputs, outputs: outputs, rows: n)
    }
    products.add(
      g.projWeight, dy: incoming, dyStride: width, outputs: width, x: memory.active.map { Values($0) },
      inputs: mlpWidth, rows: n)
    products.add(sum: g.projBias, dy: incoming, dyStride: width, outputs: width, rows: n)
    add(g.fcWeight, g.fcBias, memory.hidden, mlpWidth, memory.normed2, width)
    add(g.outWeight, g.outBias, middleGradient(layer, memory), width, state.attended, width)
  }

  /// in_proj of a layer, after its attention went backwards.
  func addInputProducts(
    _ products: WeightProducts, _ layer: Int, _ g: BlockParameters<Floats?>, _ memory: BackwardRows
  ) {
    let normed1 = memory.normed1.map { Values($0) }
    let skip = isPruned(layer) ? width : 0
    let outputs = 3 * width - skip
    products.add(
      g.inWeight.map { $0 + skip * width }, dy: memory.projected, dyStride: outputs, outputs: outputs,
      x: normed1,
      inputs: width, rows: rows)
    products.add(
      sum: g.inBias.map { $0 + skip }, dy: memory.projected, dyStride: outputs, outputs: outputs, rows: rows)
    guard skip > 0 else { return }
    products.add(
      g.inWeight, dy: memory.finalQueries, dyStride: width, outputs: width, x: memory.finalInputs,
      inputs: width,
      rows: finalCount)
    products.add(sum: g.inBias, dy: memory.finalQueries, dyStride: width, outputs: width, rows: finalCount)
  }
}
