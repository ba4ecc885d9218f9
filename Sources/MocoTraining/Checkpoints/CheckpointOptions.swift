import MocoBase
import MocoData
import MocoMethods

/// Options that differ between a file and the current model, by dotted name.
struct OptionDifferences {
  struct Entry: Equatable {
    let name: String
    let saved: Json
    let now: Json

    var text: String {
      // For a function only a fingerprint is stored.
      if name.hasPrefix("functions.") { return "the code of its \(name.dropFirst(10)) has changed" }
      return "\(name) was \(OptionDifferences.text(saved)), now \(OptionDifferences.text(now))"
    }
  }

  private(set) var entries: [Entry] = []

  /// - Parameters:
  ///   - skip: members to ignore, by their first name.
  ///   - missingIsNone: whether a member on only one side is a difference; otherwise it is ignored if the
  ///     file does not have it, because older files may lack it.
  ///   - unsaid: the defaults for members that are missing in the file.
  init(
    saved: Json, now: Json, skip: Set<String> = [], unsaid: [String: Json] = [:], missingIsNone: Bool
  ) {
    var old = OptionDifferences.flat(saved)
    let new = OptionDifferences.flat(now)
    for name in new.keys where old[name] == nil { old[name] = unsaid[name] }
    let names = new.keys + old.keys.filter { new[$0] == nil }
    for name in names where !skip.contains(String(name.prefix { $0 != "." })) {
      guard missingIsNone || old[name] != nil else { continue }
      let (was, isNow) = (old[name] ?? .null, new[name] ?? .null)
      if !OptionDifferences.equal(was, isNow) { entries.append(Entry(name: name, saved: was, now: isNow)) }
    }
  }

  /// Nested members by dotted names, in order.
  private static func flat(_ json: Json) -> JsonObject {
    var result = JsonObject()
    func add(_ json: Json, _ name: String) {
      if case .object(let object) = json {
        for (key, value) in object { add(value, name.isEmpty ? key : "\(name).\(key)") }
      } else {
        result[name] = json
      }
    }
    add(json, "")
    return result
  }

  /// Numbers are compared by value: 1 equals 1.0.
  private static func equal(_ a: Json, _ b: Json) -> Bool {
    if let a = a.doubleValue, let b = b.doubleValue {
      return a == b || isShortest(a, of: b) || isShortest(b, of: a)
    }
    return a == b
  }

  /// 32-bit options are written as the shortest text; older files have all digits.
  private static func isShortest(_ short: Double, of long: Double) -> Bool {
    Double(Float(long)) == long && Json.float(Float(long)).doubleValue == short
  }

  static func text(_ json: Json) -> String {
    switch json {
    case .null: return "none"
    // A seed may be too large for a JSON number.
    case .string(let text) where UInt64(text) != nil: return text
    case .double(let value):
      return value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    default: return json.serialized()
    }
  }
}

extension Checkpoint {
  /// The argument with which a program allows a difference.
  static func help(allowing difference: Difference) -> String {
    "create the model with the same options, or load it anyway: restore(model, path, allow: \"\(difference.rawValue)\")"
  }

  /// Options of the model that differ from the file: those that affect predictions, and those that only a
  /// training sees.
  static func optionDifferences(
    _ file: CheckpointFile, _ model: any Classifier
  ) -> (answers: [OptionDifferences.Entry], training: [OptionDifferences.Entry]) {
    guard file.kind == model.method.kind else { return ([], []) }
    let storage = model.method.storage
    let all = OptionDifferences(
      saved: file.configuration, now: model.configuration, skip: storage.replaced, unsaid: storage.unsaid,
      missingIsNone: false
    ).entries.filter { storage.counts($0.name, file.configuration) }
    let ours = storage.answerOptions
    return (all.filter { ours.contains($0.name) }, all.filter { !ours.contains($0.name) })
  }

  /// - Throws: E0708 if a training would continue with another model.
  static func requireSameModel(_ file: CheckpointFile, _ model: any Classifier) throws {
    let differences = optionDifferences(file, model)
    let all = differences.answers + differences.training
    if !all.isEmpty {
      throw Failure(
        "E0708",
        "\(file.path) was saved by a training of a \(model.kind) with other options: "
          + all.map(\.text).joined(separator: "; "),
        help:
          "create the \(model.kind) with the same options, or load its parameters with restore and train again"
      )
    }
    guard let groups = file.configuration["groups"]?.objectValue else { return }
    for group in model.groups {
      guard let texts = groups[group.name]?.arrayValue?.compactMap(\.stringValue),
        texts != group.templates.map(\.text)
      else { continue }
      throw Failure(
        "E0708",
        "\(file.path) was saved by a training with other templates: \"\(group.name)\" was \(NameList.text(texts)), "
          + "now \(NameList.text(group.templates.map(\.text)))",
        help:
          "create the \(model.kind) with the same templates, or load its parameters with restore and train again"
      )
    }
  }
}
