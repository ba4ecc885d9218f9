import MocoCLIP
import MocoPrompts
import MocoTensor

/// How a model is evaluated.
public struct EvaluationOptions: Sendable {
  /// Images encoded and answered together.
  public var batch = 128
  /// Base classes for the base-to-new cut; nil for the classes the model was trained on, if that is a cut.
  public var base: [String]?
  /// Whose class names are asked about; nil: the data's, which must be among the model's.
  public var naming: ClassNaming?

  public init() {}
}

public enum Evaluator {
  /// Answers every image of a split.
  ///
  /// The answer is the largest logit, the first of equals. With `naming` "data" the data's names are encoded
  /// for the occasion, so a model can be evaluated on other data sets.
  /// - Throws: E0709 for a split without images, E0710 for classes that are not the model's, E0704 for unknown
  ///   base names, E0406 when interrupted.
  public static func evaluate(
    _ model: any PromptModel, on data: DataSplit, options: EvaluationOptions = .init(),
    progress: ((Progress) -> Void)? = nil
  ) throws -> EvaluationReport {
    guard data.count > 0 else {
      throw PromptError("E0709", "there is nothing to evaluate: the split \"\(data.name)\" has no images")
    }
    guard options.batch >= 1 else {
      throw PromptError("E0706", "the batch size is \(options.batch)", help: "give 1 or more")
    }
    let begin = now()
    let question = try model.question(
      about: data.classes, naming: options.naming, data: "split \"\(data.name)\"")
    let isBase = try cut(model, data, options, question)
    var tally = Tally(
      classes: data.classes, labelNames: data.labelNames, styles: data.styles, experts: model.expertNames,
      isBase: isBase)
    let form = try model.batchForm()
    var start = 0
    while start < data.count {
      try Cancellation.check()
      let end = min(start + options.batch, data.count)
      let batch = try data.batch(Array(start..<end), form: form)
      let answer = try model.answer(batch.forPrompts().images, classes: question.selection)
      let logits = answer.logits
      guard logits.shape == [batch.count, data.classes.count] else {
        throw PromptError("E0705", "the model answered \(logits.shape) for \(batch.count) images")
      }
      let values = try logits.toFloats()
      try tally.add(batch, values, routing: answer.routing)
      start = end
      let passed = now() - begin
      progress?(
        Progress(
          done: start, total: data.count, rate: passed > 0 ? Double(start) / passed : 0, unit: "images"))
    }
    return tally.report(kind: model.kind, naming: question.naming, seconds: now() - begin)
  }

  /// Which classes of the data are base classes; nil if there is no cut.
  private static func cut(
    _ model: any PromptModel, _ data: DataSplit, _ options: EvaluationOptions, _ question: ClassQuestion
  ) throws -> [Bool]? {
    let flags: [Bool]
    if let given = options.base {
      let labels = data.labelNames
      for name in given where !data.classes.contains(name) && !labels.contains(name) {
        throw PromptError(
          "E0704", "the base class \"\(name)\" is not in the data",
          help: nearestName(to: name, in: data.classes).map { "did you mean \"\($0)\"?" })
      }
      guard let places = ClassPlaces.find(given, in: data.classes) ?? ClassPlaces.find(given, in: labels)
      else {
        throw PromptError(
          "E0704", "two classes of the data have one name, and it is not clear which of them is a base class",
          help: "take base: data.base.classes")
      }
      // A program that names the halves is told when one is missing.
      let base = Set(places)
      return data.classes.indices.map { base.contains($0) }
    } else {
      guard model.trained.count < model.classes.count else { return nil }
      let base = Set(model.trained)
      switch question.selection {
      case .places(let places): flags = places.map { base.contains($0) }
      case .all: flags = model.classes.indices.map { base.contains($0) }
      // Other names than the model's are neither.
      default:
        let names = Set(model.names(.base))
        flags = data.classes.map { names.contains($0) }
      }
    }
    return flags.contains(true) && flags.contains(false) ? flags : nil
  }
}

extension PromptModel {
  /// The groups the experts came from, nil for models without experts.
  public var expertNames: [String]? { (self as? Mixture)?.templates.groups.map(\.name) }
}

/// Counts that become a report.
private struct Tally {
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
  var styleNames: [String]
  var styleScores: [Score]
  var byStyle: RoutingSums?
  var byClass: RoutingSums?

  init(classes: [String], labelNames: [String], styles: [Style?]?, experts: [String]?, isBase: [Bool]?) {
    self.classes = classes
    self.labelNames = labelNames
    self.experts = experts
    self.isBase = isBase
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

  mutating func add(_ batch: Batch, _ logits: [Float], routing: Routing?) throws {
    let count = classes.count
    for b in 0..<batch.count {
      let row = logits[(b * count)..<((b + 1) * count)]
      let label = batch.labels[b]
      guard classes.indices.contains(label) else {
        throw PromptError("E0705", "label \(label) is outside the \(count) classes of the data")
      }
      let answer = largest(row) { _ in true }
      let right = answer == label
      predictions.append(answer)
      overall.count += 1
      perClass[label].count += 1
      confusion[label][answer] += 1
      if right {
        overall.correct += 1
        perClass[label].correct += 1
      }
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
      if !styleNames.isEmpty, let styles = batch.styles {
        style = styleNames.firstIndex(of: (styles[b] ?? .clean).name)
      }
      if let style {
        styleScores[style].count += 1
        styleScores[style].correct += right ? 1 : 0
      }
      if let routing, b < routing.weights.count {
        byClass?.add(label, routing.weights[b], first: routing.chosen[b][0])
        if let style { byStyle?.add(style, routing.weights[b], first: routing.chosen[b][0]) }
      }
    }
  }

  /// The first place of the largest entry among those asked for.
  private func largest(_ row: ArraySlice<Float>, where wanted: (Int) -> Bool) -> Int {
    var best = -1
    for c in 0..<row.count where wanted(c) {
      if best < 0 || row[row.startIndex + c] > row[row.startIndex + best] { best = c }
    }
    return max(best, 0)
  }

  func report(kind: String, naming: ClassNaming, seconds: Double) -> EvaluationReport {
    let classTable = experts.flatMap { names in byClass?.table("class", labelNames, names) }
    let styleTable = experts.flatMap { names in byStyle?.table("style", styleNames, names) }
    return EvaluationReport(
      kind: kind, naming: naming, classes: classes, labelNames: labelNames, overall: overall,
      perClass: perClass,
      confusion: confusion,
      base: isBase == nil ? nil : base, new: isBase == nil ? nil : new,
      styles: styleNames.isEmpty
        ? nil : Array(zip(styleNames, styleScores)).map { (name: $0.0, score: $0.1) },
      routing: styleTable ?? classTable, routingByClass: classTable, predictions: predictions,
      seconds: seconds)
  }
}

private struct RoutingSums {
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
