import MocoBase
import MocoLang
import MocoRuntime

extension Session {
  /// The identity of a program: the hash of its text without its settings, and of the modules that it uses.
  ///
  /// - Throws: E0801 for a missing module, E0502 if one cannot be read.
  package func codeHash(of program: Program) throws -> String {
    try program.codeHash(try program.settings(checkContext()), interpreter.dialect) { [interpreter] in
      guard let load = interpreter.moduleLoader else {
        throw Failure("E0801", "modules cannot be loaded here", help: "remove the 'use' lines")
      }
      return try load($0, $1)
    }
  }

  /// The same for the program in a file.
  ///
  /// - Throws: E0501, E0502 if it cannot be read; and the errors of the other method.
  package func codeHash(of path: String) throws -> String {
    try codeHash(of: check(try SourceFile.read(path)).parsed.program)
  }
}
