import Glibc
import MocoBase
import MocoTensor
import Synchronization

// N: rows, D: feature width.

/// Features of frozen encoders on disk, for the next session and for other processes.
///
/// `FOLDER/<encoder>/<content>.features`. New features are collected and written after some thousands of rows or some
/// seconds, and at the end. A file is
///
///     "MOCOFEA1"  D: u32  0: u32  N: u64  |  N keys of 16 bytes  |  N × D float32  |  SHA-256 of all before
///
/// in the machine's byte order. Files are written under a temporary name and never changed, so any
/// number of processes can read and write at the same time. A corrupted file is removed; a file of another format is
/// kept. Above the limit, the least recently used files are removed. Deleting files does not change
/// results; the features are only computed again.
public final class FeatureFiles: Sendable {
  /// The key of a row: half of a SHA-256 over the image's content and its rendering.
  package struct Key: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
      self.high = high
      self.low = low
    }

    /// The key of an image, from the text that describes its content and rendering.
    package init(of text: String) {
      let hash = SHA256()
      hash.update(text)
      let digest = hash.finishBytes()
      high = digest[..<8].reduce(0) { $0 << 8 | UInt64($1) }
      low = digest[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
    }
  }

  /// The folder with one sub-folder per encoder.
  public let folder: String
  /// Size limit of the files in bytes; above it, the least recently used files are removed.
  public let byteLimit: Int

  private struct Segment {
    let path: String
    let stamp: OpenedFile.Stamp
    let width: Int
    let rowsAt: Int

    /// Opens the file again, because there can be too many to keep open. nil if it was overwritten since
    /// its digest was checked.
    func open() -> OpenedFile? {
      guard let file = try? OpenedFile(path: path), file.stamp == stamp else { return nil }
      return file
    }

    func row(_ row: Int, in file: OpenedFile) throws -> [Float] {
      try [Float](unsafeUninitializedCapacity: width) { buffer, used in
        try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: rowsAt + row * width * 4)
        used = width
      }
    }
  }

  private struct Index {
    var names = Set<String>()
    var segments: [Segment] = []
    var rows: [Key: (segment: Int, row: Int)] = [:]
  }

  private struct Pending {
    var keys: [Key] = []
    var values: [Float] = []
  }

  private struct Unwritten {
    var encoders: [String: Pending] = [:]
    var since = ProcessClock.seconds
  }

  private let state = Mutex<[String: Index]>([:])
  private let unwritten = Mutex(Unwritten())
  private let failed = Mutex<Failure?>(nil)
  /// When pending rows are written: after this many rows, or this many seconds since the last time.
  private static let pendingRows = 4096
  private static let pendingSeconds = 10.0
  private static let magic = Array("MOCOFEA1".utf8)
  private static let head = 24
  private static let ending = ".features"

  /// The default size limit of the files: 4 GiB.
  public static let usualLimit = 4 << 30

  /// Features in a folder, which is created by the first write.
  ///
  /// - Parameter byteLimit: the size limit of the files in bytes.
  public init(folder: String, byteLimit: Int = usualLimit) {
    self.folder = folder
    self.byteLimit = byteLimit
  }

  /// The folder for this user: `$XDG_CACHE_HOME/moco/features`, or `~/.cache/moco/features`. nil if
  /// `MOCO_CACHE` is `off` or there is no such folder. `MOCO_CACHE_LIMIT` is the size limit in gigabytes (of 2^30 bytes) of the
  /// files; an invalid number is ignored.
  public static func standard() -> FeatureFiles? {
    let variable = ProcessEnvironment.value
    if variable("MOCO_CACHE") == "off" { return nil }
    let asked = variable("MOCO_CACHE_LIMIT").flatMap(Double.init) ?? 0
    let limit = asked > 0 && asked < 1e6 ? Int(asked * 0x1p30) : usualLimit
    if let base = variable("XDG_CACHE_HOME"), base.hasPrefix("/") {
      return FeatureFiles(folder: base + "/moco/features", byteLimit: limit)
    }
    guard let home = variable("HOME"), home.hasPrefix("/") else { return nil }
    return FeatureFiles(folder: home + "/.cache/moco/features", byteLimit: limit)
  }

  /// The cached rows, by their index in `keys`.
  func rows(_ keys: [Key], encoder: String) -> [Int: [Float]] {
    state.withLock { state in
      var index = state[encoder] ?? Index()
      load(encoder, into: &index)
      var found: [Int: [Float]] = [:]
      var wanted: [Int: [(place: Int, row: Int)]] = [:]
      for (place, key) in keys.enumerated() {
        if let at = index.rows[key] { wanted[at.segment, default: []].append((place, at.row)) }
      }
      for (number, rows) in wanted {
        let segment = index.segments[number]
        guard let file = segment.open() else { continue }
        for (place, row) in rows {
          if let values = try? segment.row(row, in: file) { found[place] = values }
        }
        FeatureFiles.markUsed(segment.path)
      }
      state[encoder] = index
      return found
    }
  }

  /// The keys with rows.
  func known(_ keys: [Key], encoder: String) -> [Bool] {
    state.withLock { state in
      var index = state[encoder] ?? Index()
      load(encoder, into: &index)
      state[encoder] = index
      return keys.map { index.rows[$0] != nil }
    }
  }

  /// Sets the access time of a file to now, for its last use. Its modification time does not change, so that a reader
  /// notices when it was overwritten.
  private static func markUsed(_ path: String) {
    // UTIME_NOW and UTIME_OMIT of <linux/stat.h>, which are casts and not visible in Swift.
    let (now, omit) = ((1 << 30) - 1, (1 << 30) - 2)
    let times = [timespec(tv_sec: 0, tv_nsec: now), timespec(tv_sec: 0, tv_nsec: omit)]
    utimensat(AT_FDCWD, path, times, 0)
  }

  deinit { flush() }

  /// Keeps new rows.
  ///
  /// - Parameter values: Shape [N, D], row by row.
  package func add(_ keys: [Key], values: [Float], encoder: String) {
    let isDue = unwritten.withLock { waiting in
      waiting.encoders[encoder, default: Pending()].keys += keys
      waiting.encoders[encoder, default: Pending()].values += values
      let rows = waiting.encoders.values.reduce(0) { $0 + $1.keys.count }
      return rows >= FeatureFiles.pendingRows
        || ProcessClock.seconds - waiting.since > FeatureFiles.pendingSeconds
    }
    if isDue { flush() }
  }

  /// Writes the pending rows.
  public func flush() {
    let waiting = unwritten.withLock { waiting in
      defer { waiting = Unwritten() }
      return waiting.encoders
    }
    for (encoder, rows) in waiting.sorted(by: { $0.key < $1.key }) {
      write(rows.keys, values: rows.values, encoder: encoder)
    }
  }

  /// Why rows could not be written, if that has happened.
  package var writeFailure: Failure? { failed.withLock { $0 } }

  /// A full or read-only disk does not stop a computation: nothing is cached then.
  private func write(_ keys: [Key], values: [Float], encoder: String) {
    guard let width = keys.isEmpty ? nil : values.count / keys.count, width > 0,
      values.count == keys.count * width,
      width <= 1 << 20
    else { return }
    var bytes = FeatureFiles.magic
    bytes.reserveCapacity(FeatureFiles.head + keys.count * (16 + 4 * width) + 32)
    func append<T: FixedWidthInteger>(_ number: T) {
      withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
    }
    append(UInt32(width))
    append(UInt32(0))
    append(UInt64(keys.count))
    for key in keys {
      append(key.high)
      append(key.low)
    }
    values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    let digest = bytes.withUnsafeBytes { FeatureFiles.digest($0) }
    bytes += digest
    let path = "\(folder)/\(encoder)/\(SHA256.digits(digest.prefix(12)))\(FeatureFiles.ending)"
    do {
      try FileSystem.createFolder("\(folder)/\(encoder)")
      try AtomicFile.write(bytes, to: path)
      prune(keeping: path)
    } catch {
      failed.withLock { $0 = $0 ?? error as? Failure }
    }
  }

  /// The size of all files in bytes, and their number.
  public func size() -> (bytes: Int, files: Int) {
    let all = files()
    return (all.reduce(0) { $0 + $1.size }, all.count)
  }

  /// Removes every file, and the pending rows.
  public func removeAll() {
    state.withLock { $0 = [:] }
    unwritten.withLock { $0 = Unwritten() }
    for file in files() { unlink(file.path) }
    for name in (try? FileSystem.list(folder)) ?? [] { rmdir("\(folder)/\(name)") }
  }

  // MARK: Files

  private static func digest(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    let hash = SHA256()
    hash.update(bytes)
    return hash.finishBytes()
  }

  /// Reads new files.
  private func load(_ encoder: String, into index: inout Index) {
    let place = "\(folder)/\(encoder)"
    guard FileSystem.kind(place) == .folder, let names = try? FileSystem.list(place) else { return }
    for name in names where name.hasSuffix(FeatureFiles.ending) && index.names.insert(name).inserted {
      guard let file = try? OpenedFile(path: "\(place)/\(name)"), let content = try? FeatureFiles.read(file)
      else { continue }
      switch content {
      case .rows(let segment, let keys):
        for (row, key) in keys.enumerated() { index.rows[key] = (index.segments.count, row) }
        index.segments.append(segment)
      case .damaged: unlink(file.path)
      case .foreign: break
      }
    }
  }

  private enum Content {
    case rows(Segment, [Key])
    case damaged, foreign
  }

  /// Reads the keys of a file, and the entire file for its digest; the rows stay on disk.
  ///
  /// - Throws: E0405, E0502 if it cannot be read, or is written at the same time.
  private static func read(_ file: OpenedFile) throws -> Content {
    let start = try file.beginning(head)
    // The last byte of the magic is the number of the format.
    if start.count >= 8, start.prefix(7).elementsEqual(magic.prefix(7)), start[7] != magic[7] {
      return .foreign
    }
    guard file.count >= head + 32, start.prefix(8).elementsEqual(magic) else { return .damaged }
    let (width, count) = start.withUnsafeBytes { bytes in
      (
        Int(bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)),
        bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
      )
    }
    let body = file.count - head - 32
    let (size, overflow) = count.multipliedReportingOverflow(by: UInt64(16 + 4 * width))
    guard !overflow, size == UInt64(body), width > 0,
      try SHA256.hex(file, 0..<file.count - 32)
        == SHA256.digits(try file.bytes(file.count - 32..<file.count))
    else { return .damaged }
    let rowsAt = head + 16 * Int(count)
    let keys = try file.withBytes(head..<rowsAt) { bytes in
      (0..<Int(count)).map { row in
        Key(
          high: bytes.loadUnaligned(fromByteOffset: 16 * row, as: UInt64.self),
          low: bytes.loadUnaligned(fromByteOffset: 16 * row + 8, as: UInt64.self))
      }
    }
    return .rows(
      Segment(path: file.path, stamp: file.stamp, width: width, rowsAt: rowsAt), keys)
  }

  private func files() -> [(path: String, size: Int, used: (Int, Int))] {
    guard FileSystem.kind(folder) == .folder else { return [] }
    var found: [(path: String, size: Int, used: (Int, Int))] = []
    for encoder in (try? FileSystem.list(folder)) ?? [] {
      let place = "\(folder)/\(encoder)"
      guard FileSystem.kind(place) == .folder else { continue }
      for name in (try? FileSystem.list(place)) ?? [] where name.hasSuffix(FeatureFiles.ending) {
        var status = stat()
        guard stat("\(place)/\(name)", &status) == 0 else { continue }
        // The time when it was written, or last used.
        let (written, used) = (status.st_mtim, status.st_atim)
        let times = [(written.tv_sec, written.tv_nsec), (used.tv_sec, used.tv_nsec)]
        let last = times[0] < times[1] ? times[1] : times[0]
        found.append(("\(place)/\(name)", Int(status.st_size), last))
      }
    }
    return found
  }

  /// Removes the least recently used files until the size is within the limit.
  private func prune(keeping path: String) {
    var all = files()
    var total = all.reduce(0) { $0 + $1.size }
    guard total > byteLimit else { return }
    all.sort { $0.used < $1.used }
    for file in all where total > byteLimit && file.path != path {
      if unlink(file.path) == 0 { total -= file.size }
    }
  }
}
