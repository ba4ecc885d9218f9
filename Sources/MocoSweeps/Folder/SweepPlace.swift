import MocoBase

/// The location of a sweep's runs.
public enum SweepPlace {
  /// The folder of a program's sweep, `runs/NAME`, or the folder itself.
  ///
  /// - Parameter source: a program's file, or a sweep's folder.
  /// - Throws: E0501 if there is neither.
  public static func folder(of source: String) throws -> String {
    var path = source
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    if FileSystem.kind(path) == .folder { return path }
    guard path.hasSuffix(".moco") else {
      // A plain name is a sweep in runs.
      if FileSystem.kind("runs/\(path)/\(SweepRecord.fileName)") == .file { return "runs/\(path)" }
      throw Failure(
        "E0501", "there is no program and no folder at \(source)",
        help: Failure.help(forMissing: path)
          ?? "use the program, few_shot.moco, or the folder of its sweep, runs/few_shot")
    }
    guard FileSystem.kind(path) == .file else { throw Failure.noSuchFile(path, kind: "program") }
    let folder = "runs/" + String(FileSystem.name(of: path).dropLast(5))
    guard FileSystem.kind("\(folder)/\(SweepRecord.fileName)") == .file else {
      throw Failure(
        "E0501", "there is no sweep of \(FileSystem.name(of: path)) in \(folder)",
        help: "run it, moco sweep \(path), or use the folder of its sweep")
    }
    return folder
  }

  /// The sweep of a program or a folder.
  ///
  /// - Parameters:
  ///   - source: as in `folder(of:)`.
  ///   - code: the hash of a program, `Program.codeHash`; nil if unknown.
  /// - Throws: E0501, E0502; E1113 if the folder contains runs of an earlier version of the program.
  public static func sweep(of source: String, code: ((String) throws -> String)?) throws -> SweepFolder {
    let folder = try folder(of: source)
    let sweep = try SweepFolder(folder)
    guard source.hasSuffix(".moco"), FileSystem.kind(source) == .file, let code, !sweep.record.code.isEmpty,
      try code(source) != sweep.record.code
    else { return sweep }
    throw Failure(
      "E1113", "\(folder) contains no runs of the current \(source): it was changed, or is another program",
      help: "run it, moco sweep \(source), or use the folder for the earlier runs: \(folder)")
  }
}
