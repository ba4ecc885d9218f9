/// What people bring along from other languages and libraries, idioms and names that do not exist here, and what to
/// write instead. The language has its own list and the embedder may give another, for its subject.
public struct Habits: Sendable {
  /// Advice for names that do not exist: `None` → `write nil`.
  public let names: [String: String]
  /// Advice for the line that wants a module of another language, by the module's name up to the first point.
  public let modules: [String: String]
  /// Names by which programs reach the functions of such modules: `np`.
  public let moduleAliases: Set<String>
  /// What members of those are called here, where it is something else: `array` → `tensor`.
  public let moduleMembers: [String: String]
  /// What arguments of other libraries are called here.
  public let arguments: [String: String]
  /// Advice where a call gives more arguments than a function takes, by the function's name.
  public let surplus: [String: String]
  /// The call by which a value does what a method or member of another language does, by type and member.
  public let members: [String: [String: String]]
  /// The same for host objects whose type is not in `members`.
  public let objectMembers: [String: String]

  /// Habits of one origin. Keys are matched exactly, as they are written.
  public init(
    names: [String: String] = [:], modules: [String: String] = [:], moduleAliases: Set<String> = [],
    moduleMembers: [String: String] = [:], arguments: [String: String] = [:], surplus: [String: String] = [:],
    members: [String: [String: String]] = [:], objectMembers: [String: String] = [:]
  ) {
    self.names = names
    self.modules = modules
    self.moduleAliases = moduleAliases
    self.moduleMembers = moduleMembers
    self.arguments = arguments
    self.surplus = surplus
    self.members = members
    self.objectMembers = objectMembers
  }

  /// What is called by a name that a variable may well have: `c(1, 2)` of R.
  package static func help(forCallOf name: String) -> String? {
    name == "c" ? "write [1, 2]" : nil
  }

  /// `"%.2f" % x` and `"{:.2f}".format(x)`: the value stands in the string here.
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
