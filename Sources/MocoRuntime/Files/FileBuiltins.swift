import Glibc
import MocoBase
import MocoLang

/// read_text, write_text, append_text, exists, list_files, make_folder, env.
func registerFileBuiltins(_ interpreter: Interpreter, _ context: RuntimeContext) {
  interpreter.define([
    NativeFunction(
      "read_text(path: String)",
      doc: """
        The contents of a UTF-8 file. Paths are relative to the folder in which moco was started.

        ```
        let lines = read_text("notes.txt").split("\\n")
        ```
        """
    ) { arguments in .string(try FileSystem.readText(arguments.string("path"))) },

    NativeFunction(
      "write_text(path: String, text)",
      doc: """
        Writes a text to a file, replacing it as a whole: a reader sees the old file or the new one. Links are followed,
        and permissions stay; `help("data")` says more.

        ```
        write_text("notes.txt", "first line\\n")
        ```
        """
    ) { arguments in
      let text = try arguments.string("text")
      try AtomicFile.write(text, to: arguments.string("path"))
      return .nil
    },

    NativeFunction(
      "append_text(path: String, text)",
      doc: """
        Writes a text behind what a file holds, and makes the file where there is none: a log, or JSON a line. What
        reads a pipe slowly is waited for.

        ```
        append_text("log.jsonl", to_json({epoch: 1, loss: 0.7}) + "\\n")
        ```
        """
    ) { arguments in
      let path = try arguments.string("path")
      try FileSystem.append(Array(arguments.string("text").utf8), to: path)
      return .nil
    },

    NativeFunction(
      "exists(path: String)",
      doc:
        "Whether there is a file or folder of that name.\n\n```\nif not exists(\"out\") { make_folder(\"out\") }\n```"
    ) { arguments in .bool(FileSystem.kind(try arguments.string("path")) != .missing) },

    NativeFunction(
      "list_files(path = \".\")",
      doc: """
        The names in a folder, sorted; those of folders end in `/`.

        ```
        [name for name in list_files("photos") if name.ends_with(".png")]
        ```
        """
    ) { arguments in
      let path = try arguments.string("path")
      return .list(
        try FileSystem.list(path).map { FileSystem.kind("\(path)/\($0)") == .folder ? $0 + "/" : $0 })
    },

    NativeFunction(
      "glob(pattern: String)",
      doc: """
        The paths that fit a pattern, sorted: `*` stands for any part of a name, `?` for one character, `[ab]` and `[!ab]`
        for one of these and one of the others, `**` for any number of folders. Names that begin with a point fit only a
        pattern that does. Where nothing fits, the list is empty.

        ```
        for path in glob("photos/**/*.png") { print(path) }
        ```
        """
    ) { arguments in
      let pattern = try arguments.string("pattern")
      guard !pattern.isEmpty else {
        throw arguments.failure(
          "E0305", "the pattern of glob is empty", at: "pattern", help: "write glob(\"*\")")
      }
      let interpreter = arguments.interpreter
      let paths = try Glob.paths(pattern) { try interpreter.checkInterrupt() }
      try interpreter.checkRoom(for: paths.count, each: 120)
      return .list(paths)
    },

    NativeFunction(
      "make_folder(path: String)",
      doc:
        "Makes a folder, with those above it; one that is there is left as it is.\n\n```\nmake_folder(\"out/figures\")\n```"
    ) { arguments in
      try FileSystem.createFolder(arguments.string("path"))
      return .nil
    },

    NativeFunction(
      "env(name: String, default = nil)",
      doc: """
        An environment variable, or the default where it is not set.

        ```
        env("HOME")
        ```
        """
    ) { arguments in
      guard let found = getenv(try arguments.string("name")) else { return arguments["default"] ?? .nil }
      return .string(String(cString: found))
    },
  ])
}
