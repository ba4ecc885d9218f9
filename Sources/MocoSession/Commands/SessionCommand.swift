import MocoBase
import MocoLang

/// A command of a session: `%name argument`. All uses of commands read this table: `%help`, `?%name`, the
/// search for a word, completion, and the session that executes it. Adding one is an entry in `all`, or in
/// `Session.commands`.
public struct SessionCommand: Sendable {
  /// How its argument is completed.
  public enum Argument: Sendable {
    case nothing
    /// Code of the language, completed as such after its first letter.
    case code
    case path
    /// `[-f] FILE`
    case writtenPath
    /// A path, until `--` or `--set` begins the program's own arguments.
    case program
    /// Words for the text typed so far, and the number of characters that they replace.
    case words(@Sendable (_ typed: String) -> (candidates: [String], word: String))
  }

  /// Without its `%`.
  public var name: String
  /// The arguments after the name: `[-f] FILE.moco`; empty for none.
  public var argument: String
  /// A description that could follow its name; no capital and no period.
  public var doc: String
  /// How its argument is completed.
  public var completion: Argument
  /// Its action. It publishes through the session.
  public var action: @Sendable (Session, _ argument: String) -> Void

  /// A command; see the fields.
  public init(
    _ name: String, _ argument: String = "", _ doc: String, completion: Argument = .nothing,
    action: @escaping @Sendable (Session, _ argument: String) -> Void
  ) {
    self.name = name
    self.argument = argument
    self.doc = doc
    self.completion = completion
    self.action = action
  }

  /// Its usage, without its `%`.
  public var usage: String { argument.isEmpty ? name : "\(name) \(argument)" }

  /// Every command of a session whose front end adds no others, by name.
  public static let all: [SessionCommand] = [
    cd, config, edit, explain, help, history, load, pwd, quit, reload, reset, run, save, time, timeit,
    vars, `where`, who,
  ]
}

extension Session {
  func command(_ line: String) {
    let text = line.dropFirst()
    let name = String(text.prefix { !$0.isWhitespace })
    let argument = String(text.dropFirst(name.count)).trimmed
    guard let command = commands.first(where: { $0.name == name }) else {
      let near = Nearest.name(to: name, among: commands.map(\.name))
      complain(
        "unknown command %\(name)" + (near.map { "; did you mean %\($0)?" } ?? "; %help lists them")
          + "\n"
      )
      return
    }
    command.action(self, argument)
  }

  /// Shows the usage of a command.
  package func usage(_ name: String) {
    complain("write %\(commands.first { $0.name == name }?.usage ?? name)\n")
  }
}
