// The sequences that a terminal sends for keys, by ECMA-48 and xterm's "Control Sequences". An unknown sequence is
// consumed completely, so that its tail is never typed.

import MocoSession

/// A decoded key.
package enum KeyPress: Equatable {
  /// The key.
  package enum Name: Equatable {
    case up, down, left, right, home, end, pageUp, pageDown, delete, backspace, tab, enter, escape
  }

  /// The modifiers.
  package struct Modifiers: OptionSet {
    /// The numbers that terminals use.
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// The shift key.
    package static let shift = Modifiers(rawValue: 1)
    /// The alt or meta key.
    package static let alt = Modifiers(rawValue: 2)
    /// The control key.
    package static let control = Modifiers(rawValue: 4)
  }

  case text(Unicode.Scalar)
  /// With ⌃: an upper-case letter or one of `@ \ ] ^ _`.
  case control(Unicode.Scalar)
  /// With ⌥, or after Esc.
  case meta(Unicode.Scalar)
  case named(Name, Modifiers = [])
  /// The following text is pasted, up to the end mark.
  case paste
  case unknown
  /// The terminal was closed, or the process must end.
  case closed

  /// An ordinary scalar.
  init(_ scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x08, 0x7F: self = .named(.backspace)
    case 0x09: self = .named(.tab)
    case 0x0A, 0x0D: self = .named(.enter)
    case 0x1B: self = .named(.escape)
    case ..<0x20: self = .control(Unicode.Scalar(scalar.value + 0x40) ?? "@")
    case 0x80..<0xA0: self = .unknown
    default: self = .text(scalar)
    }
  }

  /// The same key after Esc.
  var afterEscape: KeyPress {
    switch self {
    case .text(let scalar): .meta(scalar)
    case .named(let name, let modifiers): .named(name, modifiers.union(.alt))
    case .paste, .closed: self
    case .control, .meta, .unknown: .unknown
    }
  }
}

/// Decodes keys from scalars, one at a time.
package struct KeyDecoder {
  private enum State: Equatable {
    case ground
    case escape
    /// After `ESC [`, with the parameters so far.
    case control(String)
    /// After `ESC O`.
    case shift(String)
    /// After `ESC [ [`: the Linux console's function keys.
    case console
  }

  private var state = State.ground
  private var isMeta = false

  /// Nothing has been typed.
  package init() {}

  /// Whether Esc was received and nothing after it.
  package var isAtEscape: Bool { state == .escape }
  /// Whether a sequence is incomplete.
  package var isInside: Bool { state != .ground }

  /// Discards an incomplete sequence.
  package mutating func reset() {
    state = .ground
    isMeta = false
  }

  /// - Returns: `nil` while more is needed.
  package mutating func take(_ scalar: Unicode.Scalar) -> KeyPress? {
    switch state {
    case .ground:
      if scalar == "\u{1B}" {
        state = .escape
        return nil
      }
      return KeyPress(scalar)
    case .escape:
      switch scalar {
      case "[": state = .control("")
      case "O": state = .shift("")
      case "\u{1B}": isMeta = true
      default:
        reset()
        return KeyPress(scalar).afterEscape
      }
      return nil
    case .console:
      reset()
      return .unknown
    case .control(let parameters):
      if scalar == "[", parameters.isEmpty {
        state = .console
        return nil
      }
      if (0x20...0x3F).contains(scalar.value) {
        state = .control(parameters.utf8.count < 64 ? parameters + String(scalar) : parameters)
        return nil
      }
      return ended(scalar, KeyDecoder.key(parameters, scalar))
    case .shift(let parameters):
      if (0x30...0x3B).contains(scalar.value) {
        state = .shift(parameters.utf8.count < 64 ? parameters + String(scalar) : parameters)
        return nil
      }
      return ended(scalar, KeyDecoder.shiftKey(parameters, scalar))
    }
  }

  private mutating func ended(_ final: Unicode.Scalar, _ key: KeyPress) -> KeyPress? {
    let wasMeta = isMeta
    reset()
    // A scalar that cannot end a sequence aborts it, and is an ordinary one.
    guard (0x40...0x7E).contains(final.value) else { return take(final) }
    return wasMeta ? key.afterEscape : key
  }

  private static func modifiers(_ number: Int?) -> KeyPress.Modifiers {
    guard let number, (1...256).contains(number) else { return [] }
    // Meta, the fourth bit, counts as Alt.
    let bits = number - 1
    return KeyPress.Modifiers(rawValue: bits & 7 | (bits & 8 != 0 ? 2 : 0))
  }

  private static func arrow(_ final: Unicode.Scalar) -> KeyPress.Name? {
    switch final {
    case "A": .up
    case "B": .down
    case "C": .right
    case "D": .left
    case "F": .end
    case "H": .home
    default: nil
    }
  }

  private static func numbers(_ parameters: String) -> [Int?] {
    parameters.split(separator: ";", omittingEmptySubsequences: false).map { part in
      Int(part.prefix { $0 != ":" })
    }
  }

  /// `ESC [ parameters final`.
  private static func key(_ parameters: String, _ final: Unicode.Scalar) -> KeyPress {
    let numbers = numbers(parameters)
    let first = numbers.first.flatMap { $0 }
    let second = numbers.dropFirst().first.flatMap { $0 }
    if let name = arrow(final) { return .named(name, modifiers(second ?? (first == 1 ? nil : first))) }
    switch final {
    case "a", "b", "c", "d":
      guard parameters.isEmpty else { return .unknown }
      return arrow(Unicode.Scalar(final.value - 0x20) ?? "A").map { .named($0, .shift) } ?? .unknown
    case "~", "^":
      let held = final == "^" ? .control : modifiers(second)
      switch first {
      case 1, 7: return .named(.home, held)
      case 4, 8: return .named(.end, held)
      case 3: return .named(.delete, held)
      case 5: return .named(.pageUp, held)
      case 6: return .named(.pageDown, held)
      case 27: return character(numbers.dropFirst(2).first.flatMap { $0 }, modifiers(second))
      case 200: return .paste
      default: return .unknown
      }
    case "u":
      return character(first, modifiers(second))
    default:
      return .unknown
    }
  }

  /// `ESC O final`, with a modifier in between on some terminals.
  private static func shiftKey(_ parameters: String, _ final: Unicode.Scalar) -> KeyPress {
    let held = modifiers(numbers(parameters).last.flatMap { $0 })
    if let name = arrow(final) { return .named(name, held) }
    switch final {
    case "a", "b", "c", "d":
      return arrow(Unicode.Scalar(final.value - 0x20) ?? "A").map { .named($0, .control) } ?? .unknown
    case "M":
      return .named(.enter, held)
    default:
      return .unknown
    }
  }

  /// A character that the terminal sends with its modifiers as numbers.
  private static func character(_ value: Int?, _ held: KeyPress.Modifiers) -> KeyPress {
    guard let value, let code = UInt32(exactly: value), let scalar = Unicode.Scalar(code) else {
      return .unknown
    }
    switch KeyPress(scalar) {
    case .named(let name, _):
      return .named(name, held)
    case .text(let scalar):
      if held.contains(.control) {
        let upper = (0x61...0x7A).contains(scalar.value) ? scalar.value - 0x20 : scalar.value
        guard !held.contains(.alt), (0x40...0x5F).contains(upper), let letter = Unicode.Scalar(upper) else {
          return .unknown
        }
        return KeyPress(Unicode.Scalar(upper - 0x40) ?? letter)
      }
      return held.contains(.alt) ? .meta(scalar) : .text(scalar)
    default:
      return .unknown
    }
  }
}
