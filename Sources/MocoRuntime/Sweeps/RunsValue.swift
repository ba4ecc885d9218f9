import MocoBase
import MocoDocument
import MocoLang
import MocoSweeps

/// The value of `runs(path)`: the runs of a sweep in their state at the time of the call.
final class RunsValue: HostObject {
  let runs: [SweepRun]
  /// The sweep's folder, for messages.
  let source: String

  init(_ runs: [SweepRun], source: String) {
    self.runs = runs
    self.source = source
  }

  var typeName: String { "Runs" }
  var count: Int? { runs.count }
  func copied() throws -> AnyValue? { .host(self) }
  var memberNames: [String] { ["folder", "settings", "states"] + RunsValue.methods.names }

  func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "folder": return .string(source)
    case "settings":
      let names = RunSelection.unique(runs.flatMap(\.settings.keys))
      return .record(
        names.map { name in
          (
            name,
            .list(RunSelection.distinct(runs.map { [$0.settings[name]] }).map { RunsValue.value($0[0]) })
          )
        })
    case "states":
      return .record(
        SweepRun.State.allCases.compactMap { state in
          let count = runs.count { $0.state == state }
          return count > 0 ? (state.rawValue, .int(count)) : nil
        })
    default: return nil
    }
  }

  func method(_ name: String) -> NativeFunction? { RunsValue.methods.bind(name, to: self) }

  func index(_ items: [HostIndex]) throws -> AnyValue? {
    guard items.count == 1, case .int(let place) = items[0] else { return nil }
    return RunsValue.record(runs[try HostIndex.resolve(place, count: runs.count)])
  }

  func makeIterator() throws -> (() throws -> AnyValue?)? {
    var place = 0
    return { [runs] in
      guard place < runs.count else { return nil }
      place += 1
      return RunsValue.record(runs[place - 1])
    }
  }

  private static func record(_ run: SweepRun) -> AnyValue {
    .record([
      ("name", .string(run.name)), ("state", .string(run.state.rawValue)),
      ("settings", value(.object(run.settings))), ("result", run.result.map { value(.object($0)) } ?? .nil),
      ("seconds", run.seconds.map { .float($0) } ?? .nil), ("folder", .string(run.folder)),
    ])
  }

  static func value(_ json: Json?) -> AnyValue {
    switch json {
    case nil, .null?: .nil
    case .bool(let flag)?: .bool(flag)
    case .int(let number)?: .int(number)
    case .double(let number)?: .float(number)
    case .string(let text)?: .string(text)
    case .array(let list)?: .list(list.map { value($0) })
    case .object(let object)?: .record(object.map { ($0.key, value($0.value)) })
    }
  }

  static let methods = MethodTable<RunsValue> { table in
    table.add(
      "where(settings)",
      doc: """
        The runs with these settings; a list matches any of its values.

        ```
        runs("few_shot.moco").where({shots: 16, seed: [1, 2]})
        ```
        """
    ) { value, arguments in
      var left = value.runs
      let known = RunSelection.unique(left.flatMap(\.settings.keys))
      for (name, wanted) in try arguments.record("settings") {
        guard known.contains(name) else {
          throw arguments.failure(
            "E1114", "the runs of \(value.source) have no setting \(StringText.quoted(name))", at: "settings",
            help: Nearest.name(to: name, among: known).map { "did you mean \($0)?" }
              ?? "use one of \(known.joined(separator: ", "))")
        }
        let texts = (wanted.asList ?? [wanted]).map { RunsValue.text($0) }
        left = left.filter { run in texts.contains { SettingText.matches(run.settings[name], $0) } }
      }
      return .host(RunsValue(left, source: value.source))
    }
    table.add(
      """
      table(rows, columns = nil, value = nil, over = nil, std = "population", harmonic = nil, best = "max", \
      best_of = "columns", percent = false, digits = nil, title = "")
      """,
      doc: """
        A table of averages of the finished runs: a row for each value of the setting `rows`, a column for each of
        `columns` (names, or lists of names). The cells hold the mean of the result `value` (or of several results)
        and its standard deviation.

        - A setting that is neither row nor column and has several values is averaged over only if it is `seed` or
          `over` lists it; otherwise it is an error (E1115).
        - `std` is "population", "sample" or "none". `harmonic: ["base", "new"]` adds H of the two averages.
        - `best` marks the "max", the "min" or "none" in each of `best_of`, "columns" or "rows".
        - `percent: true` multiplies by 100; `digits` is the number of decimals.

        The table lists what was averaged and what is not finished. It has `.csv`, `.markdown`, `.html`,
        `.latex`, `.json`, `.cells` and `.save(path)`.

        ```
        show runs("few_shot.moco").table(rows: "method", columns: "shots", value: "accuracy", percent: true, digits: 1)
        ```
        """
    ) { value, arguments in
      var request = TableRequest(
        rows: try names("rows", arguments), columns: try names("columns", arguments),
        values: try names("value", arguments))
      guard !request.rows.isEmpty else {
        throw arguments.failure(
          "E0305", "a table needs a setting for its rows", at: "rows", help: "write rows: \"method\"")
      }
      if let given = try arguments["harmonic"].flatMap({ $0.isNil ? nil : try names("harmonic", arguments) })
      {
        guard given.count == 2 else {
          throw arguments.failure(
            "E0305", "'harmonic' needs two results, found \(given.count)", at: "harmonic",
            help: "write harmonic: [\"base\", \"new\"]")
        }
        request.harmonic = (given[0], given[1])
      }
      guard !request.values.isEmpty || request.harmonic != nil else {
        throw arguments.failure(
          "E0304", "a table needs the argument 'value'", help: "write value: \"accuracy\"")
      }
      request.over = try names("over", arguments)
      request.deviation = try deviation(arguments)
      request.best =
        TableRequest.Best(
          rawValue: try arguments.choice("best", among: TableRequest.Best.allCases.map(\.rawValue))) ?? .max
      request.marksRows = try arguments.choice("best_of", among: ["columns", "rows"]) == "rows"
      request.isPercent = try arguments.bool("percent")
      request.digits = try arguments["digits"].flatMap {
        $0.isNil ? nil : try arguments.int("digits", in: 0...15)
      }
      request.title = try arguments.string("title")
      return .host(ResultTableValue(try ResultTable(value.runs, request, source: value.source)))
    }
    table.add(
      """
      curves(x, value, lines = nil, over = nil, std = "population", percent = false, title = "", even = true)
      """,
      doc: """
        Curves over a numeric setting, with a band of one standard deviation above and below the mean: one curve for
        each value of the setting `lines`, or of several settings. The axis has a mark for each value, at equal
        distances, so that 1, 2, 4, 8 and 16 shots are evenly spaced; `even: false` keeps the distances. The other
        arguments are as in `table`.

        ```
        runs("few_shot.moco").curves(x: "shots", value: "accuracy", lines: "method", percent: true).save("curves.svg")
        ```
        """
    ) { value, arguments in
      var request = TableRequest(
        rows: [try arguments.string("x")], columns: try names("lines", arguments),
        values: [try arguments.string("value")])
      request.over = try names("over", arguments)
      request.deviation = try deviation(arguments)
      request.isPercent = try arguments.bool("percent")
      request.title = try arguments.string("title")
      let curves = try ResultCurves(
        value.runs, request, source: value.source, isEven: arguments.bool("even"))
      return .host(FigureValue(curves.figure))
    }
    table.onlyGiving("where", "table", "curves")
  }

  private static func deviation(_ arguments: Arguments) throws -> TableRequest.Deviation {
    TableRequest.Deviation(
      rawValue: try arguments.choice("std", among: TableRequest.Deviation.allCases.map(\.rawValue)))
      ?? .population
  }

  /// A name, or a list of names; an empty list for nil.
  private static func names(_ name: String, _ arguments: Arguments) throws -> [String] {
    guard let value = arguments[name], !value.isNil else { return [] }
    if let text = value.asString { return [text] }
    return try arguments.strings(name)
  }

  /// A value as `SettingText` matches it.
  private static func text(_ value: AnyValue) -> String {
    switch value.kind {
    case .nil: "nil"
    case .bool(let flag): flag ? "true" : "false"
    case .int(let number): String(number)
    case .float(let number): NumberText.float(number)
    case .string(let text): text
    default: TableReader.word(value)
    }
  }

  var shortDescription: String {
    let states = SweepRun.State.allCases.compactMap { state -> String? in
      let count = runs.count { $0.state == state }
      return count > 0 ? "\(count) \(state.rawValue)" : nil
    }
    return "<runs: \(source), \(states.isEmpty ? "none" : states.joined(separator: ", "))>"
  }
}
