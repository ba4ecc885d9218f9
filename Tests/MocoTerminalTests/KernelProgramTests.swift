import MocoTensor
import MocoTestSupport
import Testing

/// A whole program, images, training and answers, under every copy of the vector kernels, and with a C library that
/// does without the processor's newer instructions, as on another machine.
@Suite struct KernelProgramTests {
  private let program = """
    use {ways} from small_world
    let clip = load_clip("small")
    let data = dataset("fashion").few_shot(1, seed: 1)
    let mix = mixture(clip, ways, classes: data.classes, vision_layernorm: true)
    let run = train mix on data.train for 2 epochs { batch: 4, optimizer: adamw(lr: 0.01), average: ema(0.9), seed: 3 }
    print(run.losses)
    for p in mix.parameters { print(p.to_list()) }
    let some = data.test[0..<20]
    let report = evaluate mix on some
    print(report.accuracy)
    for batch in some.batches(20) { print(mix.predict(batch), mix.logits(batch).to_list()) }
    """

  private func output(_ environment: [String: String]) throws -> String {
    let folder = try TemporaryFolder()
    try folder.write(program, to: "p.moco")
    // Features of images are computed again, not taken from a run with another copy.
    let own = ["XDG_CACHE_HOME": folder.path + "/cache"].merging(environment) { $1 }
    let ran = try moco(["run", "--no-record", "--quiet", "p.moco"], environment: own, folder: folder.path)
    #expect(ran.status == 0 && ran.errors.isEmpty, "\(environment): \(ran.errors)")
    return ran.output
  }

  @Test func theSameBitsUnderEveryCopy() throws {
    let wanted = try output([:])
    #expect(wanted.count > 10_000)
    for copy in KernelFamily.copies {
      let found = try output(["MOCO_KERNELS": copy])
      #expect(found == wanted, "other results with \(copy)")
    }
    let plain = try output(["GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX2,-FMA,-FMA4"])
    #expect(plain == wanted, "other results with a plain C library")
  }
}
