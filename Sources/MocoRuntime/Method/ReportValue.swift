import MocoBase
import MocoLang
import MocoMethods
import MocoPlot
import MocoTraining

/// The result of `evaluate` and `report`.
final class ReportValue: HostObject {
  let report: EvaluationReport
  /// The split that was evaluated; nil for predictions that a program passed.
  let split: String?

  init(_ report: EvaluationReport, split: String? = nil) {
    self.report = report
    self.split = split
  }

  var typeName: String { "Report" }
  func copied() throws -> AnyValue? { .host(self) }
  var memberNames: [String] {
    var names = [
      "accuracy", "correct", "count", "kind", "split", "classes", "class_names", "per_class", "precision",
      "recall", "f1", "support", "macro_precision", "macro_recall", "macro_f1", "weighted_f1",
      "mean_per_class", "without_images", "never_predicted", "left_out", "confusion", "predictions", "labels",
      "right",
    ]
    if report.top5 != nil { names.append("top5") }
    if report.confidence != nil { names += ["ece", "nll", "bins"] }
    if report.base != nil { names += ["base", "new", "h", "h_is_missing"] }
    if report.styles != nil { names.append("per_style") }
    if report.routing != nil { names += ["routing", "routing_by_class"] }
    return names + ["summary", "figure", "seconds"] + ReportValue.methods.names
  }

  func member(_ name: String) throws -> AnyValue? {
    if let value = report.summary.first(where: { $0.name == name })?.value { return .float(value) }
    let metrics = report.metrics
    switch name {
    case "correct": return .int(report.overall.correct)
    case "count": return .int(report.overall.count)
    case "kind": return .string(report.kind)
    case "split": return split.map { .string($0) } ?? .nil
    case "classes": return .list(report.classes)
    case "class_names": return report.naming.map { .string($0.rawValue) } ?? .nil
    case "h_is_missing": return report.missingHalf.map { .string($0) } ?? .nil
    case "per_class": return byClass(report.perClass) { .float($0.accuracy) }
    case "precision": return byClass(metrics.precision) { .float($0) }
    case "recall": return byClass(metrics.recall) { .float($0) }
    case "f1": return byClass(metrics.f1) { .float($0) }
    case "support": return byClass(metrics.support) { .int($0) }
    case "without_images": return names(metrics.withoutImages)
    case "never_predicted": return names(metrics.neverPredicted)
    case "left_out": return names(metrics.leftOut)
    case "summary": return .record(report.summary.map { ($0.name, .float($0.value)) })
    case "bins": return report.confidence.map { .list($0.bins.enumerated().map(bin)) } ?? .nil
    case "per_style":
      return report.styles.map { .record($0.map { ($0.name, .float($0.score.accuracy)) }) } ?? .nil
    case "confusion":
      return .host(
        TableFigureValue(
          Figure(
            .heatmap(.confusion(report.confusion, classes: report.labelNames)),
            title: "\(report.kind): true class and prediction"),
          rows: report.labelNames, columns: report.labelNames,
          values: report.confusion.map { $0.map(Double.init) }, isWhole: true)
      )
    case "predictions": return .list(report.predictions.map { report.labelNames[$0] })
    case "labels": return .list(report.labels.map { report.labelNames[$0] })
    case "right": return .list(report.right.map { AnyValue.bool($0) })
    case "base", "new", "h", "top5", "ece", "nll": return .nil
    case "routing": return routing.map { .host($0) } ?? .nil
    case "routing_by_class":
      return report.routingByClass.map { .host(ReportValue.figure(of: $0)) } ?? .nil
    case "seconds": return .float(report.seconds)
    case "figure": return .host(FigureValue(figure))
    default: return nil
    }
  }

  func method(_ name: String) -> NativeFunction? { ReportValue.methods.bind(name, to: self) }

  static let methods = MethodTable<ReportValue> { table in
    table.add(
      "top(k)",
      doc: """
        The share of images whose correct class is among the `k` largest logits, 1 ≤ k ≤ classes. Among equal logits
        the first ranks higher.

        ```
        report.top(3)
        ```
        """
    ) { value, arguments in
      let report = value.report
      guard let confidence = report.confidence else {
        throw Failure(
          "E0712", "this report was made from predictions alone, without logits",
          help: "pass logits: report(labels, logits)")
      }
      let k = try arguments.int("k")
      guard k >= 1, k <= report.classes.count else {
        throw arguments.failure(
          "E0712", "k is out of range: \(k) of \(report.classes.count) classes", at: "k",
          help: "use 1 to \(report.classes.count)")
      }
      return .float(confidence.top(k))
    }
  }

  private func byClass<Value>(_ values: [Value], _ form: (Value) -> AnyValue) -> AnyValue {
    .record(zip(report.labelNames, values).map { ($0, form($1)) })
  }

  private func names(_ places: [Int]) -> AnyValue { .list(places.map { report.labelNames[$0] }) }

  private func bin(_ place: Int, _ bin: Confidence.Bin) -> AnyValue {
    let width = 1 / Double(Confidence.binCount)
    return .record([
      ("above", .float(Double(place) * width)), ("to", .float(Double(place + 1) * width)),
      ("count", .int(bin.count)), ("confidence", .float(bin.confidence)), ("accuracy", .float(bin.accuracy)),
    ])
  }

  var title: String { split.map { "\(report.kind) on \($0)" } ?? report.kind }

  var routing: TableFigureValue? { report.routing.map { ReportValue.figure(of: $0) } }

  private static func figure(of table: RoutingTable) -> TableFigureValue {
    let values = table.weights.map { $0.map(Double.init) }
    let heatmap = Heatmap(
      values, rows: table.rows, columns: table.experts, rowLabel: table.rowKind, columnLabel: "expert",
      valueLabel: "mean weight", digits: 2, marksRowMaximum: true)
    return TableFigureValue(
      Figure(
        .heatmap(heatmap), title: "Routing: \(table.rowKind) × expert",
        caption: "The mean weight that the router gives each expert; rows add up to 1."),
      rows: table.rows, columns: table.experts, values: values)
  }

  var figure: Figure {
    Figure(
      .bars(
        BarChart(
          report.labelNames, [.init("accuracy", values: report.perClass.map { 100 * $0.accuracy })],
          valueLabel: "%",
          digits: 1)),
      title: "\(title): \(NumberText.fixed(100 * report.accuracy, 1)) %")
  }

  func number() throws -> AnyValue? { .float(report.accuracy) }

  var shortDescription: String {
    "<report: \(title), accuracy \(NumberText.fixed(100 * report.accuracy, 2)) %>"
  }
}
