import MocoAutograd
import MocoBase
import MocoTensor

// B images, G experts, K chosen, D embedding width.

/// Selects K of G experts for an image: h = scale · (v·Wᵀ + b), S = the K largest, α = softmax(h[S]).
public final class Router {
  /// The computation of h.
  public enum Kind: String, Sendable, CaseIterable {
    /// h = v·Wᵀ + b.
    case linear
    /// h = cos(v, W_g): only the direction of rows of W matters.
    case cosine
    /// No choice: all experts have equal weights. Needs K = G and has nothing to train.
    case uniform
  }

  /// The options of a router.
  public struct Options: Sendable, Hashable {
    /// The computation of h.
    public var kind: Kind
    /// nil: two, or one where there is only one expert.
    public var topK: Int?
    /// Whether a linear router has b.
    public var bias: Bool
    /// A factor on h; 10 is suitable for small models.
    public var scale: Float

    /// The published router: linear with bias, two experts, no scale.
    public init(kind: Kind = .linear, topK: Int? = nil, bias: Bool = true, scale: Float = 1) {
      self.kind = kind
      self.topK = topK
      self.bias = bias
      self.scale = scale
    }
  }

  /// Its options.
  public let options: Options
  /// D.
  public let width: Int
  /// G.
  public let experts: Int
  /// K.
  public let topK: Int
  /// W. Shape: [G, D]. Starts uniform in ±1/√D.
  public let weight: Variable
  /// b. Shape: [G]. Starts uniform in ±1/√D. nil without bias.
  public let bias: Variable?

  /// - Throws: E0702 unless 1 ≤ K ≤ G; E0706 for a scale that is not a positive number.
  public init(width: Int, experts: Int, options: Options = Options(), seed: UInt64 = 0) throws {
    guard experts >= 1, width >= 1 else {
      throw Failure(
        "E0702", "a router needs at least one expert and a width, found \(experts) and \(width)")
    }
    let topK = options.topK ?? (options.kind == .uniform ? experts : min(2, experts))
    guard topK >= 1, topK <= experts else {
      throw Failure(
        "E0702", "top_k is \(topK), but there \(experts == 1 ? "is 1 expert" : "are \(experts) experts")",
        help: "use a top_k from 1 to \(experts), or add template groups", argument: "router")
    }
    guard options.kind != .uniform || topK == experts else {
      throw Failure(
        "E0702", "a uniform router uses all \(experts) experts, so top_k cannot be \(topK)",
        help: "leave out top_k, or use kind: \"linear\"", argument: "router")
    }
    guard options.scale > 0, options.scale.isFinite else {
      throw Failure(
        "E0706", "the router's scale is \(options.scale)", help: "use a positive number, such as 1 to 10",
        argument: "router")
    }
    self.options = options
    self.width = width
    self.experts = experts
    self.topK = topK
    let bound = 1 / Float(width).squareRoot()
    // The tensor first: it throws if memory runs out.
    func uniform(_ stream: String, _ shape: [Int], trains: Bool) throws -> Variable {
      let tensor = try Tensor.zeros(shape)
      var random = Philox(seed: seed, stream: stream)
      try tensor.withMutableFloats { target in
        for place in target.indices { target[place] = bound * (2 * random.nextUniform() - 1) }
      }
      return Variable(tensor, requiresGrad: trains)
    }
    weight = try uniform("router weight", [experts, width], trains: options.kind != .uniform)
    bias =
      options.bias && options.kind == .linear
      ? try uniform("router bias", [experts], trains: true) : nil
  }

  /// `gate.weight` and `gate.bias`.
  public var parameters: [Parameter] {
    guard options.kind != .uniform else { return [] }
    return [Parameter("gate.weight", weight)] + (bias.map { [Parameter("gate.bias", $0)] } ?? [])
  }

  /// h. Shape: [B, D] → [B, G].
  ///
  /// - Throws: E0705 for features of another width.
  public func scores(_ features: Variable) throws -> Variable {
    let shape = features.value.shape
    guard shape.count == 2, shape[1] == width else {
      throw Failure("E0705", "the router expects features [B, \(width)], found \(shape)")
    }
    switch options.kind {
    case .uniform:
      return Variable(try Tensor.zeros([shape[0], experts]))
    case .linear, .cosine:
      let rows = options.kind == .cosine ? try F.normalize(weight) : weight
      var h = try F.matmul(features, F.permute(rows, [1, 0]))
      if let bias { h = try F.add(h, bias) }
      return options.scale == 1 ? h : try F.scale(h, options.scale)
    }
  }

  /// α with the chosen experts, dense: zero where an expert was not chosen.
  ///
  /// - Shape: h [B, G] → α [B, G]
  public func weights(_ h: Variable) throws -> (alpha: Variable, routing: Routing) {
    let rows = h.value.shape[0]
    let values = try h.value.toFloats()
    let routed = route(values, rows: rows, experts: experts, topK: topK)
    let routing = Routing(
      scores: (0..<rows).map { Array(values[($0 * experts)..<(($0 + 1) * experts)]) }, chosen: routed.chosen,
      weights: (0..<rows).map { Array(routed.weights[($0 * experts)..<(($0 + 1) * experts)]) })
    guard topK < experts else { return (try F.softmax(h, axis: -1), routing) }
    // −1e30 makes exp exactly zero, so that other experts get no value and no gradient.
    var mask = [Float](repeating: -1e30, count: rows * experts)
    for (b, chosen) in routed.chosen.enumerated() { for g in chosen { mask[b * experts + g] = 0 } }
    let masked = try F.add(h, Variable(Tensor(mask, shape: [rows, experts])))
    return (try F.softmax(masked, axis: -1), routing)
  }
}

/// The K largest of each row, ties to the lower index, and the softmax over them.
///
/// - Shape: scores [B, G] row-major → chosen B × K, weights [B, G].
func route(_ scores: [Float], rows: Int, experts: Int, topK: Int) -> (chosen: [[Int]], weights: [Float]) {
  var chosen: [[Int]] = []
  chosen.reserveCapacity(rows)
  var weights = [Float](repeating: 0, count: rows * experts)
  for b in 0..<rows {
    let row = scores[(b * experts)..<((b + 1) * experts)]
    let start = row.startIndex
    // NaN sorts last, so that a diverged router still selects experts.
    let order = row.indices.sorted { a, c in
      let x = row[a].isNaN ? -Float.infinity : row[a]
      let y = row[c].isNaN ? -Float.infinity : row[c]
      return x == y ? a < c : x > y
    }
    let best = order.prefix(topK).map { $0 - start }
    let top = scores[b * experts + best[0]]
    var sum: Float = 0
    for g in best {
      let value = expFloat(scores[b * experts + g] - top)
      weights[b * experts + g] = value
      sum += value
    }
    for g in best { weights[b * experts + g] /= sum }
    chosen.append(best)
  }
  return (chosen, weights)
}
