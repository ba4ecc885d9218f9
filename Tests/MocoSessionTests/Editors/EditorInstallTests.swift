import Foundation
import FoundationXML
import MocoBase
import MocoLang
import MocoRuntime
import MocoSession
import MocoTestSupport
import Testing

/// `moco editor install` in a home of its own.
@Suite struct EditorInstallTests {
  private func install(_ arguments: [String], home: String) throws -> Ran {
    try moco(
      ["editor", "install"] + arguments,
      environment: [
        "HOME": home, "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": "", "VIRTUAL_ENV": "", "CONDA_PREFIX": "",
      ])
  }

  /// Names of all files below a folder, without those whose name begins with a dot.
  private func files(_ folder: String) -> [String] {
    (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []).filter {
      FileSystem.kind("\(folder)/\($0)") == .file && !FileSystem.name(of: $0).hasPrefix(".")
    }.sorted()
  }

  private var version: String { Moco.version }

  @Test func everyEditorHasItsPlace() throws {
    let places: [(String, String, [String])] = [
      (
        "vscode", ".vscode/extensions/moco.moco-\(version)",
        ["README.md", "extension.js", "language-configuration.json", "moco.tmLanguage.json", "package.json"]
      ),
      (
        "vim", ".vim/pack/moco/start/moco",
        ["compiler/moco.vim", "ftdetect/moco.vim", "ftplugin/moco.vim", "indent/moco.vim", "syntax/moco.vim"]
      ),
      (
        "neovim", ".local/share/nvim/site/pack/moco/start/moco",
        [
          "compiler/moco.vim", "ftdetect/moco.vim", "ftplugin/moco.vim", "indent/moco.vim", "lsp/moco.lua",
          "plugin/moco.lua",
          "syntax/moco.vim",
        ]
      ),
      ("emacs", ".local/share/emacs/site-lisp/moco", ["moco-mode.el"]),
      ("helix", ".config/helix", ["languages.toml"]),
    ]
    for (editor, folder, wanted) in places {
      let home = try TemporaryFolder()
      let ran = try install([editor], home: home.path)
      #expect(ran.status == 0 && ran.errors.isEmpty, "\(ran)")
      #expect(files("\(home.path)/\(folder)") == wanted)
      for name in wanted { #expect(ran.output.contains("wrote \(home.path)/\(folder)/\(name)\n")) }
      #expect(ran.output.contains("\nNext:\n"))
      // Doing it again changes nothing, and taking it away leaves the home as it was.
      #expect(try install([editor], home: home.path).status == 0)
      let removed = try install([editor, "--remove"], home: home.path)
      #expect(removed.status == 0 && removed.output.contains("removed "))
      #expect(try FileManager.default.subpathsOfDirectory(atPath: home.path) == [], "\(editor)")
      #expect(try install([editor, "--remove"], home: home.path).errors.contains("E0501"))
    }
  }

  @Test func aFileOfSomebodyElseIsKept() throws {
    let home = try TemporaryFolder()
    let folder = home.path + "/.config/helix"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try home.write("# mine\n", to: ".config/helix/languages.toml")
    let refused = try install(["helix"], home: home.path)
    #expect(refused.status == 70 && refused.errors.contains("E0504") && refused.errors.contains("--force"))
    #expect(try home.read(".config/helix/languages.toml") == "# mine\n")
    #expect(files(folder) == ["languages.toml"])
    #expect(try install(["helix", "--remove"], home: home.path).status == 70)
    #expect(try install(["helix", "--force"], home: home.path).status == 0)
    #expect(try home.read(".config/helix/languages.toml").contains("[language-server.moco]"))
    // What was changed since is neither replaced nor removed.
    try home.write("# mine again\n", to: ".config/helix/languages.toml")
    let changed = try install(["helix"], home: home.path)
    #expect(changed.status == 70 && changed.errors.contains("changed since"))
    let removed = try install(["helix", "--remove"], home: home.path)
    #expect(removed.status == 0 && removed.output.contains("left \(folder)/languages.toml as it is"))
    #expect(try home.read(".config/helix/languages.toml") == "# mine again\n")
  }

  @Test func nothingIsWrittenWhereOneFileCannotBe() throws {
    let home = try TemporaryFolder()
    let folder = home.path + "/here"
    try FileManager.default.createDirectory(atPath: folder + "/syntax", withIntermediateDirectories: true)
    try home.write("\" mine\n", to: "here/syntax/moco.vim")
    #expect(try install(["vim", "--to", folder], home: home.path).status == 70)
    #expect(files(folder) == ["syntax/moco.vim"])
    // A folder in the place of a file, and a file in the place of a folder.
    try FileManager.default.removeItem(atPath: folder + "/syntax/moco.vim")
    try FileManager.default.createDirectory(
      atPath: folder + "/syntax/moco.vim", withIntermediateDirectories: true)
    #expect(try install(["vim", "--to", folder], home: home.path).errors.contains("E0504"))
    try FileManager.default.removeItem(atPath: folder)
    try home.write("x", to: "here")
    #expect(try install(["vim", "--to", folder], home: home.path).errors.contains("E0504"))
  }

  @Test func aFileThatIsTheSameStaysTheirs() throws {
    let home = try TemporaryFolder()
    #expect(try install(["emacs", "--to", home.path + "/a"], home: home.path).status == 0)
    try FileManager.default.createDirectory(atPath: home.path + "/b", withIntermediateDirectories: true)
    try home.write(try home.read("a/moco-mode.el"), to: "b/moco-mode.el")
    let ran = try install(["emacs", "--to", home.path + "/b"], home: home.path)
    #expect(ran.status == 0 && ran.output.contains("left "))
    #expect(try install(["emacs", "--remove", "--to", home.path + "/b"], home: home.path).status == 0)
    #expect(files(home.path + "/b") == ["moco-mode.el"])
  }

  @Test func anEarlierVersionGoes() throws {
    let home = try TemporaryFolder()
    let words = EditorWords(dialect: .moco)
    let installation = EditorInstallation(.vscode, in: home.path)
    _ = try installation.install(words.files(for: .vscode, program: "/moco", version: "0.0.1"), force: false)
    _ = try installation.install(words.files(for: .vscode, program: "/moco", version: "0.0.2"), force: false)
    #expect(try FileSystem.list(home.path).filter { !$0.hasPrefix(".") } == ["moco.moco-0.0.2"])
    #expect(try installation.remove()?.done.count == 5)
  }

  @Test func aChangedListLeadsNowhereElse() throws {
    let home = try TemporaryFolder()
    try home.write("kept", to: "kept.txt")
    let digest = try SHA256.hex(file: home.path + "/kept.txt")
    try FileManager.default.createDirectory(atPath: home.path + "/e", withIntermediateDirectories: true)
    try home.write(
      "{\"format\": \"moco-editor\", \"files\": {\"../kept.txt\": \"\(digest)\", \"\(home.path)/kept.txt\": \"\(digest)\"}}",
      to: "e/.moco-editor-vim.json")
    #expect(try EditorInstallation(.vim, in: home.path + "/e").remove()?.done == [])
    #expect(try home.read("kept.txt") == "kept")
    try home.write("[]", to: "e/.moco-editor-vim.json")
    #expect(throws: Failure.self) { try EditorInstallation(.vim, in: home.path + "/e").remove() }
  }

  @Test func wrongUse() throws {
    let home = try TemporaryFolder()
    for arguments in [
      [], ["nano"], ["vim", "--to", ""], ["vim", "--force", "--remove"],
      ["vscode", "--remove", "--to", "a.vsix"],
    ] {
      #expect(try install(arguments, home: home.path).status == 64, "\(arguments)")
    }
    #expect(try install(["vim"], home: "").errors.contains("--to DIR"))
    #expect(try install(["pygments"], home: home.path).errors.contains("E0504"))
    #expect(try install(["pygments", "--to", home.path], home: home.path).errors.contains("E0501"))
  }

  @Test func pygmentsInAnEnvironment() throws {
    let home = try TemporaryFolder()
    let packages = home.path + "/lib/python3.11/site-packages"
    try FileManager.default.createDirectory(atPath: packages, withIntermediateDirectories: true)
    #expect(try install(["pygments", "--to", home.path], home: home.path).status == 0)
    #expect(files(packages).contains("moco_lexer.py"))
    #expect(try install(["pygments", "--to", home.path, "--remove"], home: home.path).status == 0)
    #expect(try FileSystem.list(packages) == [])
  }

  /// A folder that the editor does not read by itself needs a line in the editor's own file.
  @Test func anotherFolderIsNamedToTheEditor() throws {
    let folder = "/data/my, editors/moco"
    #expect(
      EditorKind.vim.nextSteps(in: folder).prefix(2) == [
        "put this line at the top of ~/.vimrc:", #"  set runtimepath+=/data/my\\,\ editors/moco"#,
      ])
    #expect(
      EditorKind.neovim.nextSteps(in: folder).prefix(2) == [
        "put this line at the top of ~/.config/nvim/init.lua:",
        #"  vim.opt.runtimepath:append("/data/my\\, editors/moco")"#,
      ])
    #expect(
      EditorKind.helix.nextSteps(in: folder).first
        == "copy the lines of \(folder)/languages.toml into ~/.config/helix/languages.toml")
    for editor in [EditorKind.vim, .neovim, .helix] {
      let usual = editor.nextSteps(in: try editor.home()) + editor.nextSteps(in: "/x/pack/a/start/moco")
      #expect(!usual.contains { $0.contains("runtimepath") }, "\(usual)")
    }
  }

  // MARK: What the files say

  private func text(
    _ editor: EditorKind, _ name: String, program: String = "/opt/mo co/\"moco\"'s"
  ) throws -> String {
    let files = EditorWords(dialect: .moco).files(for: editor, program: program, version: "1.2.3")
    return try #require(files.first { $0.name.hasSuffix(name) }?.text)
  }

  @Test func theManifestOfVSCode() throws {
    let json = try Json.parse(try text(.vscode, "package.json"))
    for key in ["name", "version", "publisher", "engines", "main", "contributes", "activationEvents"] {
      #expect(json[key] != nil, "\(key)")
    }
    #expect(json["version"] == "1.2.3" && json["engines"]?["vscode"]?.stringValue?.hasPrefix("^1.") == true)
    let contributes = json["contributes"]
    #expect(contributes?["languages"]?[0]?["extensions"] == [".moco"])
    let own = contributes?["languages"]?[0]?["id"]
    #expect(own == contributes?["grammars"]?[0]?["language"])
    #expect(contributes?["configuration"]?["properties"]?["moco.path"]?["default"] == "/opt/mo co/\"moco\"'s")
    // Every file that it names is there.
    let names = [
      json["main"], contributes?["languages"]?[0]?["configuration"], contributes?["grammars"]?[0]?["path"],
    ]
    for name in names.compactMap({ $0?.stringValue }) { _ = try text(.vscode, String(name.dropFirst(2))) }
    let configuration = try Json.parse(try text(.vscode, "language-configuration.json"))
    #expect(configuration["comments"]?["lineComment"] == "//")
    for pattern in ["wordPattern"] {
      _ = try NSRegularExpression(pattern: try #require(configuration[pattern]?.stringValue))
    }
    let grammar = try Json.parse(try text(.vscode, "moco.tmLanguage.json"))
    #expect(grammar["scopeName"] == contributes?["grammars"]?[0]?["scopeName"])
  }

  @Test func thePackageOfVSCode() throws {
    let home = try TemporaryFolder()
    let path = home.path + "/moco.vsix"
    let ran = try install(["vscode", "--to", path], home: home.path)
    #expect(ran.status == 0 && ran.output.contains("code --install-extension \(path)"))
    let archive = try ZipArchive(path: path)
    #expect(archive.entry("extension/package.json") != nil && archive.entry("extension/extension.js") != nil)
    for name in ["extension.vsixmanifest", "[Content_Types].xml"] {
      #expect(XMLParser(data: Data(try archive.read(try #require(archive.entry(name))))).parse())
    }
    #expect(try install(["vscode", "--to", path], home: home.path).errors.contains("E0504"))
    #expect(try install(["vscode", "--to", path, "--force"], home: home.path).status == 0)
  }

  @Test func thePathOfMocoIsQuoted() throws {
    #expect(try text(.neovim, "lsp/moco.lua").contains(#"cmd = { "/opt/mo co/\"moco\"'s", "lsp" }"#))
    #expect(try text(.vim, "compiler/moco.vim").contains(#"let s:program = '/opt/mo co/"moco"''s'"#))
    #expect(try text(.emacs, "moco-mode.el").contains(#"(defcustom moco-program "/opt/mo co/\"moco\"'s""#))
    #expect(try text(.helix, "languages.toml").contains(#"command = "/opt/mo co/\"moco\"'s""#))
  }

  @Test func theModeOfEmacsIsBalanced() throws {
    let text = try text(.emacs, "moco-mode.el")
    for keyword in Keyword.allCases { #expect(text.contains("\"\(keyword.rawValue)\""), "\(keyword)") }
    #expect(!text.contains("<keywords>") && !text.contains("<units>"))
    // Strings, characters and comments aside, every bracket has its partner.
    var depth = 0
    var (isString, isComment) = (false, false)
    var skips = false
    var before: Character = " "
    for letter in text {
      defer { before = letter }
      if skips {
        skips = false
        continue
      }
      if letter == "\\" {
        skips = true
      } else if isComment {
        isComment = letter != "\n"
      } else if letter == "\"", before != "?" {
        isString.toggle()
      } else if !isString, letter == ";" {
        isComment = true
      } else if !isString, before != "?", letter == "(" {
        depth += 1
      } else if !isString, before != "?", letter == ")" {
        depth -= 1
        #expect(depth >= 0)
      }
    }
    #expect(depth == 0 && !isString)
  }
}
