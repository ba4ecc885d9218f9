import MocoBase
import MocoTensor

extension Dataset {
  /// The maximum number of files for `assumptions`.
  static let headerLimit = 5000

  /// Assumptions about the image files, one line per kind: "3 images: alpha ignored …". Of many
  /// files, `headerLimit` evenly spaced ones are checked; `DataCheck` checks all.
  ///
  /// - Throws: E0406 if the user interrupts.
  public func assumptions() throws -> [String] {
    var places: [(files: ImageFiles, index: Int)] = []
    for split in splits {
      guard let files = split.source as? ImageFiles else { continue }
      places += split.items.map { (files, $0.source) }
    }
    guard !places.isEmpty else { return [] }
    let step = (places.count + Dataset.headerLimit - 1) / Dataset.headerLimit
    let looked = stride(from: 0, to: places.count, by: step).map { places[$0] }
    var notes = [[ImageNote]](repeating: [], count: looked.count)
    try notes.withUnsafeMutableBufferPointer { slots in
      // - Safety: each task writes its own slot only, and the caller waits for all of them.
      nonisolated(unsafe) let slots = slots
      try Parallel.forEach(looked.count) { place in
        try Cancellation.check()
        // Read errors are reported when the image is read.
        slots[place] = (try? looked[place].files.notes(looked[place].index)) ?? []
      }
    }
    let lines = ImageNote.summary(notes)
    return step > 1 && !lines.isEmpty ? ["in a sample of \(looked.count) images:"] + lines : lines
  }
}
