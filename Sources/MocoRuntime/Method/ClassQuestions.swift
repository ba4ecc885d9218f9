import MocoLab
import MocoLang
import MocoPrompts

/// The class names that come with images: those of the split that a batch or an item is of.
private func classNames(of value: AnyValue) -> [String]? {
  if let batch: BatchValue = value.asHost() { return batch.split.classes }
  if let item: ItemValue = value.asHost() { return item.split.classes }
  guard let list = value.asList, let first = list.first.flatMap(classNames) else { return nil }
  return list.allSatisfy { classNames(of: $0) == first } ? first : nil
}

/// What `classes:` asks a model about images.
///
/// Without it, images that come with class names are answered for those, which must be among the model's;
/// others for the model's classes.
/// - Throws: E0710 for names that do not match, E0305 for a word that is none.
func readSelection(
  _ arguments: Arguments, _ name: String, images: String, _ model: any PromptModel
) throws -> ClassSelection {
  let value = arguments[name] ?? .nil
  let theirs = classNames(of: try arguments.value(images))
  guard !value.isNil else {
    return try theirs.map { try model.question(about: $0, data: "images").selection } ?? .all
  }
  guard value.asString != nil else { return .names(try readClasses(arguments, name)) }
  switch try arguments.choice(name, among: ["all", "base", "new", "data", "model"]) {
  case "base": return .base
  case "new": return .new
  case "data":
    guard let theirs else {
      throw arguments.failure(
        "E0305", "these images come without class names", at: name,
        help: "give the names: classes: [\"cat\", \"dog\"], or take a batch of a split")
    }
    return .names(theirs)
  case "model":
    return try theirs.map { try model.question(about: $0, naming: .model, data: "images").selection } ?? .all
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
func readTrainingSplit(_ arguments: Arguments, _ model: any PromptModel) throws -> DataSplit {
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
