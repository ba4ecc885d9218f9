/// The methods that there are.
public enum Methods {
  /// One entry for each, in the order in which lists show them.
  public static let all: [MethodDescriptor] = [
    ZeroShot.descriptor, CoOp.descriptor, KgCoOp.descriptor, LinearProbe.descriptor, Mixture.descriptor,
  ]

  /// What checkpoints call a model whose functions stand in a program, and programs call what makes it: it is none of
  /// `all`.
  public static let own = "model"

  /// Their names for people: "coop, kgcoop or mixture" are those of which a training's cost can be told.
  public static func list(
    where isListed: (MethodDescriptor) -> Bool = { _ in true }, own hasOwn: Bool = false
  ) -> String {
    let names = all.filter(isListed).map(\.kind) + (hasOwn ? ["\(own) { … }"] : [])
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " or " + last
  }

  /// Those with prompts that a training moves.
  public static var listOfPlanned: String { list(where: { $0.storage.isPlanned }) }

  /// What a training moves: those, and models of a program's functions.
  public static var listOfTrainable: String { list(where: { $0.storage.isPlanned }, own: true) }

  /// Those with a router.
  public static var listOfRouted: String { list(where: \.isRouted, own: true) }

  /// The method of this kind.
  public static subscript(_ kind: String?) -> MethodDescriptor? { all.first { $0.kind == kind } }
}
