import MocoBase
import MocoLang
import MocoTraining

func permutationBuiltins(_ context: RuntimeContext) -> [NativeFunction] {
  [
    NativeFunction(
      "permutation_test(a, b, flips = 10000, seed = nil)",
      doc: """
        A paired, two-sided permutation test of two methods on the same images. `a` and `b` are two reports on
        the same images in the same order, or two lists of numbers or Bools (right or wrong), one for each image.

        Under the null hypothesis the signs of the differences are exchangeable. `p` is
        the share of sign flips whose mean difference is at least as far from 0 as the observed one. If all
        differences have the same size, as for correct and wrong predictions, p is exact by the binomial
        distribution. For other numbers, all flips are evaluated with up to 20 differing pairs; otherwise `flips`
        random ones, with p = (1 + as far) / (1 + flips). They are drawn from `seed`; the default is the program's seed.

        Returns a record: `difference` (mean of a minus mean of b), `p`, `pairs`, `differing` (pairs that differ; the
        others have no effect), `exact`, and `method`, a description of the computation. Reports on different images
        are an error (E0712).

        ```
        let test = permutation_test(after, before)
        print(test.difference, test.p, test.method)
        permutation_test([true, true, true, false, true, true], [false, true, false, false, false, false]).p   // 0.125
        ```
        """
    ) { arguments in
      let (a, b) = (try arguments.value("a"), try arguments.value("b"))
      let numbers: (a: [Double], b: [Double])
      if let one: ReportValue = a.asHost(), let other: ReportValue = b.asHost() {
        try check(one.report, other.report)
        numbers = (one.report.right.map { $0 ? 1 : 0 }, other.report.right.map { $0 ? 1 : 0 })
      } else {
        numbers = (try read(a, "a", arguments), try read(b, "b", arguments))
      }
      let seed = try arguments["seed"].flatMap { $0.isNil ? nil : try arguments.int("seed", in: 0...) }
      let test = try PermutationTest(
        numbers.a, numbers.b, flips: arguments.int("flips", in: 1...10_000_000),
        seed: seed.map { UInt64($0) } ?? context.seed)
      var isExact = true
      if case .random = test.form { isExact = false }
      return .record([
        ("difference", .float(test.difference)), ("p", .float(test.p)), ("pairs", .int(test.pairs)),
        ("differing", .int(test.differing)), ("exact", .bool(isExact)), ("method", .string(test.method)),
      ])
    }
  ]
}

/// - Throws: E0712 if two reports are not of the same images in the same order.
private func check(_ one: EvaluationReport, _ other: EvaluationReport) throws {
  let help = "evaluate both on the same split"
  guard one.predictions.count == other.predictions.count else {
    throw Failure(
      "E0712",
      "the reports have different numbers of images: \(one.predictions.count) and \(other.predictions.count)",
      help: help,
      argument: "b")
  }
  guard one.labelNames == other.labelNames else {
    throw Failure("E0712", "the reports have different classes", help: help, argument: "b")
  }
  if let place = zip(one.labels, other.labels).enumerated().first(where: { $0.element.0 != $0.element.1 })?
    .offset
  {
    throw Failure(
      "E0712",
      "image \(place) has class \"\(one.labelNames[one.labels[place]])\" in one report and "
        + "\"\(one.labelNames[other.labels[place]])\" in the other", help: help, argument: "b")
  }
  if let data = one.data, let others = other.data, let place = try data.firstDifference(from: others) {
    throw Failure(
      "E0712", "image \(place) of \"\(data.name)\" and image \(place) of \"\(others.name)\" differ",
      help: help + "; the images must be in the same order", argument: "b")
  }
}

/// Numbers or Bools, one for each image.
private func read(_ value: AnyValue, _ name: String, _ arguments: Arguments) throws -> [Double] {
  guard value.asHost(ReportValue.self) == nil else {
    throw arguments.failure(
      "E0303", "permutation_test expects two reports or two lists, not one of each", at: name,
      help: "write report.right for the list of a report")
  }
  guard value.asList != nil || value.asHost(TensorValue.self) != nil else {
    throw arguments.wrongType(name, expected: "a report, or a list of numbers or Bools", help: nil)
  }
  if let list = value.asList {
    return try list.enumerated().map { place, element in
      if let flag = element.asBool { return flag ? 1 : 0 }
      guard let number = element.asFloat else {
        throw arguments.failure(
          "E0303",
          "'\(name)' contains \(Arguments.describe(element)) at index \(place); expected a number or a Bool",
          at: name, help: "pass a number for each image")
      }
      return number
    }
  }
  let tensor = try arguments.tensor(name)
  guard tensor.rank == 1 else {
    throw arguments.failure(
      "E0205", "'\(name)' is a tensor of rank \(tensor.rank); expected rank 1", at: name,
      help: "pass one number for each image")
  }
  return try tensor.cast(to: .float32).toFloats().map(Double.init)
}
