import MocoBase
import MocoLang

/// The points of a program and a command line, in their fixed order.
public struct SweepPlan: Sendable {
  /// One combination of settings, to be run once.
  public struct Point: Sendable {
    /// The name of its folder: the values of the varied settings, and eight digits of the identity.
    public let name: String
    /// The hash of all settings, the code and everything else that affects the result, in hexadecimal digits.
    public let identity: String
    /// The settings of the run, in the form of `--set`.
    public let set: [(name: String, text: String)]
    /// The random seed.
    public let seed: UInt64
    /// All settings by name, as far as they are in the program's text.
    public let settings: JsonObject
    /// The varied settings, for display.
    public let values: [(name: String, label: String)]
  }

  /// In the order of the program's settings; the last one varies fastest.
  public let points: [Point]
  /// The varied settings with their values, in the order of the program.
  public let swept: [(name: String, values: [SettingValue])]
  /// The hash of the program without its settings, and of its modules.
  public let code: String

  /// Maximum number of points.
  public static let most = 200_000

  /// - Parameters:
  ///   - settings: the settings of the program, `Program.settings`.
  ///   - code: `Program.codeHash`.
  /// - Throws: E1105 if there is nothing to vary; E1106 if an option does not match the program; E0307 for an
  ///   invalid value of a setting.
  public init(_ settings: [ProgramSetting], code: String, _ request: SweepRequest, _ dialect: Dialect) throws
  {
    let maker = try PointMaker(settings, request, dialect)
    guard !maker.axes.isEmpty else {
      throw Failure(
        "E1105", "there is nothing to sweep: the program has no over(…), and the command has no --over",
        help: "write let shots = over([1, 2, 4]) in the program, or add --over NAME=1,2,4")
    }
    self.code = code
    points = try maker.points(code: code)
    swept = maker.swept
  }
}

/// Creates points.
private struct PointMaker {
  /// Settings that vary together: one, or those of a table.
  struct Axis {
    let names: [String]
    /// Each row has the length of `names`.
    let rows: [[SettingValue]]
    /// The condition under which the rows are used; nil for always.
    var condition: SweptCondition?
  }

  let settings: [ProgramSetting]
  let request: SweepRequest
  let dialect: Dialect
  /// In the order of the program's settings.
  private(set) var axes: [Axis] = []
  /// Values of all points: literals, and those of `--set`.
  private var fixed: [String: SettingValue] = [:]
  private var filters: [String: Set<SettingValue>] = [:]

  /// The name of the run's own seed, if the program has no setting with that name.
  static let seed = "seed"

  init(_ settings: [ProgramSetting], _ request: SweepRequest, _ dialect: Dialect) throws {
    (self.settings, self.request, self.dialect) = (settings, request, dialect)
    for setting in settings { fixed[setting.name] = setting.usual }
    var given: [String: String] = [:]
    func take(_ name: String, _ option: String) throws {
      guard let before = given.updateValue(option, forKey: name) else { return }
      throw Failure(
        "E1106", "\(name) is given by both \(before) and \(option)", help: "remove one of them")
    }
    for (name, text) in request.set {
      try take(name, "--set")
      fixed[name] = try read(text, of: name, "--set")
    }
    var made: [String: Axis] = [:]
    for setting in settings {
      guard case .over(let values) = setting.kind else { continue }
      // A setting with `--set` is an axis with one value.
      let rows = given[setting.name] == nil ? values : [fixed[setting.name]].compactMap { $0 }
      made[setting.name] = Axis(
        names: [setting.name], rows: rows.map { [$0] },
        condition: given[setting.name] == nil ? setting.condition : nil)
    }
    for (name, text) in request.over {
      try take(name, "--over")
      made[name] = Axis(
        names: [name], rows: try values(text, of: name, "--over \(name)").map { [$0] },
        condition: setting(name)?.condition)
    }
    if let table = request.table {
      for name in table.names {
        try take(name, "--over-file")
        made[name] = nil
      }
      let rows = try table.rows.map { row in
        try zip(table.names, row.values).map { name, text in
          try read(text, of: name, "line \(row.line) of \(table.name)")
        }
      }
      var seen: Set<[SettingValue]> = []
      for (row, values) in zip(table.rows, rows) where !seen.insert(values).inserted {
        throw Failure(
          "E1106", "line \(row.line) of \(table.name) is a duplicate", help: "list each point once")
      }
      // Its position is that of its first setting.
      let first = order.first { table.names.contains($0) } ?? table.names.first ?? ""
      made[first] = Axis(names: table.names, rows: rows)
    }
    axes = order.compactMap { made[$0] }
    for (name, text) in request.only {
      let wanted = try values(text, of: name, "--only \(name)")
      var known = values(of: name)
      known += (setting(name)?.condition?.possible ?? []).filter { !known.contains($0) }
      if let strange = wanted.first(where: { !known.contains($0) }) {
        throw Failure(
          "E1106", "--only \(name)=\(strange.label): this value of \(name) is not part of the sweep",
          help: known.isEmpty
            ? "use one of the settings of the sweep: \(swept.map(\.name).joined(separator: ", "))"
            : "use one of \(known.prefix(12).map(\.label).joined(separator: ", "))\(known.count > 12 ? ", …" : "")"
        )
      }
      filters[name, default: []].formUnion(wanted)
    }
  }

  /// The names of all settings in the order of points, with the run's seed last.
  private var order: [String] {
    var names: [String] = []
    for setting in settings where !names.contains(setting.name) { names.append(setting.name) }
    return names.contains(PointMaker.seed) ? names : names + [PointMaker.seed]
  }

  private func setting(_ name: String) -> ProgramSetting? { settings.first { $0.name == name } }

  private var isSeedFree: Bool { setting(PointMaker.seed) == nil }

  private func read(_ text: String, of name: String, _ option: String) throws -> SettingValue {
    if let setting = setting(name) {
      if case .control = setting.kind { return SettingValue.literal(text, dialect) ?? .string(text) }
      let value = try setting.value(text, dialect)
      if value.label.contains(where: \.isNewline) {
        throw Failure("E1106", "\(option): a value has several lines", help: "use values of one line")
      }
      return value
    }
    if name == PointMaker.seed, option != "--set" {
      guard let seed = UInt64(text), seed <= Seed.largest else {
        throw Failure(
          "E1106", "\(option): \(text) is not a seed", help: "use integers from 0 to \(Seed.largest)")
      }
      return .int(Int(seed))
    }
    let names = settings.map(\.name)
    let near = Nearest.name(to: name, among: names).map { "did you mean \($0)? " } ?? ""
    throw Failure(
      option == "--set" ? "E0307" : "E1106", "\(option): the program has no setting \(name)",
      help: names.isEmpty
        ? "write let \(name) = … with a literal at the top level of the program"
        : "\(near)it has \(names.prefix(20).joined(separator: ", "))\(names.count > 20 ? ", …" : "")")
  }

  private func values(_ text: String, of name: String, _ option: String) throws -> [SettingValue] {
    var isText = false
    switch setting(name)?.kind {
    case .literal(.string): isText = true
    case .over(let values): isText = values.allSatisfy { $0.typeName == "String" }
    default: break
    }
    return try ValueList.values(
      text, option: option, read: { try read($0, of: name, option) }, isText: isText)
  }

  /// The values of a setting, without duplicates.
  private func values(of name: String) -> [SettingValue] {
    var found: [SettingValue] = []
    for axis in axes {
      guard let place = axis.names.firstIndex(of: name) else { continue }
      for row in axis.rows where !found.contains(row[place]) { found.append(row[place]) }
    }
    return found
  }

  var swept: [(name: String, values: [SettingValue])] {
    order.compactMap { name in
      axes.contains { $0.names.contains(name) } ? (name, values(of: name)) : nil
    }
  }

  // MARK: - The points

  func points(code: String) throws -> [SweepPlan.Point] {
    var points: [SweepPlan.Point] = []
    let names = swept.map(\.name)
    try expand(axes[...], fixed) { values in
      guard points.count < SweepPlan.most else {
        throw Failure(
          "E1106", "the sweep has more than \(SweepPlan.most) points",
          help: "use fewer values, or list points with --over-file")
      }
      points.append(point(values, names, code))
    }
    return points
  }

  /// Iterates over the values of the first axis, and for each over those of the others.
  private func expand(
    _ axes: ArraySlice<Axis>, _ values: [String: SettingValue],
    _ body: ([String: SettingValue]) throws -> Void
  ) throws {
    guard let axis = axes.first else { return try body(values) }
    // If its condition is false, a setting has one value.
    let single = try axis.condition?.value(values)
    for row in single.map({ [[$0]] }) ?? axis.rows {
      var values = values
      for (name, value) in zip(axis.names, row) { values[name] = value }
      let isWanted = axis.names.allSatisfy { name in
        filters[name].map { wanted in values[name].map(wanted.contains) ?? false } ?? true
      }
      if isWanted { try expand(axes.dropFirst(), values, body) }
    }
  }

  private func point(_ values: [String: SettingValue], _ swept: [String], _ code: String) -> SweepPlan.Point {
    var seed = request.seed
    if isSeedFree, case .int(let own)? = values[PointMaker.seed] { seed = UInt64(clamping: own) }
    var all = JsonObject()
    for name in order { if let value = values[name] { all[name] = value.json } }
    let hash = SHA256()
    hash.update("moco-point 1\n\(code)\nseed \(seed)\nportable \(request.isPortable)\n")
    for argument in request.arguments { hash.update("argument \(argument.utf8.count) \(argument)\n") }
    for name in order.sorted() where !(isSeedFree && name == PointMaker.seed) {
      if let value = values[name] { hash.update("\(name) = \(value.source)\n") }
    }
    let identity = hash.finish()
    let labels = swept.compactMap { name in values[name].map { (name: name, label: $0.label) } }
    // Values from the program's text are not repeated.
    let set = order.compactMap { name -> (name: String, text: String)? in
      guard let value = values[name], let setting = setting(name) else { return nil }
      if case .control = setting.kind { return (name, value.label) }
      if case .over = setting.kind { return (name, value.source) }
      return value == setting.usual && settings.filter({ $0.name == name }).count == 1
        ? nil : (name, value.source)
    }
    return SweepPlan.Point(
      name: PointName.name(labels.map(\.label), identity), identity: identity, set: set, seed: seed,
      settings: all, values: labels)
  }
}

/// Names of the folders of points.
package enum PointName {
  /// The number of digits of the identity in a name.
  package static let digits = 8
  private static let (longestPart, longest) = (24, 64)

  /// `coop-16-1-3fa9c2d1`: the values, readable and short, and the beginning of the identity.
  static func name(_ labels: [String], _ identity: String) -> String {
    let parts = labels.map { label -> String in
      let kept = label.map { character -> Character in
        character.isASCII && (character.isLetter || character.isNumber || "._".contains(character))
          ? character : "-"
      }
      let words = String(kept.prefix(longestPart)).split(separator: "-").joined(separator: "-")
      return words.isEmpty ? "x" : words
    }
    var name = String(parts.joined(separator: "-").prefix(longest))
    while let first = name.first, "._-".contains(first) { name.removeFirst() }
    return (name.isEmpty ? "point" : name) + "-" + identity.prefix(digits)
  }
}
