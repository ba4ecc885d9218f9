import Foundation
import FoundationXML
import MocoBase
import MocoTestSupport
import Testing

@Suite struct InstallTests {
  private func spec(_ folder: String) throws -> Json { try Json.parse(file: folder + "/kernel.json") }

  @Test func theSpecOfAUserStartsThisProgram() throws {
    let home = try TemporaryFolder()
    let environment = ["HOME": home.path, "XDG_DATA_HOME": "", "JUPYTER_DATA_DIR": ""]
    let ran = try moco(["kernel", "install", "--user"], environment: environment)
    let folder = home.path + "/.local/share/jupyter/kernels/moco"
    #expect(ran.status == 0 && ran.output.hasPrefix("installed in \(folder)\n"), "\(ran)")
    let json = try spec(folder)
    let program = URL(fileURLWithPath: try Built.moco()).resolvingSymlinksInPath().path
    #expect(json["argv"] == [.string(program), "kernel", "{connection_file}"])
    #expect(
      json["display_name"] == "moco" && json["language"] == "moco" && json["interrupt_mode"] == "message")
    #expect(json["metadata"] == ["debugger": false])
    #expect(json["env"]?["MOCO_STDLIB"] == .string(Built.root + "/stdlib"))
    let png = try Data(contentsOf: URL(fileURLWithPath: folder + "/logo-64x64.png"))
    #expect(
      png.prefix(8) == Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) && png[19] == 64
        && png[23] == 64)
    let svg = try Data(contentsOf: URL(fileURLWithPath: folder + "/logo-svg.svg"))
    #expect(XMLParser(data: svg).parse())
    #expect(
      try moco(["kernel", "list"], environment: environment).output.hasPrefix(
        "\(folder)  starts \(program)\n"))
  }

  @Test func aPrefixMayHaveBlanksAndInstallingAgainChangesNothing() throws {
    let place = try TemporaryFolder()
    let prefix = place.path + "/a prefix é"
    let folder = prefix + "/share/jupyter/kernels/moco"
    var before: Data?
    for _ in 0..<2 {
      let ran = try moco(["kernel", "install", "--prefix", prefix])
      #expect(ran.status == 0 && ran.output.contains("a prefix é/share/jupyter/kernels/moco"), "\(ran)")
      let now = try Data(contentsOf: URL(fileURLWithPath: folder + "/kernel.json"))
      #expect(before == nil || before == now)
      before = now
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [
        "kernel.json", "logo-64x64.png", "logo-svg.svg",
      ])
    #expect(try moco(["kernel", "uninstall", "--prefix", prefix]).status == 0)
    #expect(!FileManager.default.fileExists(atPath: folder))
    let again = try moco(["kernel", "uninstall", "--prefix", prefix])
    #expect(again.status == 70 && again.errors.contains("E0501"), "\(again)")
  }

  /// The lexer is put where Pygments finds it, and kernels that are installed beside it name it.
  @Test func theLexerIsInstalledForPygments() throws {
    let place = try TemporaryFolder()
    let packages = place.path + "/lib/python3.11/site-packages"
    try FileSystem.createFolder(packages)
    func lexer() throws -> Json? {
      #expect(try moco(["kernel", "install", "--prefix", place.path]).status == 0)
      return try spec(place.path + "/share/jupyter/kernels/moco")["env"]?["MOCO_PYGMENTS_LEXER"]
    }
    #expect(try lexer() == nil)
    try FileSystem.createFolder(packages + "/moco_lexer-0.0.1.dist-info")
    try AtomicFile.write("old", to: packages + "/moco_lexer-0.0.1.dist-info/METADATA")
    for target in [place.path, packages, place.path] {
      let ran = try moco(["lexer", "--install", target])
      #expect(ran.status == 0 && ran.output == "installed in \(packages)\n", "\(ran)")
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: packages).sorted()
    #expect(names.count == 2 && names.last == "moco_lexer.py", "\(names)")
    let entry = try FileSystem.readText("\(packages)/\(names[0])/entry_points.txt")
    #expect(entry == "[pygments.lexers]\nmoco = moco_lexer:MocoLexer\n")
    let printed = try moco(["lexer", "pygments"])
    #expect(try printed.output == FileSystem.readText(packages + "/moco_lexer.py"))
    #expect(try lexer() == "moco")
    let kernel = try RunningKernel(environment: ["MOCO_PYGMENTS_LEXER": "moco"])
    let info = try kernel.client().ask("kernel_info_request").content["language_info"]
    #expect(info?["pygments_lexer"] == "moco")
    for (arguments, status) in [
      (["lexer"], 64), (["lexer", "emacs"], 64), (["lexer", "vim", "--install", "x"], 64),
      (["lexer", "--install", place.path + "/none"], 70),
      (["lexer", "--install", place.path + "/share"], 70),
    ] {
      let ran = try moco(arguments)
      #expect(ran.status == status && !ran.errors.isEmpty, "\(ran)")
    }
    for kind in ["textmate", "vim"] {
      let ran = try moco(["lexer", kind])
      let name = kind == "vim" ? "moco.vim" : "moco.tmLanguage.json"
      #expect(try ran.output == FileSystem.readText(Repository.root + "/editors/" + name))
    }
  }

  @Test func theFolderOfJupyterAndOfPythonAreHeeded() throws {
    let place = try TemporaryFolder()
    let user = try moco(["kernel", "install"], environment: ["JUPYTER_DATA_DIR": place.path + "/data"])
    #expect(
      user.status == 0 && user.output.hasPrefix("installed in \(place.path)/data/kernels/moco\n"), "\(user)")
    let environment = ["VIRTUAL_ENV": place.path + "/venv"]
    let own = try moco(["kernel", "install", "--sys-prefix", "--name", "Moco-dev"], environment: environment)
    let folder = place.path + "/venv/share/jupyter/kernels/moco-dev"
    #expect(own.status == 0 && own.output.hasPrefix("installed in \(folder)\n"), "\(own)")
    #expect(try spec(folder)["display_name"] == "moco (moco-dev)")
  }

  @Test func theKernelOfAnotherLanguageStays() throws {
    let place = try TemporaryFolder()
    let folder = place.path + "/share/jupyter/kernels/moco"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let text = "{\"argv\": [\"x\"], \"display_name\": \"X\", \"language\": \"x\"}"
    try text.write(toFile: folder + "/kernel.json", atomically: true, encoding: .utf8)
    for command in ["install", "uninstall"] {
      let ran = try moco(["kernel", command, "--prefix", place.path])
      #expect(ran.status == 70 && ran.errors.contains("E0504"), "\(ran)")
    }
    #expect(try String(contentsOfFile: folder + "/kernel.json", encoding: .utf8) == text)
  }

  @Test func placesAndNamesThatCannotBeAreRefused() throws {
    let place = try TemporaryFolder()
    #expect(try moco(["kernel", "install", "--user", "--prefix", place.path]).status == 64)
    let name = try moco(["kernel", "install", "--prefix", place.path, "--name", "a/b"])
    #expect(name.status == 70 && name.errors.contains("is not a valid name for a kernel"), "\(name)")
    try place.write("", to: "file")
    let file = try moco(["kernel", "install", "--prefix", place.path + "/file"])
    #expect(file.status == 70 && file.errors.contains("E0504"), "\(file)")
    let homeless = try moco(
      ["kernel", "install"], environment: ["HOME": "", "XDG_DATA_HOME": "", "JUPYTER_DATA_DIR": ""])
    #expect(homeless.status == 70 && homeless.errors.contains("no home folder is set"), "\(homeless)")
  }
}
