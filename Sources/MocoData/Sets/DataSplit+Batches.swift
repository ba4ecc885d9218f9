import MocoCLIP
import MocoTensor

extension DataSplit {
  /// The items at `indices` as a batch.
  ///
  /// - Throws: the errors of decoding and encoding; E0202.
  public func batch(_ indices: [Int], form: BatchForm) throws -> Batch {
    let items = try indices.map { try item($0) }
    let images: ImageInput =
      switch form {
      case .features(let encoder, let view):
        .features(try features(encoder, at: indices, view: view))
      case .pixels(let preprocess, let augmentation):
        .pixels(try pixels(indices, preprocess: preprocess, augmentation: augmentation))
      case .asked(let form): .asked(asked(indices, form))
      }
    return Batch(
      images: images, labels: items.map(\.label), classes: classes,
      styles: items.contains { $0.style != nil } ? items.map { $0.style?.style } : nil, indices: indices)
  }

  /// The items at `indices`, whose tensors are made on request.
  package func asked(_ indices: [Int], _ form: AskedForm) -> AskedImages {
    func pixels() throws -> Tensor {
      try self.pixels(indices, preprocess: form.preprocess, augmentation: form.view)
    }
    return AskedImages(
      count: indices.count,
      features: { [self] in
        if form.keeps || isFeatures {
          return try features(form.encoder.get(), at: indices, view: form.view)
        }
        return try form.encoder.encode(pixels())
      }, pixels: pixels)
  }

  /// Batches in the order of a plan, made one at a time as they are requested.
  public func batches(
    _ size: Int, shuffle: Bool = false, seed: UInt64 = 0, epoch: Int = 0, dropLast: Bool = false,
    form: BatchForm
  ) -> BatchSequence {
    BatchSequence(
      split: self, form: form,
      plan: BatchPlan(
        count: count, size: size, shuffle: shuffle, seed: seed, epoch: epoch, dropLast: dropLast))
  }
}

/// The batches of one pass. `next()` throws, so it is not a `Sequence`.
public struct BatchSequence: Sendable {
  /// The split of the batches.
  public let split: DataSplit
  /// Whether a batch contains features or pixels.
  public let form: BatchForm
  /// The items of each batch.
  public let plan: BatchPlan
  /// The number of batches that `next` has returned.
  public private(set) var position = 0

  /// The batches of `plan`, not created yet.
  public init(split: DataSplit, form: BatchForm, plan: BatchPlan) {
    self.split = split
    self.form = form
    self.plan = plan
  }

  /// Total number of batches.
  public var count: Int { plan.batches.count }

  /// - Throws: the errors of decoding and encoding.
  public mutating func next() throws -> Batch? {
    guard position < plan.batches.count else { return nil }
    position += 1
    return try split.batch(plan.batches[position - 1], form: form)
  }
}
