import Glibc
import MocoAutograd
import MocoTensor
import Testing

/// The kernels against the C library in double precision.
@Suite struct KernelTests {
  private func worst(
    _ op: Kernels.Unary, _ low: Float, _ high: Float, _ exact: (Double) -> Double
  ) throws -> Double {
    var draw = Draw("kernel \(op)")
    let x = try draw.tensor([20_011], low, high)
    let inputs = try x.toFloats()
    let outputs = try x.unary(op).toFloats()
    var worst = 0.0
    for (a, y) in zip(inputs, outputs) {
      let wanted = exact(Double(a))
      worst = max(worst, abs(Double(y) - wanted) / Double(Float(wanted).ulp))
    }
    return worst
  }

  @Test func accuracy() throws {
    #expect(try worst(.exp, -87, 88) { exp($0) } < 2)
    #expect(try worst(.exp, -1, 1) { exp($0) } < 2)
    #expect(try worst(.erf, -4, 4) { erf($0) } < 2.5)
    #expect(try worst(.tanh, -9, 9) { tanh($0) } < 3)
    #expect(try worst(.sigmoid, -20, 20) { 1 / (1 + exp(-$0)) } < 4)
  }

  @Test func accuracyInDoublePrecision() throws {
    var draw = Draw("exp of doubles")
    let x = try draw.tensor([20_011], -1, 1).toFloats().map(Double.init)
    for scale in [0.4, 1, 40, 700] {
      let inputs = x.map { $0 * scale }
      var outputs = inputs
      Kernels.exp(inputs, &outputs, count: inputs.count)
      for (a, y) in zip(inputs, outputs) { #expect(abs(y - exp(a)) <= 1.5 * exp(a).ulp, "exp(\(a))") }
    }
    let edges: [Double] = [0, -0.0, .infinity, -.infinity, .nan, 710, -746, 1e300, -1e300, -745]
    var y = edges
    Kernels.exp(edges, &y, count: edges.count)
    #expect(y[0] == 1 && y[1] == 1 && y[2] == .infinity && y[3] == 0 && y[4].isNaN)
    #expect(
      y[5] == .infinity && y[6] == 0 && y[7] == .infinity && y[8] == 0 && y[9] == .leastNonzeroMagnitude)
    // An element's bits do not depend on its place.
    var many = [Double](repeating: 0.7, count: 21)
    Kernels.exp(many, &many, count: many.count)
    #expect(Set(many).count == 1)
  }

  @Test func accuracyOfLogarithms() throws {
    #expect(try worst(.log, 1e-3, 4) { log($0) } < 0.51)
    #expect(try worst(.log, 0.99, 1.01) { log($0) } < 0.51)
    let tiny = Float.leastNonzeroMagnitude
    let y = try Tensor([0, -0.0, -1, .infinity, -.infinity, .nan, 1, tiny], shape: [8]).unary(.log).toFloats()
    #expect(y[0] == -.infinity && y[1] == -.infinity && y[2].isNaN && y[3] == .infinity && y[4].isNaN)
    #expect(y[5].isNaN && y[6] == 0 && abs(y[7] + 103.27893) < 1e-4)
  }

  @Test func absoluteErrorOfActivations() throws {
    var draw = Draw("activations")
    let x = try draw.tensor([10_007], -6, 6)
    for (a, y) in zip(try x.toFloats(), try x.unary(.gelu).toFloats()) {
      #expect(abs(Double(y) - 0.5 * Double(a) * (1 + erf(Double(a) / 2.0.squareRoot()))) < 1e-6)
    }
    for (a, y) in zip(try x.toFloats(), try x.unary(.quickGelu).toFloats()) {
      #expect(abs(Double(y) - Double(a) / (1 + exp(-1.702 * Double(a)))) < 1e-6)
    }
  }

  @Test func edges() throws {
    let tiny = Float.leastNormalMagnitude / 256
    let x = try Tensor([0, -0.0, .infinity, -.infinity, .nan, 200, -200, -100, tiny, 88.7], shape: [10])
    func values(_ op: Kernels.Unary) throws -> [Float] { try x.unary(op).toFloats() }
    let e = try values(.exp)
    #expect(e[0] == 1 && e[2] == .infinity && e[3] == 0 && e[4].isNaN && e[5] == .infinity && e[6] == 0)
    #expect(e[7] == 26 * Float.leastNonzeroMagnitude || e[7] == 27 * Float.leastNonzeroMagnitude)
    #expect(e[8] == 1)
    #expect(e[9].isFinite)
    let t = try values(.tanh)
    #expect(t[2] == 1 && t[3] == -1 && t[4].isNaN && t[0] == 0 && t[1].sign == .minus)
    let r = try values(.erf)
    #expect(r[2] == 1 && r[3] == -1 && r[4].isNaN)
    let s = try values(.sigmoid)
    #expect(s[2] == 1 && s[3] == 0 && s[4].isNaN && s[0] == 0.5)
    let g = try values(.gelu)
    #expect(g[5] == 200 && g[6] == 0 && g[4].isNaN)
    #expect(try values(.relu)[4].isNaN)
  }

  /// An element's bits do not depend on its place.
  @Test func placeDoesNotMatter() throws {
    for op in Kernels.Unary.allCases {
      let whole = try Tensor.full([21], 0.7).unary(op).toFloats()
      #expect(whole.allSatisfy { $0.bitPattern == whole[0].bitPattern }, "\(op)")
    }
  }

  @Test func sumsAreAccurate() throws {
    let x = try Tensor.full([3_000_000], 0.1)
    #expect(abs(try x.sum().item() - 300_000) < 0.5)
    #expect(abs(try x.reshaped([3, 1_000_000]).sum(axis: 1).toFloats()[2] - 100_000) < 0.1)
    #expect(abs(try x.reshaped([1_000_000, 3]).sum(axis: 0).toFloats()[2] - 100_000) < 0.1)
  }

  @Test func softmaxOfLargeNumbers() throws {
    let y = try F.softmax(Variable(Tensor([1000, 1000, -1000], shape: [3]))).value.toFloats()
    #expect(y == [0.5, 0.5, 0])
    let l = try F.logSoftmax(Variable(Tensor([1000, 0], shape: [2]))).value.toFloats()
    #expect(l == [0, -1000])
    #expect(
      try F.normalize(Variable(Tensor.zeros([2, 3]))).value.toFloats() == [Float](repeating: 0, count: 6))
  }
}
