// Functions of the language that are written in Swift.
//
// Defining one, with defaults and named arguments:
//
//   interpreter.define(
//     NativeFunction(
//       "one_hot(labels, classes: Int, on = 1.0)",
//       doc: """
//         A row per label with a one in its class.
//
//         ```
//         one_hot([0, 2], classes: 3)
//         ```
//         """
//     ) { arguments in
//       let labels = try arguments.ints("labels")              // a List of Int, else E0303 naming function and argument
//       let classes = try arguments.int("classes", in: 1...)
//       let on = try arguments.float("on")                     // the default is filled in
//       guard labels.allSatisfy({ $0 < classes }) else {
//         throw arguments.failure("E0202", "a label is not below \(classes)", at: "labels")
//       }
//       return try .host(TensorValue(…))
//     })
//
// The machine itself reports unknown names (with the nearest one), missing and surplus arguments.
//
// An overload of an existing function for a host type, chosen by the first argument; it has its own
// signature:
//
//   interpreter.registerOverload("sum", for: TensorValue.self, NativeFunction("sum(x, axis = nil)", doc: "…")
//   { arguments in
//     let tensor = try arguments.host(TensorValue.self, "x")
//     return try .host(tensor.sum(axis: arguments.optionalInt("axis")))
//   })
//
// Calling back a function of the program:
//
//   let each = try arguments.optionalFunction("each_epoch")
//   try each?.call([.record([("index", 1), ("loss", 0.25)])])
//
// An error thrown by the called function travels through; let it pass. Long work calls
// `arguments.interpreter.checkInterrupt()` now and then.

/// A function written in Swift, with its signature and its help text.
public final class NativeFunction {
  /// The function's name and parameters.
  public let signature: Signature
  /// Markdown: a sentence or two, then an example in a code block. Every public function has one.
  public let doc: String
  /// The implementation. It may throw `Failure`, `Diagnostic`, or an error of a function that it called back.
  package let body: (inout Arguments) throws -> AnyValue
  /// The implementation of a core function, on plain values, in place of `body`.
  package let core: CoreBody?

  /// The name in programs.
  public var name: String { signature.functionName }
  /// The number of parameters that can be passed by position.
  let positionalCount: Int
  /// The number of required parameters.
  let requiredCount: Int
  /// The side effects of a call.
  package internal(set) var effect = Effect.something
  /// The new name of a deprecated function; nil if this is its current name.
  package internal(set) var newName: String?
  /// The implementation as a control in a declaration; nil if it is not a control.
  var control: ControlRole?
  /// The options of arguments that are records, by the argument's name.
  public internal(set) var blocks: [String: OptionBlock] = [:]
  /// Whether every parameter can be passed by position and there is no rest.
  let isPlain: Bool
  /// The defaults that are plain values; `undefined` for the others.
  private let plainDefaults: [Word]

  /// A function whose arguments are bound by its signature before `body` gets them.
  ///
  /// - Parameters:
  ///   - signature: see `Signature`, for example `"router(dim, experts: Int = 6, **options)"`.
  ///   - doc: Markdown with an example.
  public convenience init(
    _ signature: String, doc: String = "", _ body: @escaping (inout Arguments) throws -> AnyValue
  ) {
    self.init(signature: Signature(parsing: signature), doc: doc, core: nil, body: body)
  }

  /// A function of the core.
  package convenience init(core signature: String, doc: String, _ core: @escaping CoreBody) {
    self.init(signature: Signature(parsing: signature), doc: doc, core: core) { _ in .nil }
  }

  /// A function with a parsed signature; `body` is not called if there is a `core`.
  package init(
    signature: Signature, doc: String, core: CoreBody?, body: @escaping (inout Arguments) throws -> AnyValue
  ) {
    self.signature = signature
    self.doc = doc
    self.core = core
    self.body = body
    let parameters = signature.parameters
    positionalCount = parameters.count { !$0.isNameOnly }
    requiredCount = parameters.count { $0.isRequired }
    isPlain = positionalCount == parameters.count && signature.rest == nil && signature.options == nil
    plainDefaults = parameters.map { parameter in
      switch parameter.defaultValue?.storage {
      case .null: return .null
      case .bool(let value): return .bool(value)
      case .int(let value): return .int(value)
      case .float(let value): return .float(value)
      default: return .undefined
      }
    }
  }

  /// The default of a parameter, with a reference for the caller; `undefined` if it has no literal default.
  @inline(__always)
  func defaultWord(_ place: Int, _ heap: Heap) throws -> Word {
    let word = plainDefaults[place]
    if word.tag != .undefined { return word }
    return try signature.parameters[place].defaultValue?.owned(in: heap) ?? .undefined
  }
}

/// The methods of a host type, built once: `static let methods = MethodTable<Vector> { table in … }`.
/// A body gets the object and the arguments.
///
/// - Safety: filled by the closure that creates it, and only read afterwards.
public final class MethodTable<Host: HostObject>: @unchecked Sendable {
  /// A method: the object, the arguments without it, the result.
  public typealias Body = (Host, inout Arguments) throws -> AnyValue

  private var entries: [String: (signature: Signature, doc: String, body: Body)] = [:]
  private var effects: [String: Effect] = [:]
  /// The methods in the order of their definition.
  public private(set) var names: [String] = []

  /// A table that `build` fills with `add`; `build` is called once, immediately.
  public init(_ build: (MethodTable<Host>) -> Void) { build(self) }

  /// Adds a method, or replaces the one of that name.
  ///
  /// - Parameter signature: without the object itself, for example `"batches(size: Int, shuffle = false)"`.
  public func add(_ signature: String, doc: String = "", _ body: @escaping Body) {
    let parsed = Signature(parsing: signature)
    if entries[parsed.functionName] == nil { names.append(parsed.functionName) }
    entries[parsed.functionName] = (parsed, doc, body)
  }

  func description(of name: String) -> (signature: Signature, doc: String)? {
    entries[name].map { ($0.signature, $0.doc) }
  }

  /// Marks methods as having no side effects.
  package func onlyGiving(_ names: String...) {
    for name in names { effects[name] = .nothing }
  }

  /// The side effects of the methods, by name.
  package var allEffects: [(name: String, effect: Effect)] {
    names.map { ($0, effects[$0] ?? .something) }
  }

  /// Methods that accept a seed and use the program's seed by default.
  package var seededNames: [String] {
    names.filter { name in
      entries[name]?.signature.parameters.contains { $0.name == "seed" && $0.defaultText == "nil" } ?? false
    }
  }

  /// The method of that name as a function of its arguments, or nil.
  public func bind(_ name: String, to host: Host) -> NativeFunction? {
    guard let entry = entries[name] else { return nil }
    let body = entry.body
    return NativeFunction(signature: entry.signature, doc: entry.doc, core: nil) { arguments in
      try body(host, &arguments)
    }
  }
}
