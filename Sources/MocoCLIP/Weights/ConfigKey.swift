import MocoBase

/// One option that a configuration beside the weights may hold, and what becomes of it.
package struct ConfigKey: Sendable {
  /// What becomes of an option.
  package enum Treatment: String, Sendable {
    /// It decides how the model computes.
    case used
    /// No feature depends on it, or the shapes of the weights tell it.
    case harmless
    /// Only the values that ask for nothing are taken.
    case refused
  }

  /// Its name within its section, as the file writes it.
  package let key: String
  /// What becomes of it.
  package let treatment: Treatment
  /// Values of a refused option that ask for nothing. null is always one.
  let neutral: [Json]
  /// For the documentation: what it does, what is taken.
  package let about: String

  static func used(_ key: String, _ about: String) -> ConfigKey {
    ConfigKey(key: key, treatment: .used, neutral: [], about: about)
  }

  static func harmless(_ keys: [String], _ about: String) -> [ConfigKey] {
    keys.map { ConfigKey(key: $0, treatment: .harmless, neutral: [], about: about) }
  }

  static func refused(_ key: String, unless neutral: Json..., about: String) -> ConfigKey {
    ConfigKey(key: key, treatment: .refused, neutral: neutral, about: about)
  }
}

/// The options of one object of a configuration file.
package struct ConfigSection: Sendable {
  /// Where it stands, for the documentation.
  package let title: String
  /// Who computes features where moco cannot.
  let owner: String
  /// Its own options.
  package let keys: [ConfigKey]
  private let known: [String: ConfigKey]

  /// - Parameter general: options that may stand here too, and are documented in a section of their own.
  init(_ title: String, owner: String, _ keys: [ConfigKey], general: [ConfigKey] = []) {
    self.title = title
    self.owner = owner
    self.keys = keys
    known = Dictionary((keys + general).map { ($0.key, $0) }) { first, _ in first }
  }

  /// Looks through an object: refuses what is refused, and collects what is not known.
  ///
  /// - Throws: E0605 with the option, its value and what to do.
  func check(_ reader: ConfigReader, unknown: inout [String]) throws {
    for (key, value) in reader.object {
      guard let option = known[key] else {
        unknown.append("\(FileSystem.name(of: reader.source)): \(reader.path(key))")
        continue
      }
      guard option.treatment == .refused, !value.isNull, !option.neutral.contains(value) else { continue }
      throw refusal(reader, key, value)
    }
  }

  /// The error for a value that cannot be used.
  func refusal(_ reader: ConfigReader, _ key: String, _ value: Json, _ help: String? = nil) -> Failure {
    let text = value.serialized()
    let shown = text.count > 60 ? text.prefix(57) + "…" : Substring(text)
    return Failure(
      "E0605", "\(reader.source): \(reader.path(key)) is \(shown), which is not supported",
      help: help
        ?? "choose a model without it, or compute the features with \(owner) and use dataset(features: …)")
  }

  /// The table of the documentation. Neighbours of which the same holds share a row.
  package var markdown: String {
    var rows: [String] = []
    var start = 0
    while start < keys.count {
      let first = keys[start]
      let end = keys[start...].firstIndex { $0.treatment != first.treatment || $0.about != first.about }
      let names = keys[start..<(end ?? keys.count)].map { "`\($0.key)`" }.joined(separator: ", ")
      rows.append("| \(names) | \(first.treatment.rawValue) | \(first.about) |")
      start = end ?? keys.count
    }
    return (["### \(title)", "", "| option | becomes | |", "|---|---|---|"] + rows).joined(separator: "\n")
  }
}

extension ConfigSection {
  /// All sections, in the order of the documentation.
  package static let all: [ConfigSection] = [
    openClip, openClipModel, openClipVision, openClipText, openClipPreprocess, huggingFace, huggingFaceVision,
    huggingFaceText, huggingFaceGeneral, imageProcessor,
  ]
}
