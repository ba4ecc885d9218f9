import MocoBase

/// Files that are passed as weights but have another format.
enum OtherFormat {
  /// The first bytes, the name of the format, and the remedy.
  private static let known: [(magic: [UInt8], name: String, help: String)] = [
    ([0x1F, 0x8B], "a gzip file", "unpack it with gunzip or tar, and use the weight file inside"),
    (Array("BZh".utf8), "a bzip2 file", "unpack it with bunzip2, and use the weight file inside"),
    (
      [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "an xz file",
      "unpack it with unxz, and use the weight file inside"
    ),
    (
      [0x28, 0xB5, 0x2F, 0xFD], "a zstd file",
      "unpack it with unzstd, and use the weight file inside"
    ),
    ([0x37, 0x7A, 0xBC, 0xAF], "a 7z archive", "unpack it, and use the weight file inside"),
    (
      Array("version https://git-lfs".utf8), "a Git LFS pointer",
      "download the model itself: git lfs pull"
    ),
    (
      Array("<!DOCTYPE".utf8), "a web page",
      "download the file again from its direct download URL"
    ),
    (
      Array("<!doctype".utf8), "a web page",
      "download the file again from its direct download URL"
    ),
    (Array("<html".utf8), "a web page", "download the file again from its direct download URL"),
    (
      [0x89, 0x48, 0x44, 0x46], "an HDF5 file", "convert it to safetensors or a PyTorch .pt file in Python"
    ),
    (Array("GGUF".utf8), "a GGUF file", "download the model as safetensors or as a PyTorch .pt file"),
    (
      [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], "a NumPy array",
      "use a file of an entire model, in safetensors or PyTorch format"
    ),
  ]

  /// The error for bytes that are neither a safetensors nor a PyTorch file; nil for a possible safetensors file.
  static func fault(_ bytes: UnsafeRawBufferPointer, path: String) -> Failure? {
    let again = "download the file again: the download was probably interrupted"
    if bytes.isEmpty { return .corrupt(path, "the file is empty", help: again) }
    if bytes.count < 8 {
      return .corrupt(
        path, "it has only \(bytes.count) byte\(bytes.count == 1 ? "" : "s"), which cannot contain weights",
        help: again)
    }
    if let other = known.first(where: { bytes.starts(with: $0.magic) }) {
      return .corrupt(path, "it is \(other.name), not a weight file", help: other.help)
    }
    let length = bytes.loadUnaligned(as: UInt64.self)
    if bytes.count > 8, bytes[8] == UInt8(ascii: "{"), length <= UInt64(SafetensorsFile.headerLimit) {
      return nil
    }
    if path.hasSuffix(".safetensors") { return nil }
    if isTar(bytes) {
      return .corrupt(
        path, "it is a tar archive, not a weight file",
        help: "unpack it with tar, and use the weight file inside")
    }
    if bytes[0] == UInt8(ascii: "{") {
      return .corrupt(
        path, "it is JSON text, not a weight file",
        help: "use the weight file, or download it again if this is a server response")
    }
    // PROTO and its number: what Python's pickle module writes on its own.
    if bytes[0] == 0x80, (2...5).contains(bytes[1]) {
      return .corrupt(
        path, "it is a plain Python pickle, not a PyTorch archive",
        help: "load it in Python and save it again: torch.save(weights, \"new.pt\")")
    }
    return .corrupt(
      path, "it is neither a PyTorch file nor a safetensors file",
      help:
        "use a file written by torch.save, or a safetensors file; if it should be one, download it again"
    )
  }

  static func isTar(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 512 && bytes[257..<262].elementsEqual("ustar".utf8)
  }
}
