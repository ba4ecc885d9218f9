import MocoBase
import MocoTensor

extension Dataset {
  /// The most files whose headers `assumptions` reads.
  static let headerLimit = 5000

  /// What was assumed of the files of the images, or left aside, a line a kind: "3 images: alpha dropped …". Of many
  /// files as many as `headerLimit` are looked at, evenly spread; `DataCheck` looks at all.
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
        // What cannot be read is told where it is read.
        slots[place] = (try? looked[place].files.notes(looked[place].index)) ?? []
      }
    }
    let lines = ImageNote.summary(notes)
    return step > 1 && !lines.isEmpty ? ["of \(looked.count) images looked at:"] + lines : lines
  }
}
