// Parsing of a command's argument. Nothing here depends on a terminal.

import MocoBase
import MocoLang

/// The words of a command's argument: spaces separate them, quotes hold them together, and a backslash quotes the next
/// character.
package enum CommandWords {
  /// - Returns: nil if a quote is open at the end.
  package static func split(_ text: String) -> [String]? {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var isEscaped = false
    for character in text {
      if isEscaped {
        word = (word ?? "") + String(character)
        isEscaped = false
      } else if character == "\\", quote != "'" {
        word = word ?? ""
        isEscaped = true
      } else if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if character == "\"" || character == "'" {
        quote = character
        word = word ?? ""
      } else if character.isWhitespace {
        if let word { words.append(word) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if quote != nil || isEscaped { return nil }
    return words + (word.map { [$0] } ?? [])
  }
}

/// A file that a command writes: `[-f] FILE`. Without `-f` it never overwrites another.
package struct WriteTarget: Equatable {
  /// As it was typed.
  package var path: String
  /// Whether it may overwrite a file.
  package var isForced: Bool

  /// - Returns: nil if no file is given.
  package init?(_ argument: String) {
    var rest = argument.trimmed
    isForced = false
    if rest == "-f" { return nil }
    if rest.hasPrefix("-f ") {
      isForced = true
      rest = String(rest.dropFirst(3)).trimmed
    } else if rest.hasSuffix(" -f") {
      isForced = true
      rest = String(rest.dropLast(3)).trimmed
    }
    guard !rest.isEmpty else { return nil }
    path = rest
  }
}

/// `%run FILE [--set name=value] [-- args …]`, with the meaning of `moco run`: arguments after `--` are for the
/// program.
package struct RunRequest: Equatable {
  /// `--set name=value`.
  package struct Setting: Equatable {
    /// The name of a top-level `let`.
    package var name: String
    /// The new literal.
    package var text: String
  }

  package var path: String
  /// The replaced literals, in the order typed.
  package var settings: [Setting] = []
  /// The arguments after `--`.
  package var arguments: [String] = []

  /// Why a text is not a request.
  package enum Failure: Error, Equatable {
    case usage
    case message(String)
  }

  /// - Parameter isFile: whether a path names a file; a path with blanks need not be quoted then.
  package init(_ argument: String, isFile: (String) -> Bool) throws(Failure) {
    if !argument.isEmpty, isFile(argument) {
      path = argument
      return
    }
    guard let words = CommandWords.split(argument) else {
      throw .message("unterminated quote in the arguments of %run")
    }
    var file: String?
    var at = 0
    while at < words.count {
      let word = words[at]
      at += 1
      if word == "--" {
        arguments = Array(words[at...])
        break
      }
      if word == "--set" || word.hasPrefix("--set=") {
        var setting = String(word.dropFirst("--set=".count))
        if word == "--set" {
          guard at < words.count else { throw .message("--set expects name=value") }
          setting = words[at]
          at += 1
        }
        guard let equals = setting.firstIndex(of: "="), equals != setting.startIndex else {
          throw .message("--set expects name=value, not '\(setting)'")
        }
        settings.append(
          Setting(name: String(setting[..<equals]), text: String(setting[setting.index(after: equals)...])))
      } else if word.hasPrefix("-"), word.count > 1, !isFile(word) {
        throw .message("%run has no option \(word); put the program's arguments after --")
      } else if file == nil {
        file = word
      } else {
        throw .message("put the program's arguments after --: %run \(file ?? "FILE") -- \(word)")
      }
    }
    guard let file else { throw .usage }
    path = file
  }
}

/// The code of `%time` and `%timeit`, and how often to run it.
package struct TimedCode: Equatable {
  /// The code to run.
  package var code: String
  /// Turns of a measurement; nil for as many as take about a fifth of a second.
  package var turns: Int?
  /// Measurements.
  package var runs = 7

  /// - Parameter options: whether `-n N` and `-r R` are allowed before the code.
  /// - Returns: nil if there is no code, or an option without its number.
  package init?(_ argument: String, options: Bool, _ dialect: Dialect) {
    var rest = argument.trimmed[...]
    while options, rest.hasPrefix("-n") || rest.hasPrefix("-r") {
      let isTurns = rest.hasPrefix("-n")
      let value = rest.dropFirst(2).drop { $0 == " " }
      let digits = value.prefix { $0.isASCII && $0.isNumber }
      let behind = value.dropFirst(digits.count)
      guard let number = Int(digits), number > 0, number <= 1_000_000_000,
        behind.isEmpty || behind.first.map(\.isWhitespace) == true
      else { return nil }
      if isTurns { turns = number } else { runs = number }
      rest = behind.drop(while: \.isWhitespace)
    }
    guard !rest.isEmpty else { return nil }
    code = TimedCode.unwrapped(String(rest), dialect)
  }

  /// The code of a block in braces. The language has no bare blocks, so braces around statements belong to the
  /// command. A record is not changed.
  private static func unwrapped(_ text: String, _ dialect: Dialect) -> String {
    guard text.hasPrefix("{") else { return text }
    let scalars = Array(text.unicodeScalars)
    let scanner = SourceScanner(scalars, dialect)
    guard scanner.partners[0] == scalars.count - 1 else { return text }
    if !Parser.parse(SourceFile(name: "", text: text), dialect).hasErrors { return text }
    let inner = String(String.UnicodeScalarView(scalars[1..<(scalars.count - 1)]))
    return inner.allSatisfy(\.isWhitespace) ? text : inner.trimmed
  }

  /// Whether Enter would run the command: no bracket and no string is open.
  package static func isComplete(
    _ argument: String, boundNames: Set<String>, _ dialect: Dialect
  ) -> Bool {
    guard let timed = TimedCode(argument, options: true, dialect) else { return true }
    let scanner = SourceScanner(Array(timed.code.unicodeScalars), dialect)
    if case .string = scanner.end { return false }
    if !scanner.open.isEmpty { return false }
    return !Parser.parse(SourceFile(name: "", text: timed.code), dialect, boundNames: boundNames).isIncomplete
  }
}
