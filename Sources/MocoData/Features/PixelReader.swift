import Glibc
import MocoBase
import MocoTensor

/// Pixels of many images, batch after batch in their order: threads decode the next batches while somebody works on the
/// one before.
///
/// At most `ahead` batches wait. An image's pixels do not depend on who decodes it, and of several images that cannot be
/// read the first is the one that is told of. The thread that asks for a batch which is not ready helps, so that it does
/// without others where there are none.
///
/// - Safety: what changes is guarded by the monitor; an image's values are written by the one thread that took it.
final class PixelReader: @unchecked Sendable {
  private struct Batch {
    let pixels: Tensor
    let values: UnsafeMutablePointer<Float>
    /// Images that are not done.
    var left: Int
    var failure: (place: Int, error: any Error)?
  }

  private let split: DataSplit
  private let items: [DataItem]
  private let size: Int
  private let preprocess: Preprocess
  private let augmentation: Augmentation?
  private let monitor = Monitor()
  private var batches: [Int: Batch] = [:]
  /// The next image to be decoded.
  private var upcoming = 0
  /// Batches that were handed out.
  private var handed = 0
  private var threads = 0
  private var isStopped = false
  /// Batches that wait, the one that is being asked for included.
  private static let ahead = 3

  /// Starts the threads: one fewer than moco computes with.
  ///
  /// - Parameters:
  ///   - indices: items of the split.
  ///   - size: images a batch, at least 1.
  /// - Throws: E0202, E0513, E0520.
  init(
    _ split: DataSplit, at indices: [Int], size: Int, preprocess: Preprocess, augmentation: Augmentation?
  ) throws {
    try split.requirePixels("turned into pixels")
    try preprocess.validate()
    items = try indices.map { try split.item($0) }
    (self.split, self.size, self.preprocess, self.augmentation) = (
      split, max(size, 1), preprocess, augmentation
    )
    let helpers = Parallel.isInside ? 0 : min(Parallel.threadCount, items.count) - 1
    for _ in 0..<max(helpers, 0) { start() }
  }

  /// What a thread of its own is given: the reader, and the flag that stops its work.
  private final class Work {
    let reader: PixelReader
    let flag: UnsafeMutablePointer<Int32>

    init(_ reader: PixelReader, _ flag: UnsafeMutablePointer<Int32>) {
      (self.reader, self.flag) = (reader, flag)
    }
  }

  private func start() {
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(self, Cancellation.flag))
    monitor.locked { threads += 1 }
    let status = pthread_create(
      &thread, nil,
      { raw in
        guard let raw else { return nil }
        let work = Unmanaged<Work>.fromOpaque(raw).takeRetainedValue()
        Cancellation.polling(work.flag) { work.reader.loop() }
        return nil
      }, work.toOpaque())
    guard status == 0 else {
      // Whoever asks for batches does the work.
      work.release()
      return monitor.locked { threads -= 1 }
    }
    pthread_detach(thread)
  }

  private func loop() {
    while let place = monitor.locked({ waitForImage() }) { decode(place) }
    monitor.locked {
      threads -= 1
      monitor.signal()
    }
  }

  /// The next image of a batch that there is room for; nil where there is nothing more to do.
  private func waitForImage() -> Int? {
    while !isStopped, upcoming < items.count {
      if upcoming / size < handed + PixelReader.ahead { return take() }
      monitor.wait(atMost: 1)
    }
    return nil
  }

  private func take() -> Int {
    upcoming += 1
    return upcoming - 1
  }

  private func decode(_ place: Int) {
    do {
      // Behind an image that could not be read nothing of its batch is of interest.
      guard let values = try monitor.locked({ try room(for: place) }) else { return done(place, nil) }
      try Cancellation.check()
      try split.write(items[place], preprocess: preprocess, augmentation: augmentation, to: values)
      done(place, nil)
    } catch {
      done(place, error)
    }
  }

  private func count(_ batch: Int) -> Int { min(size, items.count - batch * size) }

  private func room(for place: Int) throws -> UnsafeMutablePointer<Float>? {
    let number = place / size
    if batches[number] == nil {
      let shape = [count(number), preprocess.channels, preprocess.size, preprocess.size]
      let pixels = try Tensor(uninitialized: shape)
      // The memory stays where it is as long as the tensor is kept here.
      let base = try pixels.withMutableFloats { $0.baseAddress }
      guard let base, pixels.count == count(number) * preprocess.valueCount else { return nil }
      batches[number] = Batch(pixels: pixels, values: base, left: count(number))
    }
    guard let batch = batches[number], batch.failure.map({ place < $0.place }) ?? true else { return nil }
    return batch.values + place % size * preprocess.valueCount
  }

  private func done(_ place: Int, _ error: (any Error)?) {
    monitor.locked {
      let number = place / size
      if batches[number] == nil {
        // There was no memory for the batch.
        let failed = error ?? DataError.mismatch("there is no room for a batch of images")
        isStopped = true
        early = early ?? failed
      }
      batches[number]?.left -= 1
      if let error, batches[number]?.failure.map({ place < $0.place }) ?? true {
        batches[number]?.failure = (place, error)
      }
      monitor.signal()
    }
  }

  /// What kept a batch from being made at all.
  private var early: (any Error)?

  /// The next batch: [B, C, S, S]; nil behind the last. `stop` is to be called before the reader is let go.
  ///
  /// - Throws: what decoding throws, of the first image that cannot be read; E0405; E0406 when interrupted.
  func next() throws -> Tensor? {
    let number = handed
    guard number * size < items.count else { return nil }
    while true {
      try Cancellation.check()
      switch monitor.locked({ turn(number) }) {
      case .failed(let error): throw error
      case .done(let pixels): return pixels
      case .image(let place): decode(place)
      case .again: break
      }
    }
  }

  /// What the thread that waits for a batch has to do.
  private enum Turn {
    case done(Tensor)
    case failed(any Error)
    case image(Int)
    case again
  }

  private func turn(_ number: Int) -> Turn {
    if let early { return .failed(early) }
    if let batch = batches[number], batch.left == 0 {
      batches[number] = nil
      handed += 1
      monitor.signal()
      return batch.failure.map { .failed($0.error) } ?? .done(batch.pixels)
    }
    if upcoming / size == number, upcoming < items.count { return .image(take()) }
    monitor.wait(atMost: 0.1)
    return .again
  }

  /// Ends the threads, and waits for their end: each finishes the image that it is at.
  func stop() {
    monitor.locked {
      isStopped = true
      monitor.signal()
      while threads > 0 { monitor.wait(atMost: 1) }
    }
  }
}
