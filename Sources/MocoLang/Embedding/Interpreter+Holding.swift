// The memory that a value keeps, for code that holds it only to show it again.

extension Interpreter {
  /// The bytes that are freed when a value is released, up to about `limit`.
  /// - Returns: nil if there are more, or if the number is unknown: functions keep their captured values, and
  ///   host objects report their own (`heldByteCount`).
  public func heldByteCount(of value: AnyValue, limit: Int) -> Int? {
    guard let word = try? value.owned(in: heap) else { return nil }
    defer { heap.release(word) }
    var count = HeldBytes(limit: limit)
    return count.add(word, depth: 0) ? count.bytes : nil
  }
}

private struct HeldBytes {
  let limit: Int
  var bytes = 0
  private var steps = 0

  init(limit: Int) { self.limit = limit }

  /// - Returns: whether the count so far is known and within the limit.
  mutating func add(_ word: Word, depth: Int) -> Bool {
    steps += 1
    // A part that occurs several times is counted each time; the value may then not be held.
    guard steps < 1_000_000, depth < 200 else { return false }
    switch word.tag {
    case .closure: return false
    case .string: return take(word.pointer.string.pointee.byteCount)
    case .list:
      let list = word.pointer.list.pointee
      guard take(list.room &* MemoryLayout<Word>.stride) else { return false }
      for index in 0..<list.count where !add(list.items[index], depth: depth + 1) { return false }
      return true
    case .record:
      let record = word.pointer.record.pointee
      guard take(record.capacity &* MemoryLayout<RecordSlot>.stride) else { return false }
      for index in 0..<record.used where record.entries[index].key != nil {
        guard add(record.entries[index].value, depth: depth + 1) else { return false }
      }
      return true
    case .host:
      guard let more = word.pointer.hostBox.pointee.host.heldByteCount else { return false }
      return take(more)
    default: return take(MemoryLayout<Word>.stride)
    }
  }

  private mutating func take(_ more: Int) -> Bool {
    let (sum, overflow) = bytes.addingReportingOverflow(max(more, 0))
    bytes = overflow ? Int.max : sum
    return bytes <= limit
  }
}
