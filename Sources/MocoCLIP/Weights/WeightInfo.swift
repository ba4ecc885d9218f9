import MocoFormats

/// Information about the loaded weight file, for `clip.info`.
public struct WeightInfo: Sendable {
  /// The naming scheme of a file.
  public enum Naming: String, Sendable {
    case openAI = "OpenAI / open_clip"
    case huggingFace = "Hugging Face"
    case moco = "moco"
  }

  /// One parameter and its tensors in the file.
  public struct Use: Sendable {
    /// The parameter's name in OpenAI's naming.
    public let parameter: String
    /// Names of the tensors in the file: one, or three if queries, keys and values are separate.
    public let sources: [String]
    /// Their type in the file; in memory they are float32.
    public let type: StorageType
  }

  /// The files that were read, in order.
  public var paths: [String]
  /// The naming scheme of the files.
  public var naming: Naming
  /// What the model was made of, one entry per parameter, in the order of `CLIPConfig.parameterShapes`.
  public var used: [Use]
  /// Tensors of the file that the model does not use, and why.
  public var unused: [(name: String, reason: String)]
  /// The sources of the activation, the heads and the normalization, as sentences.
  public var notes: [String]
  /// Options of the configuration next to the weights that are unknown, with their file.
  public var unknownOptions: [String]
  /// The prefix of the tensor names in the files; empty if there is none.
  public var prefix: String
  /// Whether the positions of texts are Long-CLIP's two tables.
  public var isLong: Bool
  /// The activation, where neither a configuration nor an option gives it and the file is not one of OpenAI's own,
  /// which hold `input_resolution`, or of Long-CLIP: QuickGELU is assumed, but models of open_clip mostly have GELU.
  public var assumedActivation: Activation?

  /// Additional information for a one-line description of the model.
  public var remarks: [String] {
    (prefix.isEmpty ? [] : ["names with the prefix \"\(prefix)\""])
      + (isLong ? ["Long-CLIP's positions"] : [])
      + (assumedActivation.map {
        [
          "\($0.displayName) is assumed: no configuration next to the weights; set activation: \"gelu\" for GELU"
        ]
      } ?? [])
  }
}
