/// Unicode normalization form C (Unicode Standard Annex 15): canonical decomposition, canonical order of the
/// marks, canonical composition. Hangul syllables are computed, everything else is in `TextTables`.
struct CanonicalComposer {
  let tables: TextTables

  // The Unicode Standard, section 3.12.
  private static let syllableBase: UInt32 = 0xAC00
  private static let leadBase: UInt32 = 0x1100
  private static let vowelBase: UInt32 = 0x1161
  private static let tailBase: UInt32 = 0x11A7
  private static let leadCount: UInt32 = 19
  private static let vowelCount: UInt32 = 21
  private static let tailCount: UInt32 = 28
  private static let syllableCount: UInt32 = leadCount * vowelCount * tailCount

  func composed(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    // Nothing below U+0300 changes under form C.
    guard scalars.contains(where: { $0.value >= 0x300 }) else { return scalars }
    var parts: [UInt32] = []
    parts.reserveCapacity(scalars.count + 8)
    for scalar in scalars { decompose(scalar.value, into: &parts) }
    var classes = parts.map(CanonicalComposer.combiningClass)
    CanonicalComposer.order(&parts, &classes)
    return compose(parts, classes).compactMap(Unicode.Scalar.init)
  }

  private static func combiningClass(_ code: UInt32) -> UInt8 {
    guard code >= 0x300, let scalar = Unicode.Scalar(code) else { return 0 }
    return scalar.properties.canonicalCombiningClass.rawValue
  }

  private func decompose(_ code: UInt32, into parts: inout [UInt32]) {
    typealias C = CanonicalComposer
    if code < 0xC0 {
      parts.append(code)
    } else if code >= C.syllableBase && code < C.syllableBase + C.syllableCount {
      let index = code - C.syllableBase
      parts.append(C.leadBase + index / (C.vowelCount * C.tailCount))
      parts.append(C.vowelBase + index % (C.vowelCount * C.tailCount) / C.tailCount)
      if index % C.tailCount != 0 { parts.append(C.tailBase + index % C.tailCount) }
    } else if let step = tables.decompositions[code] {
      for part in step { decompose(part, into: &parts) }
    } else {
      parts.append(code)
    }
  }

  /// Sorts every run of marks by combining class; equal classes keep their order.
  private static func order(_ parts: inout [UInt32], _ classes: inout [UInt8]) {
    var start = 0
    while start < parts.count {
      guard classes[start] != 0 else {
        start += 1
        continue
      }
      var end = start
      while end < parts.count && classes[end] != 0 { end += 1 }
      if end - start > 1 {
        let order = (start..<end).sorted { (classes[$0], $0) < (classes[$1], $1) }
        let sortedParts = order.map { parts[$0] }
        let sortedClasses = order.map { classes[$0] }
        parts.replaceSubrange(start..<end, with: sortedParts)
        classes.replaceSubrange(start..<end, with: sortedClasses)
      }
      start = end
    }
  }

  private func compose(_ parts: [UInt32], _ classes: [UInt8]) -> [UInt32] {
    var result: [UInt32] = []
    result.reserveCapacity(parts.count)
    var starter: Int?
    var lastClass: UInt8 = 0
    for (part, partClass) in zip(parts, classes) {
      // A mark is blocked from the starter by a mark of the same or a higher class between them; a starter by
      // anything between.
      if let place = starter, place == result.count - 1 || (lastClass < partClass && lastClass != 0) {
        if let joined = pair(result[place], part) {
          result[place] = joined
          continue
        }
      }
      if partClass == 0 { starter = result.count }
      lastClass = partClass
      result.append(part)
    }
    return result
  }

  private func pair(_ first: UInt32, _ second: UInt32) -> UInt32? {
    typealias C = CanonicalComposer
    if first >= C.leadBase, first < C.leadBase + C.leadCount, second >= C.vowelBase,
      second < C.vowelBase + C.vowelCount
    {
      return C.syllableBase + ((first - C.leadBase) * C.vowelCount + (second - C.vowelBase)) * C.tailCount
    }
    if first >= C.syllableBase, first < C.syllableBase + C.syllableCount,
      (first - C.syllableBase) % C.tailCount == 0, second > C.tailBase, second < C.tailBase + C.tailCount
    {
      return first + (second - C.tailBase)
    }
    return tables.compositions[UInt64(first) << 32 | UInt64(second)]
  }
}
