import MocoLang
import MocoSession

extension Prompt {
  /// `%config`, `%config NAME`, `%config NAME VALUE`
  func configure(_ argument: String) {
    let words = argument.split(whereSeparator: \.isWhitespace).map(String.init)
    switch words.count {
    case 0, 1:
      let names = words.isEmpty ? PromptSettings.names : words
      for name in names {
        guard PromptSettings.names.contains(name) else {
          var unused = settings
          do { try unused.set(name, "") } catch { Console.report(error.text + "\n") }
          return
        }
        Console.print(
          "  " + name.padded(9) + settings.text(name).padded(9) + PromptSettings.explanation(name) + "\n")
      }
    case 2:
      do { try settings.set(words[0], words[1]) } catch { Console.report(error.text + "\n") }
    default: usage(.config)
    }
  }
}
