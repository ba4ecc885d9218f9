import MocoLang
import MocoRuntime
import Testing

/// What is given to `dataset` is used, or refused by name.
@Suite struct DatasetOptionTests {
  @Test(arguments: [
    (#"dataset("fashion", split: {train: 0.5, test: 0.5})"#, "E0519 'split'"),
    (#"dataset("fashion", images: "here")"#, "E0519 'images'"),
    (#"dataset("fashion", columns: {path: 1})"#, "E0519 'columns'"),
    (#"dataset("fashion", labels: [1])"#, "E0519 'labels'"),
    (#"dataset("fashion", skip_broken: 1)"#, "E0303 dataset"),
    (#"dataset("fashion", grey16: "no")"#, "E0305 dataset"),
    (#"dataset("fashion", order: "no")"#, "E0305 dataset"),
    (#"dataset("fashion", features: zeros([2, 3]), labels: [0, 1])"#, "E0519 'source'"),
    (#"dataset(features: zeros([2, 3]), labels: [0, 1], images: "here")"#, "E0519 'images'"),
    (#"dataset(features: zeros([2, 3]), labels: [0, 1], columns: {path: 1})"#, "E0519 'columns'"),
    (#"dataset(features: zeros([2, 3]), labels: [0, 1], split: {train: [0, 1.5]})"#, "E0303 row 1"),
    (#"dataset(features: zeros([2, 3]), labels: [0, 1], split: {train: [0, "1"]})"#, "E0303 row 1"),
    (#"dataset("fashion", seed: 3, skip_broken: true, order: "openai").classes.len()"#, ""),
  ])
  func areHeededOrRefused(_ call: String, _ begins: String) {
    let output = printed(call)
    #expect(begins.isEmpty ? output.isEmpty : output.hasPrefix(begins), "\(call): \(output)")
  }
}
