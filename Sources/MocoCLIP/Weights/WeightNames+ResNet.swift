// Names of a ModifiedResNet, OpenAI's and open_clip's.

extension WeightNames {
  private static let stem = Set(
    (1...3).flatMap { number in
      ["conv\(number).weight"] + ConvolutionShape.normParts.map { "bn\(number).\($0)" }
    })

  private static let inBlock = stem.union(
    ["downsample.0.weight"] + ConvolutionShape.normParts.map { "downsample.1.\($0)" })

  private static let pooling = Set(
    ["positional_embedding"] + ["q", "k", "v", "c"].flatMap { ["\($0)_proj.weight", "\($0)_proj.bias"] })

  /// Whether a ModifiedResNet has a parameter of this name, `visual.` included.
  static func isResNet(_ name: Substring) -> Bool {
    guard name.hasPrefix("visual.") else { return false }
    let rest = name.dropFirst("visual.".count)
    if rest.hasPrefix("attnpool.") { return pooling.contains(String(rest.dropFirst("attnpool.".count))) }
    return stem.contains(String(rest)) || resnetBlock(name) != nil
  }

  /// Stage, from 0, and block of `visual.layerS.B.rest`; nil unless the rest is a parameter's name too.
  static func resnetBlock(_ name: Substring) -> (stage: Int, block: Int, rest: Substring)? {
    guard name.hasPrefix("visual.layer") else { return nil }
    for stage in 0..<4 {
      guard let (block, rest) = numbered(name.dropFirst("visual.".count), after: "layer\(stage + 1).") else {
        continue
      }
      return inBlock.contains(String(rest)) ? (stage, block, rest) : nil
    }
    return nil
  }
}
