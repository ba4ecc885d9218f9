import Testing

/// Decoded pixels and transforms of Pillow and torchvision.
@Suite struct GoldenPreprocessTests {
  @Test func agrees() throws {
    var count = 0
    try GoldenPreprocess.check(folder: DataFixtures.root + "/Tests/Fixtures/golden/preprocess") {
      check, error, tolerance in
      count += 1
      // Closer than the tolerance asks: this decoder and this resampling are the reference's own.
      #expect(error <= min(tolerance, check.contains(".jpg") ? tolerance : 2e-6), "\(check): \(error)")
    }
    #expect(count == 92)
  }
}
