import Foundation
import MocoBase
import MocoMethods
import MocoTensor
import MocoTestSupport
import MocoTraining
import Testing

/// Reports against numbers of scikit-learn, with classes without images, without answers, and without either.
@Suite struct ReportTests {
  private struct Fixture {
    let json: Json
    init() throws { json = try Json.parse(file: Repository.fixture("metrics/scikit-learn.json")) }

    func ints(_ name: String) throws -> [Int] {
      try #require(json[name]?.arrayValue).map { try #require($0.intValue) }
    }
    func doubles(_ name: String) throws -> [Double] { try Fixture.doubles(#require(json[name])) }
    func double(_ name: String) throws -> Double { try #require(json[name]?.doubleValue) }
    static func doubles(_ list: Json) throws -> [Double] {
      try #require(list.arrayValue).map { try #require($0.doubleValue) }
    }
    func names() throws -> [String] {
      try #require(json["classes"]?.arrayValue).map { try #require($0.stringValue) }
    }
    func logits() throws -> Tensor {
      let rows = try #require(json["logits"]?.arrayValue).map { try Fixture.doubles($0).map { Float($0) } }
      return try Tensor(rows.flatMap { $0 }, shape: [rows.count, rows.first?.count ?? 0])
    }
  }

  private func near(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-12) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
  }

  @Test(arguments: [true, false]) func agreesWithScikitLearn(_ withLogits: Bool) throws {
    let fixture = try Fixture()
    let report = try EvaluationReport(
      kind: "answers", classes: fixture.names(), labels: fixture.ints("labels"),
      answers: withLogits ? .logits(fixture.logits()) : .predictions(fixture.ints("predictions")))
    #expect(try report.predictions == fixture.ints("predictions"))
    let metrics = report.metrics
    #expect(try near(metrics.precision, fixture.doubles("precision")))
    #expect(try near(metrics.recall, fixture.doubles("recall")))
    #expect(try near(metrics.f1, fixture.doubles("f1")))
    #expect(try metrics.support == fixture.ints("support"))
    let means = [
      ("accuracy", report.accuracy), ("macro_precision", metrics.macroPrecision),
      ("macro_recall", metrics.macroRecall), ("macro_f1", metrics.macroF1),
      ("weighted_f1", metrics.weightedF1), ("mean_per_class", metrics.meanPerClass),
    ]
    for (name, value) in means { #expect(try near([value], [fixture.double(name)]), "\(name)") }
    let confusion = try #require(fixture.json["confusion"]?.arrayValue).map { row in
      try #require(row.arrayValue).map { try #require($0.intValue) }
    }
    #expect(report.confusion == confusion)
    // f and g have no images, d and g are never the answer.
    #expect(metrics.withoutImages == [5, 6] && metrics.neverPredicted == [3, 6] && metrics.leftOut == [6])
    guard withLogits else {
      #expect(report.confidence == nil && report.top5 == nil && report.summary.count == 6)
      return
    }
    let confidence = try #require(report.confidence)
    for (k, expected) in try #require(fixture.json["top"]?.objectValue) {
      #expect(try near([confidence.top(#require(Int(k)))], [#require(expected.doubleValue)]), "top \(k)")
    }
    #expect(confidence.top(8) == 1 && report.top5 == confidence.top(5))
    // Logarithms are in single precision.
    #expect(try near([confidence.negativeLogLikelihood], [fixture.double("nll")], 1e-5))
    #expect(try near([confidence.calibrationError], [fixture.double("ece")], 1e-6))
    #expect(confidence.bins.reduce(0) { $0 + $1.count } == 60)
  }

  /// Confidences on the edges of bins belong to the lower one.
  @Test func binsAreOpenBelow() throws {
    // Two equal logits: 1/2, in the eighth bin (7/15, 8/15]; one alone: 1, in the last.
    let logits = try Tensor([0, 0, 9, -.infinity] as [Float], shape: [2, 2])
    let report = try EvaluationReport(
      kind: "answers", classes: ["a", "b"], labels: [0, 1], answers: .logits(logits))
    let confidence = try #require(report.confidence)
    #expect(confidence.bins[7].count == 1 && confidence.bins[14].count == 1)
    // |1 − 1/2| and |0 − 1|, half of the images each.
    #expect(abs(confidence.calibrationError - 0.75) < 1e-7)
    // The right class cannot be, says the second.
    #expect(confidence.negativeLogLikelihood == .infinity)
    #expect(confidence.top(1) == 0.5 && confidence.top(2) == 1 && confidence.top(0) == 0)
  }

  /// The first of equals counts first, for answers and places alike.
  @Test func equalLogitsCountInOrder() throws {
    let logits = try Tensor([1, 1, 1, 1, 1, 1] as [Float], shape: [2, 3])
    let report = try EvaluationReport(
      kind: "answers", classes: ["a", "b", "c"], labels: [0, 2], answers: .logits(logits))
    #expect(report.predictions == [0, 0])
    #expect([1, 2, 3].map { report.confidence?.top($0) } == [0.5, 0.5, 1])
  }

  @Test func baseAndNewAreAnsweredAmongTheirOwn() throws {
    let logits = try Tensor([1, 5, 2, 0, 3, 1, 9, 2] as [Float], shape: [2, 4])
    let report = try EvaluationReport(
      kind: "answers", classes: ["a", "b", "c", "d"], labels: [0, 3], answers: .logits(logits),
      base: [true, false, true, false])
    #expect(report.accuracy == 0)
    // a against c; b against d.
    #expect(report.base?.accuracy == 0 && report.new?.accuracy == 1 && report.harmonic == 0)
  }

  @Test func whatDoesNotFitIsRefused() throws {
    func code(
      _ labels: [Int], _ answers: EvaluationReport.Answers, classes: [String] = ["a", "b"]
    ) -> String? {
      do {
        _ = try EvaluationReport(kind: "answers", classes: classes, labels: labels, answers: answers)
        return nil
      } catch let error as Failure { return "\(error.code) \(error.message)" } catch { return "\(error)" }
    }
    let fits = try Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
    #expect(code([0, 1], .logits(fits)) == nil)
    #expect(code([0], .logits(fits))?.contains("[2, 2]") == true)
    #expect(code([0, 2], .logits(fits))?.contains("label of image 1 is 2") == true)
    #expect(code([0, -1], .predictions([0, 1]))?.contains("label of image 1 is -1") == true)
    #expect(code([0, 1], .predictions([0, 7]))?.contains("answer of image 1 is 7") == true)
    #expect(code([0, 1], .predictions([0]))?.contains("1 predictions, 2 labels") == true)
    #expect(code([], .predictions([]))?.hasPrefix("E0712") == true)
    #expect(code([0, 0], .predictions([0, 0]), classes: ["a"])?.contains("two classes") == true)
    for (bad, word) in [(Float.nan, "nan"), (.infinity, "inf")] {
      let logits = try Tensor([1, 2, 3, bad] as [Float], shape: [2, 2])
      #expect(code([0, 1], .logits(logits))?.contains("image 1 contain \(word) for class \"b\"") == true)
    }
    let nothing = try Tensor([1, 2, -.infinity, -.infinity] as [Float], shape: [2, 2])
    #expect(code([0, 1], .logits(nothing))?.contains("-inf everywhere") == true)
  }

  /// A model whose parameters are not numbers is not answered for.
  @Test func modelsThatDivergedAreRefused() throws {
    let coop = try CoOp(clip: TinyCLIP.make(), classes: TinyCLIP.classes)
    coop.context.value = try Tensor.full(coop.context.value.shape, .nan)
    #expect { try Evaluator.evaluate(coop, on: TinyData.split(8)) } throws: {
      ($0 as? Failure)?.code == "E0712"
    }
  }

  @Test func evaluationsHaveTheSameNumbers() throws {
    let mixture = try TinyData.mixture()
    let split = try TinyData.split(21)
    let found = try Evaluator.evaluate(mixture, on: split)
    let logits = try mixture.logits(.features(TinyCLIP.features(21, seed: 3)))
    let own = try EvaluationReport(
      kind: "answers", classes: split.classes, labels: split.labels, answers: .logits(logits))
    #expect(found.confusion == own.confusion && found.metrics == own.metrics)
    #expect(abs((found.confidence?.calibrationError ?? 9) - (own.confidence?.calibrationError ?? 0)) < 1e-5)
    for name in ["macro_f1", "ece", "nll", "precision", "support", "without_images"] {
      #expect(found.json[name] != nil, "\(name)")
    }
  }
}
