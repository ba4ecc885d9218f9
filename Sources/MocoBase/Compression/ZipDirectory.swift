/// The directory of a zip archive (PKWARE APPNOTE 6.3.9, sections 4.3 and 4.5.3), read from untrusted bytes.
///
/// An entry is at the offset in the directory, and its own header there must agree. Two entries never share a
/// byte, so the decompressed size is bounded by the size of the file.
struct ZipDirectory {
  private(set) var entries: [ZipArchive.Entry] = []

  private let file: OpenedFile
  private var path: String { file.path }

  private static let endSignature: UInt32 = 0x0605_4B50
  private static let end64Signature: UInt32 = 0x0606_4B50
  private static let locatorSignature: UInt32 = 0x0706_4B50
  private static let entrySignature: UInt32 = 0x0201_4B50
  private static let localSignature: UInt32 = 0x0403_4B50
  private static let entryLimit = 1 << 17

  init(_ file: OpenedFile) throws {
    self.file = file
    let (range, count) = try directory()
    entries.reserveCapacity(count)
    try readEntries(range, count: count)
    try checkPlaces()
  }

  private func fault(_ text: String) -> Failure { .corrupt(path, "the zip archive is corrupted: \(text)") }

  // MARK: Location of the directory

  /// The directory's bytes and the number of its entries.
  private func directory() throws -> (Range<Int>, Int) {
    // The parts that may follow the directory: the end records, and a comment.
    let tailStart = max(0, file.count - ZipDirectory.tailLimit)
    let tail = try file.bytes(tailStart..<file.count)
    return try tail.withUnsafeBytes { try directory(tail: $0, at: tailStart) }
  }

  private static let tailLimit = 0xFFFF + 22

  private func directory(tail: UnsafeRawBufferPointer, at tailStart: Int) throws -> (Range<Int>, Int) {
    guard let end = endRecord(tail).map({ tailStart + $0 }) else {
      throw Failure.corrupt(
        path, "the zip archive is truncated: its directory is missing")
    }
    var reader = ByteReader(tail, at: end - tailStart + 4)
    guard let disk = reader.number(UInt16.self), let firstDisk = reader.number(UInt16.self),
      let here = reader.number(UInt16.self), let all = reader.number(UInt16.self),
      let size = reader.number(UInt32.self), let offset = reader.number(UInt32.self)
    else { throw fault("the end of its directory is missing") }
    var place = (size: UInt64(size), offset: UInt64(offset), count: UInt64(all))
    var limit = end
    if let large = try end64(before: end) {
      func agree(_ small: UInt64, _ large: UInt64, _ most: UInt64) -> Bool { small == large || small == most }
      guard agree(place.size, large.size, 0xFFFF_FFFF), agree(place.offset, large.offset, 0xFFFF_FFFF),
        agree(place.count, large.count, 0xFFFF)
      else { throw fault("its two end records disagree") }
      (place, limit) = ((large.size, large.offset, large.count), large.start)
    } else {
      guard disk == 0, firstDisk == 0, here == all else {
        throw fault("it is one part of a multi-part archive")
      }
    }
    guard place.count <= UInt64(ZipDirectory.entryLimit) else {
      throw fault("too many entries: \(place.count)")
    }
    let (directoryEnd, overflow) = place.offset.addingReportingOverflow(place.size)
    guard !overflow, directoryEnd <= UInt64(limit) else {
      throw fault(
        "its directory ends at byte offset \(overflow ? UInt64.max : directoryEnd), after the limit \(limit)")
    }
    // Each entry has at least 46 bytes.
    guard place.size / 46 >= place.count else {
      throw fault("its directory is too short for \(place.count) entries")
    }
    return (Int(place.offset)..<Int(directoryEnd), Int(place.count))
  }

  /// The end record: its comment, of at most 65,535 bytes, must reach exactly to the end of the file.
  private func endRecord(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var place = bytes.count - 22
    while place >= 0 {
      var reader = ByteReader(bytes, at: place)
      if reader.number(UInt32.self) == ZipDirectory.endSignature {
        var comment = ByteReader(bytes, at: place + 20)
        if let length = comment.number(UInt16.self), Int(length) == bytes.count - place - 22 { return place }
      }
      place -= 1
    }
    return nil
  }

  /// The zip64 end record, found by a locator before the end record.
  private func end64(
    before end: Int
  ) throws -> (size: UInt64, offset: UInt64, count: UInt64, start: Int)? {
    guard end >= 20 else { return nil }
    let locatorBytes = try file.bytes(end - 20..<end)
    return try locatorBytes.withUnsafeBytes { try end64(locator: ByteReader($0), before: end) }
  }

  private func end64(
    locator: ByteReader, before end: Int
  ) throws -> (size: UInt64, offset: UInt64, count: UInt64, start: Int)? {
    var locator = locator
    guard locator.number(UInt32.self) == ZipDirectory.locatorSignature else { return nil }
    guard locator.number(UInt32.self) == 0, let place = locator.number(UInt64.self), end >= 76,
      place <= UInt64(end - 76)
    else { throw fault("its zip64 end record is not at the expected offset") }
    let record = try file.bytes(Int(place)..<Int(place) + 56)
    return try record.withUnsafeBytes { try end64(record: ByteReader($0), start: Int(place)) }
  }

  private func end64(
    record: ByteReader, start: Int
  ) throws -> (size: UInt64, offset: UInt64, count: UInt64, start: Int)? {
    var reader = record
    guard reader.number(UInt32.self) == ZipDirectory.end64Signature, reader.take(12) != nil,
      reader.number(UInt32.self) == 0, reader.number(UInt32.self) == 0, let here = reader.number(UInt64.self),
      let all = reader.number(UInt64.self), here == all, let size = reader.number(UInt64.self),
      let offset = reader.number(UInt64.self)
    else { throw fault("its zip64 end record is not at the expected offset") }
    return (size, offset, all, start)
  }

  // MARK: Entries

  private mutating func readEntries(_ range: Range<Int>, count: Int) throws {
    try file.withBytes(range) { try readEntries(ByteReader($0), range, count: count) }
  }

  private mutating func readEntries(_ directory: ByteReader, _ range: Range<Int>, count: Int) throws {
    var reader = directory
    var names = Set<String>()
    for index in 0..<count {
      guard reader.number(UInt32.self) == ZipDirectory.entrySignature, reader.take(4) != nil,
        let flags = reader.number(UInt16.self), let method = reader.number(UInt16.self),
        reader.take(4) != nil,
        let crc = reader.number(UInt32.self), let packed = reader.number(UInt32.self),
        let size = reader.number(UInt32.self), let nameLength = reader.number(UInt16.self),
        let extraLength = reader.number(UInt16.self), let commentLength = reader.number(UInt16.self),
        let disk = reader.number(UInt16.self), reader.take(6) != nil, let offset = reader.number(UInt32.self),
        let nameBytes = reader.take(Int(nameLength)), let extra = reader.take(Int(extraLength)),
        reader.take(Int(commentLength)) != nil
      else { throw fault("entry \(index) of its directory is truncated") }
      guard let name = String(validating: nameBytes, as: UTF8.self) else {
        throw fault("entry \(index) has a name that is not UTF-8")
      }
      guard names.insert(name).inserted else { throw fault("duplicate entry \(name)") }
      guard disk == 0 || disk == 0xFFFF else { throw fault("it is one part of a multi-part archive") }
      guard flags & 0x2041 == 0 else {
        throw Failure(
          "E0605", "\(path): the entry \(name) is encrypted",
          help: "extract it and create the archive again without a password")
      }
      let large = try wide(extra, packed: packed, size: size, offset: offset, name: name)
      try append(
        name, nameBytes, method: method, crc: crc, packed: large.packed, size: large.size,
        offset: large.offset,
        limit: range.lowerBound)
    }
    guard reader.left == 0 else { throw fault("its directory has extra bytes after its entries") }
  }

  /// Sizes and offset of an entry: those in the zip64 field if the 32 bits are all ones.
  private func wide(
    _ extra: UnsafeRawBufferPointer, packed: UInt32, size: UInt32, offset: UInt32, name: String
  ) throws -> (packed: UInt64, size: UInt64, offset: UInt64) {
    var field = ByteReader(UnsafeRawBufferPointer(start: nil, count: 0))
    var reader = ByteReader(extra)
    while let kind = reader.number(UInt16.self), let length = reader.number(UInt16.self),
      let data = reader.take(Int(length))
    {
      if kind == 1 {
        field = ByteReader(data)
        break
      }
    }
    func value(_ small: UInt32) throws -> UInt64 {
      guard small == UInt32.max else { return UInt64(small) }
      guard let large = field.number(UInt64.self) else { throw fault("the size of \(name) is missing") }
      return large
    }
    // In this order, each only if needed.
    let wideSize = try value(size)
    let widePacked = try value(packed)
    let wideOffset = try value(offset)
    return (widePacked, wideSize, wideOffset)
  }

  private mutating func append(
    _ name: String, _ nameBytes: UnsafeRawBufferPointer, method: UInt16, crc: UInt32, packed: UInt64,
    size: UInt64,
    offset: UInt64, limit: Int
  ) throws {
    guard offset <= UInt64(limit), packed <= UInt64(limit), size <= UInt64(Int.max) else {
      throw fault("\(name) is outside of the file")
    }
    // The header, up to the maximum length of its names.
    let header = try file.bytes(Int(offset)..<min(Int(offset) + 30 + nameBytes.count, file.count))
    let extraLength = try header.withUnsafeBytes {
      try self.extraLength(ByteReader($0), name, nameBytes, method)
    }
    let start = Int(offset) + 30 + nameBytes.count + extraLength
    guard start <= limit, Int(packed) <= limit - start else {
      throw fault("\(name) overlaps the directory")
    }
    let compression: ZipArchive.Compression
    switch method {
    case 0:
      guard packed == size else {
        throw fault("\(name) is stored, but its sizes differ: \(packed) and \(size)")
      }
      compression = .stored
    case 8:
      guard size / UInt64(Gzip.bestRatio) <= packed, size <= UInt64(ZipArchive.inflateLimit) else {
        throw Failure.corrupt(
          path, "\(name) would decompress \(packed) bytes to \(size)",
          help:
            "save it without compression, as torch.save does; the limit of compressed entries is \(ZipArchive.inflateLimit >> 20) MB"
        )
      }
      compression = .deflated
    default:
      throw Failure(
        "E0605", "\(path): the entry \(name) has the unsupported compression method \(method)",
        help: "save the file again with torch.save, or use deflate or no compression")
    }
    entries.append(
      ZipArchive.Entry(
        name: name, compression: compression, size: Int(size), crc: crc, header: Int(offset),
        range: start..<start + Int(packed)))
  }

  /// The length of the last part of an entry's own header, which must agree with the directory.
  private func extraLength(
    _ header: ByteReader, _ name: String, _ nameBytes: UnsafeRawBufferPointer, _ method: UInt16
  ) throws -> Int {
    var local = header
    guard local.number(UInt32.self) == ZipDirectory.localSignature, local.take(4) != nil,
      local.number(UInt16.self) == method, local.take(16) != nil, let nameLength = local.number(UInt16.self),
      let extraLength = local.number(UInt16.self), let localName = local.take(Int(nameLength)),
      localName.elementsEqual(nameBytes)
    else { throw fault("the header of \(name) does not match the directory") }
    return Int(extraLength)
  }

  /// Checks that no byte belongs to two entries.
  private func checkPlaces() throws {
    let ordered = entries.sorted { ($0.header, $0.name) < ($1.header, $1.name) }
    for (entry, next) in zip(ordered, ordered.dropFirst()) where next.header < entry.range.upperBound {
      throw fault("\(entry.name) and \(next.name) overlap")
    }
  }
}
