import MocoBase
import MocoLang
import MocoMethods
import MocoTensor
import MocoTraining

func reportBuiltins(_ context: RuntimeContext) -> [NativeFunction] {
  [
    NativeFunction(
      "report(labels, logits = nil, predictions = nil, classes = nil, base = nil, name = \"answers\")",
      doc: """
        The report of `evaluate` for predictions of any model: logits [images, classes] as a tensor or lists, or instead
        the predicted classes as `predictions`. Labels and predictions are class numbers from 0, or
        names if `classes:` is given; without it classes are named "0", "1", …

        With C classes, n images, and the confusion matrix M[true class][prediction] (`confusion.values`, or by name
        `confusion["coat"]["shirt"]`):

        - `accuracy`, `correct`, `count`; `support`: images of each class; `per_class`: accuracy of each, nan without images
        - `precision`, `recall`, `f1` of each class: M[c][c] over its column's sum, over its row's sum, and 2
          M[c][c] over both sums; 0 for a division by 0, as scikit-learn's `zero_division=0`
        - `macro_precision`, `macro_recall`, `macro_f1`: means over classes; `left_out` lists classes with neither images
          nor predictions, which are excluded. `weighted_f1`: the mean weighted by `support`
        - `mean_per_class`: the mean recall of classes that have images (balanced accuracy); `without_images` lists
          the others, `never_predicted` those that are never predicted
        - `top5` (with five classes or more), `top(k)`: the correct class is among the k largest logits
        - `nll`: the mean of −log p of the correct class, where p is the softmax of the logits
        - `ece`: expected calibration error. Images are grouped by their largest p into 15 bins of equal width,
          (m/15, (m+1)/15]; ece is Σ (images of the bin)/n · |accuracy of the bin − its mean largest p|. `bins` has
          their numbers
        - `base`, `new`, `h` if `base:` lists base classes; `predictions`, `labels` and `right` of each image;
          `summary`: a record of the scalar values, for tables and files

        With `predictions` alone, top5, nll, ece, bins, base, new and h are nil. Labels outside the classes, logits
        of another shape, nan or inf in them (-inf excludes a class), and fewer than two classes are errors (E0712).

        ```
        let mine = report([0, 1, 1], [[2.0, 1.0], [0.5, 3.0], [1.0, 0.0]], classes: ["cat", "dog"])
        print(mine.macro_f1, mine.confusion.values)
        ```
        """
    ) { arguments in
      guard arguments.isGiven("logits") != arguments.isGiven("predictions") else {
        throw arguments.failure(
          "E0305", "report needs either logits or predictions", at: "labels",
          help: "write report(labels, logits), or report(labels, predictions: answers)")
      }
      var names: [String]?
      if arguments["classes"]?.isNil == false { names = try readClasses(arguments) }
      let labels = try readAnswers(arguments, "labels", classes: names)
      let answers: EvaluationReport.Answers
      let count: Int
      if arguments.isGiven("predictions") {
        let places = try readAnswers(arguments, "predictions", classes: names)
        answers = .predictions(places)
        // Reject a count of names that memory cannot hold.
        count = max(labels.max() ?? 0, places.max() ?? 0, 0) &+ 1
      } else {
        let logits = try TensorReading.tensor(arguments.value("logits"), "logits")
        guard logits.rank == 2 else {
          throw arguments.failure(
            "E0712", "logits must have shape [images, classes], not \(Shape.text(logits.shape))",
            at: "logits",
            help: "pass a row for each image, and a column for each class")
        }
        answers = .logits(logits.dtype == .float32 ? logits : try logits.cast(to: .float32))
        count = logits.shape[1]
      }
      guard names != nil || count <= 1 << 14 else {
        throw arguments.failure(
          "E0712", "too many classes: \(count)",
          at: arguments.isGiven("predictions") ? "labels" : "logits",
          help: "number the classes from 0, without gaps")
      }
      let classes = names ?? (0..<count).map(String.init)
      var base: [Bool]?
      if arguments["base"]?.isNil == false {
        let chosen = try readClasses(arguments, "base")
        guard !arguments.isGiven("predictions") else {
          throw arguments.failure(
            "E0712", "'base' needs logits; predictions among all classes are not enough",
            at: "base",
            help: "pass logits: report(labels, logits, base: …)")
        }
        if let other = chosen.first(where: { !classes.contains($0) }) {
          throw arguments.failure(
            "E0704", "the base class \"\(other)\" is not among the classes", at: "base",
            help: "use one of \(classes.prefix(12).joined(separator: ", "))")
        }
        let set = Set(chosen)
        base = classes.map { set.contains($0) }
      }
      let report = try EvaluationReport(
        kind: arguments.string("name"), classes: classes, labels: labels, answers: answers, base: base)
      if let folder = try context.runFolder() { try folder.add(result: report.json) }
      let value = ReportValue(report)
      try context.log.keep(value)
      return .host(value)
    }
  ]
}

/// Class numbers, or with class names also names.
private func readAnswers(_ arguments: Arguments, _ name: String, classes: [String]?) throws -> [Int] {
  let value = try arguments.value(name)
  if let list = value.asList, list.contains(where: { $0.asString != nil }) {
    guard let classes else {
      throw arguments.failure(
        "E0712", "'\(name)' contains names, but no class names are given", at: name,
        help: "add classes: [\"cat\", \"dog\"]")
    }
    return try arguments.strings(name).map { text in
      let places = classes.indices.filter { classes[$0] == text }
      guard let place = places.first, places.count == 1 else {
        throw arguments.failure(
          "E0712",
          places.isEmpty ? "unknown class \"\(text)\"" : "several classes have the name \"\(text)\"",
          at: name,
          help: places.isEmpty
            ? Nearest.name(to: text, among: classes).map { "did you mean \"\($0)\"?" }
              ?? "use one of \(classes.prefix(12).joined(separator: ", "))"
            : "pass class numbers instead")
      }
      return place
    }
  }
  let tensor = try TensorReading.tensor(value, name)
  guard tensor.rank == 1, tensor.dtype != .bool else {
    throw arguments.failure(
      "E0712", "'\(name)' must be a list of class numbers, not \(tensor.dtype) \(Shape.text(tensor.shape))",
      at: name,
      help: name == "predictions" ? "use argmax(logits, axis: 1)" : "pass one number for each image")
  }
  if tensor.dtype == .float32 {
    let numbers = try tensor.toFloats()
    if let wrong = numbers.first(where: { Int(exactly: $0) == nil }) {
      throw arguments.failure(
        "E0712", "'\(name)' contains \(wrong), which is not a class number", at: name,
        help: "number the classes from 0")
    }
    return numbers.compactMap { Int(exactly: $0) }
  }
  return try tensor.toInts()
}
