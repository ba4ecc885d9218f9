import MocoBase

/// The header of a safetensors file, read from untrusted bytes.
struct SafetensorsHeader {
  var metadata: [(String, String)] = []
  var entries: [SafetensorsFile.Entry] = []
  /// Tensors of types of the format that are not supported.
  var unread: [UnreadTensor] = []
  private var unreadRanges: [(name: String, range: Range<Int>)] = []

  /// Bits per number of each such type.
  private static let unreadBits = [
    "U64": 64, "C64": 64, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
    "F6_E2M3": 6, "F6_E3M2": 6, "F4": 4,
  ]

  init(_ file: OpenedFile) throws {
    let path = file.path
    let beginning = try file.beginning(512)
    let fault = beginning.withUnsafeBytes { OtherFormat.fault($0, path: path) }
    guard beginning.count >= 8 else { throw fault ?? Failure.corrupt(path, "the file is empty") }
    let length = beginning.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    if beginning.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
      throw Failure.corrupt(
        path, "it is a zip archive (a PyTorch file?), not a safetensors file",
        help: "use the .safetensors file of the model")
    }
    if let fault { throw fault }
    guard length <= UInt64(SafetensorsFile.headerLimit) else {
      throw Failure.corrupt(
        path, "it is not a safetensors file (the header would have \(length) bytes)",
        help: "use a .safetensors file")
    }
    let start = 8 + Int(length)
    guard start <= file.count else {
      throw Failure.corrupt(path, "it is truncated: the header of \(length) bytes is incomplete")
    }
    let json = try file.withBytes(8..<start) { header -> Json in
      guard header.first == UInt8(ascii: "{") else {
        throw Failure.corrupt(path, "it is not a safetensors file (the header is not JSON)")
      }
      return try Json.parse(header, name: "\(path) (header)")
    }
    guard let object = json.objectValue else {
      throw Failure.corrupt(path, "the header is not a JSON object")
    }
    entries.reserveCapacity(object.count)
    for (name, value) in object {
      if name == "__metadata__" {
        metadata = try SafetensorsHeader.metadata(value, path: path)
      } else {
        try add(name, value, dataStart: start, path: path)
      }
    }
    try checkLayout(dataStart: start, fileCount: file.count, path: path)
  }

  private static func metadata(_ value: Json, path: String) throws -> [(String, String)] {
    if value.isNull { return [] }
    guard let object = value.objectValue else {
      throw Failure.corrupt(path, "the header's __metadata__ is \(value.kindName), not an object")
    }
    return try object.map { key, value in
      guard let text = value.stringValue else {
        throw Failure.corrupt(
          path, "the header's __metadata__ \"\(key)\" is \(value.kindName), not a string")
      }
      return (key, text)
    }
  }

  private mutating func add(_ name: String, _ value: Json, dataStart: Int, path: String) throws {
    func fault(_ text: String) -> Failure { .corrupt(path, "tensor \(name): \(text)") }
    guard let dtype = value["dtype"]?.stringValue else { throw fault("the header has no dtype") }
    let type = StorageType(rawValue: dtype)
    guard let bits = type.map({ $0.byteCount * 8 }) ?? SafetensorsHeader.unreadBits[dtype] else {
      throw Failure.corrupt(
        path, "tensor \(name): the dtype \(dtype) is not supported",
        help: "save it again as one of \(StorageType.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    guard let dimensions = value["shape"]?.arrayValue else { throw fault("the header has no shape") }
    var shape: [Int] = []
    var bitCount = bits
    for dimension in dimensions {
      guard case .int(let size) = dimension, size >= 0 else {
        throw fault("the shape is not a list of sizes")
      }
      let (product, overflow) = bitCount.multipliedReportingOverflow(by: size)
      guard !overflow else { throw fault("the shape is out of range") }
      bitCount = product
      shape.append(size)
    }
    guard shape.count <= 16 else { throw fault("it has \(shape.count) dimensions") }
    guard let offsets = value["data_offsets"]?.arrayValue, offsets.count == 2,
      case .int(let begin) = offsets[0], case .int(let end) = offsets[1], begin >= 0, end >= begin
    else { throw fault("the data_offsets are not two offsets in increasing order") }
    guard bitCount % 8 == 0, end - begin == bitCount / 8 else {
      throw fault("shape and dtype need \(bitCount / 8) bytes, the data_offsets span \(end - begin)")
    }
    let (last, overflow) = end.addingReportingOverflow(dataStart)
    guard !overflow else { throw fault("the data_offsets are outside the file") }
    let range = dataStart + begin..<last
    if let type {
      entries.append(SafetensorsFile.Entry(name: name, type: type, shape: shape, range: range))
    } else {
      unread.append(UnreadTensor(name: name, kind: "a tensor of \(dtype)"))
      unreadRanges.append((name, range))
    }
  }

  /// The tensors must fill the rest of the file, without overlaps and gaps.
  private func checkLayout(dataStart: Int, fileCount: Int, path: String) throws {
    let ordered = (entries.map { (name: $0.name, range: $0.range) } + unreadRanges).sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    var place = dataStart
    for (index, entry) in ordered.enumerated() {
      guard entry.range.upperBound <= fileCount else {
        let needed = ordered.map(\.range.upperBound).max() ?? fileCount
        throw Failure.corrupt(
          path,
          "it is truncated: \(entry.name) ends at byte \(entry.range.upperBound), but the file ends at \(fileCount)",
          help: "download it again: the complete file has \(needed) bytes")
      }
      guard entry.range.lowerBound >= place else {
        throw Failure.corrupt(path, "tensors \(ordered[max(index - 1, 0)].name) and \(entry.name) overlap")
      }
      guard entry.range.lowerBound == place else {
        throw Failure.corrupt(path, "there is a gap before tensor \(entry.name)")
      }
      place = entry.range.upperBound
    }
    guard place == fileCount else {
      throw Failure.corrupt(path, "there are \(fileCount - place) extra bytes after the last tensor")
    }
  }
}
