import MocoBase
import MocoData
import MocoLang
import MocoMethods
import MocoTraining

// `published:` of `mixture`, `train` and `forecast`, and how it is shown.

/// `published: true`, or the name of a data set; nil for false.
///
/// - Throws: E0303, E0706 for the name of another data set.
func readPublished(_ arguments: Arguments) throws -> Published? {
  guard let value = arguments["published"], !value.isNil else { return nil }
  if let flag = value.asBool { return flag ? .ofData : nil }
  guard let name = value.asString else {
    throw arguments.wrongType(
      "published", expected: "true, false or the name of a data set",
      help: "write published: true, or published: \"ImageNet\"")
  }
  guard let known = PublishedDataSets.name(of: name) else {
    let names = PublishedDataSets.names
    let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
    throw arguments.failure(
      "E0305", "no published configuration for the data set \"\(name)\"", at: "published",
      help: Nearest.name(to: name, among: names).map { "write published: \"\($0)\"" }
        ?? "write published: true, or one of \(list)")
  }
  return .named(known)
}

/// The published training that a call requests, directly or by its mixture; nil for none.
///
/// - Throws: E0706 for a model that is not the published mixture.
func readPublishedTraining(
  _ arguments: Arguments, _ model: any Classifier, _ split: DataSplit
) throws -> PublishedTraining? {
  let setup = model as? any PublishedSetup
  let own = setup?.published
  let isAsked = arguments.isGiven("published") && arguments["published"]?.isNil == false
  guard let wanted = isAsked ? try readPublished(arguments) : own else { return nil }
  guard let setup else {
    throw arguments.failure(
      "E0706", "the published configuration is for a mixture, not for a \(model.kind)", at: "published",
      help: "remove 'published'")
  }
  let others = setup.unpublished
  if own == nil, !others.isEmpty {
    let list = others.map { setting, published in
      "\(setting.name) is \(setting.value)" + (published.map { ", published \($0)" } ?? "")
    }
    throw arguments.failure(
      "E0706", "this \(model.kind) is not the published one: \(list.joined(separator: "; "))",
      at: "published",
      help: "write published: true in \(model.kind)(…) too; options given there take precedence")
  }
  // `true` in train does not override the name that the mixture has.
  if wanted == .ofData, case .named? = own, let own { return try PublishedTraining(own, data: split) }
  return try PublishedTraining(wanted, data: split)
}

extension PublishedTraining {
  /// The options of a call: the given ones, and the published ones for the rest.
  static func names(in arguments: Arguments) -> [String] {
    ["for", "batch", "optimizer", "schedule", "clip_grad_norm", "shuffle", "views", "at_least"]
      .filter { arguments.isGiven($0) }
  }

  /// `published for EuroSAT (the data are called "eurosat"): for 50 epochs, batch 32, …; yours: batch 8`
  func line(_ options: TrainingOptions) -> String {
    let theirs = options.settings.filter { !changed.contains($0.name) }
    let own = options.settings.filter { changed.contains($0.name) }
    func list(_ settings: [Setting]) -> String {
      settings.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
    }
    return "published for \(title) (\(reason)): \(list(theirs))"
      + (own.isEmpty ? "" : "; yours: \(list(own))")
  }

  /// The value of `run.published`.
  func value(_ options: TrainingOptions) -> AnyValue {
    func record(_ wanted: Bool) -> AnyValue {
      .record(
        Fields(
          options.settings.filter { changed.contains($0.name) != wanted }.map { ($0.name, .string($0.value)) }
        ))
    }
    return .record([
      "data_set": dataSet.map { .string($0) } ?? .nil, "reason": .string(reason), "taken": record(true),
      "yours": record(false),
    ])
  }
}
