import MocoBase
import MocoDocument
import MocoLang
import MocoMethods

/// The value that `templates NAME { group … }` declares.
final class TemplateSetValue: HostObject {
  let templates: TemplateSet

  init(_ templates: TemplateSet) { self.templates = templates }

  var typeName: String { "Templates" }
  func copied() throws -> AnyValue? { .host(self) }
  var doc: String? {
    let lines = templates.groups.map { group in
      "- **\(group.name)**: " + group.templates.map { "`\($0.text)`" }.joined(separator: ", ")
    }
    return ([templates.doc].filter { !$0.isEmpty } + [lines.joined(separator: "\n")]).joined(
      separator: "\n\n")
  }

  var memberNames: [String] { ["groups", "name", "names", "templates", "doc"] }
  func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "groups": return .list(templates.groups.map { .host(TemplateGroupValue($0)) })
    case "name": return .string(templates.name)
    case "names": return .list(templates.groups.map(\.name))
    case "templates": return .list(templates.templates.map(\.text))
    case "doc": return .string(templates.doc)
    default: return nil
    }
  }

  var count: Int? { templates.groups.count }

  func index(_ items: [HostIndex]) throws -> AnyValue? {
    guard items.count == 1 else { return nil }
    switch items[0] {
    case .int(let place):
      return .host(
        TemplateGroupValue(templates.groups[try HostIndex.resolve(place, count: templates.groups.count)]))
    case .name(let name): return try group(name)
    case .value(let value):
      guard let name = value.asString else { return nil }
      return try group(name)
    default: return nil
    }
  }

  private func group(_ name: String) throws -> AnyValue {
    guard let group = templates[name] else {
      let names = templates.groups.map(\.name)
      throw Failure(
        "E0202", "the templates \(templates.name) have no group \"\(name)\"",
        help: Nearest.name(to: name, among: names).map { "did you mean \"\($0)\"?" }
          ?? "use one of \(names.map { "\"\($0)\"" }.joined(separator: ", "))")
    }
    return .host(TemplateGroupValue(group))
  }

  func makeIterator() throws -> (() throws -> AnyValue?)? {
    var rest = templates.groups[...]
    return { rest.popFirst().map { .host(TemplateGroupValue($0)) } }
  }

  func contains(_ value: AnyValue) throws -> Bool? {
    value.asString.map { templates[$0] != nil } ?? false
  }

  func isEqual(to other: AnyValue) throws -> Bool? {
    guard let other: TemplateSetValue = other.asHost() else { return false }
    return other.templates.groups == templates.groups
  }

  var shortDescription: String {
    "<templates \(templates.name): \(templates.groups.count) groups, \(templates.templates.count) templates>"
  }

  func document(_ limits: DocumentLimits) -> Document {
    let groups = templates.groups.map { group in
      Document.Fields.Field(group.name, group.templates.map { Document.Text($0.text) })
    }
    return Document([
      .title("templates \(templates.name)", overflow: .wrap(hanging: 2)),
      .fields(Document.Fields(groups, overflow: .cut)),
    ])
  }
}

/// One group: a list of its sentences, with a name.
final class TemplateGroupValue: HostObject {
  let group: TemplateGroup

  init(_ group: TemplateGroup) { self.group = group }

  var typeName: String { "TemplateGroup" }
  var memberNames: [String] { ["name", "templates"] }
  func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "name": return .string(group.name)
    case "templates": return .list(group.templates.map(\.text))
    default: return nil
    }
  }

  var count: Int? { group.templates.count }

  func index(_ items: [HostIndex]) throws -> AnyValue? {
    guard items.count == 1, case .int(let place) = items[0] else { return nil }
    return .string(group.templates[try HostIndex.resolve(place, count: group.templates.count)].text)
  }

  func makeIterator() throws -> (() throws -> AnyValue?)? {
    var rest = group.templates[...]
    return { rest.popFirst().map { .string($0.text) } }
  }

  func contains(_ value: AnyValue) throws -> Bool? {
    value.asString.map { text in group.templates.contains { $0.text == text } } ?? false
  }

  func isEqual(to other: AnyValue) throws -> Bool? {
    if let other: TemplateGroupValue = other.asHost() { return other.group == group }
    if let list = other.asList { return list.map(\.asString) == group.templates.map { $0.text } }
    return false
  }

  var shortDescription: String {
    "[" + group.templates.map { "\"\($0.text)\"" }.joined(separator: ", ") + "]"
  }

  func shortDescription(width: Int) -> String {
    let text = shortDescription
    if DisplayWidth.of(text) <= width { return text }
    let count = group.templates.count
    return "<group \(group.name): \(count) template\(count == 1 ? "" : "s")>"
  }

  func document(_ limits: DocumentLimits) -> Document {
    let sentences = group.templates.map { [Document.Block.text(Document.Text($0.text))] }
    return Document([
      .title(group.name, overflow: .wrap(hanging: 2)),
      .list(Document.List(sentences, marker: .none, indent: 2)),
    ])
  }
}

func templateBuiltins() -> [NativeFunction] {
  [
    NativeFunction(
      "templates(groups, name = \"templates\", doc = \"\")",
      doc: """
        Groups of sentences with one `{}` each, for a mixture of prompts. The form `templates NAME { group … }` calls it.

        ```
        templates ways {
          group "plain" { "a photo of a {}." }
          group "dark"  { "a dark photo of a {}." "a dim photo of a {}." }
        }
        len(ways)             // 2
        ways["dark"][1]       // "a dim photo of a {}."
        ```
        """
    ) { arguments in
      let set = try templateSet(
        try arguments.value("groups"), name: try arguments.string("name"),
        doc: try arguments.optionalString("doc") ?? "", argument: "groups", function: arguments.functionName)
      return .host(TemplateSetValue(set))
    }
  ]
}

/// Templates from any of these values: templates, a group, a record of lists, a list of sentences (each a
/// separate group), one sentence.
func templateSet(
  _ value: AnyValue, name: String = "templates", doc: String = "", argument: String, function: String
) throws -> TemplateSet {
  func sentences(_ value: AnyValue) throws -> [String] {
    if let text = value.asString { return [text] }
    if let group: TemplateGroupValue = value.asHost() { return group.group.templates.map(\.text) }
    guard let list = value.asList else { throw wrong(value) }
    return try list.map {
      guard let text = $0.asString else { throw wrong($0) }
      return text
    }
  }
  func wrong(_ value: AnyValue) -> Failure {
    Failure(
      "E0303", "\(function) expects templates for '\(argument)', not \(Arguments.describe(value))",
      help: "write templates ways { group \"plain\" { \"a photo of a {}.\" } }", argument: argument)
  }
  if let value: TemplateSetValue = value.asHost() { return value.templates }
  if let value: TemplateGroupValue = value.asHost() {
    return try TemplateSet(name: name, groups: [value.group])
  }
  if let record = value.asRecord {
    let groups = try record.map { try TemplateGroup(name: $0.name, sentences($0.value)) }
    return try TemplateSet(name: name, doc: doc, groups: groups)
  }
  if let text = value.asString {
    return try TemplateSet(name: name, doc: doc, groups: [TemplateGroup(name: text, [text])])
  }
  if let list = value.asList {
    let groups = try list.map { item -> TemplateGroup in
      if let group: TemplateGroupValue = item.asHost() { return group.group }
      let texts = try sentences(item)
      return try TemplateGroup(name: texts.first ?? "", texts)
    }
    return try TemplateSet(name: name, doc: doc, groups: groups)
  }
  throw wrong(value)
}
