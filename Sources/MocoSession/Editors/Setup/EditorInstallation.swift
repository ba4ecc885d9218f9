import MocoBase

#if canImport(Glibc)
  import Glibc
#endif

/// Files of an editor in a folder, with a list of those that were written and what they held, so that files of others, and
/// files that somebody has changed since, are left alone.
package struct EditorInstallation {
  /// What became of the files.
  package struct Outcome: Equatable {
    /// Paths that were written, or removed.
    package var done: [String] = []
    /// Paths that are kept: somebody has changed them.
    package var kept: [String] = []
  }

  private struct Record {
    /// Digests of the files by their names.
    var files: [String: String] = [:]
    /// Folders that were made, as paths.
    var folders: [String] = []
  }

  let editor: EditorKind
  /// The folder of the editor.
  let root: String

  /// - Parameter root: the folder that the editor looks in.
  package init(_ editor: EditorKind, in root: String) {
    self.editor = editor
    var root = root
    while root.count > 1, root.hasSuffix("/") { root.removeLast() }
    self.root = root
  }

  private var recordPath: String { "\(root)/.moco-editor-\(editor.rawValue).json" }

  /// Writes the files. Those of an earlier version that are not needed any more are removed.
  ///
  /// - Parameter force: whether files of others are replaced.
  /// - Throws: E0504 where a file is there that this did not write, and nothing has been written then; or where one cannot
  ///   be written.
  package func install(_ files: [(name: String, text: String)], force: Bool) throws -> Outcome {
    let old = try record() ?? Record()
    var new = Record(folders: old.folders)
    for file in files {
      new.files[file.name] = digest(file.text)
      let path = "\(root)/\(file.name)"
      guard !force, let found = digest(file: path), found != new.files[file.name],
        found != old.files[file.name]
      else { continue }
      if old.files[file.name] != nil {
        throw Failure(
          "E0504", "\(path) was changed since moco wrote it",
          help: "add --force to replace it, or --to DIR to write elsewhere")
      }
      throw Failure(
        "E0504", "\(path) already exists, and moco did not write it",
        help: "add --force to replace it, or --to DIR to write elsewhere and copy what you need")
    }
    var outcome = Outcome()
    for file in files {
      let path = "\(root)/\(file.name)"
      new.folders += try createFolder(FileSystem.parent(of: path))
      // A file of somebody else that holds the same stays theirs.
      if old.files[file.name] == nil, !force, digest(file: path) == new.files[file.name] {
        new.files[file.name] = nil
        outcome.kept.append(path)
        continue
      }
      try AtomicFile.write(file.text, to: path)
      outcome.done.append(path)
    }
    var gone = old
    gone.files = old.files.filter { new.files[$0.key] == nil }
    let left = remove(gone).kept
    for name in gone.files.keys where left.contains("\(root)/\(name)") { new.files[name] = gone.files[name] }
    try write(new)
    return outcome
  }

  /// Removes the files that `install` has written and nobody has changed since, and folders that it made, where they are
  /// empty.
  ///
  /// - Returns: nil where nothing was installed.
  /// - Throws: E0502 where the list of files cannot be read, E0504 where a file cannot be removed.
  package func remove() throws -> Outcome? {
    guard let old = try record() else { return nil }
    unlink(recordPath)
    return remove(old)
  }

  private func remove(_ record: Record) -> Outcome {
    var outcome = Outcome()
    for (name, wanted) in record.files.sorted(by: { $0.key < $1.key }) {
      let path = "\(root)/\(name)"
      guard let found = digest(file: path) else { continue }
      if found == wanted, unlink(path) == 0 { outcome.done.append(path) } else { outcome.kept.append(path) }
    }
    for folder in record.folders.sorted(by: { $0.count > $1.count }) { rmdir(folder) }
    return outcome
  }

  // MARK: The list

  private func record() throws -> Record? {
    guard FileSystem.kind(recordPath) == .file else { return nil }
    let json = try Json.parse(file: recordPath)
    guard json["format"] == "moco-editor", let files = json["files"]?.objectValue else {
      throw Failure(
        "E0502", "\(recordPath) is not a list of files that moco wrote", help: "remove it, then add --force")
    }
    var record = Record()
    for (name, digest) in files {
      // A list that somebody has changed leads to no other folder.
      guard let digest = digest.stringValue, !name.hasPrefix("/"), !name.split(separator: "/").contains("..")
      else { continue }
      record.files[name] = digest
    }
    record.folders = (json["folders"]?.arrayValue ?? []).compactMap(\.stringValue)
    return record
  }

  private func write(_ record: Record) throws {
    let files = record.files.sorted { $0.key < $1.key }.map { ($0.key, Json.string($0.value)) }
    var folders: [String] = []
    for folder in record.folders where !folders.contains(folder) { folders.append(folder) }
    let json: Json = [
      "format": "moco-editor", "editor": .string(editor.rawValue), "files": .object(JsonObject(files)),
      "folders": .array(folders.map { .string($0) }),
    ]
    try AtomicFile.write(json.serialized(indent: 1) + "\n", to: recordPath)
  }

  /// - Returns: the folders that were not there.
  private func createFolder(_ path: String) throws -> [String] {
    var missing: [String] = []
    var folder = path
    while FileSystem.kind(folder) == .missing, folder != ".", folder != "/" {
      missing.append(folder)
      folder = FileSystem.parent(of: folder)
    }
    try FileSystem.createFolder(path)
    return missing
  }

  private func digest(_ text: String) -> String {
    let hash = SHA256()
    hash.update(text)
    return hash.finish()
  }

  private func digest(file path: String) -> String? {
    switch FileSystem.kind(path) {
    case .missing: nil
    case .file: (try? SHA256.hex(file: path)) ?? "unreadable"
    case .folder, .other: "not a file"
    }
  }
}
