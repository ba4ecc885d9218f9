import MocoAutograd
import MocoBase
import MocoDocument
import MocoLang
import MocoPlot
import MocoTraining

/// The result of `train`, also of an interrupted one.
final class TrainingValue: HostObject {
  let report: TrainingReport
  let model: String
  /// The name of the training data.
  private let data: String
  let options: TrainingOptions
  let optimizer: Optimizer
  /// The messages of a resumed training.
  let notes: [String]
  /// The groups of experts to which no image of the last epoch was routed.
  let idle: [String]
  /// Why it was interrupted; nil if it was not.
  let interrupted: String?
  /// A note that the model does not have the parameters of the best epoch; nil if it has.
  private let notBest: String?
  /// The state from which another call resumes.
  let suspended: SuspendedTraining
  /// The parameters after the last step, if the model has others.
  private let last: [Parameter]

  /// - Throws: E0405 without memory for the saved state.
  init(
    _ report: TrainingReport, _ trainer: Trainer, notes: [String], idle: [String] = [],
    interrupted: String? = nil,
    notBest: String? = nil
  ) throws {
    self.report = report
    model = trainer.model.kind
    data = trainer.data.name
    options = trainer.options
    optimizer = trainer.optimizer
    self.notes = notes
    self.idle = idle
    self.interrupted = interrupted
    self.notBest = notBest
    suspended = try SuspendedTraining(trainer)
    let own = trainer.model.parameters
    last = try zip(own, trainer.lastValues ?? []).map { parameter, value in
      Parameter(
        parameter.name, Variable(try value.copy()), rateFactor: parameter.rateFactor, decay: parameter.decay)
    }
  }

  var byteCount: Int { suspended.byteCount + last.reduce(0) { $0 + $1.variable.value.byteCount } }

  var typeName: String { "Training" }
  func copied() throws -> AnyValue? { .host(self) }
  var memberNames: [String] {
    [
      "loss", "losses", "accuracy", "epochs", "steps", "seconds", "model", "optimizer", "best", "validation",
      "stopped", "interrupted", "notes", "idle", "published", "last", "figure",
    ]
  }
  func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "loss": return .float(report.loss)
    case "losses": return .list(report.epochs.map(\.loss))
    case "accuracy": return .float(report.epochs.last?.accuracy ?? .nan)
    case "epochs": return .list(report.epochs.map { epochValue($0) })
    case "steps": return .int(report.steps)
    case "seconds": return .float(report.seconds)
    case "model": return .string(model)
    case "optimizer": return .host(OptimizerValue(options.optimizer, optimizer: optimizer))
    case "best": return best
    case "validation":
      return .list(
        report.epochs.map { record -> AnyValue in
          if let value = record.validation { return .float(value) }
          return .nil
        })
    case "stopped": return stopped.map { .string($0) } ?? .nil
    case "interrupted": return interrupted.map { .string($0) } ?? .nil
    case "notes": return .list(notes)
    case "idle": return .list(idle)
    case "published": return options.published.map { $0.value(options) } ?? .nil
    case "last": return last.isEmpty ? .nil : .host(ParameterListValue(last))
    case "figure": return .host(FigureValue(figure))
    default: return nil
    }
  }

  /// `each_epoch after epoch 3 (step 12 of 40)`
  private var stopped: String? {
    report.stop.map { "\($0.by.rawValue) after \(place($0)) (step \($0.step) of \(report.plan.steps))" }
  }

  private func place(_ stop: TrainingStop) -> String {
    report.epochs.last?.step == stop.step ? "epoch \(stop.epoch)" : "a step of epoch \(stop.epoch)"
  }

  private var best: AnyValue {
    guard let best = report.best, let keepBest = options.keepBest else { return .nil }
    return .record([
      ("epoch", .int(best.epoch)), ("step", .int(best.step)),
      ("metric", .string(keepBest.metric.rawValue)), ("value", .float(best.value)),
    ])
  }

  /// Remarks on how the training ended.
  private var remarks: [String] {
    var lines: [String] = []
    if let interrupted { lines.append("interrupted \(interrupted)") }
    if let stopped { lines.append("stopped by \(stopped)") }
    if let best = report.best, let metric = options.keepBest?.metric {
      lines.append("best epoch \(best.epoch): \(metric.text(best.value))")
    }
    if let average = options.average, report.best == nil, interrupted == nil {
      lines.append(
        "the model has the average \(average.description) of its parameters; last has those of the last step")
    }
    if let notBest { lines.append(notBest) }
    if !idle.isEmpty {
      lines.append("no image of the last epoch was routed to \(idle.joined(separator: ", "))")
    }
    return lines
  }

  var figure: Figure {
    var series = [LineChart.Series("loss", y: report.epochs.map(\.loss), start: 1)]
    let names = report.epochs.last?.parts.map(\.name) ?? []
    if names.count > 1 {
      for name in names {
        // Epochs of a checkpoint have the parts that the checkpoint lists.
        let values = report.epochs.map { record in record.parts.first { $0.name == name }?.value ?? .nan }
        series.append(LineChart.Series(name, y: values, start: 1))
      }
    }
    return Figure(
      .line(LineChart(series, xLabel: "epoch", yLabel: "loss")), title: "Training the \(model)")
  }

  /// Small charts for a page: the loss of each epoch, and the validation metric.
  private var curve: Figure {
    let loss = Figure(
      .line(
        LineChart(
          [LineChart.Series("loss", y: report.epochs.map(\.loss), start: 1)], xLabel: "epoch",
          yLabel: "loss")),
      title: "Loss of each epoch")
    let judged = report.epochs.map { $0.validation ?? .nan }
    guard let metric = options.keepBest?.metric, judged.contains(where: \.isFinite) else { return loss }
    let name = metric == .accuracy ? "validation accuracy" : "validation nll"
    let validation = Figure(
      .line(LineChart([LineChart.Series(name, y: judged, start: 1)], xLabel: "epoch", yLabel: name)),
      title: metric == .accuracy ? "Validation accuracy of each epoch" : "Validation nll of each epoch")
    return FigureGrid([loss, validation], columns: 2).map { Figure(.grid($0)) } ?? loss
  }

  /// Replaces the progress in a page: a line, and the curve.
  func summary() -> Document {
    var line =
      "\(model) on \(data): \(NumberText.counted(report.epochs.count, "epoch")), "
      + NumberText.counted(report.steps, "step")
    if let last = report.epochs.last, let first = report.epochs.first {
      let losses = report.epochs.count > 1 ? [first.loss, last.loss] : [last.loss]
      line += ", loss \(losses.map { NumberText.fixed($0, 4) }.joined(separator: " → "))"
      line += ", training accuracy \(NumberText.fixed(100 * last.accuracy, 1)) %"
      if let metric = options.keepBest?.metric, let value = last.validation {
        line += ", validation \(metric.text(value))"
      }
    }
    line += ", \(NumberText.fixed(report.seconds, 1)) s"
    let words = ([line] + remarks).map { Document.Block.text(Document.Text($0)) }
    guard report.epochs.count > 1 else { return Document(words) }
    return Document([.adapted(lines: words, page: words + [.figure(FigureLeaf(curve))])])
  }

  var shortDescription: String {
    let loss = report.epochs.isEmpty ? "" : ", loss \(NumberText.fixed(report.loss, 4))"
    let cut = interrupted == nil ? "" : ", interrupted"
    return
      "<training of \(model): \(NumberText.counted(report.epochs.count, "epoch")), \(NumberText.counted(report.steps, "step"))\(loss)\(cut)>"
  }

  func document(_ limits: DocumentLimits) -> Document {
    let remarks = self.remarks.map { Document.Block.text(Document.Text($0)) }
    guard !report.epochs.isEmpty else {
      let words = "\(NumberText.counted(report.steps, "step")); no completed epoch"
      return Document([.text(Document.Text(words))] + remarks)
    }
    let losses = [report.epochs.first?.loss ?? .nan, report.loss].map { NumberText.fixed($0, 4) }
    let pieces = [
      "\(NumberText.counted(report.steps, "step")) in \(NumberText.counted(report.epochs.count, "epoch")),",
      "\(NumberText.fixed(report.seconds, 1)) s;",
      "loss \(losses.joined(separator: limits.glyphs == .unicode ? " → " : " -> ")),",
      "training accuracy \(NumberText.fixed(100 * (report.epochs.last?.accuracy ?? .nan), 1)) %",
    ]
    var blocks: [Document.Block] = [
      .items(Document.Items("", pieces.map { Document.Text($0) }, separator: " ", hanging: 2))
    ]
    blocks += remarks
    if let published = options.published { blocks.append(.text(Document.Text(published.line(options)))) }
    guard report.epochs.count > 1 else { return Document(blocks) }
    return Document([.adapted(lines: blocks, page: blocks + [.figure(FigureLeaf(figure))])])
  }
}

/// The value that a callback returns to end its training: the constant `stop`.
final class StopValue: HostObject {
  var typeName: String { "Stop" }
  func copied() throws -> AnyValue? { .host(self) }
  var shortDescription: String { "stop" }
  var doc: String? { StopValue.text }

  static let text = """
    The value that a callback of `train` returns to end the training after this step or epoch. The run's `stopped`
    says where.

    ```
    train mix on data.train for 50 epochs { each_epoch: e => if e.loss < 0.1 { stop } }
    ```
    """
}
