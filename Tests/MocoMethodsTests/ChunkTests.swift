import MocoAutograd
import MocoCLIP
import MocoMethods
import MocoTensor
import MocoTestSupport
import Testing

/// Training in chunks: what changes with the plan, and what does not.
@Suite struct ChunkTests {
  private struct Outcome {
    var loss: Float
    var features: [Float]
    var gradients: [[Float]]
    var chunks: Int
  }

  private func run(memory: Int, base: Bool) throws -> Outcome {
    let mixture = try MixtureTests.mixture { $0.memory = memory }
    var batch = try MixtureTests.batch()
    if base {
      try mixture.wasTrained(on: ["forest", "T-shirt"])
      batch = PromptBatch(images: batch.images, labels: [0, 1, 1, 0, 1, 0])
    }
    let loss = try mixture.loss(batch, scope: mixture.trained)
    try loss.total.backward()
    return Outcome(
      loss: try loss.total.value.item(),
      features: try mixture.textFeatures(TinyCLIP.classes).value.toFloats(),
      gradients: try mixture.parameters.map { try #require($0.variable.grad).toFloats() },
      chunks: try #require(mixture.stepPlan).chunkCount)
  }

  private func relative(_ a: [Float], _ b: [Float]) -> Float {
    var worst: Float = 0
    var largest: Float = 1e-6
    for (x, y) in zip(a, b) {
      worst = max(worst, abs(x - y))
      largest = max(largest, abs(y))
    }
    return a.count == b.count ? worst / largest : .infinity
  }

  /// Features within 1e-6 of the largest, gradients within 1e-5: sums are formed in another order.
  @Test(arguments: [false, true])
  func plansAgree(base: Bool) throws {
    let whole = try run(memory: 1 << 30, base: base)
    #expect(whole.chunks == 1)
    let node = TextPlan.bytesPerNode(try TinyCLIP.make().config.text)
    for nodes in [1, 12, 40] {
      let cut = try run(memory: nodes * node, base: base)
      #expect(cut.chunks > 1)
      #expect(relative([cut.loss], [whole.loss]) < 1e-6)
      #expect(relative(cut.features, whole.features) < 1e-6)
      for (a, b) in zip(cut.gradients, whole.gradients) { #expect(relative(a, b) < 1e-5) }
    }
  }

  @Test func samePlanSameBits() throws {
    let node = TextPlan.bytesPerNode(try TinyCLIP.make().config.text)
    let threads = Parallel.threadCount
    defer { Parallel.threadCount = threads }
    var outcomes: [Outcome] = []
    for count in [1, 2, 3] {
      Parallel.threadCount = count
      outcomes.append(try run(memory: 15 * node, base: true))
    }
    for other in outcomes.dropFirst() {
      #expect(other.loss == outcomes[0].loss && other.features == outcomes[0].features)
      #expect(other.gradients == outcomes[0].gradients)
    }
  }

  /// Prompts that differ at the end only stay together, also where the losses name them far apart.
  @Test func chunksFollowTheTree() throws {
    let mixture = try MixtureTests.mixture()
    try mixture.wasTrained(on: ["forest", "T-shirt"])
    let keys = try mixture.stepPrompts(mixture.trained).keys
    let text = try TinyCLIP.make().config.text
    let node = TextPlan.bytesPerNode(text)
    let model = try TinyCLIP.make()
    let whole = try model.planText(keys)
    let cut = try model.planText(keys, memory: 30 * node)
    #expect(cut.chunkCount > 2)
    #expect(cut.chunks.flatMap(\.prompts).sorted() == Array(keys.indices))
    #expect(cut.chunks.allSatisfy { $0.trie.nodeCount <= 30 })
    // At most the path to the cut is repeated.
    let longest = keys.map(\.count).max() ?? 0
    #expect(cut.nodeCount <= whole.nodeCount + (cut.chunkCount - 1) * longest)
    #expect(cut.nodeCount < Int(1.5 * Double(whole.nodeCount)))
    // The last chunks are full: only they need not run again.
    #expect(cut.chunks.dropFirst().allSatisfy { $0.trie.nodeCount > 30 - longest })
    #expect(cut.stepFLOPs(model.config) > whole.stepFLOPs(model.config))
  }

  @Test func aSingleSoftPromptHasABudgetToo() throws {
    func gradient(_ memory: Int) throws -> [Float] {
      let coop = try CoOp(clip: TinyCLIP.make(), classes: TinyCLIP.classes)
      coop.memory = memory
      let loss = try coop.loss(MixtureTests.batch())
      try loss.total.backward()
      return try #require(coop.context.grad).toFloats()
    }
    #expect(try relative(gradient(1), gradient(1 << 30)) < 1e-5)
  }
}
