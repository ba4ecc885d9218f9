import MocoAutograd
import MocoBase
import MocoTensor

// Letters of shapes: R soft rows of a plan, Q deep rows, W width of the text tower.

/// Learned rows that are written over the soft rows of prompts before later blocks: prompts in depth.
///
/// The state that stood in such a place is dropped, so that no gradient flows through it; the rows have no
/// positions of their own.
public struct DeepPrompts {
  /// Shape: [Q, W]
  public let rows: Variable
  /// For block 1, 2, …: which of `rows` is written over each soft row before it; -1 leaves the place as it is.
  /// - Shape: [blocks][R]
  public let places: [[Int32]]
  /// The first of `places` that names a trained row, where only some of the rows are trained; nil: not known.
  package var trainedFrom: Int?

  /// Rows and their places; `encodeText` checks that they fit its plan.
  public init(rows: Variable, places: [[Int32]]) {
    self.rows = rows
    self.places = places
  }

  /// - Throws: E0205 for rows of another width or places for more blocks than there are, E0202 for places that
  ///   miss rows.
  func check(_ plan: TextPlan, _ text: TextConfig) throws {
    let shape = rows.value.shape
    guard shape.count == 2, shape[1] == text.width, rows.value.dtype == .float32 else {
      throw Failure(
        "E0205", "deep prompts have shape \(Shape.text(shape)), the model takes [rows, \(text.width)]",
        help: "a deep prompt is as wide as the text tower")
    }
    guard places.count < text.layers else {
      throw Failure(
        "E0205",
        "there are deep prompts before \(places.count) blocks, and the text tower has \(text.layers) blocks, "
          + "the first of which takes the prompts themselves",
        help: "give at most \(text.layers - 1)")
    }
    for layer in places {
      guard layer.count >= plan.softRows, layer.allSatisfy({ Int($0) < shape[0] }) else {
        throw Failure(
          "E0202", "the places of the deep prompts do not fit the \(plan.softRows) soft rows of the prompts",
          help: "give a row, or -1, for each soft row")
      }
    }
  }
}

/// Deep prompts during one call.
struct DeepRows {
  /// Contiguous, [Q, W].
  let rows: Tensor
  let places: [[Int32]]
  let trained: Bool
  let trainedFrom: Int?

  /// The lowest layer over whose input a trained row is written; nil if there is none.
  var lowest: Int? {
    guard trained else { return nil }
    return (trainedFrom ?? places.firstIndex { $0.contains { $0 >= 0 } }).map { $0 + 1 }
  }

  /// What is written over the nodes of a trie, for each layer of the tower.
  func overwrites(of trie: PromptTrie, layers: Int) -> [LayerOverwrite?] {
    let width = rows.shape[1]
    var soft: [(node: Int32, row: Int)] = []
    for (node, key) in trie.keys.enumerated() {
      if case .soft(let row) = key { soft.append((Int32(node), row)) }
    }
    let none: LayerOverwrite? = nil
    return [none]
      + (1..<max(layers, 1)).map { layer in
        guard layer - 1 < places.count else { return nil }
        let map = places[layer - 1]
        let written = soft.filter { map[$0.row] >= 0 }
        guard !written.isEmpty else { return nil }
        return LayerOverwrite(
          rows: written.map(\.node), sources: written.map { map[$0.row] }, values: rows.floatBase,
          width: width)
      }
  }
}
