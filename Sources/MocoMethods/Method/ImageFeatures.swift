import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

extension Classifier {
  /// v: unit image features. With pixels and a trained vision tower the gradient reaches it.
  ///
  /// - Shape: [B, D]
  /// - Throws: E0705 for a shape that is neither features nor pixels.
  package func imageFeatures(_ images: ImageInput) throws -> Variable {
    let width = clip.config.embedDim
    switch images {
    case .asked(let asked):
      return try imageFeatures(trainsVision ? .pixels(asked.pixels()) : .features(asked.features()))
    case .features(let tensor):
      guard tensor.rank == 2, tensor.shape[1] == width, tensor.shape[0] > 0 else {
        throw Failure(
          "E0705", "image features are [B, \(width)], found \(tensor.shape)",
          help: tensor.shape == [0, width]
            ? "give the features of one image or more"
            : "give a row of \(width) numbers for each image: features of the very model that reads them")
      }
      return try F.normalize(Variable(tensor))
    case .pixels(let tensor):
      let vision = clip.config.vision
      guard tensor.rank == 4, tensor.shape[0] > 0 else {
        throw Failure(
          "E0705",
          "pixels are [B, \(vision.channels), \(vision.imageSize), \(vision.imageSize)], found \(tensor.shape)"
        )
      }
      if trainsVision { return try F.normalize(clip.encodeImage(Variable(tensor))) }
      return try F.normalize(Variable(clip.encodeImageFrozen(tensor)))
    }
  }
}

/// Text features of class lists, kept as long as the parameters they came from have the same bits.
final class TextFeatureCache {
  private var entries: [(names: [String], places: [Int]?, features: Tensor)] = []
  private var parameters: [[Float]] = []
  private let limit = 4

  /// - Parameters:
  ///   - places: whose contexts the names meet, where a model has one for each class.
  ///   - keeping: false where something else than `parameters` may change the features.
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

  // Compared by value: whoever changes a parameter, and however, need not tell.
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
