import Foundation
import MocoBase
import MocoData
import MocoTensor
import MocoTestSupport
import Synchronization
import Testing

/// Features on disk: other sessions find them, and nothing on disk can change a result.
@Suite struct FeatureFilesTests {
  /// An encoder that counts the images it is given: the mean of an image and of its first column.
  private final class Counter: Sendable {
    let images = Mutex(0)
    var count: Int { images.withLock { $0 } }

    func encoder(_ key: String = "counting", size: Int = 8) -> ImageEncoder {
      let preprocess = Preprocess(size: size, channels: 1, mean: [0], std: [1])
      return ImageEncoder(key: key, preprocess: preprocess) { pixels in
        let values = try pixels.toFloats()
        let count = pixels.shape[0]
        self.images.withLock { $0 += count }
        var rows: [Float] = []
        for image in 0..<count {
          let part = values[image * size * size..<(image + 1) * size * size]
          rows.append(part.reduce(0, +) / Float(part.count))
          rows.append(stride(from: part.startIndex, to: part.endIndex, by: size).reduce(0) { $0 + part[$1] })
        }
        return try Tensor(rows, shape: [count, 2])
      }
    }
  }

  private func split(_ folder: String, count: Int = 6) throws -> DataSplit {
    for place in 0..<count {
      let path = "\(folder)/images/\(place % 2 == 0 ? "a" : "b")/\(place).png"
      try FileSystem.createFolder(FileSystem.parent(of: path))
      try DataFixtures.picture(12, 10, channels: 1, seed: place).save(path)
    }
    let data = try Dataset.open(
      "\(folder)/images", options: DataOptions(cut: try SplitCut([("train", 1)])))
    return try data.train()
  }

  private func cache(_ folder: String, limit: Int = 1 << 30) -> FeatureCache {
    let cache = FeatureCache()
    cache.files = FeatureFiles(folder: folder + "/cache", byteLimit: limit)
    return cache
  }

  private func all(_ split: DataSplit) -> [Int] { Array(0..<split.count) }

  private func cacheFiles(_ folder: String) -> [String] {
    let root = URL(fileURLWithPath: folder + "/cache")
    let paths =
      FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.allObjects as? [URL]
    return (paths ?? []).map(\.path).filter { $0.hasSuffix(".features") }.sorted()
  }

  @Test func anotherSessionFindsThem() throws {
    try Repository.inFolder { folder in
      let split = try split(folder)
      let counter = Counter()
      let first = try cache(folder).features(of: split, at: all(split), by: counter.encoder()).toFloats()
      #expect(counter.count == 6)
      let second = try cache(folder).features(of: split, at: all(split).reversed(), by: counter.encoder())
        .toFloats()
      #expect(counter.count == 6)
      let reversed = stride(from: 5, through: 0, by: -1).flatMap { second[2 * $0..<2 * $0 + 2] }
      #expect(reversed == first)
      // Another encoder, another rendering, another view: other features.
      _ = try cache(folder).features(of: split, at: [0], by: counter.encoder("other"))
      _ = try cache(folder).features(of: split, at: [0], by: counter.encoder(size: 4))
      _ = try cache(folder).features(of: split.styled([.dark], seed: 1), at: [0], by: counter.encoder())
      _ = try cache(folder).features(
        of: split, at: [0], by: counter.encoder(), view: Augmentation(seed: 1, epoch: 0))
      _ = try cache(folder).features(
        of: split, at: [0], by: counter.encoder(), view: Augmentation(seed: 1, epoch: 1))
      #expect(counter.count == 11)
    }
  }

  /// The key is the content: a copy elsewhere is the same image, a changed file of the same size and time
  /// another.
  @Test func contentIsTheKey() throws {
    try Repository.inFolder { folder in
      let split = try split(folder)
      let counter = Counter()
      _ = try cache(folder).features(of: split, at: all(split), by: counter.encoder())
      try FileManager.default.moveItem(atPath: folder + "/images", toPath: folder + "/moved")
      let moved = try Dataset.open(folder + "/moved", options: DataOptions(cut: try SplitCut([("train", 1)])))
        .train()
      let before = try cache(folder).features(of: moved, at: all(moved), by: counter.encoder()).toFloats()
      #expect(counter.count == 6)

      let path = folder + "/moved/a/0.png"
      let times = try FileManager.default.attributesOfItem(atPath: path)
      try DataFixtures.picture(12, 10, channels: 1, seed: 77).save(path)
      try FileManager.default.setAttributes(
        [.modificationDate: times[.modificationDate] as Any], ofItemAtPath: path)
      let changed = try Dataset.open(
        folder + "/moved", options: DataOptions(cut: try SplitCut([("train", 1)]))
      ).train()
      let after = try cache(folder).features(of: changed, at: all(changed), by: counter.encoder()).toFloats()
      #expect(counter.count == 7)
      #expect(after != before)
    }
  }

  @Test func damagedFilesAreComputedAgain() throws {
    try Repository.inFolder { folder in
      let split = try split(folder)
      let counter = Counter()
      let right = try cache(folder).features(of: split, at: all(split), by: counter.encoder()).toFloats()
      let path = try #require(cacheFiles(folder).first)
      let bytes = try #require(FileManager.default.contents(atPath: path))
      // Every byte matters, and so does every length.
      for place in [0, 9, 17, 30, bytes.count / 2, bytes.count - 1] {
        var wrong = bytes
        wrong[place] ^= 0x10
        try wrong.write(to: URL(fileURLWithPath: path))
        #expect(
          try cache(folder).features(of: split, at: all(split), by: counter.encoder()).toFloats() == right)
      }
      for length in [0, 7, 23, 40, bytes.count - 1] {
        try bytes.prefix(length).write(to: URL(fileURLWithPath: path))
        #expect(
          try cache(folder).features(of: split, at: all(split), by: counter.encoder()).toFloats() == right)
      }
      #expect(counter.count == 6 * 12)
      // What another version wrote is passed over and stays.
      var newer = bytes
      newer[7] = UInt8(ascii: "9")
      let other = FileSystem.parent(of: path) + "/newer.features"
      try newer.write(to: URL(fileURLWithPath: other))
      #expect(
        try cache(folder).features(of: split, at: all(split), by: counter.encoder()).toFloats() == right)
      #expect(FileManager.default.fileExists(atPath: other))
    }
  }

  @Test func theLimitIsKept() throws {
    try Repository.inFolder { folder in
      let split = try split(folder)
      let counter = Counter()
      let small = cache(folder, limit: 300)
      for index in all(split) {
        _ = try small.features(of: split, at: [index], by: counter.encoder())
        small.files?.flush()
      }
      let sizes = cacheFiles(folder).map {
        (try? FileManager.default.attributesOfItem(atPath: $0)[.size] as? Int) ?? 0
      }
      #expect(sizes.reduce(0, +) <= 300)
      #expect(!sizes.isEmpty)
      let files = FeatureFiles(folder: folder + "/cache")
      #expect(files.size().bytes == sizes.reduce(0, +))
      files.removeAll()
      #expect(cacheFiles(folder).isEmpty)
      // Nor does what waited to be written come back.
      files.add([FeatureFiles.Key(of: "an image")], values: [1], encoder: "e")
      files.removeAll()
      files.flush()
      #expect(cacheFiles(folder).isEmpty)
    }
  }

  /// What was computed before an interrupt is kept.
  @Test func anInterruptLosesLittle() throws {
    struct Stop: Error {}
    try Repository.inFolder { folder in
      let many = try split(folder, count: 300)
      let counter = Counter()
      let inner = counter.encoder()
      let failing = ImageEncoder(key: inner.key, preprocess: inner.preprocess) { pixels in
        if counter.count >= 256 { throw Stop() }
        return try inner.encode(pixels)
      }
      #expect(throws: Stop.self) { try cache(folder).features(of: many, at: all(many), by: failing) }
      let after = try cache(folder).features(of: many, at: all(many), by: inner).toFloats()
      // 44 are left, but for those that look like one of the first 256.
      #expect((257...300).contains(counter.count))
      #expect(
        try after == FeatureCache().features(of: many, at: all(many), by: Counter().encoder()).toFloats())
    }
  }

  /// Several processes, here threads with caches of their own, write and read at once.
  @Test func manyWriters() throws {
    try Repository.inFolder { folder in
      let split = try split(folder, count: 40)
      let wanted = try FeatureCache().features(of: split, at: all(split), by: Counter().encoder()).toFloats()
      let wrong = Mutex(0)
      DispatchQueue.concurrentPerform(iterations: 8) { worker in
        let cache = FeatureCache()
        cache.files = FeatureFiles(folder: folder + "/cache")
        let places = (worker * 3..<worker * 3 + 16).map { $0 % 40 } + [0, 1]
        let rows = (try? cache.features(of: split, at: places, by: Counter().encoder()).toFloats()) ?? []
        let right = places.flatMap { wanted[2 * $0..<2 * $0 + 2] }
        if rows != right { wrong.withLock { $0 += 1 } }
      }
      #expect(wrong.withLock { $0 } == 0)
    }
  }
}
