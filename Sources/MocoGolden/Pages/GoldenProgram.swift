import MocoBase
import MocoLang
import MocoRuntime

/// A program that uses a page of the standard library, run with values of a golden file.
struct GoldenProgram {
  let runtime: Runtime

  init() {
    var options = RuntimeOptions()
    options.library = StandardLibrary(root: GoldenPaths.library)
    runtime = Runtime(options: options)
  }

  /// - Throws: `GoldenFault` with the error of the program.
  func run(_ text: String) throws {
    let result = runtime.interpreter.run(SourceFile(name: "golden", text: text))
    guard let failure = result.failure else { return }
    throw GoldenFault("the page does not run: \(failure.message)")
  }

  /// A value in the notation of the language.
  static func literal(_ json: Json) -> String {
    if let text = json.stringValue { return StringText.quoted(text) }
    if let list = json.arrayValue { return "[" + list.map(literal).joined(separator: ", ") + "]" }
    if let whole = json.intValue { return String(whole) }
    if let number = json.doubleValue { return NumberText.float(number) }
    return "nil"
  }
}
