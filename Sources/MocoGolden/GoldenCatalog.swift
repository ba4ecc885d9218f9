import MocoBase
import MocoFormats

/// A file below the checked folder, opened in the format that was detected from its content.
struct GoldenFile {
  enum Content {
    case safetensors(SafetensorsFile)
    case json(Json)
    /// A zip archive, such as those of PyTorch.
    case archive
    case other
    case unreadable(String)
  }

  let path: String
  /// The path below the checked folder.
  let relative: String
  let name: String
  let content: Content

  init(path: String, relative: String) {
    self.path = path
    self.relative = relative
    name = FileSystem.name(of: path)
    do {
      let isArchive = try OpenedFile(path: path).beginning(4) == [0x50, 0x4B, 0x03, 0x04]
      if name.hasSuffix(".safetensors") {
        content = .safetensors(try SafetensorsFile(path: path))
      } else if name.hasSuffix(".json") {
        content = .json(try Json.parse(file: path))
      } else {
        content = isArchive ? .archive : .other
      }
    } catch {
      content = .unreadable("\(error)")
    }
  }

  var safetensors: SafetensorsFile? { if case .safetensors(let file) = content { file } else { nil } }
  var json: Json? { if case .json(let json) = content { json } else { nil } }
  var isArchive: Bool { if case .archive = content { true } else { false } }

  /// The relative path without the name's last extension.
  var stem: String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return relative }
    return String(relative.dropLast(name.distance(from: dot, to: name.endIndex)))
  }
}

/// The files of one folder, which belong together.
struct GoldenFolder {
  let relative: String
  let files: [GoldenFile]
}

/// Everything that can be checked below a folder.
package struct GoldenCatalog {
  /// The suites. A file belongs to the first suite that recognises it; the order is that of the README.
  static var suites: [any GoldenSuite.Type] {
    [
      TokenizerSuite.self, ClipSuite.self, MixtureSuite.self, OptimSuite.self, PreprocessSuite.self,
      ProbeSuite.self, ContextSuite.self, PageSuite.self, CacheSuite.self,
    ]
  }

  /// The checks, sorted by name.
  package private(set) var checks: [GoldenCheck] = []

  /// Reads a folder and its subfolders; names that begin with a dot and `.md` files are ignored.
  ///
  /// - Throws: E0501 or E0502 for a folder that cannot be read, `GoldenFault` for folders nested 32 deep.
  package init(root: String) throws {
    var folders: [GoldenFolder] = []
    try GoldenCatalog.walk(root, relative: "", depth: 0, into: &folders)
    for folder in folders {
      var open = folder.files
      for suite in GoldenCatalog.suites {
        let found = suite.find(in: GoldenFolder(relative: folder.relative, files: open))
        let claimed = Set(found.flatMap(\.files))
        open.removeAll { claimed.contains($0.relative) }
        checks += found
      }
      for file in open {
        checks.append(
          GoldenCheck(name: file.relative, files: [file.relative]) { lines in
            if case .unreadable(let fault) = file.content { throw GoldenFault(fault) }
            lines.unknown()
          })
      }
    }
    checks.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  private static func walk(
    _ path: String, relative: String, depth: Int, into folders: inout [GoldenFolder]
  ) throws {
    guard depth < 32 else { throw GoldenFault("\(path) is nested too deeply") }
    var files: [GoldenFile] = []
    for name in try FileSystem.list(path) where !name.hasPrefix(".") {
      let inner = relative.isEmpty ? name : "\(relative)/\(name)"
      switch FileSystem.kind("\(path)/\(name)") {
      case .folder: try walk("\(path)/\(name)", relative: inner, depth: depth + 1, into: &folders)
      case .file where !name.hasSuffix(".md"):
        files.append(GoldenFile(path: "\(path)/\(name)", relative: inner))
      default: break
      }
    }
    if !files.isEmpty { folders.append(GoldenFolder(relative: relative, files: files)) }
  }

  /// The checks that match any of `prefixes`; all if there are none.
  ///
  /// A prefix is a path of complete names, the last with or without its extension: `mixture/all` is
  /// mixture/all.safetensors and not mixture/all-vision-layernorm.safetensors. If nothing matches, it is
  /// used as the beginning of a path.
  package func selected(by prefixes: [String]) throws -> [GoldenCheck] {
    guard !prefixes.isEmpty else { return checks }
    var names = Set<String>()
    for prefix in prefixes {
      var found = checks.filter { check in
        check.files.contains { GoldenCatalog.matches($0, prefix) }
          || GoldenCatalog.matches(check.name, prefix)
      }
      if found.isEmpty {
        found = checks.filter { check in ([check.name] + check.files).contains { $0.hasPrefix(prefix) } }
      }
      guard !found.isEmpty else { throw GoldenFault("there is nothing to check with the prefix \(prefix)") }
      names.formUnion(found.map(\.name))
    }
    return checks.filter { names.contains($0.name) }
  }

  private static func matches(_ path: String, _ prefix: String) -> Bool {
    if path == prefix || path.hasPrefix(prefix + "/") { return true }
    // The name without its extensions: the first part of all.safetensors and coop-model.pth.tar-50.
    guard path.hasPrefix(prefix + ".") else { return false }
    return !path.dropFirst(prefix.count + 1).contains("/")
  }
}
