import MocoBase
import MocoData
import MocoMethods
import MocoTensor

// N images, C classes.

extension EvaluationReport {
  /// A report on the predictions of any model.
  ///
  /// - Parameters:
  ///   - kind: their name in the report.
  ///   - classes: at least two names.
  ///   - labels: an index into `classes` for each image.
  ///   - answers: logits [N, C], or an index into `classes` for each image.
  ///   - base: the base classes; nil without a split into base and new, and not with predictions only.
  /// - Throws: E0712 if they do not match, or contain NaN or infinity.
  public init(
    kind: String, classes: [String], labels: [Int], answers: Answers, base: [Bool]? = nil
  ) throws {
    guard classes.count >= 2 else {
      throw Failure(
        "E0712", "a report needs at least two classes, not \(classes.count)",
        help: "pass the names of all classes: classes: [\"cat\", \"dog\"]", argument: "classes")
    }
    guard !labels.isEmpty else {
      throw Failure(
        "E0712", "a report needs labels, but there are none", help: "pass one label for each image",
        argument: "labels")
    }
    var tally = Tally(
      classes: classes, labelNames: ClassNames.distinct(classes), styles: nil, experts: nil, isBase: base)
    switch answers {
    case .logits(let tensor):
      guard tensor.shape == [labels.count, classes.count] else {
        throw Failure(
          "E0712",
          "the logits have shape \(Shape.text(tensor.shape)); \(labels.count) labels and \(classes.count) classes need "
            + Shape.text([labels.count, classes.count]),
          help: "pass one row per label and one column per class", argument: "logits")
      }
      let values = try tensor.toFloats()
      for (image, label) in labels.enumerated() where !classes.indices.contains(label) {
        throw Failure(
          "E0712", "the label of image \(image) is \(label), out of range for \(classes.count) classes",
          help: "use class numbers from 0 to \(classes.count - 1)", argument: "labels")
      }
      try tally.add(values, labels: labels)
    case .predictions(let places):
      guard places.count == labels.count else {
        throw Failure(
          "E0712",
          "the numbers of predictions and labels differ: \(places.count) predictions, \(labels.count) labels",
          help: "pass one prediction per label", argument: "predictions")
      }
      tally.confidence = nil
      for (image, (label, answer)) in zip(labels, places).enumerated() {
        try tally.add(label: label, answer: answer, image: image)
      }
    }
    self = tally.report(kind: kind, naming: nil, seconds: 0)
  }

  /// The output of a model for images.
  public enum Answers {
    /// Shape: [N, C].
    case logits(Tensor)
    /// Indices into the classes.
    case predictions([Int])
  }
}
