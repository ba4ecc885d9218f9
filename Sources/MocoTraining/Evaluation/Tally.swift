import MocoBase
import MocoData
import MocoMethods
import MocoTensor

/// Counts for a report.
struct Tally {
  let classes: [String]
  let labelNames: [String]
  let experts: [String]?
  let isBase: [Bool]?
  var overall = Score()
  var base = Score()
  var new = Score()
  var perClass: [Score]
  var confusion: [[Int]]
  var predictions: [Int] = []
  var labels: [Int] = []
  /// nil if only predictions are known.
  var confidence: Confidence?
  var styleNames: [String]
  var styleScores: [Score]
  var byStyle: RoutingSums?
  var byClass: RoutingSums?

  init(classes: [String], labelNames: [String], styles: [Style?]?, experts: [String]?, isBase: [Bool]?) {
    self.classes = classes
    self.labelNames = labelNames
    self.experts = experts
    self.isBase = isBase
    confidence = Confidence(classes: classes.count)
    perClass = [Score](repeating: Score(), count: classes.count)
    confusion = [[Int]](repeating: [Int](repeating: 0, count: classes.count), count: classes.count)
    let present = Set((styles ?? []).map { $0 ?? .clean })
    styleNames = styles == nil ? [] : Style.allCases.filter { present.contains($0) }.map(\.name)
    styleScores = [Score](repeating: Score(), count: styleNames.count)
    if let experts {
      byClass = RoutingSums(rows: classes.count, experts: experts.count)
      if !styleNames.isEmpty { byStyle = RoutingSums(rows: styleNames.count, experts: experts.count) }
    }
  }

  /// Images with their logits.
  ///
  /// - Parameters:
  ///   - logits: Shape: [B, C], row after row.
  ///   - first: the index of the first of them among all images, for messages.
  /// - Throws: E0712 for a label out of range, or logits that are NaN or infinite.
  mutating func add(
    _ logits: [Float], labels: [Int], styles: [Style?]? = nil, routing: Routing? = nil, first: Int = 0
  ) throws {
    let count = classes.count
    guard logits.count == labels.count * count else {
      throw Failure("E0712", "\(logits.count) logits do not match \(labels.count) rows of \(count) classes")
    }
    var answers: [Int] = []
    answers.reserveCapacity(labels.count)
    for b in labels.indices {
      let row = logits[(b * count)..<((b + 1) * count)]
      let answer = largest(row) { _ in true }
      // nan is not below infinity either.
      guard row.allSatisfy({ $0 < .infinity }), row[row.startIndex + answer] > -.infinity else {
        let place = row.firstIndex { !($0 < .infinity) }.map { $0 - row.startIndex }
        let value = place.map { row[row.startIndex + $0].isNaN ? "nan" : "inf" } ?? "-inf everywhere"
        let name = place.map {
          " for class \"\(labelNames.indices.contains($0) ? labelNames[$0] : "\($0)")\""
        }
        throw Failure(
          "E0712", "the logits of image \(first + b) contain \(value)\(name ?? "")",
          help:
            "check the model's parameters and the image features for nan: the training may have diverged"
        )
      }
      answers.append(answer)
    }
    for b in labels.indices {
      try add(label: labels[b], answer: answers[b], image: first + b)
      let row = logits[(b * count)..<((b + 1) * count)]
      let label = labels[b]
      if let isBase {
        let side = isBase[label]
        let within = largest(row) { isBase[$0] == side } == label
        if side {
          base.count += 1
          base.correct += within ? 1 : 0
        } else {
          new.count += 1
          new.correct += within ? 1 : 0
        }
      }
      var style: Int?
      if !styleNames.isEmpty, let styles, b < styles.count {
        style = styleNames.firstIndex(of: (styles[b] ?? .clean).name)
      }
      if let style {
        styleScores[style].count += 1
        styleScores[style].correct += answers[b] == label ? 1 : 0
      }
      if let routing, b < routing.weights.count {
        byClass?.add(label, routing.weights[b], first: routing.chosen[b][0])
        if let style { byStyle?.add(style, routing.weights[b], first: routing.chosen[b][0]) }
      }
    }
    confidence?.add(logits, labels: labels, answers: answers)
  }

  /// An image with only a prediction, or with logits that the caller counts.
  ///
  /// - Throws: E0712 for class numbers out of range.
  mutating func add(label: Int, answer: Int, image: Int) throws {
    for (what, number) in [("label", label), ("answer", answer)] where !classes.indices.contains(number) {
      throw Failure(
        "E0712", "the \(what) of image \(image) is \(number), out of range for \(classes.count) classes",
        help: "use class numbers from 0 to \(classes.count - 1)")
    }
    predictions.append(answer)
    labels.append(label)
    overall.count += 1
    perClass[label].count += 1
    confusion[label][answer] += 1
    if answer == label {
      overall.correct += 1
      perClass[label].correct += 1
    }
  }

  /// The index of the largest of the selected entries, the first in case of a tie.
  private func largest(_ row: ArraySlice<Float>, where wanted: (Int) -> Bool) -> Int {
    var best = -1
    for c in 0..<row.count where wanted(c) {
      if best < 0 || row[row.startIndex + c] > row[row.startIndex + best] { best = c }
    }
    return max(best, 0)
  }

  func report(kind: String, naming: ClassNaming?, seconds: Double) -> EvaluationReport {
    let classTable = experts.flatMap { names in byClass?.table("class", labelNames, names) }
    let styleTable = experts.flatMap { names in byStyle?.table("style", styleNames, names) }
    return EvaluationReport(
      kind: kind, naming: naming, classes: classes, labelNames: labelNames, overall: overall,
      perClass: perClass, confusion: confusion, metrics: ClassMetrics(confusion: confusion),
      confidence: confidence, base: isBase == nil ? nil : base, new: isBase == nil ? nil : new,
      styles: styleNames.isEmpty
        ? nil : Array(zip(styleNames, styleScores)).map { (name: $0.0, score: $0.1) },
      routing: styleTable ?? classTable, routingByClass: classTable, predictions: predictions,
      labels: labels, seconds: seconds)
  }
}

struct RoutingSums {
  var weights: [[Double]]
  var first: [[Int]]
  var counts: [Int]

  init(rows: Int, experts: Int) {
    weights = [[Double]](repeating: [Double](repeating: 0, count: experts), count: rows)
    first = [[Int]](repeating: [Int](repeating: 0, count: experts), count: rows)
    counts = [Int](repeating: 0, count: rows)
  }

  mutating func add(_ row: Int, _ alpha: [Float], first best: Int) {
    counts[row] += 1
    first[row][best] += 1
    for (g, value) in alpha.enumerated() { weights[row][g] += Double(value) }
  }

  func table(_ kind: String, _ rows: [String], _ experts: [String]) -> RoutingTable {
    RoutingTable(
      rowKind: kind, rows: rows, experts: experts,
      weights: zip(weights, counts).map { row, n in row.map { n > 0 ? Float($0 / Double(n)) : 0 } },
      first: zip(first, counts).map { row, n in row.map { n > 0 ? Float(Double($0) / Double(n)) : 0 } },
      counts: counts)
  }
}
