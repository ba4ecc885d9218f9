import MocoBase
import MocoLang

/// `result`: the result of a run.
func resultFunction(_ context: RuntimeContext) -> NativeFunction {
  NativeFunction(
    "result(values)",
    doc: """
      Records the result of this run, for tables: `result({accuracy: report.accuracy})`. The values are
      finite numbers, Bools and Strings. Several calls add to one result; an existing name may be repeated only with
      the same value. It is stored as `result` in the run's `run.json`: `moco table` and `runs(…)` read it, and a run of
      a sweep without a result has no entry in its table.

      ```
      let accuracy = 0.91
      result({accuracy: accuracy, method: "coop"})
      ```
      """
  ) { [unowned context] arguments in
    guard let record = arguments["values"]?.asRecord, !record.isEmpty else {
      let found =
        arguments["values"].map { $0.asRecord != nil ? "an empty one" : Arguments.describe($0) } ?? "nothing"
      throw arguments.failure(
        "E1103", "result expects a Record of numbers, Bools and Strings, not \(found)", at: "values",
        help: "write result({accuracy: report.accuracy})")
    }
    var merged = context.result
    for (name, value) in record {
      let json = try resultValue(name, value, arguments)
      if let known = merged[name], known != json {
        throw arguments.failure(
          "E1104",
          "the result \(StringText.quoted(name)) is already \(known.serialized()) and cannot become \(json.serialized())",
          at: "values", help: "set each result once, or use another name")
      }
      merged[name] = json
    }
    context.result = merged
    _ = try context.runFolder()
    context.recorder?.note("result", .object(merged))
    return .nil
  }
}

private func resultValue(_ name: String, _ value: AnyValue, _ arguments: Arguments) throws -> Json {
  guard let setting = SettingValue(value) else { throw refusal(name, Arguments.describe(value), arguments) }
  switch setting {
  case .bool, .int, .string: return setting.json
  case .float(let number):
    guard number.isFinite else {
      throw arguments.failure(
        "E1103",
        "the result \(StringText.quoted(name)) is not finite: \(NumberText.float(number))",
        at: "values", help: "check how it is computed, or leave it out")
    }
    return setting.json
  case .none, .list, .quantity, .record: throw refusal(name, Arguments.describe(value), arguments)
  }
}

private func refusal(_ name: String, _ found: String, _ arguments: Arguments) -> Failure {
  arguments.failure(
    "E1103", "the result \(StringText.quoted(name)) is \(found), not a number, Bool or String", at: "values",
    help: "pass one number of it, such as report.accuracy, or its text: \"\\(…)\"")
}
