import MocoBase
import MocoData
import MocoDocument
import MocoLang
import MocoMethods
import MocoPlot
import MocoTensor

/// A split as a value of the language: a list of labelled images that `train` and `evaluate` accept.
final class SplitValue: FigureConvertible {
  let split: DataSplit
  let context: RuntimeContext

  init(_ split: DataSplit, _ context: RuntimeContext) {
    self.split = split
    self.context = context
  }

  var typeName: String { "Split" }
  var count: Int? { split.count }

  private static let fields = ["name", "classes", "labels", "names", "styles", "counts", "base", "new"]
  var memberNames: [String] { SplitValue.fields + SplitValue.methods.names }

  func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "name": return .string(split.name)
    case "classes": return .list(split.classes)
    case "labels": return .list(split.labels)
    case "names": return .list(split.labels.map { split.classes[$0] })
    case "styles": return split.styles.map { .list($0.map { .string(($0 ?? .clean).name) }) } ?? .nil
    case "counts": return .record(zip(split.labelNames, split.classCounts).map { ($0, .int($1)) })
    case "base": return .host(SplitValue(split.base(), context))
    case "new": return .host(SplitValue(split.new(), context))
    default: return nil
    }
  }

  func index(_ items: [HostIndex]) throws -> AnyValue? {
    guard items.count == 1 else { return nil }
    switch items[0] {
    case .int(let place): return .host(ItemValue(split, try HostIndex.resolve(place, count: split.count)))
    case .all: return .host(self)
    case .range(let range):
      let (start, count, step) = try range.resolve(count: split.count)
      return .host(SplitValue(try split.subset((0..<count).map { start + $0 * step }), context))
    case .value(let value):
      let tensor: TensorValue? = value.asHost()
      let places = try tensor.map { try $0.tensor.toInts() } ?? value.asList?.compactMap(\.asInt)
      guard let places else { return nil }
      return .host(
        SplitValue(try split.subset(places.map { try HostIndex.resolve($0, count: split.count) }), context))
    case .name: return nil
    }
  }

  func makeIterator() throws -> (() throws -> AnyValue?)? {
    var place = 0
    return { [split] in
      guard place < split.count else { return nil }
      defer { place += 1 }
      return .host(ItemValue(split, place))
    }
  }

  func method(_ name: String) -> NativeFunction? { SplitValue.methods.bind(name, to: self) }

  // MARK: Methods

  static let methods = MethodTable<SplitValue> { table in
    table.onlyGiving("batch", "styled", "in_style", "in_every_style", "pick", "sample")
    addBatches(table)
    addViews(table)
    addTensors(table)
    addCaptions(table)
  }

  private static func addBatches(_ table: MethodTable<SplitValue>) {
    table.add(
      "batches(size: Int = 32, shuffle = false, seed = nil, epoch = nil, drop_last = false, clip = nil, augment = false)",
      doc: """
        The split in batches, for `for`. Every pass with `shuffle: true` has a different order, determined by the
        seed and the number of the pass (or `epoch`). A model accepts a batch directly: `mix.loss(batch)`. With
        `clip:` a batch also has `images`, the pixels for that model; `augment: true` crops and flips them at random.

        ```
        for batch in data.train.batches(32, shuffle: true) { let loss = mix.loss(batch) }
        ```
        """
    ) { value, arguments in
      let shuffles = try arguments.bool("shuffle")
      let epoch = try arguments.optionalInt("epoch") ?? (shuffles ? value.nextPass() : 0)
      let seed = try arguments.seed(value.context)
      let plan = BatchPlan(
        count: value.split.count, size: try arguments.int("size", in: 1...1_000_000), shuffle: shuffles,
        seed: seed,
        epoch: epoch, dropLast: try arguments.bool("drop_last"))
      let preprocess = try arguments.optionalHost(ClipValue.self, "clip", expected: "Clip").map {
        Preprocess($0.model.config)
      }
      let augmentation = try arguments.bool("augment") ? Augmentation(seed: seed, epoch: epoch) : nil
      return .host(
        BatchesValue(value.split, plan, BatchMaker(preprocess: preprocess, augmentation: augmentation)))
    }
    table.add(
      "batch(places, clip = nil)",
      doc: """
        The images at the given indices as one batch.

        ```
        let batch = data.test.batch([0, 5, 7])
        ```
        """
    ) { value, arguments in
      let places = try arguments.ints("places").map { try HostIndex.resolve($0, count: value.split.count) }
      let preprocess = try arguments.optionalHost(ClipValue.self, "clip", expected: "Clip").map {
        Preprocess($0.model.config)
      }
      return .host(BatchValue(value.split, places, BatchMaker(preprocess: preprocess, augmentation: nil)))
    }
  }

  private static func addViews(_ table: MethodTable<SplitValue>) {
    table.add(
      "styled(names = nil, severity = 0.6, seed = nil, withheld = nil)",
      doc: """
        The split with every image in a random style; the same seed gives the same styles.

        ```
        let dark_or_drawn = data.test.styled(["dark", "sketch"], seed: 1)
        ```
        """
    ) { value, arguments in
      let options = try StyleOptions(arguments, split: value.split, context: value.context)
      let styled = try value.split.styled(
        options.styles, severity: options.severity, seed: options.seed, withheld: options.withheld)
      return .host(SplitValue(styled, value.context))
    }
    table.add(
      "in_every_style(names = nil, severity = 0.6, seed = 0)",
      doc: """
        Every image once in each style, with severities determined by the seed: the data of an evaluation by style.

        ```
        let report = evaluate mix on data.test.in_every_style()
        ```
        """
    ) { value, arguments in
      let views = try value.split.inEveryStyle(
        StyleOptions.styles(arguments, "names"), severity: StyleOptions.severity(arguments),
        seed: arguments.seed(value.context))
      return .host(SplitValue(views, value.context))
    }
    table.add(
      "in_style(name: String, severity = 0.3, seed = 0)",
      doc: """
        Every image in one style with one severity.

        ```
        let sketches = data.test.in_style("sketch", severity: 0.2)
        ```
        """
    ) { value, arguments in
      let style = try Style.parse(arguments.string("name"))
      let severity = try StyleOptions.severity(arguments)
      let seed = try arguments.seed(value.context)
      return .host(SplitValue(try value.split.inStyle(style, severity: severity, seed: seed), value.context))
    }
    table.add(
      "pick(classes = nil, styles = nil)",
      doc: """
        The images of the given classes or styles; the labels do not change.

        ```
        let dark_coats = data.test.pick(classes: ["coat"], styles: ["dark"])
        ```
        """
    ) { value, arguments in
      let styles =
        arguments["styles"]?.isNil == false ? Set(try StyleOptions.styles(arguments, "styles")) : nil
      var labels: Set<Int>?
      if arguments["classes"]?.isNil == false {
        labels = Set(
          try arguments.strings("classes").map { name in
            try arguments.placed("classes") { try value.split.label(named: name) }
          })
      }
      let chosen = value.split.items.filter { item in
        (labels?.contains(item.label) ?? true) && (styles?.contains(item.style?.style ?? .clean) ?? true)
      }
      return .host(SplitValue(value.split.with(items: chosen), value.context))
    }
    table.add(
      "sample(count: Int, seed = 0)",
      doc: """
        Random images without repetition, determined by the seed.

        ```
        show data.test.sample(12)
        ```
        """
    ) { value, arguments in
      var random = Philox(seed: try arguments.seed(value.context), stream: "sample")
      let order = random.permutation(value.split.count)
      return .host(
        SplitValue(
          try value.split.subset(Array(order.prefix(arguments.int("count", in: 0...)))), value.context))
    }
  }

  private static func addTensors(_ table: MethodTable<SplitValue>) {
    table.add(
      "features(clip)",
      doc: """
        Image features [images, dim] of a model; computed once and cached, also on disk. For data of features, the
        rows as they are; their width must be the model's (E0705). See `help("features")`.

        ```
        let train_features = data.train.features(clip)
        ```
        """
    ) { value, arguments in
      let clip = try arguments.host(ClipValue.self, "clip", expected: "Clip").model
      if let table = value.split.source.featureTable, let width = table.shape.last,
        width != clip.config.embedDim
      {
        throw arguments.failure(
          "E0705",
          "the features have width \(width), but those of the model have width \(clip.config.embedDim)",
          at: "clip", help: "load the model that made the features, or compute them with this one")
      }
      return .host(TensorValue(try value.split.features(clip.imageEncoder())))
    }
    table.add(
      "pixels(clip)",
      doc: """
        The pixels of every image as input for a model: [images, channels, size, size], normalized.

        ```
        let pixels = data.test[0..<8].pixels(clip)
        ```
        """
    ) { value, arguments in
      let clip = try arguments.host(ClipValue.self, "clip", expected: "Clip").model
      return .host(
        TensorValue(
          try value.split.pixels(Array(0..<value.split.count), preprocess: Preprocess(clip.config))))
    }
  }

  /// A number for the next shuffled pass, determined by the session's seed and the earlier draws.
  private func nextPass() -> Int {
    var random = context.nextGenerator("batches")
    return random.nextInt(below: 1 << 31)
  }

  // MARK: Appearance

  var shortDescription: String {
    "<Split \(split.name): \(split.count) images, \(split.classes.count) classes\(split.styles == nil ? "" : ", styled")>"
  }

  func document(_ limits: DocumentLimits) -> Document {
    let classes = zip(split.labelNames, split.classCounts).map { ($0, $1) }
    var styles: [(String, Int)] = []
    if let list = split.styles {
      styles = Style.allCases.compactMap { style in
        let count = list.count { ($0 ?? .clean) == style }
        return count > 0 ? (style.name, count) : nil
      }
    }
    func words(_ counts: [(String, Int)]) -> [String] { counts.map { "\($0.0) \($0.1)" } }
    func table(_ name: Document.Text, _ counts: [(String, Int)]) -> Document.Block {
      .table(
        Document.Table(
          columns: [.init(name), .init("images", .trailing)],
          rows: counts.map {
            .cells([.init(Document.Text($0.0), .header), .init("\($0.1)", .number)])
          }))
    }
    var lines: [Document.Block] = [.names("", words(classes), mostLines: 4)]
    var page = [table("class", classes)]
    if split.styles != nil {
      lines.append(.names("styles", words(styles), mostLines: 4))
      page.append(table("style", styles))
    }
    return Document([
      .title("\(split.name): \(split.count) images\(featureNote)"), .adapted(lines: lines, page: page),
    ])
  }

  /// `, features of 512 numbers`; empty for images.
  var featureNote: String {
    guard let table = split.source.featureTable else { return "" }
    return ", features" + (table.shape.last.map { " of \(NumberText.counted($0, "number"))" } ?? "")
  }

  /// Up to twelve pictures, one class after the other.
  var figure: Figure {
    var places: [Int] = []
    var seen = Set<Int>()
    if !split.isFeatures {
      for (place, item) in split.items.enumerated()
      where places.count < 12 && seen.insert(item.label).inserted {
        places.append(place)
      }
      for place in split.items.indices where places.count < min(12, split.count) && !places.contains(place) {
        places.append(place)
      }
    }
    let pictures = places.compactMap { place -> ImageGrid.Item? in
      let item = ItemValue(split, place)
      return item.plotImage.map { ImageGrid.Item($0, label: item.caption) }
    }
    let caption = "\(split.count) images of \(split.classes.count) classes"
    return Figure(.images(ImageGrid(pictures)), title: split.name, caption: caption)
  }
}
