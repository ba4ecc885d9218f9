import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

// G experts, S soft rows in all, W width of the text tower.

/// The soft tokens of G experts, one for each template group.
///
/// Expert g has rows before the class name (P_g) and after it (Q_g): as many as the first template of its
/// group has tokens at these positions, without the final full stop.
public final class SoftPrompts {
  /// The initialisation of the soft tokens.
  public enum Start: String, Sendable, CaseIterable {
    /// The token embeddings of the group's first template.
    case first
    /// The mean over the group's templates, position by position, as long as the first template.
    case mean
    /// Normal numbers with standard deviation 0.02.
    case random
  }

  /// One expert's share of the rows.
  public struct Expert {
    /// The group that initialised it.
    public let group: TemplateGroup
    /// P_g and Q_g. Shape: [rows, W]; 0 rows if the template has no words.
    public let before: Variable
    /// The rows after the class name; see `before`.
    public let after: Variable
    /// Their indices among all rows.
    public let beforeRows: Range<Int>
    /// See `beforeRows`.
    public let afterRows: Range<Int>
    /// The words that initialised the rows; a word's last piece ends with a space.
    public let words: (before: [String], after: [String])

    /// The sentence that has these words, as the template writes it, without its final full stop.
    public var sentence: String {
      guard let template = group.templates.first else { return (words.before + ["{} "] + words.after).joined() }
      return template.before + "{}" + template.afterWithoutStop
    }
  }

  /// In the order of the groups.
  public let experts: [Expert]
  /// S.
  public let rowCount: Int
  /// W.
  public let width: Int
  /// The initialisation of the rows.
  public let start: Start
  let clip: CLIPModel

  /// - Throws: E0703 without a group, E06xx for sentences that cannot be tokenized.
  public init(clip: CLIPModel, groups: [TemplateGroup], start: Start = .first, seed: UInt64 = 0) throws {
    guard !groups.isEmpty else { throw Failure("E0703", "soft prompts need at least one template group") }
    let text = PromptText(clip: clip)
    let table = try TokenTable(clip)
    width = table.width
    self.start = start
    self.clip = clip
    var experts: [Expert] = []
    var row = 0
    for (index, group) in groups.enumerated() {
      let parts = try group.templates.map {
        (before: try text.tokens($0.before), after: try text.tokens($0.afterWithoutStop))
      }
      let own = parts[0]
      func rows(_ ids: [Int], _ all: [[Int]], side: String) throws -> Tensor {
        var values: [Float] = []
        values.reserveCapacity(ids.count * table.width)
        switch start {
        case .first:
          for id in ids { values += try table.row(id) }
        case .mean:
          for position in ids.indices {
            let present = all.filter { $0.count > position }.map { $0[position] }
            var sum = [Float](repeating: 0, count: table.width)
            for id in present { for (i, value) in try table.row(id).enumerated() { sum[i] += value } }
            values += sum.map { $0 / Float(present.count) }
          }
        case .random:
          var random = Philox(seed: seed, stream: "soft prompts \(side)", index: index)
          for _ in 0..<(ids.count * table.width) { values.append(0.02 * random.nextNormal()) }
        }
        return try Tensor(values, shape: [ids.count, table.width])
      }
      let before = try rows(own.before, parts.map(\.before), side: "before")
      let after = try rows(own.after, parts.map(\.after), side: "after")
      let beforeRows = row..<(row + own.before.count)
      let afterRows = beforeRows.upperBound..<(beforeRows.upperBound + own.after.count)
      row = afterRows.upperBound
      experts.append(
        Expert(
          group: group, before: Variable(before, requiresGrad: true),
          after: Variable(after, requiresGrad: true),
          beforeRows: beforeRows, afterRows: afterRows,
          words: (
            try own.before.map { try clip.tokenizer.decode([$0]) },
            try own.after.map { try clip.tokenizer.decode([$0]) }
          )))
    }
    self.experts = experts
    rowCount = row
  }

  /// G.
  public var count: Int { experts.count }

  /// The non-empty P and Q of every expert: `ctx_before_0`, `ctx_after_0`, `ctx_before_1`, …
  public var parameters: [Parameter] {
    var list: [Parameter] = []
    for (g, expert) in experts.enumerated() {
      if !expert.beforeRows.isEmpty { list.append(Parameter("ctx_before_\(g)", expert.before)) }
      if !expert.afterRows.isEmpty { list.append(Parameter("ctx_after_\(g)", expert.after)) }
    }
    return list
  }

  /// All rows in one matrix, nil if no expert has a soft token. Shape: [S, W].
  ///
  /// - Parameter trained: the experts with a gradient; nil: all.
  public func rows(trained: [Int]? = nil) throws -> Variable? {
    let kept = trained.map { Set($0) }
    let parts = experts.enumerated().flatMap { g, expert in
      [expert.before, expert.after].filter { $0.value.count > 0 }
        .map { kept?.contains(g) ?? true ? $0 : $0.detach() }
    }
    guard let first = parts.first else { return nil }
    return parts.count == 1 ? first : try F.concat(parts, axis: 0)
  }

  /// The keys of every (expert, class), expert after expert.
  ///
  /// - Throws: E0603, E0604 with the class.
  func keys(experts wanted: [Int], names: [String], fullStop: Bool) throws -> [[PromptKey]] {
    let text = PromptText(clip: clip)
    let alone = try names.map { try text.name($0) }
    var rows: [String: [[Int]]] = [:]
    var result: [[PromptKey]] = []
    result.reserveCapacity(wanted.count * names.count)
    for g in wanted {
      let expert = experts[g]
      let words = expert.group.templates.first
      let frame = PromptText.Frame(
        before: words?.before ?? "", after: (words?.afterWithoutStop ?? "") + (fullStop ? "." : ""),
        beforeRows: expert.beforeRows, afterRows: expert.afterRows, replaced: expert.afterRows.count,
        owner: "group \"\(expert.group.name)\"")
      result += try text.prompts(names, alone: alone, in: frame, rows: &rows)
    }
    return result
  }

  /// Text features before normalization: E_T([start] P_g, name of c, Q_g [end]).
  ///
  /// - Shape: [G, C, D]
  /// - Throws: E0603, E0604.
  public func encode(_ names: [String], fullStop: Bool = false) throws -> Variable {
    try checkClasses(names)
    let all = Array(experts.indices)
    let encoded = try clip.encodeText(keys(experts: all, names: names, fullStop: fullStop), soft: rows())
    return try F.reshape(encoded, [count, names.count, clip.config.embedDim])
  }
}

/// The rows of the token embedding.
struct TokenTable {
  let tensor: Tensor
  let width: Int
  let count: Int

  init(_ clip: CLIPModel) throws {
    tensor = try clip.tokenEmbedding()
    width = tensor.shape.last ?? 0
    count = tensor.shape.first ?? 0
  }

  /// - Throws: E0601 for an id beyond the table.
  func row(_ id: Int) throws -> [Float] {
    guard id >= 0, id < count else {
      throw Failure("E0601", "token \(id) is outside the model's vocabulary of \(count)")
    }
    return try tensor.withFloats { Array($0[(id * width)..<((id + 1) * width)]) }
  }
}
