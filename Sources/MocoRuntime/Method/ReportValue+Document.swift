import MocoBase
import MocoDocument
import MocoLang
import MocoPlot
import MocoTraining

extension ReportValue {
  func document(_ limits: DocumentLimits) -> Document {
    let wrap = Document.Text.Overflow.wrap(hanging: 2)
    var head: [Document.Block] = [
      .title("\(title): \(percent(report.accuracy)) of \(report.overall.count) images", overflow: wrap)
    ]
    if let base = report.base, let new = report.new, let h = report.harmonic {
      head.append(
        .line(
          "base \(percent(base.accuracy)), new \(percent(new.accuracy)), H \(percent(h))", overflow: wrap))
    }
    let metrics = report.metrics
    var means = ["macro-F1 \(percent(metrics.macroF1))", "mean per class \(percent(metrics.meanPerClass))"]
    if let top5 = report.top5 { means.append("top 5 \(percent(top5))") }
    if let confidence = report.confidence {
      means.append("calibration error \(percent(confidence.calibrationError))")
    }
    head.append(.names("", means, overflow: wrap))
    let absent = metrics.withoutImages.count
    if absent > 0 {
      let names =
        metrics.withoutImages.prefix(8).map { report.labelNames[$0] }
        + (absent > 8 ? ["\(absent - 8) more"] : [])
      head.append(.names("without images", names, overflow: wrap))
      let left = metrics.leftOut.count
      head.append(
        .line(
          "left out: \(absent) class\(absent == 1 ? "" : "es") from mean per class, \(left) from macro-F1",
          overflow: wrap))
    }
    if let reason = report.missingHalf { head.append(.line("no H: \(reason)", overflow: wrap)) }
    switch report.naming {
    case .matched, nil: break
    case .data: head.append(.line("evaluated on the data's class names", overflow: wrap))
    case .model:
      head.append(.line("evaluated on the model's class names instead of the data's", overflow: wrap))
    }
    let classes = zip(report.labelNames, report.perClass).map { ($0, $1.accuracy) }
    var lines = head + [row("by class", classes)]
    if let styles = report.styles {
      lines.append(row("by style", styles.map { ($0.name, $0.score.accuracy) }))
    }
    return Document([.adapted(lines: lines, page: head + page)])
  }

  private func percent(_ share: Double) -> String { "\(NumberText.fixed(100 * share, 1)) %" }

  private func row(_ title: String, _ entries: [(String, Double)]) -> Document.Block {
    .names(
      title, entries.map { "\($0.0) \(NumberText.fixed(100 * $0.1, 1))" }, separator: " · ",
      overflow: .wrap(hanging: 2))
  }

  /// Classes and styles as tables.
  private var page: [Document.Block] {
    func number(_ share: Double) -> Document.Table.Cell {
      share.isNaN ? .missing : .init(Document.Text(NumberText.fixed(100 * share, 1)), .number)
    }
    func columns(_ first: String, _ others: [String]) -> [Document.Table.Column] {
      [.init(Document.Text(first))] + others.map { .init(Document.Text($0), .trailing) }
    }
    let metrics = report.metrics
    let classes = report.labelNames.indices.map { place -> Document.Table.Row in
      func at(_ values: [Double]) -> Document.Table.Cell {
        values.indices.contains(place) ? number(values[place]) : .missing
      }
      let images = metrics.support.indices.contains(place) ? metrics.support[place] : 0
      return .cells([
        .init(Document.Text(report.labelNames[place]), .header), .init("\(images)", .number),
        at(report.perClass.map(\.accuracy)), at(metrics.precision), at(metrics.recall), at(metrics.f1),
      ])
    }
    var blocks: [Document.Block] = [
      .table(
        Document.Table(
          columns: columns("class", ["images", "accuracy, %", "precision, %", "recall, %", "F1, %"]),
          rows: classes))
    ]
    if let styles = report.styles {
      blocks.append(
        .table(
          Document.Table(
            columns: columns("style", ["images", "accuracy, %"]),
            rows: styles.map {
              .cells([
                .init(Document.Text($0.name), .header), .init("\($0.score.count)", .number),
                number($0.score.accuracy),
              ])
            })))
    }
    return blocks
  }
}
