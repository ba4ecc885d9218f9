import MocoTensor

/// Receives the states between the layers of a tower call: `hidden[0]` before the first layer, then after
/// each.
///
/// - Shape: text [S, P, W] for S prompts, the longest of P keys; what follows a prompt's last key is zero.
///   Images [B, T, W].
public final class TowerTaps {
  /// The states in order, float32: one more than the tower has layers once a call has ended.
  public internal(set) var hidden: [Tensor] = []
  /// Empty taps. Use them for one call.
  public init() {}
}
