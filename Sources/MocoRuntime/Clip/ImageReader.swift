import MocoAutograd
import MocoBase
import MocoCLIP
import MocoData
import MocoLang
import MocoMethods
import MocoTensor
import MocoTraining

// B images, D embedding width, S pixels of a side.

/// Host objects that are, or hold, images: a loaded image, an item or a batch of a data set.
protocol ImageHost: HostObject {
  /// The images prepared for a model.
  ///
  /// - Parameter trainsVision: whether the image tower is trained, so that pixels are needed where cached features
  ///   would do.
  func images(for model: CLIPModel, trainsVision: Bool) throws -> ImageInput
  /// Whether it is one image rather than several.
  var isSingleImage: Bool { get }
  /// The split of the images; nil for pictures outside a split.
  var imagesSplit: DataSplit? { get }
}

/// Images that a program passed, in the form that a tower accepts.
struct GivenImages {
  /// Whether the values are features [B, D] rather than normalized pixels [B, channels, S, S].
  let areFeatures: Bool
  /// As the program has them, so that a gradient reaches what they were computed from.
  let values: Variable
  /// Whether it is one image rather than a list of one: results then have no dimension of images.
  let isSingle: Bool
}

/// Reads arguments that name images: pictures, items and batches of a data set, lists of these, tensors.
struct ImageReader {
  let clip: CLIPModel
  /// Whether the image tower is trained.
  private let trainsVision: Bool
  /// Whether tensors [D] and [B, D] are features.
  private let takesFeatures: Bool
  /// A model that decides for each image whether it reads features or pixels.
  private let asking: (any Classifier)?

  /// A reader for the image tower alone, which accepts no tensors of features.
  init(tower clip: CLIPModel) {
    self.clip = clip
    trainsVision = false
    takesFeatures = false
    asking = nil
  }

  /// A reader for callers that need pixels where cached features would otherwise do.
  init(pixels clip: CLIPModel) {
    self.clip = clip
    trainsVision = true
    takesFeatures = false
    asking = nil
  }

  /// A reader for a model that predicts.
  init(_ model: any Classifier) {
    clip = model.clip
    trainsVision = model.trainsVision
    takesFeatures = true
    asking = model.asksForImages ? model : nil
  }

  /// The images as a model accepts them, without their history: of a batch of a data set only what it reads, where it
  /// asks for that.
  ///
  /// - Throws: as `read`.
  func input(_ arguments: Arguments, _ name: String) throws -> ImageInput {
    try input(arguments.value(name), arguments, name)
  }

  /// The same for a value inside the argument `name`.
  func input(_ value: AnyValue, _ arguments: Arguments, _ name: String) throws -> ImageInput {
    if let asking, let batch: BatchValue = value.asHost() { return try batch.asked(for: asking) }
    let images = try read(value, arguments, name)
    return images.areFeatures ? .features(images.values.value) : .pixels(images.values.value)
  }

  /// - Throws: E0303 for what is not an image, E0305 for pixels that are not finite.
  func read(_ arguments: Arguments, _ name: String) throws -> GivenImages {
    try read(arguments.value(name), arguments, name)
  }

  /// The same for a value inside the argument `name`.
  func read(_ value: AnyValue, _ arguments: Arguments, _ name: String) throws -> GivenImages {
    if let tensor: TensorValue = value.asHost() { return try read(tensor.variable, arguments, name) }
    if let host: any ImageHost = value.asHost() {
      let isSingle = host.isSingleImage
      switch try host.images(for: clip, trainsVision: trainsVision) {
      case .features(let rows):
        return GivenImages(areFeatures: true, values: Variable(rows), isSingle: isSingle)
      case .pixels(let pixels):
        return GivenImages(areFeatures: false, values: Variable(pixels), isSingle: isSingle)
      case .asked(let asked):
        return GivenImages(areFeatures: true, values: Variable(try asked.features()), isSingle: isSingle)
      }
    }
    guard let list = value.asList, !list.isEmpty else { throw refused(value, arguments, name) }
    let parts = try list.map { try read($0, arguments, name) }
    // A batch may come as kept features, and a picture beside it as pixels.
    let areFeatures = parts.contains(where: \.areFeatures)
    let values = try parts.map { part in
      part.areFeatures == areFeatures ? part.values : try clip.encodeImage(part.values)
    }
    return GivenImages(areFeatures: areFeatures, values: try F.concat(values), isSingle: false)
  }

  private func read(_ variable: Variable, _ arguments: Arguments, _ name: String) throws -> GivenImages {
    let shape = variable.value.shape
    if takesFeatures, shape.count == 1 || shape.count == 2 {
      let rows = shape.count == 2 ? variable : try F.reshape(variable, [1] + shape)
      return GivenImages(areFeatures: true, values: rows, isSingle: shape.count == 1)
    }
    let isFinite = try variable.value.dtype != .float32 || allFinite(variable.value)
    guard isFinite else {
      throw arguments.failure(
        "E0305", "the pixels contain nan or inf", at: name,
        help: "check where they are computed: a division by 0, or a logarithm of 0")
    }
    switch shape.count {
    case 4: return GivenImages(areFeatures: false, values: variable, isSingle: false)
    case 3:
      return GivenImages(areFeatures: false, values: try F.reshape(variable, [1] + shape), isSingle: true)
    default:
      throw arguments.wrongType(
        name, expected: "pixels [images, channels, size, size]",
        help: "pass 4 dimensions; this tensor has \(shape.count)")
    }
  }

  /// E0303, with the call that makes images from the given value.
  private func refused(_ value: AnyValue, _ arguments: Arguments, _ name: String) -> Failure {
    let split: SplitValue? = value.asHost()
    let data: DatasetValue? = value.asHost()
    var help = "pass a picture, such as load_image(\"photo.jpg\")"
    if let path = value.asString {
      help = "write load_image(\"\(path)\")"
    } else if split != nil {
      help = "use a batch of the split: for batch in data.test.batches(32) { … }"
    } else if data != nil {
      help = "use a batch of a split: for batch in data.test.batches(32) { … }"
    } else if value.asList?.isEmpty == true {
      help = "pass at least one image; the list is empty"
    }
    let expected = "an image, a batch, or a tensor of \(takesFeatures ? "features or pixels" : "pixels")"
    return arguments.failure(
      "E0303",
      "\(arguments.functionName) expects \(expected) for '\(name)', not \(Arguments.describe(value))",
      at: name, help: help)
  }
}

/// The class names that come with images.
enum ImageClasses: Equatable {
  /// Tensors and pictures have none.
  case unnamed
  /// Those of the split that the images are of; of several splits with the same names, the first.
  case named(DataSplit)
  /// A list of images of several data sets, or a list in which some images have no names.
  case mixed

  init(of value: AnyValue) {
    if let host: any ImageHost = value.asHost() {
      self = host.imagesSplit.map { .named($0) } ?? .unnamed
    } else if let list = value.asList, let first = list.first.map(ImageClasses.init) {
      self = list.dropFirst().allSatisfy { ImageClasses(of: $0) == first } ? first : .mixed
    } else {
      self = .unnamed
    }
  }

  /// Whether both hold the same names.
  static func == (a: ImageClasses, b: ImageClasses) -> Bool {
    switch (a, b) {
    case (.unnamed, .unnamed), (.mixed, .mixed): true
    case (.named(let one), .named(let other)): one.classes == other.classes
    default: false
    }
  }
}
