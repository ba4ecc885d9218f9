import MocoBase
import MocoCLIP
import MocoFormats
import MocoTensor

/// methods/tip_adapter.safetensors and tip_adapter_f.safetensors: a cache of training features, its search, and keys
/// that are trained. Features are given, so the model below is only used for their length. Recognised by their method.
enum CacheSuite: GoldenSuite {
  static func find(in folder: GoldenFolder) -> [GoldenCheck] {
    folder.files.compactMap { file in
      guard let tensors = file.safetensors,
        ["tip_adapter", "tip_adapter_f"].contains(tensors.metadata("method"))
      else { return nil }
      return GoldenCheck(name: file.stem, files: [file.relative]) { lines in
        try GoldenCache(tensors).check { lines.report($0, error: $1, tolerance: $2) }
      }
    }
  }
}

/// A file of Tip-Adapter's numbers.
struct GoldenCache {
  typealias Report = (_ name: String, _ error: Double, _ tolerance: Double) -> Void

  private let file: SafetensorsFile
  private let program = GoldenProgram()

  init(_ file: SafetensorsFile) throws {
    self.file = file
    for name in file.names {
      program.runtime.define(String(name.map { $0 == "." ? "_" : $0 }), try file.tensor(name))
    }
  }

  private func number(_ key: String) throws -> String {
    guard let text = file.metadata(key), Double(text) != nil else {
      throw GoldenFault("the metadata has no number \(key)")
    }
    return text
  }

  func check(_ report: Report) throws {
    let search = try Json.parse(file.metadata("search") ?? "{}")
    guard let steps = search["step"], let most = search["scale"] else { throw GoldenFault("no search") }
    let count = try number("classes")
    try program.run(
      """
      use {memory, recalled, searched, tip_adapter, published_f} from tip_adapter
      let names = ["class \\(i)" for i in 0..<\(count)]
      let texts = text_weights.T
      let dim = texts.shape[1]
      let clip = clip_model({
        embedding: dim, context: 77, activation: "quick_gelu", text: {width: 8, layers: 1, heads: 1}
        vision: {image_size: 8, patch: 8, channels: 3, width: 8, layers: 1, heads: 1}
      }, seed: 1)
      func answers(features, keys, values, alpha, beta) {
        let f = normalize(features, axis: 1)
        100 * (f @ texts.T) + alpha * recalled(f, keys, values, beta)
      }
      func best(keys, values) {
        searched(
          normalize(val_features, axis: 1), val_labels, texts, keys, values, steps: \(GoldenProgram.literal(steps)),
          most: \(GoldenProgram.literal(most)))
      }

      """)
    if file.metadata("method") == "tip_adapter" {
      try checkMemory(search, report)
    } else {
      try checkTraining(search, report)
    }
  }

  private func checkMemory(_ search: Json, _ report: Report) throws {
    try program.run(
      """
      let known = memory(cache_raw_features, cache_labels, len(names))
      let data = dataset(features: mean(cache_raw_features, axis: 0), labels: cache_labels, classes: names)
      let adapter = tip_adapter(
        clip, data.train, alpha: \(try number("alpha")), beta: \(try number("beta")), views: cache_raw_features, texts: texts)
      let keys = known.keys
      let logits = adapter.logits(normalize(test_features, axis: 1))
      let validation = adapter.logits(normalize(val_features, axis: 1))
      let found = best(known.keys, known.values)
      let after = answers(test_features, known.keys, known.values, found.alpha, found.beta)
      let zero_shot = answers(test_features, known.keys, known.values, 0, 1)
      let pair = tensor([found.alpha, found.beta])
      """)
    try compare("keys", "cache.keys", 1e-4, report)
    try compare("logits", "test.logits", 1e-3, report)
    try compare("validation", "val.logits", 1e-3, report)
    try compare("zero_shot", "test.zero_shot_logits", 1e-3, report)
    try compare("after", "test.logits_searched", 1e-3, report)
    try comparePair(search, report)
  }

  private func checkTraining(_ search: Json, _ report: Report) throws {
    let optimizer = try Json.parse(file.metadata("optimizer") ?? "{}")
    func setting(_ key: String) -> String { optimizer[key].map(GoldenProgram.literal) ?? "nil" }
    let rows = try file.tensor("images.features").shape
    guard rows.count == 3 else { throw GoldenFault("images.features has shape \(rows)") }
    try program.run(
      """
      let memory_split = dataset(features: cache_keys, labels: cache_labels, classes: names).train
      let adapter = tip_adapter(
        clip, memory_split, alpha: \(try number("alpha")), beta: \(try number("beta")), trained: true, texts: texts)
      let keys = adapter.parameters[0]
      let first = adapter.logits(normalize(images_features[0], axis: 1))
      let data = dataset(
        features: reshape(images_features, [\(rows[0] * rows[1]), dim]), labels: reshape(labels, [\(rows[0] * rows[1])]),
        classes: names)
      let test = dataset(features: test_features, labels: test_labels, classes: names)
      var losses = []
      var steps = []
      var tested = []
      adapter.loss({features: images_features[0], labels: labels[0]}).backward()
      let slope = copy(keys.grad)
      keys.grad = nil
      train(adapter, data.train, for: epochs(\(try number("epochs"))), quiet: true) {
        batch: \(rows[1])
        shuffle: false
        optimizer: adamw(
          lr: \(setting("lr")), betas: \(setting("betas")), eps: \(setting("eps")), weight_decay: \(setting("weight_decay")))
        schedule: published_f.schedule()
        keep_best: test.train
        each_step: e => { append(losses, e.loss); append(steps, copy(keys)) }
        each_epoch: e => append(tested, adapter.logits(normalize(test_features, axis: 1)))
      }
      let told = tensor(losses)
      let per_epoch = stack(tested)
      let after1 = steps[0]
      let after5 = steps[4]
      let after8 = steps[-1]
      let found = best(keys.detach(), cache_values)
      let last = answers(test_features, keys.detach(), cache_values, found.alpha, found.beta)
      let pair = tensor([found.alpha, found.beta])
      """)
    try compare("first", "step0.logits", 1e-3, report)
    let expected = try file.tensor("step0.grad.adapter.weight").toFloats()
    try compare(
      "slope", "step0.grad.adapter.weight", max(1e-4 * Double(expected.map { abs($0) }.max() ?? 0), 1e-6),
      report)
    try compare("told", "losses", 1e-4, report)
    for step in ["1", "5", "8"] where file.contains("after\(step).adapter.weight") {
      try compare("after\(step)", "after\(step).adapter.weight", 1e-4, report)
    }
    try compare("per_epoch", "test.logits_per_epoch", 1e-3, report)
    try compare("last", "test.logits_final_searched", 1e-3, report)
    try comparePair(search, report)
  }

  private func comparePair(_ search: Json, _ report: Report) throws {
    guard let pair = try program.runtime.tensor("pair")?.toFloats(), pair.count == 2 else {
      throw GoldenFault("the search found nothing")
    }
    for (index, key) in ["alpha", "beta"].enumerated() {
      report("search \(key)", abs(Double(pair[index]) - (search[key]?.doubleValue ?? .infinity)), 1e-5)
    }
  }

  private func compare(_ own: String, _ name: String, _ tolerance: Double, _ report: Report) throws {
    guard let tensor = program.runtime.tensor(own) else {
      throw GoldenFault("the page does not define \(own)")
    }
    report(name, try file.difference(tensor, name), tolerance)
  }
}
