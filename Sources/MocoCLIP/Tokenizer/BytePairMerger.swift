/// Joins the bytes of one word into tokens: the pair with the lowest rank first, the leftmost in case of a tie.
///
/// A heap of candidate pairs over a linked list; O(n log n) even for very long words.
struct BytePairMerger {
  let vocabulary: Vocabulary

  private struct Candidate {
    let rank: Int32
    let place: Int32
    let left: Int32
    let right: Int32

    func precedes(_ other: Candidate) -> Bool { (rank, place) < (other.rank, other.place) }
  }

  /// The ids of the tokens of a word given in UTF-8.
  func tokens(_ word: ArraySlice<UInt8>) -> [Int] {
    guard let last = word.last else { return [] }
    var ids = word.dropLast().map { vocabulary.idOfByte[Int($0)] }
    ids.append(vocabulary.idOfByte[Int(last)] + 256)
    guard ids.count > 1 else { return ids.map(Int.init) }

    // A joined pair stays at its first position; −1 marks a removed position.
    var next = (1...ids.count).map { Int32($0) }
    var previous = (0..<ids.count).map { Int32($0 - 1) }
    var heap: [Candidate] = []
    heap.reserveCapacity(ids.count)
    for place in 0..<(ids.count - 1) { push(place, Int(next[place]), ids, &heap) }
    while let best = BytePairMerger.pop(&heap) {
      let place = Int(best.place)
      guard ids[place] == best.left, Int(next[place]) < ids.count else { continue }
      let gone = Int(next[place])
      guard ids[gone] == best.right else { continue }
      ids[place] = 512 + best.rank
      ids[gone] = -1
      let after = Int(next[gone])
      next[place] = Int32(after)
      if after < ids.count {
        previous[after] = Int32(place)
        push(place, after, ids, &heap)
      }
      if previous[place] >= 0 { push(Int(previous[place]), place, ids, &heap) }
    }
    return ids.filter { $0 >= 0 }.map(Int.init)
  }

  private func push(_ place: Int, _ following: Int, _ ids: [Int32], _ heap: inout [Candidate]) {
    guard let rank = vocabulary.rank(ids[place], ids[following]) else { return }
    var hole = heap.count
    let item = Candidate(rank: rank, place: Int32(place), left: ids[place], right: ids[following])
    heap.append(item)
    while hole > 0 {
      let parent = (hole - 1) / 2
      guard item.precedes(heap[parent]) else { break }
      heap[hole] = heap[parent]
      hole = parent
    }
    heap[hole] = item
  }

  private static func pop(_ heap: inout [Candidate]) -> Candidate? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    if heap.isEmpty { return first }
    var hole = 0
    while true {
      var child = 2 * hole + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
      guard heap[child].precedes(last) else { break }
      heap[hole] = heap[child]
      hole = child
    }
    heap[hole] = last
    return first
  }
}
