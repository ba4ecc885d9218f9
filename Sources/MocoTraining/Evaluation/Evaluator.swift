import MocoBase
import MocoCLIP
import MocoData
import MocoMethods
import MocoTensor

/// How a model is evaluated.
public struct EvaluationOptions: Sendable {
  /// Images per batch.
  public var batch = 128
  /// Base classes for the split into base and new; nil for the classes the model was trained on, if these are not all.
  public var base: [String]?
  /// The source of the class names; nil: the data's, which the model must have.
  public var naming: ClassNaming?

  /// Batches of 128, the model's own base classes, the data's names.
  public init() {}
}

/// Predicts the images of splits and counts.
public enum Evaluator {
  /// Predicts every image of a split.
  ///
  /// The prediction is the largest logit, the first in case of a tie. With `naming` "data" the data's names are encoded,
  /// so a model can be evaluated on other data sets.
  /// - Throws: E0709 for a split without images, E0710 for classes that the model does not have, E0704 for unknown
  ///   base names, E0712 for logits that are NaN or infinite, E0406 when interrupted.
  public static func evaluate(
    _ model: any Classifier, on data: DataSplit, options: EvaluationOptions = .init(),
    progress: ((Progress) -> Void)? = nil
  ) throws -> EvaluationReport {
    guard data.count > 0 else {
      throw Failure(
        "E0709", "cannot evaluate: the split \"\(data.name)\" has no images",
        help: "use a split with images: data.test")
    }
    guard options.batch >= 1 else {
      throw Failure("E0706", "the batch size is \(options.batch)", help: "use 1 or more")
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
        throw Failure("E0705", "the model returned logits of shape \(logits.shape) for \(batch.count) images")
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

  /// The base classes of the data; nil without a split into base and new.
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
            ?? "use class names of the data: base: data.base.classes")
      }
      guard let places = ClassPlaces.find(given, in: data.classes) ?? ClassPlaces.find(given, in: labels)
      else {
        throw Failure(
          "E0704", "ambiguous base class: two classes of the data have the same name",
          help: "use base: data.base.classes")
      }
      // A program that sets base classes gets a note if one half is missing.
      let base = Set(places)
      return data.classes.indices.map { base.contains($0) }
    } else {
      guard model.trained.count < model.classes.count else { return nil }
      let base = Set(model.trained.places)
      switch question.selection {
      case .places(let places): flags = places.map { base.contains($0) }
      case .all: flags = model.classes.indices.map { base.contains($0) }
      // Names that the model does not have are neither base nor new.
      default:
        let names = Set(model.names(.base))
        flags = data.classes.map { names.contains($0) }
      }
    }
    return flags.contains(true) && flags.contains(false) ? flags : nil
  }
}
