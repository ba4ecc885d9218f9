import MocoLang
import MocoRuntime

/// A session over the standard library of the checkout.
func librarySession(_ recorder: RunRecorder? = nil) -> Runtime {
  var options = RuntimeOptions()
  options.library = StandardLibrary(root: MocoProcess.root + "/stdlib")
  options.recorder = recorder
  return Runtime(options: options)
}

/// What a program prints; where it fails, code and message of the error, with its help if `helps`.
func printed(_ program: String, in session: Runtime = librarySession(), helps: Bool = false) -> String {
  var output = ""
  session.interpreter.output = { output += $0 }
  let result = session.interpreter.run(SourceFile(name: "test.moco", text: program), mode: .program)
  for diagnostic in result.diagnostics {
    output += "\(diagnostic.code) \(diagnostic.message)\n"
    if helps { for help in diagnostic.help { output += "help: \(help)\n" } }
  }
  return output
}
