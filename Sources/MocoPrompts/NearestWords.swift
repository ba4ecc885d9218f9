import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

/// The words nearest to a soft token.
public struct NearWords: Sendable {
  public struct Candidate: Sendable {
    public let word: String
    public let token: Int
    /// Euclidean distance between the soft row and the word's embedding.
    public let distance: Float
  }

  /// "ctx_before_0[2]": the parameter and the row.
  public let place: String
  /// The word the row began as, if any.
  public let began: String?
  /// Nearest first.
  public let candidates: [Candidate]
}

/// For each row, the `count` words of the vocabulary with the smallest Euclidean distance.
///
/// [start] and [end] are no words. Ties go to the smaller token id.
/// - Shape: rows [S, W] → S × count
public func nearestWords(_ rows: Tensor, clip: CLIPModel, count: Int = 3) throws -> [[NearWords.Candidate]] {
  let table = try clip.tokenEmbedding()
  guard rows.rank == 2, table.rank == 2, rows.shape[1] == table.shape[1] else {
    throw Failure(
      "E0705", "nearest_words needs rows of width \(table.shape.last ?? 0), found shape \(rows.shape)")
  }
  let vocabulary = table.shape[0]
  let width = table.shape[1]
  let products = try rows.contiguous().matmul(table.transposed()).contiguous()
  let embeddings = try table.contiguous().toFloats()
  let values = try rows.contiguous().toFloats()
  let lengths: [Float] = (0..<vocabulary).map { v in
    var sum: Float = 0
    for i in 0..<width { sum += embeddings[v * width + i] * embeddings[v * width + i] }
    return sum
  }
  let special: Set<Int> = [clip.config.startToken, clip.config.endToken]
  // Lengths and products choose a few too many; their exact distances decide, because |a|² + |b|² − 2ab loses
  // its digits where rows are close.
  let kept = count + 8
  return try products.withFloats { dots in
    try (0..<rows.shape[0]).map { r in
      try Cancellation.check()
      var rough: [(distance: Float, token: Int)] = []
      for v in 0..<vocabulary where !special.contains(v) {
        let distance = lengths[v] - 2 * dots[r * vocabulary + v]
        if rough.count < kept || distance < rough[rough.count - 1].distance {
          rough.insert((distance, v), at: rough.firstIndex { distance < $0.distance } ?? rough.count)
          if rough.count > kept { rough.removeLast() }
        }
      }
      let exact = rough.map { near -> (distance: Float, token: Int) in
        var sum: Float = 0
        for i in 0..<width {
          let difference = values[r * width + i] - embeddings[near.token * width + i]
          sum += difference * difference
        }
        return (sum.squareRoot(), near.token)
      }
      return try exact.sorted { ($0.distance, $0.token) < ($1.distance, $1.token) }.prefix(count).map {
        NearWords.Candidate(
          word: try clip.word($0.token), token: $0.token, distance: $0.distance)
      }
    }
  }
}

extension SoftPrompts {
  /// The nearest words of every soft token of expert g.
  public func nearestWords(expert g: Int, count: Int = 3) throws -> [NearWords] {
    guard experts.indices.contains(g) else {
      throw Failure("E0702", "there is no expert \(g); the experts are 0 to \(experts.count - 1)")
    }
    let expert = experts[g]
    var result: [NearWords] = []
    for (name, variable, words) in [
      ("ctx_before_\(g)", expert.before, expert.words.before),
      ("ctx_after_\(g)", expert.after, expert.words.after),
    ] where !words.isEmpty {
      let near = try MocoPrompts.nearestWords(variable.value, clip: clip, count: count)
      for (row, candidates) in near.enumerated() {
        result.append(
          NearWords(
            place: "\(name)[\(row)]", began: start == .random ? nil : trimmed(words[row]),
            candidates: candidates))
      }
    }
    return result
  }
}

extension CoOp {
  /// The nearest words of every context token; with a context for each class, class after class.
  public func nearestWords(count: Int = 3) throws -> [NearWords] {
    let shape = context.value.shape
    let flat = try context.value.reshaped([shape.dropLast().reduce(1, *), shape.last ?? 0])
    var began: [String?] = [String?](repeating: nil, count: contextLength)
    if case .phrase(let phrase) = options.start {
      began = try clip.tokenizer.encode(phrase).map { try clip.word($0) }
    }
    let near = try MocoPrompts.nearestWords(flat, clip: clip, count: count)
    return near.enumerated().map { row, candidates in
      let place = options.shared ? "ctx[\(row)]" : "ctx[\(row / contextLength)][\(row % contextLength)]"
      let word = began.indices.contains(row % contextLength) ? began[row % contextLength] : nil
      return NearWords(place: place, began: word, candidates: candidates)
    }
  }
}
