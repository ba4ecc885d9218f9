// Controls: settings of a program that the reader of a notebook can change. The language only marks such
// functions; the embedder defines them.
//
//   interpreter.define(
// NativeFunction("slider(range)", doc: "…") { … } // the plain call: returns the default
//       .asControl(goesThrough: true) { arguments, declaration in … })  // let k = slider(…) at the top level

import MocoBase
import MocoDocument

/// A control that a program has declared: `let k = slider(1...6, 2)`.
public struct Control: Sendable {
  /// What can be set.
  public enum Kind: Sendable {
    /// Numbers at equal distances.
    case slider(Steps)
    /// One of several options, by their texts.
    case choice([String])
    /// `true` or `false`.
    case toggle
    /// Any text.
    case text
    /// One of several pictures, by its index, from 0.
    case pictures([Picture])
  }

  /// A picture that can be chosen.
  public struct Picture: Sendable {
    /// Its label.
    public var label: String
    /// The picture; nil if there are too many to show.
    public var image: Document.Image?

    /// A picture with a label.
    public init(label: String, image: Document.Image?) {
      self.label = label
      self.image = image
    }
  }

  /// The name of the `let` that declares it, used by `--set`.
  public var name: String
  /// What can be set.
  public var kind: Kind
  /// The label; empty to show only the name.
  public var label: String
  /// The current value, in the form that `--set` accepts.
  public var value: String
  /// Whether the last of the values is not one that the program names: it was set, `--set shots=3` for
  /// `over([1, 2, 4])`.
  public var hasOtherValue = false

  /// A control; see the fields.
  public init(name: String, kind: Kind, label: String = "", value: String) {
    self.name = name
    self.kind = kind
    self.label = label
    self.value = value
  }
}

extension Control {
  /// The number of values; nil if they cannot be enumerated.
  public var stateCount: Int? {
    switch kind {
    case .slider(let steps): steps.count
    case .choice(let options): options.count
    case .toggle: 2
    case .text: nil
    case .pictures(let pictures): pictures.count
    }
  }

  /// How many values the program itself names.
  public var namedCount: Int? { stateCount.map { hasOtherValue ? $0 - 1 : $0 } }

  /// The value at an index from 0 to `stateCount - 1`, in the form that `--set` accepts.
  public func state(at place: Int) -> String {
    switch kind {
    case .slider(let steps): steps.text(at: place)
    case .choice(let options): options.indices.contains(place) ? options[place] : value
    case .toggle: place == 0 ? "false" : "true"
    case .text: value
    case .pictures: String(place)
    }
  }

  /// The index of a value; nil if it cannot be set. Any text has index 0 in a text field.
  public func place(of text: String) -> Int? {
    switch kind {
    case .slider(let steps): steps.place(of: text)
    case .choice(let options): options.firstIndex(of: text)
    case .toggle: ["false", "true"].firstIndex(of: text)
    case .text: 0
    case .pictures(let pictures): Int(text).flatMap { pictures.indices.contains($0) ? $0 : nil }
    }
  }

  /// A value in the normal form of `--set`.
  ///
  /// - Throws: E0307 with the valid values, if it cannot be set.
  public func accepted(_ text: String) throws -> String {
    if case .text = kind { return text }
    if let place = place(of: text) { return state(at: place) }
    var help = "use \(possible)"
    if case .choice(let options) = kind, let near = Nearest.name(to: text, among: options) {
      help = "did you mean \(name)=\(near)? \(help)"
    }
    throw Failure("E0307", "--set \(name)=\(text): the \(noun) does not accept this value", help: help)
  }

  /// The name of the kind of control.
  public var noun: String {
    switch kind {
    case .slider: "slider"
    case .choice: "choice"
    case .toggle: "toggle"
    case .text: "text field"
    case .pictures: "image picker"
    }
  }

  /// The valid values, in words: `a number from 1 to 6 in steps of 1`.
  public var possible: String {
    switch kind {
    case .slider(let steps): return steps.sentence
    case .choice(let options):
      let shown = options.prefix(12).joined(separator: ", ")
      return "one of \(shown)\(options.count > 12 ? ", … (\(options.count))" : "")"
    case .toggle: return "true or false"
    case .text: return "any text"
    case .pictures(let pictures): return "the number of an image, from 0 to \(pictures.count - 1)"
    }
  }

  /// One line for a terminal: `k = 2  (slider 1…6)`.
  public var line: String {
    let range: String
    switch kind {
    case .slider(let steps): range = "\(steps.text(at: 0))…\(steps.text(at: steps.count - 1))"
    case .choice(let options):
      range = options.prefix(6).joined(separator: ", ") + (options.count > 6 ? ", …" : "")
    case .toggle: range = "true, false"
    case .text: range = ""
    case .pictures(let pictures): range = "0…\(pictures.count - 1)"
    }
    return "\(name) = \(shownValue)  (\(noun)\(range.isEmpty ? "" : " " + range))"
  }

  /// The value as shown to a reader: a text in quotes, a picture with its label.
  public var shownValue: String {
    switch kind {
    case .text: return StringText.quoted(value)
    case .pictures(let pictures):
      guard let place = Int(value), pictures.indices.contains(place), !pictures[place].label.isEmpty else {
        return value
      }
      return "\(value): \(pictures[place].label)"
    default: return value
    }
  }
}

extension Control {
  /// Numbers at equal distances, Ints or Floats.
  public struct Steps: Sendable, Equatable {
    /// The first.
    public let start: Double
    /// The distance between two numbers, above 0.
    public let step: Double
    /// The number of values; at least 1.
    public let count: Int
    /// Whether the numbers are Ints.
    public let isWhole: Bool
    /// The first number and the distance as Ints in units of 1 / `scale`, so that 0.1 · 3 is 0.3. 0 if they
    /// are out of range.
    private let scale: Int
    private let scaledStart: Int
    private let scaledStep: Int

    /// Ints.
    public init(start: Int, step: Int, count: Int) {
      self.start = Double(start)
      self.step = Double(step)
      self.count = max(1, count)
      isWhole = true
      scale = 1
      scaledStart = start
      scaledStep = step
    }

    /// Floats; the numbers are the decimals that a reader expects.
    public init(start: Double, step: Double, count: Int) {
      self.start = start
      self.step = step
      self.count = max(1, count)
      isWhole = false
      let most = 1e15
      for digits in 0...12 {
        let scale = (0..<digits).reduce(1.0) { result, _ in result * 10 }
        let (first, each) = ((start * scale).rounded(), (step * scale).rounded())
        let last = first.magnitude + each.magnitude * Double(self.count)
        guard last < most else { break }
        if first / scale == start, each / scale == step {
          (self.scale, scaledStart, scaledStep) = (Int(scale), Int(first), Int(each))
          return
        }
      }
      (scale, scaledStart, scaledStep) = (0, 0, 0)
    }

    /// The number at an index as a value of the language.
    public func value(at place: Int) -> AnyValue {
      isWhole ? .int(scaledStart &+ scaledStep &* place) : .float(number(at: place))
    }

    /// The number at an index.
    public func number(at place: Int) -> Double {
      if isWhole { return Double(scaledStart &+ scaledStep &* place) }
      if scale > 0 { return Double(scaledStart &+ scaledStep &* place) / Double(scale) }
      return start + step * Double(place)
    }

    /// The number at an index as text.
    public func text(at place: Int) -> String {
      isWhole ? String(scaledStart &+ scaledStep &* place) : NumberText.float(number(at: place))
    }

    /// The index of a number; nil if it is not one of the values.
    public func place(of number: Double) -> Int? {
      let place = ((number - start) / step).rounded()
      guard place >= 0, place < Double(count), place < 9e15 else { return nil }
      let found = self.number(at: Int(place))
      return (found - number).magnitude <= step * 1e-6 ? Int(place) : nil
    }

    /// The index of a number given as text; nil if it is not one of the values.
    func place(of text: String) -> Int? {
      if isWhole {
        guard let number = Int(text), scaledStep > 0 else { return nil }
        let (distance, overflow) = number.subtractingReportingOverflow(scaledStart)
        guard !overflow, distance >= 0, distance % scaledStep == 0, distance / scaledStep < count else {
          return nil
        }
        return distance / scaledStep
      }
      let isPlain = !text.isEmpty && text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
      return isPlain ? Double(text).flatMap(place(of:)) : nil
    }

    /// `a number from 1 to 6 in steps of 1`
    public var sentence: String {
      let distance = isWhole ? String(scaledStep) : NumberText.float(step)
      return
        "\(isWhole ? "an Int" : "a number") from \(text(at: 0)) to \(text(at: count - 1)) in steps of \(distance)"
    }
  }
}

/// The declaration of a control, and its setting.
public struct ControlDeclaration: Sendable {
  /// The name of the `let`.
  public let name: String
  /// The value of `--set`; nil for the default.
  public let setting: String?
  /// Whether it is in a module, whose controls cannot be set.
  public let isInModule: Bool
}

/// The properties of a control function.
struct ControlRole {
  /// Whether its values can be enumerated.
  let goesThrough: Bool
  /// Whether a sweep uses its values. If so, a call outside a declaration is an error.
  let isSwept: Bool
  /// The implementation of `let name = f(…)` at the top level, in place of the plain call.
  let body: (inout Arguments, ControlDeclaration) throws -> AnyValue
}

extension NativeFunction {
  /// The same function as a control: in `let name = f(…)` at the top level it declares a control; elsewhere
  /// it is an ordinary function.
  ///
  /// - Parameters:
  ///   - goesThrough: whether its values can be enumerated.
  ///   - isSwept: whether a sweep uses its values.
  ///   - body: the implementation for a declaration.
  package func asControl(
    goesThrough: Bool, isSwept: Bool = false,
    _ body: @escaping (inout Arguments, ControlDeclaration) throws -> AnyValue
  ) -> NativeFunction {
    control = ControlRole(goesThrough: goesThrough, isSwept: isSwept, body: body)
    return self
  }

  /// The function called in a declaration; nil if it is not a control.
  func declared(_ declaration: ControlDeclaration) -> NativeFunction? {
    guard let control else { return nil }
    return NativeFunction(signature: signature, doc: doc, core: nil) { arguments in
      try control.body(&arguments, declaration)
    }
  }
}

extension Interpreter {
  /// Whether the values of a control function can be enumerated; nil if the built-in is not a control.
  public func control(builtin name: String) -> Bool? {
    guard let slot = globals.builtins.slots[name], globals.words[slot].tag == .native else { return nil }
    return nativeFunction(globals.words[slot]).control?.goesThrough
  }

  /// Whether a sweep uses the values of a built-in.
  public func isSwept(builtin name: String) -> Bool {
    guard let slot = globals.builtins.slots[name], globals.words[slot].tag == .native else { return false }
    return nativeFunction(globals.words[slot]).control?.isSwept ?? false
  }
}

/// A range of Floats, which only controls accept: it has no elements.
package final class FloatRange: HostObject {
  /// The first number.
  package let start: Double
  /// The end as written.
  package let end: Double
  /// Whether the end is included.
  package let isClosed: Bool

  init(start: Double, end: Double, isClosed: Bool) {
    self.start = start
    self.end = end
    self.isClosed = isClosed
  }

  package var typeName: String { "Range" }
  package var shortDescription: String {
    "\(NumberText.float(start))\(isClosed ? "..." : "..<")\(NumberText.float(end))"
  }
}
