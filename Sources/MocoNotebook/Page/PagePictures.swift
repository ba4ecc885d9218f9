import MocoBase
import MocoDocument

/// The pictures of a cell of prose: a page contains their bytes, so that it loads nothing.
struct PagePictures {
  /// The folder for relative addresses.
  var folder: String
  /// Jupyter's attachments of the cell: `{"name.png": {"image/png": "…"}}`.
  var attachments: Json?

  /// Pictures of more bytes are left out.
  static let largest = 20 << 20

  private static let types = [
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
  ]

  /// The data address of a picture; nil for an external address or another file.
  func address(_ written: String) -> String? {
    if written.hasPrefix("attachment:") {
      let name = String(written.dropFirst("attachment:".count))
      for (type, data) in attachments?[name]?.objectValue ?? JsonObject() {
        guard Self.types.values.contains(type), let text = JupyterReader.text(data) else { continue }
        let bytes = text.filter { !$0.isWhitespace }
        guard bytes.utf8.allSatisfy(Base64.isDigit) else { continue }
        return "data:\(type);base64,\(bytes)"
      }
      return nil
    }
    guard !written.contains(":"), !written.hasPrefix("//"), let dot = written.lastIndex(of: "."),
      let type = Self.types[written[written.index(after: dot)...].lowercased()]
    else { return nil }
    let path = written.hasPrefix("/") ? written : folder + "/" + written
    guard FileSystem.kind(path) == .file, let bytes = try? FileSystem.read(path), bytes.count <= Self.largest
    else { return nil }
    return "data:\(type);base64,\(Base64.encode(bytes))"
  }
}
