import Foundation
import MocoAutograd
import MocoCLIP
import MocoTensor
import MocoTestSupport
import Testing

/// exp(logit_scale) is the factor of the cosines as it stands in the file; only contrastive training keeps it at 100.
@Suite struct LogitScaleTests {
  private func model(_ value: Float) throws -> CLIPModel {
    let clip = try TinyCLIP.make()
    let parameter = try clip.parameter("logit_scale")
    parameter.value = try Tensor([value], shape: parameter.value.shape)
    return clip
  }

  @Test(arguments: [Float(2), 4.6051702, 5, 6])
  func answersAreNotCapped(_ value: Float) throws {
    let found = try model(value).scale().value.item()
    #expect(abs(found - exp(value)) <= 1e-5 * exp(value))
  }

  @Test func trainingIsCapped() throws {
    func loss(_ value: Float) throws -> Float {
      try model(value).contrastiveLoss(
        images: Variable(TinyCLIP.pixels(2)), captions: ["a coat", "a bag"]
      ).value.item()
    }
    #expect(try loss(5) == loss(6))
    #expect(try loss(3) != loss(4))
  }
}
