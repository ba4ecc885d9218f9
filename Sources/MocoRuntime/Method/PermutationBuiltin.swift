import MocoBase
import MocoLang
import MocoTraining

func permutationBuiltins(_ context: RuntimeContext) -> [NativeFunction] {
  [
    NativeFunction(
      "permutation_test(a, b, flips = 10000, seed = nil)",
      doc: """
        Whether two methods differ on the same images: a paired permutation test, two-sided. `a` and `b` are two reports on
        the same images in the same order, or two lists of numbers or Bools (right or wrong), one for each image.

        If it made no difference which method gave which of the two answers, their signs could be flipped at will. `p` is
        the share of flips whose mean difference is as far from 0 as the one that was found. Where all differences are as
        large, as of right and wrong answers, p is exact by the binomial distribution; of other numbers all flips are gone
        through with up to 20 pairs that differ, and else `flips` random ones, with p = (1 + as far) / (1 + flips). Those
        are drawn from `seed`, which is the program's where none is given.

        Gives a record: `difference` (mean of a less mean of b), `p`, `pairs`, `differing` (pairs that differ; the
        others do not matter), `exact`, and `method`, what was done in words. Reports on other images are refused (E0712).

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

/// - Throws: E0712 where two reports are not of the same images in the same order.
private func check(_ one: EvaluationReport, _ other: EvaluationReport) throws {
  let help = "evaluate both on the same split"
  guard one.predictions.count == other.predictions.count else {
    throw Failure(
      "E0712", "the reports are of \(one.predictions.count) and \(other.predictions.count) images",
      help: help,
      argument: "b")
  }
  guard one.labelNames == other.labelNames else {
    throw Failure("E0712", "the reports are of other classes", help: help, argument: "b")
  }
  if let place = zip(one.labels, other.labels).enumerated().first(where: { $0.element.0 != $0.element.1 })?
    .offset
  {
    throw Failure(
      "E0712",
      "image \(place) is of class \"\(one.labelNames[one.labels[place]])\" in one report and of "
        + "\"\(one.labelNames[other.labels[place]])\" in the other", help: help, argument: "b")
  }
  if let data = one.data, let others = other.data, let place = try data.firstDifference(from: others) {
    throw Failure(
      "E0712", "image \(place) of \"\(data.name)\" is another one than image \(place) of \"\(others.name)\"",
      help: help + "; splits that hold the same images in another order are not pairs", argument: "b")
  }
}

/// Numbers or Bools, one for each image.
private func read(_ value: AnyValue, _ name: String, _ arguments: Arguments) throws -> [Double] {
  guard value.asHost(ReportValue.self) == nil else {
    throw arguments.failure(
      "E0303", "permutation_test compares two reports, or two lists, and not one of each", at: name,
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
          "'\(name)' holds \(Arguments.describe(element)) at \(place), where a number or a Bool should be",
          at: name, help: "give a number for each image")
      }
      return number
    }
  }
  let tensor = try arguments.tensor(name)
  guard tensor.rank == 1 else {
    throw arguments.failure(
      "E0205", "'\(name)' is a tensor of rank \(tensor.rank)", at: name,
      help: "give one number for each image")
  }
  return try tensor.cast(to: .float32).toFloats().map(Double.init)
}
