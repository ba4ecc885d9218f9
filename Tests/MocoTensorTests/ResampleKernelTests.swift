import CKernels
import MocoTensor
import Testing

/// The kernels that resample, in every copy that this machine runs: the bits are those of the plain loop.
@Suite(.serialized) struct ResampleKernelTests {
  private struct Random {
    var state: UInt64 = 88_172_645_463_325_252

    mutating func below(_ count: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state >> 33) % count
    }

    /// Levels of which many are at the ends, where sums are clipped.
    mutating func bytes(_ count: Int) -> [UInt8] {
      (0..<count).map { _ in below(3) > 0 ? UInt8(below(256)) : below(2) > 0 ? 255 : 0 }
    }
  }

  /// Positions with weights of any sign, which add up to about 1.
  private struct Axis {
    var starts: [Int32] = []
    var counts: [Int32] = []
    var weights: [Int32] = []
    let width: Int

    init(_ random: inout Random, inSize: Int, outSize: Int) {
      width = 1 + random.below(min(inSize, 70))
      for _ in 0..<outSize {
        let count = 1 + random.below(min(width, inSize))
        starts.append(Int32(random.below(inSize - count + 1)))
        counts.append(Int32(count))
        let share = Int32((1 << 22) / count)
        weights += (0..<width).map { _ in share + Int32(random.below(1 << 21)) - 1 << 20 }
      }
    }

    func lend(_ body: (UnsafePointer<moco_axis>) -> Void) {
      starts.withUnsafeBufferPointer { starts in
        counts.withUnsafeBufferPointer { counts in
          weights.withUnsafeBufferPointer { weights in
            var axis = moco_axis(
              starts: starts.baseAddress, counts: counts.baseAddress, weights: weights.baseAddress,
              count: starts.count, width: width)
            body(&axis)
          }
        }
      }
    }
  }

  private func across(
    _ bytes: [UInt8], rows: Int, channels: Int, columns: Int, _ axis: Axis, quickly: Bool
  ) -> [UInt8] {
    let made = axis.starts.count * channels
    var out = [UInt8](repeating: 77, count: rows * made)
    let first = axis.starts.map { Int($0) }.min() ?? 0
    let last = zip(axis.starts, axis.counts).map { Int($0 + $1) }.max() ?? 0
    var scratch = [UInt8](repeating: 0, count: moco_resample_scratch((last - first) * channels, made))
    axis.lend { axis in
      scratch.withUnsafeMutableBufferPointer { scratch in
        moco_resample_across(
          bytes, columns * channels, rows, channels, first, last, axis, &out, made,
          quickly ? scratch.baseAddress : nil)
      }
    }
    return out
  }

  @Test func copiesAgreeWithThePlainLoop() {
    var random = Random()
    for _ in 0..<300 {
      let channels = 1 + random.below(4)
      let rows = 1 + random.below(40)
      let columns = 1 + random.below(130)
      let bytes = random.bytes(rows * columns * channels)
      let axis = Axis(&random, inSize: columns, outSize: 1 + random.below(60))
      let plain = across(bytes, rows: rows, channels: channels, columns: columns, axis, quickly: false)
      // Rows under each other are columns of a picture that is turned: of one channel and `columns` rows.
      var turned = [UInt8](repeating: 0, count: bytes.count)
      let line = rows * channels
      for y in 0..<rows {
        for x in 0..<columns {
          for c in 0..<channels {
            turned[x * line + y * channels + c] = bytes[(y * columns + x) * channels + c]
          }
        }
      }
      for copy in KernelFamily.copies {
        KernelFamily.with(copy) {
          let quick = across(bytes, rows: rows, channels: channels, columns: columns, axis, quickly: true)
          #expect(quick == plain, "\(copy), \(rows) rows of \(columns) × \(channels)")
          var down = [UInt8](repeating: 77, count: axis.starts.count * line)
          axis.lend { moco_resample_down(turned, line, line, $0, &down, line) }
          var back = [UInt8](repeating: 0, count: plain.count)
          for y in 0..<rows {
            for x in axis.starts.indices {
              for c in 0..<channels {
                back[(y * axis.starts.count + x) * channels + c] = down[x * line + y * channels + c]
              }
            }
          }
          #expect(back == plain, "\(copy) down, \(rows) rows of \(columns) × \(channels)")
        }
      }
    }
  }
}
