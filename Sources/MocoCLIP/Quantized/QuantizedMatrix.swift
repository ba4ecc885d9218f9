import CKernels
import MocoBase
import MocoTensor

/// Weights [outputs, inputs] as 8-bit integers, packed for `moco_quantized_run`.
///
/// - Safety: written during initialisation, and only read afterwards.
final class QuantizedMatrix: @unchecked Sendable {
  let outputs: Int
  let inputs: Int
  private let arena: Arena
  private let packed: UnsafePointer<Int8>
  private let scales: Values
  private let sums: UnsafePointer<Int32>

  /// - Parameter weights: [outputs, inputs], row-major.
  /// - Throws: E0405 if memory runs out.
  init(_ weights: Values, outputs: Int, inputs: Int) throws {
    let bytes = moco_quantized_size(outputs, inputs)
    let (arena, places) = try Arena.lay { arena in
      (arena.floats((bytes + 3) / 4), arena.floats(outputs), arena.floats(outputs))
    }
    let packed = UnsafeMutableRawPointer(places.0).bindMemory(to: Int8.self, capacity: bytes)
    let sums = UnsafeMutableRawPointer(places.2).bindMemory(to: Int32.self, capacity: outputs)
    moco_quantized_pack(weights, outputs, inputs, packed, places.1, sums)
    (self.outputs, self.inputs, self.arena) = (outputs, inputs, arena)
    (self.packed, self.scales, self.sums) = (UnsafePointer(packed), Values(places.1), UnsafePointer(sums))
  }

  /// y [rows, outputs] = (residual + bias) + x [rows, inputs] wᵀ, in 8-bit products.
  ///
  /// - Parameters:
  ///   - stride: floats from one row of y, and of the residual, to the next.
  ///   - room: `QuantizedMatrix.room(inputs)` floats.
  func project(
    _ x: Values, bias: Values?, residual: Values?, _ y: Floats, rows: Int, stride: Int, room: Floats
  ) {
    var product = moco_quantized()
    (product.m, product.n, product.k, product.x, product.x_stride) = (rows, outputs, inputs, x, inputs)
    (product.packed, product.scales, product.sums) = (packed, scales, sums)
    (product.bias, product.source, product.source_stride) = (bias, residual, stride)
    (product.c, product.c_stride, product.room) = (y, stride, UnsafeMutableRawPointer(room))
    moco_quantized_run(&product)
  }

  /// Floats of scratch memory for products of `inputs` terms.
  static func room(_ inputs: Int) -> Int { (moco_quantized_room(inputs) + 3) / 4 }
}

/// The products of one block.
struct QuantizedBlock {
  let query, keyValue, out, fc, proj: QuantizedMatrix

  init(_ block: BlockParameters<Values>, width: Int, mlpWidth: Int) throws {
    query = try QuantizedMatrix(block.inWeight, outputs: width, inputs: width)
    keyValue = try QuantizedMatrix(block.inWeight + width * width, outputs: 2 * width, inputs: width)
    out = try QuantizedMatrix(block.outWeight, outputs: width, inputs: width)
    fc = try QuantizedMatrix(block.fcWeight, outputs: mlpWidth, inputs: width)
    proj = try QuantizedMatrix(block.projWeight, outputs: width, inputs: mlpWidth)
  }
}

/// The quantized blocks of an image tower, and the weights they were computed from.
struct QuantizedTower {
  let blocks: [QuantizedBlock]
  private let sources: [Source]
  // Held, so that no other weights get the same address.
  private let held: [Tensor]

  init(
    _ tower: VisionParameters<TowerParameter>, _ values: VisionParameters<Values>, _ vision: VisionConfig
  )
    throws
  {
    held = tower.blocks.flatMap(QuantizedTower.weights)
    sources = held.map(Source.init)
    blocks = try values.blocks.map {
      try Cancellation.check()
      return try QuantizedBlock($0, width: vision.width, mlpWidth: vision.mlpWidth)
    }
  }

  /// Whether these are still the weights of the tower.
  func isOf(_ tower: VisionParameters<TowerParameter>) -> Bool {
    tower.blocks.flatMap(QuantizedTower.weights).map(Source.init) == sources
  }

  private struct Source: Equatable {
    let storage: ObjectIdentifier
    let offset, writes: Int

    init(_ tensor: Tensor) {
      (storage, offset, writes) = (ObjectIdentifier(tensor.storage), tensor.offset, tensor.storage.writes)
    }
  }

  private static func weights(_ block: BlockParameters<TowerParameter>) -> [Tensor] {
    [block.inWeight, block.outWeight, block.fcWeight, block.projWeight].map { $0.variable.value }
  }
}
