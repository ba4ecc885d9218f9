// Errors, equality, quantities, time.

import Glibc
import MocoBase

extension CoreBuiltins {
  static var control: [NativeFunction] {
    [
      NativeFunction(
        core: "error(message = \"error\", code = \"E0900\", help = nil)",
        doc: """
          Raises an error: the nearest `catch` handles it, or the program ends with the message. Called with a
          caught error, it raises that error again.

          ```
          if lr <= 0 { error("the learning rate is \\(lr)") }
          ```
          """
      ) { machine, arguments in
        var message = arguments[0]
        var code = "E0900"
        var help: String?
        if message.tag == .record, let inner = machine.heap.field("message", of: message.pointer) {
          if let known = machine.heap.field("code", of: message.pointer), known.tag == .string {
            code = StringObject.text(known.pointer)
          }
          if let known = machine.heap.field("help", of: message.pointer), known.tag == .string {
            help = StringObject.text(known.pointer)
          }
          message = inner
        } else {
          code = StringObject.text(try machine.stringArgument(arguments[1], "code", "error"))
        }
        if arguments[2].tag == .string { help = StringObject.text(arguments[2].pointer) }
        throw Failure(code, try machine.text(message), help: help)
      },
      NativeFunction(
        core: "assert(condition, message = nil)",
        doc: """
          Raises an error unless the condition is true.

          ```
          assert(len(xs) > 0, "no images")
          ```
          """
      ) { machine, arguments in
        guard arguments[0].tag == .bool else { throw machine.notBool(arguments[0], "condition") }
        if arguments[0].asBool { return .null }
        let message =
          arguments[1].tag == .null ? "the assertion failed" : try machine.text(arguments[1])
        throw Failure("E0901", message, argument: "condition")
      },
      NativeFunction(
        core: "equal(a, b)",
        doc: """
          Whether two values are equal, including their contents. For tensors too it returns one Bool, where
          `==` compares element by element.

          ```
          equal([1, [2]], [1, [2]])     // true
          ```
          """
      ) { machine, arguments in .bool(try machine.equal(arguments[0], arguments[1])) },
      NativeFunction(
        core: "time()",
        doc: """
          Seconds since 1970, as a Float.

          ```
          let start = time()
          print("took \\(time() - start:.2f) s")
          ```
          """
      ) { _, _ in
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return .float(Double(now.tv_sec) + Double(now.tv_nsec) / 1e9)
      },
    ]
  }
}
