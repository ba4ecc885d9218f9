import MocoCLIP
import MocoPrompts

/// Whose rows are whose: the groups and classes that a checkpoint names, beside those of a model.
///
/// An expert belongs to its group and a class's own context to its class; both are found by name, wherever
/// they stand. A file of another program names neither: there the order has to be right, and a note says so.
struct CheckpointNames {
  /// For each expert of the model its place in the file; nil for "as they stand".
  private(set) var experts: [Int?]?
  /// For each class of the model its place in the file, where classes have rows of their own; nil for "as they
  /// stand".
  private(set) var classRows: [Int?]?
  /// Places among the model's classes that the class loss of the file saw; nil where the file does not tell,
  /// or tells it of other classes.
  private(set) var trained: [Int]?
  /// What does not fit, in sentences.
  private(set) var faults: [String] = []
  private(set) var notes: [String] = []
  private(set) var help: String?
  private let rowParameters: Set<String>

  /// - Parameters:
  ///   - base: the classes that the program has named for the class loss of the model.
  ///   - partial: take what has the same names, and leave the rest.
  init(
    _ file: CheckpointFile, model: any PromptModel, base: [String]?, allow: Set<Checkpoint.Difference>,
    partial: Bool
  ) {
    rowParameters = model.classRows
    guard file.isOurs else {
      let isMixture = (model as? Mixture).map { $0.prompts.count > 1 } ?? false
      let hasRows = !model.classRows.isEmpty
      if isMixture || hasRows {
        let what = isMixture ? "groups" : "classes"
        notes.append(
          "\(file.path) names no \(what): they are taken in the order in which they stand, which cannot be checked"
        )
      }
      return
    }
    if let mixture = model as? Mixture, let groups = file.configuration["groups"]?.objectValue {
      matchGroups(groups, mixture, file, partial: partial)
    }
    if let classes = file.classes {
      matchClasses(classes, model, file, base: base, allow: allow, partial: partial)
    }
  }

  private mutating func matchGroups(
    _ groups: JsonObject, _ mixture: Mixture, _ file: CheckpointFile, partial: Bool
  ) {
    let own = mixture.templates.groups
    let (theirs, ours) = (groups.keys, own.map(\.name))
    switch NameOrder(ours, among: theirs) {
    case .same: break
    case .order(let places):
      experts = places
      notes.append(
        "the groups of \(file.path) stand in another order (\(NameList.text(theirs))): "
          + "experts and the router's rows are taken by name")
    case .other(let places):
      let text =
        "its groups are \(NameList.text(theirs)), this mixture's \(NameList.text(ours))"
      if partial {
        experts = places
        notes.append("\(file.path): \(text); what has the same name is taken")
      } else {
        faults.append(text)
      }
    }
    let changed = own.filter { group in
      guard let texts = groups[group.name]?.arrayValue else { return false }
      return texts.compactMap(\.stringValue) != group.templates.map(\.text)
    }
    if !changed.isEmpty {
      notes.append(
        "\(file.path): its templates of \(NameList.text(changed.map(\.name))) are other sentences; "
          + "training and explanations use the model's")
    }
  }

  private mutating func matchClasses(
    _ theirs: [String], _ model: any PromptModel, _ file: CheckpointFile, base: [String]?,
    allow: Set<Checkpoint.Difference>, partial: Bool
  ) {
    let ours = model.classes
    let hasRows = !model.classRows.isEmpty
    let own = model is CoOp ? "context" : "rows"
    let places: [Int?]
    switch NameOrder(ours, among: theirs) {
    case .same: places = Array(ours.indices)
    case .order(let found):
      places = found
      if hasRows {
        guard Set(ours).count == ours.count else {
          faults.append(
            "its classes stand in another order and two of them have one name, "
              + "so it is not clear whose \(own) is whose")
          return
        }
        classRows = found
        notes.append(
          "the classes of \(file.path) stand in another order: each class takes its own \(own), by name")
      }
    case .other(let found):
      let text = "its classes are \(NameList.text(theirs)), this \(model.kind)'s \(NameList.text(ours))"
      guard allow.contains(.classes) || partial else {
        faults.append(text)
        help = help ?? Checkpoint.help(allowing: .classes)
        return
      }
      if hasRows {
        classRows = found
        let without = zip(ours, found).filter { $1 == nil }.map(\.0)
        if !without.isEmpty, !partial {
          faults.append("it has no \(own) for \(NameList.text(without))")
          return
        }
      }
      notes.append("\(file.path): \(text)")
      return
    }
    // The same classes: those that the class loss saw are part of what the file holds.
    guard let trained = file.trained else { return }
    var place: [Int: Int] = [:]
    for (own, their) in places.enumerated() { if let their { place[their] = own } }
    let seen = trained.compactMap { place[$0] }
    guard seen.count == trained.count else { return }
    let names = seen.map { ours[$0] }
    if let base, Set(base) != Set(names) {
      let text =
        "it was trained on \(NameList.text(names)), this \(model.kind)'s base classes are \(NameList.text(base))"
      if allow.contains(.classes) || partial {
        notes.append("\(file.path): \(text)")
      } else {
        faults.append(text)
        help = help ?? Checkpoint.help(allowing: .classes)
      }
      return
    }
    self.trained = seen
  }

  /// Where the file has a parameter of the model, and its rows' places there; nil where it has none.
  func place(of parameter: String) -> (name: String, rows: [Int?]?)? {
    if let experts {
      for prefix in ["ctx_before_", "ctx_after_"] where parameter.hasPrefix(prefix) {
        guard let expert = Int(parameter.dropFirst(prefix.count)), experts.indices.contains(expert),
          let place = experts[expert]
        else { return nil }
        return ("\(prefix)\(place)", nil)
      }
      if parameter == "gate.weight" || parameter == "gate.bias" { return (parameter, experts) }
    }
    if let classRows, rowParameters.contains(parameter) { return (parameter, classRows) }
    return (parameter, nil)
  }

  /// Whether anything stands elsewhere.
  var isInOrder: Bool { experts == nil && classRows == nil }
}

/// How the names of a model stand to those of a file.
private enum NameOrder {
  /// As they are.
  case same
  /// The same names elsewhere: for each of ours its place.
  case order([Int])
  /// Other names: for each of ours its place, nil where it is not there.
  case other([Int?])

  /// Of names that stand more than once, the k-th is the k-th.
  init(_ ours: [String], among theirs: [String]) {
    guard ours != theirs else {
      self = .same
      return
    }
    var free: [String: [Int]] = [:]
    for (place, name) in theirs.enumerated() { free[name, default: []].append(place) }
    let places = ours.map { name -> Int? in
      guard let first = free[name]?.first else { return nil }
      free[name]?.removeFirst()
      return first
    }
    let found = places.compactMap { $0 }
    self = found.count == ours.count && ours.count == theirs.count ? .order(found) : .other(places)
  }
}
