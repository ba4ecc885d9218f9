import MocoBase
import MocoBench
import MocoFormats
import MocoMethods
import MocoTensor
import MocoTestSupport
import Testing

@Suite(.serialized) struct BenchTests {
  private func options(_ change: (inout BenchOptions) -> Void = { _ in }) -> BenchOptions {
    var options = BenchOptions()
    options.model = "tiny"
    options.classes = 4
    options.batch = 32
    options.repetitions = 2
    options.templates = 3
    change(&options)
    return options
  }

  private func number(_ report: BenchReport, _ name: String) -> Double {
    report[name].flatMap(Double.init) ?? .nan
  }

  @Test(arguments: [BenchName.textStep, .zeroShot, .imageEncode, .visionLayerNormStep])
  func everyBenchmarkPrintsItsFigures(_ name: BenchName) throws {
    let report = try Bench.run(name, options())
    #expect(report["bench"] == name.rawValue)
    for figure in [
      "seconds", "gflop", "gflop_per_second", "sgemm_gflop_per_second", "sgemm_share", "peak_memory_mb",
      "fused_peak_gflop_per_second", "fused_peak_share", "fused_peak_share_processor",
    ] {
      #expect(number(report, figure) > 0, "\(figure)")
    }
    #expect(report.text.split(separator: "\n").allSatisfy { $0.contains(": ") })
    #expect(Set(report.lines.map(\.name)).count == report.lines.count)
  }

  @Test func filesAreMeasured() throws {
    let few = options { $0.batch = 3 }
    let images = try Bench.run(.images, few)
    for figure in ["decode", "resize", "both"] {
      #expect(number(images, figure + "_images_per_second") > 0)
      #expect(number(images, figure + "_images_per_processor_second") > 0)
    }
    let features = try Bench.run(.features, few)
    #expect(number(features, "share_of_encoder") > 0 && number(features, "encoder_images_per_second") > 0)
    #expect(features["precision"] == "float32" && features["images"] == "3")
  }

  @Test func everyKernelIsMeasured() throws {
    // Other tests choose copies too; within a choice they wait.
    let widest = try #require(KernelFamily.copies.last)
    let report = try #require(try KernelFamily.with(widest) { try Bench.run(.kernels, options()) })
    let figures = report.lines.filter { $0.name.hasSuffix("_ns") || $0.name.hasSuffix("_gb_per_second") }
    #expect(figures.count > 60 && figures.allSatisfy { (Double($0.value) ?? 0) > 0 })
    #expect(
      report["kernels"] == widest && Set(report.lines.map(\.name)).count == report.lines.count)
  }

  /// What is counted follows the work: more classes, more nodes and operations; chunks run forward again.
  @Test func countsFollowTheWork() throws {
    let few = try Bench.run(.textStep, options())
    let many = try Bench.run(.textStep, options { $0.classes = 8 })
    #expect(number(many, "trie_nodes") > number(few, "trie_nodes"))
    #expect(number(many, "gflop") > 1.5 * number(few, "gflop"))
    #expect(number(many, "padded_rows") == 2 * number(few, "padded_rows"))
    #expect(number(few, "padded_rows") == 77 * (6 * 2 + 6 * 4))
    let all = try Bench.run(.textStep, options { $0.mode = .all })
    #expect(number(all, "padded_rows") == 77 * 6 * 4)
    let cut = try Bench.run(.textStep, options { $0.memory = 1 << 16 })
    #expect(number(cut, "chunks") > 1 && number(few, "chunks") == 1)
    #expect(number(cut, "gflop") > number(few, "gflop"))
  }

  /// More turns do the same work again.
  @Test func countsDoNotDependOnTheTurns() throws {
    for name in [BenchName.textStep, .visionLayerNormStep] {
      let (once, often) = (
        try Bench.run(name, options { $0.repetitions = 1 }), try Bench.run(name, options())
      )
      for figure in ["trie_nodes", "padded_rows", "gflop"] { #expect(once[figure] == often[figure]) }
    }
  }

  @Test func productsAreMeasuredBesideOpenBLAS() throws {
    let report = try Bench.run(.sgemm, options())
    for side in [256, 2048] {
      #expect(number(report, "gflop_per_second_\(side)") > 0 && number(report, "ratio_\(side)") > 0)
    }
  }

  @Test func unknownNamesAreErrors() {
    func code(_ change: (inout BenchOptions) -> Void) -> String? {
      do {
        _ = try Bench.run(.textStep, options(change))
        return nil
      } catch { return (error as? Failure)?.code }
    }
    #expect(code { $0.model = "vit-b-61" } == "E0706")
    #expect(code { $0.groups = "eurosta" } == "E0706")
    #expect(code { $0.groups = "} 1" } == "E0706")
    #expect(code { $0.classes = 0 } == "E0706")
    #expect(code { $0.classes = 1 << 40 } == "E0706")
    #expect(code { $0.batch = 0 } == "E0706")
    // Only the image encoder has another precision.
    #expect(code { $0.precision = .int8 } == "E0706")
    #expect(code { _ in } == nil)
  }

  @Test func classNamesAreManyAndDistinct() throws {
    let names = try BenchInputs.classes(1000)
    #expect(Set(names).count == 1000)
    #expect(try BenchInputs.classes(10) == Array(names.prefix(10)))
    #expect(Set(try BenchInputs.sentences(80).map(\.text)).count == 80)
  }

  @Test func exportHoldsTheImages() throws {
    try Repository.inFolder { folder in
      let path = folder + "/images.safetensors"
      _ = try Bench.run(
        .imageEncode,
        options {
          $0.export = path
          $0.batch = 2
        })
      let file = try SafetensorsFile(path: path)
      #expect(try file.tensor("pixels").shape == [2, 3, 32, 32])
      #expect(try file.tensor("features").shape == [2, 32])
      #expect(try file.tensor("clip.visual.proj").shape == [64, 32])
    }
  }

  @Test func exportHoldsTheStep() throws {
    try Repository.inFolder { folder in
      let path = folder + "/step.safetensors"
      let report = try Bench.run(.textStep, options { $0.export = path })
      let file = try SafetensorsFile(path: path)
      #expect(try file.tensor("prompts.ids").shape == [6 * 2 + 6 * 4, 77])
      #expect(try file.tensor("prototypes").shape == [6, 4, 32])
      #expect(try file.tensor("losses").shape == [3])
      let first = try file.tensor("losses").toFloats()[0]
      #expect(abs(Double(first) - number(report, "loss_first")) < 1e-2 * Double(first))
      #expect(file.metadata("class_prompts") == "12")
      // Every prompt ends with [end], and its positions are tokens or soft rows.
      let ids = try file.tensor("prompts.ids").toInts()
      let ends = try file.tensor("prompts.end").toInts()
      #expect(ends.enumerated().allSatisfy { ids[$0 * 77 + $1] == 49407 })
    }
  }
}
