import MocoBase

/// Sizes of memory in words, and the limit on the memory of a program's values.
public enum MemorySize {
  private static let units: [(String, Double)] = [
    ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9),
  ]

  /// `"2 GB"`, `"512MiB"` in bytes; nil for anything else, and for less than one byte or more than an address can
  /// reach.
  public static func bytes(_ text: String) -> Int? {
    for (unit, size) in units where text.hasSuffix(unit) {
      let head = text.dropLast(unit.count).filter { $0 != " " }
      if let amount = Double(head), amount * size >= 1, amount * size < 1e15 { return Int(amount * size) }
    }
    return nil
  }

  /// Half of the free memory, so that a list that grows without end causes E0405 before the machine runs out of it; 4
  /// GiB at most. Tensors are counted separately.
  static var forValues: Int { min(4 << 30, max(MemoryAccountant.available / 2, 64 << 20)) }
}
