/// The type of a tensor's elements.
public enum DType: String, Sendable, Hashable, CaseIterable {
  case float32, int64, bool

  /// Bytes of an element.
  public var size: Int {
    switch self {
    case .float32: return 4
    case .int64: return 8
    case .bool: return 1
    }
  }
}
