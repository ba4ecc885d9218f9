import MocoBase
import MocoData
import MocoMethods

/// Whose rows are whose: the groups and classes that a checkpoint names, beside those of a model.
///
/// An expert belongs to its group and a class's own context to its class; both are found by name, wherever
/// they stand. A file of another program names neither: there the order has to be right, and a note says so.
struct CheckpointNames {
  /// For each group of the model its place in the file; nil for "as they stand".
  private(set) var groups: [Int?]?
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
  private let model: any Classifier

  /// - Parameters:
  ///   - base: the classes that the program has named for the class loss of the model.
  ///   - partial: take what has the same names, and leave the rest.
  init(
    _ file: CheckpointFile, model: any Classifier, base: [String]?, allow: Set<Checkpoint.Difference>,
    partial: Bool
  ) {
    self.model = model
    guard file.isOurs else {
      let hasGroups = model.groups.count > 1
      if hasGroups || !model.classRows.isEmpty {
        let what = hasGroups ? "groups" : "classes"
        notes.append(
          "\(file.path) names no \(what): they are taken in the order in which they stand, which cannot be checked"
        )
      }
      if let count = model.classCount(ofForeign: file.file.tensors), count != model.classes.count {
        notes.append(
          "\(file.path) was trained with \(count) classes, this \(model.kind) has \(model.classes.count): "
            + "its \(model.classRowsName) is used for other classes")
      }
      return
    }
    if !model.groups.isEmpty, let groups = file.configuration["groups"]?.objectValue {
      matchGroups(groups, model, file, partial: partial)
    }
    if let classes = file.classes {
      matchClasses(classes, model, file, base: base, allow: allow, partial: partial)
    }
  }

  private mutating func matchGroups(
    _ groups: JsonObject, _ model: any Classifier, _ file: CheckpointFile, partial: Bool
  ) {
    let own = model.groups
    let (theirs, ours) = (groups.keys, own.map(\.name))
    switch NameOrder(ours, among: theirs) {
    case .same: break
    case .order(let places):
      self.groups = places
      notes.append(
        "the groups of \(file.path) stand in another order (\(NameList.text(theirs))): "
          + "experts and the router's rows are taken by name")
    case .other(let places):
      let text =
        "its groups are \(NameList.text(theirs)), this \(model.kind)'s \(NameList.text(ours))"
      if partial {
        self.groups = places
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
    _ theirs: [String], _ model: any Classifier, _ file: CheckpointFile, base: [String]?,
    allow: Set<Checkpoint.Difference>, partial: Bool
  ) {
    let ours = model.classes
    let hasRows = !model.classRows.isEmpty
    let own = model.classRowsName
    let places: [Int?]
    switch NameOrder(ours, among: theirs) {
    case .same: places = Array(ours.indices)
    case .order(let found):
      places = found
      if model.needsClassOrder {
        faults.append(
          "its classes stand in another order, and this \(model.kind) reads where they stand")
        help = help ?? "say which parameters have a row for each class, such as per_class: [\"x\"]"
        return
      }
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
      matchOtherClasses(theirs, found, model, file, base: base, allow: allow, partial: partial)
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
      if allow.contains(.classes) {
        notes.append("\(file.path): \(text)")
      } else {
        faults.append(text)
        help = help ?? Checkpoint.help(allowing: .classes)
      }
      return
    }
    self.trained = seen
  }

  /// Other classes: each takes what the file has under its name, where it is certain what that is.
  private mutating func matchOtherClasses(
    _ theirs: [String], _ found: [Int?], _ model: any Classifier, _ file: CheckpointFile, base: [String]?,
    allow: Set<Checkpoint.Difference>, partial: Bool
  ) {
    let ours = model.classes
    let own = model.classRowsName
    func counts(_ list: [String]) -> [String: Int] {
      list.reduce(into: [:]) { counts, name in counts[name, default: 0] += 1 }
    }
    let (here, there) = (counts(ours), counts(theirs))
    var seen = Set<String>()
    let twins = ours.filter { name in
      guard let count = there[name], count > 1 || (here[name] ?? 0) > 1 else { return false }
      return seen.insert(name).inserted
    }
    let places = zip(ours, found).map { twins.contains($0) ? nil : $1 }
    if model.needsClassOrder {
      faults.append("its classes are other ones, and this \(model.kind) reads where they stand")
      help = help ?? "say which parameters have a row for each class, such as per_class: [\"x\"]"
      return
    }
    var text = "its classes are \(NameList.text(theirs)), this \(model.kind)'s \(NameList.text(ours))"
    let isAllowed = allow.contains(.classes)
    if !isAllowed {
      faults.append(text)
      help =
        help
        ?? (partial
          ? "make the model as it was made, or let the classes differ too: "
            + "restore(model, path, allow: \"classes\", strict: false)"
          : Checkpoint.help(allowing: .classes))
    }
    if !model.classRows.isEmpty {
      classRows = places
      let unclear = twins.map { name in
        let (was, isNow) = (there[name] ?? 0, here[name] ?? 0)
        return "it has \(was) \(was == 1 ? "class" : "classes") \"\(name)\", this \(model.kind) \(isNow), "
          + "so it is not clear whose \(own) is whose"
      }
      let without = ours.filter { there[$0] == nil }
      if partial {
        if isAllowed { notes += unclear.map { "\(file.path): \($0): none is taken" } }
      } else if !unclear.isEmpty || !without.isEmpty {
        faults += unclear
        if !without.isEmpty { faults.append("it has no \(own) for \(NameList.text(without))") }
        help =
          "make the model with the file's classes, or take those that are certain: "
          + "restore(model, path, allow: \"classes\", strict: false)"
      }
    }
    guard isAllowed else { return }
    if let trained = file.trained {
      var place: [Int: Int] = [:]
      for (own, their) in places.enumerated() { if let their { place[their] = own } }
      let known = trained.compactMap { place[$0] }
      let names = trained.filter(theirs.indices.contains).map { theirs[$0] }
      if let base {
        if Set(base) != Set(names) {
          text +=
            "; it was trained on \(NameList.text(names)), the base classes here are \(NameList.text(base))"
        }
      } else if !known.isEmpty, known.count == trained.count {
        self.trained = known
        if known.count < ours.count { text += "; the base classes are now \(NameList.text(names))" }
      } else if trained.count < theirs.count {
        text +=
          "; it was trained on \(NameList.text(names)), not all of which are known here, "
          + "so the base classes stay as they are"
      }
    }
    notes.append("\(file.path): \(text)")
  }

  /// Where the file has a parameter of the model, and its rows' places there; nil where it has none.
  func place(of parameter: String) -> (name: String, rows: [Int?]?)? {
    if let groups {
      switch model.place(of: parameter, groups: groups) {
      case .same: break
      case .other(let name, let rows): return (name, rows)
      case .nowhere: return nil
      }
    }
    if let classRows, model.classRows.contains(parameter) { return (parameter, classRows) }
    return (parameter, nil)
  }

  /// Whether anything stands elsewhere.
  var isInOrder: Bool { groups == nil && classRows == nil }
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
