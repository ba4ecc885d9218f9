import MocoAutograd
import MocoTensor

extension Variable {
  /// Replaces the value by a changed copy: other tensors that share its storage, such as a mapped weight
  /// file, keep what they have.
  package func updateValue(_ body: (UnsafeMutableBufferPointer<Float>) throws -> Void) throws {
    let fresh = try value.copy()
    try fresh.withMutableFloats(body)
    value = fresh
  }
}
