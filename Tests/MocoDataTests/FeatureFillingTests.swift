import Foundation
import MocoBase
import MocoData
import MocoTensor
import MocoTestSupport
import Synchronization
import Testing

/// Features of many images: read ahead, in parts, taken up again.
@Suite struct FeatureFillingTests {
  /// The mean and the first value of each image, and how many were asked for.
  private final class Counter: Sendable {
    let images = Mutex(0)
    let largest = Mutex(0)
    var count: Int { images.withLock { $0 } }

    func encoder(size: Int = 8) -> ImageEncoder {
      let preprocess = Preprocess(size: size, channels: 1, mean: [0], std: [1])
      return ImageEncoder(key: "counting", preprocess: preprocess) { pixels in
        let (values, count) = (try pixels.toFloats(), pixels.shape[0])
        self.images.withLock { $0 += count }
        self.largest.withLock { $0 = max($0, count) }
        let area = size * size
        let rows = (0..<count).flatMap { image in
          let part = values[image * area..<(image + 1) * area]
          return [part.reduce(0, +) / Float(area), part.first ?? 0]
        }
        return try Tensor(rows, shape: [count, 2])
      }
    }
  }

  /// Images of many sizes, in files.
  private func split(_ folder: String, count: Int) throws -> DataSplit {
    for place in 0..<count {
      let path = "\(folder)/images/\(place % 2 == 0 ? "a" : "b")/\(String(format: "%04d", place)).png"
      try FileSystem.createFolder(FileSystem.parent(of: path))
      try DataFixtures.picture(9 + place % 7, 11 + place % 5, channels: 1, seed: place).save(path)
    }
    return try Dataset.open("\(folder)/images", options: DataOptions(cut: try SplitCut([("train", 1)])))
      .train()
  }

  private func files(_ folder: String) -> FeatureFiles { FeatureFiles(folder: folder + "/cache") }

  @Test func bitsDoNotDependOnThreadsOrBatches() throws {
    try Repository.inFolder { folder in
      let split = try split(folder, count: 70)
      // 600 × 600 pixels are more than a batch of 16 holds in its share of memory.
      for size in [8, 600] {
        let counter = Counter()
        let encoder = counter.encoder(size: size)
        let one = try (0..<split.count).flatMap {
          try FeatureCache().features(of: split, at: [$0], by: encoder).toFloats()
        }
        #expect(one.count == 140)
        let before = Parallel.threadCount
        defer { Parallel.threadCount = before }
        for threads in [1, 2, 5] {
          Parallel.threadCount = threads
          let all = try FeatureCache().features(of: split, at: Array(0..<split.count), by: encoder).toFloats()
          #expect(all == one, "\(threads) threads, size \(size)")
        }
        #expect(counter.count == 4 * 70)
        #expect(counter.largest.withLock { $0 } == (size == 8 ? 70 : 16))
      }
    }
  }

  /// Of several damaged files the first is named, whoever reads which; batches before it are kept.
  @Test func theFirstBrokenImageIsNamed() throws {
    try Repository.inFolder { folder in
      let split = try split(folder, count: 60)
      let paths = (0..<60).map { split.label(of: $0) }
      for place in [33, 34, 50] {
        let whole = try #require(FileManager.default.contents(atPath: paths[place]))
        try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: paths[place]))
      }
      let encoder = Counter().encoder(size: 600)
      for _ in 0..<5 {
        let cache = FeatureCache()
        cache.files = files(folder)
        let error = dataError { _ = try cache.features(of: split, at: Array(0..<60), by: encoder) }
        #expect(
          error?.code == "E0502" && error?.message.contains(paths[33]) == true, "\(String(describing: error))"
        )
      }
      // Two batches of 16 came before.
      let filling = try FeatureFilling(split, encoder: encoder, files: files(folder))
      #expect(try filling.kept() == 32)
      try FileManager.default.removeItem(atPath: paths[33])
      let gone = dataError { _ = try FeatureCache().features(of: split, at: Array(0..<60), by: encoder) }
      #expect(gone?.code == "E0501" && gone?.message.contains(paths[33]) == true)
    }
  }

  @Test func aRequestToStopIsHeard() throws {
    try Repository.inFolder { folder in
      let split = try split(folder, count: 60)
      let flag = StopFlag()
      let preprocess = Preprocess(size: 600, channels: 1, mean: [0], std: [1])
      let batches = Mutex(0)
      let encoder = ImageEncoder(key: "stopping", preprocess: preprocess) { pixels in
        batches.withLock { $0 += 1 }
        flag.request()
        return try Tensor.zeros([pixels.shape[0], 2])
      }
      let error = Cancellation.polling(flag.pointer) {
        dataError { _ = try FeatureCache().features(of: split, at: Array(0..<60), by: encoder) }
      }
      #expect(error?.code == "E0406")
      #expect(batches.withLock { $0 } == 1)
    }
  }

  @Test func partsAreUnited() throws {
    try Repository.inFolder { folder in
      let split = try split(folder, count: 23)
      let counter = Counter()
      let encoder = counter.encoder()
      let whole = try FeatureCache().features(of: split, at: Array(0..<23), by: encoder).toFloats()
      var encoded = 0
      for number in [2, 0, 1] {
        let shard = try Shard("\(number)/3")
        // Each part by a process of its own: it knows of the files alone.
        let filling = try FeatureFilling(split, encoder: encoder, files: files(folder), shard: shard)
        #expect(try filling.kept() == 0)
        var told: [Int] = []
        let state = try filling.run(width: 2) { told.append($0.done) }
        encoded += state.encoded
        #expect(told.last == filling.places.count && told == told.sorted())
        #expect(try filling.run(width: 2).encoded == 0)
      }
      #expect(encoded == 23)
      let (cache, before) = (FeatureCache(), counter.count)
      cache.files = files(folder)
      #expect(try cache.features(of: split, at: Array(0..<23), by: encoder).toFloats() == whole)
      #expect(counter.count == before)
    }
  }

  /// A changed image and a half-written part are encoded again, a copy is not.
  @Test func whatIsThereIsToldByContent() throws {
    try Repository.inFolder { folder in
      let split = try split(folder, count: 12)
      let counter = Counter()
      let encoder = counter.encoder()
      try FeatureFilling(split, encoder: encoder, files: files(folder)).run(width: 2)
      #expect(counter.count == 12)
      try DataFixtures.picture(13, 13, channels: 1, seed: 99).save(split.label(of: 5))
      try FileManager.default.copyItem(
        atPath: split.label(of: 0), toPath: folder + "/images/b/copy.png")
      let changed = try Dataset.open(
        folder + "/images", options: DataOptions(cut: try SplitCut([("train", 1)]))
      ).train()
      let filling = try FeatureFilling(changed, encoder: encoder, files: files(folder))
      #expect(try filling.kept() == 12)
      #expect(try filling.run(width: 2).encoded == 1)

      let root = URL(fileURLWithPath: folder + "/cache")
      let found =
        FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.allObjects as? [URL]
      for part in (found ?? []).filter({ $0.path.hasSuffix(".features") }) {
        let bytes = try Data(contentsOf: part)
        try bytes.prefix(bytes.count - 7).write(to: part)
      }
      let again = try FeatureFilling(changed, encoder: encoder, files: files(folder))
      #expect(try again.kept() == 0)
      #expect(try again.run(width: 2).encoded == 13)
    }
  }

  @Test func whatCannotBeKeptIsSaid() throws {
    try Repository.inFolder { folder in
      let split = try split(folder, count: 4)
      let encoder = Counter().encoder()
      let small = FeatureFiles(folder: folder + "/cache", byteLimit: 50)
      let filling = try FeatureFilling(split, encoder: encoder, files: small)
      let error = dataError { try filling.run(width: 2) }
      #expect(error?.code == "E0504" && error?.help?.contains("MOCO_CACHE_LIMIT") == true)
      try Data().write(to: URL(fileURLWithPath: folder + "/file"))
      let nowhere = try FeatureFilling(
        split, encoder: encoder, files: FeatureFiles(folder: folder + "/file/cache"))
      #expect(dataErrorCode { try nowhere.run(width: 2) } != nil)
      let table = try Dataset.features(Tensor.zeros([4, 3]), labels: [0, 1, 0, 1]).train()
      #expect(dataErrorCode { _ = try FeatureFilling(table, encoder: encoder, files: small) } == "E0520")
    }
  }
}
