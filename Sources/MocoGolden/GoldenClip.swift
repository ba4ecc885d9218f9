import MocoAutograd
import MocoCLIP
import MocoFormats
import MocoTensor

/// clip/*: a folder with weights and one file with the model's results for given ids and pixels.
///
/// Every weight file of the folder is checked against the expectations. A checkpoint `NAME.*` with
/// `NAME.expected.safetensors` next to it must load to those tensors.
enum ClipSuite: GoldenSuite {
  static func find(in folder: GoldenFolder) -> [GoldenCheck] {
    var checks = folder.files.compactMap { file -> GoldenCheck? in
      guard file.safetensors != nil, file.name.hasSuffix(".expected.safetensors") else { return nil }
      let stem = file.name.dropLast("expected.safetensors".count)
      guard let other = folder.files.first(where: { $0.name.hasPrefix(stem) && $0.name != file.name }) else {
        return nil
      }
      return GoldenCheck(name: other.relative, files: [other.relative, file.relative]) { lines in
        try compareCheckpoint(other, file, &lines)
      }
    }
    let claimed = Set(checks.flatMap(\.files))
    let files = folder.files.filter { !claimed.contains($0.relative) }
    guard let expected = files.first(where: { isExpectation($0) }), let tensors = expected.safetensors else {
      return checks
    }
    // The configurations next to the weights are read with them.
    let companions = files.filter { $0.json != nil && $0.name.hasSuffix("config.json") }.map(\.relative)
    for file in files where file.relative != expected.relative {
      if file.isArchive {
        // The same model in another container.
        let twin = files.first {
          $0.safetensors != nil && $0.relative != file.relative && $0.stem == file.stem
        }
        let used = [file.relative, expected.relative] + (twin.map { [$0.relative] } ?? [])
        checks.append(
          GoldenCheck(name: file.relative, files: used + companions) { lines in
            let comparison = try ClipComparison(weights: file.path, expected: tensors)
            if let twin { try comparison.compareParameters(twin.path, &lines) }
            try comparison.run(&lines)
          })
      } else if file.safetensors != nil {
        checks.append(
          GoldenCheck(name: file.stem, files: [file.relative, expected.relative] + companions) { lines in
            try ClipComparison(weights: file.path, expected: tensors).run(&lines)
          })
      }
    }
    return checks
  }

  /// Compares a checkpoint with the tensors, and the values such as `epoch`, that it must contain.
  private static func compareCheckpoint(
    _ checkpoint: GoldenFile, _ expected: GoldenFile, _ lines: inout GoldenLines
  ) throws {
    guard let right = expected.safetensors else { throw GoldenFault("there are no expected values") }
    let file = try TensorFiles.open(checkpoint.path)
    for name in right.names {
      let a = try file.tensor(name)
      let b = try right.tensor(name)
      let error = a.shape == b.shape ? largestDifference(try a.toFloats(), try b.toFloats()) : .infinity
      lines.report(name, error: error, tolerance: 0)
    }
    for (key, value) in right.metadata where key != "what" {
      lines.report(key, error: file.metadata(key) == value ? 0 : .infinity, tolerance: 0)
    }
  }

  private static func isExpectation(_ file: GoldenFile) -> Bool {
    guard let tensors = file.safetensors else { return false }
    return tensors.contains("input_ids") || tensors.contains("pixel_values")
  }
}

/// The comparison of one weight file with one file of expectations.
struct ClipComparison {
  let model: CLIPModel
  let expected: SafetensorsFile
  /// Whether the weights are float16, so that the numbers differ by rounding.
  let isHalf: Bool

  init(weights path: String, expected: SafetensorsFile) throws {
    model = try CLIPModel.load(path: path, tokenizerDirectory: GoldenPaths.tokenizer)
    self.expected = expected
    isHalf = model.info?.used.contains { $0.type == .f16 || $0.type == .bf16 } ?? false
  }

  private var tolerance: Double { isHalf ? 5e-3 : 1e-5 }

  /// Compares every parameter with the model at `path`.
  func compareParameters(_ path: String, _ lines: inout GoldenLines) throws {
    let other = try CLIPModel.load(path: path)
    guard other.config == model.config, other.parameters.count == model.parameters.count else {
      throw GoldenFault("\(path) is a model of another architecture")
    }
    var error = 0.0
    for (name, variable) in model.parameters {
      error = max(error, try difference(variable.value, other.parameter(name).value))
    }
    lines.report("parameters", error: error, tolerance: 0)
  }

  func run(_ lines: inout GoldenLines) throws {
    let wantsGradients = expected.names.contains { $0.hasPrefix("grad.") }
    var open = Set(expected.names).subtracting(["input_ids", "pixel_values", "probe_text", "probe_image"])
    if wantsGradients { model.setTrainable(prefix: "") }
    let pixels = Variable(try expected.tensor("pixel_values"), requiresGrad: wantsGradients)
    let prompts = try prompts()

    let textTaps = TowerTaps()
    let imageTaps = TowerTaps()
    let textFeatures = try model.encodeText(
      prompts.map { $0.map(PromptKey.token) }, soft: nil, taps: textTaps)
    let imageFeatures = try model.encodeImage(pixels, taps: imageTaps)
    let texts = try F.normalize(textFeatures)
    let images = try F.normalize(imageFeatures)
    let scale = try F.exp(model.parameter("logit_scale"))
    let logits = try F.mul(F.matmul(images, F.transpose(texts)), scale)

    func compare(_ name: String, _ value: Tensor) throws {
      guard open.remove(name) != nil else { return }
      let error = try difference(value, expected.tensor(name))
      lines.report(name, error: error, tolerance: tolerance)
    }
    try compare("text_features", textFeatures.value)
    try compare("image_features", imageFeatures.value)
    try compare("text_embeds", texts.value)
    try compare("image_embeds", images.value)
    try compare("logits_per_image", logits.value)
    try compare("logits_per_text", F.transpose(logits).value)
    try compareHidden(textTaps, imageTaps, prompts, &open, &lines)
    if wantsGradients || open.contains("loss") {
      try compareGradients(texts, images, logits, pixels, &open, &lines)
    }
    for name in open.sorted() { lines.fault("there is nothing to compare \(name) with") }
  }

  /// The ids of each row up to [end], the largest id.
  private func prompts() throws -> [[Int]] {
    let ids = try expected.tensor("input_ids")
    guard ids.shape.count == 2, ids.shape[1] > 0 else { throw GoldenFault("input_ids is not a matrix") }
    let values = try ids.toInts()
    return (0..<ids.shape[0]).map { row in
      let line = Array(values[row * ids.shape[1]..<(row + 1) * ids.shape[1]])
      let end = line.firstIndex(of: line.max() ?? 0) ?? line.count - 1
      return Array(line[...end])
    }
  }

  /// Compares the states between the layers, of texts up to [end]; relative to the largest entry.
  private func compareHidden(
    _ text: TowerTaps, _ image: TowerTaps, _ prompts: [[Int]], _ open: inout Set<String>,
    _ lines: inout GoldenLines
  ) throws {
    for name in expected.names where open.contains(name) {
      let isText = name.hasPrefix("text_hidden.")
      guard isText || name.hasPrefix("vision_hidden."), let layer = Int(name.drop { $0 != "." }.dropFirst())
      else {
        continue
      }
      open.remove(name)
      let taps = isText ? text.hidden : image.hidden
      guard taps.indices.contains(layer) else {
        lines.fault("there is no state \(name)")
        continue
      }
      let expectedTensor = try expected.tensor(name)
      let shape = expectedTensor.shape
      guard shape.count == 3, taps[layer].shape.count == 3, taps[layer].shape[0] == shape[0],
        taps[layer].shape[2] == shape[2]
      else {
        lines.fault("\(name) has shape \(taps[layer].shape), expected \(shape)")
        continue
      }
      let right = try expectedTensor.toFloats()
      let found = try taps[layer].toFloats()
      let rows = taps[layer].shape[1]
      var error = 0.0
      var largest: Float = 0
      for item in 0..<shape[0] {
        let length = isText ? prompts[item].count : shape[1]
        guard length <= rows, length <= shape[1] else {
          error = .infinity
          break
        }
        let a = Array(found[item * rows * shape[2]..<(item * rows + length) * shape[2]])
        let b = Array(right[item * shape[1] * shape[2]..<(item * shape[1] + length) * shape[2]])
        error = max(error, largestDifference(a, b))
        largest = max(largest, b.map(abs).max() ?? 0)
      }
      lines.report(name, error: error, tolerance: tolerance * Double(max(largest, 1e-30)))
    }
  }

  /// Compares all gradients, for the loss that the file describes: both embeddings against their probes, and
  /// the cross entropy of images against texts.
  private func compareGradients(
    _ texts: Variable, _ images: Variable, _ logits: Variable, _ pixels: Variable, _ open: inout Set<String>,
    _ lines: inout GoldenLines
  ) throws {
    let count = images.value.shape.first ?? 0
    let loss = try F.add(
      F.add(
        F.sum(F.mul(texts, Variable(expected.tensor("probe_text")))),
        F.sum(F.mul(images, Variable(expected.tensor("probe_image"))))),
      F.crossEntropy(logits, targets: Array(0..<count)))
    if open.remove("loss") != nil {
      let right = try expected.tensor("loss")
      let error = try difference(loss.value, right)
      // Relative: the loss sums hundreds of terms.
      let size = Double(abs(try right.toFloats().first ?? 1))
      lines.report("loss", error: error, tolerance: tolerance * max(size, 1))
    }
    guard open.contains(where: { $0.hasPrefix("grad.") }) else { return }
    try loss.backward()
    for name in expected.names where name.hasPrefix("grad.") && open.contains(name) {
      open.remove(name)
      let right = try expected.tensor(name)
      guard let found = try gradient(String(name.dropFirst(5)), pixels) else {
        lines.fault("there is no gradient for \(name)")
        continue
      }
      let largest = Double(try right.toFloats().map(abs).max() ?? 0)
      lines.report(name, error: try difference(found, right), tolerance: max(10 * tolerance * largest, 1e-6))
    }
  }

  /// A gradient with its name and shape in the file.
  private func gradient(_ name: String, _ pixels: Variable) throws -> Tensor? {
    if name == "pixel_values" { return pixels.grad }
    guard case .parameter(let canonical, let part) = WeightNames.meaning(name),
      let gradient = try model.parameter(canonical).grad
    else { return nil }
    switch part {
    case .whole, .later: return gradient
    case .transposed: return gradient.transposed()
    case .block(let block):
      let rows = gradient.shape[0] / 3
      let values = try gradient.toFloats()
      let size = values.count / 3
      return try Tensor(
        Array(values[block * size..<(block + 1) * size]), shape: [rows] + gradient.shape.dropFirst())
    }
  }

  private func difference(_ found: Tensor, _ right: Tensor) throws -> Double {
    guard found.count == right.count, found.shape.filter({ $0 != 1 }) == right.shape.filter({ $0 != 1 })
    else {
      return .infinity
    }
    return largestDifference(try found.toFloats(), try right.toFloats())
  }
}
