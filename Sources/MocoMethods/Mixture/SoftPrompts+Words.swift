import MocoBase
import MocoTensor

extension SoftPrompts {
  /// The nearest words of every soft token of expert g.
  public func nearestWords(expert g: Int, count: Int = 3) throws -> [NearWords] {
    guard experts.indices.contains(g) else {
      throw Failure("E0702", "expert \(g) is out of range: the experts are 0 to \(experts.count - 1)")
    }
    let expert = experts[g]
    var result: [NearWords] = []
    for (name, variable, words) in [
      ("ctx_before_\(g)", expert.before, expert.words.before),
      ("ctx_after_\(g)", expert.after, expert.words.after),
    ] where !words.isEmpty {
      let near = try MocoMethods.nearestWords(variable.value, clip: clip, count: count)
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

extension Mixture: Worded {
  public var partCount: Int? { prompts.count }

  public func nearestWords(part: Int?, count: Int) throws -> [NearWords] {
    try part.map { try prompts.nearestWords(expert: $0, count: count) }
      ?? prompts.experts.indices.flatMap { try prompts.nearestWords(expert: $0, count: count) }
  }
}
