import MocoBase
import MocoCLIP

/// Whose class names are asked about where a model meets labelled images.
public enum ClassNaming: String, Sendable, CaseIterable {
  /// The data's classes, each of which the model has, by name.
  case matched
  /// The model's prompts with the data's names, whatever classes the model was made with (cross-data-set).
  case data
  /// The model's names in the place of the data's, label by label.
  case model
}

/// What `classes:` can do where names do not match.
public enum ClassOffer: Sendable {
  case nothing
  /// The model's names in place of the data's.
  case training
  /// Those, or the data's.
  case answering
}

/// What a model is asked about data.
public struct ClassQuestion: Sendable, Equatable {
  /// Whose names they are.
  public let naming: ClassNaming
  /// One class for each of the data's, in their order.
  public let selection: ClassSelection
}

extension Classifier {
  /// What the model is asked about images of these classes.
  ///
  /// - Parameter naming: nil for the classes' names, which must then be among the model's.
  /// - Throws: E0710 for names that do not match, or a number of classes that does not.
  public func question(
    about names: [String], naming: ClassNaming? = nil, data: String = "data"
  ) throws -> ClassQuestion {
    switch naming {
    case .data: return ClassQuestion(naming: .data, selection: .names(names))
    case .model:
      guard names.count == classes.count else {
        throw Failure(
          "E0710",
          "the \(data) has \(names.count) classes and this \(kind) \(classes.count), so no name can stand for another",
          help: (answersAnyNames ? "take classes: \"data\" for the data's names, or data" : "take data")
            + " with as many classes",
          argument: "classes")
      }
      return ClassQuestion(naming: .model, selection: .all)
    case .matched, nil:
      if names == classes { return ClassQuestion(naming: .matched, selection: .all) }
      guard let places = ClassPlaces.find(names, in: classes) else {
        // Which of two cranes is meant makes no difference where the name alone makes the prompt.
        let known = Set(classes)
        if !hasPromptsOfClasses, names.allSatisfy(known.contains) {
          return ClassQuestion(naming: .matched, selection: .names(names))
        }
        throw differentNames(names, data)
      }
      return ClassQuestion(naming: .matched, selection: .places(places))
    }
  }

  /// The data's classes are not the model's: both lists, those that differ first.
  ///
  /// - Parameter offers: what `classes:` can do about it where it is asked.
  public func differentNames(
    _ names: [String], _ data: String, offers: ClassOffer = .answering
  ) -> Failure {
    let (own, theirs) = (Set(classes), Set(names))
    let foreign = names.filter { !own.contains($0) }
    var help: String
    if foreign.isEmpty {
      help =
        "take data with all of the model's classes: two of them have one name, and these data do not say which is meant"
    } else if let (name, near) = foreign.lazy.compactMap({ name in self.spelling(name).map { (name, $0) } })
      .first
    {
      help =
        "write names alike, letter by letter (\"\(name)\" is not the model's \"\(near)\"): "
        + remake
    } else {
      help = remake
    }
    if !foreign.isEmpty {
      // Only what would not be refused in its turn.
      let byName =
        offers == .answering && answersAnyNames
        ? "classes: \"data\" (the \(kind)'s prompts with the data's names)" : nil
      let byPlace =
        offers != .nothing && names.count == classes.count
        ? "classes: \"model\" (the \(kind)'s names for the data's labels 0, 1, …)" : nil
      switch (byName, byPlace) {
      case (let first?, let second?): help += ", take \(first), or \(second)"
      case (let only?, nil), (nil, let only?): help += ", or take \(only)"
      case (nil, nil): break
      }
    }
    return Failure(
      "E0710",
      "the classes of the \(data) are not this \(kind)'s: they are "
        + "\(ClassPlaces.list(names, first: { !own.contains($0) })); "
        + "the \(kind) has \(ClassPlaces.list(classes, first: { !theirs.contains($0) }))", help: help)
  }

  /// A class of the model that differs from `name` only in case, in blanks, or in `_` or `-` for a blank.
  private func spelling(_ name: String) -> String? {
    let wanted = ClassPlaces.plain(name)
    return classes.first { ClassPlaces.plain($0) == wanted }
  }
}

/// Finds class names in a list in which two classes may have one name.
public enum ClassPlaces {
  /// The place of each name; nil if one is not there, or if it is not certain which of several is meant.
  ///
  /// Names that stand several times are told apart where the names are a run of the list (as base and new
  /// classes are), or where each stands as often as in the list: then the k-th is the k-th.
  public static func find(_ names: [String], in list: [String]) -> [Int]? {
    if names == list { return Array(list.indices) }
    var places: [String: [Int]] = [:]
    for (i, name) in list.enumerated() { places[name, default: []].append(i) }
    var isUnique = true
    for name in names {
      guard let found = places[name] else { return nil }
      if found.count > 1 { isUnique = false }
    }
    if isUnique {
      // A name that the data have twice and the list once is the same class both times.
      return names.compactMap { places[$0]?.first }
    }
    let runs =
      names.count <= list.count
      ? (0...(list.count - names.count)).filter { start in
        names.indices.allSatisfy { names[$0] == list[start + $0] }
      } : []
    if runs.count == 1 { return Array(runs[0]..<(runs[0] + names.count)) }
    var seen: [String: Int] = [:]
    var found: [Int] = []
    for name in names {
      let turn = seen[name, default: 0]
      seen[name] = turn + 1
      guard let own = places[name], turn < own.count else { return nil }
      found.append(own[turn])
    }
    return seen.allSatisfy { places[$0.key]?.count == $0.value } ? found : nil
  }

  /// The place of each name among a model's classes.
  ///
  /// - Throws: E0704 for a name that is not there.
  static func all(_ names: [String], in classes: [String]) throws -> [Int] {
    if let places = find(names, in: classes) { return places }
    let known = Set(classes)
    for name in names {
      guard known.contains(name) else {
        throw Failure(
          "E0704", "the model has no class \"\(name)\"",
          help: Nearest.name(to: name, among: classes).map { "did you mean \"\($0)\"?" }
            ?? "its classes are \(classes.prefix(12).joined(separator: ", "))")
      }
    }
    let twin = names.first { name in classes.lazy.filter { $0 == name }.count > 1 } ?? names.first ?? ""
    throw Failure(
      "E0704", "the model has several classes \"\(twin)\", and it is not clear which of them is meant",
      help: "take all of its classes, or its base or new ones")
  }

  /// A name without what people write differently: case, blanks, `_` and `-` for a blank.
  static func plain(_ name: String) -> String {
    name.lowercased().split { $0 == "_" || $0 == "-" || $0.isWhitespace }.joined(separator: " ")
  }

  /// At most eight names for people, those that matter first.
  package static func list(_ names: [String], first: (String) -> Bool) -> String {
    let ordered = names.filter(first) + names.filter { !first($0) }
    let shown = ordered.prefix(8).map { "\"\($0)\"" }.joined(separator: ", ")
    return ordered.count > 8 ? "\(shown) and \(ordered.count - 8) more" : shown
  }
}
