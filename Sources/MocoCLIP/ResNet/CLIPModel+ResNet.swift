import MocoAutograd
import MocoTensor

extension CLIPModel {
  /// Features of a batch by the ModifiedResNet, images spread over the threads.
  ///
  /// - Shape: images [B, channels, S, S], contiguous; result [B, D]
  func encodeResNet(_ images: Tensor) throws -> Tensor {
    let count = images.shape.first ?? 0
    let d = config.embedDim
    let features = try Tensor.zeros([count, d])
    guard count > 0 else { return features }
    let tower = try ResNetTower(self)
    let memories = try (0..<min(count, Lanes.count)).map { _ in try tower.lay() }
    let source = images.floatBase
    let target = features.mutableFloatBase
    let size = images.count / count
    let failure = FirstError()
    Lanes.run(count, lanes: memories.count) { lane, image in
      if failure.happened { return }
      do {
        try tower.run(memories[lane], pixels: source + image * size, into: target + image * d)
      } catch { failure.note(error) }
    }
    withExtendedLifetime((images, memories, tower)) {}
    try failure.rethrow()
    return features
  }

  /// Whether a gradient must pass through the ModifiedResNet. Running means and variances are never trained.
  func trainsResNet(pixels: Variable) -> Bool {
    guard Autograd.isEnabled else { return false }
    return pixels.requiresGrad
      || parameters.contains {
        $0.name.hasPrefix("visual.") && !$0.name.contains(".running_") && $0.variable.requiresGrad
      }
  }
}
