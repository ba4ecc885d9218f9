import MocoAutograd
import MocoBase

// R soft rows, Q deep rows.

/// Assigns rows to the soft pieces of prompts: equal pieces get the same rows.
struct SoftRowTable {
  /// The identity of a piece, by its objects.
  private struct Identity: Hashable {
    let rows: ObjectIdentifier
    let deep: [DeepSource?]
  }

  /// Some rows of a variable.
  struct DeepSource: Hashable {
    let variable: ObjectIdentifier
    let first: Int
  }

  private var known: [Identity: Int] = [:]
  private var parts: [Variable] = []
  private var rowCount = 0
  private var deepKnown: [ObjectIdentifier: Int] = [:]
  private var deepParts: [Variable] = []
  private var deepCount = 0
  /// For block 1, 2, …: the deep row over each soft row, or -1; may end early.
  private var layers: [[Int32]] = []
  private var trainedFrom: Int?

  /// The first row of a piece.
  ///
  /// - Parameters:
  ///   - deep: the rows that replace its rows before block 1, 2, …, and the first row of each.
  mutating func place(_ piece: SoftPiece, deep: [(rows: Variable, first: Int)?]) -> Int {
    let identity = Identity(
      rows: ObjectIdentifier(piece.rows),
      deep: deep.map { $0.map { DeepSource(variable: ObjectIdentifier($0.rows), first: $0.first) } })
    if let place = known[identity] { return place }
    let place = rowCount
    known[identity] = place
    parts.append(piece.rows)
    rowCount += piece.count
    for (layer, source) in deep.enumerated() {
      guard let source else { continue }
      while layers.count <= layer { layers.append([]) }
      let base = self.base(of: source.rows) + source.first
      if source.rows.requiresGrad { trainedFrom = min(trainedFrom ?? layer, layer) }
      layers[layer] += [Int32](repeating: -1, count: place - layers[layer].count)
      for row in 0..<piece.count { layers[layer].append(Int32(truncatingIfNeeded: base + row)) }
    }
    return place
  }

  private mutating func base(of variable: Variable) -> Int {
    if let base = deepKnown[ObjectIdentifier(variable)] { return base }
    let base = deepCount
    deepKnown[ObjectIdentifier(variable)] = base
    deepParts.append(variable)
    deepCount += variable.value.shape.first ?? 0
    return base
  }

  /// All soft rows in one matrix, nil if there are none. Shape: [R, W].
  func soft() throws -> Variable? { try SoftRowTable.joined(parts) }

  /// The rows that replace them in later blocks, nil if there are none. Shape: [Q, W].
  func deep() throws -> DeepPrompts? {
    guard let rows = try SoftRowTable.joined(deepParts) else { return nil }
    var deep = DeepPrompts(
      rows: rows, places: layers.map { $0 + [Int32](repeating: -1, count: rowCount - $0.count) })
    deep.trainedFrom = trainedFrom
    return deep
  }

  private static func joined(_ parts: [Variable]) throws -> Variable? {
    let parts = parts.filter { $0.value.count > 0 }
    return parts.count > 1 ? try F.concat(parts, axis: 0) : parts.first
  }
}
