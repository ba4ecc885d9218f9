import MocoDocument
import MocoLang

/// Blocks of a session that ran to their end, in order, with their outcomes, for `%save` and `%export`.
///
/// Outputs use at most `mostBytes`: beyond that, outputs of the oldest blocks are removed, and the blocks are kept.
package struct SessionRecording {
  /// A block that ran to its end.
  package struct Block {
    /// The text that `%save` writes.
    package var text: String
    /// Its outcome.
    package var record: CellRecord
    /// Approximate bytes of its outputs.
    fileprivate var size: Int
  }

  /// In order.
  package private(set) var blocks: [Block] = []
  /// The number of first blocks whose outputs were removed.
  package private(set) var emptied = 0

  /// The approximate limit of bytes of outputs; for one block half of it.
  package static let mostBytes = 64 << 20

  private var running = CellRecord()
  /// The indices of the running block's documents, by their numbers.
  private var places: [Int: Int] = [:]
  /// Bytes of the running block's outputs, and those of text among them.
  private var (size, textSize) = (0, 0)
  private var isFull = false
  private var total = 0
  private let most: Int

  /// An empty recording.
  package init(mostBytes: Int = SessionRecording.mostBytes) { most = mostBytes }

  /// A block begins to run.
  mutating func begin() {
    running = CellRecord()
    places = [:]
    (size, textSize) = (0, 0)
    isFull = false
  }

  mutating func append(_ text: String, isError: Bool) {
    guard takes(text.utf8.count, isText: true) else { return }
    textSize += text.utf8.count
    running.append(text, isError: isError)
  }

  mutating func append(_ control: Control) { running.append(control) }

  mutating func append(_ diagnostics: [Diagnostic]) { running.outputs.append(.diagnostics(diagnostics)) }

  mutating func append(_ document: Document, id: Int, isResult: Bool) {
    guard takes(document.heldByteCount) else { return }
    places[id] = running.outputs.count
    running.outputs.append(.shown(document, isResult: isResult))
  }

  mutating func update(_ document: Document, id: Int) {
    guard let place = places[id], running.outputs.indices.contains(place) else { return }
    running.outputs[place] = .shown(document, isResult: false)
  }

  /// Whether the running block has room for this many more bytes; if not, a note is added once.
  private mutating func takes(_ count: Int, isText: Bool = false) -> Bool {
    guard !isFull else { return false }
    if size + count > most / 2 || (isText && textSize + count > Outcome.mostText) {
      isFull = true
      running.append("\n… the rest of the output of the block is not kept\n", isError: true)
      return false
    }
    size += count
    return true
  }

  /// The running block has ended, and is kept.
  mutating func accept(_ text: String, number: Int?, seconds: Double) {
    running.number = number
    running.seconds = seconds
    blocks.append(Block(text: text, record: running, size: size))
    total += size
    begin()
    while total > most, emptied < blocks.count - 1 {
      total -= blocks[emptied].size
      if !blocks[emptied].record.outputs.isEmpty {
        blocks[emptied].record.outputs = [
          .text("… the output of the block is no longer kept\n", isError: true)
        ]
      }
      emptied += 1
    }
  }
}
