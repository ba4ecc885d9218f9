import MocoBase

/// Numbers in SVG.
package enum SVGNumber {
  /// A length or a coordinate with at most this many decimals, which is precise enough; 0 if it is not a
  /// finite number or is far outside of any picture.
  package static func text(_ value: Double, decimals: Int = 2) -> String {
    value.magnitude < 1e9 ? NumberText.trimmed(value, decimals) : "0"
  }
}
