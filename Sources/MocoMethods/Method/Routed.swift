import MocoBase
import MocoCLIP
import MocoTensor

// B images, G experts, K chosen.

/// The router's decision for a batch.
public struct Routing: Sendable {
  /// h, after the router's scale. Shape: [B, G].
  public let scores: [[Float]]
  /// The K experts of each image, best first.
  public let chosen: [[Int]]
  /// α: softmax of h over the chosen, zero elsewhere. Shape: [B, G].
  public let weights: [[Float]]

  /// A routing with known weights only: an expert with weight 0 was not chosen.
  ///
  /// - Shape: weights [B, G]
  package init(weights tensor: Tensor) throws {
    let values = try tensor.toFloats()
    let experts = tensor.shape.last ?? 0
    weights =
      experts == 0
      ? []
      : stride(from: 0, to: values.count, by: experts).map {
        Array(values[$0..<min($0 + experts, values.count)])
      }
    scores = weights
    chosen = weights.map { row in
      row.indices.filter { row[$0] != 0 }.sorted { row[$0] == row[$1] ? $0 < $1 : row[$0] > row[$1] }
    }
  }

  /// Scores, choice and weights of each image.
  init(scores: [[Float]], chosen: [[Int]], weights: [[Float]]) {
    self.scores = scores
    self.chosen = chosen
    self.weights = weights
  }

  /// The mean weight of each expert. Sums to 1.
  public var load: [Float] {
    guard let first = weights.first else { return [] }
    var sum = [Double](repeating: 0, count: first.count)
    for row in weights { for (g, value) in row.enumerated() { sum[g] += Double(value) } }
    return sum.map { Float($0 / Double(weights.count)) }
  }
}

/// An explanation of a prediction.
public struct Explanation: Sendable {
  /// A named number.
  public struct Score: Sendable {
    /// The class or the sentence.
    public let name: String
    /// A probability for classes; a cosine for templates.
    public let value: Float
  }

  /// The part of one expert in the prediction.
  public struct ExpertView: Sendable {
    /// Its index.
    public let index: Int
    /// The group of the expert.
    public let group: String
    /// h and α. α is 0 for an expert that was not chosen.
    public let score: Float
    /// α, its share of the prediction.
    public let weight: Float
    /// Whether it is one of the K chosen experts of this image.
    public let chosen: Bool
    /// The prediction of this expert only: softmax(s⟨v, t[g,·]⟩), best first.
    public let classes: [Score]
    /// The sentence of the group that is most similar to the image, with the predicted class, and its cosine.
    public let template: Score?
    /// s⟨v, t[g,c]⟩ of every class. Shape: [C].
    public let logits: [Float]
  }

  /// The names of the selected classes, in order. Shape: [C].
  public let names: [String]
  /// The mixture's logits, Σ_g α_g s⟨v, t[g,c]⟩. Shape: [C].
  public let logits: [Float]
  /// softmax of the logits. Shape: [C].
  public let probabilities: [Float]

  /// The mixture's probabilities, best first, with unique class names.
  public let classes: [Score]
  /// The index of the prediction among the selected classes.
  public let place: Int
  /// Experts by h, best first.
  public let experts: [ExpertView]
  /// The name of the predicted class.
  public var prediction: String { classes.first?.name ?? "" }
}

extension Explanation {
  /// An explanation from the predictions of each expert.
  ///
  /// - Parameters:
  ///   - names: the names of the selected classes. Shape: [C].
  ///   - logits: the model's logits for the image. Shape: [C].
  ///   - groups: the names of the experts. Shape: [G].
  ///   - alone: the logits of each expert. Shape: [G, C].
  ///   - top: the number of classes to show for each expert.
  /// - Throws: E0705 if these do not match.
  package init(
    names: [String], logits: [Float], routing: Routing, groups: [String], alone: [[Float]], top: Int
  ) throws {
    guard logits.count == names.count, routing.weights.count == 1, alone.count == groups.count,
      routing.weights[0].count == groups.count, alone.allSatisfy({ $0.count == names.count })
    else { throw Failure("E0705", "\(logits.count) logits for \(names.count) classes") }
    func softmax(_ logits: [Float]) -> [Float] {
      guard let top = logits.max() else { return [] }
      let values = logits.map { expFloat($0 - top) }
      let sum = values.reduce(0, +)
      return values.map { $0 / sum }
    }
    func ranked(_ values: [Float]) -> [Score] {
      values.indices.sorted { values[$0] == values[$1] ? $0 < $1 : values[$0] > values[$1] }
        .map { Score(name: names[$0], value: values[$0]) }
    }
    self.names = names
    self.logits = logits
    probabilities = softmax(logits)
    classes = Array(ranked(probabilities).prefix(max(top, 1)))
    var best = 0
    for c in probabilities.indices where probabilities[c] > probabilities[best] { best = c }
    place = best
    let scores = routing.scores[0]
    experts = groups.indices.sorted { scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1] }.map {
      g in
      ExpertView(
        index: g, group: groups[g], score: scores[g], weight: routing.weights[0][g],
        chosen: routing.chosen[0].contains(g), classes: Array(ranked(softmax(alone[g])).prefix(top)),
        template: nil, logits: alone[g])
    }
  }
}

/// A model with experts and a router that selects some of them for an image.
public protocol Routed: Classifier {
  /// The names of the experts, in order.
  var expertNames: [String] { get }
  /// Why the router would get no gradient in training; nil if it gets one.
  var routerRemark: String? { get }
  /// The numbers that determine the routing, apart from the image. Equal numbers give equal routing.
  func routingNumbers() throws -> [Float]
  /// The routing of images.
  ///
  /// - Throws: E0705 for images that do not match.
  func routing(_ images: ImageInput) throws -> Routing
  /// Explains the prediction for one image.
  ///
  /// - Parameters:
  ///   - image: features [1, D] or pixels [1, channels, H, W].
  ///   - shown: display names for the classes of `selection`, if there are duplicates; nil: their names.
  ///   - top: the number of classes to show for each expert.
  /// - Throws: E0705 for more or less than one image, or if names and classes do not match.
  func explain(
    _ image: ImageInput, classes selection: ClassSelection, shown: [String]?, top: Int
  ) throws
    -> Explanation
}

extension Routed {
  /// Explains the prediction for one image, with three classes of each expert.
  public func explain(_ image: ImageInput, classes selection: ClassSelection = .all) throws -> Explanation {
    try explain(image, classes: selection, shown: nil, top: 3)
  }
}
