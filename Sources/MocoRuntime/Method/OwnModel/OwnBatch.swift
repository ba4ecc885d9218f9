import MocoAutograd
import MocoBase
import MocoCLIP
import MocoData
import MocoLang
import MocoMethods
import MocoTensor

// B images, N names, D embedding width.

/// The images passed to a model's functions, with the names. Each field is computed on first use.
final class OwnBatch: ImageHost {
  let model: OwnModel
  let input: ImageInput
  let names: [String]
  /// The indices of the names in the model's classes; nil for arbitrary names.
  let places: [Int]?
  /// The labels, as indices into the names; nil if unknown.
  let labels: [Int]?
  /// The indices of the images in their split; nil for images outside a split.
  let indices: [Int]?
  /// The result of the model's `weights`. Shape: [B, G].
  var weights: Variable?
  private var features: Variable?
  private var rawFeatures: Variable?
  private var pixels: Tensor?
  /// Tensors that the model's functions have stored for functions called later.
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
      "The images' features [images, dim], each of unit length; cached while the image tower is frozen."
    ),
    ("raw_features", "Tensor", "The features from the image tower, not normalized."),
    ("images", "Tensor", "The pixels [images, channels, size, size] after the model's normalization."),
    ("labels", "Tensor", "The labels as indices into `classes`; only in a loss."),
    ("classes", "List", "The names of the classes to predict."),
    (
      "places", "List", "The indices of these names in the model's classes, for parameters of each class."
    ),
    ("indices", "List", "The indices of the images in their split, or nil."),
    ("weights", "Tensor", "The result of the model's `weights` [images, experts], or nil."),
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
          "E0713", "batch.labels is available only in the model's loss",
          help: "use batch.labels in 'loss'")
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
        "E0303", "batch.\(name) expects a Tensor, not \(Arguments.describe(value))",
        help: "store a tensor for the functions that are called afterwards")
    }
    left.removeAll { $0.name == name }
    left.append((name, tensor.variable))
    return true
  }

  /// Whether a result computed now can be reused later: with a tower that trains, only a recorded one can.
  private var keeps: Bool { Autograd.isEnabled || !model.trainsVision }

  private func readPixels() throws -> Tensor {
    if let pixels { return pixels }
    let made: Tensor
    switch input {
    case .asked(let asked): made = try asked.pixels()
    case .pixels(let tensor): made = tensor
    case .features:
      throw Failure(
        "E0705", "\(model.owner) reads batch.images, but the batch contains features",
        help: "pass pictures, or a batch of a split that has pixels")
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
  /// Features from the tower, with a gradient if the tower trains. Shape: [B, D].
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
