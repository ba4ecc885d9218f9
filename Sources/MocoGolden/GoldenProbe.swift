import Glibc
import MocoBase
import MocoFormats
import MocoMethods

/// methods/linear_probe.safetensors: logistic regression by scikit-learn, and CoOp's search for its C.
/// Recognised by its method.
enum ProbeSuite: GoldenSuite {
  static func find(in folder: GoldenFolder) -> [GoldenCheck] {
    folder.files.compactMap { file in
      guard let tensors = file.safetensors, tensors.metadata("method") == "linear_probe" else { return nil }
      return GoldenCheck(name: file.stem, files: [file.relative]) { lines in
        try GoldenProbe(tensors).check { lines.report($0, error: $1, tolerance: $2) }
      }
    }
  }
}

struct GoldenProbe {
  private let file: SafetensorsFile
  private let classes: Int

  init(_ file: SafetensorsFile) throws {
    self.file = file
    guard let classes = file.metadata("classes").flatMap({ Int($0) }), classes > 1 else {
      throw GoldenFault("the number of classes is missing in the metadata")
    }
    self.classes = classes
  }

  func check(_ report: (String, Double, Double) -> Void) throws {
    let objectives = try Json.parse(file.metadata("objective") ?? "{}").objectValue ?? JsonObject()
    let labels = try ints("train.labels")
    let train = try doubles("train.features")
    let width = train.count / max(labels.count, 1)
    let regression = try train.withUnsafeBufferPointer {
      try LogisticRegression(features: $0, width: width, labels: labels, classes: classes)
    }
    let test = try samples("test", width)
    for (text, objective) in objectives {
      guard let c = Double(text), let expected = objective.doubleValue else { continue }
      let fit = try regression.minimize(c: c)
      let name = "C=\(text)"
      report("\(name) not converged", fit.isConverged ? 0 : 1, 0)
      report("\(name) objective (relative)", abs(fit.objective / expected - 1), 1e-6)
      report("\(name) coef", try difference(fit.weights, doubles("\(name).coef")), 1e-3)
      report(
        "\(name) intercept", try difference(centered(fit.intercepts), centered(doubles("\(name).intercept"))),
        1e-3)
      report(
        "\(name) probabilities",
        try difference(softmax(test.logits(fit)), doubles("\(name).test_probabilities")), 1e-3)
      let answers = try ints("\(name).test_predictions")
      let wrong = zip(try test.predictions(fit), answers).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) }
      report("\(name) predictions", Double(wrong + abs(answers.count - test.labels.count)), 0)
    }
    try checkSearch(train, labels, width, test, report)
  }

  /// The search with the first k samples of each class, and the first min(k, 4) for validation.
  private func checkSearch(
    _ train: [Double], _ labels: [Int], _ width: Int, _ test: ProbeSamples,
    _ report: (String, Double, Double) -> Void
  ) throws {
    guard let text = file.metadata("coop_search") else { return }
    let validation = try doubles("val.features")
    let validationLabels = try ints("val.labels")
    for (shots, rows) in try Json.parse(text).objectValue ?? JsonObject() {
      guard let k = Int(shots), let rows = rows.arrayValue else { continue }
      let own = GoldenProbe.first(k, of: labels)
      let regression = try GoldenProbe.rows(own, of: train, width).withUnsafeBufferPointer {
        try LogisticRegression(
          features: $0, width: width, labels: own.map { labels[$0] }, classes: classes, rule: .published)
      }
      let held = GoldenProbe.first(min(k, 4), of: validationLabels)
      let samples = try GoldenProbe.rows(held, of: validation, width).withUnsafeBufferPointer {
        try ProbeSamples(features: $0, width: width, labels: held.map { validationLabels[$0] })
      }
      var accuracies: [Double] = []
      var search = ProbeSearch()
      _ = try search.run(
        regression, validation: samples, iterations: regression.rule.iterations,
        round: { accuracies.append(100 * (try test.accuracy($0))) })
      var wrong = abs(rows.count - search.kept.count)
      for (row, (c, accuracy)) in zip(rows, zip(search.kept, accuracies)) {
        guard let expected = row["C"]?.doubleValue, let percent = row["test_accuracy"]?.doubleValue else {
          wrong += 1
          continue
        }
        // With such C, the fits of the reference do not converge either.
        let slack = c >= 1e4 ? 100 / Double(test.labels.count) : 0
        if abs(c / expected - 1) > 1e-9 || abs(accuracy - percent) > slack + 0.006 { wrong += 1 }
      }
      report("search at \(k) shots", Double(wrong), 0)
    }
  }

  // MARK: Numbers

  /// Indices of the first samples of each class.
  private static func first(_ k: Int, of labels: [Int]) -> [Int] {
    var seen: [Int: Int] = [:]
    return labels.indices.filter { place in
      seen[labels[place], default: 0] += 1
      return seen[labels[place], default: 0] <= k
    }
  }

  private static func rows(_ places: [Int], of features: [Double], _ width: Int) -> [Double] {
    places.flatMap { features[($0 * width)..<(($0 + 1) * width)] }
  }

  private func samples(_ name: String, _ width: Int) throws -> ProbeSamples {
    let labels = try ints("\(name).labels")
    return try doubles("\(name).features").withUnsafeBufferPointer {
      try ProbeSamples(features: $0, width: width, labels: labels)
    }
  }

  private func ints(_ name: String) throws -> [Int] { try file.tensor(name).toInts() }

  /// Numbers in the precision of the file.
  private func doubles(_ name: String) throws -> [Double] {
    try file.withBytes(name) { entry, bytes in
      guard entry.type == .f64 else { throw GoldenFault("\(name) is not in double precision") }
      return (0..<(bytes.count / 8)).map {
        Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self)))
      }
    }
  }

  private func difference(_ a: [Double], _ b: [Double]) -> Double {
    guard a.count == b.count else { return .infinity }
    return zip(a, b).reduce(0) { $1.0.isFinite && $1.1.isFinite ? max($0, abs($1.0 - $1.1)) : .infinity }
  }

  private func centered(_ values: [Double]) -> [Double] {
    let mean = values.reduce(0, +) / Double(max(values.count, 1))
    return values.map { $0 - mean }
  }

  private func softmax(_ logits: [Double]) -> [Double] {
    stride(from: 0, to: logits.count, by: classes).flatMap { start in
      let row = logits[start..<min(start + classes, logits.count)]
      let largest = row.max() ?? 0
      let total = row.reduce(0) { $0 + exp($1 - largest) }
      return row.map { exp($0 - largest) / total }
    }
  }
}
