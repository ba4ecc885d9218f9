import MocoBase
import MocoLang
import MocoRuntime
import MocoTerminal

enum ProgramFormat {
  /// Formats files. - Returns: the exit status.
  static func run(files: [String], check: Bool) -> Status {
    var status = Status.fine
    for file in files {
      do {
        let source = file == "-" ? try WholeProgram.standardInput() : try SourceFile.read(file)
        guard let laidOut = Formatter.format(source, Runtime.dialect) else {
          Console.report(Parser.parse(source, Runtime.dialect).diagnostics.filter(\.isError))
          status = .invalid
          continue
        }
        if file == "-", !check {
          Console.print(laidOut)
        } else if laidOut != source.text {
          if check { status = .invalid } else { try AtomicFile.write(laidOut, to: file) }
          Console.show(file + "\n")
        }
      } catch {
        Console.report(error)
        if status == .fine { status = .usage }
      }
    }
    Console.flush()
    return status
  }
}
