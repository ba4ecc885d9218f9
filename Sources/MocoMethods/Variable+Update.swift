import MocoAutograd
import MocoTensor

extension Variable {
  /// Replaces the value by a modified copy: other tensors that share its storage, such as a mapped weight
  /// file, do not change.
  package func updateValue(_ body: (UnsafeMutableBufferPointer<Float>) throws -> Void) throws {
    let fresh = try value.copy()
    try fresh.withMutableFloats(body)
    value = fresh
  }
}
