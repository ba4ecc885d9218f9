import MocoBase
import MocoLang
import MocoRuntime
import MocoSession
import MocoTraining

/// A run recorded by `moco run`: the program, and the outputs of its cells.
public struct RecordedRun {
  /// The folder of the record.
  public let folder: String
  /// The name of the run, which is the name of its folder.
  public let name: String
  /// The program, with its original name.
  public let script: SourceFile
  /// The state of the run, as in `moco runs`.
  public let state: String
  /// Notes about the record: unfinished cells, a truncated line.
  public private(set) var remarks: [String] = []
  private let record: Json
  private var cells: [StoredCell] = []

  /// Reads a record.
  ///
  /// - Parameters:
  ///   - run: the name of a run in `root`, the path of its folder, or `last` for the latest run.
  ///   - root: the folder of all runs.
  /// - Throws: E0501 if there is no such run, or it has no outputs; E0502 if its record is corrupted, has another format, or a
  ///   later version.
  public init(_ run: String, root: String = "runs") throws {
    folder = try Self.folder(run, root)
    name = FileSystem.name(of: folder)
    let file = folder + "/run.json"
    record = try Json.parse(file: file)
    guard record["format"]?.stringValue == "moco-run", let version = record["version"]?.intValue else {
      throw Failure(
        "E0502", "\(file) is not a record of a run of moco", help: "use a run from the list: moco runs")
    }
    guard version <= RunFolder.version else { throw Self.later(file, version, RunFolder.version) }
    let scriptFile = folder + "/script.moco"
    let text = SourceFile(name: scriptFile, bytes: try FileSystem.read(scriptFile)).text
    script = SourceFile(name: record["script"]?.stringValue ?? scriptFile, text: text)
    let list = try RunList(root: FileSystem.parent(of: folder))
    state = list.runs.first { [name] in $0.name == name }?.state ?? ""
    try readOutputs()
  }

  private static func later(_ file: String, _ version: Int, _ known: Int) -> Failure {
    Failure(
      "E0502", "\(file) has version \(version); this version of moco supports version \(known)",
      help: "export it with the version of moco that ran it, or a later one")
  }

  private static func folder(_ run: String, _ root: String) throws -> String {
    func isRun(_ path: String) -> Bool { FileSystem.kind(path + "/run.json") == .file }
    var path = run
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    if !path.contains("/"), !path.isEmpty {
      if isRun("\(root)/\(path)") { return "\(root)/\(path)" }
      if path == "last", !isRun(path), FileSystem.kind(root) == .folder,
        let last = try RunList(root: root).runs.last
      {
        return "\(root)/\(last.name)"
      }
    }
    if isRun(path) { return FileSystem.realPath(path) ?? path }
    if path.hasSuffix("run.json"), isRun(FileSystem.parent(of: path)) {
      return FileSystem.realPath(FileSystem.parent(of: path)) ?? FileSystem.parent(of: path)
    }
    switch FileSystem.kind(path) {
    case .folder:
      throw Failure(
        "E0502", "\(path) is not a record of a run: it has no run.json",
        help: "use the name of a run from moco runs")
    case .file:
      throw Failure(
        "E0502", "\(path) is a file, not a record of a run",
        help: path.hasSuffix(".moco")
          ? "leave out --from: moco export \(path) -o PAGE.html runs it, or use the name of a run"
          : "use the name of a run from moco runs")
    case .missing, .other:
      let names = (try? RunList(root: root).runs.map(\.name)) ?? []
      let near =
        names.last { $0.hasPrefix(path + "-") } ?? Nearest.name(to: path, among: names)
      throw Failure(
        "E0501", "there is no run \(path) in \(root)",
        help: near.map { "use \($0), or another run from moco runs" }
          ?? "list the runs: moco runs; moco run FILE records one")
    }
  }

  private mutating func readOutputs() throws {
    let file = folder + "/outputs.jsonl"
    guard FileSystem.kind(file) == .file else {
      throw Failure(
        "E0501", "the run \(name) has no outputs: it was recorded by an earlier version of moco",
        help: "run the program again and write its page: moco export \(folder)/script.moco -o PAGE.html")
    }
    let bytes = try FileSystem.read(file)
    // An incomplete line was being written when the run was killed.
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if let cut = lines.popLast(), !cut.isEmpty {
      remarks.append("the last line of \(file) is truncated: the outputs of its cell are lost")
    }
    guard let first = lines.first else {
      throw Failure.corrupt(
        file, "the file is empty", help: "run the program again: moco run \(folder)/script.moco")
    }
    let head = try Json.parse(Array(first), name: "\(file):1")
    guard head["format"]?.stringValue == "moco-outputs", let version = head["version"]?.intValue else {
      throw Failure.corrupt(
        file, "it contains no outputs of a run", help: "run the program again: moco run \(folder)/script.moco"
      )
    }
    guard version <= StoredCell.version else { throw Self.later(file, version, StoredCell.version) }
    for (index, line) in lines.enumerated().dropFirst() {
      try Cancellation.check()
      let name = "\(file):\(index + 1)"
      cells.append(try StoredCell(try Json.parse(Array(line), name: name), name: name, script: script))
    }
    switch state {
    case "finished": break
    case "failed", "":
      remarks.append("the run \(name) has failed; its page shows the outputs until the failure")
    default:
      remarks.append(
        "the run \(name) is \(state); its page shows \(NumberText.counted(cells.count, "finished cell"))"
      )
    }
  }

  /// The run as a page; nothing runs again.
  ///
  /// - Throws: E1004 for attributes of a cell that are not a JSON object, E0502 if program and outputs do not match.
  public func page(_ dialect: Dialect) throws -> NotebookPage {
    let program = Parser.parse(script, dialect).program
    let notebook = try Notebook(program)
    var records: [Int: CellRecord] = [:]
    for cell in cells {
      guard let index = program.cells.firstIndex(where: { $0.span.start == cell.place }) else {
        throw Failure.corrupt(
          folder + "/outputs.jsonl", "it has outputs of a cell that script.moco does not have",
          help: "run the program again: moco run \(folder)/script.moco")
      }
      records[index] = cell.record
    }
    var page = NotebookPage(notebook, dialect, records: records, path: script.name)
    page.facts = facts
    return page
  }

  private var facts: [(name: String, value: String)] {
    let program = FileSystem.name(of: script.name)
    var facts: [(name: String, value: String)] = [
      ("moco", record["versions"]?["moco"]?.stringValue ?? "?"), ("program", program),
      ("SHA-256", script.bytes.withUnsafeBytes { SHA256.hex($0) }),
    ]
    if let seed = record["seed"]?.intValue { facts.append(("seed", String(seed))) }
    if let kernels = record["kernels"] {
      let vectors = kernels["vectors"]?.stringValue ?? "?"
      let products = kernels["products"]?.stringValue ?? "OpenBLAS \(kernels["OpenBLAS"]?.stringValue ?? "?")"
      facts.append(("kernels", "\(vectors), products \(products)"))
      facts.append(("processor", kernels["processor"]?.stringValue ?? "?"))
    }
    if let seconds = record["seconds"]?.doubleValue { facts.append(("time", DurationText.precise(seconds))) }
    // Current records have all settings, and the names of those that were set.
    let given = record["set"]?.arrayValue.map { Set($0.compactMap(\.stringValue)) }
    let all = record["settings"]?.objectValue ?? JsonObject()
    let settings = all.filter { given?.contains($0.key) ?? true }.map {
      "\($0.key)=\($0.value.stringValue ?? $0.value.serialized())"
    }
    if !settings.isEmpty { facts.append(("settings", settings.joined(separator: ", "))) }
    facts.append(("run", name))
    if let began = record["process"]?["began"]?.stringValue { facts.append(("began", began)) }
    facts.append(("ended", state.isEmpty ? "?" : state))
    return facts
  }
}

extension NotebookPage {
  /// A page of the program at a path: its name without the extension, and its folder for pictures in prose.
  public init(_ notebook: Notebook, _ dialect: Dialect, records: [Int: CellRecord], path: String) {
    let parts = path.split(separator: "/").map(String.init)
    let name = parts.last ?? path
    let folder = path.hasPrefix("/") ? "/" : ""
    self.init(
      notebook, dialect, records: records,
      name: name.hasSuffix(".moco") ? String(name.dropLast(5)) : name,
      folder: folder + (parts.count > 1 ? parts.dropLast().joined(separator: "/") : "."))
  }
}
