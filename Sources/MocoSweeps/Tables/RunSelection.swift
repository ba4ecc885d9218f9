import MocoBase

/// The runs for a table or curves, with notes about missing ones.
package struct RunSelection {
  /// Runs that match the filters, in the order of the points, in any state.
  package let chosen: [SweepRun]
  /// Settings with several values that are averaged over.
  package let averaged: [String]
  private let names: [String]

  /// - Throws: E1113 without runs; E1114 for unknown names; E1115 for settings that would be mixed.
  package init(_ runs: [SweepRun], _ request: TableRequest, source: String) throws {
    guard !runs.isEmpty else {
      throw Failure("E1113", "\(source) has no runs", help: "run the sweep: moco sweep FILE")
    }
    names = RunSelection.unique(runs.flatMap(\.settings.keys))
    chosen = try RunSelection.filtered(runs, request.filters, names, source: source)
    for name in request.rows + request.columns + request.over { try RunSelection.check(name, names, source) }
    let grouping = request.rows + request.columns
    if let twice = grouping.first(where: { name in grouping.count { $0 == name } > 1 }) {
      throw Failure(
        "E1114", "\(twice) is used more than once for rows or columns",
        help: "use another setting for the columns")
    }
    let finished = chosen.filter { $0.state == .finished }
    guard !finished.isEmpty else {
      throw Failure(
        "E1113", "none of \(NumberText.counted(chosen.count, "run")) of \(source) is finished",
        help: "run the sweep, or show its status: moco sweep FILE --status")
    }
    let results = RunSelection.unique(finished.flatMap { $0.result?.keys ?? [] })
    for name in request.values + (request.harmonic.map { [$0.a, $0.b] } ?? []) {
      guard !results.contains(name), name != "seconds" else { continue }
      throw Failure(
        "E1114", "no finished run of \(source) has a result \(StringText.quoted(name))",
        help: Nearest.name(to: name, among: results).map { "did you mean \($0)?" }
          ?? (results.isEmpty
            ? "add a result to the program: result({\(name): …})"
            : "use one of \(results.joined(separator: ", ")), seconds"))
    }
    let chosen = chosen
    let varying = names.filter { name in Set(chosen.map { SettingText.of($0.settings[name]) }).count > 1 }
    let rest = varying.filter { !grouping.contains($0) }
    averaged = rest
    let mixed = rest.filter { $0 != ResultTable.seedName && !request.over.contains($0) }
    guard mixed.isEmpty else {
      let first = mixed[0]
      let values = RunSelection.unique(chosen.map { SettingText.of($0.settings[first]) })
      throw Failure(
        "E1115",
        "\(mixed.joined(separator: ", ")) \(mixed.count == 1 ? "has" : "have") several values, which would be mixed in one cell",
        help:
          "choose one, --where \(first)=\(values[0]), or average over it, --over \(mixed.joined(separator: ","))"
      )
    }
  }

  private static func filtered(
    _ runs: [SweepRun], _ filters: [(name: String, values: [String])], _ names: [String], source: String
  ) throws -> [SweepRun] {
    var left = runs
    for (name, values) in filters {
      try check(name, names, source)
      for value in values where !runs.contains(where: { SettingText.matches($0.settings[name], value) }) {
        let known = unique(runs.map { SettingText.of($0.settings[name]) })
        throw Failure(
          "E1114", "no run of \(source) has \(name) = \(value)",
          help: "use one of \(known.prefix(20).joined(separator: ", "))\(known.count > 20 ? ", …" : "")")
      }
      left = left.filter { run in values.contains { SettingText.matches(run.settings[name], $0) } }
    }
    guard !left.isEmpty else {
      throw Failure(
        "E1113", "no run of \(source) matches all parts of --where", help: "remove one part of it")
    }
    return left
  }

  private static func check(_ name: String, _ names: [String], _ source: String) throws {
    guard !names.contains(name) else { return }
    throw Failure(
      "E1114", "the runs of \(source) have no setting \(StringText.quoted(name))",
      help: Nearest.name(to: name, among: names).map { "did you mean \($0)?" }
        ?? (names.isEmpty
          ? "add settings to the program: let shots = over([1, 2, 4])"
          : "use one of \(names.joined(separator: ", "))"))
  }

  /// Notes about runs that are not in a cell.
  package func notes(for request: TableRequest) -> [String] {
    var notes: [String] = []
    let open = chosen.filter { $0.state != .finished }
    if !open.isEmpty {
      let states = SweepRun.State.allCases.compactMap { state -> String? in
        let count = open.count { $0.state == state }
        return count > 0 ? "\(count) \(state.rawValue)" : nil
      }
      notes.append(
        "\(open.count) of \(NumberText.counted(chosen.count, "run")) \(open.count == 1 ? "is" : "are") not finished: "
          + states.joined(separator: ", "))
    }
    for name in request.values {
      let without = chosen.count { run in
        run.state == .finished && ((try? ResultTable.number(name, run)) ?? nil) == nil
      }
      if without > 0 {
        notes.append(
          "\(NumberText.counted(without, "finished run")) \(without == 1 ? "has" : "have") no numeric result \(name)"
        )
      }
    }
    return notes
  }

  /// The key of a group of values.
  package static func key(_ values: [Json?]) -> String {
    values.map { $0.map { SettingText.of($0) + "\u{1}" + $0.kindName } ?? "" }.joined(separator: "\u{0}")
  }

  /// The values of some settings without duplicates, in the order of the sweep.
  ///
  /// A condition may exclude points: a method without training has one number of shots, and may come first. So the
  /// order is that of the group of `others` with the most values; missing values follow.
  package static func ordered(_ runs: [SweepRun], by names: [String], within others: [String]) -> [[Json?]] {
    func values(_ run: SweepRun, _ names: [String]) -> [Json?] { names.map { run.settings[$0] } }
    var groups: [String: [[Json?]]] = [:]
    var keys: [String] = []
    for run in runs {
      let key = key(values(run, others))
      if groups[key] == nil { keys.append(key) }
      groups[key, default: []].append(values(run, names))
    }
    let lists = keys.map { distinct(groups[$0] ?? []) }
    guard let most = lists.map(\.count).max(), let longest = lists.first(where: { $0.count == most }) else {
      return []
    }
    return distinct(longest + lists.joined())
  }

  /// The groups without duplicates, in the order of first appearance.
  package static func distinct(_ groups: [[Json?]]) -> [[Json?]] {
    var seen = Set<String>()
    return groups.filter { seen.insert(key($0)).inserted }
  }

  /// The names without duplicates, in the order of first appearance.
  package static func unique(_ names: [String]) -> [String] {
    var seen = Set<String>()
    return names.filter { seen.insert($0).inserted }
  }
}
