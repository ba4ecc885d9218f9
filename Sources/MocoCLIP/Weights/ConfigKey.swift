import MocoBase

/// An option of a configuration next to the weights, and how moco treats it.
package struct ConfigKey: Sendable {
  /// How moco treats an option.
  package enum Treatment: String, Sendable {
    /// It affects how the model computes.
    case used
    /// No feature depends on it, or the shapes of the weights determine it.
    case harmless
    /// Only neutral values are accepted.
    case refused
  }

  /// Its name within its section, as the file writes it.
  package let key: String
  /// How moco treats it.
  package let treatment: Treatment
  /// Neutral values of a rejected option. null is always one of them.
  let neutral: [Json]
  /// For the documentation: its effect, and the accepted values.
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
  /// Its location, for the documentation.
  package let title: String
  /// The program that can compute features if moco cannot.
  let owner: String
  /// Its own options.
  package let keys: [ConfigKey]
  private let known: [String: ConfigKey]

  /// - Parameter general: options that are also allowed, and are documented in their own section.
  init(_ title: String, owner: String, _ keys: [ConfigKey], general: [ConfigKey] = []) {
    self.title = title
    self.owner = owner
    self.keys = keys
    known = Dictionary((keys + general).map { ($0.key, $0) }) { first, _ in first }
  }

  /// Checks an object: rejects unsupported options, and collects unknown ones.
  ///
  /// - Throws: E0605 with the option, its value and the remedy.
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
        ?? "use a model without it, or compute the features with \(owner) and use dataset(features: …)")
  }

  /// The table of the documentation. Adjacent options with the same entry share a row.
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
