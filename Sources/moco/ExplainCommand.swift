import ArgumentParser
import MocoRuntime
import MocoSession
import MocoTerminal

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Explain an error code and how to fix the error.")

  @Argument(
    help: "A code such as E0203. Without a code, all codes are listed.",
    completion: .list(Runtime.dialect.errors.entries.map(\.code)))
  var code: String?

  @OptionGroup(title: "Appearance") var looks: LookOptions

  func run() throws {
    looks.apply()
    Console.start()
    var isKnown = true
    if let code {
      do {
        Console.showHelp(try ErrorPages.page(code, Runtime.dialect.errors), Runtime.dialect)
      } catch {
        Console.report(error.message + "\n")
        isKnown = false
      }
    } else {
      Console.print(ErrorPages.list(Runtime.dialect.errors))
    }
    Console.flush()
    throw (isKnown ? Status.fine : Status.usage).exit
  }
}
