import MocoBase
import MocoLang
import MocoMethods

extension Runtime {
  /// A template set of the standard library, by its name in `use {name} from templates`.
  ///
  /// - Throws: E0706 for an unknown name.
  package static func templates(_ name: String) throws -> TemplateSet {
    guard name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else { throw unknown(name) }
    let text = "use {\(name)} from templates\n\(name)"
    let result = Runtime().interpreter.run(SourceFile(name: "<templates>", text: text))
    guard result.failure == nil, let value: TemplateSetValue = result.value.asHost() else {
      throw unknown(name)
    }
    return value.templates
  }

  private static func unknown(_ name: String) -> Failure {
    Failure(
      "E0706", "the standard library has no templates \"\(name)\"",
      help: "choose one of stdlib/modules/templates.moco")
  }
}
