import MocoFormats
import MocoMethods
import MocoTensor

/// The batches of a file: `images` [steps, B, channels, H, W] and `labels` [steps, B].
enum GoldenBatch {
  /// The batch of a step, counted from 0.
  ///
  /// - Throws: `GoldenFault` if there is no such step or the shapes do not match.
  static func of(_ file: SafetensorsFile, _ step: Int) throws -> PromptBatch {
    let all = try file.tensor("images")
    let labels = try file.tensor("labels")
    let shape = all.shape
    guard shape.count == 5, step < shape[0], labels.shape == Array(shape[0..<2]) else {
      throw GoldenFault("the numbers of images and labels differ")
    }
    let size = shape[1] * shape[2] * shape[3] * shape[4]
    let pixels = try all.toFloats()[(step * size)..<((step + 1) * size)]
    return PromptBatch(
      images: .pixels(try Tensor(Array(pixels), shape: Array(shape[1...]))),
      labels: Array(try labels.toInts()[(step * shape[1])..<((step + 1) * shape[1])]))
  }
}
