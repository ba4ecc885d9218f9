import MocoCLIP
import Testing

@Suite struct PromptTrieTests {
  private func tokens(_ ids: Int...) -> [PromptKey] { ids.map { .token($0) } }

  @Test func sharesPrefixes() {
    let trie = PromptTrie([tokens(1, 2, 3, 9), tokens(1, 2, 4, 9), tokens(1, 5, 9)])
    #expect(trie.nodeCount == 8)
    #expect(trie.keyCount == 11)
    #expect(trie.promptCount == 3)
    #expect(trie.height == 4)
    #expect(trie.paddedRows(context: 77) == 231)
    #expect(trie.parents[0] == -1)
    #expect(trie.path(to: Int(trie.endNodes[1])).map { trie.keys[$0] } == tokens(1, 2, 4, 9))
  }

  @Test func parentsComeFirstAndSubtreesAreRuns() {
    var seed: UInt64 = 7
    func next(_ bound: Int) -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(seed >> 33) % bound
    }
    for _ in 0..<50 {
      let prompts = (0..<(1 + next(30))).map { _ in
        (0..<(1 + next(6))).map { _ in next(4) == 0 ? PromptKey.soft(next(3)) : .token(next(3)) }
      }
      let trie = PromptTrie(prompts)
      #expect(trie.nodeCount == Set(prompts.flatMap { p in p.indices.map { Array(p[...$0]) } }).count)
      for node in 0..<trie.nodeCount {
        let parent = Int(trie.parents[node])
        #expect(parent < node)
        #expect(Int(trie.depths[node]) == (parent < 0 ? 0 : Int(trie.depths[parent]) + 1))
        for other in 0..<trie.nodeCount {
          #expect(
            trie.path(to: other).contains(node) == (other >= node && other < Int(trie.subtreeEnds[node])))
        }
      }
      for (prompt, end) in zip(prompts, trie.endNodes) {
        #expect(trie.path(to: Int(end)).map { trie.keys[$0] } == prompt)
      }
    }
  }

  @Test func softRowsAreKeysOfTheirOwn() {
    let trie = PromptTrie([[.token(0), .soft(0), .token(9)], [.token(0), .token(0), .token(9)]])
    #expect(trie.nodeCount == 5)
  }

  @Test func duplicatesAndContinuations() {
    let trie = PromptTrie([tokens(1, 2), tokens(1, 2, 3), tokens(1, 2)])
    #expect(trie.nodeCount == 3)
    #expect(trie.endNodes == [1, 2, 1])
  }

  @Test func nothing() {
    let trie = PromptTrie([])
    #expect(trie.nodeCount == 0 && trie.height == 0 && trie.path(to: 0).isEmpty)
  }

  @Test func listsNameEveryAncestor() throws {
    let trie = PromptTrie([tokens(1, 2, 3), tokens(1, 4), tokens(7, 8)])
    let lists = try AttentionLists.ancestors(of: trie)
    for node in 0..<trie.nodeCount {
      let keys = lists.keys[Int(lists.offsets[node])..<Int(lists.offsets[node + 1])]
      #expect(keys.map { Int($0) } == trie.path(to: node))
    }
    #expect(lists.segments.map(\.keys) == [0..<4, 4..<6])
    let ends = try AttentionLists.ancestors(of: trie, queries: trie.endNodes)
    #expect(ends.queryCount == 3 && ends.segments.map(\.queries) == [0..<2, 2..<3])
  }
}
