/// The cores that OpenBLAS has kernels for, and which of them suits a processor.
///
/// OpenBLAS chooses by tables of families and models: a processor that is newer than the library gets kernels of
/// the year 2004, several times slower, without a message. The features of the processor are a better criterion.
package enum BlasCore {
  /// The vector instructions that a core's kernels use; nil for a name that is not in the table.
  ///
  /// Names as `openblas_get_corename` of 0.3.0 to 0.3.30 gives them.
  package static func level(_ core: String) -> Processor.Level? {
    switch core.lowercased() {
    case "katmai", "coppermine", "northwood", "prescott", "banias", "atom", "core2", "penryn", "dunnington",
      "nehalem", "athlon", "opteron", "opteron_sse3", "barcelona", "nano", "bobcat", "unknown", "generic":
      .sse
    case "sandybridge", "bulldozer", "piledriver", "steamroller", "excavator": .avx
    case "haswell", "zen": .avx2
    case "skylakex", "cooperlake", "sapphirerapids": .avx512
    default: nil
    }
  }

  /// Whether a core's kernels run on a processor. A name outside the table is assumed to need all features: its
  /// kernels are unknown, and a library without it uses kernels for AVX-512.
  package static func runs(_ core: String, on processor: Processor) -> Bool {
    // A fused product with four operands: only one AMD family had it.
    let fma4 = ["bulldozer", "piledriver", "steamroller", "excavator"]
    if fma4.contains(core.lowercased()) { return processor.isAMD && processor.family == 21 }
    return level(core) ?? .avx512 <= processor.level
  }

  /// The cores to try instead of the library's own choice, best first; empty if that choice is good.
  ///
  /// AMD's processors before family 26 compute AVX-512 in halves, so Zen's kernels are as fast (105
  /// against 104 GFLOP/s on family 25 model 17, one thread, 256 x 512 x 512).
  package static func better(than own: String, on processor: Processor) -> [String] {
    guard let has = level(own) else { return [] }
    let halves = processor.isAMD && processor.family < 26
    let enough = halves ? min(processor.level, .avx2) : processor.level
    guard has < enough else { return [] }
    let avx2 = processor.isAMD ? ["Zen", "Haswell"] : ["Haswell", "Zen"]
    let all: [String] =
      switch enough {
      case .sse: []
      case .avx: ["Sandybridge"]
      case .avx2: avx2 + ["Sandybridge"]
      case .avx512: ["SkylakeX"] + avx2 + ["Sandybridge"]
      }
    return all.filter { has < (level($0) ?? .sse) && runs($0, on: processor) }
  }
}
