// How the errors of the layers below become errors of the language.

import MocoCLIP
import MocoLab
import MocoLang
import MocoPrompts
import MocoTensor

extension TensorError: LanguageError {}
extension CLIPError: LanguageError {}
extension PromptError: LanguageError {}

extension Arguments {
  /// Marks an argument as the one that an error of a layer below is about.
  func placed<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as any LanguageError where !(error is LanguageFailure) {
      throw failure(error.code, error.message, at: name, help: error.help)
    }
  }
}
