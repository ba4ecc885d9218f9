import MocoCLIP
import Testing

@Suite struct RowBlocksTests {
  /// Scratch memory is laid for `limit` rows: no block may have more, and every row stands in one block.
  @Test func everyRowStandsInOneBlockWithinTheLimit() {
    for rows in Array(0..<6000) + [100_352, 1 << 20, (1 << 20) + 1] {
      let cut = RowBlocks(rows: rows)
      #expect(cut.size <= RowBlocks.limit)
      var next = 0
      for block in 0..<cut.count {
        let range = cut.range(block)
        #expect(range.lowerBound == next && !range.isEmpty)
        next = range.upperBound
      }
      #expect(next == rows)
    }
  }
}
