import CKernels
import MocoTensor

// Symbols in shapes: N rows, E rows that are read at the end, R either of them, W width, M width of the MLP,
// H heads, L layers.

/// Which rows attend to which.
enum AttentionPattern {
  /// Every row to the rows of its own list: trie nodes, or the tokens of small images.
  case lists(AttentionLists)
  /// Groups of `length` consecutive rows, each row to its whole group, by matrix products.
  case dense(groups: Int, length: Int)
}

/// The rows whose states are read after the last layer, which computes queries, attention and MLP for these
/// only.
struct FinalRows {
  /// Ascending, distinct.
  /// - Shape: [E]
  let rows: [Int32]
  /// Their attention: query e is `rows[e]`, keys are among all N rows.
  let lists: AttentionLists
}

extension Activation {
  /// The kernels' number for it.
  var kernel: Int32 {
    switch self {
    case .gelu: Int32(MOCO_TOWER_GELU)
    case .quickGelu: Int32(MOCO_TOWER_QUICK_GELU)
    case .geluTanh: Int32(MOCO_TOWER_GELU_TANH)
    }
  }
}

/// A stack of pre-norm residual attention blocks over flat rows [N, W]: the same code for prompts and images.
///
/// This code does not depend on tensors or graphs. The owner lays out memory, fills the input rows, runs `forward`,
/// and, for a gradient, passes the gradient of the output rows to `backward`.
///
/// - Safety: its rows are in memory that only this call uses; threads write disjoint parts of it, and the
///   call waits for them.
struct Transformer: @unchecked Sendable {
  let rows: Int
  let width: Int
  let heads: Int
  let mlpWidth: Int
  let eps: Float
  let activation: Activation
  let attention: AttentionPattern
  let final: FinalRows?
  let blocks: [BlockParameters<Values>]
  /// The blocks of all rows, and of the final ones.
  let cut: RowBlocks
  let finalCut: RowBlocks
  /// Threads that may work on this call; 1 if the caller is already one of many.
  let lanes: Int
  /// The rows that replace rows of each layer's input; empty, or an entry for every layer. The first layer's
  /// input is filled by the owner, so its entry is ignored.
  var overwrites: [LayerOverwrite?] = []

  /// The blocks in 8-bit integers, where the forward pass computes in them; empty, or one for every block.
  var quantized: [QuantizedBlock] = []

  var layers: Int { blocks.count }
  var headDim: Int { width / heads }
  var scale: Float { 1 / Float(headDim).squareRoot() }
  var finalCount: Int { final?.rows.count ?? rows }

  /// The rows that replace rows of a layer's input.
  func overwrite(_ layer: Int) -> LayerOverwrite? {
    layer > 0 && layer < overwrites.count ? overwrites[layer] : nil
  }

  func isPruned(_ layer: Int) -> Bool { final != nil && layer == layers - 1 }
  /// Rows that leave a layer.
  func outputRows(_ layer: Int) -> Int { isPruned(layer) ? finalCount : rows }
  func outputCut(_ layer: Int) -> RowBlocks { isPruned(layer) ? finalCut : cut }

  /// The lists that a layer's queries use; nil if attention is dense.
  func lists(_ layer: Int) -> AttentionLists? {
    if let final, isPruned(layer) { return final.lists }
    if case .lists(let lists) = attention { return lists }
    return nil
  }
}

/// The memory of one layer's rows. Layers without a gradient share the same memory, and their
/// optional parts are in a lane's scratch.
struct LayerRows {
  /// - Shape: [N, W]
  var input: Floats
  /// Queries, keys and values side by side, [N, 3W]; in the pruned last layer keys and values only, [N, 2W].
  var projected: Floats
  /// Queries of the final rows where they are separate, [E, W].
  var finalQueries: Floats?
  /// Kept for the gradient: probabilities of the lists, or each row's log-sum-exp [N, H].
  var weights: Floats?
  /// What attention returned; kept for products of the weights, else memory that layers share. - Shape: [R, W]
  var attended: Floats?
  /// After the attention residual. - Shape: [R, W]
  var middle: Floats
  /// Before the activation, bias included. - Shape: [R, M]
  var hidden: Floats?
  /// Mean and reciprocal standard deviation of the two LayerNorms. - Shape: [N, 2], [R, 2]
  var statistics1: Floats?
  var statistics2: Floats?
  /// - Shape: [R, W]
  var output: Floats
}

/// Scratch of one lane.
struct LaneRows {
  /// - Shape: [block, W]
  let normed: Floats
  let attended: Floats
  let gathered: Floats
  /// - Shape: [block, M]
  let hidden: Floats
  let active: Floats
  /// Attention scores: the longest list, or two squares of a dense group.
  let scores: Floats
  /// Rows as 8-bit integers.
  let bytes: Floats
}

extension Transformer {
  /// Memory that outlives the forward pass: the input rows and the data that layers from `keepFrom` on must keep.
  /// - Parameter weights: whether any weight matrix or bias of a block is trained.
  /// - Returns: layers `keepFrom...`, and the input rows [N, W] of the first layer.
  func layKept(_ arena: Arena, keepFrom: Int, weights: Bool) -> (input: Floats, layers: [LayerRows]) {
    let first = arena.floats(rows * width)
    var input = first
    var kept: [LayerRows] = []
    var shared: Floats?
    if !weights, keepFrom < layers, case .dense = attention { shared = arena.floats(rows * width) }
    for layer in keepFrom..<max(layers, keepFrom) {
      let pruned = isPruned(layer)
      let out = outputRows(layer)
      let state = LayerRows(
        input: input, projected: arena.floats(rows * width * (pruned ? 2 : 3)),
        finalQueries: pruned ? arena.floats(out * width) : nil,
        weights: arena.floats(lists(layer).map { $0.pairCount * heads } ?? rows * heads),
        attended: weights ? arena.floats(out * width) : lists(layer) == nil ? shared : nil,
        middle: arena.floats(out * width),
        hidden: arena.floats(out * mlpWidth), statistics1: arena.floats(rows * 2),
        statistics2: arena.floats(out * 2), output: arena.floats(out * width))
      input = state.output
      kept.append(state)
    }
    return (first, kept)
  }

  /// Memory of the forward pass only: layers below `keepFrom`, in place on the input rows, and lane scratch.
  func layScratch(_ arena: Arena, keepFrom: Int, input: Floats) -> (layers: [LayerRows], lanes: [LaneRows]) {
    var lean: [LayerRows] = []
    if keepFrom > 0 {
      // Two, alternating: a block enters the next layer while others still attend to this layer's keys.
      let projected = (0..<2).map { _ in arena.floats(rows * width * 3) }
      var attended: Floats?
      if case .dense = attention { attended = arena.floats(rows * width) }
      for layer in 0..<min(keepFrom, layers) {
        let pruned = isPruned(layer)
        let out = outputRows(layer)
        let stream = pruned ? arena.floats(out * width) : input
        lean.append(
          LayerRows(
            input: input, projected: projected[layer % 2],
            finalQueries: pruned ? arena.floats(out * width) : nil,
            weights: nil, attended: pruned ? nil : attended, middle: stream, hidden: nil, statistics1: nil,
            statistics2: nil, output: stream))
      }
    }
    return (lean, layLanes(arena))
  }

  func layLanes(_ arena: Arena) -> [LaneRows] {
    let block = max(cut.size, finalCut.size)
    var scores = max(longestList, 16)
    if case .dense(_, let length) = attention { scores = max(scores, 2 * length * length) }
    return (0..<lanes).map { _ in
      LaneRows(
        normed: arena.floats(block * width), attended: arena.floats(block * width),
        gathered: arena.floats(block * width), hidden: arena.floats(block * mlpWidth),
        active: arena.floats(block * mlpWidth), scores: arena.floats(scores),
        bytes: arena.floats(quantized.isEmpty ? 0 : QuantizedMatrix.room(max(width, mlpWidth))))
    }
  }

  private var longestList: Int {
    var longest = final?.lists.longest ?? 0
    if case .lists(let lists) = attention { longest = max(longest, lists.longest) }
    return longest
  }

  /// y [rows, out] = x [rows, in] wᵀ + bias (+ residual [rows, out]), with w [out, in] as the weight files store it.
  func project(
    _ x: Values, _ w: Values, bias: Values?, residual: Values? = nil, _ y: Floats, rows: Int, from: Int,
    to: Int
  ) {
    guard rows > 0 else { return }
    Gemm.runSingle(
      false, true, m: rows, n: to, k: from, a: x, lda: from, b: w, ldb: from, bias: bias, source: residual,
      sourceStride: to, c: y, ldc: to)
  }

  /// dx [rows, in] = dy [rows, out] w (+ dx).
  func projectBack(_ dy: Values, _ w: Values, _ dx: Floats, rows: Int, from: Int, to: Int, add: Bool = false)
  {
    guard rows > 0 else { return }
    Gemm.runSingle(
      false, false, m: rows, n: from, k: to, alpha: 1, a: dy, lda: to, b: w, ldb: from, beta: add ? 1 : 0,
      c: dx,
      ldc: from)
  }
}
