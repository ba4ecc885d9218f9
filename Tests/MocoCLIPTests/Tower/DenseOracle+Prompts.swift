import MocoAutograd
import MocoCLIP
import MocoTensor

// Prompts in depth, written plainly: before a block the rows are masked away and the learned ones added.

extension DenseOracle {
  /// Features of causal prompts whose soft rows are overwritten in depth.
  /// - Shape: [S, D]
  func text(_ prompts: [[PromptKey]], soft: Variable, deep: DeepPrompts) throws -> Variable {
    let s = prompts.count
    let t = config.text.context
    let w = config.text.width
    let table = try F.concat([model.parameter("token_embedding.weight"), soft])
    let rows = prompts.flatMap { prompt in
      (0..<t).map { position -> Int in
        guard position < prompt.count else { return 0 }
        switch prompt[position] {
        case .token(let id): return id
        case .soft(let row): return config.text.vocabulary + row
        }
      }
    }
    var x = try F.add(
      F.reshape(F.gather(table, rows), [s, t, w]), model.parameter("positional_embedding"))
    var mask = [Float](repeating: 0, count: t * t)
    for i in 0..<t { for j in 0..<t where j > i { mask[i * t + j] = -1e9 } }
    let causal = Variable(try Tensor(mask, shape: [t, t]))
    let none = deep.rows.shape[0]
    let written = try F.concat([deep.rows, Variable(Tensor.zeros([1, w]))])
    for layer in 0..<config.text.layers {
      if layer > 0, layer - 1 < deep.places.count {
        let places = prompts.flatMap { prompt in
          (0..<t).map { position -> Int in
            guard position < prompt.count, case .soft(let row) = prompt[position] else { return none }
            let place = Int(deep.places[layer - 1][row])
            return place < 0 ? none : place
          }
        }
        let kept = Variable(try Tensor(places.map { $0 == none ? 1 : 0 }, shape: [s, t, 1]))
        x = try F.add(F.mul(x, kept), F.reshape(F.gather(written, places), [s, t, w]))
      }
      x = try block(x, "transformer.resblocks.\(layer).", heads: config.text.heads, mask: causal)
    }
    let flat = try F.reshape(norm(x, "ln_final"), [s * t, w])
    let ends = try F.gather(flat, prompts.enumerated().map { $0 * t + $1.count - 1 })
    return try F.matmul(ends, model.parameter("text_projection"))
  }
}

extension DenseOracle {
  /// - Shape: pixels [B, channels, H, W]
  func image(_ pixels: Variable, prompts: VisionPrompts, output: ImageOutput = .feature) throws -> Variable {
    let v = config.vision
    let b = pixels.shape[0]
    let grid = v.grid
    let p = v.patchSize
    let cut = try F.reshape(pixels, [b, v.channels, grid, p, grid, p])
    let patches = try F.reshape(F.permute(cut, [0, 2, 4, 1, 3, 5]), [b, grid * grid, v.channels * p * p])
    let kernel = try F.reshape(model.parameter("visual.conv1.weight"), [v.width, v.channels * p * p])
    let first = try F.add(
      Variable(Tensor.zeros([b, 1, v.width])),
      F.reshape(model.parameter("visual.class_embedding"), [1, 1, v.width]))
    var x = try F.concat([first, F.linear(patches, kernel)], axis: 1)
    x = try F.add(x, model.parameter("visual.positional_embedding"))
    let tokens = x.shape[1]
    func beside(_ x: Variable, _ rows: Variable) throws -> Variable {
      let own = try F.slice(x, axis: 1, from: 0, to: tokens)
      guard rows.shape.count == 2 else { return try F.concat([own, rows], axis: 1) }
      let copies = try F.add(
        Variable(Tensor.zeros([b, rows.shape[0], v.width])), F.reshape(rows, [1, rows.shape[0], v.width]))
      return try F.concat([own, copies], axis: 1)
    }
    let entry = prompts.layers?.lowerBound ?? 0
    for layer in 0..<v.layers {
      if layer == entry, let rows = prompts.rows { x = try beside(x, rows) }
      if layer == 0, v.hasPreNorm { x = try norm(x, "visual.ln_pre") }
      if layer > entry, layer - entry - 1 < prompts.deep.count, let rows = prompts.deep[layer - entry - 1] {
        x = try beside(x, rows)
      }
      x = try block(x, "visual.transformer.resblocks.\(layer).", heads: v.heads, mask: nil)
    }
    let own = try F.slice(x, axis: 1, from: 1, to: tokens)
    let pooled: Variable
    switch output {
    case .tokens: return try norm(x, "visual.ln_post")
    case .patches: return try norm(own, "visual.ln_post")
    case .pooled, .feature:
      if v.pool != .average {
        pooled = try norm(F.reshape(F.slice(x, axis: 1, from: 0, to: 1), [b, v.width]), "visual.ln_post")
      } else if v.normsAfterPool {
        pooled = try norm(F.mean(own, axis: 1), "visual.ln_post")
      } else {
        pooled = try F.mean(norm(own, "visual.ln_post"), axis: 1)
      }
    }
    return output == .pooled ? pooled : try F.matmul(pooled, model.parameter("visual.proj"))
  }
}
