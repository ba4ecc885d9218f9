import MocoBase
import MocoDocument
import MocoLang

#if canImport(Glibc)
  import Glibc
#endif

/// Output files for notebooks.
public enum NotebookFile {
  /// What kind of file.
  public enum Format: Sendable {
    /// A page: `.html`.
    case page
    /// `.md`, with pictures next to it.
    case markdown
    /// `.ipynb`
    case jupyter

    /// By the extension of a path; nil for another one.
    public init?(path: String) {
      let name = path.lowercased()
      if name.hasSuffix(".html") || name.hasSuffix(".htm") {
        self = .page
      } else if name.hasSuffix(".md") || name.hasSuffix(".markdown") {
        self = .markdown
      } else if name.hasSuffix(".ipynb") {
        self = .jupyter
      } else {
        return nil
      }
    }
  }

  /// Checks before a long run whether the file can be written.
  ///
  /// - Throws: E0504 if its folder is missing, or if it is the program itself.
  public static func checkWritable(_ path: String, beside program: String? = nil) throws {
    if let program, let own = FileSystem.realPath(program), own == FileSystem.realPath(path) {
      throw Failure("E0504", "\(path) is the program itself", help: "use another name for -o")
    }
    if FileSystem.kind(path) == .folder {
      throw Failure("E0504", "\(path) is a folder", help: "use the name of a file")
    }
    let parts = path.split(separator: "/", omittingEmptySubsequences: true)
    let folder = (path.hasPrefix("/") ? "/" : "") + parts.dropLast().joined(separator: "/")
    guard folder.isEmpty || FileSystem.kind(folder) == .folder else {
      throw Failure("E0504", "there is no folder \(folder)", help: "create it: mkdir -p \(folder)")
    }
  }

  /// The folder for the pictures of a file of Markdown.
  static func pictureFolder(_ path: String) -> String {
    (path.lastIndex(of: ".").map { String(path[..<$0]) } ?? path) + "_files"
  }

  /// The size of a file, in words: `1.4 MB`; nil if missing.
  public static func size(of path: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    let bytes = Double(status.st_size)
    if bytes < 1e6 { return "\(max(1, Int((bytes / 1e3).rounded()))) kB" }
    return "\(NumberText.float((bytes / 1e5).rounded() / 10)) MB"
  }

  /// Writes a notebook with its results. An existing file is replaced atomically.
  ///
  /// - Throws: E0504 if that fails.
  public static func write(_ page: NotebookPage, as format: Format, to path: String) throws {
    switch format {
    case .page: try AtomicFile.write(page.html(), to: path)
    case .jupyter: try AtomicFile.write(page.notebook.jupyter(page.records), to: path)
    case .markdown:
      let folder = pictureFolder(path)
      var pictures: [(name: String, bytes: [UInt8])] = []
      let text = page.markdown { bytes, ending in
        pictures.append(("\(pictures.count + 1).\(ending)", bytes))
        let name = folder.split(separator: "/").last.map(String.init) ?? folder
        return "\(name)/\(pictures.count).\(ending)"
      }
      if !pictures.isEmpty { try FileSystem.createFolder(folder) }
      for picture in pictures { try AtomicFile.write(picture.bytes, to: "\(folder)/\(picture.name)") }
      try AtomicFile.write(text, to: path)
    }
  }
}
