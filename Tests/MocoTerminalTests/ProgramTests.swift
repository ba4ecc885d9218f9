import Foundation
import MocoTensor
import MocoTestSupport
import Testing

/// moco without a terminal: whole programs, exit statuses, the other subcommands.
@Suite struct ProgramTests {
  @Test func standardInputIsAProgram() throws {
    let ran = try moco([], input: "let a = 20\nprint(a + 1)\na + 2\n")
    #expect(ran.status == 0)
    #expect(ran.output == "21\n")
    // A program shows nothing by itself, so the last line does nothing, and that is said.
    #expect(ran.errors.contains("warning[E0121]") && ran.errors.contains("<stdin>:3:1"))
  }

  @Test func aSyntaxErrorIs65() throws {
    let ran = try moco([], input: "print(1)\nlet = 2\n")
    #expect(ran.status == 65)
    #expect(ran.output == "")
    #expect(ran.errors.contains("error[E01"))
    #expect(ran.errors.contains("<stdin>:2:"))
  }

  @Test func aFailureIs70AndEndsTheProgram() throws {
    let ran = try moco([], input: "print(1)\nlet a = [1, 2]\nprint(a[5])\nprint(3)\n")
    #expect(ran.status == 70)
    #expect(ran.output == "1\n")
    #expect(ran.errors.contains("E0202"))
  }

  @Test func aRunFileHasArgumentsAndSettings() throws {
    let folder = try TemporaryFolder()
    try folder.write("let shots = 16\nlet name = \"x\"\nprint(shots, name, args())\n", to: "a.moco")
    let plain = try moco(["run", "--no-record", "a.moco", "--", "one", "--two"], folder: folder.path)
    #expect(plain.output == "16 x [\"one\", \"--two\"]\n")
    let set = try moco(
      ["run", "--no-record", "--set", "shots=4", "--set", "name=yes", "a.moco"], folder: folder.path)
    #expect(set.output == "4 yes []\n")
    let short = try moco(["a.moco", "--no-record"], folder: folder.path)
    #expect(short.output == "16 x []\n")
    let unknown = try moco(["run", "--no-record", "--set", "shot=4", "a.moco"], folder: folder.path)
    #expect(unknown.status == 64)
    #expect(unknown.errors.contains("shots"))
  }

  @Test func codeOnTheCommandLine() throws {
    let ran = try moco(["-e", "print([x * 2 for x in 0..<3], args())", "--", "a"])
    #expect(ran.output == "[0, 2, 4] [\"a\"]\n")
    #expect(ran.status == 0)
    #expect(try moco(["-e", "error(\"no\")"]).status == 70)
    #expect(try moco(["-e", "1 +"]).status == 65)
  }

  @Test func checkLooksWithoutRunning() throws {
    let folder = try TemporaryFolder()
    try folder.write("let a = 1\nprint(a)\n", to: "good.moco")
    try folder.write("print(undefined_name)\n", to: "bad.moco")
    try folder.write("let b = = 1\nlet c = (\n", to: "worse.moco")
    let good = try moco(["check", "good.moco"], folder: folder.path)
    #expect(good.status == 0)
    #expect(good.output == "good.moco: ok\n")
    let bad = try moco(["check", "good.moco", "bad.moco", "worse.moco"], folder: folder.path)
    #expect(bad.status == 65)
    #expect(bad.errors.contains("E0301"))
    #expect(bad.errors.contains("worse.moco:1:"))
  }

  @Test func checkKnowsArgumentsOfBuiltins() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "let clip = load_clip(\"small\", activaton: \"gelu\")\nprint(clip, 1, sep: \"\")\nfloat()\n",
      to: "a.moco")
    let ran = try moco(["check", "a.moco"], folder: folder.path)
    #expect(ran.status == 65)
    #expect(ran.errors.contains("a.moco:1:31") && ran.errors.contains("did you mean 'activation'?"))
    #expect(ran.errors.contains("a.moco:3:1") && !ran.errors.contains("a.moco:2:"))
  }

  @Test func checkWarnsAndAgreesWithWhatShips() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "func f(x) {\n  let unused = 1\n  return x\n  print(x)\n}\nf(1)\ntemplates t { group \"a\" { \"no place\" } }\n",
      to: "a.moco")
    let ran = try moco(["check", "a.moco"], folder: folder.path)
    for code in ["E0117", "E0112", "E0701"] { #expect(ran.errors.contains(code), "\(ran.errors)") }
    let stdlib = Built.root + "/stdlib"
    for part in ["examples", "modules"] {
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(stdlib)/\(part)").filter {
        $0.hasSuffix(".moco")
      }
      let shipped = try moco(["check"] + names.map { "\(stdlib)/\(part)/\($0)" })
      #expect(shipped.status == 0 && shipped.errors == "", "\(shipped.errors)")
    }
  }

  @Test func fmtLaysOut() throws {
    let folder = try TemporaryFolder()
    try folder.write("let a=1\n", to: "a.moco")
    try folder.write("let b = 2\n", to: "b.moco")
    try folder.write("let = 3\n", to: "c.moco")
    let check = try moco(["fmt", "--check", "a.moco", "b.moco"], folder: folder.path)
    #expect(check.status == 65 && check.output == "a.moco\n")
    #expect(try folder.read("a.moco") == "let a=1\n")
    let wrote = try moco(["fmt", "a.moco", "b.moco"], folder: folder.path)
    #expect(wrote.status == 0 && wrote.output == "a.moco\n")
    #expect(try folder.read("a.moco") == "let a = 1\n")
    #expect(try moco(["fmt", "--check", "a.moco", "b.moco"], folder: folder.path).status == 0)
    let bad = try moco(["fmt", "c.moco"], folder: folder.path)
    #expect(bad.status == 65 && bad.errors.contains("c.moco:1:5"))
    #expect(try folder.read("c.moco") == "let = 3\n")
    #expect(try moco(["fmt", "no.moco"], folder: folder.path).status == 64)
    #expect(try moco(["fmt", "-"], input: "f( 1 )").output == "f(1)\n")
  }

  @Test func shellsCanComplete() throws {
    for shell in ["bash", "zsh", "fish"] {
      let script = try moco(["--generate-completion-script", shell])
      #expect(script.status == 0 && script.output.contains("explain") && script.output.contains("moco"))
    }
  }

  @Test func explainShowsThePage() throws {
    let ran = try moco(["explain", "E0203"])
    #expect(ran.status == 0)
    #expect(ran.output.contains("E0203"))
    #expect(try moco(["explain", "e0203"]).output == ran.output)
    let wrong = try moco(["explain", "E9999"])
    #expect(wrong.status == 64)
    #expect(try moco(["explain"]).output.contains("E0403"))
  }

  @Test func wrongUseIs64() throws {
    #expect(try moco(["run"]).status == 64)
    #expect(try moco(["--no-such-option"]).status == 64)
    #expect(try moco(["frobnicate"]).status == 64)
    #expect(try moco(["run", "--set", "x", "a.moco"]).status == 64)
    let missing = try moco(["run", "no/such/file.moco"])
    #expect(missing.status == 64)
    #expect(missing.errors.contains("no/such/file.moco"))
  }

  @Test func saysItsVersionAndHelp() throws {
    let version = try moco(["--version"])
    #expect(version.output.hasPrefix("moco ") && version.output.contains("; OpenBLAS \(Blas.description); "))
    // It is said where OpenBLAS is loaded.
    let unknown = try moco(["--version"], environment: ["OPENBLAS_CORETYPE": "nonsense"])
    #expect(unknown.status == 0)
    #expect(unknown.errors.contains("note: OPENBLAS_CORETYPE=nonsense is ignored"))
    let program = try moco(["-e", "print(1)"], environment: ["OPENBLAS_CORETYPE": "nonsense"])
    #expect(program.output == "1\n" && program.errors.isEmpty == Products.isPortable)
    #expect(try moco(["--help"]).output.contains("moco explain CODE"))
    #expect(try moco(["--help"]).output.contains("New here? moco -e 'help(\"tutorial\")'"))
  }

  @Test func computesWithTheKernelsThatAreNamed() throws {
    for copy in KernelFamily.copies {
      let ran = try moco(["--version"], environment: ["MOCO_KERNELS": copy])
      #expect(ran.output.contains("vector kernels \(copy)\n") && ran.errors.isEmpty)
    }
    #expect(
      try moco(["--version"], environment: ["MOCO_KERNELS": "BASELINE"]).output.contains("kernels baseline\n")
    )
    for value in ["sse", "avx", "avx1024", " avx2", "2"] {
      let ran = try moco(["-e", "print(1)"], environment: ["MOCO_KERNELS": value])
      #expect(ran.output == "1\n" && ran.status == 0)
      #expect(
        ran.errors.hasPrefix(
          "note: MOCO_KERNELS=\(value) is ignored: unknown kernels, so "))
      #expect(ran.errors.contains("is used; set it to one of "))
    }
    let unset = try moco(["-e", "print(1)"], environment: ["MOCO_KERNELS": ""])
    #expect(unset.errors.isEmpty && unset.output == "1\n")
  }

  @Test func colorIsForced() throws {
    #expect(try moco(["-e", "1 / 0"]).errors.contains("\u{1B}[") == false)
    #expect(try moco(["--color", "always", "-e", "1 / 0"]).errors.contains("\u{1B}["))
    #expect(try moco(["-e", "1 / 0"], environment: ["FORCE_COLOR": "1"]).errors.contains("\u{1B}["))
    #expect(
      try moco(["--color", "never", "-e", "1 / 0"], environment: ["FORCE_COLOR": "1"]).errors.contains(
        "\u{1B}[") == false)
  }

  @Test func endlessRecursionIsAnError() throws {
    let ran = try moco(["-e", "func f(x) { f(x + 1) }\nf(0)"])
    #expect(ran.status == 70)
    #expect(ran.errors.contains("E0401"))
  }

  @Test func checksWhatIsUsedFromModules() throws {
    let folder = try TemporaryFolder()
    try folder.write("let speed = 3\nlet _hidden = 1\n", to: "own.moco")
    try folder.write(
      """
      use nothere
      use {eurosatt} from templates
      use {speed, _hidden} from "./own.moco"
      use "./gone.moco" as gone
      print(speed)
      """, to: "a.moco")
    let checked = try moco(["check", "a.moco"], folder: folder.path)
    #expect(checked.status == 65)
    let found = checked.errors.split(separator: "\n").filter { $0.hasPrefix("error[") }
    #expect(
      found == [
        "error[E0801]: the standard library has no module 'nothere'",
        "error[E0803]: the module templates has no name 'eurosatt'",
        "error[E0803]: the module own has no name '_hidden'",
        "error[E0801]: the module file ./gone.moco does not exist",
      ])
    #expect(checked.errors.contains("did you mean 'eurosat'?"))
  }

  @Test func outputThatCannotBeWrittenIsAFailure() throws {
    let ran = try run("/bin/sh", ["-c", "'\(try Built.moco())' -e 'print(1)' > /dev/full"], environment: nil)
    #expect(ran.status == 70)
    #expect(ran.errors.contains("E0504"))
  }
}
