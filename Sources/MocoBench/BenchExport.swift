import MocoCLIP
import MocoFormats
import MocoMethods
import MocoTensor

// P prompts, T context, G experts, C classes, D embedding width, R soft rows, B images.

/// Everything that another program needs to do the same work, in one safetensors file.
///
/// Of a text step:
///
/// | tensor | what |
/// |---|---|
/// | clip.* | the text tower's weights with OpenAI's names; with pixels also those of the image tower |
/// | prompts.ids [P, T] | token ids, 0 at the position of a soft row and after [end] |
/// | prompts.soft [P, T] | the soft row at each position, -1 for a token |
/// | prompts.end [P] | the position of [end] |
/// | init.soft [R, W], init.gate.weight, init.gate.bias, init.w | the trained parameters at the start; with pixels also the image tower's LayerNorms by their names |
/// | prototypes [G, C, D] | the hard prototypes |
/// | images [B, D] or pixels [B, channels, H, W], labels [B] | the batch |
/// | losses [steps] | the loss before each step |
///
/// The first `class_prompts` prompts are the class loss's, expert after expert; the text loss has the others,
/// or in mode all the same ones. Of encoded images: clip.visual.*, pixels [B, channels, H, W] and features
/// [B, D].
struct BenchExport {
  private var tensors: [SafetensorsWriter.Item] = []
  private var metadata: [(String, String)] = []

  /// The state before the first step.
  init(_ mixture: Mixture, _ batch: PromptBatch) throws {
    for (name, variable) in mixture.clip.parameters where mixture.trainsVision || !name.hasPrefix("visual.") {
      tensors.append(("clip." + name, variable.value, .f32))
    }
    let prompts = try mixture.stepPrompts(mixture.trained)
    let context = mixture.clip.config.text.context
    var ids = [Int](repeating: 0, count: prompts.keys.count * context)
    var soft = [Int](repeating: -1, count: ids.count)
    for (p, keys) in prompts.keys.enumerated() {
      for (t, key) in keys.enumerated() {
        switch key {
        case .token(let id): ids[p * context + t] = id
        case .soft(let row): soft[p * context + t] = row
        }
      }
    }
    let shape = [prompts.keys.count, context]
    tensors.append(("prompts.ids", try Tensor(ids, shape: shape), .i64))
    tensors.append(("prompts.soft", try Tensor(soft, shape: shape), .i64))
    tensors.append(
      ("prompts.end", try Tensor(prompts.keys.map { $0.count - 1 }, shape: [prompts.keys.count]), .i64))
    if let rows = try mixture.prompts.rows() { tensors.append(("init.soft", try rows.value.copy(), .f32)) }
    for parameter in mixture.router.parameters {
      tensors.append(("init." + parameter.name, try parameter.variable.value.copy(), .f32))
    }
    tensors.append(("init.w", try mixture.correction.value.copy(), .f32))
    if mixture.trainsVision {
      for (name, variable) in mixture.clip.visionLayerNorms() {
        // As OpenAI's files name them.
        let own = name.replacing("image_encoder.", with: "visual.", maxReplacements: 1)
        tensors.append(("init." + own, try variable.value.copy(), .f32))
      }
    }
    tensors.append(("prototypes", try mixture.hard().prototypes, .f32))
    switch batch.images {
    case .features(let features): tensors.append(("images", features, .f32))
    case .pixels(let pixels): tensors.append(("pixels", pixels, .f32))
    case .asked: break
    }
    tensors.append(("labels", try Tensor(batch.labels, shape: [batch.labels.count]), .i64))
    metadata = [
      ("format", "moco-bench-step"), ("heads", String(mixture.clip.config.text.heads)),
      ("layers", String(mixture.clip.config.text.layers)), ("experts", String(mixture.prompts.count)),
      ("classes", String(mixture.classes.count)), ("trained", String(mixture.trained.count)),
      ("top_k", String(mixture.router.topK)), ("class_prompts", String(prompts.classPrompts)),
      ("vision_heads", String(mixture.clip.config.vision.heads)),
      ("vision_layers", String(mixture.clip.config.vision.layers)),
      ("vision_rate_factor", String(mixture.options.visionRateFactor)),
    ]
  }

  /// Images and their features.
  init(_ clip: CLIPModel, pixels: Tensor, features: Tensor) {
    for (name, variable) in clip.parameters where name.hasPrefix("visual.") {
      tensors.append(("clip." + name, variable.value, .f32))
    }
    tensors.append(("pixels", pixels, .f32))
    tensors.append(("features", features, .f32))
    metadata = [
      ("format", "moco-bench-images"), ("heads", String(clip.config.vision.heads)),
      ("precision", clip.imagePrecision.rawValue),
      ("layers", String(clip.config.vision.layers)),
    ]
  }

  /// - Throws: E0504 if the file cannot be written.
  func write(_ path: String, losses: [Float] = [], times: Times) throws {
    let found: [SafetensorsWriter.Item] =
      losses.isEmpty ? [] : [("losses", try Tensor(losses, shape: [losses.count]), .f32)]
    try SafetensorsWriter.write(
      path: path, tensors: tensors + found,
      metadata: metadata + [
        ("seconds", String(times.median)), ("processor_seconds", String(times.medianProcessor)),
        ("threads", String(Parallel.threadCount)),
      ])
  }
}
