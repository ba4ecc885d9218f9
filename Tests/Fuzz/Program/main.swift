// fuzz COUNT [FIRST]     the programs and files of COUNT seeds from FIRST on
// fuzz --show SEED       what a seed gives
// fuzz --only KIND COUNT [FIRST]     the seeds of one kind
// fuzz --signals COUNT [FIRST]       the built program, and signals at moments by chance
// fuzz --files FOLDER    every file of a folder; the part of its name before the first hyphen is its kind
//
// The seed that is being run stands in the file that FUZZ_STATE names: after a crash it is still there.
import Foundation
import MocoFuzz

/// At once, so that a crash does not take it along.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
// Before the current folder becomes another one.
let started = FileManager.default.currentDirectoryPath
let folder = NSTemporaryDirectory() + "moco-fuzz-\(getpid())"
try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
setenv("MOCO_STDLIB", root + "/stdlib", 0)
let state = ProcessInfo.processInfo.environment["FUZZ_STATE"].map { open($0, O_RDWR | O_CREAT, 0o644) }
let fuzzer = Fuzzer(
  corpus: Fuzzer.corpus([root + "/Tests/Language", root + "/Tests/Diagnostics"]),
  fixtures: root + "/Tests/Fixtures",
  folder: folder)
atexit { try? FileManager.default.removeItem(atPath: NSTemporaryDirectory() + "moco-fuzz-\(getpid())") }

var arguments = CommandLine.arguments.dropFirst()
if arguments.first == "--show", let seed = arguments.last.flatMap(UInt64.init) {
  FileHandle.standardOutput.write(Data(fuzzer.bytes(of: seed)))
  exit(0)
}
var findings = 0
if arguments.first == "--files", let last = arguments.last {
  let seeds = last.hasPrefix("/") ? last : started + "/" + last
  for name in ((try? FileManager.default.contentsOfDirectory(atPath: seeds)) ?? []).sorted() {
    say(name)
    guard let kind = Fuzzer.Kind(rawValue: String(name.prefix { $0 != "-" })),
      let data = FileManager.default.contents(atPath: seeds + "/" + name)
    else {
      say("it is of no kind")
      exit(64)
    }
    do { try fuzzer.run(Array(data), kind: kind) } catch {
      findings += 1
      say("\(name): \(error)")
    }
  }
  exit(findings == 0 ? 0 : 1)
}
if arguments.first == "--signals" {
  let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
  let moco = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("moco").path
  var signals = FuzzSignals(
    executable: ProcessInfo.processInfo.environment["FUZZ_MOCO"] ?? moco, library: root + "/stdlib",
    folder: folder)
  let numbers = arguments.dropFirst().compactMap { UInt64($0) }
  for seed in (numbers.dropFirst().first ?? 0)..<(numbers.dropFirst().first ?? 0) + (numbers.first ?? 0) {
    do { try signals.run(seed: seed) } catch {
      findings += 1
      say("signal seed \(seed): \(error)")
    }
  }
  say(
    "\(signals.ran) programs with signals, \(findings) findings; \(signals.cut) were ended before their end")
  exit(findings == 0 ? 0 : 1)
}
var only: Fuzzer.Kind?
if arguments.first == "--only" {
  arguments = arguments.dropFirst()
  only = arguments.popFirst().flatMap { Fuzzer.Kind(rawValue: $0) }
  if only == nil {
    say("the kinds are " + Fuzzer.Kind.allCases.map(\.rawValue).joined(separator: ", "))
    exit(64)
  }
}
guard let count = arguments.first.flatMap(UInt64.init) else {
  say(
    "usage: fuzz [--only KIND] COUNT [FIRST] | fuzz --signals COUNT [FIRST] | fuzz --show SEED | fuzz --files FOLDER"
  )
  exit(64)
}
let first = arguments.dropFirst().first.flatMap(UInt64.init) ?? 0
for seed in first..<first + count where only == nil || Fuzzer.kind(of: seed) == only {
  if let state {
    let text = Array("\(seed) \n".utf8)
    _ = pwrite(state, text, text.count, 0)
  }
  do { try fuzzer.run(seed: seed) } catch {
    findings += 1
    say("seed \(seed) (\(Fuzzer.kind(of: seed))): \(error)")
  }
}
say(
  "\(count) programs and files from seed \(first) on, \(findings) findings; "
    + "\(fuzzer.ran) of \(fuzzer.made) programs by the grammar ran, "
    + "\(fuzzer.readable) of \(fuzzer.files) files were readable")
exit(findings == 0 ? 0 : 1)
