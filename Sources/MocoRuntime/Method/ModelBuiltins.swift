import MocoLang
import MocoMethods
import MocoTensor

/// A function for each method, made from its descriptor.
func modelBuiltins(_ context: RuntimeContext) -> [NativeFunction] {
  Methods.all.map { method in
    let made = modelBuiltin(method, context)
    // A method that reads data reports what it found.
    return method.function.readsImages ? made : made.onlyGiving()
  }
}

private func modelBuiltin(_ method: MethodDescriptor, _ context: RuntimeContext) -> NativeFunction {
  let function = method.function
  let options = function.options.map { option in
    option.standard.map { "\(option.name) = \($0)" } ?? option.name
  }
  let blocks = function.options.filter { $0.type == .block }.map { ($0.name, OptionBlock($0.inner)) }
  let hasBase = function.options.contains { $0.name == "base" }
  return NativeFunction(
    "\(function.name)(\(options.joined(separator: ", ")))", doc: function.help
  ) { arguments in
    let call = MethodCall(arguments, context)
    defer { context.endProgress() }
    let model = try function.make(call)
    try call.note(model)
    return .host(try ModelValue(model, base: hasBase ? readBase(arguments) : nil))
  }.taking(Dictionary(blocks) { first, _ in first })
}

extension OptionBlock {
  init(_ options: [MethodOption]) {
    let inner = options.filter { !$0.inner.isEmpty }.map { ($0.name, OptionBlock($0.inner)) }
    self.init(options.map(\.name), blocks: Dictionary(inner) { first, _ in first })
  }
}

/// `memory: "2 GB"`, or bytes.
func readMemory(_ arguments: Arguments, _ name: String = "memory") throws -> Int? {
  guard let value = arguments[name], !value.isNil else { return nil }
  if let bytes = value.asInt, bytes > 0 { return bytes }
  if let text = value.asString, let bytes = MemorySize.bytes(text) { return bytes }
  throw arguments.wrongType(name, expected: "a size", help: "write memory: \"2 GB\"")
}

func readBase(_ arguments: Arguments) throws -> [String]? {
  arguments["base"]?.isNil == false ? try readClasses(arguments, "base") : nil
}
