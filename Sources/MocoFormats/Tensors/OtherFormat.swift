import MocoBase

/// Files that are given as weights and are something else.
enum OtherFormat {
  /// A beginning of bytes, what such a file is, and the remedy.
  private static let known: [(magic: [UInt8], name: String, help: String)] = [
    ([0x1F, 0x8B], "a gzip file", "unpack it first, with gunzip or tar, and give the file of weights in it"),
    (Array("BZh".utf8), "a bzip2 file", "unpack it first, with bunzip2, and give the file of weights in it"),
    (
      [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "an xz file",
      "unpack it first, with unxz, and give the file of weights in it"
    ),
    (
      [0x28, 0xB5, 0x2F, 0xFD], "a zstd file",
      "unpack it first, with unzstd, and give the file of weights in it"
    ),
    ([0x37, 0x7A, 0xBC, 0xAF], "a 7z archive", "unpack it first, and give the file of weights in it"),
    (
      Array("version https://git-lfs".utf8), "a pointer of Git LFS",
      "download the model itself: git lfs pull"
    ),
    (
      Array("<!DOCTYPE".utf8), "a web page",
      "download the file again by the address that gives the file itself"
    ),
    (
      Array("<!doctype".utf8), "a web page",
      "download the file again by the address that gives the file itself"
    ),
    (Array("<html".utf8), "a web page", "download the file again by the address that gives the file itself"),
    (
      [0x89, 0x48, 0x44, 0x46], "an HDF5 file", "convert it in Python to safetensors or a .pt file of PyTorch"
    ),
    (Array("GGUF".utf8), "a GGUF file", "download the model as safetensors or a .pt file of PyTorch"),
    (
      [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], "a NumPy array",
      "give a file of a whole model, safetensors or PyTorch's"
    ),
  ]

  /// The error for bytes that are neither a safetensors file nor PyTorch's; nil for what may be the former.
  static func fault(_ bytes: UnsafeRawBufferPointer, path: String) -> Failure? {
    let again = "download the file again: the download may have stopped at its beginning"
    if bytes.isEmpty { return .corrupt(path, "the file is empty", help: again) }
    if bytes.count < 8 {
      return .corrupt(
        path, "it has only \(bytes.count) byte\(bytes.count == 1 ? "" : "s"): there are no weights in it",
        help: again)
    }
    if let other = known.first(where: { bytes.starts(with: $0.magic) }) {
      return .corrupt(path, "it is \(other.name), not a file of weights", help: other.help)
    }
    let length = bytes.loadUnaligned(as: UInt64.self)
    if bytes.count > 8, bytes[8] == UInt8(ascii: "{"), length <= UInt64(SafetensorsFile.headerLimit) {
      return nil
    }
    if path.hasSuffix(".safetensors") { return nil }
    if isTar(bytes) {
      return .corrupt(
        path, "it is a tar archive, not a file of weights",
        help: "unpack it first, with tar, and give the file of weights in it")
    }
    if bytes[0] == UInt8(ascii: "{") {
      return .corrupt(
        path, "it is a text in JSON, not a file of weights",
        help: "give the file of weights, or download it again if this is an answer of a server")
    }
    // PROTO and its number: what Python's pickle module writes by itself.
    if bytes[0] == 0x80, (2...5).contains(bytes[1]) {
      return .corrupt(
        path, "it is a pickle of Python, without PyTorch's archive around it",
        help: "load it in Python and save it again: torch.save(weights, \"new.pt\")")
    }
    return .corrupt(
      path, "it is neither a file of PyTorch nor a safetensors file",
      help:
        "give a file that torch.save wrote, or a safetensors file; or download it again, if it should be one"
    )
  }

  static func isTar(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 512 && bytes[257..<262].elementsEqual("ustar".utf8)
  }
}
