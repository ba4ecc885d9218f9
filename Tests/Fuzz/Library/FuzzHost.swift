import MocoLang

/// A host object with everything that one may have, which calls back into the program wherever it can.
final class FuzzHost: HostObject {
  private let held: HeldValue
  private var other: HeldValue?

  init(_ value: AnyValue) { held = HeldValue(value) }

  static func maker() -> NativeFunction {
    NativeFunction("holder(x = nil)", doc: "Holds a value.\n\n```\nholder(1)\n```") { arguments in
      .host(FuzzHost(try arguments.value("x")))
    }
  }

  static let methods = MethodTable<FuzzHost> { table in
    table.add("each(f)", doc: "Calls f with what is held.\n\n```\nholder(1).each(print)\n```") {
      host, arguments in
      try arguments.function("f").call([host.held.value])
    }
    table.add("swap(x)", doc: "Holds another value.\n\n```\nholder(1).swap(2)\n```") { host, arguments in
      let old = host.held.value
      host.held.value = try arguments.value("x")
      return old
    }
  }

  var typeName: String { "Holder" }
  var memberNames: [String] { ["a", "b"] + FuzzHost.methods.names }
  func member(_ name: String) -> AnyValue? {
    name == "a" ? held.value : name == "b" ? other?.value ?? .nil : nil
  }
  func method(_ name: String) -> NativeFunction? { FuzzHost.methods.bind(name, to: self) }
  func setMember(_ name: String, to value: AnyValue) -> Bool {
    if name == "b" { other = HeldValue(value) }
    return name == "b"
  }
  func index(_ items: [HostIndex]) throws -> AnyValue? {
    guard case .int(let place) = items.first else { return nil }
    return .int(try HostIndex.resolve(place, count: 4))
  }
  func setIndex(_ items: [HostIndex], to value: AnyValue) -> Bool {
    held.value = value
    return true
  }
  func binary(_ op: BinaryOperation, _ other: AnyValue, reversed: Bool) throws -> AnyValue? {
    switch op {
    case .add: return .list([held.value, other])
    case .multiply: return try held.value.asFunction?.call([other])
    case .less: return .bool(reversed)
    default: return nil
    }
  }
  var count: Int? { held.value.asList?.count }
  func makeIterator() -> (() throws -> AnyValue?)? {
    // `holder(inf)` goes on for ever, as nothing of moco's own does: loops inside of built-ins use the
    // interrupt.
    var left = held.value.asFloat == .infinity ? Int.max : 3
    return { [held] in
      left -= 1
      return left < 0 ? AnyValue?.none : held.value
    }
  }
  var shortDescription: String { "<holder>" }
  var byteCount: Int { 1_000 }
  func visitReferences(_ visit: (HeldValue) -> Void) {
    visit(held)
    if let other { visit(other) }
  }
}
