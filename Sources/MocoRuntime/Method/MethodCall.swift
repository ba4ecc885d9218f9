import MocoBase
import MocoCLIP
import MocoData
import MocoLang
import MocoMethods
import MocoTensor
import MocoTraining

/// The arguments of a call, as source of a method's options.
final class MethodCall: MethodArguments {
  private let arguments: Arguments
  private let context: RuntimeContext
  private let begin = ProcessClock.seconds
  private var encoder: ImageEncoder?
  /// The splits that the method has read. The model is made from the first.
  private var splits: [DataSplit] = []

  init(_ arguments: Arguments, _ context: RuntimeContext) {
    self.arguments = arguments
    self.context = context
  }

  /// Writes the weights and data that a model was made from into the run's record, if it was made from data.
  func note(_ model: any Classifier) throws {
    guard let split = splits.first, let folder = try context.runFolder() else { return }
    try folder.note(hash: model.clip.contentHash(), of: "weights")
    try folder.note(hash: split.contentHash(), of: "data \(split.name)")
  }

  func isGiven(_ name: String) -> Bool { arguments.isGiven(name) }
  func hasValue(_ name: String) -> Bool { arguments[name]?.isNil == false }
  func isText(_ name: String) -> Bool { arguments[name]?.asString != nil }
  func clip() throws -> CLIPModel { try readModel(arguments) }
  func classNames(_ name: String) throws -> [String] { try readClasses(arguments, name) }

  func templates(_ name: String) throws -> TemplateSet {
    try templateSet(arguments.value(name), argument: name, function: arguments.functionName)
  }

  func images(_ name: String) throws -> LabeledImages {
    let example = name == "validation" ? "val" : "train"
    let split = try arguments.split(name, example: example)
    splits.append(split)
    let clip = try clip()
    return LabeledImages(name: split.name, classes: split.classes, labels: split.labels) { [self] in
      let encoder = try self.encoder ?? clip.imageEncoder()
      self.encoder = encoder
      return try split.features(encoder)
    }
  }

  func text(_ name: String) throws -> String { try arguments.string(name) }
  func integer(_ name: String) throws -> Int { try arguments.int(name) }
  func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int {
    try arguments.int(name, in: range)
  }
  func number(_ name: String) throws -> Double { try arguments.float(name) }
  func flag(_ name: String) throws -> Bool { try arguments.bool(name) }
  func word(_ name: String, among words: [String]) throws -> String {
    try arguments.choice(name, among: words)
  }
  func seed() throws -> UInt64 { try arguments.seed(context) }
  func size(_ name: String) throws -> Int? { try readMemory(arguments, name) }
  func published(_ name: String) throws -> Published? { try readPublished(arguments) }

  func block(_ name: String, _ options: [MethodOption]) throws -> any MethodBlock {
    try BlockReader(name, arguments.record(name), OptionBlock(options), argument: name)
  }

  func router(_ name: String) -> Router? {
    let value: RouterValue? = arguments[name]?.asHost()
    return value?.router
  }

  func say(_ text: String) { context.say(text) }

  func progress(done: Int, of total: Int, unit: String) {
    let passed = ProcessClock.seconds - begin
    context.delegate?.runtime(
      progress: Progress(done: done, total: total, rate: passed > 0 ? Double(done) / passed : 0, unit: unit))
  }
}

/// A record as source of a method's options.
private struct BlockReader: MethodBlock {
  private let reader: OptionReader
  private let argument: String

  /// - Throws: E0306 for an unknown name.
  init(_ owner: String, _ fields: Fields, _ block: OptionBlock, argument: String) throws {
    reader = try OptionReader(owner, fields, block, argument: argument)
    self.argument = argument
  }

  func integer(_ name: String) throws -> Int? { try reader.int(name) }
  func number(_ name: String) throws -> Double? { try reader.float(name) }
  func flag(_ name: String) throws -> Bool? { try reader.bool(name) }
  func word(_ name: String, among words: [String]) throws -> String? { try reader.choice(name, among: words) }

  func block(_ name: String, _ options: [MethodOption]) throws -> (any MethodBlock)? {
    guard let record = reader.value(name)?.asRecord else { return nil }
    return try BlockReader("\(reader.owner).\(name)", record, OptionBlock(options), argument: argument)
  }
}

extension AnyValue {
  /// A figure or text of a method as a value of the language.
  init(_ value: MethodValue) {
    switch value {
    case .none: self = .nil
    case .flag(let flag): self = .bool(flag)
    case .integer(let number): self = .int(number)
    case .number(let number): self = .float(number)
    case .text(let text): self = .string(text)
    case .tensor(let variable): self = .host(TensorValue(variable))
    case .list(let values): self = .list(values.map { AnyValue($0) })
    case .record(let entries): self = .record(Fields(entries.map { ($0.name, AnyValue($0.value)) }))
    case .templates(let templates): self = .host(TemplateSetValue(templates))
    case .router(let router): self = .host(RouterValue(router))
    case .prompts(let prompts): self = .host(SoftPromptsValue(prompts))
    }
  }
}
