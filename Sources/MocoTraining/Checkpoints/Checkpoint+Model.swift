import MocoBase
import MocoCLIP
import MocoMethods

extension Checkpoint {
  /// A model loaded from a checkpoint.
  public struct Loaded {
    /// The model, with its parameters and classes.
    public let model: any Classifier
    /// The classes that the program had set for its class loss.
    public let base: [String]?
    /// Other contents of the file, and missing ones.
    public let restored: Restored
  }

  /// Creates the model of a checkpoint: kind, classes, templates, options, the classes it was trained
  /// on, and parameters.
  ///
  /// - Throws: E0708 for a file without a configuration, with another kind, or with another CLIP model unless
  ///   `allow` contains it; E0501, E0502 for the file.
  public static func load(path: String, clip: CLIPModel, allow: Set<Difference> = []) throws -> Loaded {
    let file = try CheckpointFile(path: path)
    guard file.isOurs, let kind = file.kind, let classes = file.classes, !file.configuration.isNull else {
      throw Failure(
        "E0708", "\(path) contains no classes and options, so a model cannot be created from it",
        help: "create the model as before saving, then use restore(model, \"\(path)\")")
    }
    guard let method = Methods[kind] else {
      let name = file.configuration["name"]?.stringValue
      throw Failure(
        "E0708",
        kind == Methods.own
          ? "\(path) contains \(name.map { "\"\($0)\", " } ?? "")a model of functions, which are defined in the program that created it, not in the file"
          : "\(path) contains a model of kind \"\(kind)\", which load_model cannot create",
        help: "create it as in its program, then use restore(mine, \"\(path)\")")
    }
    let model = try placed(path) {
      try method.storage.make(
        MethodStorage.Contents(
          clip: clip, classes: classes, configuration: file.configuration, isComplete: file.version > 1,
          memory: file.file.metadata("memory").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }))
    }
    let base = try file.json("base")?.arrayValue?.compactMap(\.stringValue)
    if let base { model.recordTraining(on: try model.scope(of: base)) }
    return Loaded(
      model: model, base: base, restored: try restore(file, model: model, allow: allow, isLoading: true))
  }

  /// Adds the file to the error for a corrupted configuration.
  static func placed<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as Failure where error.message.hasPrefix("the checkpoint") {
      throw Failure(
        error.code, path + error.message.dropFirst("the checkpoint".count), help: error.help ?? "")
    }
  }
}
