import Glibc
import MocoBase
import MocoLang

/// sleep, input.
func registerWaitingBuiltins(_ interpreter: Interpreter, _ context: RuntimeContext) {
  interpreter.define([
    NativeFunction(
      "sleep(seconds)",
      doc: """
        Waits for a number of seconds, which may have a fraction. Control-C ends it at once.

        ```
        while not exists("done.txt") { sleep(0.5) }
        ```
        """
    ) { arguments in
      let seconds = try arguments.float("seconds")
      guard seconds >= 0, seconds <= 1e9 else {
        throw arguments.failure(
          "E0305", "sleep does not accept \(NumberText.float(seconds)) for 'seconds'", at: "seconds",
          help: "pass a number of seconds from 0 to 1e9")
      }
      context.delegate?.runtimeFlushes()
      let end = ProcessClock.seconds + seconds
      while true {
        try arguments.interpreter.checkInterrupt()
        let rest = end - ProcessClock.seconds
        guard rest > 0 else { return .nil }
        usleep(UInt32(min(rest, 0.01) * 1e6) + 1)
      }
    },
    NativeFunction(
      "input(prompt = \"\")",
      doc: """
        Shows a prompt and reads a line from the terminal, without its line end. Control-D on an empty line gives
        nil; control-C ends the program. It is an error if standard input is not a terminal: use `args` or read a file.

        ```
        let name = input("which class? ") ?? "cat"
        ```
        """
    ) { arguments in
      let prompt = try arguments.string("prompt")
      guard let delegate = context.delegate, delegate.canAsk else {
        throw arguments.failure(
          "E0502", "input needs a terminal, but standard input is not one",
          help:
            "pass the values after -- and read them from args, or read a file with read_lines")
      }
      let interpreter = arguments.interpreter
      return try delegate.runtime(asks: prompt) { try interpreter.checkInterrupt() }.map { .string($0) }
        ?? .nil
    },
  ])
}
