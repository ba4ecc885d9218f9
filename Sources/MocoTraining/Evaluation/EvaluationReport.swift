import MocoBase
import MocoData
import MocoMethods

/// Correct predictions for a number of images.
public struct Score: Sendable, Hashable {
  /// Right answers.
  public var correct = 0
  /// Images.
  public var count = 0

  /// A score with this many correct predictions.
  public init(correct: Int = 0, count: Int = 0) {
    self.correct = correct
    self.count = count
  }

  /// 0…1; NaN without images.
  public var accuracy: Double { count > 0 ? Double(correct) / Double(count) : .nan }
}

/// The weights of the experts for kinds of images.
public struct RoutingTable: Sendable {
  /// The kind of the rows: "style" or "class".
  public let rowKind: String
  /// The names of the styles or classes.
  public let rows: [String]
  /// The experts' groups.
  public let experts: [String]
  /// The mean of α over a row's images. Shape: [rows, experts]; each row sums to 1.
  public let weights: [[Float]]
  /// The share of a row's images for which this is the best expert. Shape: [rows, experts].
  public let first: [[Float]]
  /// Images of each row.
  public let counts: [Int]

  /// The table as JSON, for results.json.
  public var json: Json {
    func table(_ values: [[Float]]) -> Json { .array(values.map { .array($0.map { .double(Double($0)) }) }) }
    return [
      "rows": .array(rows.map { .string($0) }), "experts": .array(experts.map { .string($0) }),
      "weights": table(weights), "first": table(first), "counts": .array(counts.map { .int($0) }),
    ]
  }
}

/// The result of an evaluation.
public struct EvaluationReport: Sendable {
  /// The kind of the model: "mixture".
  public let kind: String
  /// The source of the class names; nil without a model.
  public let naming: ClassNaming?
  /// The data's classes.
  public let classes: [String]
  /// Unique names, if there are duplicates.
  public let labelNames: [String]
  /// For all images, predicting among all classes of the data.
  public let overall: Score
  /// Correct predictions for the images of each class, in the order of `classes`.
  public let perClass: [Score]
  /// Rows: the true class; columns: the prediction. Shape: [C, C].
  public let confusion: [[Int]]
  /// Precision, recall and F1 of each class, and their means.
  public let metrics: ClassMetrics
  /// Metrics of the logits; nil without logits.
  public let confidence: Confidence?
  /// Images of base classes, predicting among base classes; nil without a split into base and new.
  public let base: Score?
  /// Images of new classes, predicting among new classes.
  public let new: Score?
  /// Accuracy by style, nil for images without styles.
  public let styles: [(name: String, score: Score)]?
  /// By style if images have styles, otherwise by class; nil for models without experts.
  public let routing: RoutingTable?
  /// By class; nil for models without experts.
  public let routingByClass: RoutingTable?
  /// The prediction for every image, an index into `classes`.
  public let predictions: [Int]
  /// The class of every image, an index into `classes`, in the order of `predictions`.
  public let labels: [Int]
  /// Whether the prediction is correct, for every image.
  public var right: [Bool] { zip(labels, predictions).map { $0 == $1 } }
  /// The time of the predictions.
  public let seconds: Double
  /// The images; nil if only labels and predictions are known.
  package internal(set) var data: DataSplit?

  /// The share of correct predictions (top-1 accuracy), 0 … 1.
  public var accuracy: Double { overall.accuracy }

  /// H = 2·base·new/(base + new); nil without a split into base and new, 0 if both are 0, NaN if one has no images.
  public var harmonic: Double? {
    guard let base, let new else { return nil }
    return harmonicMean(base.accuracy, new.accuracy)
  }

  /// Why H is not a number; nil if it is one, or without a split into base and new.
  public var missingHalf: String? {
    guard let base, let new, base.count == 0 || new.count == 0 else { return nil }
    let halves = [base.count == 0 ? "base" : nil, new.count == 0 ? "new" : nil].compactMap { $0 }
    return "there are no images of \(halves.joined(separator: " or ")) classes"
  }

  /// The share of images with the correct class among the five largest logits; nil with fewer than five classes,
  /// or without logits.
  public var top5: Double? { classes.count >= 5 ? confidence?.top(5) : nil }

  /// The summary numbers, by name.
  public var summary: [(name: String, value: Double)] {
    var values: [(name: String, value: Double)] = [("accuracy", accuracy)]
    if let base, let new, let harmonic {
      values += [("base", base.accuracy), ("new", new.accuracy), ("h", harmonic)]
    }
    values += [
      ("macro_f1", metrics.macroF1), ("weighted_f1", metrics.weightedF1),
      ("macro_precision", metrics.macroPrecision), ("macro_recall", metrics.macroRecall),
      ("mean_per_class", metrics.meanPerClass),
    ]
    if let top5 { values.append(("top5", top5)) }
    if let confidence {
      values += [("ece", confidence.calibrationError), ("nll", confidence.negativeLogLikelihood)]
    }
    return values
  }

  /// For results.json. Without times, so that equal runs write equal files.
  public var json: Json {
    func byClass<Value>(_ values: [Value], _ form: (Value) -> Json) -> Json {
      .object(JsonObject(zip(labelNames, values).map { ($0, form($1)) }))
    }
    func names(_ places: [Int]) -> Json { .array(places.map { .string(labelNames[$0]) }) }
    var object = JsonObject([("kind", .string(kind))])
    if let naming { object["class_names"] = .string(naming.rawValue) }
    object["count"] = .int(overall.count)
    for (name, value) in summary { object[name] = .double(value) }
    if let missingHalf { object["h_is_missing"] = .string(missingHalf) }
    object["per_class"] = byClass(perClass) { .double($0.accuracy) }
    if let styles {
      object["per_style"] = .object(JsonObject(styles.map { ($0.name, .double($0.score.accuracy)) }))
    }
    object["precision"] = byClass(metrics.precision) { .double($0) }
    object["recall"] = byClass(metrics.recall) { .double($0) }
    object["f1"] = byClass(metrics.f1) { .double($0) }
    object["support"] = byClass(metrics.support) { .int($0) }
    object["without_images"] = names(metrics.withoutImages)
    object["never_predicted"] = names(metrics.neverPredicted)
    object["confusion"] = .array(confusion.map { .array($0.map { .int($0) }) })
    if let routing { object["routing"] = routing.json }
    return .object(object)
  }
}

/// 2ab/(a + b); 0 if both are 0, NaN if one is NaN.
public func harmonicMean(_ a: Double, _ b: Double) -> Double {
  guard !a.isNaN, !b.isNaN else { return .nan }
  return a + b > 0 ? 2 * a * b / (a + b) : 0
}
