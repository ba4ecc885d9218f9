import CKernels
import MocoAutograd
import MocoTensor

// Symbols in shapes: B images, T rows of an image, N = B T, W width, P numbers of a patch.

extension CLIPModel {
  /// Class row and patches with their positions, before ln_pre, one product per image.
  ///
  /// - Parameter pixels: checked and contiguous.
  /// - Shape: pixels [B, channels, H, W]; result [B, T, W]
  /// - Throws: E0405, E0602.
  func embedPatches(_ pixels: Variable, _ images: Tensor) throws -> Variable {
    let frozen = !Autograd.isEnabled
    let tower = try towerCache.visionTransformer(of: self)
    let binding = ParameterBinding()
    let parameters = [tower.patches, tower.classRow, tower.positions]
    let values = try parameters.map { try binding.values($0) }
    let places = parameters.map { frozen ? nil : binding.place($0) }
    let vision = config.vision
    let patches = Patches(
      channels: vision.channels, height: vision.imageSize, width: vision.imageSize, size: vision.patchSize)
    let (count, tokens, width, numbers) = (images.shape[0], patches.tokens, vision.width, patches.numbers)
    let out = try Tensor.zeros([count, tokens, width])
    let (source, target) = (images.floatBase, out.mutableFloatBase)
    let lanes = Lanes.count
    let (arena, scratch) = try Arena.lay { arena in (0..<lanes).map { _ in arena.floats(tokens * numbers) } }
    Lanes.run(count, lanes: lanes) { lane, image in
      let rows = target + image * tokens * width
      patches.unfold(source + image * patches.pixels, into: scratch[lane])
      rows.update(from: values[2], count: tokens * width)
      moco_tower_add_bias(rows, values[1], rows, 1, width)
      // The class row's patch is zero, so the product does not change it.
      Gemm.runSingle(
        false, true, m: tokens, n: width, k: numbers, alpha: 1, a: scratch[lane], lda: numbers, b: values[0],
        ldb: numbers, beta: 1, c: rows, ldc: width)
    }
    withExtendedLifetime((arena, images, binding)) {}

    let trained = binding.trained
    let pixelsTrained = !frozen && pixels.requiresGrad
    let inputs = trained + (pixelsTrained ? [pixels] : [])
    return Variable.custom("embed_patches", inputs: inputs, value: out, saved: binding.tensors + [images]) {
      gradient, needs in
      let gradient = try gradient.contiguous()
      let rows = gradient.floatBase
      let set = try GradientSet(like: trained, needs: needs)
      let dpixels = pixelsTrained && (needs.last ?? false) ? try Tensor.zeros(images.shape) : nil
      let dpatches = set.pointer(places[0])
      let all = count * tokens
      let (arena, memory) = try Arena.lay { arena in
        (
          unfolded: arena.floats(dpatches == nil ? 0 : all * numbers),
          folded: (0..<lanes).map { _ in arena.floats(dpixels == nil ? 0 : tokens * numbers) }
        )
      }
      Lanes.run(count, lanes: lanes) { lane, image in
        let first = image * tokens
        if let dpixels {
          Gemm.runSingle(
            false, false, m: tokens, n: numbers, k: width, alpha: 1, a: rows + first * width, lda: width,
            b: values[0], ldb: numbers, beta: 0, c: memory.folded[lane], ldc: numbers)
          patches.fold(memory.folded[lane], into: dpixels.mutableFloatBase + image * patches.pixels)
        }
        if dpatches != nil {
          patches.unfold(images.floatBase + image * patches.pixels, into: memory.unfolded + first * numbers)
        }
      }
      if let classRow = set.pointer(places[1]) {
        for image in 0..<count {
          let own = rows + image * tokens * width
          for i in 0..<width { classRow[i] += own[i] }
        }
      }
      let products = WeightProducts(lanes: lanes)
      products.add(
        sum: set.pointer(places[2]), dy: rows, dyStride: tokens * width, outputs: tokens * width, rows: count)
      products.add(
        dpatches, dy: rows, dyStride: width, outputs: width, x: Values(memory.unfolded), inputs: numbers,
        rows: all)
      products.run()
      withExtendedLifetime((arena, gradient, images, binding)) {}
      return set.tensors + (pixelsTrained ? [dpixels] : [])
    }
  }
}
