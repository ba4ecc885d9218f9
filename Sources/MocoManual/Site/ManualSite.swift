import Glibc
import MocoBase

/// The manual as a folder of HTML files that link to each other, with a search; nothing is loaded from elsewhere, so that
/// it works from a disk.
public struct ManualSite {
  /// The files by name, in no order that matters.
  public let files: [String: String]

  private static let marker = "manual.json"

  /// The files of a manual.
  ///
  /// - Parameter version: the version of moco, for the footer of each page.
  public init(_ manual: Manual, version: String) {
    let links = SiteLinks(manual)
    var files = [
      "style.css": SiteStyle.css, "search.js": SiteSearch.script(manual),
      "index.html": SiteFrame(manual, version: version).home(),
    ]
    for kind in SiteFrame.listed {
      files[SiteFrame.listAddress(kind)] = SiteFrame(manual, version: version).list(of: kind)
    }
    for page in manual.pages {
      files[page.address] = SiteFrame(manual, version: version).page(
        page, content: SiteContent(page, links, manual.dialect))
    }
    self.files = files
  }

  /// Writes the files to a folder, which is created if missing. Files of an earlier manual that this one does
  /// not have are removed; a folder with other files is not changed.
  ///
  /// - Throws: E0504 if the folder contains other files, or cannot be written.
  public func write(to folder: String) throws {
    var old: [String] = []
    if FileSystem.kind(folder) == .folder {
      let entries = try FileSystem.list(folder)
      if !entries.isEmpty {
        guard let record = try? Json.parse(file: "\(folder)/\(ManualSite.marker)"),
          record["format"]?.stringValue == "moco-manual"
        else {
          throw Failure(
            "E0504", "the folder \(folder) is not empty and does not contain a manual",
            help: "use a new folder")
        }
        old = record["files"]?.arrayValue?.compactMap(\.stringValue) ?? []
      }
    } else {
      try FileSystem.createFolder(folder)
    }
    // The list is written first, so that an incomplete manual is recognised.
    let names = files.keys.sorted()
    let record = JsonObject([
      ("format", "moco-manual"), ("files", .array(Set(names).union(old).sorted().map { .string($0) })),
    ])
    try AtomicFile.write(
      Json.object(record).serialized(indent: 2) + "\n", to: "\(folder)/\(ManualSite.marker)")
    for name in names { try AtomicFile.write(files[name] ?? "", to: "\(folder)/\(name)") }
    // A modified list cannot name files outside the folder.
    for name in Set(old).subtracting(names).sorted() where ManualSite.isPlain(name) {
      _ = FileSystem.withSystemPath("\(folder)/\(name)") { unlink($0) }
    }
  }

  private static func isPlain(_ name: String) -> Bool {
    !name.hasPrefix(".") && !name.contains("/") && name != marker
  }
}
