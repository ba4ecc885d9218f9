import MocoBase
import MocoCLIP
import MocoMethods

extension Checkpoint {
  /// A model that a checkpoint has made.
  public struct Loaded {
    /// The model, with its parameters and classes in place.
    public let model: any Classifier
    /// The classes that the program had named for its class loss.
    public let base: [String]?
    /// What the file had besides, and what it lacked.
    public let restored: Restored
  }

  /// Makes the model that a checkpoint holds: kind, classes, templates, options, the classes it was trained
  /// on, and parameters.
  ///
  /// - Throws: E0708 for a file without a configuration, of another kind, or of another CLIP model unless
  ///   `allow` names it; E0501, E0502 for the file.
  public static func load(path: String, clip: CLIPModel, allow: Set<Difference> = []) throws -> Loaded {
    let file = try CheckpointFile(path: path)
    guard file.isOurs, let kind = file.kind, let classes = file.classes, !file.configuration.isNull else {
      throw Failure(
        "E0708", "\(path) names no classes and options, so no model can be made of it",
        help: "make the model it was saved from, then: restore(model, \"\(path)\")")
    }
    guard let method = Methods[kind] else {
      let name = file.configuration["name"]?.stringValue
      throw Failure(
        "E0708",
        kind == Methods.own
          ? "\(path) holds \(name.map { "\"\($0)\", " } ?? "")a model of functions, which stand in the program that made it and not in the file"
          : "\(path) holds a model of the kind \"\(kind)\", which load_model cannot make",
        help: "make it as its program does, then: restore(mine, \"\(path)\")")
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

  /// Says of which file a configuration is damaged.
  static func placed<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as Failure where error.message.hasPrefix("the checkpoint") {
      throw Failure(
        error.code, path + error.message.dropFirst("the checkpoint".count), help: error.help ?? "")
    }
  }
}
