/// A change to the operands of a matrix product that makes it valid, with the resulting shape.
enum ProductRemedy: Sendable {
  /// `left @ right.T`
  case transposeRight([Int])
  /// `left.T @ right`
  case transposeLeft([Int])
  /// `right @ left`
  case swap([Int])

  /// The remedy with the operands as they are written: `transpose the right side: img @ text.T gives [32, 10]`.
  func text(left: String, right: String) -> String {
    let a = ProductRemedy.operand(left)
    let b = ProductRemedy.operand(right)
    switch self {
    case .transposeRight(let shape):
      return "transpose the right side: \(a) @ \(b).T gives \(Shape.text(shape))"
    case .transposeLeft(let shape): return "transpose the left side: \(a).T @ \(b) gives \(Shape.text(shape))"
    case .swap(let shape): return "swap the sides: \(b) @ \(a) gives \(Shape.text(shape))"
    }
  }

  /// Anything but a name, a call or an index needs parentheses.
  private static func operand(_ text: String) -> String {
    var depth = 0
    for character in text {
      if "([".contains(character) { depth += 1 }
      if ")]".contains(character) { depth -= 1 }
      if depth == 0, !(character.isLetter || character.isNumber || "_.)]".contains(character)) {
        return "(\(text))"
      }
    }
    return text
  }
}
