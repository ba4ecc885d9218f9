import MocoBase

#if canImport(Glibc)
  import Glibc
#endif

/// The lexer for Pygments in environments of Python.
package enum PygmentsLexer {
  /// The module's name.
  private static let module = "moco_lexer"

  /// The folders of packages of an environment, or the folder itself if it is one.
  private static func packages(_ place: String) -> [String] {
    if FileSystem.name(of: place) == "site-packages" || FileSystem.name(of: place) == "dist-packages" {
      return [place]
    }
    let library = place + "/lib"
    return ((try? FileSystem.list(library)) ?? []).sorted().filter { $0.hasPrefix("python3") }
      .map { "\(library)/\($0)/site-packages" }.filter { FileSystem.kind($0) == .folder }
  }

  /// The folder of packages of an environment.
  ///
  /// - Throws: E0501 if there is none.
  package static func packageFolder(of place: String) throws -> String {
    guard FileSystem.kind(place) == .folder else {
      throw Failure(
        "E0501", "the folder \(place) does not exist", help: "pass an environment of Python, such as .venv")
    }
    guard let folder = packages(place).last else {
      throw Failure(
        "E0501", "\(place) has no lib/python3…/site-packages",
        help: "pass an environment of Python, or its folder site-packages")
    }
    return folder
  }

  /// Writes the files into the folder of packages of an environment, and removes those of another version.
  ///
  /// - Parameter place: an environment of Python, or a folder of packages.
  /// - Returns: the folder of packages.
  /// - Throws: E0501 if there is none, E0504 if it cannot be written.
  package static func install(_ files: [(name: String, text: String)], in place: String) throws -> String {
    let folder = try packageFolder(of: place)
    let own = Set(files.map { FileSystem.parent(of: $0.name) })
    for name in try FileSystem.list(folder)
    where name.hasPrefix(module + "-") && name.hasSuffix(".dist-info") && !own.contains(name) {
      for file in (try? FileSystem.list("\(folder)/\(name)")) ?? [] { unlink("\(folder)/\(name)/\(file)") }
      rmdir("\(folder)/\(name)")
    }
    for file in files {
      let path = "\(folder)/\(file.name)"
      try FileSystem.createFolder(FileSystem.parent(of: path))
      try AtomicFile.write(file.text, to: path)
    }
    return folder
  }

  /// Whether an environment has the lexer.
  package static func isInstalled(in place: String) -> Bool {
    packages(place).contains { FileSystem.kind("\($0)/\(module).py") == .file }
  }
}
