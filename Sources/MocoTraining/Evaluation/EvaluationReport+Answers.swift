import MocoBase
import MocoData
import MocoMethods
import MocoTensor

// N images, C classes.

extension EvaluationReport {
  /// A report on answers that any model gave.
  ///
  /// - Parameters:
  ///   - kind: what the report calls them.
  ///   - classes: two names or more.
  ///   - labels: an index into `classes` for each image.
  ///   - answers: logits [N, C], or an index into `classes` for each image.
  ///   - base: which classes are base classes; nil without a cut, and not with bare answers.
  /// - Throws: E0712 where they do not fit each other, or are not numbers.
  public init(
    kind: String, classes: [String], labels: [Int], answers: Answers, base: [Bool]? = nil
  ) throws {
    guard classes.count >= 2 else {
      throw Failure(
        "E0712", "a report takes two classes or more, not \(classes.count)",
        help: "give the names of all classes: classes: [\"cat\", \"dog\"]", argument: "classes")
    }
    guard !labels.isEmpty else {
      throw Failure(
        "E0712", "there are no labels to report on", help: "give a label for each image", argument: "labels")
    }
    var tally = Tally(
      classes: classes, labelNames: ClassNames.distinct(classes), styles: nil, experts: nil, isBase: base)
    switch answers {
    case .logits(let tensor):
      guard tensor.shape == [labels.count, classes.count] else {
        throw Failure(
          "E0712",
          "the logits are \(Shape.text(tensor.shape)); \(labels.count) labels and \(classes.count) classes take "
            + Shape.text([labels.count, classes.count]),
          help: "give a row for each label, and a column for each class", argument: "logits")
      }
      let values = try tensor.toFloats()
      for (image, label) in labels.enumerated() where !classes.indices.contains(label) {
        throw Failure(
          "E0712", "the label of image \(image) is \(label), outside the \(classes.count) classes",
          help: "count classes from 0: 0 to \(classes.count - 1)", argument: "labels")
      }
      try tally.add(values, labels: labels)
    case .predictions(let places):
      guard places.count == labels.count else {
        throw Failure(
          "E0712", "there are \(places.count) predictions for \(labels.count) labels",
          help: "give one for each label", argument: "predictions")
      }
      tally.confidence = nil
      for (image, (label, answer)) in zip(labels, places).enumerated() {
        try tally.add(label: label, answer: answer, image: image)
      }
    }
    self = tally.report(kind: kind, naming: nil, seconds: 0)
  }

  /// What a model said of images.
  public enum Answers {
    /// Shape: [N, C].
    case logits(Tensor)
    /// Indices into the classes.
    case predictions([Int])
  }
}
