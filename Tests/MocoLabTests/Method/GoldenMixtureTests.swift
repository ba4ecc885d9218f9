import Testing

/// The published forward, losses, gradients and five steps, on files of golden numbers.
@Suite struct GoldenMixtureTests {
  @Test(arguments: ["base", "suffix"]) func agrees(_ name: String) throws {
    var count = 0
    try GoldenMixture.check(
      path: TinyCLIP.fixture("golden/mixture/\(name).safetensors"), tokenizerDirectory: TinyCLIP.tokenizerDirectory
    ) { check, error, tolerance in
      count += 1
      #expect(error <= tolerance, "\(check): \(error) > \(tolerance)")
    }
    #expect(count > 20)
  }
}
