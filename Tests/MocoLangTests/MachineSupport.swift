import Foundation
import MocoBase
import MocoLang

/// An interpreter that collects what it prints, loads modules from files, and has stand-ins for the functions
/// that the command forms call.
final class TestSession {
  final class Printed { var text = "" }

  let interpreter: Interpreter
  let printed = Printed()

  init(memoryLimit: Int = 256 << 20, configure: (inout Interpreter.Options) -> Void = { _ in }) {
    var options = Interpreter.Options()
    options.memoryLimit = memoryLimit
    options.recursionLimit = 5_000
    options.arguments = ["one", "two"]
    configure(&options)
    interpreter = Interpreter(dialect: .test, options: options)
    let printed = self.printed
    interpreter.output = { printed.text += $0 }
    interpreter.moduleLoader = { source, importer in
      guard case .path(let path) = source else {
        throw Failure("E0801", "there is no library here")
      }
      let file = URL(fileURLWithPath: importer.name).deletingLastPathComponent().appendingPathComponent(path)
        .standardizedFileURL.path
      guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
        throw Failure("E0801", "there is no module \(path)")
      }
      return LoadedModule(source: SourceFile(name: file, text: text), identity: file)
    }
    defineForms()
  }

  private func defineForms() {
    let printed = self.printed
    interpreter.define(
      NativeFunction("templates(groups, name, doc = nil)") { arguments in
        .record([
          ("groups", try arguments.value("groups")), ("name", try arguments.value("name")),
          ("doc", try arguments.value("doc")),
        ])
      })
    interpreter.define(
      NativeFunction("train(model, on, for, **options)") { arguments in
        .record([
          ("model", try arguments.value("model")), ("data", try arguments.value("on")),
          ("duration", .quantity(try arguments.quantity("for"))), ("options", .record(arguments.options)),
        ])
      })
    interpreter.define(
      NativeFunction("evaluate(model, on)") { arguments in
        .list([try arguments.value("model"), try arguments.value("on")])
      })
    interpreter.define(
      NativeFunction("show(x)") { arguments in
        printed.text += "shown \(arguments.interpreter.text(try arguments.value("x")))\n"
        return .nil
      })
  }

  /// Runs a text and gives what it printed; the failure's code and message where it failed.
  func run(_ text: String, mode: Interpreter.Mode = .program) -> String {
    printed.text = ""
    let result = interpreter.run(SourceFile(name: "test.moco", text: text), mode: mode)
    if let failure = result.failure { return printed.text + "\(failure.code): \(failure.message)" }
    return printed.text
  }
}
