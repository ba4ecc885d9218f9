#if canImport(Glibc)
  import Glibc
#endif

extension String {
  /// Without whitespace and newlines at both ends.
  package var trimmed: String {
    var rest = self[...]
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return String(rest)
  }

  /// Padded with spaces at the end, up to a number of characters.
  package func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(width - count, 0)) }
}
