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
        Writes a String to a file and replaces it atomically: a reader sees the old file or the new one. Links are followed,
        and permissions are kept; see `help("data")`.

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
        Appends a String to a file, and creates the file if it does not exist: for logs, or JSON lines. It
        waits for a slow reader of a pipe.

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
        "Whether a file or folder with that path exists.\n\n```\nif not exists(\"out\") { make_folder(\"out\") }\n```"
    ) { arguments in .bool(FileSystem.kind(try arguments.string("path")) != .missing) },

    NativeFunction(
      "list_files(path = \".\")",
      doc: """
        The names in a folder, sorted; names of folders end in `/`.

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
        The paths that match a pattern, sorted. `*` matches any part of a name, `?` one character, `[ab]` and `[!ab]`
        one of these characters and any other one, `**` any number of folders. Names that begin with a dot match only a
        pattern that does. If nothing matches, the list is empty.

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
        "Creates a folder, and its parents; an existing one is not changed.\n\n```\nmake_folder(\"out/figures\")\n```"
    ) { arguments in
      try FileSystem.createFolder(arguments.string("path"))
      return .nil
    },

    NativeFunction(
      "env(name: String, default = nil)",
      doc: """
        An environment variable, or the default if it is not set.

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
