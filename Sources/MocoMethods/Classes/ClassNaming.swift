import MocoBase
import MocoCLIP

/// The class names that are used when a model is applied to labelled images.
public enum ClassNaming: String, Sendable, CaseIterable {
  /// The classes of the data, matched by name; the model must have all of them.
  case matched
  /// The model's prompts with the names of the data, independent of the model's classes (cross-data-set).
  case data
  /// The model's names instead of the data's, matched by label.
  case model
}

/// The options of `classes:` if names do not match.
public enum ClassOffer: Sendable {
  case nothing
  /// The model's names instead of the data's.
  case training
  /// The model's names, or the data's.
  case answering
}

/// The classes of a model for some data.
public struct ClassQuestion: Sendable, Equatable {
  /// The source of the names.
  public let naming: ClassNaming
  /// One class for each class of the data, in its order.
  public let selection: ClassSelection
}

extension Classifier {
  /// The classes of the model for images of these classes.
  ///
  /// - Parameter naming: nil to match by name; the model must then have all names.
  /// - Throws: E0710 if the names or the numbers of classes do not match.
  public func question(
    about names: [String], naming: ClassNaming? = nil, data: String = "data"
  ) throws -> ClassQuestion {
    switch naming {
    case .data: return ClassQuestion(naming: .data, selection: .names(names))
    case .model:
      guard names.count == classes.count else {
        throw Failure(
          "E0710",
          "the \(data) has \(names.count) classes, but this \(kind) has \(classes.count), so classes cannot be matched by position",
          help: (answersAnyNames ? "pass classes: \"data\" to use the data's names, or use data" : "use data")
            + " with the same number of classes",
          argument: "classes")
      }
      return ClassQuestion(naming: .model, selection: .all)
    case .matched, nil:
      if names == classes { return ClassQuestion(naming: .matched, selection: .all) }
      guard let places = ClassPlaces.find(names, in: classes) else {
        // It does not matter which of two cranes is meant if the prompt depends only on the name.
        let known = Set(classes)
        if !hasPromptsOfClasses, names.allSatisfy(known.contains) {
          return ClassQuestion(naming: .matched, selection: .names(names))
        }
        throw differentNames(names, data)
      }
      return ClassQuestion(naming: .matched, selection: .places(places))
    }
  }

  /// The error for different classes of data and model: both lists, different names first.
  ///
  /// - Parameter offers: the options of `classes:` for the help.
  public func differentNames(
    _ names: [String], _ data: String, offers: ClassOffer = .answering
  ) -> Failure {
    let (own, theirs) = (Set(classes), Set(names))
    let foreign = names.filter { !own.contains($0) }
    var help: String
    if foreign.isEmpty {
      help =
        "use data with all classes of the model: two of them have the same name, so the match is ambiguous"
    } else if let (name, near) = foreign.lazy.compactMap({ name in self.spelling(name).map { (name, $0) } })
      .first
    {
      help =
        "use exactly the same class names (\"\(name)\" is \"\(near)\" in the model): "
        + remake
    } else {
      help = remake
    }
    if !foreign.isEmpty {
      // Only options that would be accepted.
      let byName =
        offers == .answering && answersAnyNames
        ? "classes: \"data\" (prompts of the \(kind) with the names of the data)" : nil
      let byPlace =
        offers != .nothing && names.count == classes.count
        ? "classes: \"model\" (class names of the \(kind) for the labels 0, 1, … of the data)" : nil
      switch (byName, byPlace) {
      case (let first?, let second?): help += ", pass \(first), or \(second)"
      case (let only?, nil), (nil, let only?): help += ", or pass \(only)"
      case (nil, nil): break
      }
    }
    return Failure(
      "E0710",
      "the classes of the \(data) differ from the classes of this \(kind): the data has "
        + "\(ClassPlaces.list(names, first: { !own.contains($0) })); "
        + "the \(kind) has \(ClassPlaces.list(classes, first: { !theirs.contains($0) }))", help: help)
  }

  /// A class of the model that differs from `name` only in case, spaces, `_` or `-`.
  private func spelling(_ name: String) -> String? {
    let wanted = ClassPlaces.plain(name)
    return classes.first { ClassPlaces.plain($0) == wanted }
  }
}

/// Finds class names in a list that may have duplicates.
public enum ClassPlaces {
  /// The index of each name; nil if one is missing or ambiguous.
  ///
  /// Duplicate names are resolved if the names are a run of the list (as base and new
  /// classes are), or if each appears as often as in the list: then the k-th matches the k-th.
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
      // A name that appears twice in the data and once in the list is the same class.
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

  /// The index of each name in a model's classes.
  ///
  /// - Throws: E0704 for an unknown name.
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
      "E0704", "ambiguous class name: the model has several classes \"\(twin)\"",
      help: "use all of its classes, or its base or new classes")
  }

  /// A normalized name, without differences in case, spaces, `_` and `-`.
  static func plain(_ name: String) -> String {
    name.lowercased().split { $0 == "_" || $0 == "-" || $0.isWhitespace }.joined(separator: " ")
  }

  /// At most eight names for display, the relevant ones first.
  package static func list(_ names: [String], first: (String) -> Bool) -> String {
    let ordered = names.filter(first) + names.filter { !first($0) }
    let shown = ordered.prefix(8).map { "\"\($0)\"" }.joined(separator: ", ")
    return ordered.count > 8 ? "\(shown) and \(ordered.count - 8) more" : shown
  }
}
