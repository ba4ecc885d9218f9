// print, help.

import MocoBase

extension CoreBuiltins {
  static var output: [NativeFunction] {
    [
      NativeFunction(
        core: "print(*values, sep = \" \", end = \"\\n\")",
        doc: """
          Writes its arguments, separated by spaces, and a line break.

          ```
          print("epoch", 3, 0.25)        // epoch 3 0.25
          print(1, 2, sep: ", ", end: "")
          ```
          """
      ) { machine, arguments in
        let sep = try machine.stringArgument(arguments[0], "sep", "print")
        let end = try machine.stringArgument(arguments[1], "end", "print")
        let values = arguments[2].pointer.list.pointee
        var writer = TextWriter(machine: machine)
        for index in 0..<values.count {
          if index > 0 { writer.bytes += StringObject.bytes(sep) }
          try writer.write(values.items[index])
        }
        writer.bytes += StringObject.bytes(end)
        machine.interpreter.output(writer.text)
        return .null
      },
      NativeFunction(
        core: "help(x = nil, name = nil)",
        doc: """
          Describes a function, with its signature, or a value. With a String it shows the reference page of
          this name, or for other words the names and pages that have them; without an argument it lists the pages. `help("all")` lists every function and the
          members of every type, one per line.

          ```
          help(sorted)
          help("strings")
          ```
          """
      ) { machine, arguments in
        let interpreter = machine.interpreter
        var text: String?
        if arguments[1].tag == .string {
          text = interpreter.help(named: StringObject.text(arguments[1].pointer))
        }
        if text == nil, arguments[0].tag == .string {
          let name = StringObject.text(arguments[0].pointer)
          let described = interpreter.help(named: name)
          text = name == "all" ? interpreter.indexPage : interpreter.helpPage?(name)
          if text == nil, described == nil { text = interpreter.dialect.help(verb: name) }
          if text == nil {
            text = described
          } else if described != nil {
            text = (text ?? "") + "\n`help(\(name))` describes the name."
          }
          if text == nil {
            if let (_, functions) = interpreter.indexOfOptions.first(where: { $0.option == name }) {
              throw Failure(
                "E0305", "\(Diagnostic.visible(name)) is an option of \(functions.joined(separator: ", "))",
                help: "write help(\"\(functions[0])\")", argument: "x")
            }
            text = interpreter.searchHelp?(name)
          }
          if text == nil {
            let near = Nearest.name(to: name, among: interpreter.helpPages() + interpreter.names.map(\.name))
            throw Failure(
              "E0305", "unknown page or name: \(Diagnostic.visible(name))",
              help: near.map { "did you mean help(\"\($0)\")?" } ?? "help() lists the pages", argument: "x")
          }
        }
        if arguments[0].tag == .null, arguments[1].tag != .string { text = interpreter.helpPage?("index") }
        if text == nil, arguments[0].tag != .null {
          text = interpreter.help(for: AnyValue(arguments[0], in: machine.heap))
        }
        let shown = text ?? "Write help(name) for a function or value, for example help(print)."
        if let show = interpreter.showHelp {
          show(shown)
        } else {
          interpreter.output(TerminalText.safe(shown) + "\n")
        }
        return .null
      },
    ]
  }
}
