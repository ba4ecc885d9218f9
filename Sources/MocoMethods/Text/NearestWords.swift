import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

/// The words nearest to a soft token.
public struct NearWords: Sendable {
  /// A word that is near.
  public struct Candidate: Sendable {
    /// For display.
    public let word: String
    /// Its index in the vocabulary.
    public let token: Int
    /// Euclidean distance between the soft row and the word's embedding.
    public let distance: Float
  }

  /// "ctx_before_0[2]": the parameter and the row.
  public let place: String
  /// The word that initialised the row, if any.
  public let began: String?
  /// Nearest first.
  public let candidates: [Candidate]

  /// The words of one row.
  public init(place: String, began: String?, candidates: [Candidate]) {
    self.place = place
    self.began = began
    self.candidates = candidates
  }
}

/// For each row, the `count` words of the vocabulary with the smallest Euclidean distance.
///
/// [start] and [end] are not words. Ties go to the smaller token id.
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
  // Lengths and products select a few candidates too many; their exact distances decide, because |a|² + |b|² − 2ab loses
  // precision for close rows.
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
