import MocoBase
import MocoNotebook
import MocoRuntime
import MocoSession

#if canImport(Glibc)
  import Glibc
#endif

/// The folder by which Jupyter knows the kernel.
package struct KernelSpec: Equatable {
  /// The place of installation.
  package enum Place: Equatable, Sendable {
    /// `$JUPYTER_DATA_DIR`, or `jupyter` in `$XDG_DATA_HOME` or `~/.local/share`.
    case user
    /// The active environment of Python, or the one of `jupyter` or `python3` on the path.
    case pythonPrefix
    /// `share/jupyter` in a folder.
    case prefix(String)
  }

  /// Such as `moco`.
  package var name: String

  /// - Throws: E0504 for a name that Jupyter does not accept.
  package init(name: String = "moco") throws {
    let isName =
      !name.isEmpty
      && name.utf8.allSatisfy {
        ($0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z"))
          || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || [0x2D, 0x2E, 0x5F].contains($0)
      }
    guard isName else {
      throw Failure(
        "E0504", "\"\(name)\" is not a valid name for a kernel", help: "use letters, digits, '-', '.' and '_'"
      )
    }
    // Jupyter converts names to lower case.
    self.name = name.lowercased()
  }

  /// `share/jupyter` of a place.
  ///
  /// - Throws: E0504 if there is no home folder or no Python.
  package static func dataFolder(_ place: Place) throws -> String {
    switch place {
    case .user:
      if let own = ProcessEnvironment.value("JUPYTER_DATA_DIR"), !own.isEmpty { return absolute(own) }
      if let data = ProcessEnvironment.value("XDG_DATA_HOME"), data.hasPrefix("/") {
        return data + "/jupyter"
      }
      guard let home = ProcessEnvironment.value("HOME"), !home.isEmpty else {
        throw Failure("E0504", "no home folder is set", help: "pass --prefix DIR, or set JUPYTER_DATA_DIR")
      }
      return home + "/.local/share/jupyter"
    case .pythonPrefix:
      for name in ["VIRTUAL_ENV", "CONDA_PREFIX"] {
        if let prefix = ProcessEnvironment.value(name), !prefix.isEmpty {
          return absolute(prefix) + "/share/jupyter"
        }
      }
      guard let program = onPath("jupyter") ?? onPath("python3") else {
        throw Failure(
          "E0504", "neither jupyter nor python3 is on the path",
          help: "activate an environment, or use --user")
      }
      return FileSystem.parent(of: FileSystem.parent(of: program)) + "/share/jupyter"
    case .prefix(let folder): return absolute(folder) + "/share/jupyter"
    }
  }

  private static func onPath(_ name: String) -> String? {
    let folders = (ProcessEnvironment.value("PATH") ?? "").split(separator: ":").filter { $0.hasPrefix("/") }
    return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 && FileSystem.kind($0) == .file }
  }

  private static func absolute(_ path: String) -> String {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    if path.hasPrefix("/") { return path }
    let here = FileSystem.realPath(".") ?? "."
    return path == "." ? here : "\(here)/\(path)"
  }

  /// The folder of this kernel in a place.
  package func folder(_ place: Place) throws -> String {
    try KernelSpec.dataFolder(place) + "/kernels/" + name
  }

  /// The contents of `kernel.json`.
  ///
  /// - Parameter program: the absolute path of moco.
  /// - Parameter hasLexer: whether Pygments has a lexer of moco in the environment that converts notebooks of the
  ///   kernel.
  package func json(program: String, hasLexer: Bool = false) -> String {
    var variables: [(String, Json)] = []
    // A kernel started from a launcher does not have the variables of a shell.
    if let library = ProcessEnvironment.value("MOCO_STDLIB"), !library.isEmpty {
      variables.append(("MOCO_STDLIB", .string(KernelSpec.absolute(library))))
    }
    if hasLexer { variables.append((JupyterLexer.variable, "moco")) }
    let json: Json = [
      "argv": [.string(program), "kernel", "{connection_file}"],
      "display_name": .string(name == "moco" ? "moco" : "moco (\(name))"), "language": "moco",
      "interrupt_mode": "message", "metadata": ["debugger": false],
      "env": .object(JsonObject(variables)),
    ]
    return json.serialized(indent: 1) + "\n"
  }

  /// Names of the files of a kernel's folder.
  static let files = ["kernel.json", "logo-64x64.png", "logo-svg.svg"]

  /// Writes the files and replaces existing ones. - Returns: the folder.
  ///
  /// - Throws: E0504 if they cannot be written, or the name belongs to another kernel.
  package func install(_ place: Place, program: String) throws -> String {
    let folder = try folder(place)
    if let language = KernelSpec.language(folder), language != "moco" {
      throw Failure(
        "E0504", "\(folder) is a kernel of another language, \(language)", help: "use another --name")
    }
    try FileSystem.createFolder(folder)
    // `PREFIX/share/jupyter` belongs to the environment of PREFIX.
    let prefix = FileSystem.parent(of: FileSystem.parent(of: try KernelSpec.dataFolder(place)))
    let text = json(program: program, hasLexer: PygmentsLexer.isInstalled(in: prefix))
    try AtomicFile.write(text, to: folder + "/kernel.json")
    try AtomicFile.write(Logo.png, to: folder + "/logo-64x64.png")
    try AtomicFile.write(Logo.svg, to: folder + "/logo-svg.svg")
    return folder
  }

  /// Removes the files of `install`. - Returns: the folder; nil if there was none.
  ///
  /// - Throws: E0504 if it is a kernel of another language, or cannot be removed.
  package func uninstall(_ place: Place) throws -> String? {
    let folder = try folder(place)
    guard FileSystem.kind(folder) == .folder else { return nil }
    guard KernelSpec.language(folder) == "moco" else {
      throw Failure("E0504", "\(folder) is not a kernel of moco", help: "remove it with jupyter kernelspec")
    }
    for name in KernelSpec.files { unlink(folder + "/" + name) }
    guard rmdir(folder) == 0 else { throw Failure.cannotWrite(folder, systemMessage(errno)) }
    return folder
  }

  /// The language of a kernel's folder; nil if there is none.
  private static func language(_ folder: String) -> String? {
    guard let json = try? Json.parse(file: folder + "/kernel.json") else { return nil }
    return json["language"]?.stringValue ?? "?"
  }

  /// Kernels of moco in a folder: names, and the programs that they start.
  package static func installed(_ place: Place) -> [(folder: String, program: String)] {
    guard let folder = try? dataFolder(place) + "/kernels", let names = try? FileSystem.list(folder) else {
      return []
    }
    return names.sorted().compactMap { name in
      guard let json = try? Json.parse(file: "\(folder)/\(name)/kernel.json"),
        json["language"]?.stringValue == "moco"
      else { return nil }
      return ("\(folder)/\(name)", json["argv"]?[0]?.stringValue ?? "?")
    }
  }
}
