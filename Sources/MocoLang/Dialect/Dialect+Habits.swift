import MocoBase

// Advice for names and idioms of other languages.

extension Dialect {
  private func first(_ found: (Habits) -> String?) -> String? {
    for habits in habits { if let advice = found(habits) { return advice } }
    return nil
  }

  /// Advice for a name that does not exist.
  func help(forName name: String) -> String? { first { $0.names[name] } }

  /// Advice for a near miss of such a word: `lenght`.
  func help(nearName name: String) -> String? {
    guard name.utf8.count > 4 else { return nil }
    let known = Set(habits.flatMap(\.names.keys))
    guard let near = Nearest.name(to: name, among: known.sorted()),
      Nearest.edits(name, near) == 1
    else { return nil }
    return help(forName: near)
  }

  /// What to do with a line that imports a module whose contents are built in.
  package func help(forModule name: String) -> String? {
    let root = String(name.prefix { $0 != "." })
    return first { $0.modules[root] }
  }

  /// The name used here for a member of another language's module: `np.array`, `math.sqrt`.
  func builtin(_ name: String, of module: String) -> String? {
    guard habits.contains(where: { $0.moduleAliases.contains(module) }) else { return nil }
    return first { $0.moduleMembers[name] } ?? name
  }

  /// What to write for an argument of another library that the function does not have.
  ///
  /// - Parameter value: the source of the argument's value, if it is known.
  func help(forArgument name: String, among names: [String], value: String? = nil) -> String? {
    for advice in habits.compactMap({ $0.argumentAdvice[name] }).joined()
    where names.contains(where: advice.parameters.contains) {
      let isNumber = value.map { $0.utf8.count < 16 && $0.first?.isNumber == true && Double($0) != nil }
      return advice.text.replacing("#", with: isNumber == true ? value ?? advice.example : advice.example)
    }
    guard let known = first({ $0.arguments[name] }), names.contains(known) else { return nil }
    return "write \(known): …"
  }

  /// What to write if a call passes more arguments than the function accepts.
  func help(forSurplusOf function: String) -> String? { first { $0.surplus[function] } }

  /// The call that replaces a method or member of another language.
  func help(forMember name: String, of type: String) -> String? {
    let lists = habits.compactMap { $0.members[type] }
    if !lists.isEmpty {
      for list in lists { if let advice = list[name] { return advice } }
      return nil
    }
    return first { $0.objectMembers[name] }
  }
}
