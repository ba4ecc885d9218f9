import Foundation
import MocoBase
import MocoLang
import MocoRuntime
import MocoTensor

/// Programs and files out of seeds, and what is done with them.
package final class Fuzzer {
  package enum Kind: String, CaseIterable {
    /// By the grammar, with what the language alone has.
    case grammar
    /// Programs of the test tree, damaged; run the same way.
    case bytes
    /// By the grammar, with tensors and files.
    case runtime
    /// By the grammar, with models, data and training.
    case method
    /// Values and models that are copied and then changed; what is printed is known.
    case copies
    /// Trainings that are cut and taken up; they end as they would uncut.
    case cuts
    case json
    case safetensors
    case image
    case torch
    /// IDX files, packed or not.
    case packed
    /// Lists of images.
    case list
    /// Configurations of models.
    case configuration
  }

  /// What was found that does not end the process by itself.
  package struct Finding: Error, CustomStringConvertible {
    package var description: String
  }

  private static let modules = [
    "let a = 1\nfunc b(x) { x + _c }\nlet _c = 2\n", "use \"./m2.moco\" as n\nlet a = n.a\n",
    "use \"./m1.moco\" as n\nlet a = 3\n",
    "let a = [\n", "error(\"no\")\n",
  ]

  private let corpus: [[UInt8]]
  private let folder: String
  private let fixtures: FuzzBinaries.Fixtures
  private let watch: FuzzWatch
  private var core: Interpreter?
  private var session: Runtime?
  private var coreFunctions: [ProgramGrammar.Callable] = []
  private var allFunctions: [ProgramGrammar.Callable] = []
  private var objects: [ProgramGrammar.Object] = []
  private var runs = 0
  /// Programs by the grammar, and those of them that parse and pass the checker: the others never run.
  package private(set) var made = 0
  package private(set) var ran = 0
  /// Files, and those of them that could be read.
  package private(set) var files = 0
  package private(set) var readable = 0
  private var written = 0

  /// - Parameters:
  ///   - corpus: texts to damage.
  ///   - fixtures: the folder with files to damage.
  ///   - folder: a place to write; it becomes the current folder of the process.
  package init(
    corpus: [[UInt8]], fixtures: String, folder: String, seconds: Double = 0.25, patience: Double = 300
  ) {
    self.corpus = corpus
    self.fixtures = FuzzBinaries.Fixtures(fixtures)
    self.folder = folder
    watch = FuzzWatch(flag: Cancellation.flag, seconds: seconds, patience: patience)
    _ = FileManager.default.changeCurrentDirectoryPath(folder)
  }

  package static func kind(of seed: UInt64) -> Kind {
    switch seed % 31 {
    case 0..<11: return .grammar
    case 11..<16: return .bytes
    case 16, 17: return .runtime
    case 18: return .json
    case 19: return .safetensors
    case 20: return .image
    case 21: return .torch
    case 22: return .packed
    case 23: return .list
    case 24: return .configuration
    case 25, 26: return .copies
    case 27: return .cuts
    default: return .method
    }
  }

  /// The program or file of a seed.
  package func bytes(of seed: UInt64) -> [UInt8] {
    switch Fuzzer.kind(of: seed) {
    case .grammar:
      if coreFunctions.isEmpty { coreFunctions = Fuzzer.callables(coreInterpreter()) }
      var grammar = ProgramGrammar(
        seed: seed, functions: coreFunctions,
        hosts: [
          "holder([1])", "holder(print)", "holder({a: 1})", "holder([1])", "holder(\"a\")", "holder(inf)",
        ])
      return Array(grammar.program().utf8)
    case .runtime:
      if allFunctions.isEmpty { allFunctions = Fuzzer.callables(runtimeSession().interpreter) }
      var grammar = ProgramGrammar(
        seed: seed, functions: allFunctions,
        hosts: [
          "tensor([1.0, 2, 3])", "randn([2, 3])", "zeros([0, 2])", "tensor([[1, 2], [3, 4]])",
          "parameter([1.0])", "arange(4)",
        ])
      return Array(grammar.program().utf8)
    case .method:
      let interpreter = runtimeSession().interpreter
      if allFunctions.isEmpty { allFunctions = Fuzzer.callables(interpreter) }
      if objects.isEmpty { objects = FuzzMethod.objects(interpreter) }
      var grammar = ProgramGrammar(
        seed: seed, functions: allFunctions, hosts: objects.map(\.name), objects: objects,
        usual: FuzzMethod.usual)
      return Array((FuzzMethod.prelude + "\n" + grammar.program()).utf8)
    case .copies:
      var copies = FuzzCopies(seed: seed)
      return Array(copies.program().utf8)
    case .cuts:
      var cuts = FuzzCuts(seed: seed)
      return Array(cuts.program().utf8)
    case .bytes:
      var mutation = ByteMutation(seed: seed, corpus: corpus)
      return mutation.bytes()
    case .json:
      var files = FuzzFiles(seed: seed)
      return files.json()
    case .safetensors:
      var files = FuzzFiles(seed: seed)
      return files.safetensors()
    case .image, .torch, .packed, .list, .configuration:
      var files = FuzzBinaries(seed: seed, fixtures: fixtures)
      switch Fuzzer.kind(of: seed) {
      case .image: return files.image()
      case .torch: return files.torch()
      case .packed: return files.packed()
      case .list: return files.list()
      default: return files.configuration()
      }
    }
  }

  /// Runs the program or reads the file of a seed.
  /// - Throws: `Finding` for a diagnostic that points nowhere, a value that is not freed, a file that reads
  ///   differently once written.
  package func run(seed: UInt64) throws {
    let bytes = self.bytes(of: seed)
    try run(bytes, kind: Fuzzer.kind(of: seed))
  }

  package func run(_ bytes: [UInt8], kind: Kind) throws {
    runs += 1
    written = 0
    switch kind {
    case .grammar, .bytes:
      // A session of several programs: what one leaves behind, the next meets.
      if runs % 64 == 0 { core = nil }
      let interpreter = coreInterpreter()
      let mode: Interpreter.Mode = runs % 3 == 0 ? .cell : .program
      try check(
        watch.watch { interpreter.run(SourceFile(name: "fuzz.moco", bytes: bytes), mode: mode) }, kind)
      try checkNothingIsLeft(interpreter)
    case .runtime, .method:
      if runs % 64 == 0 { session = nil }
      let interpreter = runtimeSession().interpreter
      try check(watch.watch { interpreter.run(SourceFile(name: "fuzz.moco", bytes: bytes)) }, kind)
      interpreter.reset()
    case .copies, .cuts: try checkPrinted(bytes, kind)
    case .json, .safetensors, .image, .torch, .packed, .list, .configuration:
      files += 1
      if try watch.watch({ try read(bytes, kind: kind) }) { readable += 1 }
    }
  }

  private func read(_ bytes: [UInt8], kind: Kind) throws -> Bool {
    switch kind {
    case .grammar, .bytes, .runtime, .method, .copies, .cuts: false
    case .json: try FuzzFiles.checkJson(bytes)
    case .safetensors: try FuzzFiles.checkSafetensors(bytes, in: folder)
    case .image: try FuzzBinaries.checkImage(bytes, in: folder)
    case .torch: try FuzzBinaries.checkTorch(bytes, in: folder)
    case .packed: try FuzzBinaries.checkPacked(bytes, in: folder)
    case .list: try FuzzBinaries.checkList(bytes, in: folder, fixtures: fixtures)
    case .configuration: try FuzzBinaries.checkConfiguration(bytes, in: folder, fixtures: fixtures)
    }
  }

  // MARK: What must hold

  private func check(_ result: RunResult, _ kind: Kind) throws {
    if kind != .bytes {
      made += 1
      // Each begins by printing.
      if written > 0 { ran += 1 }
    }
    for diagnostic in result.diagnostics.prefix(4) {
      if let span = diagnostic.primary, span.start < 0 || span.end < span.start {
        throw Finding(description: "\(diagnostic.code) points nowhere")
      }
      // What a program raises itself may be empty.
      if diagnostic.message.isEmpty && !diagnostic.code.hasPrefix("E09")
        || diagnostic.render(width: 60).isEmpty
      {
        throw Finding(description: "\(diagnostic.code) says nothing")
      }
    }
  }

  /// Runs a program that says what it prints, cell by cell. Only what it asks for interrupts it.
  private func checkPrinted(_ bytes: [UInt8], _ kind: Kind) throws {
    if runs % 64 == 0 { session = nil }
    let interpreter = runtimeSession().interpreter
    let late = DispatchGroup()
    interpreter.define(
      NativeFunction("interrupt(microseconds = 0)", doc: "Stands for ^C.\n\n```\ninterrupt()\n```") {
        arguments in
        let delay = try arguments.int("microseconds", in: 0...1_000_000)
        if delay == 0 {
          Cancellation.request()
        } else {
          DispatchQueue.global().async(group: late) {
            usleep(UInt32(delay))
            Cancellation.request()
          }
        }
        return .nil
      })
    var output = ""
    let before = interpreter.output
    interpreter.output = { text in output += text }
    defer {
      interpreter.output = before
      interpreter.reset()
    }
    var errors: [String] = []
    let lines = String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    for cell in lines.split(separator: Substring(FuzzCuts.part)) {
      let source = SourceFile(name: "fuzz.moco", text: cell.joined(separator: "\n"))
      let result = watch.watch(seconds: 120) { interpreter.run(source, mode: .cell) }
      // What comes late is not for the next cell.
      late.wait()
      errors += result.diagnostics.filter(\.isError).map { "\($0.code) \($0.message)" }
    }
    let expected = lines.filter { $0.hasPrefix("// expect: ") }.map { $0.dropFirst(11) + "\n" }.joined()
    made += 1
    if !output.isEmpty { ran += 1 }
    guard output != expected else { return }
    throw Finding(
      description: "it prints\n\(output)where it should print\n\(expected)\(errors.joined(separator: "\n"))")
  }

  /// After a reset nothing but the built-ins and the modules may be left on the heap.
  private func checkNothingIsLeft(_ interpreter: Interpreter) throws {
    interpreter.reset()
    // The one built-in that a program can put something into.
    if interpreter.value(named: "args")?.asList?.isEmpty == false {
      _ = interpreter.run(SourceFile(name: "end", text: "clear(args);"))
      interpreter.reset()
    }
    let left = interpreter.heap.containerCount
    if modulesRan {
      modulesRan = false
      core = nil
    } else if left != expected {
      core = nil
      throw Finding(description: "\(left - expected) containers are left after a reset")
    }
  }

  private var modulesRan = false
  private var expected = 0

  // MARK: Sessions

  private func coreInterpreter() -> Interpreter {
    if let core { return core }
    var options = Interpreter.Options()
    options.memoryLimit = 16 << 20
    options.recursionLimit = 2_000
    options.stackSize = 32 << 20
    options.interruptFlag = watch.flag
    let interpreter = Interpreter(dialect: .moco, options: options)
    interpreter.output = { [unowned self] text in written &+= text.utf8.count }
    interpreter.moduleLoader = { [unowned self] source, _ in
      modulesRan = true
      guard case .path(let path) = source, let digit = path.dropFirst(3).first?.wholeNumberValue,
        Fuzzer.modules.indices.contains(digit)
      else { throw Failure("E0801", "there is no such module") }
      return LoadedModule(source: SourceFile(name: path, text: Fuzzer.modules[digit]), identity: path)
    }
    interpreter.define(FuzzHost.maker())
    for name in ["train", "evaluate", "show", "templates"] {
      interpreter.define(
        NativeFunction("\(name)(*values, **options)") { arguments in .record(arguments.options) })
    }
    _ = interpreter.run(SourceFile(name: "start", text: "1"))
    interpreter.reset()
    expected = interpreter.heap.containerCount
    core = interpreter
    return interpreter
  }

  private func runtimeSession() -> Runtime {
    if let session { return session }
    var options = RuntimeOptions()
    options.threads = 1
    options.memory = 256 << 20
    let made = Runtime(options: options)
    made.interpreter.output = { [unowned self] text in written &+= text.utf8.count }
    session = made
    return made
  }

  private static func callables(_ interpreter: Interpreter) -> [ProgramGrammar.Callable] {
    interpreter.names.filter {
      $0.isBuiltin && $0.typeName == "Function" && !["load_clip", "env", "sleep"].contains($0.name)
    }
    .map { name in
      let value = interpreter.value(named: name.name) ?? .nil
      return ProgramGrammar.Callable(name: name.name, parameters: interpreter.parameters(of: value))
    }
  }

  /// Every program below a folder.
  package static func corpus(_ folders: [String]) -> [[UInt8]] {
    var found: [String] = []
    for folder in folders {
      guard let walker = FileManager.default.enumerator(atPath: folder) else { continue }
      found += walker.compactMap { $0 as? String }.filter { $0.hasSuffix(".moco") }.map { folder + "/" + $0 }
    }
    return found.sorted().compactMap { FileManager.default.contents(atPath: $0).map(Array.init) }
  }
}
