import MocoBase
import MocoCLIP
import MocoData
import MocoLang
import MocoMethods
import MocoTensor

/// How the batches of one pass become tensors. It is shared by them, so that a model's weights are checked once per
/// pass.
final class BatchMaker {
  /// The model that `batch.images` is prepared for; nil: the images' own size, values 0 … 1.
  let preprocess: Preprocess?
  let augmentation: Augmentation?
  private var encoder: (model: CLIPModel, encoder: ImageEncoder)?
  private var asking: (model: any Classifier, form: AskedForm)?

  init(preprocess: Preprocess?, augmentation: Augmentation?) {
    self.preprocess = preprocess
    self.augmentation = augmentation
  }

  /// The inputs of a model: cached features while its tower is frozen and the images are not augmented.
  func form(asking model: any Classifier) throws -> AskedForm {
    if let asking, asking.model === model { return asking.form }
    var form = model.askedForm(keeps: augmentation == nil)
    form.view = augmentation
    asking = (model, form)
    return form
  }

  /// Cached features while the vision tower is frozen and images are not augmented, else pixels.
  func form(for model: CLIPModel, trainsVision: Bool) throws -> BatchForm {
    let trains = trainsVision || model.trainableParameters.contains { $0.name.hasPrefix("visual.") }
    if trains || augmentation != nil { return .pixels(Preprocess(model.config), augmentation: augmentation) }
    if let encoder, encoder.model === model { return .features(encoder.encoder) }
    let made = try model.imageEncoder()
    encoder = (model, made)
    return .features(made)
  }
}

/// The batches of one pass, for `for`.
final class BatchesValue: HostObject {
  let split: DataSplit
  let plan: BatchPlan
  let maker: BatchMaker

  init(_ split: DataSplit, _ plan: BatchPlan, _ maker: BatchMaker) {
    self.split = split
    self.plan = plan
    self.maker = maker
  }

  var typeName: String { "Batches" }
  var count: Int? { plan.batches.count }
  var shortDescription: String { "<Batches of \(split.name): \(plan.batches.count)>" }

  func index(_ items: [HostIndex]) throws -> AnyValue? {
    guard items.count == 1, case .int(let place) = items[0] else { return nil }
    return batch(try HostIndex.resolve(place, count: plan.batches.count))
  }

  func makeIterator() throws -> (() throws -> AnyValue?)? {
    var place = 0
    return { [self] in
      guard place < plan.batches.count else { return nil }
      defer { place += 1 }
      return batch(place)
    }
  }

  private func batch(_ place: Int) -> AnyValue { .host(BatchValue(split, plan.batches[place], maker)) }
}

/// Some images of a split. Tensors are made when first used, in the requested form.
final class BatchValue: ImageHost {
  let split: DataSplit
  /// Indices in the split.
  let places: [Int]
  private let maker: BatchMaker
  private var images: TensorValue?

  init(_ split: DataSplit, _ places: [Int], _ maker: BatchMaker) {
    self.split = split
    self.places = places
    self.maker = maker
  }

  var typeName: String { "Batch" }
  var count: Int? { places.count }
  var isSingleImage: Bool { false }
  var shortDescription: String { "<Batch of \(split.name): \(places.count) images>" }

  /// The batch as a model learns from it.
  func batch(for model: any Classifier) throws -> Batch {
    if model.asksForImages {
      return try split.batch(places, form: .asked(maker.form(asking: model)))
    }
    return try split.batch(places, form: maker.form(for: model.clip, trainsVision: model.trainsVision))
  }

  /// The images for a model that declares which inputs it reads.
  func asked(for model: any Classifier) throws -> ImageInput {
    let form = try maker.form(asking: model)
    return .asked(split.asked(places, form))
  }

  func images(for model: CLIPModel, trainsVision: Bool) throws -> ImageInput {
    try split.batch(places, form: maker.form(for: model, trainsVision: trainsVision)).images
  }

  var imagesSplit: DataSplit? { split }

  var memberNames: [String] { ["images", "features", "labels", "classes", "names", "styles", "indices"] }

  func member(_ name: String) throws -> AnyValue? {
    let labels = try places.map { try split.item($0).label }
    switch name {
    case "labels": return .host(TensorValue(try Tensor(labels, shape: [labels.count])))
    case "classes": return .list(split.classes)
    case "names": return .list(labels.map { split.classes[$0] })
    case "indices": return .list(places)
    case "styles": return .list(try places.map { .string((try split.item($0).style?.style ?? .clean).name) })
    case "images":
      if let images { return .host(images) }
      let made = TensorValue(
        try split.pixels(places, preprocess: maker.preprocess ?? ownSize(), augmentation: maker.augmentation))
      images = made
      return .host(made)
    case "features":
      guard let table = split.source.featureTable else { return .nil }
      return .host(TensorValue(try FeatureRows.rows(table, places.map { try split.item($0).source })))
    default: return nil
    }
  }

  /// The first image's shorter side and channels, values 0 … 1.
  private func ownSize() throws -> Preprocess {
    guard let first = places.first else { return Preprocess(size: 1, channels: 1, mean: [0], std: [1]) }
    let image = try split.plainImage(first)
    let channels = image.channels
    return Preprocess(
      size: min(image.width, image.height), channels: channels, mean: [Float](repeating: 0, count: channels),
      std: [Float](repeating: 1, count: channels))
  }
}
