import MocoData
import MocoDocument
import MocoLang
import MocoPlot

/// A data set as a value of the language.
final class DatasetValue: FigureConvertible {
  let data: Dataset
  let context: RuntimeContext

  init(_ data: Dataset, _ context: RuntimeContext) {
    self.data = data
    self.context = context
  }

  var typeName: String { "Dataset" }
  var count: Int? { data.count }

  private static let fields = ["name", "classes", "splits", "base", "new", "skipped", "origin"]
  var memberNames: [String] { data.splits.map(\.name) + DatasetValue.fields + DatasetValue.methods.names }

  func member(_ name: String) throws -> AnyValue? {
    if let split = data.split(name) { return .host(SplitValue(split, context)) }
    switch name {
    case "name": return .string(data.name)
    case "classes": return .list(data.classes)
    case "splits": return .list(data.splits.map(\.name))
    case "base": return .host(DatasetValue(try data.base(), context))
    case "new": return .host(DatasetValue(try data.new(), context))
    case "origin":
      let lines = [data.origin].compactMap { $0 } + (try data.assumptions())
      return lines.isEmpty ? .nil : .string(lines.joined(separator: "\n"))
    case "skipped":
      return .list(
        data.skipped.map { .record([("path", .string($0.path)), ("reason", .string($0.reason))]) })
    case "train", "val", "test", "pretrain": return .host(SplitValue(try data.requireSplit(name), context))
    default: return nil
    }
  }

  /// `data["train"]`.
  func index(_ items: [HostIndex]) throws -> AnyValue? {
    guard items.count == 1 else { return nil }
    switch items[0] {
    case .name(let name): return .host(SplitValue(try data.requireSplit(name), context))
    case .value(let value):
      guard let name = value.asString else { return nil }
      return .host(SplitValue(try data.requireSplit(name), context))
    default: return nil
    }
  }

  func method(_ name: String) -> NativeFunction? { DatasetValue.methods.bind(name, to: self) }

  static let methods = MethodTable<DatasetValue> { table in
    table.onlyGiving("few_shot", "styled")
    table.add(
      "few_shot(shots: Int, seed = 1, sampler = \"moco\", short = nil)",
      doc: """
        The data set with `shots` training images per class; validation and test images are not reduced. The images
        of 4 shots are a subset of those of 8.

        `sampler: "coop"` draws the same images as CoOp and its successors with this seed, and cuts validation to
        min(shots, 4). They draw from all classes and select `base` or `new` afterwards: `data.few_shot(16, sampler:
        "coop").base`.

        A class with fewer than `shots` images is an error; `short: "all"` takes all of its images, as the sampler "coop"
        does by default (`short: "stop"` makes it an error there too). `origin` lists such classes.

        ```
        let few = dataset("fashion").few_shot(16, seed: 1)
        ```
        """
    ) { value, arguments in
      let word = try arguments.choice("sampler", among: ShotSampler.allCases.map(\.rawValue))
      var short: ShortClasses?
      if arguments["short"]?.isNil == false {
        short = ShortClasses(
          rawValue: try arguments.choice("short", among: ShortClasses.allCases.map(\.rawValue)))
      }
      let few = try value.data.fewShot(
        arguments.int("shots"), seed: Int(arguments.seed()), sampler: ShotSampler(rawValue: word) ?? .moco,
        short: short)
      return .host(DatasetValue(few, value.context))
    }
    table.add(
      "styled(names = nil, severity = 0.6, seed = nil, withheld = nil)",
      doc: """
        The data set with every image in a random style of `names` (default: all eight), with a severity uniform between
        0 and `severity`. The same seed gives every image the same style in every subset. `withheld` lists pairs of class
        and style that stay clean.

        ```
        let data = dataset("fashion").styled(["dark", "sketch"], seed: 1)
        ```
        """
    ) { value, arguments in
      let options = try StyleOptions(
        arguments, split: value.data.requireSplit(value.data.splits.first?.name ?? "train"),
        context: value.context)
      let styled = try value.data.styled(
        options.styles, severity: options.severity, seed: options.seed, withheld: options.withheld)
      return .host(DatasetValue(styled, value.context))
    }
  }

  // MARK: Appearance

  var shortDescription: String {
    let parts = data.splits.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
    return "<Dataset \(data.name): \(data.classes.count) classes, \(parts)>"
  }

  func document(_ limits: DocumentLimits) -> Document {
    let head: [Document.Block] = [
      .title("\(data.name): \(data.classes.count) classes, \(data.count) images"),
      .names("classes", data.splits.first?.labelNames ?? data.classes, mostLines: 4),
    ]
    let splits = data.splits.map { split in
      Document.Fields.Field(
        split.name, Document.Text("\(split.count) images, \(spread(split))\(styleNote(split))"))
    }
    let remarks =
      (data.origin ?? "").split(separator: "\n").map { Document.Block.line(String($0)) }
      + ((try? data.assumptions()) ?? []).map { .line($0) }
    return Document(
      head + [.adapted(lines: [.fields(Document.Fields(splits, overflow: .cut))], page: [.table(table)])]
        + remarks)
  }

  var isOfFeatures: Bool { !data.splits.isEmpty && data.splits.allSatisfy(\.isFeatures) }

  /// A row for each split.
  private var table: Document.Table {
    Document.Table(
      columns: [
        .init("split"), .init("images", .trailing), .init("images per class", .trailing), .init("styles"),
      ],
      rows: data.splits.map { split in
        let counts = split.classCounts
        let spread = [counts.min(), counts.max()].compactMap { $0 }
        let names = Style.allCases.filter { split.styles?.contains($0) ?? false }.map(\.name)
        return .cells([
          .init(Document.Text(split.name), .header), .init("\(split.count)", .number),
          spread.isEmpty
            ? .missing
            : .init(Document.Text(Set(spread).sorted().map(String.init).joined(separator: "–")), .number),
          split.isFeatures
            ? .init("features")
            : .init(Document.Text(names.joined(separator: ", ")), names.isEmpty ? .missing : .text),
        ])
      })
  }

  private func spread(_ split: DataSplit) -> String {
    let counts = split.classCounts
    guard let least = counts.min(), let most = counts.max() else { return "no classes" }
    return least == most ? "\(least) per class" : "\(least) to \(most) per class"
  }

  private func styleNote(_ split: DataSplit) -> String {
    guard let styles = split.styles else { return SplitValue(split, context).featureNote }
    let names = Style.allCases.filter { styles.contains($0) }.map(\.name)
    return names.count == Style.allCases.count
      ? ", in all styles" : ", in the styles " + names.joined(separator: ", ")
  }

  /// One or two pictures of each class.
  var figure: Figure {
    (data.split("train") ?? data.splits.first).map { SplitValue($0, context).figure } ?? empty
  }
  private var empty: Figure { Figure(.images(ImageGrid([])), title: data.name) }
}

/// The arguments of `styled` and `in_every_style`.
struct StyleOptions {
  let styles: [Style]
  let severity: Float
  let seed: UInt64
  let withheld: WithheldPairs

  init(_ arguments: Arguments, split: DataSplit, context: RuntimeContext) throws {
    styles = try StyleOptions.styles(arguments, "names")
    severity = try StyleOptions.severity(arguments)
    seed = try arguments.seed(context)
    withheld = try StyleOptions.withheld(arguments, split: split)
  }

  static func styles(_ arguments: Arguments, _ name: String) throws -> [Style] {
    guard let value = arguments[name], !value.isNil else { return Style.allCases }
    if let one = value.asString { return [try Style.parse(one)] }
    return try arguments.strings(name).map { try Style.parse($0) }
  }

  static func severity(_ arguments: Arguments) throws -> Float {
    let severity = try arguments.float("severity")
    guard severity >= 0, severity <= 1 else {
      throw arguments.failure(
        "E0305", "severity \(severity) is out of range: expected 0 to 1", at: "severity")
    }
    return Float(severity)
  }

  /// nil, "small world", or a list of [class, style].
  static func withheld(_ arguments: Arguments, split: DataSplit) throws -> WithheldPairs {
    guard let value = arguments["withheld"], !value.isNil else { return .none }
    if let word = value.asString {
      guard word == "small world" else {
        throw arguments.failure(
          "E0305", "unknown rule \"\(word)\" for 'withheld'", at: "withheld",
          help: "use \"small world\", or a list such as [[\"coat\", \"dark\"]]")
      }
      return .smallWorld(classes: split.classes.count)
    }
    let pairs = try arguments.list("withheld").map { element -> WithheldPairs.Pair in
      guard let pair = element.asList, pair.count == 2, let name = pair[0].asString,
        let style = pair[1].asString
      else {
        throw arguments.failure(
          "E0303", "\(arguments.functionName) expects pairs of class and style for 'withheld'",
          at: "withheld",
          help: "[[\"coat\", \"dark\"], [\"bag\", \"sketch\"]]")
      }
      return WithheldPairs.Pair(
        label: try arguments.placed("withheld") { try split.label(named: name) },
        style: try Style.parse(style))
    }
    return WithheldPairs(Set(pairs))
  }
}
