import MocoAutograd
import MocoBase
import MocoTensor

// Symbols in shapes: R soft rows of a plan, Q deep rows, W width of the text tower.

/// Learned rows that replace the soft rows of prompts before later blocks: deep prompts.
///
/// The replaced state is dropped, so that no gradient flows through it; the rows have no
/// positions of their own.
public struct DeepPrompts {
  /// Shape: [Q, W]
  public let rows: Variable
  /// For block 1, 2, …: which of `rows` replaces each soft row before it; -1 for no change.
  /// - Shape: [blocks][R]
  public let places: [[Int32]]
  /// The first of `places` with a trained row, if only some of the rows are trained; nil if unknown.
  package var trainedFrom: Int?

  /// Rows and their positions; `encodeText` checks that they match its plan.
  public init(rows: Variable, places: [[Int32]]) {
    self.rows = rows
    self.places = places
  }

  /// - Throws: E0205 for rows of another width or positions for too many blocks, E0202 for positions that
  ///   miss rows.
  func check(_ plan: TextPlan, _ text: TextConfig) throws {
    let shape = rows.value.shape
    guard shape.count == 2, shape[1] == text.width, rows.value.dtype == .float32 else {
      throw Failure(
        "E0205", "deep prompts have shape \(Shape.text(shape)); the model expects [rows, \(text.width)]",
        help: "use deep prompts as wide as the text tower")
    }
    guard places.count < text.layers else {
      throw Failure(
        "E0205",
        "there are deep prompts for \(places.count) blocks, but at most \(text.layers - 1) can have them: the text tower "
          + "has \(text.layers) blocks, and the first one gets the prompts themselves",
        help: "pass at most \(text.layers - 1)")
    }
    for layer in places {
      guard layer.count >= plan.softRows, layer.allSatisfy({ Int($0) < shape[0] }) else {
        throw Failure(
          "E0202",
          "the positions of the deep prompts do not match the \(plan.softRows) soft rows of the prompts",
          help: "pass a row, or -1, for each soft row")
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

  /// The lowest layer with a trained row in its input; nil if there is none.
  var lowest: Int? {
    guard trained else { return nil }
    return (trainedFrom ?? places.firstIndex { $0.contains { $0 >= 0 } }).map { $0 + 1 }
  }

  /// The rows that replace nodes of a trie, for each layer of the tower.
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
