import MocoAutograd
import MocoCLIP
import MocoTensor
import Testing

/// Gradients of the towers against differences of their own features, which no other code shares in.
@Suite struct FiniteDifferenceTests {
  private func check(
    _ variable: Variable, _ name: String, _ loss: () throws -> Double, gradient: Tensor
  ) throws {
    try checkSlope(variable, name, gradient: gradient, loss)
  }

  @Test func textTower() throws {
    let model = try TinyModel.make(activation: .gelu)
    model.setTrainable(prefix: "")
    let soft = Variable(try TinyModel.random([2, 16], "soft"), requiresGrad: true)
    let prompts: [[PromptKey]] = [
      [.token(18), .soft(0), .soft(1), .token(3), .token(19)],
      [.token(18), .soft(0), .soft(1), .token(4), .token(19)],
      [.token(18), .token(5), .token(19)],
    ]
    let weights = try TinyModel.random([3, 6], "weights").toFloats()
    func loss() throws -> Double {
      zip(try model.encodeText(prompts, soft: soft).value.toFloats(), weights).reduce(0) {
        $0 + Double($1.0) * Double($1.1)
      }
    }
    try model.encodeText(prompts, soft: soft).backward(Tensor(weights, shape: [3, 6]))
    try check(soft, "soft", loss, gradient: #require(soft.grad))
    for (name, variable) in model.parameters where !name.hasPrefix("visual") && name != "logit_scale" {
      try check(variable, name, loss, gradient: #require(variable.grad, "no gradient for \(name)"))
    }
  }

  @Test(arguments: [(8, 4), (20, 2)])
  func visionTower(_ size: Int, _ patch: Int) throws {
    let model = try TinyModel.make(imageSize: size, patch: patch, activation: .quickGelu)
    model.setTrainable(prefix: "")
    let pixels = Variable(try TinyModel.random([2, 3, size, size], "pixels"), requiresGrad: true)
    let weights = try TinyModel.random([2, 6], "weights").toFloats()
    func loss() throws -> Double {
      zip(try model.encodeImage(pixels).value.toFloats(), weights).reduce(0) {
        $0 + Double($1.0) * Double($1.1)
      }
    }
    try model.encodeImage(pixels).backward(Tensor(weights, shape: [2, 6]))
    try check(pixels, "pixels", loss, gradient: #require(pixels.grad))
    for (name, variable) in model.parameters where name.hasPrefix("visual") {
      try check(variable, name, loss, gradient: #require(variable.grad, "no gradient for \(name)"))
    }
  }
}
