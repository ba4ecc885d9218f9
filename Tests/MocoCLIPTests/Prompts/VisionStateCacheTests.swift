import MocoCLIP
import MocoTensor
import Testing

/// Which states of images are computed, and which are kept.
@Suite struct VisionStateCacheTests {
  private let cache = VisionStateCache()
  private let weight: Tensor
  /// Five images of four pixels, the last equal to the first.
  private let images: Tensor

  init() throws {
    weight = try Tensor([1, 2], shape: [2])
    images = try Tensor((0..<20).map { Float($0 < 16 ? $0 : $0 - 16) }, shape: [5, 1, 2, 2])
  }

  /// The places that were computed; the states are right, whatever was kept.
  private func computed(
    _ places: [Int], blocks: Int = 2, weights: [Tensor]? = nil, budget: Int = 1 << 20
  ) throws -> [Int] {
    let part = try images.indexSelect(axis: 0, places).contiguous()
    var made: [Int] = []
    let found = try cache.states(
      of: part, blocks: blocks, tokens: 3, width: 2, parameters: weights ?? [weight], budget: budget
    ) { missing in
      made = missing
      let first = try part.indexSelect(axis: 0, missing).toFloats()
      return try Tensor(
        missing.indices.flatMap { [Float](repeating: first[$0 * 4] + Float(blocks), count: 6) },
        shape: [missing.count, 3, 2])
    }
    let right = try part.toFloats()
    #expect(
      try found.toFloats()
        == places.indices.flatMap { [Float](repeating: right[$0 * 4] + Float(blocks), count: 6) })
    return made
  }

  @Test func whatWasSeenIsNotComputedAgain() throws {
    #expect(try computed([0, 1, 4, 2]) == [0, 1, 3])
    #expect(try computed([4, 2, 1, 0]) == [])
    #expect(try computed([3, 0, 3]) == [0])
    #expect(try computed([0, 1], blocks: 1) == [0, 1])
    #expect(try computed([0, 1]) == [])
  }

  @Test func aBudgetIsKept() throws {
    // Room for two states of 24 bytes.
    #expect(try computed([0, 1, 2], budget: 50) == [0, 1, 2])
    #expect(try computed([0, 1, 2], budget: 50) == [2])
    #expect(try computed([0, 1, 2], budget: 0) == [0, 1, 2])
    #expect(try computed([0], budget: 50) == [0])
  }

  @Test func otherWeightsAreOtherStates() throws {
    #expect(try computed([0, 1]) == [0, 1])
    try weight.withMutableFloats { $0[0] = 3 }
    #expect(try computed([0, 1]) == [0, 1])
    #expect(try computed([0, 1]) == [])
    #expect(try computed([0, 1], weights: [weight.copy()]) == [0, 1])
  }
}
