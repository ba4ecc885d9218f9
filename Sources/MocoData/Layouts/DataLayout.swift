import MocoBase

/// A layout of data sets on disk: how it is detected, how it is read, and its documentation.
///
/// Each layout is defined next to its reader; `all` is the registry that `Dataset.open` uses.
package struct DataLayout: Sendable {
  /// The file or folder at a path.
  package struct Place: Sendable {
    /// The path as in the program.
    package let path: String
    /// The entries of a folder, in byte order; nil for a file.
    let entries: [String]?

    /// - Throws: E0501 if the path does not exist, or the folder cannot be listed.
    package init(_ path: String) throws {
      self.path = path
      switch FileSystem.kind(path) {
      case .missing, .other:
        throw Failure(
          "E0501", "there is no data set at \(path)",
          help: Nearest.name(to: path, among: ["fashion"]).map { "did you mean \"\($0)\"?" }
            ?? Failure.help(forMissing: path)
            ?? "use \(DataLayout.accepted), or \"fashion\"; \(Failure.pathRule)")
      case .folder: entries = try FileSystem.list(path)
      case .file: entries = nil
      }
    }
  }

  /// Options of a program in addition to the path.
  struct Request {
    /// The folder that the paths of a list are relative to; nil for the list's own, or one next to it.
    var images: String?
    var options = DataOptions()
  }

  /// A part of a request that only some layouts use.
  enum UsedOption: CaseIterable {
    /// The folder of a list's images.
    case images
    /// Columns by name.
    case columns
    /// Splits by their names in the source.
    case named
  }

  /// The name used in messages: "a folder of IDX files".
  package let title: String
  /// The layout as an item of a Markdown list; nil if another layout's item covers it.
  let help: String?
  /// The extensions of its files, in lower case with the dot, the usual one first; none for folders.
  let endings: [String]
  /// The options that it uses. Any other option in a request is an error.
  let uses: Set<UsedOption>
  /// Whether a folder with these entries has this layout. Not used for files, which are identified by their extension.
  let holds: @Sendable (_ path: String, _ entries: [String]) throws -> Bool
  let read: @Sendable (Place, Request) throws -> Dataset

  /// A layout of folders.
  init(
    folder title: String, help: String?, uses: Set<UsedOption> = [],
    holds: @escaping @Sendable (_ path: String, _ entries: [String]) throws -> Bool,
    read: @escaping @Sendable (Place, Request) throws -> Dataset
  ) {
    self.title = title
    self.help = help
    endings = []
    self.uses = uses
    self.holds = holds
    self.read = read
  }

  /// A layout of single files.
  init(
    file title: String, endings: [String], help: String?, uses: Set<UsedOption> = [],
    read: @escaping @Sendable (Place, Request) throws -> Dataset
  ) {
    self.title = title
    self.help = help
    self.endings = endings
    self.uses = uses
    holds = { _, _ in false }
    self.read = read
  }

  /// All layouts, in the order of detection: a folder of classes is the last one.
  static let all: [DataLayout] = [
    idx, listFolder, tensorFolder, boxes, imageNet, aircraft, splitFolders, classFolders, jsonList, csvList,
    tsvList,
    tensors,
  ]

  /// The layout of a file or folder.
  ///
  /// - Throws: E0503 for a file that is not a data set; E0501, E0502 for files that are read for detection.
  package init(of place: Place) throws {
    let known = try DataLayout.all.first { layout in
      guard let entries = place.entries else {
        let name = place.path.lowercased()
        return layout.endings.contains { name.hasSuffix($0) }
      }
      return try layout.holds(place.path, entries)
    }
    guard let known else {
      throw Failure("E0503", "\(place.path) is not a data set", help: "use \(DataLayout.accepted)")
    }
    self = known
  }

  /// Reads a data set with this layout.
  ///
  /// - Throws: E0519 for a part of the request that does not apply to this layout; the errors of its reader.
  func open(_ place: Place, _ request: Request) throws -> Dataset {
    for part in UsedOption.allCases where !uses.contains(part) && request.asks(part) {
      throw DataError.unheeded(part.written, place.path, help: "leave it out: \(part.use)")
    }
    return try read(place, request)
  }

  /// The supported layouts, for messages: "a folder with one sub-folder for each class, or a .json, … file".
  package static var accepted: String {
    let endings = all.compactMap(\.endings.first)
    let last = endings.last.map { "or \($0)" } ?? ""
    return
      "a folder with one sub-folder for each class, or a \(endings.dropLast().joined(separator: ", ")) \(last) file"
  }

  /// A Markdown list of all layouts, the usual one first.
  package static let manual = ([classFolders] + all.filter { $0.title != classFolders.title })
    .compactMap(\.help).map { "- \($0)" }.joined(separator: "\n")
}

extension DataLayout.Request {
  func asks(_ part: DataLayout.UsedOption) -> Bool {
    switch part {
    case .images: images != nil
    case .columns: !options.columns.isEmpty
    case .named: options.named != nil
    }
  }
}

extension DataLayout.UsedOption {
  /// The option in a program.
  fileprivate var written: String {
    switch self {
    case .images: "images:"
    case .columns: "columns:"
    case .named: "split: with names"
    }
  }

  /// Its use.
  fileprivate var use: String {
    switch self {
    case .images: "it applies to lists of images"
    case .columns: "it applies to lists in CSV or TSV"
    case .named: "its splits already have names"
    }
  }
}
