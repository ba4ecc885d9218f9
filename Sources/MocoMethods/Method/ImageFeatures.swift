import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

extension Classifier {
  /// v: normalized image features. With pixels and a trained vision tower, the gradient reaches the tower.
  ///
  /// - Shape: [B, D]
  /// - Throws: E0705 for a shape of neither features nor pixels.
  package func imageFeatures(_ images: ImageInput) throws -> Variable {
    let width = clip.config.embedDim
    switch images {
    case .asked(let asked):
      return try imageFeatures(trainsVision ? .pixels(asked.pixels()) : .features(asked.features()))
    case .features(let tensor):
      guard tensor.rank == 2, tensor.shape[1] == width, tensor.shape[0] > 0 else {
        throw Failure(
          "E0705", "image features must be [B, \(width)], found \(tensor.shape)",
          help: tensor.shape == [0, width]
            ? "pass the features of at least one image"
            : "pass one row of \(width) numbers per image: features computed with the same CLIP model")
      }
      return try F.normalize(Variable(tensor))
    case .pixels(let tensor):
      let vision = clip.config.vision
      guard tensor.rank == 4, tensor.shape[0] > 0 else {
        throw Failure(
          "E0705",
          "pixels must be [B, \(vision.channels), \(vision.imageSize), \(vision.imageSize)], found \(tensor.shape)"
        )
      }
      if trainsVision { return try F.normalize(clip.encodeImage(Variable(tensor))) }
      return try F.normalize(Variable(clip.encodeImageFrozen(tensor)))
    }
  }
}

/// A cache of text features of class lists, valid while their parameters have the same bits.
final class TextFeatureCache {
  private var entries: [(names: [String], places: [Int]?, features: Tensor)] = []
  private var parameters: [[Float]] = []
  private let limit = 4

  /// - Parameters:
  ///   - places: the classes of the contexts for the names, if a model has one per class.
  ///   - keeping: false if anything except `parameters` may change the features.
  func features(
    for names: [String], places: [Int]? = nil, parameters current: [Tensor], keeping: Bool,
    make: () throws -> Tensor
  ) throws -> Tensor {
    guard keeping else { return try make() }
    if try !matches(current) {
      entries = []
      parameters = try current.map { try $0.toFloats() }
    }
    if let known = entries.first(where: { $0.names == names && $0.places == places }) {
      return known.features
    }
    let features = try make()
    if entries.count >= limit { entries.removeFirst() }
    entries.append((names, places, features))
    return features
  }

  // Compared by value, so that any change of a parameter is detected.
  private func matches(_ current: [Tensor]) throws -> Bool {
    guard current.count == parameters.count else { return false }
    for (tensor, known) in zip(current, parameters) {
      let same = try tensor.contiguous().withFloats { values in
        values.count == known.count && known.withUnsafeBufferPointer { $0.elementsEqual(values) }
      }
      guard same else { return false }
    }
    return true
  }
}
