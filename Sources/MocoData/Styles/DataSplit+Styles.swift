import MocoBase
import MocoTensor

extension DataSplit {
  /// Every item in one random style, the same on every request.
  ///
  /// Style and severity are keyed by (seed, epoch, image), so an image of the training pool looks the same in
  /// every few-shot subset.
  /// - Parameters:
  ///   - styles: the styles to draw from, with equal probability.
  ///   - severity: t ~ U(0, severity).
  ///   - withheld: pairs that are replaced by clean.
  /// - Throws: E0520 for a split of features, E0518 for an empty list of styles.
  public func styled(
    _ styles: [Style] = Style.allCases, severity: Float = Style.defaultSeverity, seed: UInt64 = 0,
    epoch: Int = 0,
    withheld: WithheldPairs = .none
  ) throws -> DataSplit {
    try requirePixels("rendered in a style")
    guard !styles.isEmpty else { throw DataError.noStyles() }
    return with(
      items: items.map { item in
        var random = Philox(seed: seed, stream: "style draw", epoch: epoch, index: item.source)
        let style = styles[random.nextInt(below: styles.count)]
        let t = random.nextUniform() * severity
        let kept = withheld.contains(label: item.label, style: style) ? Style.clean : style
        return DataItem(
          source: item.source, label: item.label,
          style: StyleDraw(style: kept, severity: t, seed: seed, epoch: epoch))
      })
  }

  /// Every item once in each style, with fixed severities, for a styled evaluation.
  ///
  /// The items of one style are consecutive, in the order of `styles`.
  /// - Throws: E0520 for a split of features, E0518 for an empty list of styles.
  public func inEveryStyle(
    _ styles: [Style] = Style.allCases, severity: Float = Style.defaultSeverity, seed: UInt64 = 0
  ) throws -> DataSplit {
    try requirePixels("rendered in a style")
    guard !styles.isEmpty else { throw DataError.noStyles() }
    var views: [DataItem] = []
    views.reserveCapacity(items.count * styles.count)
    for style in styles {
      for item in items {
        var random = Philox(seed: seed, stream: "style \(style.name)", index: item.source)
        let t = random.nextUniform() * severity
        views.append(
          DataItem(
            source: item.source, label: item.label, style: StyleDraw(style: style, severity: t, seed: seed)))
      }
    }
    return with(items: views)
  }

  /// Every item in one style with a fixed severity, or unchanged without a style.
  ///
  /// - Throws: E0520 for a split of features.
  public func inStyle(_ style: Style?, severity: Float = 0.3, seed: UInt64 = 0) throws -> DataSplit {
    try requirePixels("rendered in a style")
    return with(
      items: items.map { item in
        DataItem(
          source: item.source, label: item.label,
          style: style.map { StyleDraw(style: $0, severity: severity, seed: seed) })
      })
  }
}

extension Dataset {
  /// Every image of every split in a random style; see `DataSplit.styled`.
  ///
  /// - Throws: E0518, E0520.
  public func styled(
    _ styles: [Style] = Style.allCases, severity: Float = Style.defaultSeverity, seed: UInt64 = 0,
    withheld: WithheldPairs = .none
  ) throws -> Dataset {
    try mapSplits { try $0.styled(styles, severity: severity, seed: seed, withheld: withheld) }
  }
}
