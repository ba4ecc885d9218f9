import MocoBase

/// A way in which data sets lie on disk: how it is known again, how it is read, and what a person has to know of it.
///
/// Each stands beside its reader; `all` is the registry in which `Dataset.open` looks.
package struct DataLayout: Sendable {
  /// What lies at a path.
  package struct Place: Sendable {
    /// The path as the program wrote it.
    package let path: String
    /// What a folder holds, in byte order; nil for a file.
    let entries: [String]?

    /// - Throws: E0501 if nothing is there, or the folder cannot be listed.
    package init(_ path: String) throws {
      self.path = path
      switch FileSystem.kind(path) {
      case .missing, .other:
        throw Failure(
          "E0501", "there is no data set at \(path)", help: "give \(DataLayout.accepted), or \"fashion\"")
      case .folder: entries = try FileSystem.list(path)
      case .file: entries = nil
      }
    }
  }

  /// What a program says beside the path.
  struct Request {
    /// The folder that the paths of a list are relative to; nil for the list's own, or one beside it.
    var images: String?
    var options = DataOptions()
  }

  /// A part of a request that only some layouts have a use for.
  enum UsedOption: CaseIterable {
    /// The folder of a list's images.
    case images
    /// Columns by name.
    case columns
    /// Splits by the names that the source has for them.
    case named
  }

  /// What messages call it: "a folder of IDX files".
  package let title: String
  /// How data have to lie, as an item of a list in Markdown; nil where another layout's item says it too.
  let help: String?
  /// The endings of its files, in lower case with the dot, the usual one first; none for folders.
  let endings: [String]
  /// What it has a use for. Anything else in a request is an error.
  let uses: Set<UsedOption>
  /// Whether a folder with these entries is laid out so. Not asked for files, which their endings tell.
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

  /// All layouts, in the order in which they are asked: a folder of classes is what no other one is.
  static let all: [DataLayout] = [
    idx, listFolder, tensorFolder, boxes, imageNet, aircraft, splitFolders, classFolders, jsonList, csvList,
    tsvList,
    tensors,
  ]

  /// The layout of what lies at a place.
  ///
  /// - Throws: E0503 for a file that is not a data set; E0501, E0502 for what has to be read to tell.
  package init(of place: Place) throws {
    let known = try DataLayout.all.first { layout in
      guard let entries = place.entries else {
        let name = place.path.lowercased()
        return layout.endings.contains { name.hasSuffix($0) }
      }
      return try layout.holds(place.path, entries)
    }
    guard let known else {
      throw Failure("E0503", "\(place.path) is not a data set", help: "give \(DataLayout.accepted)")
    }
    self = known
  }

  /// Reads a data set that lies so.
  ///
  /// - Throws: E0519 for a part of the request that says nothing about this layout; what its reader throws.
  func open(_ place: Place, _ request: Request) throws -> Dataset {
    for part in UsedOption.allCases where !uses.contains(part) && request.asks(part) {
      throw DataError.unheeded(part.written, place.path, help: "leave it out: \(part.use)")
    }
    return try read(place, request)
  }

  /// What a path may name, for messages: "a folder with one sub-folder for each class, or a .json, … file".
  package static var accepted: String {
    let endings = all.compactMap(\.endings.first)
    let last = endings.last.map { "or \($0)" } ?? ""
    return
      "a folder with one sub-folder for each class, or a \(endings.dropLast().joined(separator: ", ")) \(last) file"
  }

  /// A list in Markdown: how data have to lie for each layout, the usual one first.
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
  /// How a program writes it.
  fileprivate var written: String {
    switch self {
    case .images: "images:"
    case .columns: "columns:"
    case .named: "split: with names"
    }
  }

  /// What it is for.
  fileprivate var use: String {
    switch self {
    case .images: "it is for lists of images"
    case .columns: "it is for lists in CSV or TSV"
    case .named: "its splits have their names already"
    }
  }
}
