import MocoBase
import MocoDocument
import MocoLang
import MocoPlot
import MocoTensor
import MocoTraining

/// The data that a run writes for TensorBoard automatically: steps and epochs of trainings, evaluations, shown figures.
struct RunLog {
  /// The destination; nil for none.
  var events: EventFile?
  private var evaluations: [String: Int] = [:]
  private var figures: [String: Int] = [:]
  /// The remarks already made.
  private var told: Set<String> = []

  /// A remark for the user, made only once.
  mutating func tell(_ remark: String, _ note: (String) -> Void) {
    if told.insert(remark).inserted { note(remark) }
  }

  // MARK: Trainings

  static func values(_ record: StepRecord, training: Int) -> [(name: String, value: EventFile.Value)] {
    var values: [(String, Double)] = [("loss", record.loss)]
    for part in record.parts where record.parts.count > 1 { values.append(("loss_\(part.name)", part.value)) }
    values += [("accuracy", record.accuracy), ("lr", record.rate)]
    if let norm = record.gradientNorm { values.append(("gradient_norm", norm)) }
    for (place, load) in (record.gateLoad ?? []).enumerated() {
      values.append(("gate_load_\(place)", Double(load)))
    }
    for entry in record.logged { values.append(("log_\(entry.name)", entry.value)) }
    return values.map { ("training \(training)/\($0.0)", .scalar($0.1)) }
  }

  static func values(_ record: EpochRecord, training: Int) -> [(name: String, value: EventFile.Value)] {
    var values: [(String, Double)] = [("loss", record.loss), ("accuracy", record.accuracy)]
    if let validation = record.validation { values.append(("validation", validation)) }
    return values.map { ("training \(training)/epochs/\($0.0)", .scalar($0.1)) }
  }

  // MARK: Evaluations and figures

  /// The numbers of a report, counted by the model's kind and the split.
  ///
  /// - Throws: E0504.
  mutating func keep(_ value: ReportValue) throws {
    guard let events else { return }
    let name = value.split.map { "\(value.report.kind) on \($0)" } ?? value.report.kind
    let count = (evaluations[name] ?? 0) + 1
    evaluations[name] = count
    try events.add(value.report.summary.map { ("\(name)/\($0.name)", .scalar($0.value)) }, step: count)
  }

  /// A figure that was shown, counted by its title.
  ///
  /// - Throws: E0504.
  mutating func keep(_ figure: Figure, _ note: (String) -> Void) throws {
    guard let events else { return }
    let name = "shown/" + (figure.title.isEmpty ? figure.kind : figure.title)
    let count = (figures[name] ?? 0) + 1
    figures[name] = count
    guard let picture = RunLog.png(figure) else { return tell(RunLog.notDrawn, note) }
    try events.add([(name, picture)], step: count)
  }

  static let notDrawn = "figures are not written for TensorBoard: cairo or a font is missing"

  /// A figure as pixels; nil if it cannot be drawn.
  static func png(_ figure: Figure) -> EventFile.Value? {
    if case .images(let grid) = figure.content, let only = grid.items.first, grid.items.count == 1,
      only.label.isEmpty
    {
      return png(only.image)
    }
    guard let bytes = FigurePNG.bytes(FigureLeaf(figure)), let size = PNG.size(bytes) else { return nil }
    return .png(bytes, width: size.width, height: size.height)
  }

  static func png(_ image: PlotImage) -> EventFile.Value {
    .png(PNG.encode(image), width: image.width, height: image.height)
  }
}

// MARK: - log(step, {…})

extension RuntimeContext {
  /// Records the values of a step of a loop: numbers and texts as a line of metrics.jsonl, everything for TensorBoard.
  ///
  /// - Throws: E0303, E0305 for values that cannot be recorded, before anything is written; E0504.
  func keep(_ values: AnyValue, step: AnyValue, _ interpreter: Interpreter) throws {
    let example = "write log(3, {loss: 0.25, note: \"warm-up\"})"
    guard let number = step.asInt else {
      throw Failure(
        "E0303", "log expects an Int for the step, not \(Arguments.describe(step))", help: example,
        argument: "x")
    }
    guard number >= 0 else {
      throw Failure(
        "E0305", "the step of log is negative: \(number)", help: example, argument: "x")
    }
    var line = JsonObject([("step", .int(number))])
    var kept: [(name: String, value: EventFile.Value)] = []
    var pictures: [String] = []
    for (name, value) in values.asRecord ?? [:] {
      guard name != "step", !name.isEmpty else {
        throw Failure(
          "E0305",
          name.isEmpty
            ? "log does not accept an empty name" : "log does not accept the name 'step' for a value",
          help: "use another name", argument: "base")
      }
      let logged = try LoggedValue(value, name: name)
      if let json = logged.json { line[name] = json } else { pictures.append(name) }
      switch logged {
      case .figure(let figure):
        guard log.events != nil else { continue }
        if let picture = RunLog.png(figure) {
          kept.append((name, picture))
        } else {
          log.tell(RunLog.notDrawn, interpreter.note)
        }
      case .tensor(let histogram):
        kept.append((name, .histogram(histogram)))
        if histogram.leftOut > 0 { kept.append((name + "/not_finite", .scalar(Double(histogram.leftOut)))) }
      case .image(let image): if log.events != nil { kept.append((name, RunLog.png(image))) }
      case .number(let json): kept.append((name, .scalar(json.doubleValue ?? .nan)))
      case .flag(let flag): kept.append((name, .scalar(flag ? 1 : 0)))
      case .text(let text): kept.append((name, .text(text)))
      }
    }
    let folder = try runFolder()
    if line.count > 1 { try folder?.append(metrics: .object(line)) }
    try log.events?.add(kept, step: number)
    guard log.events == nil else { return }
    if folder == nil {
      log.tell(
        "log: nothing is recorded here; use moco run FILE to record it, --tensorboard DIR for TensorBoard",
        interpreter.note)
    } else if !pictures.isEmpty {
      log.tell(
        "log: \(pictures.joined(separator: ", ")) \(pictures.count == 1 ? "is" : "are") written only for TensorBoard: "
          + "add --tensorboard DIR", interpreter.note)
    }
  }
}

/// A value that `log` records.
private enum LoggedValue {
  case number(Json)
  case flag(Bool)
  case text(String)
  case tensor(EventHistogram)
  case image(PlotImage)
  case figure(Figure)

  init(_ value: AnyValue, name: String) throws {
    switch value.kind {
    case .int(let number): self = .number(.int(number))
    case .float(let number): self = .number(.double(number))
    case .bool(let flag): self = .flag(flag)
    case .string(let text): self = .text(text)
    case .host(let object):
      if let tensor = object as? TensorValue {
        self = try LoggedValue.tensor(tensor.tensor, name)
      } else if let drawn = object as? any FigureConvertible {
        self = .figure(drawn.figure)
      } else if let image = (object as? any ImageConvertible)?.plotImage {
        self = .image(image)
      } else {
        throw LoggedValue.refusal(value, name)
      }
    default: throw LoggedValue.refusal(value, name)
    }
  }

  private static func tensor(_ tensor: Tensor, _ name: String) throws -> LoggedValue {
    let numbers = try tensor.cast(to: .float32).toFloats()
    if tensor.rank == 0, let only = numbers.first {
      if tensor.dtype == .int64, let whole = try tensor.toInts().first { return .number(.int(whole)) }
      return tensor.dtype == .bool ? .flag(only != 0) : .number(.double(NumberText.widened(only)))
    }
    guard let histogram = EventHistogram(numbers) else {
      throw Failure(
        "E0305", "'\(name)' has no finite number for a histogram",
        help: "leave it out of this step",
        argument: "base")
    }
    return .tensor(histogram)
  }

  private static func refusal(_ value: AnyValue, _ name: String) -> Failure {
    let help =
      switch value.typeName {
      case "List", "Range": "use tensor(…) for a histogram, or a name for each number"
      case "Record": "give each of its values a name, such as \"\(name)/part\""
      case "Nil": "leave \(name) out of this step"
      default: "convert it with float(x) or str(x)"
      }
    return Failure(
      "E0303",
      "log accepts numbers, Bools, Strings, tensors, images and figures, but '\(name)' is \(Arguments.describe(value))",
      help: help, argument: "base")
  }

  /// The value in metrics.jsonl; nil for values that are written only for TensorBoard.
  var json: Json? {
    switch self {
    case .number(let json): json
    case .flag(let flag): .bool(flag)
    case .text(let text): .string(text)
    case .tensor, .image, .figure: nil
    }
  }
}
