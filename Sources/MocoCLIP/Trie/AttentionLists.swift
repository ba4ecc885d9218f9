import CKernels
import MocoBase
import MocoTensor

/// Which rows each query row attends to, as one flat list for the vector kernels.
///
/// Q: query rows. The keys of query r are `keys[offsets[r] ..< offsets[r + 1]]`.
package struct AttentionLists: Sendable {
  /// Rows that no row outside attends to or from, so that their gradients can be summed independently.
  package struct Segment: Sendable {
    /// Indices of its queries among all queries.
    package let queries: Range<Int>
    /// The key rows that they attend to.
    package let keys: Range<Int>
  }

  /// Where each query's keys begin in `keys`; the last is their number.
  ///
  /// - Shape: [Q + 1]
  package let offsets: [Int32]
  /// The keys of each query, one query after the other.
  ///
  /// - Shape: [pairCount]
  package let keys: [Int32]
  /// A partition of queries and key rows into independent parts, ascending and without gaps.
  package let segments: [Segment]
  /// The maximum number of keys of a query, for the size of scratch memory.
  package let longest: Int

  /// Q.
  package var queryCount: Int { offsets.count - 1 }
  /// Attended pairs of all queries: the size of one head's probabilities.
  package var pairCount: Int { keys.count }
}

extension AttentionLists {
  /// Every node attends to its ancestors and itself, the root first.
  /// - Parameter queries: ascending query nodes; nil for all.
  /// - Throws: E0405 if the lists outgrow 32-bit offsets.
  package static func ancestors(of trie: PromptTrie, queries: [Int32]? = nil) throws -> AttentionLists {
    let asked = queries ?? (0..<Int32(trie.nodeCount)).map { $0 }
    var pairs = 0
    for node in asked { pairs += Int(trie.depths[Int(node)]) + 1 }
    guard pairs < Int(Int32.max) else {
      throw Failure(
        "E0405", "attention over \(trie.nodeCount) nodes needs \(pairs) entries",
        help: "encode the prompts in smaller chunks")
    }
    var offsets: [Int32] = [0]
    offsets.reserveCapacity(asked.count + 1)
    var keys = [Int32](repeating: 0, count: pairs)
    var end = 0
    for node in asked {
      end += Int(trie.depths[Int(node)]) + 1
      var at = node
      var slot = end
      while at >= 0 {
        slot -= 1
        keys[slot] = at
        at = trie.parents[Int(at)]
      }
      offsets.append(Int32(end))
    }
    var segments: [Segment] = []
    var query = 0
    var root = 0
    while root < trie.nodeCount {
      let last = Int(trie.subtreeEnds[root])
      let first = query
      while query < asked.count, asked[query] < last { query += 1 }
      segments.append(Segment(queries: first..<query, keys: root..<last))
      root = last
    }
    return AttentionLists(
      offsets: offsets, keys: keys, segments: segments, longest: trie.height)
  }

  /// Groups of `length` consecutive rows, each row attending to its whole group.
  /// - Parameter firstOnly: whether only the first row of each group is a query.
  /// - Throws: E0405 if the lists outgrow 32-bit offsets.
  package static func dense(groups: Int, length: Int, firstOnly: Bool) throws -> AttentionLists {
    let perGroup = firstOnly ? 1 : length
    let (pairs, overflow) = groups.multipliedReportingOverflow(by: perGroup * length)
    guard !overflow, pairs < Int(Int32.max), groups * length < Int(Int32.max) else {
      throw Failure(
        "E0405", "attention over \(groups) images of \(length) tokens is too large",
        help: "use smaller batches")
    }
    var offsets: [Int32] = [0]
    var keys: [Int32] = []
    var segments: [Segment] = []
    offsets.reserveCapacity(groups * perGroup + 1)
    keys.reserveCapacity(pairs)
    for group in 0..<groups {
      let rows = (group * length)..<((group + 1) * length)
      for _ in 0..<perGroup {
        keys.append(contentsOf: rows.lazy.map { Int32($0) })
        offsets.append(Int32(keys.count))
      }
      segments.append(Segment(queries: (group * perGroup)..<((group + 1) * perGroup), keys: rows))
    }
    return AttentionLists(offsets: offsets, keys: keys, segments: segments, longest: length)
  }

  /// Groups of `length` consecutive rows, the rows `queries` attending to the whole of their group.
  /// - Parameter queries: ascending rows.
  /// - Throws: E0405 if the lists outgrow 32-bit offsets.
  package static func dense(groups: Int, length: Int, queries: [Int32]) throws -> AttentionLists {
    let (pairs, overflow) = queries.count.multipliedReportingOverflow(by: length)
    guard !overflow, pairs < Int(Int32.max) else {
      throw Failure(
        "E0405", "attention of \(queries.count) rows to \(length) each is too large",
        help: "encode the prompts in smaller chunks")
    }
    var offsets: [Int32] = [0]
    var keys: [Int32] = []
    keys.reserveCapacity(pairs)
    var segments: [Segment] = []
    var query = 0
    for group in 0..<groups {
      let rows = group * length..<(group + 1) * length
      let first = query
      while query < queries.count, Int(queries[query]) < rows.upperBound {
        keys.append(contentsOf: rows.lazy.map { Int32($0) })
        offsets.append(Int32(keys.count))
        query += 1
      }
      segments.append(Segment(queries: first..<query, keys: rows))
    }
    return AttentionLists(offsets: offsets, keys: keys, segments: segments, longest: length)
  }
}
