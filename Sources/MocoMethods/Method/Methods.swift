/// The methods that there are.
public enum Methods {
  /// One entry for each, in the order in which lists show them.
  public static let all: [MethodDescriptor] = [
    ZeroShot.descriptor, CoOp.descriptor, KgCoOp.descriptor, LinearProbe.descriptor, Mixture.descriptor,
  ]

  /// The method of this kind.
  public static subscript(_ kind: String?) -> MethodDescriptor? { all.first { $0.kind == kind } }
}
