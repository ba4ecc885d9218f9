import MocoAutograd
import MocoBase
import MocoTensor
import Testing

@Suite struct StatisticsGradientTests {
  @Test(arguments: 0..<8)
  func alongAnAxis(_ round: Int) throws {
    var draw = Draw("statistics", round)
    let shape = draw.shape(rank: 0...2) + [draw.int(2...5)]
    let x = try draw.tensor(shape)
    for axis in [0, -1] {
      try checkGradients([x], "cumsum") { try F.cumulativeSum($0[0], axis: axis) }
      try checkGradients([x], "diff") { try F.difference($0[0], axis: axis) }
    }
    try checkGradients([x], "clip") { try F.clip($0[0], -100, 100) }
    // Numbers far enough apart that a step of the differences leaves their order.
    let count = shape.reduce(1, *)
    let apart = try Tensor((0..<count).map { Float(($0 * 7 + round) % count) * 0.3 }, shape: shape)
    for share in [0, 0.3, 0.5, 1] {
      try checkGradients([apart], "quantile") { try F.quantiles($0[0], [share], axis: -1)[0] }
    }
  }

  @Test func sumsFromEitherEnd() throws {
    let x = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [3, 2])
    #expect(try x.cumulativeSum(axis: 0).toFloats() == [1, 2, 4, 6, 9, 12])
    #expect(try x.cumulativeSum(axis: 0, reversed: true).toFloats() == [9, 12, 8, 10, 5, 6])
    #expect(try x.transposed().cumulativeSum(axis: 0).toFloats() == [1, 3, 5, 3, 7, 11])
    #expect(try Tensor([true, true, false], shape: [3]).cumulativeSum(axis: 0).toInts() == [1, 2, 2])
    #expect(throws: Failure.self) { try x.cumulativeSum(axis: 2) }
  }
}
