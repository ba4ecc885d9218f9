/// The names that a program declares and the places that use them, by the rules of the check: what an editor asks for the
/// declaration of a name and for its references. Programs with errors have one too, of what could be read.
package struct NameTable: Sendable {
  /// One declaration.
  package struct Name: Sendable {
    /// What a declaration makes.
    package enum Kind: Sendable {
      case constant, variable, function, parameter, loop, error, module, groups
    }

    /// As it is written.
    package let name: String
    /// Where the declaration names it.
    package let place: Span
    /// What it is.
    package let kind: Kind
    /// Where it can be used; nil for the whole file.
    package let scope: Span?
  }

  /// In the order of the text, as far as scopes allow.
  package let names: [Name]
  /// Places of uses, with indices into `names`.
  package let uses: [(place: Span, name: Int)]

  /// Reads the names of a program; nothing is reported.
  ///
  /// - Parameter context: what the program is checked with.
  package init(_ program: Program, _ context: CheckContext) {
    var context = context
    // Modules are of no interest here, and would be read from the disk.
    context.moduleNames = nil
    var checker = Checker(program: program, context: context)
    checker.run()
    checker.settleUses()
    names = checker.variables.map {
      Name(
        name: $0.name, place: $0.span, kind: $0.kind.shown, scope: $0.isGlobal ? nil : ($0.scope ?? $0.span))
    }
    uses = checker.uses.map { ($0.place, $0.variable) }
  }

  /// The declaration that a place names or uses: an index into `names`.
  ///
  /// - Parameter offset: in UTF-8 bytes; the end of a name belongs to it.
  package func name(at offset: Int) -> Int? {
    func holds(_ place: Span) -> Bool { place.start <= offset && offset <= place.end }
    return uses.first { holds($0.place) }?.name ?? names.firstIndex { holds($0.place) }
  }

  /// The declarations that are one name to the program: of the top level all of that name, since cells may declare it again.
  package func declarations(of index: Int) -> [Int] {
    guard names.indices.contains(index) else { return [] }
    guard names[index].scope == nil else { return [index] }
    return names.indices.filter { names[$0].scope == nil && names[$0].name == names[index].name }
  }

  /// The places that use a name, in the order of the text.
  ///
  /// - Parameter declared: whether its declarations are among them.
  package func references(of index: Int, declared: Bool) -> [Span] {
    let wanted = declarations(of: index)
    let places =
      uses.filter { wanted.contains($0.name) }.map(\.place) + (declared ? wanted.map { names[$0].place } : [])
    var seen: Set<Int> = []
    return places.sorted { $0.start < $1.start }.filter { seen.insert($0.start).inserted }
  }

  /// Names that can be used at a place and are not of the top level, the innermost first.
  package func locals(at offset: Int) -> [Name] {
    names.filter { name in name.scope.map { $0.start <= offset && offset <= $0.end } ?? false }.reversed()
  }
}

extension Checker {
  /// Gives uses that came before their declaration to the names of a scope that ends.
  mutating func settleUses(in scope: Scope, from first: Int) {
    guard first < pendingUses.count else { return }
    let waiting = pendingUses[first...]
    pendingUses.removeSubrange(first...)
    for use in waiting {
      if let index = scope.names[use.name] {
        uses.append((use.place, index))
      } else {
        pendingUses.append(use)
      }
    }
  }

  /// The same at the end of the program, with the names of its top level.
  mutating func settleUses() {
    if let scope = scopes.first { settleUses(in: scope, from: 0) }
  }
}

extension Checker.Variable.Kind {
  fileprivate var shown: NameTable.Name.Kind {
    switch self {
    case .constant: .constant
    case .variable: .variable
    case .function: .function
    case .parameter: .parameter
    case .loop: .loop
    case .error: .error
    case .module: .module
    case .groups: .groups
    }
  }
}
