import MocoAutograd
import MocoBase
import MocoCLIP
import MocoData
import MocoLang
import MocoMethods
import MocoTensor

// B images, N names asked about, D embedding width.

/// The images that a model's functions are asked about, with the names. Nothing of it is made before it is read.
final class OwnBatch: ImageHost {
  let model: OwnModel
  let input: ImageInput
  let names: [String]
  /// Where the names stand among the model's classes; nil for names that may be anybody's.
  let places: [Int]?
  /// The right answers, as places among the names; nil where nobody knows them.
  let labels: [Int]?
  /// Where the images stand in their split; nil for images of none.
  let indices: [Int]?
  /// What the model's `weights` gave. Shape: [B, G].
  var weights: Variable?
  private var features: Variable?
  private var rawFeatures: Variable?
  private var pixels: Tensor?
  /// Tensors that the model's functions have left for those that are called after them.
  private var left: [(name: String, value: Variable)] = []

  init(
    _ model: OwnModel, _ input: ImageInput, names: [String], places: [Int]?, labels: [Int]? = nil,
    indices: [Int]? = nil
  ) {
    self.model = model
    self.input = input
    self.names = names
    self.places = places
    self.labels = labels
    self.indices = indices
  }

  var typeName: String { "ModelBatch" }
  var count: Int? { input.count }
  var shortDescription: String {
    "<ModelBatch: \(NumberText.counted(input.count, "image")), \(NumberText.counted(names.count, "name"))>"
  }

  static let fields: [(name: String, type: String?, summary: String)] = [
    (
      "features", "Tensor",
      "The images' features [images, dim], each one unit long; kept ones while the image tower is frozen."
    ),
    ("raw_features", "Tensor", "The same as the image tower gives them, of any length."),
    ("images", "Tensor", "The pixels [images, channels, size, size] after the model's normalization."),
    ("labels", "Tensor", "The right answers as places among `classes`; in a loss alone."),
    ("classes", "List", "The names that the model is asked about."),
    (
      "places", "List", "Where these names stand among the model's classes, for what it learns of each class."
    ),
    ("indices", "List", "Where the images stand in their split, or nil."),
    ("weights", "Tensor", "What the model's `weights` gave [images, experts], or nil."),
  ]
  var memberNames: [String] { OwnBatch.fields.map(\.name) + left.map(\.name) }

  func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "features":
      let known = try features ?? model.imageFeatures(input)
      if keeps { features = known }
      return .host(TensorValue(known))
    case "raw_features":
      let known = try rawFeatures ?? model.rawFeatures(input)
      if keeps { rawFeatures = known }
      return .host(TensorValue(known))
    case "images": return .host(TensorValue(try readPixels()))
    case "labels":
      guard let labels else {
        throw Failure(
          "E0713", "there are no labels here: the model answers, and nobody knows the right answers",
          help: "read batch.labels in the model's loss alone")
      }
      return .host(TensorValue(try Tensor(labels, shape: [labels.count])))
    case "classes": return .list(names)
    case "places": return .list(try model.placesRead(names, places))
    case "indices": return indices.map { .list($0) } ?? .nil
    case "weights": return weights.map { .host(TensorValue($0)) } ?? .nil
    default: return left.first { $0.name == name }.map { .host(TensorValue($0.value)) }
    }
  }

  func setMember(_ name: String, to value: AnyValue) throws -> Bool {
    guard !OwnBatch.fields.contains(where: { $0.name == name }) else { return false }
    guard let tensor: TensorValue = value.asHost() else {
      throw Failure(
        "E0303", "batch.\(name) is to be \(Arguments.describe(value)); a batch keeps tensors",
        help: "leave a tensor there for the functions that are called afterwards")
    }
    left.removeAll { $0.name == name }
    left.append((name, tensor.variable))
    return true
  }

  /// Whether what is computed now serves later: of a tower that trains only what was recorded does.
  private var keeps: Bool { Autograd.isEnabled || !model.trainsVision }

  private func readPixels() throws -> Tensor {
    if let pixels { return pixels }
    let made: Tensor
    switch input {
    case .asked(let asked): made = try asked.pixels()
    case .pixels(let tensor): made = tensor
    case .features:
      throw Failure(
        "E0705", "\(model.owner) reads batch.images, and was given features",
        help: "give it pictures, or a batch of a split that has pixels")
    }
    pixels = made
    return made
  }

  // MARK: As images

  var isSingleImage: Bool { false }
  var imagesSplit: DataSplit? { nil }

  func images(for clip: CLIPModel, trainsVision: Bool) throws -> ImageInput {
    let isOwn = clip === model.clip
    if isOwn, !trainsVision, !model.trainsVision, case .asked(let asked) = input {
      return .features(try asked.features())
    }
    if isOwn, case .features(let rows) = input { return .features(rows) }
    return .pixels(try readPixels())
  }
}

extension OwnModel {
  /// Features as the tower gives them, with gradient where the tower trains. Shape: [B, D].
  ///
  /// - Throws: E0705 for a shape that is neither features nor pixels.
  func rawFeatures(_ input: ImageInput) throws -> Variable {
    switch input {
    case .features(let rows): return Variable(rows)
    case .pixels(let pixels):
      return trainsVision
        ? try clip.encodeImage(Variable(pixels)) : Variable(try clip.encodeImageFrozen(pixels))
    case .asked(let asked):
      return trainsVision
        ? try clip.encodeImage(Variable(asked.pixels())) : Variable(try asked.features())
    }
  }
}
