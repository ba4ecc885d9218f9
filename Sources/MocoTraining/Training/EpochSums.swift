import MocoBase

/// Running sums of an epoch.
struct EpochSums {
  var steps = 0
  var loss = 0.0
  var parts: [(name: String, value: Double)] = []
  var accuracy = 0.0
  var load: [Double]?
  var seconds = 0.0
  /// Sums of the values logged by the model, with their counts.
  var logged: [(name: String, sum: Double, count: Int)] = []

  init() {}

  /// The sums for a record that is the mean of this many steps.
  init(_ record: EpochRecord, steps: Int) {
    self.steps = steps
    let n = Double(steps)
    loss = record.loss * n
    accuracy = record.accuracy * n
    parts = record.parts.map { ($0.name, $0.value * n) }
    load = record.gateLoad?.map { Double($0) * n }
    seconds = record.seconds ?? 0
    logged = record.logged.map { ($0.name, $0.value * n, steps) }
  }

  init(_ json: Json?) {
    guard let json, let count = json["steps"]?.intValue, (0...TrainingDuration.limit).contains(count) else {
      return
    }
    steps = count
    loss = json["loss"]?.doubleValue ?? 0
    accuracy = json["accuracy"]?.doubleValue ?? 0
    if case .object(let object)? = json["parts"] {
      parts = object.map { ($0.key, $0.value.doubleValue ?? 0) }
    }
    load = json["load"]?.arrayValue?.map { $0.doubleValue ?? 0 }
    for (name, entry) in json["log"]?.objectValue ?? JsonObject() {
      guard let sum = entry["sum"]?.doubleValue, let count = entry["count"]?.intValue else { continue }
      logged.append((name, sum, count))
    }
  }

  var json: Json {
    var json: Json = [
      "steps": .int(steps), "loss": .double(loss), "accuracy": .double(accuracy),
      "parts": .object(JsonObject(parts.map { ($0.name, .double($0.value)) })),
      "load": load.map { .array($0.map { .double($0) }) } ?? .null,
    ]
    if !logged.isEmpty, case .object(var object) = json {
      object["log"] = .object(
        JsonObject(logged.map { ($0.name, ["sum": .double($0.sum), "count": .int($0.count)] as Json) }))
      json = .object(object)
    }
    return json
  }

  mutating func add(_ record: StepRecord, seconds passed: Double) {
    steps += 1
    loss += record.loss
    accuracy += record.accuracy
    seconds += passed
    if parts.isEmpty {
      parts = record.parts
    } else {
      for (i, part) in record.parts.enumerated() where i < parts.count { parts[i].value += part.value }
    }
    for entry in record.logged {
      if let place = logged.firstIndex(where: { $0.name == entry.name }) {
        logged[place].sum += entry.value
        logged[place].count += 1
      } else {
        logged.append((entry.name, entry.value, 1))
      }
    }
    if let gate = record.gateLoad {
      var sum = load ?? [Double](repeating: 0, count: gate.count)
      for (g, value) in gate.enumerated() where g < sum.count { sum[g] += Double(value) }
      load = sum
    }
  }

  func mean(_ last: StepRecord, epochs: Int) -> EpochRecord {
    let n = Double(max(1, steps))
    return EpochRecord(
      index: last.epoch, epochs: epochs, step: last.step, loss: loss / n,
      parts: parts.map { ($0.name, $0.value / n) }, rate: last.rate, accuracy: accuracy / n,
      gateLoad: load?.map { Float($0 / n) }, seconds: seconds,
      logged: logged.map { ($0.name, $0.sum / Double(max(1, $0.count))) })
  }
}
