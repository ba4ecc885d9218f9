import Foundation
import Testing

/// `moco features` from a shell.
@Suite struct FeaturesCommandTests {
  private let arguments = ["features", "photos", "--clip", "small"]

  /// A folder of its own with some photographs in it.
  private func folder() throws -> String {
    let folder = try MocoProcess.temporaryFolder()
    let made = try MocoProcess.run(["-e", "sample_folder(\"photos\", per_class: 6, size: 40)"], in: folder)
    #expect(made.status == 0, "\(made.errors)")
    return folder
  }

  @Test func whatItFillsProgramsFind() throws {
    let folder = try folder()
    let none = try MocoProcess.run(arguments + ["--check"], in: folder)
    #expect(none.status == 70, "\(none.errors)")
    #expect(none.output.contains("train: 0 of "))
    let first = try MocoProcess.run(arguments + ["--split", "train", "--shard", "1/2"], in: folder)
    #expect(first.status == 0 && first.output.contains("train, shard 1/2: "), "\(first.errors)")
    let task = ["SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_TASK_COUNT": "2", "SLURM_ARRAY_TASK_MIN": "0"]
    let array = task.merging(["SLURM_ARRAY_TASK_MAX": "1"]) { $1 }
    let same = try MocoProcess.run(
      arguments + ["--split", "train", "--shard", "auto"], in: folder, environment: array)
    #expect(same.status == 0 && same.output.contains("train, shard 1/2: "), "\(same.errors)")
    #expect(same.output.contains("nothing to encode"))
    #expect(same.errors.contains("shard 1/2, since SLURM_ARRAY_TASK_ID is 1"), "\(same.errors)")
    let rest = try MocoProcess.run(arguments + ["--out", "f.safetensors"], in: folder)
    #expect(rest.status == 0 && rest.output.contains("encoded"), "\(rest.errors)")
    let again = try MocoProcess.run(arguments, in: folder)
    #expect(again.status == 0 && !again.output.contains("encoded,"), "\(again.output)")
    #expect(again.output.contains("nothing to encode"))
    #expect(try MocoProcess.run(arguments + ["--check"], in: folder).status == 0)
    #expect(try MocoProcess.run(arguments + ["--check", "--precision", "int8"], in: folder).status == 70)

    // The same numbers by a program, and from the file.
    let program = """
      let clip = load_clip("small")
      let [a, b] = [dataset("photos"), dataset("f.safetensors")]
      print(a.classes == b.classes, a.splits == b.splits)
      for pair in [[a.train, b.train], [a.test, b.test]] {
        let [x, y] = pair
        print(x.features(clip).to_list() == y.features(clip).to_list(), x.labels == y.labels)
      }
      """
    let result = try MocoProcess.run(["-e", program], in: folder)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.split(separator: "\n").allSatisfy { $0 == "true true" }, "\(result.output)")
  }

  /// Features that a program has made are there for the command too.
  @Test func itFindsWhatProgramsMade() throws {
    let folder = try folder()
    let program = "dataset(\"photos\").train.features(load_clip(\"small\"))"
    let made = try MocoProcess.run(["-e", program], in: folder)
    #expect(made.status == 0, "\(made.errors)")
    let check = try MocoProcess.run(arguments + ["--check", "--split", "train"], in: folder)
    #expect(check.status == 0, "\(check.output)\(check.errors)")
  }

  /// Wherever it was ended, the same line goes on, and what it leaves is whole.
  @Test(arguments: ["KILL", "TERM"], ["0.05", "0.3", "0.9"])
  func theSameLineGoesOn(_ signal: String, _ seconds: String) throws {
    let folder = try folder()
    let script = """
      "$0" features photos --clip small & p=$!
      sleep \(seconds); kill -\(signal) $p 2>/dev/null
      wait $p; echo status $?
      """
    let ended = try MocoProcess.run(["-c", script, MocoProcess.executable], in: folder, program: "/bin/sh")
    let statuses = ["status 0", signal == "KILL" ? "status 137" : "status 143"]
    #expect(statuses.contains { ended.output.contains($0) }, "\(ended.output)\(ended.errors)")
    let again = try MocoProcess.run(arguments + ["--out", "f.safetensors"], in: folder)
    #expect(again.status == 0, "\(again.errors)")
    #expect(try MocoProcess.run(arguments + ["--check"], in: folder).status == 0)
    let program = """
      let [a, b] = [dataset(source).train.features(load_clip("small")) for source in ["photos", "f.safetensors"]]
      print(a.to_list() == b.to_list())
      """
    let whole = try MocoProcess.run(["-e", program], in: folder, environment: ["MOCO_CACHE": "off"])
    #expect(whole.output == "true\n", "\(whole.output)\(whole.errors)")
  }

  @Test func wrongUseIsSaid() throws {
    let folder = try folder()
    func run(_ more: String...) throws -> (status: Int32, errors: String) {
      let result = try MocoProcess.run(arguments + more, in: folder)
      return (result.status, result.errors)
    }
    let shard = try run("--shard", "2/2")
    #expect(shard.status == 70 && shard.errors.contains("E1108"), "\(shard.errors)")
    let nobody = try run("--shard", "auto")
    #expect(nobody.status == 70 && nobody.errors.contains("E1126"), "\(nobody.errors)")
    #expect(try run("--shard", "1/2", "--out", "f.safetensors").status == 64)
    #expect(try run("--out", "f.txt").status == 64)
    #expect(try run("--set", "a=1").status == 64)
    let split = try run("--split", "tset")
    #expect(split.status == 70 && split.errors.contains("tset"), "\(split.errors)")
    let clip = try MocoProcess.run(["features", "photos", "--clip", "smal"], in: folder)
    #expect(clip.status == 70 && clip.errors.contains("E0501") && clip.errors.contains("small"))
    let data = try MocoProcess.run(["features", "phtos", "--clip", "small"], in: folder)
    #expect(data.status == 70 && data.errors.contains("E0501"))
    try FileManager.default.removeItem(atPath: folder + "/photos/bag/train-1.png")
    try Data("no image".utf8).write(to: URL(fileURLWithPath: folder + "/photos/bag/train-1.png"))
    let broken = try run()
    #expect(broken.status == 70 && broken.errors.contains("photos/bag/train-1.png"), "\(broken.errors)")
    #expect(try run("--skip-broken").status == 0)
  }
}
