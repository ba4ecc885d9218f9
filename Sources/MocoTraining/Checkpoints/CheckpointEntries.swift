import MocoBase
import MocoData
import MocoFormats
import MocoMethods

/// The metadata of one of moco's own checkpoints. Each entry is checked before use: values that
/// moco cannot have written are corrupted, and the error has the name of the entry.
struct CheckpointEntries {
  private let file: any TensorFile

  init(_ file: any TensorFile) { self.file = file }

  func damaged(_ what: String) -> Failure {
    Failure("E0708", "\(file.path) is corrupted: \(what)", help: "use an earlier checkpoint")
  }

  func json(_ key: String) throws -> Json? {
    guard let text = file.metadata(key) else { return nil }
    guard let json = try? Json.parse(text, name: file.path) else {
      throw damaged("its entry \(key) is not JSON")
    }
    return json
  }

  func texts(_ key: String) throws -> [String]? {
    guard let json = try json(key) else { return nil }
    guard let list = json.arrayValue, case let texts = list.compactMap(\.stringValue),
      texts.count == list.count,
      !texts.isEmpty
    else { throw damaged("its entry \(key) is not a list of names") }
    return texts
  }

  /// Distinct indices of a list of `limit`.
  func places(_ key: String, below limit: Int?) throws -> [Int]? {
    guard let json = try json(key) else { return nil }
    guard let list = json.arrayValue, case let places = list.compactMap(\.intValue),
      places.count == list.count,
      !places.isEmpty, Set(places).count == places.count,
      places.allSatisfy({ $0 >= 0 && $0 < limit ?? Int.max })
    else { throw damaged("its entry \(key) is not a list of class numbers") }
    return places
  }

  /// - Throws: E0708 for an entry that is missing, has another type, or contradicts others.
  func check(version: Int, configuration: Json, classes: [String]?) throws {
    // Version 1 has fewer entries.
    let isComplete = version >= 2
    if isComplete {
      try require(["kind", "configuration", "classes", "trained", "clip", "clip_computes", "made_with"])
    }
    if file.metadata("kind") != nil || isComplete {
      try checkConfiguration(configuration, isComplete: isComplete)
    }
    if let base = try texts("base"), let classes, !base.allSatisfy(classes.contains) {
      throw damaged("its entry base has unknown classes: \(NameList.text(base))")
    }
    if file.metadata("clip_computes") != nil { try checkComputes() }
    if let made = try json("made_with"), Environment(made) == nil {
      throw damaged("its entry made_with has no moco version and arithmetic")
    }
    try checkTraining(version: version, isPlanned: Methods[file.metadata("kind")]?.storage.isPlanned ?? false)
  }

  private func require(_ keys: [String]) throws {
    let missing = keys.filter { file.metadata($0) == nil }
    guard missing.isEmpty else { throw damaged("missing entries: \(NameList.text(missing))") }
  }

  private func checkConfiguration(_ configuration: Json, isComplete: Bool) throws {
    try Checkpoint.placed(file.path) {
      let reader = try ConfigurationReader(configuration, complete: isComplete)
      if isComplete, let kind = try reader.text("kind"), kind != file.metadata("kind") {
        throw damaged("its entry kind differs from its configuration")
      }
      try Methods[file.metadata("kind")]?.storage.check(configuration, isComplete)
    }
  }

  private func checkComputes() throws {
    let json = try json("clip_computes")
    func isNumbers(_ name: String) -> Bool {
      json?[name]?.arrayValue.map { !$0.isEmpty && $0.allSatisfy { $0.doubleValue != nil } } ?? false
    }
    guard json?["activation"]?.stringValue != nil, json?["layer_norm_eps"]?.doubleValue != nil,
      isNumbers("heads"), isNumbers("mean"), isNumbers("std")
    else {
      throw damaged("its entry clip_computes lacks activation, layer_norm_eps, heads, mean or std")
    }
  }

  // MARK: Training

  private func checkTraining(version: Int, isPlanned: Bool) throws {
    let isComplete = version >= 2
    let optimizer = ["optimizer", "optimizer_steps"] + (isComplete ? ["optimizer_parameters"] : [])
    if optimizer.contains(where: { file.metadata($0) != nil }) {
      try require(optimizer)
      try checkOptimizer()
    }
    let training =
      ["position", "training", "data"] + (isComplete ? ["scheduled", "records", "data_parts"] : [])
    guard training.contains(where: { file.metadata($0) != nil }) else { return }
    try require(training + optimizer + (isComplete && isPlanned ? ["memory"] : []))
    if let memory = file.metadata("memory"), Int(memory) ?? 0 <= 0 {
      throw damaged("its entry memory is \"\(memory.prefix(40))\", not a number of bytes")
    }
    if isComplete, let memory = file.metadata("memory"),
      let own = try json("configuration")?["memory"]?.intValue,
      memory != String(own)
    {
      throw damaged("its entry memory is \(memory), but its configuration has \(own)")
    }
    for key in ["training", "data_parts"] {
      if let json = try json(key), json.objectValue == nil {
        throw damaged("its entry \(key) is not a record")
      }
    }
    if isComplete { try checkOptions() }
    if let json = try json("scheduled"), TrainingPlan.scheduled(json) == nil {
      throw damaged("its entry scheduled is not a range of steps")
    }
    guard let place = try json("position") else { return }
    let position = try SavedPosition(place, version: version, path: file.path)
    if let steps = try json("optimizer_steps")?["steps"]?.intValue, steps != position.step {
      throw damaged("it is at step \(position.step), but its optimizer is at step \(steps)")
    }
    guard let json = try json("records") else { return }
    let records = try TrainingRecords.read(json, epochs: 1, path: file.path)
    // The last epoch may be incomplete, due to the end of the training.
    guard records.map(\.index) == Array(1...records.count + 1).dropLast(),
      records.last?.step ?? 0 <= position.step,
      zip(records, records.dropFirst()).allSatisfy({ $0.step < $1.step }), records.first?.step ?? 1 > 0,
      records.count == position.epoch
        || (records.count == position.epoch + 1 && records.last?.step == position.step)
    else {
      throw damaged(
        "it is at step \(position.step) in epoch \(position.epoch + 1), but it has records of "
          + (records.isEmpty ? "no epoch" : "epochs 1 to \(records.count)"))
    }
  }

  /// Checks options of the training that are stored more than once.
  private func checkOptions() throws {
    let training = try json("training")
    guard training?["duration"]?.stringValue.flatMap({ TrainingDuration($0) }) != nil else {
      throw damaged("its training has no duration")
    }
    func rule(_ json: Json?) -> Json {
      // The rate follows the schedule.
      .object(
        JsonObject((json?.objectValue?.entries ?? []).filter { $0.key != "lr" }.map { ($0.key, $0.value) }))
    }
    guard rule(training?["optimizer"]) == rule(try json("optimizer")) else {
      throw damaged("its training and its optimizer have different settings")
    }
  }

  private func checkOptimizer() throws {
    guard let settings = try json("optimizer"), let name = settings["name"]?.stringValue else {
      throw damaged("its entry optimizer has no name")
    }
    guard ["sgd", "adam", "adamw"].contains(name) else {
      throw Failure(
        "E0708",
        "\(file.path) contains the state of an optimizer \"\(name)\", which this version of moco does not support",
        help: "use a newer version of moco")
    }
    guard settings["lr"] != nil else { throw damaged("its optimizer has no lr") }
    for (name, value) in settings.objectValue ?? JsonObject() where name != "name" {
      if name == "decay" {
        if value.stringValue.flatMap({ OptimizerSettings.Decay(rawValue: $0) }) != nil { continue }
        throw damaged("its optimizer's decay is \(value.serialized().prefix(60)), not a selection of weights")
      }
      let numbers = value.arrayValue ?? [value]
      guard value.boolValue != nil || numbers.allSatisfy({ $0.doubleValue?.isFinite == true }) else {
        throw damaged("its optimizer's \(name) is \(value.serialized().prefix(60)), not a number")
      }
    }
    let counts = try json("optimizer_steps")
    let range = 0...TrainingDuration.limit
    guard let steps = counts?["steps"]?.intValue, range.contains(steps),
      let list = counts?["each"]?.arrayValue, case let each = list.compactMap(\.intValue),
      each.count == list.count,
      each.allSatisfy({ range.contains($0) && $0 <= steps })
    else { throw damaged("its entry optimizer_steps is not a list of step counts") }
    if let names = try texts("optimizer_parameters"), names.count != each.count {
      throw damaged(
        "it has \(names.count) optimizer parameters, but step counts for \(each.count)")
    }
  }
}
