import MocoData
import MocoLang
import MocoMethods

/// Unique names for the classes of a selection, used in predictions.
func shownNames(_ arguments: Arguments, _ selection: ClassSelection, _ model: any Classifier) -> [String] {
  guard let value = arguments["images"], case .named(let split) = ImageClasses(of: value),
    split.classes == model.names(selection)
  else { return model.shownNames(selection) }
  return split.labelNames
}

/// Reads `classes:`, the classes that a model predicts for images.
///
/// Without it, images with class names are classified among those, which must be among the model's;
/// others among the model's classes.
/// - Throws: E0710 for names that do not match and for images of several data sets, E0305 for an unknown
///   word.
func readSelection(
  _ arguments: Arguments, _ name: String, images: String?, _ model: any Classifier
) throws -> ClassSelection {
  let value = arguments[name] ?? .nil
  let found = try images.map { ImageClasses(of: try arguments.value($0)) } ?? .unnamed
  func names() throws -> [String]? {
    switch found {
    case .unnamed: return nil
    case .named(let split): return split.classes
    case .mixed:
      throw arguments.failure(
        "E0710", "the images have different lists of classes, so the classes to predict are ambiguous",
        at: images ?? name,
        help:
          "pass images of one data set, or choose the classes: classes: \"all\" for those of the \(model.kind)"
      )
    }
  }
  guard !value.isNil else {
    return try names().map { try model.question(about: $0, data: "images").selection } ?? .all
  }
  guard value.asString != nil else { return .names(try readClasses(arguments, name)) }
  let words = ["all", "base", "new"] + (images == nil ? [] : ["data", "model"])
  switch try arguments.choice(name, among: words) {
  case "base": return .base
  case "new":
    guard model.trained.count < model.classes.count else {
      throw arguments.failure(
        "E0704", "this \(model.kind) has no new classes: it was made to train on all \(model.classes.count)",
        at: name, help: "make it with base: data.base.classes, or use classes: \"all\"")
    }
    return .new
  case "data":
    guard let theirs = try names() else {
      throw arguments.failure(
        "E0305", "these images have no class names", at: name,
        help: "pass the names: classes: [\"cat\", \"dog\"], or use a batch of a split")
    }
    return .names(theirs)
  case "model":
    return try names().map { try model.question(about: $0, naming: .model, data: "images").selection } ?? .all
  default: return .all
  }
}

/// `classes: "data"` or `"model"` of evaluate.
func readNaming(_ arguments: Arguments) throws -> ClassNaming? {
  guard let value = arguments["classes"], !value.isNil else { return nil }
  guard value.asString != nil else {
    throw arguments.wrongType(
      "classes", expected: "\"data\" or \"model\"",
      help: "use classes: \"data\" for the data's names, classes: \"model\" for the model's")
  }
  return try arguments.choice("classes", among: ["data", "model"]) == "data" ? .data : .model
}

/// The split for training a model: with its own names, or with `classes: "model"` the model's.
///
/// - Throws: E0710 for classes that are not the model's.
func readTrainingSplit(_ arguments: Arguments, _ model: any Classifier) throws -> DataSplit {
  let split = try arguments.split("on", example: "train")
  if arguments["classes"]?.isNil == false {
    _ = try arguments.choice("classes", among: ["model"])
    _ = try model.question(about: split.classes, naming: .model, data: "split \"\(split.name)\"")
    return split.with(classes: model.classes, items: split.items)
  }
  guard ClassPlaces.find(split.classes, in: model.classes) != nil else {
    throw model.differentNames(split.classes, "split \"\(split.name)\"", offers: .training)
  }
  return split
}
