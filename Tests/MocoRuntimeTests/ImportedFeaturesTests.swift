import Foundation
import MocoTestSupport
import Testing

/// Features from files give what those that moco computes give, to the bit.
@Suite struct ImportedFeaturesTests {
  @Test func methodsAnswerTheSame() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let program = """
      use {ways} from small_world
      let clip = load_clip("small")
      let data = dataset("fashion").few_shot(2, seed: 1)
      let [few, seen] = [data.train, data.test[0..<60]]
      let [x, z] = [few.features(clip), seen.features(clip)]
      let [y, w] = [tensor(few.labels), tensor(seen.labels)]
      save_tensors("f.safetensors", {"train.features": x, "train.labels": y, "test.features": z, "test.labels": w})
      save_tensors("f.npz", {train_features: x, train_labels: y, test_features: z, test_labels: w}, compress: true)
      make_folder("each")
      save_tensors("each/train.npz", {feature_list: x, label_list: y})
      save_tensors("each/test.npz", {feature_list: z, label_list: w})
      save_tensors("x.npy", x)
      save_tensors("z.npy", z)
      func results(a, b) {
        let zero = evaluate(zero_shot(clip, classes: a.classes), b, quiet: true)
        let probe = evaluate(linear_probe(clip, on: a), b, quiet: true)
        let mix = mixture(clip, ways, classes: a.classes)
        let run = train mix on a for 1 epoch { batch: 5, quiet: true }
        [zero.accuracy, probe.accuracy, run.losses, evaluate(mix, b, quiet: true).accuracy]
      }
      let own = results(few, seen)
      let names = data.classes
      for other in [
        dataset("f.safetensors", classes: names), dataset("f.npz", classes: names), dataset("each", classes: names),
        dataset(features: {train: "each/train.npz", test: "each/test.npz"}, classes: names),
        dataset(features: {train: "x.npy", test: z}, labels: {train: y, test: seen.labels}, classes: names)
      ] { print(results(other.train, other.test) == own, other.classes == names) }
      print(own[0] > 0.2, own[2].all(l => l > 0))
      """
    try program.write(toFile: folder + "/p.moco", atomically: true, encoding: .utf8)
    let result = try MocoProcess.run(["run", "--no-record", "p.moco"], in: folder)
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 6 && lines.allSatisfy { $0 == "true true" }, "\(result.output)")
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let program = """
      let clip = load_clip("small")
      save_tensors("x.npy", eye(4))
      let wide = dataset(features: "x.npy", labels: [0, 1, 0, 1], classes: ["bag", "coat"])
      func code(f) { try { f() } catch e { return e.code }; "none" }
      print(code(() => wide.train.features(clip)), code(() => evaluate(zero_shot(clip, classes: wide.classes), wide.test)))
      print(code(() => dataset(features: "x.npy")), code(() => dataset(features: "no.npy", labels: [0])))
      print(code(() => dataset(features: "x.npy", labels: [0, 1, 2])), code(() => dataset(features: {}, labels: {})))
      print(code(() => dataset(features: {train: "x.npy"}, labels: {test: [0, 1, 0, 1]})))
      print(code(() => dataset(features: {train: eye(4)})), code(() => dataset(features: {a: eye(4), b: eye(3)}, labels: {a: [0, 1, 0, 1], b: [0, 1, 0]})))
      print(code(() => dataset(features: eye(4), labels: "x.npy")), code(() => dataset(features: eye(4), labels: 3)))
      """
    try program.write(toFile: folder + "/p.moco", atomically: true, encoding: .utf8)
    let result = try MocoProcess.run(["run", "--no-record", "p.moco"], in: folder)
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      result.output.split(separator: "\n").map(String.init) == [
        "E0705 E0705", "E0510 E0501", "E0519 E0519", "E0519", "E0304 E0519", "E0519 E0303",
      ], "\(result.output)")
  }
}
