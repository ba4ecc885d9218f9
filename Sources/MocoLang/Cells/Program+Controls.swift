extension Program {
  /// A control that the program declares, as far as its source shows.
  public struct DeclaredControl: Equatable, Sendable {
    /// The name of the `let`.
    public let name: String
    /// The index of its cell.
    public let cell: Int
    /// Whether its values can be enumerated.
    public let goesThrough: Bool
  }

  /// The controls that it declares, in order: `let name = f(…)` at the top level, where f is one of the
  /// context's controls and is not declared by the program.
  public func controls(_ context: CheckContext) -> [DeclaredControl] {
    guard !context.controls.isEmpty else { return [] }
    let own = Set(statements.flatMap { $0.declaredNames.map(\.0) })
    var found: [DeclaredControl] = []
    for (index, cell) in cells.enumerated() {
      for place in cell.statements where statements.indices.contains(place) {
        guard case .binding(let binding) = statements[place].kind, let call = binding.controlCall,
          !own.contains(call.function), context.names[call.function] == nil,
          let goesThrough = context.controls[call.function]
        else { continue }
        found.append(DeclaredControl(name: call.name, cell: index, goesThrough: goesThrough))
      }
    }
    return found
  }
}

extension Binding {
  /// The name, and the function called in its value, if it has the form of a declared control:
  /// `let name = f(…)`.
  var controlCall: (name: String, function: String)? {
    guard !isMutable, case .name(let name) = pattern.kind, case .call(let call) = value.kind,
      case .name(let function) = call.callee.kind
    else { return nil }
    return (name, function)
  }
}
