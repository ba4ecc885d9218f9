import MocoCLIP
import MocoLab
import MocoLang
import MocoPlot
import MocoPrompts

func evaluateBuiltins(_ context: RuntimeContext) -> [NativeFunction] {
  [
    NativeFunction(
      "evaluate(model, on, batch = 128, base = nil, classes = nil)",
      doc: """
        Answers every image of a split and counts. The report has `accuracy`, `correct`, `count`, `per_class`,
        `per_style`, `confusion`, `predictions`, and for a mixture `routing`: which expert weighs how much for which kind
        of image.

        Where the model was trained on some of the classes, or `base:` names them, there are also `base` (images of base
        classes among base classes), `new`, and their harmonic mean `h`; without images of one half, that half and `h` are
        nan, and `h_is_missing` says which.

        The data's classes must be among the model's, by name, or it is an error (E0710) that shows both lists.
        `classes: "data"` asks the model's prompts about the data's names, whatever classes it was made with, as one does on
        other data sets and on new classes; `classes: "model"` gives the data's labels 0, 1, … the model's names. The
        report's `class_names` says which it was: `"matched"`, `"data"` or `"model"`.

        ```
        let report = evaluate mix on data.test
        print(report.accuracy)
        show report.routing
        ```
        """
    ) { arguments in
      let model = try arguments.host(ModelValue.self, "model", expected: "mixture, coop or zero_shot").model
      let split = try arguments.host(SplitValue.self, "on", expected: "split such as data.test").split
      var options = EvaluationOptions()
      options.batch = try arguments.int("batch", in: 1...100_000)
      if arguments["base"]?.isNil == false { options.base = try readClasses(arguments, "base") }
      options.naming = try readNaming(arguments)
      defer { context.onProgressEnd?() }
      let report = try Evaluator.evaluate(model, on: split, options: options, progress: context.onProgress)
      let value = ReportValue(report, split: split.name)
      if let folder = try context.runFolder() {
        try folder.note(hash: model.clip.contentHash(), of: "weights")
        try folder.note(hash: split.contentHash(), of: "data \(split.name)")
        var entry = JsonObject([("split", .string(split.name)), ("configuration", model.configuration)])
        for (name, member) in report.json.objectValue ?? JsonObject() { entry[name] = member }
        try folder.add(result: .object(entry))
        if let routing = value.routing { _ = try folder.add(figure: routing.figure.svg(), name: "routing") }
      }
      return .host(value)
    },
    NativeFunction(
      "route(model, image, classes = nil, top = 3)",
      doc: """
        Why one image is answered as it is: the answer, and for each expert its score, its weight, what it alone would
        say, and the sentence of its group that is nearest to the image. `classes` is that of `mix.logits`. `right` says
        whether the answer is the image's class; nil where that is not known.

        ```
        show route(mix, data.test[0])
        ```
        """
    ) { arguments in
      let model = try arguments.host(ModelValue.self, "model", expected: "mixture").model
      guard let mixture = model as? Mixture else {
        throw arguments.failure("E0303", "route explains a mixture, not a \(model.kind)", at: "model")
      }
      let images = try readImages(arguments, "image", mixture)
      let selection = try readSelection(arguments, "classes", images: "image", mixture)
      let truth = RouteTruth(arguments, selection, mixture)
      let why = try mixture.explain(
        images, classes: selection, shown: truth.shown, top: arguments.int("top", in: 1...1000))
      return .host(RouteValue(why, truth))
    },
  ]
}

/// What `evaluate` gives back.
final class ReportValue: HostObject {
  let report: EvaluationReport
  let split: String

  init(_ report: EvaluationReport, split: String) {
    self.report = report
    self.split = split
  }

  var typeName: String { "Report" }
  var memberNames: [String] {
    var names = [
      "accuracy", "correct", "count", "kind", "split", "classes", "class_names", "per_class", "confusion",
      "predictions",
    ]
    if report.base != nil { names += ["base", "new", "h", "h_is_missing"] }
    if report.styles != nil { names.append("per_style") }
    if report.routing != nil { names += ["routing", "routing_by_class"] }
    return names + ["figure", "seconds"]
  }

  func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "accuracy": return .float(report.accuracy)
    case "correct": return .int(report.overall.correct)
    case "count": return .int(report.overall.count)
    case "kind": return .string(report.kind)
    case "split": return .string(split)
    case "classes": return .list(report.classes)
    case "class_names": return .string(report.naming.rawValue)
    case "h_is_missing": return report.missingHalf.map { .string($0) } ?? .nil
    case "per_class":
      return .record(zip(report.labelNames, report.perClass).map { ($0, .float($1.accuracy)) })
    case "per_style":
      return report.styles.map { .record($0.map { ($0.name, .float($0.score.accuracy)) }) } ?? .nil
    case "confusion":
      return .host(
        TableFigureValue(
          Figure(
            .heatmap(.confusion(report.confusion, classes: report.labelNames)),
            title: "\(report.kind): true class and answer"),
          rows: report.labelNames, columns: report.labelNames,
          values: report.confusion.map { $0.map(Double.init) })
      )
    case "predictions": return .list(report.predictions.map { report.classes[$0] })
    case "base": return report.base.map { .float($0.accuracy) } ?? .nil
    case "new": return report.new.map { .float($0.accuracy) } ?? .nil
    case "h": return report.harmonic.map { .float($0) } ?? .nil
    case "routing": return routing.map { .host($0) } ?? .nil
    case "routing_by_class":
      return report.routingByClass.map { .host(ReportValue.figure(of: $0)) } ?? .nil
    case "seconds": return .float(report.seconds)
    case "figure": return .host(FigureValue(figure))
    default: return nil
    }
  }

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
      title: "\(report.kind) on \(split): \(rounded(100 * report.accuracy, 1)) %")
  }

  func number() throws -> AnyValue? { .float(report.accuracy) }

  var shortDescription: String {
    "<report: \(report.kind) on \(split), accuracy \(rounded(100 * report.accuracy, 2)) %>"
  }

  func display(width: Int, style: DisplayStyle) -> String {
    var lines = [
      "\(report.kind) on \(split): \(rounded(100 * report.accuracy, 1)) % of \(report.overall.count) images"
    ]
    if let base = report.base, let new = report.new, let h = report.harmonic {
      lines.append(
        "  base \(rounded(100 * base.accuracy, 1)) %, new \(rounded(100 * new.accuracy, 1)) %, H \(rounded(100 * h, 1)) %"
      )
    }
    if let reason = report.missingHalf { lines.append("  no H: \(reason)") }
    switch report.naming {
    case .matched: break
    case .data: lines.append("  asked about the data's class names")
    case .model: lines.append("  asked about the model's class names, in the place of the data's")
    }
    func row(_ title: String, _ entries: [(String, Double)]) {
      lines += wrapped(
        "  \(title): ", entries.map { "\($0.0) \(rounded(100 * $0.1, 1))" }, " · ", width: width)
    }
    row("by class", zip(report.labelNames, report.perClass).map { ($0, $1.accuracy) })
    if let styles = report.styles { row("by style", styles.map { ($0.name, $0.score.accuracy) }) }
    return lines.joined(separator: "\n")
  }
}

/// A figure over named rows and columns whose numbers programs can read: `report.routing["dark"]`.
final class TableFigureValue: FigureConvertible {
  let figure: Figure
  let rows: [String]
  let columns: [String]
  let values: [[Double]]

  init(_ figure: Figure, rows: [String], columns: [String], values: [[Double]]) {
    self.figure = figure
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  private var drawn: FigureValue { FigureValue(figure) }

  var typeName: String { "Figure" }
  var memberNames: [String] { ["rows", "columns", "values"] + drawn.memberNames }
  func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "rows": return .list(rows)
    case "columns": return .list(columns)
    case "values": return .list(values.map { .list($0) })
    default: return try drawn.member(name)
    }
  }
  func method(_ name: String) -> NativeFunction? { drawn.method(name) }

  var count: Int? { rows.count }

  /// A row as a record of its columns.
  private func row(_ place: Int) -> AnyValue {
    .record(zip(columns, values[place]).map { ($0, .float($1)) })
  }

  func index(_ items: [HostIndex]) throws -> AnyValue? {
    guard items.count == 1 else { return nil }
    var name: String?
    switch items[0] {
    case .int(let place): return row(try HostIndex.resolve(place, count: rows.count))
    case .name(let text): name = text
    case .value(let value): name = value.asString
    default: break
    }
    guard let name else { return nil }
    guard let place = rows.firstIndex(of: name) else {
      throw LanguageFailure(
        "E0202", "there is no row \"\(name)\"",
        help: Nearest.name(to: name, among: rows).map { "did you mean \"\($0)\"?" }
          ?? "rows are \(rows.joined(separator: ", "))")
    }
    return row(place)
  }

  func makeIterator() throws -> (() throws -> AnyValue?)? {
    var place = 0
    return { [self] in
      guard place < rows.count else { return nil }
      place += 1
      return row(place - 1)
    }
  }

  var shortDescription: String { drawn.shortDescription }
  func display(width: Int, style: DisplayStyle) -> String { drawn.display(width: width, style: style) }
}
