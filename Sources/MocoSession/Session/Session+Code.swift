import MocoBase
import MocoLang
import MocoRuntime

extension Session {
  /// What tells a program from others: the hash of its text without its settings, and of the modules that it uses.
  ///
  /// - Throws: E0801 for a module that is not there, E0502 where one cannot be read.
  package func codeHash(of program: Program) throws -> String {
    try program.codeHash(try program.settings(checkContext()), interpreter.dialect) { [interpreter] in
      guard let load = interpreter.moduleLoader else {
        throw Failure("E0801", "modules cannot be loaded here", help: "leave them out")
      }
      return try load($0, $1)
    }
  }

  /// The same of the program in a file.
  ///
  /// - Throws: E0501, E0502 where it cannot be read; as the other.
  package func codeHash(of path: String) throws -> String {
    try codeHash(of: check(try SourceFile.read(path)).parsed.program)
  }
}
