import MocoBase
import MocoCLIP
import MocoPrompts

extension Checkpoint {
  /// A model that a checkpoint has made.
  public struct Loaded {
    public let model: any PromptModel
    /// The classes that the program had named for its class loss.
    public let base: [String]?
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
    let model: any PromptModel
    switch kind {
    case "mixture":
      var options = try MixtureOptions(file.configuration, complete: file.version > 1)
      // Version 1 had the budget of a training beside the configuration.
      if let memory = file.file.metadata("memory").flatMap({ Int($0) }), memory > 0 {
        options.memory = memory
      }
      model = try Mixture(
        clip: clip, templates: TemplateSet(file.configuration), classes: classes, options: options)
    case "coop":
      let coop = try CoOp(
        clip: clip, classes: classes, options: CoOpOptions(file.configuration, complete: file.version > 1))
      let memory = file.configuration["memory"]?.intValue ?? file.file.metadata("memory").flatMap { Int($0) }
      if let memory, memory > 0 { coop.memory = memory }
      model = coop
    case "zero_shot":
      let texts = file.configuration["templates"]?.arrayValue?.compactMap(\.stringValue) ?? []
      model = try ZeroShot(clip: clip, classes: classes, templates: texts.map { try Template($0) })
    case "linear_probe":
      guard let width = file.configuration["width"]?.intValue, width > 0, width < 1 << 24 else {
        throw Failure("E0708", "\(path) does not tell the width of its linear probe's features")
      }
      model = try LinearProbe(
        clip: clip, classes: classes, width: width,
        normalizes: file.configuration["normalized"]?.boolValue ?? false)
    default:
      throw Failure(
        "E0708", "\(path) holds a model of the kind \"\(kind)\", which load_model cannot make",
        help: "make the model it was saved from, then: restore(model, \"\(path)\")")
    }
    let base = try file.json("base")?.arrayValue?.compactMap(\.stringValue)
    if let base { try model.train(on: base) }
    return Loaded(
      model: model, base: base, restored: try restore(file, model: model, allow: allow, isLoading: true))
  }
}
