/// Idioms and names of other languages and libraries that do not exist here, and what to write instead. The
/// language has its own list, and the embedder may add another for its subject.
public struct Habits: Sendable {
  /// Advice for names that do not exist: `None` → `write nil`.
  public let names: [String: String]
  /// Advice for a line that imports a module of another language, by the module's name up to the first dot.
  public let modules: [String: String]
  /// Names that programs use for such modules: `np`.
  public let moduleAliases: Set<String>
  /// The names used here for members of these modules, if different: `array` → `tensor`.
  public let moduleMembers: [String: String]
  /// The names used here for arguments of other libraries.
  public let arguments: [String: String]
  /// Advice for arguments that belong to another argument or have another form here, by the argument's name.
  public let argumentAdvice: [String: [ArgumentAdvice]]
  /// Advice for a call with more arguments than the function accepts, by the function's name.
  public let surplus: [String: String]
  /// The call that replaces a method or member of another language, by type and member.
  public let members: [String: [String: String]]
  /// The same for host objects whose type is not in `members`.
  public let objectMembers: [String: String]

  /// What to write in place of an argument that a function does not have.
  public struct ArgumentAdvice: Sendable {
    /// The advice applies to functions with one of these parameters.
    public let parameters: Set<String>
    /// `#` stands for the value.
    public let text: String
    /// The value in the text if the call's is not a short number.
    public let example: String

    /// - Parameters:
    ///   - parameters: names of parameters, of which the function must have one.
    ///   - text: the help; `#` stands for the value.
    public init(_ parameters: Set<String>, _ text: String, example: String = "") {
      self.parameters = parameters
      self.text = text
      self.example = example
    }
  }

  /// Habits of one origin. Keys are matched exactly, as they are written.
  public init(
    names: [String: String] = [:], modules: [String: String] = [:], moduleAliases: Set<String> = [],
    moduleMembers: [String: String] = [:], arguments: [String: String] = [:],
    argumentAdvice: [String: [ArgumentAdvice]] = [:],
    surplus: [String: String] = [:], members: [String: [String: String]] = [:],
    objectMembers: [String: String] = [:]
  ) {
    self.names = names
    self.modules = modules
    self.moduleAliases = moduleAliases
    self.moduleMembers = moduleMembers
    self.arguments = arguments
    self.argumentAdvice = argumentAdvice
    self.surplus = surplus
    self.members = members
    self.objectMembers = objectMembers
  }

  /// Advice for a call of a name that may also be a variable: `c(1, 2)` of R.
  package static func help(forCallOf name: String) -> String? {
    name == "c" ? "write [1, 2]" : nil
  }

  /// `"%.2f" % x` and `"{:.2f}".format(x)`: here the value is written inside the string.
  package static func help(forTemplate text: String) -> String {
    var spec = ""
    if let percent = text.firstIndex(of: "%") {
      spec = String(text[text.index(after: percent)...].prefix { "0123456789.+-".contains($0) })
      let kind = text[percent...].dropFirst(1 + spec.count).first.map(String.init) ?? ""
      spec = spec.isEmpty ? "" : spec + ("feg%".contains(kind) ? kind : "")
    } else if let colon = text.firstIndex(of: ":"), text[..<colon].contains("{") {
      spec = String(text[text.index(after: colon)...].prefix { $0 != "}" })
    }
    return "write the value into the string: \"\\(x\(spec.isEmpty ? "" : ":" + spec))\""
  }
}
