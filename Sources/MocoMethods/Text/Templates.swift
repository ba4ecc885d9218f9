// Hand-written prompts. G groups of templates; group g initialises expert g.

import MocoBase

/// A sentence with one placeholder for the class name: `a photo of a {}.`
public struct Template: Sendable, Hashable {
  /// The sentence as written.
  public let text: String
  /// The text before the placeholder, and after it.
  public let before: String
  /// See `before`.
  public let after: String

  /// - Throws: E0701 unless `text` contains exactly one `{}`.
  public init(_ text: String) throws {
    var parts: [String] = []
    var current = ""
    var rest = Substring(text)
    while let first = rest.first {
      if rest.hasPrefix("{}") {
        parts.append(current)
        current = ""
        rest = rest.dropFirst(2)
      } else {
        current.append(first)
        rest = rest.dropFirst()
      }
    }
    parts.append(current)
    guard parts.count == 2 else {
      let found = parts.count - 1
      throw Failure(
        "E0701", "template \"\(text)\" has \(found == 0 ? "no {}" : "\(found) {}")",
        help: found == 0
          ? "write {} in place of the class name: \"a photo of a {}.\""
          : "keep only one {}, for the class name")
    }
    self.text = text
    before = parts[0]
    after = parts[1]
  }

  /// The sentence for one class. An underscore in a class name is read as a space.
  public func filled(with name: String) -> String { before + Template.readable(name) + after }

  /// `after` without the full stop that closes the sentence.
  public var afterWithoutStop: String {
    var text = Substring(after)
    while let last = text.last, last.isWhitespace { text = text.dropLast() }
    if text.hasSuffix(".") && !text.hasSuffix("..") { text = text.dropLast() }
    return String(text)
  }

  /// A class name for display.
  public static func readable(_ name: String) -> String {
    String(name.map { $0 == "_" ? " " : $0 })
  }
}

/// Templates for the same kind of picture. The first one initialises the group's expert.
public struct TemplateGroup: Sendable, Hashable {
  /// The name of the group and its expert.
  public let name: String
  /// In order; the first initialises the expert.
  public let templates: [Template]

  /// - Throws: E0703 without a template.
  public init(name: String, templates: [Template]) throws {
    guard !templates.isEmpty else {
      throw Failure(
        "E0703", "group \"\(name)\" has no templates", help: "add at least one sentence with {}")
    }
    self.name = name
    self.templates = templates
  }

  /// - Throws: E0701, E0703.
  public init(name: String, _ texts: [String]) throws {
    try self.init(name: name, templates: texts.map { try Template($0) })
  }
}

/// A named list of groups, as `templates NAME { group … }` declares it.
public struct TemplateSet: Sendable, Hashable {
  /// The name of the declaration.
  public let name: String
  /// The doc comment of the declaration, Markdown.
  public let doc: String
  /// In order: group g is expert g.
  public let groups: [TemplateGroup]

  /// - Throws: E0703 without a group, or when two groups share a name.
  public init(name: String, doc: String = "", groups: [TemplateGroup]) throws {
    guard !groups.isEmpty else {
      throw Failure(
        "E0703", "templates \(name) has no groups", help: "write group \"name\" { \"… {} …\" }")
    }
    for (i, group) in groups.enumerated() where groups[..<i].contains(where: { $0.name == group.name }) {
      throw Failure("E0703", "templates \(name) has two groups named \"\(group.name)\"")
    }
    self.name = name
    self.doc = doc
    self.groups = groups
  }

  /// All templates, group after group. Count M.
  public var templates: [Template] { groups.flatMap(\.templates) }

  /// The range of group g's templates within `templates`.
  public var ranges: [Range<Int>] {
    var start = 0
    return groups.map { group in
      defer { start += group.templates.count }
      return start..<(start + group.templates.count)
    }
  }

  /// The group of that name.
  public subscript(name: String) -> TemplateGroup? { groups.first { $0.name == name } }
}
