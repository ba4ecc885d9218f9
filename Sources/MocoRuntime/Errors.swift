// How the errors of the layers below become errors of the language.

import MocoCLIP
import MocoLab
import MocoLang
import MocoPrompts
import MocoTensor

extension TensorError: LanguageError {}
extension CLIPError: LanguageError {}
extension PromptError: LanguageError {}
