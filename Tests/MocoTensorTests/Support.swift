import MocoAutograd
import MocoBase
import MocoTensor
import Testing

/// Random tensors of the tests, in order of asking.
struct Draw {
  var random: Philox

  init(_ name: String, _ index: Int = 0) { random = Philox(seed: 7, stream: name, index: index) }

  mutating func tensor(_ shape: [Int], _ low: Float = -1, _ high: Float = 1) throws -> Tensor {
    try Tensor.rand(shape, &random).affine(high - low, low)
  }

  mutating func int(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + random.nextInt(below: range.count)
  }

  /// A shape of sizes 0 to 4, mostly not 0.
  mutating func shape(rank: ClosedRange<Int> = 0...4, empty: Bool = true) -> [Int] {
    (0..<int(rank)).map { _ in empty && int(0...11) == 0 ? 0 : int(1...4) }
  }

  /// A shape that broadcasts with `shape`: sizes 1 here and there, leading ones left out.
  mutating func broadcasting(_ shape: [Int]) -> [Int] {
    Array(shape.map { int(0...2) == 0 ? 1 : $0 }.dropFirst(int(0...max(shape.count, 0))))
  }
}

/// A tensor of the same values whose elements do not stand in order.
func scattered(_ x: Tensor) throws -> Tensor {
  guard x.rank >= 2 else { return x }
  return try x.transposed().copy().transposed()
}

func close(_ a: Tensor, _ b: Tensor, _ tolerance: Float = 1e-5) throws -> Bool {
  guard a.shape == b.shape else { return false }
  return zip(try a.toFloats(), try b.toFloats()).allSatisfy {
    abs($0 - $1) <= tolerance * max(1, abs($1)) || ($0.isNaN && $1.isNaN) || $0 == $1
  }
}

/// Compares the gradients of Σ w · f(inputs), w random, with central differences in each element of each
/// input.
func checkGradients(
  _ inputs: [Tensor], step: Float = 1e-2, tolerance: Float = 2e-2,
  location: SourceLocation = #_sourceLocation,
  _ name: String = "", _ f: ([Variable]) throws -> Variable
) throws {
  var draw = Draw("weights")
  let variables = inputs.map { Variable($0, requiresGrad: true) }
  let output = try f(variables)
  let weights = try draw.tensor(output.shape, 0.5, 1.5)
  let loss = try F.sum(F.mul(output, Variable(weights)))
  try loss.backward()
  func value(_ tensors: [Tensor]) throws -> Double {
    let out = try f(tensors.map { Variable($0) }).value.toFloats()
    let w = try weights.toFloats()
    return zip(out, w).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
  }
  for (i, input) in inputs.enumerated() {
    let base = try input.toFloats()
    let grad = try variables[i].grad?.toFloats() ?? [Float](repeating: 0, count: base.count)
    if let g = variables[i].grad {
      #expect(g.shape == input.shape, "\(name) input \(i)", sourceLocation: location)
    }
    for j in base.indices {
      func moved(_ by: Float) throws -> Double {
        var values = base
        values[j] += by
        var all = inputs
        all[i] = try Tensor(values, shape: input.shape)
        return try value(all)
      }
      let difference = try (moved(step) - moved(-step)) / Double(2 * step)
      #expect(
        abs(difference - Double(grad[j])) <= Double(tolerance) * max(1, abs(difference)),
        "\(name) input \(i) of \(inputs.map(\.shape)) element \(j): \(grad[j]) against \(difference)",
        sourceLocation: location)
    }
  }
}

func code(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    return (error as? Failure)?.code ?? "\(error)"
  }
}
