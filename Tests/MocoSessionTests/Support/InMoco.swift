import MocoLang
import MocoRuntime
import MocoSession

// Texts of these tests are programs of moco.

extension SourceScanner {
  init(_ text: [Unicode.Scalar]) { self.init(text, Runtime.dialect) }
}

extension TimedCode {
  init?(_ argument: String, options: Bool) { self.init(argument, options: options, Runtime.dialect) }

  static func isComplete(_ argument: String, boundNames: Set<String>) -> Bool {
    isComplete(argument, boundNames: boundNames, Runtime.dialect)
  }
}

extension StartUpFile {
  static func parts(_ text: String) -> [Part] { parts(text, Runtime.dialect) }
}
