import Glibc
import MocoBase
import MocoTensor

/// Pixels of many images, batch after batch in order: threads decode the next batches while the caller works on the
/// previous one.
///
/// At most `ahead` batches wait. An image's pixels do not depend on the thread, and if several images cannot be
/// read, the first one is reported. The thread that requests a batch that is not ready helps, so that it works
/// even without other threads.
///
/// - Safety: mutable state is guarded by the monitor; the values of an image are written by one thread only.
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
  /// Waiting batches, including the requested one.
  private static let ahead = 3

  /// Starts the threads: one less than moco's number of threads.
  ///
  /// - Parameters:
  ///   - indices: items of the split.
  ///   - size: images per batch, at least 1.
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

  /// What its own thread is given: the reader, and the flag that stops its work.
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
      // The thread that requests batches does the work.
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

  /// The next image of a batch with room; nil if there is nothing more to do.
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
      // After an image that cannot be read, the rest of its batch is not needed.
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
      // The memory does not move while the tensor is kept here.
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
        // The batch could not be allocated.
        let failed = error ?? DataError.mismatch("out of memory: cannot allocate a batch of images")
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

  /// The error that prevented a batch from being created.
  private var early: (any Error)?

  /// The next batch: [B, C, S, S]; nil after the last. Call `stop` before releasing the reader.
  ///
  /// - Throws: the errors of decoding, of the first image that cannot be read; E0405; E0406 when interrupted.
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

  /// The next action of the thread that waits for a batch.
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

  /// Stops the threads, and waits for them: each finishes its current image.
  func stop() {
    monitor.locked {
      isStopped = true
      monitor.signal()
      while threads > 0 { monitor.wait(atMost: 1) }
    }
  }
}
