/// The methods that there are.
public enum Methods {
  /// One entry for each, in the order in which lists show them.
  public static let all: [MethodDescriptor] = [
    ZeroShot.descriptor, CoOp.descriptor, KgCoOp.descriptor, LinearProbe.descriptor, Mixture.descriptor,
  ]

  /// Their names for people: "coop, kgcoop or mixture" are those of which a training's cost can be told.
  public static func list(where isListed: (MethodDescriptor) -> Bool = { _ in true }) -> String {
    let names = all.filter(isListed).map(\.kind)
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " or " + last
  }

  /// Those with prompts that a training moves.
  public static var listOfPlanned: String { list { $0.storage.isPlanned } }

  /// Those with a router.
  public static var listOfRouted: String { list(where: \.isRouted) }

  /// The method of this kind.
  public static subscript(_ kind: String?) -> MethodDescriptor? { all.first { $0.kind == kind } }
}
