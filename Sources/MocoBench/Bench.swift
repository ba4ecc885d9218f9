import MocoBase
import MocoCLIP
import MocoMethods
import MocoTensor

/// The benchmarks: each measures work that programs do, with the same code.
public enum BenchName: String, CaseIterable, Sendable {
  case textStep = "text-step"
  case zeroShot = "zero-shot"
  case imageEncode = "image-encode"
  case images
  case features
  case visionLayerNormStep = "vision-layernorm-step"
  case coopStep = "coop-step"
  case kgcoopStep = "kgcoop-step"
  case cocoopStep = "cocoop-step"
  case mapleStep = "maple-step"
  case promptsrcStep = "promptsrc-step"
  case sgemm
  case kernels
}

/// The size of the benchmark and its options.
public struct BenchOptions: Sendable {
  /// Which classes the class loss of a text step sees.
  public enum Mode: String, CaseIterable, Sendable {
    /// The class loss sees the first half of the classes, the text loss all.
    case base
    case all
  }

  /// One of the names of `CLIPConfig.known`; its weights are random.
  public var model = "vit-b-16"
  /// A template set of the standard library.
  public var groups = "eurosat"
  /// Number of classes, 1 … `BenchInputs.most`.
  public var classes = 10
  /// The classes of the class loss; only a text step uses it.
  public var mode = Mode.base
  /// The number of templates of a zero-shot classifier, at least 1; `BenchInputs.sentences` makes them.
  public var templates = 80
  /// Images of a step or of one call of the encoder, at least 1.
  public var batch = 32
  /// How often the work is timed, at least 1; the result is the median.
  public var repetitions = 5
  /// The seed of weights and inputs.
  public var seed: UInt64 = 0
  /// The numbers of the image encoder; only `imageEncode` and `features` use it.
  public var precision = ImagePrecision.float32
  /// The most bytes of a chunk's activations; nil for the default.
  public var memory: Int?
  /// The blocks of the image tower that have prompts, for a step with such prompts; nil for the first nine.
  public var layers: ClosedRange<Int>?
  /// The file for weights, inputs and results of a step or an encoder, for other programs; for `images` the folder
  /// of the image files.
  public var export: String?

  /// The options that `moco bench` has by default.
  public init() {}
}

/// Runs the benchmarks.
public enum Bench {
  /// - Throws: E0706 for options out of range, and errors of the work.
  public static func run(_ name: BenchName, _ options: BenchOptions) throws -> BenchReport {
    guard options.batch >= 1, options.repetitions >= 1 else {
      throw Failure("E0706", "a benchmark needs at least one image and one repetition")
    }
    guard options.precision == .float32 || name == .imageEncode || name == .features else {
      throw Failure(
        "E0706", "\(name.rawValue) has no precision \(options.precision.rawValue)",
        help: "leave --precision out, or measure image-encode or features")
    }
    var report = BenchReport()
    report.add("bench", name.rawValue)
    report.add("threads", Parallel.threadCount)
    report.add("kernels", KernelFamily.vectors)
    report.add("products", Products.text)
    report.add("blas", Blas.description)
    report.add("processor", KernelFamily.processor)
    switch name {
    case .textStep: try textStep(options, &report)
    case .zeroShot: try zeroShot(options, &report)
    case .imageEncode: try imageEncode(options, &report)
    case .images: try images(options, &report)
    case .features: try features(options, &report)
    case .visionLayerNormStep: try visionLayerNormStep(options, &report)
    case .coopStep: try methodStep(.coop, options, &report)
    case .kgcoopStep: try methodStep(.kgcoop, options, &report)
    case .cocoopStep: try methodStep(.cocoop, options, &report)
    case .mapleStep: try methodStep(.maple, options, &report)
    case .promptsrcStep: try methodStep(.promptsrc, options, &report)
    case .sgemm: try sgemm(&report)
    case .kernels: try kernels(options, &report)
    }
    if report["peak_memory_mb"] == nil { report.add("peak_memory_mb", Measure.peakMegabytes) }
    return report
  }

  /// Seconds of one repetition, its operations per second, and their share of the processor's rate in this run: of
  /// fused products in registers, and of OpenBLAS's large square products.
  static func addRates(_ times: Times, flops: Double, _ report: inout BenchReport) throws {
    report.add("seconds", times.median)
    report.add("seconds_fastest", times.fastest)
    report.add("processor_seconds", times.medianProcessor)
    report.add("repetitions", times.wall.count)
    report.add("gflop", flops / 1e9)
    let rate = flops / times.median / 1e9
    report.add("gflop_per_second", rate)
    // Before the measurements for comparison, which need memory themselves.
    report.add("peak_memory_mb", Measure.peakMegabytes)
    let peak = try Measure.peakRate()
    report.add("fused_peak_gflop_per_second", peak.wall)
    report.add("fused_peak_share", rate / peak.wall)
    let products = try Measure.productRate(by: .openBLAS)
    report.add("sgemm_gflop_per_second", products.wall)
    report.add("sgemm_share", rate / products.wall)
    // If other programs use the machine too, processor time is more reliable than wall time.
    let busy = flops / times.medianProcessor / 1e9
    report.add("gflop_per_processor_second", busy)
    report.add("fused_peak_share_processor", busy / peak.processor)
    report.add("sgemm_gflop_per_processor_second", products.processor)
    report.add("sgemm_share_processor", busy / products.processor)
  }

  /// Square matrix products of moco and of OpenBLAS, on the threads in use.
  static func sgemm(_ report: inout BenchReport) throws {
    let peak = try Measure.peakRate()
    report.add("fused_peak_gflop_per_second", peak.wall)
    for side in [256, 512, 1024, 1536, 2048] {
      let own = try Measure.productRate(side: side, turns: 9, by: .fixed)
      let other = try Measure.productRate(side: side, turns: 9, by: .openBLAS)
      report.add("gflop_per_second_\(side)", own.wall)
      report.add("gflop_per_processor_second_\(side)", own.processor)
      report.add("openblas_gflop_per_second_\(side)", other.wall)
      report.add("openblas_gflop_per_processor_second_\(side)", other.processor)
      report.add("ratio_\(side)", own.processor / other.processor)
    }
  }
}
