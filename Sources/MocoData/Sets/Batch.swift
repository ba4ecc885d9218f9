import MocoBase
import MocoCLIP
import MocoTensor

// B images, D feature width.

/// Some items of a split as tensors.
public struct Batch: Sendable {
  /// Kept features, or pixels normalized for the model.
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

/// Turns normalized pixels into feature vectors; its key says whose features they are.
public struct ImageEncoder: Sendable {
  /// The content hash of the model's weights: features are kept under it.
  public let key: String
  /// How images become the pixels that `encode` takes.
  public let preprocess: Preprocess
  /// [B, channels, S, S] → [B, D].
  public let encode: @Sendable (Tensor) throws -> Tensor

  /// An encoder; equal keys must mean equal features, since they are kept under them.
  public init(key: String, preprocess: Preprocess, encode: @escaping @Sendable (Tensor) throws -> Tensor) {
    self.key = key
    self.preprocess = preprocess
    self.encode = encode
  }
}

/// What a batch holds.
public enum BatchForm: Sendable {
  /// Features by a frozen encoder, computed once and kept; of a view, if there is one. A split of features
  /// needs no encoder.
  case features(ImageEncoder, view: Augmentation? = nil)
  /// Pixels; with an augmentation every epoch sees other crops.
  case pixels(Preprocess, augmentation: Augmentation? = nil)
  /// Whichever somebody reads. Features are kept where the form says so, else made of the batch's pixels.
  case asked(AskedForm)

  /// The same of another view of the images.
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

/// How a batch of which nobody knows yet what is read of it becomes tensors.
public struct AskedForm: Sendable {
  /// How images become pixels.
  public let preprocess: Preprocess
  /// What makes features.
  public let encoder: LazyEncoder
  /// Whether features may be kept: the tower is frozen, and views come back.
  public let keeps: Bool
  /// The crop and flip that is looked at.
  package var view: Augmentation?

  /// A form without a view; see the fields.
  public init(preprocess: Preprocess, keeps: Bool, encoder: LazyEncoder) {
    self.preprocess = preprocess
    self.keeps = keeps
    self.encoder = encoder
  }
}

/// Which items come in which batch: counter-based, so that epoch 7 can be drawn without the six before it.
public struct BatchPlan: Sendable {
  /// The places in the split of each batch's items, in order.
  public let batches: [[Int]]

  /// - Parameters:
  ///   - count: items of the split.
  ///   - size: items a batch, at least 1.
  ///   - dropLast: leave a partial last batch out, unless it is the only one.
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
