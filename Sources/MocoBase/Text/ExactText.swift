/// A text as a key, compared by its scalars. Swift's own equality also holds between the composed and the decomposed
/// form of a letter, which are different Strings in programs.
package struct ExactText: Hashable {
  /// The given text.
  package let text: String

  /// A key that equals only texts of the same UTF-8 bytes.
  package init(_ text: String) { self.text = text }

  package static func == (left: ExactText, right: ExactText) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
