import MocoBase
import MocoData
import MocoMethods

/// Matches the groups and classes of a checkpoint with those of a model.
///
/// An expert belongs to its group and a context to its class; both are matched by name, in any
/// order. A file of another program has no names: there the order must be correct, and a note says so.
struct CheckpointNames {
  /// The index in the file of each group of the model; nil for the same order.
  private(set) var groups: [Int?]?
  /// The index in the file of each class of the model, if classes have their own rows; nil for the same
  /// order.
  private(set) var classRows: [Int?]?
  /// Indices of the model's classes in the class loss of the file; nil if unknown,
  /// or if the classes differ.
  private(set) var trained: [Int]?
  /// Mismatches, as sentences.
  private(set) var faults: [String] = []
  private(set) var notes: [String] = []
  private(set) var help: String?
  private let model: any Classifier

  /// - Parameters:
  ///   - base: the classes that the program has set for the class loss of the model.
  ///   - partial: restore only parameters with the same names.
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
          "\(file.path) contains no names of \(what): they are matched by order, which cannot be verified"
        )
      }
      if let count = model.classCount(ofForeign: file.file.tensors), count != model.classes.count {
        notes.append(
          "\(file.path) was trained with \(count) classes, but this \(model.kind) has \(model.classes.count): "
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
        "the groups of \(file.path) are in another order (\(NameList.text(theirs))): "
          + "experts and the router's rows are matched by name")
    case .other(let places):
      let text =
        "its groups are \(NameList.text(theirs)), the groups of this \(model.kind) are \(NameList.text(ours))"
      if partial {
        self.groups = places
        notes.append("\(file.path): \(text); groups with the same name are used")
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
        "\(file.path): the templates of \(NameList.text(changed.map(\.name))) differ; "
          + "training and explanations use those of the model")
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
          "its classes are in another order, and this \(model.kind) depends on their order")
        help = help ?? "name the parameters that have one row per class, such as per_class: [\"x\"]"
        return
      }
      if hasRows {
        guard Set(ours).count == ours.count else {
          faults.append(
            "its classes are in another order and two of them have the same name, "
              + "so \(own) cannot be matched")
          return
        }
        classRows = found
        notes.append(
          "the classes of \(file.path) are in another order: \(own) are matched by name")
      }
    case .other(let found):
      matchOtherClasses(theirs, found, model, file, base: base, allow: allow, partial: partial)
      return
    }
    // The same classes: the classes of the class loss are taken from the file.
    guard let trained = file.trained else { return }
    var place: [Int: Int] = [:]
    for (own, their) in places.enumerated() { if let their { place[their] = own } }
    let seen = trained.compactMap { place[$0] }
    guard seen.count == trained.count else { return }
    let names = seen.map { ours[$0] }
    if let base, Set(base) != Set(names) {
      let text =
        "it was trained on \(NameList.text(names)), but the base classes of this \(model.kind) are \(NameList.text(base))"
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

  /// Other classes: each gets the rows with its name in the file, if they are unambiguous.
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
      faults.append("its classes differ, and this \(model.kind) depends on their order")
      help = help ?? "name the parameters that have one row per class, such as per_class: [\"x\"]"
      return
    }
    var text =
      "its classes are \(NameList.text(theirs)), the classes of this \(model.kind) are \(NameList.text(ours))"
    let isAllowed = allow.contains(.classes)
    if !isAllowed {
      faults.append(text)
      help =
        help
        ?? (partial
          ? "create the model with the same options, or allow other classes too: "
            + "restore(model, path, allow: \"classes\", strict: false)"
          : Checkpoint.help(allowing: .classes))
    }
    if !model.classRows.isEmpty {
      classRows = places
      let unclear = twins.map { name in
        let (was, isNow) = (there[name] ?? 0, here[name] ?? 0)
        return "it has \(was) \(was == 1 ? "class" : "classes") \"\(name)\", this \(model.kind) \(isNow), "
          + "so \(own) cannot be matched"
      }
      let without = ours.filter { there[$0] == nil }
      if partial {
        if isAllowed { notes += unclear.map { "\(file.path): \($0): none is used" } }
      } else if !unclear.isEmpty || !without.isEmpty {
        faults += unclear
        if !without.isEmpty { faults.append("it has no \(own) for \(NameList.text(without))") }
        help =
          "create the model with the classes of the file, or load only unambiguous ones: "
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
            "; it was trained on \(NameList.text(names)), the base classes of this model are \(NameList.text(base))"
        }
      } else if !known.isEmpty, known.count == trained.count {
        self.trained = known
        if known.count < ours.count { text += "; the base classes are now \(NameList.text(names))" }
      } else if trained.count < theirs.count {
        text +=
          "; it was trained on \(NameList.text(names)), and some of these are unknown in this model, "
          + "so the base classes do not change"
      }
    }
    notes.append("\(file.path): \(text)")
  }

  /// The location of a parameter in the file, with the indices of its rows; nil if missing.
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

  /// Whether everything is in the same order.
  var isInOrder: Bool { groups == nil && classRows == nil }
}

/// The relation between the names of a model and those of a file.
private enum NameOrder {
  /// The same names in the same order.
  case same
  /// The same names in another order: the index of each.
  case order([Int])
  /// Other names: the index of each, nil if missing.
  case other([Int?])

  /// For duplicate names, the k-th matches the k-th.
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
