extension CLIPConfig {
  /// Architectures by their usual names: `vit-b-16`. For models with random weights; a weight file
  /// contains its own sizes.
  public static let known: [(name: String, config: CLIPConfig)] = [
    ("vit-b-16", vit(patch: 16, width: 768, layers: 12, text: 512)),
    ("vit-b-32", vit(patch: 32, width: 768, layers: 12, text: 512)),
    ("vit-l-14", vit(patch: 14, width: 1024, layers: 24, text: 768)),
    (
      "tiny",
      CLIPConfig(
        name: "tiny", embedDim: 32,
        vision: VisionConfig(imageSize: 32, patchSize: 8, width: 64, layers: 2, heads: 2),
        text: TextConfig(width: 64, layers: 2, heads: 2))
    ),
  ]

  private static func vit(patch: Int, width: Int, layers: Int, text: Int) -> CLIPConfig {
    CLIPConfig(
      embedDim: text,
      vision: VisionConfig(imageSize: 224, patchSize: patch, width: width, layers: layers, heads: width / 64),
      text: TextConfig(width: text, layers: 12, heads: text / 64))
  }
}
