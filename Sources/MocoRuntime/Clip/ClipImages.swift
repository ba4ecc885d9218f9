import MocoAutograd
import MocoCLIP
import MocoLang
import MocoMethods
import MocoTensor
import MocoTraining

/// Images as a tower takes them.
enum ClipImages {
  /// Already encoded. Shape: [B, dim].
  case features(Variable)
  /// Normalized. Shape: [B, channels, S, S].
  case pixels(Variable)
}

/// Host objects that are, or hold, images: a loaded image, an item or a batch of a data set.
protocol ImageHost: HostObject {
  /// The images prepared for a model.
  func images(for model: CLIPModel) throws -> ImageInput
  /// Whether it is one image rather than several.
  var isSingleImage: Bool { get }
}

/// Reads an argument that names images.
///
/// - Throws: E0303 if it does not, E0205 for pixels of the wrong shape.
func imageInput(
  _ value: AnyValue, for model: CLIPModel, _ arguments: Arguments, _ name: String
) throws -> (input: ClipImages, isSingle: Bool) {
  if let tensor: TensorValue = value.asHost() { return try imageInput(tensor.variable, arguments, name) }
  if let host: any ImageHost = value.asHost() {
    return (wrap(try host.images(for: model)), host.isSingleImage)
  }
  if let list = value.asList, !list.isEmpty {
    let parts = try list.map { try imageInput($0, for: model, arguments, name).input }
    let pixels = parts.compactMap { if case .pixels(let part) = $0 { part } else { nil } }
    if pixels.count == parts.count { return (.pixels(try F.concat(pixels)), false) }
    let features = parts.compactMap { if case .features(let part) = $0 { part } else { nil } }
    if features.count == parts.count { return (.features(try F.concat(features)), false) }
  }
  throw arguments.wrongType(
    name, expected: "an image, a batch, or a tensor of pixels", help: "load_image(\"photo.jpg\")")
}

private func wrap(_ input: ImageInput) -> ClipImages {
  switch input {
  case .features(let tensor): .features(Variable(tensor))
  case .pixels(let tensor): .pixels(Variable(tensor))
  }
}

private func imageInput(
  _ variable: Variable, _ arguments: Arguments, _ name: String
) throws -> (input: ClipImages, isSingle: Bool) {
  let shape = variable.value.shape
  let isFinite = try variable.value.dtype != .float32 || allFinite(variable.value)
  guard isFinite else {
    throw arguments.failure(
      "E0305", "these pixels hold a number that is not finite", at: name,
      help: "look where they were made: a division by 0, or a logarithm of 0")
  }
  switch shape.count {
  case 4: return (.pixels(variable), false)
  case 3: return (.pixels(try F.reshape(variable, [1] + shape)), true)
  default:
    throw arguments.wrongType(
      name, expected: "pixels [images, channels, size, size]",
      help: "this tensor has \(shape.count) dimensions")
  }
}
