import Glibc
import MocoBase
import MocoTensor
import Synchronization

// N: images, H: height, W: width, C: channels, D: feature width.

/// Images of one size, packed in memory.
public final class PackedImages: ImageSource {
  /// The name used in messages.
  public let name: String
  /// N.
  public let count: Int
  /// W, without the border.
  public let width: Int
  /// H, without the border.
  public let height: Int
  /// C: 1 or 3.
  public let channels: Int
  /// Black pixels added on every side when an image is read.
  public let border: Int
  /// Shape: [N, H, W, C], without the border.
  let bytes: [UInt8]
  /// Of size, border and pixels.
  public let contentKey: String

  /// - Throws: E0513 for a zero-sized image, E0519 if the number of bytes does not match.
  public init(
    name: String, count: Int, width: Int, height: Int, channels: Int = 1, border: Int = 0, bytes: [UInt8]
  ) throws {
    guard width > 0, height > 0, width <= 1 << 14, height <= 1 << 14, channels == 1 || channels == 3 else {
      throw Failure(
        "E0513",
        "\(name): images of \(width) × \(height) pixels with \(channels) channels are not supported",
        help: "use at least one pixel and 1 or 3 channels")
    }
    let (size, overflow) = count.multipliedReportingOverflow(by: width * height * channels)
    guard count >= 0, !overflow, size == bytes.count, border >= 0, border <= 1 << 12 else {
      throw DataError.mismatch(
        "\(name): \(bytes.count) bytes do not match \(count) images of \(width) × \(height) pixels")
    }
    self.name = name
    self.count = count
    self.width = width
    self.height = height
    self.channels = channels
    self.border = border
    self.bytes = bytes
    let digest = bytes.withUnsafeBytes { SHA256.hex($0) }
    contentKey = "packed \(count) \(height) \(width) \(channels) \(border) \(digest)"
  }

  public func image(_ index: Int) throws -> Image {
    guard index >= 0, index < count else { throw DataError.mismatch("\(name) has no image \(index)") }
    let size = width * height * channels
    let pixels = Array(bytes[index * size..<(index + 1) * size])
    return try Image(checkedWidth: width, height: height, channels: channels, bytes: pixels).padded(border)
  }

  public func label(of index: Int) -> String { "\(name)[\(index)]" }

  /// Cached digests of the images, which are immutable: several splits and runs use the same ones.
  private let knownKeys = Mutex<[Int: String]>([:])

  public func imageKeys(_ indices: [Int]) throws -> [String] {
    let known = knownKeys.withLock { $0 }
    var new: [Int: String] = [:]
    let keys = try indices.map { index in
      if let key = known[index] ?? new[index] { return key }
      let key = try imageKey(index)
      new[index] = key
      return key
    }
    if !new.isEmpty { knownKeys.withLock { $0.merge(new) { old, _ in old } } }
    return keys
  }

  private func imageKey(_ index: Int) throws -> String {
    guard index >= 0, index < count else { throw DataError.mismatch("\(name) has no image \(index)") }
    let size = width * height * channels
    let digest = bytes.withUnsafeBytes {
      SHA256.hex(UnsafeRawBufferPointer(rebasing: $0[index * size..<(index + 1) * size]))
    }
    return "pixels \(height) \(width) \(channels) \(border) \(digest)"
  }
}

/// Images in files, decoded when they are needed.
public final class ImageFiles: ImageSource {
  /// Paths as they are opened.
  public let paths: [String]
  /// Of paths, sizes and times; reading every file here would cost minutes on large folders.
  public let contentKey: String
  /// Cached digests of files, valid while size and times do not change.
  private let digests = Mutex<[Int: (stamp: String, key: String)]>([:])
  /// The folder that a list's paths are relative to; nil if there is no list.
  public let root: String?

  /// How files are converted to pixels.
  public let reading: ImageReading

  /// Files that are opened when their images are requested.
  ///
  /// - Parameter root: the folder that a list's paths are relative to; nil if there is no list.
  public init(paths: [String], root: String? = nil, reading: ImageReading = ImageReading()) {
    self.root = root
    self.reading = reading
    self.paths = paths
    let hash = SHA256()
    for path in paths { hash.update("\(path)\0\(ImageFiles.stamp(path))\n") }
    contentKey = "files \(hash.finish())\(reading.key)"
  }

  /// A stamp that changes when a file changes.
  private static func stamp(_ path: String) -> String {
    var status = stat()
    guard FileSystem.withSystemPath(path, { stat($0, &status) }) == 0 else { return "-1" }
    return "\(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"
  }

  public var count: Int { paths.count }
  public var mayChange: Bool { true }

  public func image(_ index: Int) throws -> Image {
    guard paths.indices.contains(index) else { throw DataError.mismatch("there is no image \(index)") }
    return try Image.load(paths[index], reading: reading)
  }

  /// The image at `index` in the form of its file.
  ///
  /// - Throws: as `image`.
  func picture(_ index: Int) throws -> Picture {
    guard paths.indices.contains(index) else { throw DataError.mismatch("there is no image \(index)") }
    return try Picture.load(paths[index], reading: reading)
  }

  /// Decodes the image at `index` and passes its pixels to a closure; or the picture, if it is resized before its
  /// conversion.
  ///
  /// - Parameter columns: the columns that `rows` reads; other columns may have any content.
  /// - Throws: as `image`; errors of the bodies.
  func withPixels(
    _ index: Int, columns: @escaping Picture.Columns, rows: (PixelRows) throws -> Void,
    picture: (Picture) throws -> Void
  ) throws {
    guard paths.indices.contains(index) else { throw DataError.mismatch("there is no image \(index)") }
    try Picture.withLoaded(
      paths[index], reading: reading, columns: columns, rows: rows, picture: picture)
  }

  /// Assumptions about the file at `index`, by its header.
  ///
  /// - Throws: as `image`.
  func notes(_ index: Int) throws -> [ImageNote] {
    guard paths.indices.contains(index) else { throw DataError.mismatch("there is no image \(index)") }
    return try Picture.header(paths[index], reading: reading).notes
  }

  public func label(of index: Int) -> String {
    paths.indices.contains(index) ? paths[index] : "image \(index)"
  }

  /// Digests of the files' bytes: a copied or renamed image is the same image, a modified one is not.
  public func imageKeys(_ indices: [Int]) throws -> [String] {
    var keys = [String](repeating: "", count: indices.count)
    try keys.withUnsafeMutableBufferPointer { slots in
      // - Safety: each task writes its own slot only, and the caller waits for all of them.
      nonisolated(unsafe) let slots = slots
      try Parallel.forEach(indices.count) { place in
        try Cancellation.check()
        guard paths.indices.contains(indices[place]) else {
          throw DataError.mismatch("there is no image \(indices[place])")
        }
        let index = indices[place]
        let stamp = ImageFiles.stamp(paths[index])
        if let known = digests.withLock({ $0[index] }), known.stamp == stamp {
          slots[place] = known.key
          return
        }
        let key = "file " + (try SHA256.hex(file: paths[index])) + reading.key
        digests.withLock { $0[index] = (stamp, key) }
        slots[place] = key
      }
    }
    return keys
  }

  /// The missing files, in order.
  ///
  /// - Throws: E0406 if the user interrupts.
  func missing() throws -> [Int] {
    try paths.indices.filter { index in
      if index & 0xFF == 0 { try Cancellation.check() }
      return FileSystem.kind(paths[index]) != .file
    }
  }

  /// The files that cannot be decoded, in order. Reads every file.
  ///
  /// - Throws: E0406 if the user interrupts.
  func broken() throws -> [(index: Int, reason: String)] {
    var reasons = [String?](repeating: nil, count: count)
    try reasons.withUnsafeMutableBufferPointer { slots in
      // - Safety: each task writes its own slot only, and the caller waits for all of them.
      nonisolated(unsafe) let slots = slots
      try Parallel.forEach(count) { index in
        try Cancellation.check()
        do {
          _ = try image(index)
        } catch let error as Failure {
          slots[index] = error.message
        }
      }
    }
    return reasons.enumerated().compactMap { index, reason in reason.map { (index, $0) } }
  }
}

/// Feature vectors in place of images, copied when the table was created.
public final class FeatureTable: ImageSource {
  /// The name used in messages.
  public let name: String
  /// Shape: [N, D]. A private copy, so it cannot change.
  public let features: Tensor
  /// Of shape and values.
  public let contentKey: String

  /// Copies the numbers: a program that writes to its tensor afterwards does not change the data.
  ///
  /// - Throws: E0519 if the tensor is not [N, D] with D ≥ 1 or contains NaN or infinity.
  public init(name: String, features: Tensor) throws {
    guard features.rank == 2, let width = features.shape.last, width >= 1 else {
      throw DataError.mismatch(
        "\(name): features have shape \(features.shape), not [images, width]",
        help: "reshape the features to two dimensions, one row per image")
    }
    let table = features.dtype == .float32 ? try features.copy() : try features.cast(to: .float32)
    let bad = try table.withFloats { values in values.firstIndex { !$0.isFinite } }
    if let bad {
      throw DataError.mismatch(
        "\(name): the features of image \(bad / width) contain NaN or infinity",
        help: "compute the features again")
    }
    self.name = name
    self.features = table
    let digest = try table.withFloats { SHA256.hex(UnsafeRawBufferPointer($0)) }
    contentKey = "features \(table.shape) \(digest)"
  }

  public var count: Int { features.shape.first ?? 0 }
  public var featureTable: Tensor? { features }
  public func imageKeys(_ indices: [Int]) throws -> [String] {
    let width = features.shape.last ?? 0
    return try features.withFloats { values in
      try indices.map { index in
        guard index >= 0, index < count else { throw DataError.mismatch("\(name) has no image \(index)") }
        let row = UnsafeBufferPointer(rebasing: values[index * width..<(index + 1) * width])
        return "features \(width) \(SHA256.hex(UnsafeRawBufferPointer(row)))"
      }
    }
  }

  public func image(_ index: Int) throws -> Image { throw DataError.noPixels(name, "shown") }
  public func label(of index: Int) -> String { "\(name)[\(index)]" }
}
