import MocoBase
import MocoData
import MocoMethods

/// Options that differ between what is written down and what is at hand, each by its dotted name.
struct OptionDifferences {
  struct Entry: Equatable {
    let name: String
    let saved: Json
    let now: Json

    var text: String {
      // Of a function only a fingerprint is kept.
      if name.hasPrefix("functions.") { return "its \(name.dropFirst(10)) was written otherwise" }
      return "\(name) was \(OptionDifferences.text(saved)), now \(OptionDifferences.text(now))"
    }
  }

  private(set) var entries: [Entry] = []

  /// - Parameters:
  ///   - skip: members that do not count, by their first name.
  ///   - missingIsNone: whether a member that only one side has differs; else it does not count where the
  ///     file is silent, since an older file may not know it.
  ///   - unsaid: what the file means where it is silent.
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

  /// Members of members under dotted names, in order.
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

  /// Numbers are equal by value, whether they are written as 1 or as 1.0.
  private static func equal(_ a: Json, _ b: Json) -> Bool {
    if let a = a.doubleValue, let b = b.doubleValue {
      return a == b || isShortest(a, of: b) || isShortest(b, of: a)
    }
    return a == b
  }

  /// Options of 32 bits are written as their shortest text; older files have all their digits.
  private static func isShortest(_ short: Double, of long: Double) -> Bool {
    Double(Float(long)) == long && Json.float(Float(long)).doubleValue == short
  }

  static func text(_ json: Json) -> String {
    switch json {
    case .null: return "none"
    // A seed may be larger than a number of JSON.
    case .string(let text) where UInt64(text) != nil: return text
    case .double(let value):
      return value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    default: return json.serialized()
    }
  }
}

extension Checkpoint {
  /// How a program says that something may differ.
  static func help(allowing difference: Difference) -> String {
    "make the model as it was made, or take it all the same: restore(model, path, allow: \"\(difference.rawValue)\")"
  }

  /// Options of the model that are not the file's: those that its answers depend on, and those that only a
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

  /// - Throws: E0708 where a training would go on with another model than it began with.
  static func requireSameModel(_ file: CheckpointFile, _ model: any Classifier) throws {
    let differences = optionDifferences(file, model)
    let all = differences.answers + differences.training
    if !all.isEmpty {
      throw Failure(
        "E0708",
        "\(file.path) was saved by a training of a \(model.kind) with other options: "
          + all.map(\.text).joined(separator: "; "),
        help: "make the \(model.kind) as it was, or take its parameters with restore and train again")
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
          "make the \(model.kind) with the templates it had, or take its parameters with restore and train again"
      )
    }
  }
}
