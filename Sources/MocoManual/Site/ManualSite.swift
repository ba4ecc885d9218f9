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
  /// - Parameter version: that of moco, for the foot of each page.
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

  /// Writes the files into a folder, which is made where it is missing. What an earlier manual left there and this one does
  /// not have is removed; a folder with anything else in it is left alone.
  ///
  /// - Throws: E0504 where the folder holds something else, or cannot be written to.
  public func write(to folder: String) throws {
    var old: [String] = []
    if FileSystem.kind(folder) == .folder {
      let entries = try FileSystem.list(folder)
      if !entries.isEmpty {
        guard let record = try? Json.parse(file: "\(folder)/\(ManualSite.marker)"),
          record["format"]?.stringValue == "moco-manual"
        else {
          throw Failure(
            "E0504", "the folder \(folder) is not empty and does not hold a manual",
            help: "choose a new folder")
        }
        old = record["files"]?.arrayValue?.compactMap(\.stringValue) ?? []
      }
    } else {
      try FileSystem.createFolder(folder)
    }
    // The list stands first, so that a manual that was written in part is known again.
    let names = files.keys.sorted()
    let record = JsonObject([
      ("format", "moco-manual"), ("files", .array(Set(names).union(old).sorted().map { .string($0) })),
    ])
    try AtomicFile.write(
      Json.object(record).serialized(indent: 2) + "\n", to: "\(folder)/\(ManualSite.marker)")
    for name in names { try AtomicFile.write(files[name] ?? "", to: "\(folder)/\(name)") }
    // A list that somebody has changed names no file outside of the folder.
    for name in Set(old).subtracting(names).sorted() where ManualSite.isPlain(name) {
      _ = FileSystem.withSystemPath("\(folder)/\(name)") { unlink($0) }
    }
  }

  private static func isPlain(_ name: String) -> Bool {
    !name.hasPrefix(".") && !name.contains("/") && name != marker
  }
}
