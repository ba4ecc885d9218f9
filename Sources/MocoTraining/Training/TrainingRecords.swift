import MocoBase
import MocoMethods

/// The position of a training in a checkpoint.
struct SavedPosition {
  let step: Int
  let epoch: Int
  /// Sums of the unfinished epoch.
  let sums: Json?
  /// The point at which patience ended the training.
  let stop: TrainingStop?
  /// Its best epoch, and the epochs since.
  let best: (epoch: BestEpoch, waited: Int)?
  /// The average of the parameters so far: the logarithm of the sum of its weights, and its last epoch.
  let average: (weight: Double, epoch: Int?)?

  /// - Throws: E0708 if it is not a position.
  init(_ json: Json, version: Int, path: String) throws {
    let range = 0...TrainingDuration.limit
    guard let step = json["step"]?.intValue, range.contains(step) else {
      throw SavedPosition.damaged(path, "its position has no step")
    }
    guard let epoch = json["epoch"]?.intValue, range.contains(epoch), epoch <= step else {
      throw SavedPosition.damaged(path, "its position has no epoch")
    }
    self.step = step
    self.epoch = epoch
    sums = json["sums"]
    stop = json["stop"].flatMap { TrainingStop($0) }
    average = try json["average"].map { json in
      let epoch = json["epoch"]?.intValue
      guard let weight = json["weight"]?.doubleValue, weight.isFinite, epoch ?? 1 >= 1 else {
        throw SavedPosition.damaged(path, "its position has no weight of the average")
      }
      return (weight, epoch)
    }
    best = try json["best"].map { try SavedPosition.best($0, step: step, path: path) }
    guard (json["stop"] == nil) == (stop == nil) else {
      throw SavedPosition.damaged(path, "its position has no reason for the end of the training")
    }
    // Version 1 may have none.
    guard let sums else {
      guard version < 2 else { throw SavedPosition.damaged(path, "its position has no sums") }
      return
    }
    guard let steps = sums["steps"]?.intValue, (0...step).contains(steps),
      let loss = sums["loss"]?.doubleValue, let accuracy = sums["accuracy"]?.doubleValue, loss.isFinite,
      accuracy >= 0, accuracy <= Double(steps), steps > 0 || loss == 0,
      SavedPosition.isNumbers(sums["parts"]?.objectValue?.map(\.value)),
      sums["load"]?.isNull ?? true || SavedPosition.isNumbers(sums["load"]?.arrayValue)
    else { throw SavedPosition.damaged(path, "the sums of its unfinished epoch are not numbers") }
  }

  private static func isNumbers(_ list: [Json]?) -> Bool {
    list?.allSatisfy { $0.doubleValue?.isFinite == true } ?? false
  }

  private static func best(_ json: Json, step: Int, path: String) throws -> (epoch: BestEpoch, waited: Int) {
    guard let epoch = json["epoch"]?.intValue, let place = json["step"]?.intValue,
      let value = json["value"]?.doubleValue, let waited = json["waited"]?.intValue, epoch >= 1,
      (epoch...max(epoch, step)).contains(place), value.isFinite,
      (0...TrainingDuration.limit).contains(waited)
    else { throw damaged(path, "its position has no best epoch") }
    return (BestEpoch(epoch: epoch, step: place, value: value), waited)
  }

  static func damaged(_ path: String, _ what: String) -> Failure {
    Failure("E0708", "\(path) is corrupted: \(what)", help: "use an earlier checkpoint")
  }
}

/// The epochs of a training as stored in a checkpoint: a list for each number, with an entry per epoch.
/// Without times, so that equal trainings write equal files.
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
    var told: [String] = []
    for record in records {
      for entry in record.logged where !told.contains(entry.name) { told.append(entry.name) }
    }
    if !told.isEmpty {
      object["log"] = .object(
        JsonObject(
          told.map { name in
            (
              name,
              .array(
                records.map { record in
                  record.logged.first { $0.name == name }.map { .double($0.value) } ?? .null
                })
            )
          }))
    }
    if records.contains(where: { $0.validation != nil }) {
      object["validation"] = .array(records.map { $0.validation.map { .double($0) } ?? .null })
    }
    return .object(object)
  }

  /// - Parameter epochs: the number of epochs of the training, for the records.
  /// - Throws: E0708 for lists that do not match, and for values that are not numbers.
  static func read(_ json: Json, epochs: Int, path: String) throws -> [EpochRecord] {
    func damaged(_ name: String) -> Failure {
      SavedPosition.damaged(path, "\(name) in its epoch records is not a list of numbers")
    }
    func list(_ json: Json?, _ name: String) throws -> [Double] {
      guard let list = json?.arrayValue, case let numbers = list.compactMap(\.doubleValue),
        numbers.count == list.count, numbers.allSatisfy(\.isFinite)
      else { throw damaged(name) }
      return numbers
    }
    func counts(_ name: String) throws -> [Int] {
      try list(json[name], name).map { value in
        guard let count = Int(exactly: value), (1...TrainingDuration.limit).contains(count) else {
          throw damaged(name)
        }
        return count
      }
    }
    let (indices, steps) = (try counts("epoch"), try counts("step"))
    let losses = try list(json["loss"], "loss")
    let (rates, accuracies) = (try list(json["lr"], "lr"), try list(json["accuracy"], "accuracy"))
    guard let named = json["parts"]?.objectValue else { throw damaged("parts") }
    guard named.count > 0 || indices.isEmpty else { throw damaged("parts") }
    let parts = try named.map { ($0.key, try list($0.value, "parts.\($0.key)")) }
    let loads = try json["gate_load"].map { json in
      guard let loads = json.arrayValue else { throw damaged("gate_load") }
      return try loads.map { $0.isNull ? nil : try list($0, "gate_load").map { Float($0) } }
    }
    let told = try (json["log"]?.objectValue ?? JsonObject()).map { entry -> (String, [Double?]) in
      guard let values = entry.value.arrayValue else { throw damaged("log.\(entry.key)") }
      return (
        entry.key, try values.map { $0.isNull ? nil : try list([$0], "log.\(entry.key)").first }
      )
    }
    let validations = try json["validation"].map { json in
      guard let values = json.arrayValue else { throw damaged("validation") }
      return try values.map { $0.isNull ? nil : try list([$0], "validation").first }
    }
    let count = indices.count
    let lengths = [
      steps.count, losses.count, rates.count, accuracies.count, loads?.count ?? count,
      validations?.count ?? count,
    ]
    guard (lengths + parts.map(\.1.count) + told.map(\.1.count)).allSatisfy({ $0 == count }) else {
      throw SavedPosition.damaged(path, "its epoch records have different lengths")
    }
    return indices.indices.map { i in
      EpochRecord(
        index: indices[i], epochs: epochs, step: steps[i], loss: losses[i],
        parts: parts.map { ($0.0, $0.1[i]) }, rate: rates[i], accuracy: accuracies[i],
        gateLoad: loads?[i], seconds: nil, validation: validations?[i],
        logged: told.compactMap { name, values in values[i].map { (name, $0) } })
    }
  }
}
