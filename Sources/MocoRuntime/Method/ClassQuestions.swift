import MocoData
import MocoLang
import MocoMethods

/// What an answer calls the classes of a selection: names that tell them apart.
func shownNames(_ arguments: Arguments, _ selection: ClassSelection, _ model: any Classifier) -> [String] {
  guard let value = arguments["images"], case .named(let split) = ImageClasses(of: value),
    split.classes == model.names(selection)
  else { return model.shownNames(selection) }
  return split.labelNames
}

/// What `classes:` asks a model about images.
///
/// Without it, images that come with class names are answered for those, which must be among the model's;
/// others for the model's classes.
/// - Throws: E0710 for names that do not match and for images of several data sets, E0305 for a word that is
///   none.
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
        "E0710", "these images are not all of the same classes, so it is not clear which are asked about",
        at: images ?? name,
        help:
          "ask about one data set at a time, or say which classes: classes: \"all\" for the \(model.kind)'s")
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
        at: name, help: "make it with base: data.base.classes, or take classes: \"all\"")
    }
    return .new
  case "data":
    guard let theirs = try names() else {
      throw arguments.failure(
        "E0305", "these images come without class names", at: name,
        help: "give the names: classes: [\"cat\", \"dog\"], or take a batch of a split")
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
      help: "classes: \"data\" asks about the data's names, classes: \"model\" about the model's")
  }
  return try arguments.choice("classes", among: ["data", "model"]) == "data" ? .data : .model
}

/// The split as a model learns from it: under its own names, or with `classes: "model"` under the model's.
///
/// - Throws: E0710 for classes that are not the model's.
func readTrainingSplit(_ arguments: Arguments, _ model: any Classifier) throws -> DataSplit {
  let split = try arguments.host(SplitValue.self, "on", expected: "split such as data.train").split
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
