/// All methods.
public enum Methods {
  /// One entry per method, in display order.
  public static let all: [MethodDescriptor] = [
    ZeroShot.descriptor, CoOp.descriptor, KgCoOp.descriptor, LinearProbe.descriptor, Mixture.descriptor,
  ]

  /// The name of a model of functions, in checkpoints and in programs: it is not part of
  /// `all`.
  public static let own = "model"

  /// Their names for display: "coop, kgcoop or mixture".
  public static func list(
    where isListed: (MethodDescriptor) -> Bool = { _ in true }, own hasOwn: Bool = false
  ) -> String {
    let names = all.filter(isListed).map(\.kind) + (hasOwn ? ["\(own) { … }"] : [])
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " or " + last
  }

  /// The methods with trainable prompts.
  public static var listOfPlanned: String { list(where: { $0.storage.isPlanned }) }

  /// The trainable methods: those, and models of functions.
  public static var listOfTrainable: String { list(where: { $0.storage.isPlanned }, own: true) }

  /// The methods with a router.
  public static var listOfRouted: String { list(where: \.isRouted, own: true) }

  /// The method of this kind.
  public static subscript(_ kind: String?) -> MethodDescriptor? { all.first { $0.kind == kind } }
}
