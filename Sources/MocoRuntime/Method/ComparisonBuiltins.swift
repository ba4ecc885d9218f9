import MocoBase
import MocoData
import MocoLang
import MocoMethods
import MocoPlot
import MocoTraining

/// `compare` and `dead`: comparisons of evaluations and of routings.
func comparisonBuiltins(_ context: RuntimeContext) -> [NativeFunction] {
  [
    NativeFunction(
      "compare(subjects, on = nil, by = nil, title = \"\")",
      doc: """
        A table of accuracies in percent: one column for each of `subjects`, a record of reports, or of models
        that are evaluated `on` a split. Rows are all images, base and new classes if every report has them, and the
        styles. `by: "class"` shows classes instead of styles, `by: "none"` neither. Two columns get a third, the second
        minus the first. Reports must be of the same images; reports of labels alone must have equal counts of each class.

        ```
        show compare({before: before, after: after})
        show compare({"zero-shot": zero, mixture: mix}, on: data.test, by: "class")
        ```
        """
    ) { arguments in
      let record = try arguments.record("subjects")
      guard !record.isEmpty else {
        throw arguments.failure(
          "E0305", "compare has no reports or models", at: "subjects",
          help: "pass reports or models by name: compare({before: a, after: b})")
      }
      let split = arguments.isAbsent("on") ? nil : try arguments.split("on", example: "test")
      defer { context.endProgress() }
      var reports: [(name: String, report: EvaluationReport)] = []
      for (name, value) in record {
        if let report: ReportValue = value.asHost() {
          reports.append((name, report.report))
          continue
        }
        guard let model: ModelValue = value.asHost() else {
          throw arguments.wrongType(
            "subjects", expected: "reports or models by name", help: "write compare({before: a, after: b})")
        }
        guard let split else {
          throw arguments.failure(
            "E0304", "compare needs the argument 'on' to evaluate \(name)", help: "add on: data.test")
        }
        let report = try Evaluator.evaluate(model.model, on: split, progress: context.progress)
        reports.append((name, report))
      }
      let kind =
        try arguments["by"]?.isNil == false
        ? arguments.choice("by", among: ["style", "class", "none"]) : nil
      return .host(try Comparison(reports, by: kind).figure(title: arguments.string("title")))
    },
    NativeFunction(
      "dead(model, on)",
      doc: """
        The experts that the router chooses for no image of a split. `experts` are their groups; `shares` is, for every
        expert, the share of the images for which it is chosen, so the shares add up to `top_k`; `weights` are the
        mean weights, which add up to 1; `count` is the number of images.

        ```
        let found = dead(mix, on: data.test)
        print(found.experts, found.shares)
        ```
        """
    ) { arguments in
      let model = try arguments.host(ModelValue.self, "model", expected: Methods.listOfRouted).model
      guard let routed = model as? any Routed else {
        throw arguments.failure(
          "E0303", "dead needs a model with a router, but a \(model.kind) has none", at: "model",
          help: "pass a \(Methods.listOfRouted)")
      }
      let split = try arguments.split("on", example: "test")
      let found = try Evaluator.shares(of: routed, on: split)
      func named(_ values: [Double]) -> AnyValue {
        .record(Fields(zip(found.names, values).map { ($0, .float($1)) }))
      }
      let dead = zip(found.names, found.chosen).filter { $0.1 == 0 }.map(\.0)
      return .record([
        ("experts", .list(dead.map { AnyValue.string($0) })), ("shares", named(found.chosen)),
        ("weights", named(found.weights)),
        ("count", .int(split.count)),
      ])
    },
  ]
}

/// Reports side by side.
private struct Comparison {
  private var names: [String]
  private var rows: [(name: String, values: [Double])] = []

  /// - Throws: E0712 for reports of other images or classes, or without the data that `by` needs.
  init(_ reports: [(name: String, report: EvaluationReport)], by kind: String?) throws {
    names = reports.map(\.name)
    let all = reports.map(\.report)
    for (name, report) in reports {
      guard let first = all.first, try !Self.areAlike(first, report) else { continue }
      throw Failure(
        "E0712", "\(name) and \(names[0]) are reports on different images or classes",
        help: "evaluate all of them on the same split")
    }
    add("all images", all.map { 100 * $0.accuracy })
    if all.allSatisfy({ $0.harmonic != nil }) {
      add("base classes", all.map { 100 * ($0.base?.accuracy ?? .nan) })
      add("new classes", all.map { 100 * ($0.new?.accuracy ?? .nan) })
    }
    switch kind {
    case "none": break
    case "class": addClasses(all)
    default:
      let styles = all.map { $0.styles ?? [] }
      let shown = styles.first?.map(\.name) ?? []
      guard !shown.isEmpty || kind == nil else {
        throw Failure(
          "E0712", "the reports' images have no styles",
          help: "write by: \"class\", or evaluate on data.test.in_every_style()")
      }
      for (place, style) in shown.enumerated() {
        add(style, styles.map { 100 * $0[place].score.accuracy })
      }
    }
  }

  /// Whether two reports are of the same images, in any order; if that is unknown, of equal counts of the same
  /// classes and styles.
  private static func areAlike(_ one: EvaluationReport, _ other: EvaluationReport) throws -> Bool {
    func styles(_ report: EvaluationReport) -> [String] {
      (report.styles ?? []).map { "\($0.name) \($0.score.count)" }
    }
    guard one.labelNames == other.labelNames, styles(one) == styles(other),
      one.perClass.map(\.count) == other.perClass.map(\.count)
    else { return false }
    guard let data = one.data, let others = other.data else { return true }
    return try data.holdsTheSame(as: others)
  }

  private mutating func addClasses(_ all: [EvaluationReport]) {
    for (place, name) in (all.first?.labelNames ?? []).enumerated() {
      add(name, all.map { 100 * $0.perClass[place].accuracy })
    }
  }

  private mutating func add(_ name: String, _ values: [Double]) { rows.append((name, values)) }

  /// The table, with a difference if there are two columns.
  func figure(title: String) -> TableFigureValue {
    var columns = names
    var values = rows.map(\.values)
    if names.count == 2 {
      columns.append("change")
      values = values.map { $0 + [$0[1] - $0[0]] }
    }
    let cells = zip(rows, values).map { row, values in
      [Table.Cell.text(row.name)] + values.map { Table.Cell.number($0) }
    }
    let table = Table(columns: ["accuracy in %"] + columns, rows: cells, digits: 1)
    return TableFigureValue(
      Figure(.table(table), title: title), rows: rows.map(\.name), columns: columns, values: values)
  }
}
