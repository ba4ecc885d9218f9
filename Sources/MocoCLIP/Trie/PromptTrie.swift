/// All prompts of a step as one tree: a node for every distinct prefix.
///
/// CLIP's text tower is causal and its feature is read at [end]. So positions after [end] are not needed, and
/// prompts that share their first k keys share the states of those k positions in every layer. The tower runs
/// on one row per node; a node attends to its ancestors and itself, and its position is its depth.
///
/// Nodes are in depth-first order, children in the order of their first appearance in the prompts: parents come
/// before children, and the descendants of node i are the rows that follow it, up to `subtreeEnds[i]`. The
/// order depends only on the prompts.
///
/// N: nodes. S: prompts. There can be several roots (prompts with different first keys).
public struct PromptTrie: Sendable {
  /// The parent of each node, -1 for a root.
  /// - Shape: [N]
  public let parents: [Int32]
  /// The position of each node in its prompts, 0 for a root.
  /// - Shape: [N]
  public let depths: [Int32]
  /// The key of each node.
  /// - Shape: [N]
  public let keys: [PromptKey]
  /// One past the last descendant of each node.
  /// - Shape: [N]
  public let subtreeEnds: [Int32]
  /// The node of each prompt's last key. Equal prompts share it; it may be inner, where one prompt continues
  /// another.
  /// - Shape: [S]
  public let endNodes: [Int32]
  /// Total number of keys of all prompts: the rows of a computation without shared prefixes.
  public let keyCount: Int

  /// N.
  public var nodeCount: Int { parents.count }
  /// S, with equal prompts counted separately.
  public var promptCount: Int { endNodes.count }
  /// The longest prompt.
  public var height: Int { Int(depths.max() ?? -1) + 1 }

  /// Rows that a padded computation would need: every prompt at the full context.
  public func paddedRows(context: Int) -> Int {
    promptCount.multipliedReportingOverflow(by: context).partialValue
  }

  /// Builds the tree. Prompts must not be empty; the tower rejects empty ones earlier.
  /// - Parameter prompts: the keys of each prompt, [start] and [end] included.
  public init(_ prompts: [[PromptKey]]) {
    var builder = Builder()
    builder.reserve(prompts.reduce(0) { $0 + $1.count } / 2 + 1)
    let ends = prompts.map { builder.insert($0) }
    keyCount = prompts.reduce(0) { $0 + $1.count }

    // Renumber from insertion order to depth-first order.
    let count = builder.keys.count
    var order = [Int32]()
    var newIndex = [Int32](repeating: 0, count: count)
    order.reserveCapacity(count)
    var subtree = [Int32](repeating: 0, count: count)
    var stack = [Int32]()
    var root = builder.firstRoot
    while root >= 0 {
      stack.append(root)
      while let node = stack.popLast() {
        if node < 0 {  // ~node: all descendants of that node have been numbered
          subtree[Int(newIndex[Int(~node)])] = Int32(order.count)
          continue
        }
        newIndex[Int(node)] = Int32(order.count)
        order.append(node)
        stack.append(~node)
        let firstPending = stack.count
        var child = builder.firstChild[Int(node)]
        while child >= 0 {
          stack.append(child)
          child = builder.nextSibling[Int(child)]
        }
        stack[firstPending...].reverse()
      }
      root = builder.nextSibling[Int(root)]
    }
    subtreeEnds = subtree
    keys = order.map { builder.keys[Int($0)] }
    depths = order.map { builder.depths[Int($0)] }
    parents = order.map { old in
      let parent = builder.parents[Int(old)]
      return parent < 0 ? -1 : newIndex[Int(parent)]
    }
    endNodes = ends.map { $0 < 0 ? -1 : newIndex[Int($0)] }
  }

  /// A separate path for every prompt, without shared prefixes: for a tower in which every position attends to all.
  ///
  /// - Parameters:
  ///   - prompts: keys of each prompt, all of one length.
  ///   - ends: the position that is read of each.
  init(separate prompts: [[PromptKey]], ends: [Int]) {
    var parents: [Int32] = []
    var depths: [Int32] = []
    var subtreeEnds: [Int32] = []
    var endNodes: [Int32] = []
    for (prompt, end) in zip(prompts, ends) {
      let first = Int32(parents.count)
      let last = first + Int32(prompt.count)
      for depth in 0..<Int32(prompt.count) {
        parents.append(depth == 0 ? -1 : first + depth - 1)
        depths.append(depth)
        subtreeEnds.append(last)
      }
      endNodes.append(first + Int32(end))
    }
    self.parents = parents
    self.depths = depths
    self.subtreeEnds = subtreeEnds
    self.endNodes = endNodes
    keys = prompts.flatMap { $0 }
    keyCount = keys.count
  }

  /// The rows from the root to a node, including the node.
  public func path(to node: Int) -> [Int] {
    guard node >= 0, node < nodeCount else { return [] }
    var path: [Int] = []
    var at = Int32(node)
    while at >= 0 {
      path.append(Int(at))
      at = parents[Int(at)]
    }
    return path.reversed()
  }
}

extension PromptTrie {
  /// Insertion-ordered nodes with sibling lists; the table answers (parent, key) only and is never iterated.
  private struct Builder {
    struct Edge: Hashable {
      let parent: Int32
      let code: Int
    }

    var keys: [PromptKey] = []
    var parents: [Int32] = [], depths: [Int32] = []
    var firstChild: [Int32] = [], lastChild: [Int32] = [], nextSibling: [Int32] = []
    var firstRoot: Int32 = -1, lastRoot: Int32 = -1
    var table: [Edge: Int32] = [:]
    // The previous prompt and its nodes: neighbours usually share a prefix, which then needs no table.
    var lastKeys: [PromptKey] = [], lastNodes: [Int32] = []

    mutating func reserve(_ count: Int) {
      keys.reserveCapacity(count)
      table.reserveCapacity(count)
    }

    mutating func insert(_ prompt: [PromptKey]) -> Int32 {
      var shared = 0
      while shared < prompt.count, shared < lastKeys.count, prompt[shared] == lastKeys[shared] { shared += 1 }
      lastNodes.removeSubrange(shared...)
      var at = lastNodes.last ?? -1
      for key in prompt[shared...] {
        at = child(of: at, key)
        lastNodes.append(at)
      }
      lastKeys = prompt
      return at
    }

    private mutating func child(of parent: Int32, _ key: PromptKey) -> Int32 {
      let edge = Edge(parent: parent, code: key.code)
      if let known = table[edge] { return known }
      let node = Int32(keys.count)
      table[edge] = node
      keys.append(key)
      parents.append(parent)
      depths.append(parent < 0 ? 0 : depths[Int(parent)] + 1)
      firstChild.append(-1)
      lastChild.append(-1)
      nextSibling.append(-1)
      let previous = parent < 0 ? lastRoot : lastChild[Int(parent)]
      if previous >= 0 { nextSibling[Int(previous)] = node }
      if parent < 0 {
        if firstRoot < 0 { firstRoot = node }
        lastRoot = node
      } else {
        if firstChild[Int(parent)] < 0 { firstChild[Int(parent)] = node }
        lastChild[Int(parent)] = node
      }
      return node
    }
  }
}
