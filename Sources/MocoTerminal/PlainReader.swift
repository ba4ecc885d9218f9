import CProcess
import MocoSession

#if canImport(Glibc)
  import Glibc
#endif

/// Reads blocks without a terminal for editing: `TERM=dumb`, an editor's shell window, standard output
/// to a file. Lines are read as the system provides them; the block continues while it is incomplete.
final class PlainReader {
  private let prompt: String
  private let promptDescriptor: Int32
  private weak var delegate: (any LineEditorDelegate)?
  private var waiting: [UInt8] = []

  init(prompt: String, promptDescriptor: Int32, delegate: any LineEditorDelegate) {
    self.prompt = prompt
    self.promptDescriptor = promptDescriptor
    self.delegate = delegate
  }

  func read() -> LineEditor.Input {
    var lines: [String] = []
    let more = String(repeating: ".", count: max(prompt.count - 2, 0)) + "> "
    _ = cp_signals_take()
    while true {
      cp_flush()
      write(lines.isEmpty ? prompt : more)
      switch line() {
      case .text(let line):
        lines.append(line)
        let block = lines.joined(separator: "\n")
        if delegate?.isComplete(block) ?? true { return .block(block) }
      case .interrupted:
        write("\n")
        lines = []
        waiting = []
      case .terminated: return .terminated
      case .end:
        return lines.isEmpty ? .end : .block(lines.joined(separator: "\n"))
      }
    }
  }

  private enum Line {
    case text(String)
    case interrupted
    case terminated
    case end
  }

  private func line() -> Line {
    while true {
      if let newline = waiting.firstIndex(of: 10) {
        var line = waiting[..<newline]
        if line.last == 13 { line = line.dropLast() }
        waiting.removeFirst(newline + 1)
        return .text(String(decoding: line, as: UTF8.self))
      }
      guard cp_wait(STDIN_FILENO) else {
        let flags = Int(cp_signals_take())
        if flags & CP_END != 0 { return .terminated }
        if flags & CP_INTERRUPT != 0 { return .interrupted }
        continue
      }
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = Glibc.read(STDIN_FILENO, &bytes, bytes.count)
      if count > 0 {
        waiting += bytes[..<count]
      } else if count == 0 {
        guard !waiting.isEmpty else { return .end }
        waiting.append(10)
      } else if errno != EINTR && errno != EAGAIN {
        return .end
      }
    }
  }

  private func write(_ text: String) {
    _ = text.utf8CString.withUnsafeBytes { Glibc.write(promptDescriptor, $0.baseAddress, $0.count - 1) }
  }
}
