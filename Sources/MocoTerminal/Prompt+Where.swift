import MocoBase
import MocoLang
import MocoRuntime
import MocoSession

extension Prompt {
  /// `%where`: the calls that the last error ended, and what was in their variables.
  func showFailedFrames() {
    guard let lastFailure else { return Console.print("no error yet\n") }
    Console.show(lastFailure + "\n")
    let frames = interpreter.failedFrames
    guard !frames.isEmpty else {
      return Console.print("  it came from no function: all names are as they were, %vars lists them\n")
    }
    for frame in frames {
      let place = frame.line.map { "\(frame.file):\($0)" } ?? frame.file
      Console.show("\n  \(frame.function.map { "in \($0)" } ?? "at the top level"), \(place)\n")
      if frame.variables.isEmpty { Console.print("    no variables\n") }
      let nameWidth = frame.variables.map(\.name.count).max() ?? 0
      let typeWidth = frame.variables.map(\.typeName.count).max() ?? 0
      for variable in frame.variables {
        let head = "    \(variable.name.padded(nameWidth + 2))\(variable.typeName.padded(typeWidth + 2))"
        Console.show(
          head + DisplayColumns.cut(variable.text, to: max(traits.width - head.count - 1, 10)) + "\n")
      }
      if frame.omitted > 0 { Console.print("    and \(frame.omitted) more\n") }
    }
  }
}
