import MocoAutograd
import MocoBase
import MocoCLIP
import MocoLang
import MocoTensor

/// Reads the prompts that a program gives to `encode_text`: texts, token ids, and lists of pieces.
struct PromptReader {
  let model: CLIPModel
  let arguments: Arguments
  private let argument = "text"

  /// Whether a list holds prompts of pieces, rather than texts or token ids alone.
  static func holdsPieces(_ list: [AnyValue]) -> Bool {
    list.contains { element in
      if element.asHost(TensorValue.self) != nil { return true }
      guard let inner = element.asList, let first = inner.first else { return false }
      return first.asInt == nil
    }
  }

  /// One prompt for each element of a list.
  func prompts(_ list: [AnyValue], truncates: Bool) throws -> [Prompt] {
    try list.enumerated().map { index, element in
      if let text = element.asString { return .keys(try model.promptKeys(text, truncates: truncates)) }
      guard let inner = element.asList else {
        if element.asHost(TensorValue.self) != nil {
          throw arguments.failure(
            "E0303", "element \(index) of 'text' is a Tensor, not a String or a list of pieces",
            at: argument, help: "put the pieces of each prompt in a nested list: [[ctx, name, \".\"]]")
        }
        throw arguments.failure(
          "E0303",
          "\(arguments.functionName) expects a String or a list of pieces for element \(index) of 'text', not "
            + Arguments.describe(element), at: argument,
          help: "pass a String, or a list such as [ctx, name, \".\"]")
      }
      if !inner.isEmpty, inner.allSatisfy({ $0.asInt != nil }) {
        return .keys(try keys(inner.compactMap(\.asInt)))
      }
      return .pieces(try inner.enumerated().map { try piece($1, "piece \($0) of prompt \(index)") })
    }
  }

  private func piece(_ value: AnyValue, _ name: @autoclosure () -> String) throws -> PromptPiece {
    if let text = value.asString { return .text(text) }
    if let tensor: TensorValue = value.asHost() { return .soft(SoftPiece(tensor.variable)) }
    if let list = value.asList {
      guard let first = list.first?.asHost(TensorValue.self) else {
        throw arguments.failure(
          "E0303",
          list.isEmpty
            ? "\(name()) is an empty list"
            : "\(name()) is a list that begins with \(Arguments.describe(list[0]))",
          at: argument,
          help: "in a deep piece put soft tokens first: [p0, p1, nil, p3]; put texts outside it")
      }
      return .soft(SoftPiece(first.variable, deep: try rows(Array(list.dropFirst()), name(), argument)))
    }
    throw arguments.failure(
      "E0303", "\(name()) is \(Arguments.describe(value)); a piece is a String or a Tensor", at: argument,
      help: value.asInt == nil
        ? "pass a String, or soft tokens [rows, \(model.config.text.width)]"
        : "use str(n) for a number")
  }

  /// Tensors, or nil, before block 1, 2, …
  func rows(_ list: [AnyValue], _ name: String, _ argument: String) throws -> [Variable?] {
    try list.enumerated().map { place, value in
      if value.isNil { return nil }
      if let tensor: TensorValue = value.asHost() { return tensor.variable }
      throw arguments.failure(
        "E0303", "\(name) contains \(Arguments.describe(value)); expected a Tensor or nil", at: argument,
        help: "pass one entry for each block: a tensor of rows, or nil to change nothing")
    }
  }

  /// A row of ids, read up to its first [end].
  func keys(_ ids: [Int]) throws -> [PromptKey] {
    let end = model.config.endToken
    if model.config.text.needsPadding {
      let rest = ids.drop { $0 != end }.dropFirst()
      guard rest.allSatisfy({ $0 == 0 }) else {
        throw Failure(
          "E0305",
          "the id \(rest.first { $0 != 0 } ?? 0) comes after [end], where \(model.config.name) expects padding",
          help: "pad rows with 0 after [end]; this model's text tower reads all positions",
          argument: argument)
      }
    }
    return ids.prefix((ids.firstIndex(of: end) ?? ids.count - 1) + 1).map { PromptKey.token($0) }
  }
}
