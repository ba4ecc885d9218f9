import MocoBase
import MocoCLIP
import MocoData
import MocoDocument
import MocoLang
import MocoMethods
import MocoPlot
import MocoTensor

/// One picture that a model accepts, with its label and style if known.
protocol ModelImage: ImageHost {
  /// Normalized for a model. Shape: [1, channels, S, S].
  func pixels(for config: CLIPConfig) throws -> Tensor
  var styleName: String? { get }
}

extension ModelImage {
  func images(for model: CLIPModel, trainsVision: Bool) throws -> ImageInput {
    .pixels(try pixels(for: model.config))
  }
  var isSingleImage: Bool { true }
  var imagesSplit: DataSplit? { nil }
}

extension PlotImage {
  init?(_ image: Image) {
    self.init(width: image.width, height: image.height, channels: image.channels, bytes: image.bytes)
  }
}

/// A decoded picture as a value of the language.
final class ImageValue: ModelImage, ImageConvertible {
  let image: Image
  /// The picture before it was rounded to 8 bits, where a style made it.
  let planes: Planes?
  let name: String
  let styleName: String?
  /// Assumptions about the file.
  let notes: [ImageNote]

  init(_ image: Image, name: String, notes: [ImageNote] = []) {
    self.notes = notes
    self.image = image
    planes = nil
    self.name = name
    styleName = nil
  }

  init(_ planes: Planes, name: String, style: String?) {
    image = planes.image()
    self.planes = planes
    self.name = name
    styleName = style
    notes = []
  }

  var typeName: String { "Image" }
  var byteCount: Int { image.bytes.count + (planes?.values.count ?? 0) * 4 }
  var plotImage: PlotImage? { PlotImage(image) }

  func pixels(for config: CLIPConfig) throws -> Tensor {
    let preprocess = Preprocess(config)
    let one = try planes.map { try preprocess.tensor($0) } ?? preprocess.tensor(image)
    return try Tensor(one.toFloats(), shape: [1] + one.shape)
  }

  private static let fields = ["width", "height", "channels", "name", "notes", "tensor"]
  var memberNames: [String] { ImageValue.fields + ImageValue.methods.names }

  func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "width": return .int(image.width)
    case "height": return .int(image.height)
    case "channels": return .int(image.channels)
    case "name": return .string(self.name)
    case "notes": return .list(notes.map(\.text))
    case "tensor":
      let planes = planes ?? Planes(image)
      return .host(
        TensorValue(try Tensor(planes.values, shape: [planes.channels, planes.height, planes.width])))
    default: return nil
    }
  }

  func method(_ name: String) -> NativeFunction? { ImageValue.methods.bind(name, to: self) }

  static let methods = MethodTable<ImageValue> { table in
    table.onlyGiving("style", "resize", "crop", "flip", "grey", "pixels")
    table.add(
      "style(name: String, severity = 0.3, seed = 0)",
      doc: """
        The image in a style: one of `styles`, with a severity between 0 and 1.

        ```
        show load_image("photo.jpg").style("sketch", 0.2)
        ```
        """
    ) { value, arguments in
      let style = try Style.parse(arguments.string("name"))
      let severity = try StyleOptions.severity(arguments)
      let seed = try arguments.seed()
      let draw = StyleDraw(style: style, severity: severity, seed: seed)
      let planes = draw.render(value.planes ?? Planes(value.image), index: 0)
      return .host(ImageValue(planes, name: value.name, style: style.name))
    }
    table.add(
      "resize(width: Int, height: Int)",
      doc: "The image resized, by antialiased bicubic resampling.\n\n```\nimage.resize(224, 224)\n```"
    ) { value, arguments in
      .host(
        ImageValue(
          try value.image.resized(width: arguments.int("width"), height: arguments.int("height")),
          name: value.name))
    }
    table.add(
      "crop(left: Int, top: Int, width: Int, height: Int)",
      doc: "A rectangle of the image.\n\n```\nimage.crop(4, 8, 16, 20)\n```"
    ) { value, arguments in
      let window = Window(
        top: try arguments.int("top"), left: try arguments.int("left"), height: try arguments.int("height"),
        width: try arguments.int("width"))
      return .host(ImageValue(try value.image.cropped(window), name: value.name))
    }
    table.add("flip()", doc: "The mirror image, left to right.\n\n```\nimage.flip()\n```") { value, _ in
      .host(ImageValue(value.image.flipped(), name: value.name))
    }
    table.add("grey()", doc: "The image without colour.\n\n```\nimage.grey()\n```") { value, _ in
      .host(ImageValue(value.image.converted(channels: 1), name: value.name))
    }
    table.add(
      "save(path: String)",
      doc: "Writes the image as `.png` or `.jpg`.\n\n```\nimage.style(\"dark\").save(\"dark.png\")\n```"
    ) { value, arguments in
      try value.image.save(arguments.string("path"))
      return .nil
    }
    table.add(
      "pixels(clip)",
      doc:
        "The pixels as input for a model: [1, channels, size, size], normalized.\n\n```\nimage.pixels(clip)\n```"
    ) { value, arguments in
      let clip = try arguments.host(ClipValue.self, "clip", expected: "Clip").model
      return .host(TensorValue(try value.pixels(for: clip.config)))
    }
  }

  var shortDescription: String {
    "<Image \(name): \(image.width) × \(image.height)\(image.channels == 1 ? ", grey" : "")>"
  }

  func document(_ limits: DocumentLimits) -> Document {
    guard let plotImage else { return Document(Document.Text(shortDescription)) }
    return Document([
      .image(
        Document.Image(
          plotImage, caption: Document.Text(FileSystem.name(of: name)),
          alternativeText: "image \(FileSystem.name(of: name)), \(image.width) by \(image.height) pixels"))
    ])
  }
}

/// One labelled image of a split as a value of the language.
final class ItemValue: ModelImage, ImageConvertible {
  let split: DataSplit
  let place: Int

  /// `place` is inside the split.
  init(_ split: DataSplit, _ place: Int) {
    self.split = split
    self.place = place
  }

  private var item: DataItem { split.items[place] }
  var typeName: String { "Item" }
  /// The name of its class.
  var trueClass: String? { split.classes.indices.contains(item.label) ? split.classes[item.label] : nil }
  var styleName: String? { item.style?.style.name }
  var plotImage: PlotImage? { (try? split.image(place)).flatMap { PlotImage($0) } }
  /// The class, and the style if there is one.
  var caption: String {
    let shown = split.labelNames
    let name = shown.indices.contains(item.label) ? shown[item.label] : nil
    return [name, styleName].compactMap { $0 }.joined(separator: ", ")
  }

  func pixels(for config: CLIPConfig) throws -> Tensor {
    try split.pixels([place], preprocess: Preprocess(config))
  }

  var imagesSplit: DataSplit? { split }

  func images(for model: CLIPModel, trainsVision: Bool) throws -> ImageInput {
    if let table = split.source.featureTable {
      return .features(try FeatureRows.rows(table, [item.source]))
    }
    return .pixels(try pixels(for: model.config))
  }

  var memberNames: [String] {
    ["image", "label", "class", "style", "severity", "path", "index", "width", "height", "features"]
  }

  func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "image":
      let name = split.label(of: place)
      guard item.style != nil else { return .host(ImageValue(try split.plainImage(place), name: name)) }
      return .host(ImageValue(try split.planes(place), name: name, style: styleName))
    case "label": return .int(item.label)
    case "class": return trueClass.map { .string($0) } ?? .nil
    case "style": return styleName.map { .string($0) } ?? .nil
    case "severity": return item.style.map { .float($0.severity) } ?? .nil
    case "path": return .string(split.label(of: place))
    case "index": return .int(place)
    case "width": return .int(try split.plainImage(place).width)
    case "height": return .int(try split.plainImage(place).height)
    case "features":
      guard let table = split.source.featureTable else { return .nil }
      let row = try FeatureRows.rows(table, [item.source])
      return .host(TensorValue(try Tensor(row.toFloats(), shape: [row.count])))
    default: return nil
    }
  }

  var shortDescription: String { "<Item \(place) of \(split.name): \(caption)>" }

  func document(_ limits: DocumentLimits) -> Document {
    guard let plotImage else { return Document(Document.Text(shortDescription)) }
    return Document([
      .image(
        Document.Image(
          plotImage, caption: Document.Text(caption),
          alternativeText: "image of \(caption)"))
    ])
  }
}

/// Some rows of a table of features. Shape: [rows, D].
enum FeatureRows {
  static func rows(_ table: Tensor, _ places: [Int]) throws -> Tensor {
    let width = table.shape.last ?? 0
    let values = try table.withFloats { floats in
      places.flatMap { place in
        place >= 0 && (place + 1) * width <= floats.count
          ? Array(floats[place * width..<(place + 1) * width]) : []
      }
    }
    return try Tensor(values, shape: [width > 0 ? values.count / width : 0, width])
  }
}
