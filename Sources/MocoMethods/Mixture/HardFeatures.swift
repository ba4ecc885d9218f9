import MocoCLIP
import MocoTensor

// C classes, G groups, M templates in all, D embedding width.

/// The text features of the hand-written sentences (the hard prompts of the literature) for each class,
/// computed once and never trained.
public struct HardFeatures {
  /// f[m,c] = n(E_T(template m with c)). Shape: [M, C, D].
  public let templates: Tensor
  /// p[g,c] = n(mean of f[m,c] over group g). Shape: [G, C, D].
  public let prototypes: Tensor
  /// Shape: [G, D, C].
  let prototypesTransposed: Tensor

  /// - Throws: E0603 for a sentence longer than the context.
  public init(clip: CLIPModel, templates set: TemplateSet, classes: [String]) throws {
    let width = clip.config.embedDim
    let count = classes.count
    let sentences = try HardFeatures.sentences(clip: clip, templates: set, classes: classes)
    let features = try clip.unitFeatures(of: sentences)
    var means = [Float](repeating: 0, count: set.groups.count * count * width)
    for (g, range) in set.ranges.enumerated() {
      for c in 0..<count {
        let place = (g * count + c) * width
        for m in range {
          for d in 0..<width { means[place + d] += features[(m * count + c) * width + d] }
        }
        normalize(&means, place..<(place + width))
      }
    }
    templates = try Tensor(features, shape: [set.templates.count, count, width])
    prototypes = try Tensor(means, shape: [set.groups.count, count, width])
    prototypesTransposed = try prototypes.permuted([0, 2, 1]).contiguous()
  }

  /// p[g] of some experts, ascending. Shape: [E, D, C].
  func prototypesTransposed(of experts: [Int]) throws -> Tensor {
    let shape = prototypesTransposed.shape
    guard experts.count < shape[0] else { return prototypesTransposed }
    let size = shape[1] * shape[2]
    let values = try prototypesTransposed.withFloats { all in
      var values: [Float] = []
      values.reserveCapacity(experts.count * size)
      for g in experts { values.append(contentsOf: all[(g * size)..<((g + 1) * size)]) }
      return values
    }
    return try Tensor(values, shape: [experts.count, shape[1], shape[2]])
  }

  /// Template after template, a sentence for each class.
  static func sentences(
    clip: CLIPModel, templates set: TemplateSet, classes: [String]
  ) throws -> [[PromptKey]] {
    let text = PromptText(clip: clip)
    return try set.templates.flatMap { template in
      try classes.map { try text.sentence(template.filled(with: $0)) }
    }
  }

  /// p[g, y_b] for each image. Shape: [B, G, D].
  func prototypes(of labels: [Int]) throws -> Tensor {
    let shape = prototypes.shape
    let (experts, count, width) = (shape[0], shape[1], shape[2])
    return try prototypes.withFloats { all in
      var values = [Float]()
      values.reserveCapacity(labels.count * experts * width)
      for label in labels {
        for g in 0..<experts {
          let start = (g * count + label) * width
          values.append(contentsOf: all[start..<(start + width)])
        }
      }
      return try Tensor(values, shape: [labels.count, experts, width])
    }
  }
}

/// x / ‖x‖ in place; a zero vector stays zero.
func normalize(_ values: inout [Float], _ range: Range<Int>) {
  var sum: Float = 0
  for i in range { sum += values[i] * values[i] }
  guard sum > 0 else { return }
  let factor = 1 / sum.squareRoot()
  for i in range { values[i] *= factor }
}

extension Mixture {
  /// The hard features of all classes, computed on first use.
  public func hard() throws -> HardFeatures {
    if let frozen { return frozen }
    let made = try HardFeatures(clip: clip, templates: templates, classes: classes)
    frozen = made
    return made
  }
}
