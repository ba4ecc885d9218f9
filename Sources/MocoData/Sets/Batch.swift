import MocoBase
import MocoCLIP
import MocoTensor

// B images, D feature width.

/// Some items of a split as tensors.
public struct Batch: Sendable {
  /// Cached features, or pixels normalized for the model.
  public let images: ImageInput
  /// Indices into `classes`.
  public let labels: [Int]
  /// Class names in the order of the labels.
  public let classes: [String]
  /// The style of each image, nil if the split is not styled.
  public let styles: [Style?]?
  /// Positions in the split.
  public let indices: [Int]

  /// B, the number of images.
  public var count: Int { labels.count }
}

/// Converts normalized pixels to feature vectors; its key identifies the encoder.
public struct ImageEncoder: Sendable {
  /// The content hash of the model's weights, the key of cached features.
  public let key: String
  /// How images become the input pixels of `encode`.
  public let preprocess: Preprocess
  /// [B, channels, S, S] → [B, D].
  public let encode: @Sendable (Tensor) throws -> Tensor

  /// An encoder; equal keys must mean equal features, because these are cached by key.
  public init(key: String, preprocess: Preprocess, encode: @escaping @Sendable (Tensor) throws -> Tensor) {
    self.key = key
    self.preprocess = preprocess
    self.encode = encode
  }
}

/// The contents of a batch.
public enum BatchForm: Sendable {
  /// Features by a frozen encoder, computed once and cached; of a view, if there is one. A split of features
  /// needs no encoder.
  case features(ImageEncoder, view: Augmentation? = nil)
  /// Pixels; with an augmentation, every epoch has other crops.
  case pixels(Preprocess, augmentation: Augmentation? = nil)
  /// Either, computed on demand. Features are cached if the form says so, otherwise computed from the batch's pixels.
  case asked(AskedForm)

  /// The same for another view of the images.
  package func seen(as view: Augmentation?) -> BatchForm {
    switch self {
    case .features(let encoder, _): return .features(encoder, view: view)
    case .pixels(let preprocess, _): return .pixels(preprocess, augmentation: view)
    case .asked(var form):
      form.view = view
      return .asked(form)
    }
  }
}

/// How a batch is converted to tensors on demand.
public struct AskedForm: Sendable {
  /// How images become pixels.
  public let preprocess: Preprocess
  /// The encoder of features.
  public let encoder: LazyEncoder
  /// Whether features may be cached: the tower is frozen, and views repeat.
  public let keeps: Bool
  /// The crop and flip.
  package var view: Augmentation?

  /// A form without a view; see the fields.
  public init(preprocess: Preprocess, keeps: Bool, encoder: LazyEncoder) {
    self.preprocess = preprocess
    self.keeps = keeps
    self.encoder = encoder
  }
}

/// The items of each batch: counter-based, so that epoch 7 can be drawn without the six before it.
public struct BatchPlan: Sendable {
  /// The places in the split of each batch's items, in order.
  public let batches: [[Int]]

  /// - Parameters:
  ///   - count: items of the split.
  ///   - size: items per batch, at least 1.
  ///   - dropLast: leave out a partial last batch, unless it is the only one.
  public init(
    count: Int, size: Int, shuffle: Bool, seed: UInt64 = 0, epoch: Int = 0, dropLast: Bool = false
  ) {
    var order = Array(0..<max(count, 0))
    if shuffle {
      var random = Philox(seed: seed, stream: "batches", epoch: epoch)
      random.shuffle(&order)
    }
    let size = max(size, 1)
    var batches: [[Int]] = []
    var start = 0
    while start < order.count {
      let end = min(start + size, order.count)
      if dropLast && end - start < size && !batches.isEmpty { break }
      batches.append(Array(order[start..<end]))
      start = end
    }
    self.batches = batches
  }
}
