import MocoAutograd
import MocoBase
import MocoDocument
import MocoLang
import MocoMethods

// "Parameter" also means the parameter of a function in the language.
typealias Parameter = MocoMethods.Parameter

/// The value of `mix.parameters`: tensors with their names and the factors on their learning rates.
final class ParameterListValue: HostObject {
  let parameters: [Parameter]

  init(_ parameters: [Parameter]) { self.parameters = parameters }

  var typeName: String { "Parameters" }
  var memberNames: [String] { ["names", "size"] }
  func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "names": return .list(parameters.map(\.name))
    case "size": return .int(size)
    default: return nil
    }
  }

  /// A copy of the current values, which is not trained: for later comparison.
  func copied() throws -> AnyValue? {
    .host(
      ParameterListValue(
        try parameters.map {
          Parameter($0.name, Variable(try $0.variable.value.copy()), rateFactor: $0.rateFactor)
        }))
  }

  private var size: Int { parameters.reduce(0) { $0 + $1.variable.value.count } }

  var count: Int? { parameters.count }

  func index(_ items: [HostIndex]) throws -> AnyValue? {
    guard items.count == 1 else { return nil }
    switch items[0] {
    case .int(let place):
      return .host(TensorValue(parameters[try HostIndex.resolve(place, count: parameters.count)].variable))
    case .name(let name): return try named(name)
    case .value(let value):
      guard let name = value.asString else { return nil }
      return try named(name)
    default: return nil
    }
  }

  private func named(_ name: String) throws -> AnyValue {
    guard let parameter = parameters.first(where: { $0.name == name }) else {
      let names = parameters.map(\.name)
      throw Failure(
        "E0202", "unknown parameter \"\(name)\"",
        help: Nearest.name(to: name, among: names).map { "did you mean \"\($0)\"?" }
          ?? "use one of \(names.prefix(8).joined(separator: ", "))")
    }
    return .host(TensorValue(parameter.variable))
  }

  func makeIterator() throws -> (() throws -> AnyValue?)? {
    var rest = parameters[...]
    return { rest.popFirst().map { .host(TensorValue($0.variable)) } }
  }

  var shortDescription: String {
    "<\(NumberText.counted(parameters.count, "parameter")), \(NumberText.counted(size, "number"))>"
  }

  func document(_ limits: DocumentLimits) -> Document {
    let fields = parameters.map { parameter in
      let factor = parameter.rateFactor == 1 ? "" : "  lr × \(NumberText.float(parameter.rateFactor))"
      return Document.Fields.Field(
        parameter.name, Document.Text("\(parameter.variable.value.shape)\(factor)"))
    }
    let title = "\(NumberText.counted(parameters.count, "parameter")), \(NumberText.counted(size, "number"))"
    return Document([.title(title, overflow: .wrap(hanging: 2)), .fields(Document.Fields(fields))])
  }
}
