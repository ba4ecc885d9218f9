import MocoTensor
import Testing

/// Which core of OpenBLAS computes.
@Suite struct BlasCoreTests {
  private static func intel(_ level: Processor.Level, model: Int = 207) -> Processor {
    Processor(level: level, vendor: "GenuineIntel", family: 6, model: model)
  }

  private static func amd(_ level: Processor.Level, family: Int) -> Processor {
    Processor(level: level, vendor: "AuthenticAMD", family: family, model: 1)
  }

  @Test func aProcessorThatTheLibraryDoesNotKnowGetsWhatItCanDo() {
    #expect(
      BlasCore.better(than: "Prescott", on: Self.intel(.avx512)) == [
        "SkylakeX", "Haswell", "Zen", "Sandybridge",
      ])
    #expect(BlasCore.better(than: "Haswell", on: Self.intel(.avx512)) == ["SkylakeX"])
    #expect(BlasCore.better(than: "Prescott", on: Self.intel(.avx2)) == ["Haswell", "Zen", "Sandybridge"])
    #expect(BlasCore.better(than: "Nehalem", on: Self.intel(.avx)) == ["Sandybridge"])
    #expect(
      BlasCore.better(than: "Prescott", on: Self.amd(.avx2, family: 25)) == ["Zen", "Haswell", "Sandybridge"])
    #expect(BlasCore.better(than: "Zen", on: Self.amd(.avx512, family: 26)) == ["SkylakeX"])
  }

  @Test func aGoodChoiceStands() {
    #expect(BlasCore.better(than: "SkylakeX", on: Self.intel(.avx512)).isEmpty)
    #expect(BlasCore.better(than: "Cooperlake", on: Self.intel(.avx512)).isEmpty)
    #expect(BlasCore.better(than: "Prescott", on: Self.intel(.sse)).isEmpty)
    #expect(BlasCore.better(than: "Haswell", on: Self.intel(.avx2)).isEmpty)
    #expect(BlasCore.better(than: "Zen", on: Self.amd(.avx512, family: 25)).isEmpty)
    // A core of another architecture, or of a later library: nothing is known about it.
    #expect(BlasCore.better(than: "neoversen1", on: Self.intel(.avx512)).isEmpty)
  }

  @Test func whatAProcessorCannotRunIsNeverNamed() {
    let old = Self.intel(.avx)
    #expect(!BlasCore.runs("Haswell", on: old) && !BlasCore.runs("SkylakeX", on: Self.intel(.avx2)))
    #expect(BlasCore.runs("Sandybridge", on: old) && BlasCore.runs("prescott", on: old))
    // Four operands in a fused product: AMD's family 21 alone.
    #expect(!BlasCore.runs("Bulldozer", on: Self.amd(.avx2, family: 23)))
    #expect(BlasCore.runs("Excavator", on: Self.amd(.avx2, family: 21)))
    // A name that a library may not have makes it take kernels for AVX-512.
    #expect(!BlasCore.runs("NextYearsCore", on: Self.intel(.avx2)))
  }

  // The library is loaded once a process: what loads it again is done in a process of its own.

  @Test func everyCoreThatRunsHereIsRight() async {
    await #expect(processExitsWith: .success) {
      for core in ["Prescott", "Nehalem", "Sandybridge", "Haswell", "Zen", "SkylakeX", "Cooperlake"]
      where BlasCore.runs(core, on: .current) {
        let library = try #require(BlasLibrary.load(core: core))
        #expect(library.core == core && library.isRight, "\(core)")
        library.close()
      }
    }
  }

  @Test func aPoorChoiceOfTheLibraryIsReplacedAndTheReasonKept() async {
    await #expect(processExitsWith: .success) {
      guard Processor.current.level >= .avx2 else { return }
      // The library as it behaves on a processor that it does not know.
      let load: (String?) -> BlasLibrary? = { BlasLibrary.load(core: $0 ?? "Prescott") }
      let choice = Blas.choose(user: nil, .current, load: load)
      let core = try #require(choice.library?.core)
      #expect(choice.replaced == "Prescott" && choice.remarks.isEmpty)
      #expect(BlasCore.better(than: "Prescott", on: .current).first == core)
    }
  }

  @Test func theUsersCoreWins() async {
    await #expect(processExitsWith: .success) {
      guard !Processor.current.vendor.isEmpty else { return }
      let choice = Blas.choose(user: "nehalem", .current)
      #expect(choice.library?.core == "Nehalem" && choice.replaced == nil)
      // Slow, as asked for, but not silently.
      let slow = Processor.current.level > .sse
      #expect(choice.remarks.map { $0.contains("remove OPENBLAS_CORETYPE") } == (slow ? [true] : []))
    }
  }

  @Test func aNameThatTheLibraryDoesNotHaveIsSaid() async {
    await #expect(processExitsWith: .success) {
      let own = try #require(Blas.choose(user: nil, .current).library)
      let expected = own.core
      own.close()
      for name in ["nonsense", "Haswel", ""] {
        let choice = Blas.choose(user: name, .current)
        #expect(choice.library?.core == expected)
        // An empty variable is none; the library itself would take it for an unknown name.
        let said = choice.remarks.map { $0.hasPrefix("OPENBLAS_CORETYPE=\(name) is ignored") }
        #expect(said == (name.isEmpty ? [] : [true]))
        choice.library?.close()
      }
    }
  }

  @Test func aCoreThatTheProcessorDoesNotRunIsNotEvenLoaded() async {
    await #expect(processExitsWith: .success) {
      let weak = Processor(level: .avx2, vendor: "GenuineIntel", family: 6, model: 1)
      // - Safety: the closure runs on the thread of the test.
      nonisolated(unsafe) var asked: [String?] = []
      let load: (String?) -> BlasLibrary? = {
        asked.append($0)
        return BlasLibrary.load(core: $0 ?? "Prescott")
      }
      let choice = Blas.choose(user: "SkylakeX", weak, load: load)
      let first = asked.first ?? "?"
      #expect(first == nil && !asked.contains("SkylakeX"))
      #expect(choice.remarks.first?.contains("does not support that core") == true)
    }
  }

  @Test func aMissingLibraryIsSaidAndProductsStayRight() {
    let choice = Blas.choose(user: nil, .current) { _ in nil }
    #expect(
      choice.library == nil && choice.remarks.count == 1 && choice.remarks[0].contains("install libopenblas0")
    )
    let (a, b): ([Float], [Float]) = ([1, 2, 3, 4, 5, 6], [1, 0, 2, -1, 1, 1])
    var c: [Float] = [10, 10, 10, 10]
    Gemm.plain(false, true, m: 2, n: 2, k: 3, 2, a, 3, b, 3, 1, &c, 2)
    #expect(c == [24, 18, 42, 24])
  }
}
