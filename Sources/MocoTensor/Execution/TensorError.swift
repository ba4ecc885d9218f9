/// An error of the tensor library: a code of the language, what was found and expected, and what to write.
///
/// Codes: E0201 wrong operand types, E0202 index out of range, E0203 matrix product shapes, E0204 broadcast
/// shapes, E0205 wrong shape, axis or rank, E0206 not a scalar, E0207 gradient misuse, E0402 integer
/// overflow, E0403 division by zero, E0405 memory, E0406 interrupted.
public struct TensorError: Error, CustomStringConvertible {
  public var code: String
  public var message: String
  public var help: String?
  /// What the left and right operand are, where an operator failed: `[32, 512]` and `[10, 512]`.
  public var operandLabels: (left: String, right: String)?
  /// A remedy that can be typed, for whoever knows the operands' source text.
  public var remedy: Remedy?

  /// A change to the operands that makes the operation possible.
  public enum Remedy: Sendable, Equatable {
    /// `left @ right.T` gives this shape.
    case transposeRight([Int])
    /// `left.T @ right` gives this shape.
    case transposeLeft([Int])
    /// `right @ left` gives this shape.
    case swap([Int])
  }

  public init(
    code: String, message: String, help: String? = nil, operandLabels: (left: String, right: String)? = nil,
    remedy: Remedy? = nil
  ) {
    self.code = code
    self.message = message
    self.help = help
    self.operandLabels = operandLabels
    self.remedy = remedy
  }

  /// `help` with the operands as they are written: `transpose the right side: img @ text.T gives [32, 10]`.
  public func help(left: String, right: String) -> String? {
    // Anything but a name, a call or an index would need parentheses.
    func operand(_ text: String) -> String {
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
    let a = operand(left)
    let b = operand(right)
    switch remedy {
    case .transposeRight(let shape):
      return "transpose the right side: \(a) @ \(b).T gives \(Shape.text(shape))"
    case .transposeLeft(let shape): return "transpose the left side: \(a).T @ \(b) gives \(Shape.text(shape))"
    case .swap(let shape): return "exchange the sides: \(b) @ \(a) gives \(Shape.text(shape))"
    case nil: return help
    }
  }

  public var description: String { "\(code): \(message)" + (help.map { " (\($0))" } ?? "") }
}
