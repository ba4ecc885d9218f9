import MocoBase
import MocoLang

extension SessionCommand {
  static let explain = SessionCommand("explain", "CODE", "explains an error code", completion: .code) {
    session, argument in
    if argument.isEmpty {
      session.say(ErrorPages.list(session.interpreter.dialect.errors))
    } else {
      session.explain(argument)
    }
  }

  static let help = SessionCommand("help", "", "lists the commands") { session, _ in session.listCommands() }

  static let quit = SessionCommand("quit", "", "ends the session, as ^D does") { session, _ in
    session.isLeaving = true
  }

  static let reload = SessionCommand(
    "reload", "[NAME]", "reloads the modules in use, or one of them, changed or not", completion: .code
  ) { session, argument in
    session.reload(argument)
  }

  static let config = SessionCommand(
    "config", "[NAME [VALUE]]", "shows and changes settings: digits, rows, images, suggest",
    completion: .words { typed in
      let words = typed.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      if words.count == 2, words[0] == "suggest" { return (["on", "off"], words[1]) }
      return words.count == 1 ? (SessionSettings.names.map { $0 + " " }, typed) : ([], "")
    }
  ) { session, argument in
    session.configure(argument)
  }
}

extension Session {
  fileprivate func listCommands() {
    let rows =
      commands.map { ("%" + $0.usage, $0.doc) } + [
        ("!COMMAND", "runs a command of the shell"),
        ("x = !COMMAND", "stores the lines that it prints in a List"),
      ]
    // A command that is longer than most is on its own line.
    let width = 22
    for (usage, explanation) in rows {
      let margin = String(repeating: " ", count: width + 2)
      let head = usage.count < width ? usage.padded(width) : usage + "\n" + margin
      let lines = DisplayColumns.wrapped(explanation, columns: max(20, self.width - width - 2))
      say("  " + head + lines.joined(separator: "\n" + margin) + "\n")
    }
  }

  /// Shows the page of an error code.
  func explain(_ code: String) {
    do {
      delegate.show(page: try ErrorPages.page(code, interpreter.dialect.errors, library: library))
    } catch {
      complain(error.message + "\n")
    }
  }

  /// `%config`, `%config NAME`, `%config NAME VALUE`
  fileprivate func configure(_ argument: String) {
    let words = argument.split(whereSeparator: \.isWhitespace).map(String.init)
    switch words.count {
    case 0, 1:
      let names = words.isEmpty ? SessionSettings.names : words
      for name in names {
        guard SessionSettings.names.contains(name) else {
          var unused = settings
          do { try unused.set(name, "") } catch { complain(error.text + "\n") }
          return
        }
        say("  " + name.padded(9) + settings.text(name).padded(9) + SessionSettings.explanation(name) + "\n")
      }
    case 2:
      do { try settings.set(words[0], words[1]) } catch { complain(error.text + "\n") }
    default: usage("config")
    }
  }
}
