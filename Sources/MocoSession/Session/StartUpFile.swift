import MocoBase
import MocoLang

/// `$XDG_CONFIG_HOME/moco/startup.moco`, or `~/.config/moco/startup.moco`: every session of the prompt begins
/// with it. A line that begins with `%` is a command; the lines between commands run as one block.
package struct StartUpFile {
  /// A piece of the file.
  package enum Part: Equatable {
    case command(String)
    /// The program, and empty lines before it so that its lines count as those of the file.
    case block(String)
  }

  /// The path of the file; nil if there is no home folder.
  package static func path() -> String? {
    if let folder = ProcessEnvironment.value("XDG_CONFIG_HOME"), folder.hasPrefix("/") {
      return folder + "/moco/startup.moco"
    }
    guard let home = ProcessEnvironment.value("HOME"), !home.isEmpty else { return nil }
    return home + "/.config/moco/startup.moco"
  }

  /// The pieces of a text, in order.
  package static func parts(_ text: String, _ dialect: Dialect) -> [Part] {
    var parts: [Part] = []
    var block: [Substring] = []
    var start = 0
    func end() -> Part? {
      if block.allSatisfy({ $0.allSatisfy(\.isWhitespace) }) { return nil }
      return .block(String(repeating: "\n", count: start) + block.joined(separator: "\n"))
    }
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      // Inside a block a line may begin with % as part of a longer expression.
      let isOpen = !SourceScanner(Array(block.joined(separator: "\n").unicodeScalars), dialect).open.isEmpty
      if line.hasPrefix("%"), !isOpen, !line.hasPrefix("% ") {
        if let part = end() { parts.append(part) }
        parts.append(.command(String(line).trimmed))
        block = []
        start = number + 1
      } else {
        block.append(line)
      }
    }
    if let part = end() { parts.append(part) }
    return parts
  }
}
