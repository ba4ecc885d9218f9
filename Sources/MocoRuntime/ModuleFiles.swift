import Glibc
import MocoBase
import MocoLang

/// Finds the sources of modules: `use templates` in the standard library, `use "./x.moco"` relative to the
/// importing file.
struct ModuleFiles {
  let library: StandardLibrary?

  /// - Throws: E0801 when there is no such module, E0502 when its file cannot be read.
  func load(_ source: Use.Source, from importer: SourceFile) throws -> LoadedModule {
    switch source {
    case .library(let name):
      guard let library else {
        throw Failure(
          "E0801", "cannot find module '\(name)': the standard library of moco was not found",
          help: "set MOCO_STDLIB to the folder 'stdlib' of moco's checkout")
      }
      guard let path = library.module(name) else {
        let names = library.modules
        throw Failure(
          "E0801", "the standard library has no module '\(name)'",
          help: Runtime.dialect.help(forModule: name)
            ?? "write \"./\(name).moco\" for your own file; the library has \(names.joined(separator: ", "))"
        )
      }
      return LoadedModule(source: try SourceFile.read(path), identity: resolved(path))
    case .path(let text):
      // A program from the prompt or `-e` has no folder: then the current folder is used.
      let isFile = importer.path != nil || FileSystem.kind(importer.name) == .file
      let folder = isFile ? FileSystem.parent(of: importer.name) : "."
      let shown =
        text.hasPrefix("/") || folder == "."
        ? text : "\(folder)/\(text.hasPrefix("./") ? String(text.dropFirst(2)) : text)"
      // The current folder may have changed since the importer was read.
      let path =
        text.hasPrefix("/")
        ? text : importer.path.map { "\(FileSystem.parent(of: $0))/\(text)" } ?? FilePath.whole(shown)
      guard FileSystem.kind(path) == .file else {
        let isShort = FileSystem.kind(path + ".moco") == .file
        let near = FileSystem.similar(to: path).map { FileSystem.name(of: $0) }.flatMap {
          $0.hasSuffix(".moco") ? $0 : nil
        }
        let folderInText = text.lastIndex(of: "/").map { text[...$0] } ?? ""
        throw Failure(
          "E0801", "the module file \(shown) does not exist",
          help: isShort
            ? "write use \(StringText.quoted(text + ".moco"))"
            : near.map { "did you mean \(StringText.quoted(folderInText + $0))?" }
              ?? "use a path relative to \(isFile ? importer.name : "this folder")")
      }
      return LoadedModule(source: try SourceFile.read(path, called: shown), identity: resolved(path))
    }
  }

  /// The public names of a module, which is read but not run.
  /// - Throws: errors of `load`.
  func names(_ source: Use.Source, from importer: SourceFile) throws -> [String] {
    let parsed = Parser.parse(try load(source, from: importer).source, Runtime.dialect)
    return parsed.program.statements.flatMap { $0.declaredNames.map(\.name) }.filter { !$0.hasPrefix("_") }
  }

  private func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }
}

extension SourceFile {
  /// A program's file. The parser reports invalid UTF-8 in it (E0100), with its place.
  ///
  /// - Parameter called: its name in messages; nil for the path.
  /// - Throws: E0501 if it does not exist, E0502 if it cannot be read or is too large for a program.
  public static func read(_ path: String, called name: String? = nil) throws -> SourceFile {
    SourceFile(
      name: name ?? path, path: FilePath.whole(path),
      bytes: try FileSystem.read(path, limit: maximumSize))
  }
}

enum FilePath {
  /// An absolute path, which stays valid if the current folder changes.
  static func whole(_ path: String) -> String {
    guard !path.hasPrefix("/"), let here = getcwd(nil, 0) else { return path }
    defer { free(here) }
    return "\(String(cString: here))/\(path)"
  }
}
