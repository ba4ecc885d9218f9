import MocoBase
import MocoCLIP
import MocoData
import MocoMethods
import MocoTensor

/// How a model is evaluated.
public struct EvaluationOptions: Sendable {
  /// Images encoded and answered together.
  public var batch = 128
  /// Base classes for the base-to-new cut; nil for the classes the model was trained on, if that is a cut.
  public var base: [String]?
  /// Whose class names are asked about; nil: the data's, which must be among the model's.
  public var naming: ClassNaming?

  /// Batches of 128, the model's own cut, the data's names.
  public init() {}
}

/// Answers the images of splits and counts.
public enum Evaluator {
  /// Answers every image of a split.
  ///
  /// The answer is the largest logit, the first of equals. With `naming` "data" the data's names are encoded
  /// for the occasion, so a model can be evaluated on other data sets.
  /// - Throws: E0709 for a split without images, E0710 for classes that are not the model's, E0704 for unknown
  ///   base names, E0712 for logits that are not numbers, E0406 when interrupted.
  public static func evaluate(
    _ model: any Classifier, on data: DataSplit, options: EvaluationOptions = .init(),
    progress: ((Progress) -> Void)? = nil
  ) throws -> EvaluationReport {
    guard data.count > 0 else {
      throw Failure(
        "E0709", "there is nothing to evaluate: the split \"\(data.name)\" has no images",
        help: "give a split with images: data.test")
    }
    guard options.batch >= 1 else {
      throw Failure("E0706", "the batch size is \(options.batch)", help: "give 1 or more")
    }
    let begin = ProcessClock.seconds
    let question = try model.question(
      about: data.classes, naming: options.naming, data: "split \"\(data.name)\"")
    let isBase = try cut(model, data, options, question)
    var tally = Tally(
      classes: data.classes, labelNames: data.labelNames, styles: data.styles,
      experts: (model as? any Routed)?.expertNames,
      isBase: isBase)
    let form = try model.batchForm()
    var start = 0
    while start < data.count {
      try Cancellation.check()
      let end = min(start + options.batch, data.count)
      let batch = try data.batch(Array(start..<end), form: form)
      let answer = try model.answer(batch.images, classes: question.selection)
      let logits = answer.logits
      guard logits.shape == [batch.count, data.classes.count] else {
        throw Failure("E0705", "the model answered \(logits.shape) for \(batch.count) images")
      }
      let values = try logits.toFloats()
      try tally.add(
        values, labels: batch.labels, styles: batch.styles, routing: answer.routing, first: start)
      start = end
      let passed = ProcessClock.seconds - begin
      progress?(
        Progress(
          done: start, total: data.count, rate: passed > 0 ? Double(start) / passed : 0, unit: "images"))
    }
    var report = tally.report(
      kind: model.kind, naming: question.naming, seconds: ProcessClock.seconds - begin)
    report.data = data
    return report
  }

  /// Which classes of the data are base classes; nil if there is no cut.
  private static func cut(
    _ model: any Classifier, _ data: DataSplit, _ options: EvaluationOptions, _ question: ClassQuestion
  ) throws -> [Bool]? {
    let flags: [Bool]
    if let given = options.base {
      let labels = data.labelNames
      for name in given where !data.classes.contains(name) && !labels.contains(name) {
        throw Failure(
          "E0704", "the base class \"\(name)\" is not in the data",
          help: Nearest.name(to: name, among: data.classes).map { "did you mean \"\($0)\"?" }
            ?? "give names of the data: base: data.base.classes")
      }
      guard let places = ClassPlaces.find(given, in: data.classes) ?? ClassPlaces.find(given, in: labels)
      else {
        throw Failure(
          "E0704", "two classes of the data have one name, and it is not clear which of them is a base class",
          help: "take base: data.base.classes")
      }
      // A program that names the halves is told when one is missing.
      let base = Set(places)
      return data.classes.indices.map { base.contains($0) }
    } else {
      guard model.trained.count < model.classes.count else { return nil }
      let base = Set(model.trained.places)
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
