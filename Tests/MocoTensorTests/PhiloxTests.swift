import MocoBase
import MocoTensor
import Testing

@Suite struct PhiloxTests {
  /// Known answers of the authors' library (Random123, kat_vectors).
  @Test func blocks() {
    let zero = Philox.block((0, 0, 0, 0), key: (0, 0))
    #expect(zero == (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let m = UInt32.max
    let ones = Philox.block((m, m, m, m), key: (m, m))
    #expect(ones == (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    let pi = Philox.block(
      (0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: (0xa409_3822, 0x299f_31d0))
    #expect(pi == (0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func namesSeparateSequences() {
    var seen = Set<UInt64>()
    for seed in 0..<4 {
      for stream in ["a", "b"] {
        for epoch in [0, 1, -1, 1 << 40] {
          for index in [0, 1, 1 << 33] {
            var r = Philox(seed: UInt64(seed), stream: stream, epoch: epoch, index: index)
            seen.insert(r.next())
          }
        }
      }
    }
    #expect(seen.count == 96)
  }

  @Test func moments() {
    var r = Philox(seed: 1, stream: "moments")
    var sum = 0.0
    var squares = 0.0
    var cubes = 0.0
    let n = 200_000
    for _ in 0..<n {
      let x = Double(r.nextNormal())
      sum += x
      squares += x * x
      cubes += x * x * x
    }
    #expect(
      abs(sum / Double(n)) < 0.01 && abs(squares / Double(n) - 1) < 0.02 && abs(cubes / Double(n)) < 0.05)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[r.nextInt(below: 7)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 10_000) < 500 })
    #expect((0..<1000).allSatisfy { _ in (0..<1).contains(r.nextUniform()) })
    #expect(r.nextInt(below: 0) == 0 && r.nextInt(below: -3) == 0 && r.nextInt(below: 1) == 0)
  }

  @Test func permutations() {
    var r = Philox(seed: 1, stream: "order")
    #expect(r.permutation(100).sorted() == Array(0..<100))
    #expect(r.permutation(0).isEmpty && r.permutation(-5).isEmpty)
  }

  /// Fixed for ever: data orders and initial weights depend on these.
  @Test func pinned() {
    var r = Philox(seed: 42, stream: "pinned", epoch: 3, index: 5)
    #expect([r.nextWord(), r.nextWord(), r.nextWord()] == [717_998_459, 3_137_408_734, 3_224_370_212])
    #expect(r.nextNormal() == 0.13333453)
    #expect(r.permutation(6) == [5, 3, 1, 0, 2, 4])
    for x in [0.1, 0.5, 1.0, 2.0, 1e-9, 123456.0] {
      #expect(abs(ExactMath.log(x) - referenceLog(x)) < 1e-12 * max(1, abs(referenceLog(x))))
    }
    for i in 0..<64 {
      let (s, c) = ExactMath.sineCosine(turns: Double(i) / 64)
      #expect(abs(s * s + c * c - 1) < 1e-14)
    }
    let (s, c) = ExactMath.sineCosine(turns: 0.125)
    #expect(abs(s - 0.5.squareRoot()) < 1e-15 && abs(c - 0.5.squareRoot()) < 1e-15)
  }

  /// Schedules, averages and optimizers depend on these.
  @Test func exactFunctions() {
    var r = Philox(seed: 7, stream: "exact")
    for _ in 0..<20_000 {
      let x = (r.nextDouble() - 0.5) * 1400
      #expect(
        abs(ExactMath.exp(x) - referenceExp(x)) <= 4e-16 * referenceExp(x) + Double.leastNonzeroMagnitude,
        "exp(\(x))")
      let share = r.nextDouble() * 2
      #expect(
        abs(ExactMath.cosine(halfTurns: share) - referenceCos(.pi * share)) < 2e-15, "cos(π · \(share))")
    }
    #expect(ExactMath.exp(0) == 1 && ExactMath.exp(-.infinity) == 0 && ExactMath.exp(.infinity) == .infinity)
    #expect(
      ExactMath.exp(709.9) == .infinity && ExactMath.exp(-745) == Double.leastNonzeroMagnitude
        && ExactMath.exp(-746) == 0)
    #expect(ExactMath.exp(.nan).isNaN && ExactMath.exp(1e300) == .infinity && ExactMath.exp(-1e300) == 0)
    #expect(ExactMath.log(.infinity) == .infinity && ExactMath.log(-1).isNaN && ExactMath.log(.nan).isNaN)
    #expect(
      abs(ExactMath.log(Double.leastNonzeroMagnitude) - referenceLog(Double.leastNonzeroMagnitude)) < 1e-12)
    #expect([0, 0.5, 1, 2].map { ExactMath.cosine(halfTurns: $0) } == [1, 0, -1, 1])
    for beta in [0.9, 0.99, 0.999] {
      for n in [0, 1, 2, 3, 10, 1001, 100_000] {
        let wanted = referencePow(beta, Double(n))
        #expect(abs(ExactMath.power(beta, n) - wanted) <= 1e-15 * Double(n + 1) * wanted)
      }
    }
    #expect(ExactMath.power(2, 10) == 1024 && ExactMath.power(0, 0) == 1 && ExactMath.power(0, 5) == 0)
  }
}
