// Sorting, for `sorted`, `argsort` and the methods of lists.

extension Machine {
  /// A stable merge sort on a copy, comparing keys that are computed once.
  func sorted(_ source: Word, by key: Word, descending: Bool) throws -> Word {
    let list = try elements(source, "sorted")
    let count = list.pointer.list.pointee.count
    do {
      if key.tag == .null {
        let items = list.pointer.list.pointee.items
        try sort(items, items, count, descending: descending)
        return list
      }
      try functionArgument(key, "by", "sorted")
      let keys = try heap.list(capacity: count)
      defer { heap.release(keys) }
      for index in 0..<count {
        try heap.append(call(key, list.pointer.list.pointee.items[index]), to: keys.pointer)
      }
      try sort(
        list.pointer.list.pointee.items, keys.pointer.list.pointee.items, count, descending: descending)
      return list
    } catch {
      heap.release(list)
      throw error
    }
  }

  /// The indices of the elements in the order of `sorted`.
  func sortedPlaces(_ source: Word, by key: Word, descending: Bool) throws -> Word {
    if key.tag != .null { try functionArgument(key, "by", "argsort") }
    let keys = try elements(source, "argsort")
    defer { heap.release(keys) }
    let count = keys.pointer.list.pointee.count
    if key.tag != .null {
      for index in 0..<count {
        let measure = try call(key, keys.pointer.list.pointee.items[index])
        let element = keys.pointer.list.pointee.items[index]
        keys.pointer.list.pointee.items[index] = measure
        heap.release(element)
      }
    }
    return try building(capacity: count) { places in
      for index in 0..<count { try heap.append(.int(index), to: places) }
      try sort(
        places.list.pointee.items, keys.pointer.list.pointee.items, count, descending: descending)
    }
  }

  /// Sorts items by their keys; both arrays may be the same.
  private func sort(
    _ items: UnsafeMutablePointer<Word>, _ keys: UnsafeMutablePointer<Word>, _ count: Int, descending: Bool
  ) throws {
    guard count > 1 else { return }
    // Plain numbers and Strings are compared without the general path.
    var isInts = true
    var isNumbers = true
    var isStrings = true
    for index in 0..<count {
      let tag = keys[index].tag
      if tag != .int { isInts = false }
      if tag != .int, tag != .float { isNumbers = false }
      if tag != .string { isStrings = false }
    }
    // Memory for two orders of the merge, and later for the copy.
    try heap.reserve(count * MemoryLayout<Word>.stride)
    var order = Array(0..<Int32(truncatingIfNeeded: count))
    if isInts {
      try mergeSort(&order, descending) { keys[Int($0)].asInt < keys[Int($1)].asInt }
    } else if isNumbers {
      // nan has no order: it comes last in both sort directions.
      func isNaN(_ place: Int32) -> Bool { keys[Int(place)].tag == .float && keys[Int(place)].asFloat.isNaN }
      let unordered = order.filter(isNaN)
      if !unordered.isEmpty { order.removeAll(where: isNaN) }
      try mergeSort(&order, descending) { (Machine.compareNumbers(keys[Int($0)], keys[Int($1)]) ?? 0) < 0 }
      order += unordered
    } else if isStrings {
      try mergeSort(&order, descending) { StringObject.less(keys[Int($0)].pointer, keys[Int($1)].pointer) }
    } else {
      try mergeSort(&order, descending) { a, b in
        guard let result = try self.compare(keys[Int(a)], keys[Int(b)]) else {
          if keys[Int(a)].isNumber, keys[Int(b)].isNumber { return false }
          throw self.wrongOperands(.less, keys[Int(a)], keys[Int(b)])
        }
        return result < 0
      }
    }
    let copy = try heap.allocateStorage(count * MemoryLayout<Word>.stride)
      .assumingMemoryBound(to: Word.self)
    defer { heap.freeStorage(copy, count * MemoryLayout<Word>.stride) }
    for index in 0..<count { copy[index] = items[Int(order[index])] }
    for index in 0..<count { items[index] = copy[index] }
  }

  @inline(__always)
  private func mergeSort(
    _ order: inout [Int32], _ descending: Bool, _ less: (Int32, Int32) throws -> Bool
  ) throws {
    // Insertion sort of short runs, then a bottom-up merge. Descending order inverts the comparison, not the
    // result, so that equal elements keep their order.
    let count = order.count
    let run = 16
    try order.withUnsafeMutableBufferPointer { a in
      var start = 0
      while start < count {
        let end = min(start + run, count)
        var i = start + 1
        while i < end {
          let item = a[i]
          var j = i
          while j > start, try descending ? less(a[j - 1], item) : less(item, a[j - 1]) {
            a[j] = a[j - 1]
            j -= 1
          }
          a[j] = item
          i += 1
        }
        start = end
      }
    }
    var width = run
    var source = order
    var target = order
    while width < count {
      try pollIfNeeded()
      try source.withUnsafeBufferPointer { s in
        try target.withUnsafeMutableBufferPointer { t in
          var low = 0
          while low < count {
            let middle = min(low + width, count)
            let high = min(low + 2 * width, count)
            var i = low
            var j = middle
            var k = low
            while i < middle, j < high {
              if try descending ? less(s[i], s[j]) : less(s[j], s[i]) {
                t[k] = s[j]
                j += 1
              } else {
                t[k] = s[i]
                i += 1
              }
              k += 1
            }
            while i < middle {
              t[k] = s[i]
              i += 1
              k += 1
            }
            while j < high {
              t[k] = s[j]
              j += 1
              k += 1
            }
            low = high
          }
        }
      }
      swap(&source, &target)
      width *= 2
    }
    order = source
  }
}
