import CKernels
import MocoCLIP
import Synchronization

extension Resampler {
  /// The weights for each pixel of one output row (or column).
  struct Axis {
    /// For each output position the first input position and the number of weights.
    var starts: [Int32] = []
    var counts: [Int32] = []
    /// `width` weights for each output position.
    var weights: [Int32] = []
    /// The same before they were rounded.
    var exact: [Double] = []
    let width: Int

    static let precision: Int32 = 22

    /// Weights of `range` of the `outSize` positions that `inSize` positions become.
    init(inSize: Int, outSize: Int, range: Range<Int>, shape: FilterShape, keepsExact: Bool = false) {
      let scale = Double(inSize) / Double(outSize)
      let filterScale = max(scale, 1)
      let support = shape.support * filterScale
      let inverse = 1 / filterScale
      width = Int(support.rounded(.up)) * 2 + 1
      var row = [Double](repeating: 0, count: width)
      weights.reserveCapacity(width * range.count)
      for position in range {
        let center = (Double(position) + 0.5) * scale
        let first = max(Int(center - support + 0.5), 0)
        let last = min(Int(center + support + 0.5), inSize)
        let count = max(last - first, 0)
        var sum = 0.0
        for k in 0..<count {
          row[k] = shape.weight((Double(k + first) - center + 0.5) * inverse)
          sum += row[k]
        }
        starts.append(Int32(truncatingIfNeeded: first))
        counts.append(Int32(truncatingIfNeeded: count))
        if keepsExact { exact += (0..<width).map { $0 < count ? (sum != 0 ? row[$0] / sum : row[$0]) : 0 } }
        for k in 0..<width {
          let weight = k < count ? (sum != 0 ? row[k] / sum : row[k]) * Double(1 << Axis.precision) : 0
          weights.append(Int32(weight < 0 ? weight - 0.5 : weight + 0.5))
        }
      }
    }

    /// Lends the axis as the kernels take it.
    func lend<Result>(_ body: (UnsafePointer<moco_axis>) -> Result) -> Result {
      starts.withUnsafeBufferPointer { starts in
        counts.withUnsafeBufferPointer { counts in
          weights.withUnsafeBufferPointer { weights in
            var axis = moco_axis(
              starts: starts.baseAddress, counts: counts.baseAddress, weights: weights.baseAddress,
              count: starts.count, width: width)
            return withUnsafePointer(to: &axis, body)
          }
        }
      }
    }
  }

  /// A cache of recent axes: the images of a data set often have few sizes.
  final class AxisCache: Sendable {
    static let shared = AxisCache()

    private struct Key: Hashable {
      let inSize: Int
      let outSize: Int
      let range: Range<Int>
      let filter: ResampleFilter
    }

    private let known = Mutex<[Key: Axis]>([:])
    /// Limits of the cache and of the number of weights.
    private static let most = 32
    private static let mostWeights = 1 << 16

    /// nil for `nearest`, which has no weights.
    func axis(inSize: Int, outSize: Int, range: Range<Int>, _ filter: ResampleFilter) -> Axis? {
      let key = Key(inSize: inSize, outSize: outSize, range: range, filter: filter)
      if let axis = known.withLock({ $0[key] }) { return axis }
      guard let shape = FilterShape(filter) else { return nil }
      let axis = Axis(inSize: inSize, outSize: outSize, range: range, shape: shape)
      guard axis.weights.count <= AxisCache.mostWeights else { return axis }
      known.withLock { known in
        if known.count >= AxisCache.most { known.removeAll(keepingCapacity: true) }
        known[key] = axis
      }
      return axis
    }
  }
}
