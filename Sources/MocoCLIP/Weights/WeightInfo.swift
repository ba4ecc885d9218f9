import MocoFormats

/// What a load found in a weight file, for `clip.info`.
public struct WeightInfo: Sendable {
  /// Whose names a file uses.
  public enum Naming: String, Sendable {
    case openAI = "OpenAI / open_clip"
    case huggingFace = "Hugging Face"
    case moco = "moco"
  }

  /// One parameter and the tensors of the file that it was made of.
  public struct Use: Sendable {
    /// The parameter's name in OpenAI's naming.
    public let parameter: String
    /// Names of the tensors in the file: one, or three where queries, keys and values are kept apart.
    public let sources: [String]
    /// How their numbers lie in the file; in memory they are float32.
    public let type: StorageType
  }

  /// The files that were read, in order.
  public var paths: [String]
  /// Whose names the files use.
  public var naming: Naming
  /// What the model was made of, a parameter each, in the order of `CLIPConfig.parameterShapes`.
  public var used: [Use]
  /// Tensors of the file that the model has no place for, and why.
  public var unused: [(name: String, reason: String)]
  /// Where the activation, the heads and the normalization were learnt, as sentences.
  public var notes: [String]
  /// Options of the configuration beside the weights that are not known, with their file.
  public var unknownOptions: [String]
  /// What stands before the tensors' names in the files; empty if nothing does.
  public var prefix: String
  /// Whether the positions of texts are Long-CLIP's two tables.
  public var isLong: Bool
  /// The activation, where neither a configuration nor an option gives it and the file is not one of OpenAI's own,
  /// which hold `input_resolution`, or of Long-CLIP: QuickGELU is assumed, but models of open_clip mostly have GELU.
  public var assumedActivation: Activation?

  /// What a line about the model should say besides its sizes.
  public var remarks: [String] {
    (prefix.isEmpty ? [] : ["names under \"\(prefix)\""]) + (isLong ? ["Long-CLIP's positions"] : [])
      + (assumedActivation.map {
        [
          "\($0.displayName) is assumed: no configuration beside the weights; set activation: \"gelu\" for GELU"
        ]
      } ?? [])
  }
}
