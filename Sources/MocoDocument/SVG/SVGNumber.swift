import MocoBase

/// Numbers in SVG.
package enum SVGNumber {
  /// A length or a place with at most so many decimals, which no reader tells from the exact one; 0 for what is no
  /// finite number or lies beyond all pictures.
  package static func text(_ value: Double, decimals: Int = 2) -> String {
    value.magnitude < 1e9 ? NumberText.trimmed(value, decimals) : "0"
  }
}
