// Information about a type of host objects without an instance: for help, completion and the index.

import MocoBase

/// A type, its members with a sentence each, and their types.
///
///     HostType(
///       "Vector", "Numbers in a row.", element: "Float",
///       fields: [("norm", "Float", "The length of the vector.")],
///       methods: Vector.methods, gives: ["scaled": "Vector"])
public struct HostType {
  /// A field or a method.
  public struct Member {
    /// The name after the dot.
    public var name: String
    /// Its description, in one sentence.
    public var summary: String
    /// The type of the field or of the method's result; nil if it varies.
    public var type: String?
    /// The signature and help of a method; nil for fields.
    public var function: NativeFunction?
  }

  /// The result of `type(x)` for an object of this type.
  public var name: String
  /// The description of such an object, in one sentence.
  public var summary: String
  /// In the order in which they are listed.
  public private(set) var members: [Member]
  /// The type of `x[0]` and of the elements in `for`.
  public var element: String?
  /// The field that lists the valid keys of `x["…"]`; it must be cheap.
  public var keys: String?
  /// The type of fields that not every object of the type has, such as the splits of a data set.
  public var otherFields: String?

  /// A type with fields, and with the methods of a table in the table's order; `gives` has the result types
  /// of methods, by method.
  public init<Host: HostObject>(
    _ name: String, _ summary: String, element: String? = nil, otherFields: String? = nil,
    keys: String? = nil,
    fields: [(name: String, type: String?, summary: String)] = [],
    methods: MethodTable<Host>, gives: [String: String] = [:]
  ) {
    self.init(name, summary, element: element, otherFields: otherFields, keys: keys, fields: fields)
    for method in methods.names {
      guard let function = methods.function(method) else { continue }
      members.append(
        Member(name: method, summary: Summary.of(function.doc), type: gives[method], function: function))
    }
  }

  /// A type with fields only.
  public init(
    _ name: String, _ summary: String, element: String? = nil, otherFields: String? = nil,
    keys: String? = nil,
    fields: [(name: String, type: String?, summary: String)] = []
  ) {
    self.name = name
    self.summary = summary
    self.element = element
    self.otherFields = otherFields
    self.keys = keys
    members = fields.map { Member(name: $0.name, summary: $0.summary, type: $0.type, function: nil) }
  }

  /// The member with that name; nil if the type has none, or if it is one of `otherFields`.
  public func member(_ name: String) -> Member? { members.first { $0.name == name } }
}

/// The first sentence of a description.
public enum Summary {
  /// The text up to the first full stop or the end of the paragraph, without the Markdown marks at its
  /// beginning.
  public static func of(_ doc: String?) -> String {
    guard let doc else { return "" }
    var text = ""
    for line in doc.split(separator: "\n", omittingEmptySubsequences: false) {
      let line = line.drop { $0 == " " }
      if line.isEmpty || line.hasPrefix("```") || line.hasPrefix("- ") {
        if text.isEmpty, line.isEmpty { continue }
        break
      }
      text += (text.isEmpty ? "" : " ") + line
    }
    let characters = Array(text)
    var depth = 0
    var inCode = false
    for (index, character) in characters.enumerated() {
      switch character {
      case "`": inCode.toggle()
      case "(" where !inCode: depth += 1
      case ")" where !inCode: depth -= 1
      case "." where !inCode && depth <= 0:
        // A full stop ends a sentence before a space; `a.b` and `1.5` continue, and so do `e.g. x` and `… y`.
        let isLast = index + 1 == characters.count
        if isLast { return String(characters[...index]) }
        if characters[index + 1] == " ", index + 2 >= characters.count || !characters[index + 2].isLowercase {
          return String(characters[...index])
        }
      default: break
      }
    }
    if text.hasSuffix(":") || text.hasSuffix(",") { text.removeLast() }
    return text.isEmpty || text.hasSuffix(".") ? text : text + "."
  }
}

extension MethodTable {
  /// A method without an object: its signature and its help. It cannot be called.
  public func function(_ name: String) -> NativeFunction? {
    guard let (signature, doc) = description(of: name) else { return nil }
    return NativeFunction(signature: signature, doc: doc, core: nil) { arguments in
      throw Failure(
        "E0310", "\(arguments.functionName) is called on an object: x.\(arguments.functionName)(…)")
    }
  }
}

extension Interpreter {
  /// Provides the types for help and completion; evaluated on demand.
  public func describe(_ types: @escaping () -> [HostType]) { hostTypeSource = types }

  /// Provides related names for the help of functions and members.
  public func describe(related: [String: [String]]) { relatedNames.merge(related) { $1 } }

  /// A line for the end of a help text; nil if there are no related names.
  func seeAlso(_ name: String) -> String? {
    guard let others = relatedNames[name], !others.isEmpty else { return nil }
    return "See also: " + others.prefix(8).map { "`\($0)`" }.joined(separator: ", ")
  }

  /// Provides the result types of functions, by the function's name.
  public func describe(results: [String: String]) { resultTypes.merge(results) { $1 } }
}
