import MocoBase
import MocoLang
import MocoRuntime

extension Session {
  /// What tells a program from others: the hash of its text without its settings, and of the modules that it uses.
  ///
  /// - Parameter path: the program's file.
  /// - Throws: E0501, E0502 where it cannot be read; E0801 for a module that is not there.
  package func codeHash(of path: String) throws -> String {
    let program = check(try SourceFile.read(path)).parsed.program
    return try program.codeHash(try program.settings(checkContext()), interpreter.dialect) { [interpreter] in
      guard let load = interpreter.moduleLoader else {
        throw Failure("E0801", "modules cannot be found here", help: "run the program with moco")
      }
      return try load($0, $1)
    }
  }
}
