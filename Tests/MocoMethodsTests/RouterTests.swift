import MocoAutograd
import MocoBase
import MocoMethods
import MocoTensor
import Testing

@Suite struct RouterTests {
  @Test func startsWithinOneOverRootD() throws {
    let router = try Router(width: 16, experts: 5, seed: 3)
    let weights = try router.weight.value.toFloats()
    #expect(weights.allSatisfy { abs($0) <= 0.25 })
    #expect(weights.contains { $0 > 0.1 } && weights.contains { $0 < -0.1 })
    #expect(try weights == Router(width: 16, experts: 5, seed: 3).weight.value.toFloats())
    #expect(try weights != Router(width: 16, experts: 5, seed: 4).weight.value.toFloats())
    #expect(router.parameters.map(\.name) == ["gate.weight", "gate.bias"])
    #expect(try Router(width: 16, experts: 5, options: .init(bias: false)).parameters.count == 1)
  }

  @Test func choosesTheLargestAndWeighsThem() throws {
    let router = try Router(width: 4, experts: 3, options: .init(topK: 2))
    let h = Variable(try Tensor([1, 3, 2, 5, 5, 5], shape: [2, 3]))
    let (alpha, routing) = try router.weights(h)
    #expect(routing.chosen == [[1, 2], [0, 1]])
    let values = try alpha.value.toFloats()
    #expect(values[0] == 0)
    #expect(abs(values[1] - 0.7310586) < 1e-6)
    #expect(abs(values[2] - 0.2689414) < 1e-6)
    #expect(values[3] == 0.5 && values[4] == 0.5 && values[5] == 0)
    #expect(abs(routing.load.reduce(0, +) - 1) < 1e-6)
  }

  @Test(arguments: [1, 2, 3]) func anyNumberIsChosen(_ k: Int) throws {
    let router = try Router(width: 4, experts: 3, options: .init(topK: k))
    let h = Variable(try Tensor([0.5, -1, 2], shape: [1, 3]))
    let (alpha, routing) = try router.weights(h)
    #expect(routing.chosen[0].count == k)
    #expect(try abs(alpha.value.toFloats().reduce(0, +) - 1) < 1e-6)
    #expect(try alpha.value.toFloats().filter { $0 > 0 }.count == k)
  }

  @Test(arguments: [0, 4, -1]) func refusesOtherNumbers(_ k: Int) {
    #expect { try Router(width: 4, experts: 3, options: .init(topK: k)) } throws: {
      ($0 as? Failure)?.code == "E0702"
    }
  }

  @Test func uniformTrainsNothing() throws {
    let router = try Router(width: 4, experts: 3, options: .init(kind: .uniform))
    let h = try router.scores(Variable(Tensor([1, 2, 3, 4], shape: [1, 4])))
    let values = try router.weights(h).alpha.value.toFloats()
    #expect(values.allSatisfy { abs($0 - 1.0 / 3) < 1e-6 })
    #expect(router.parameters.isEmpty)
  }

  @Test func featuresOfAnotherWidth() throws {
    let router = try Router(width: 4, experts: 3)
    #expect { try router.scores(Variable(Tensor([1, 2, 3], shape: [1, 3]))) } throws: {
      ($0 as? Failure)?.code == "E0705"
    }
  }
}
