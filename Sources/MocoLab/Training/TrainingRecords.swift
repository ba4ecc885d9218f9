import MocoCLIP
import MocoPrompts

/// Where a checkpoint's training stands.
struct SavedPosition {
  let step: Int
  let epoch: Int
  /// Sums of the unfinished epoch.
  let sums: Json?

  /// - Throws: E0708 without a step.
  init(_ json: Json, path: String) throws {
    guard let step = json["step"]?.intValue, (0...TrainingDuration.limit).contains(step) else {
      throw PromptError("E0708", "\(path) does not say at which step it was made")
    }
    self.step = step
    epoch = json["epoch"]?.intValue ?? 0
    sums = json["sums"]
  }
}

/// The epochs of a training as a checkpoint holds them: a list for each number, an entry for each epoch.
/// Times stay out, so that equal trainings write equal files.
enum TrainingRecords {
  static func json(_ records: [EpochRecord]) -> Json {
    var object = JsonObject([
      ("epoch", .array(records.map { .int($0.index) })), ("step", .array(records.map { .int($0.step) })),
      ("loss", .array(records.map { .double($0.loss) })), ("lr", .array(records.map { .double($0.rate) })),
      ("accuracy", .array(records.map { .double($0.accuracy) })),
    ])
    let names = records.last?.parts.map(\.name) ?? []
    object["parts"] = .object(
      JsonObject(
        names.map { name in
          (name, .array(records.map { .double($0.parts.first { $0.name == name }?.value ?? .nan) }))
        }))
    if records.contains(where: { $0.gateLoad != nil }) {
      object["gate_load"] = .array(
        records.map { $0.gateLoad.map { .array($0.map { .double(Double($0)) }) } ?? .null })
    }
    return .object(object)
  }

  /// - Parameter epochs: how many the training has, for the records.
  /// - Throws: E0708 for lists that do not belong together.
  static func read(_ json: Json, epochs: Int, path: String) throws -> [EpochRecord] {
    func list(_ json: Json?) -> [Double] { (json?.arrayValue ?? []).map { $0.doubleValue ?? .nan } }
    let indices = (json["epoch"]?.arrayValue ?? []).compactMap(\.intValue)
    let steps = (json["step"]?.arrayValue ?? []).compactMap(\.intValue)
    let (losses, rates, accuracies) = (list(json["loss"]), list(json["lr"]), list(json["accuracy"]))
    let parts = (json["parts"]?.objectValue ?? JsonObject()).map { ($0.key, list($0.value)) }
    let loads = json["gate_load"]?.arrayValue
    let count = indices.count
    let lengths = [steps.count, losses.count, rates.count, accuracies.count, loads?.count ?? count]
    guard (lengths + parts.map(\.1.count)).allSatisfy({ $0 == count }) else {
      throw PromptError(
        "E0708", "\(path): its records of epochs are damaged", help: "use an earlier checkpoint")
    }
    return indices.indices.map { i in
      EpochRecord(
        index: indices[i], epochs: epochs, step: steps[i], loss: losses[i],
        parts: parts.map { ($0.0, $0.1[i]) }, rate: rates[i], accuracy: accuracies[i],
        gateLoad: loads?[i].arrayValue?.map { Float($0.doubleValue ?? .nan) }, seconds: nil)
    }
  }
}
