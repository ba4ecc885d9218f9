import MocoAutograd
import MocoBase
import MocoTensor
import Testing

@Suite struct TapeTests {
  @Test func deepGraphsAreReleased() throws {
    let x = Variable(try Tensor(Float(1)), requiresGrad: true)
    var y = x
    for _ in 0..<100_000 { y = try F.affine(y, 1, 0) }
    try y.backward()
    #expect(try x.grad?.item() == 1)
    var z = x
    for _ in 0..<100_000 { z = try F.affine(z, 1, 0) }
    // Dropped without a backward pass.
    z = x
    #expect(z === x)
  }

  @Test func graphFreesMemory() throws {
    let x = Variable(try Tensor.ones([1000]), requiresGrad: true)
    let before = MemoryAccountant.usedBytes
    for _ in 0..<50 {
      let loss = try F.sum(F.exp(F.mul(x, x)))
      try loss.backward()
      x.grad = nil
    }
    // Other tests allocate meanwhile; ten thousand floats more would be a leak of every step's.
    #expect(MemoryAccountant.usedBytes - before < 400_000_000)
  }

  @Test func secondBackwardIsAnError() throws {
    let x = Variable(try Tensor(Float(2)), requiresGrad: true)
    let y = try F.square(x)
    let z = try F.exp(y)
    try z.backward()
    #expect(code { try z.backward() } == "E0207")
    // Through a part that was used already.
    #expect(code { try F.log(y).backward() } == "E0207")
  }

  @Test func gradientsAddUpInLeaves() throws {
    let x = Variable(try Tensor([1, 2], shape: [2]), requiresGrad: true)
    try F.sum(F.square(x)).backward()
    try F.sum(F.square(x)).backward()
    #expect(try x.grad?.toFloats() == [4, 8])
  }

  @Test func leavesDoNotShareGradients() throws {
    let a = Variable(try Tensor([1, 2], shape: [2]), requiresGrad: true)
    let b = Variable(try Tensor([1, 2], shape: [2]), requiresGrad: true)
    try F.add(a, b).backward(Tensor([1, 1], shape: [2]))
    try a.grad?.withMutableFloats { $0[0] = 9 }
    #expect(try b.grad?.toFloats() == [1, 1])
  }

  @Test func frozenInputsCostNothing() throws {
    let frozen = Variable(try Tensor.ones([2, 2]))
    let trained = Variable(try Tensor.ones([2, 2]), requiresGrad: true)
    var asked: [Bool] = []
    let y = Variable.custom(
      "probe", inputs: [frozen, trained], value: try Tensor(Float(1)), saved: []
    ) { _, needs in
      asked = needs
      return [nil, try Tensor.ones([2, 2])]
    }
    try y.backward()
    #expect(asked == [false, true])
    #expect(frozen.grad == nil)
  }

  @Test func noGradRecordsNothing() throws {
    let x = Variable(try Tensor(Float(2)), requiresGrad: true)
    let y = try Autograd.noGrad { try F.square(x) }
    #expect(!y.requiresGrad)
    #expect(code { try y.backward() } == "E0207")
    #expect(Autograd.isEnabled)
  }

  @Test func misuse() throws {
    let x = Variable(try Tensor.ones([3]), requiresGrad: true)
    #expect(code { try F.square(x).backward() } == "E0206")
    #expect(code { try F.square(x).backward(Tensor.ones([2])) } == "E0205")
    #expect(code { try Variable(Tensor(Float(1))).backward() } == "E0207")
    #expect(x.detach().requiresGrad == false)
  }

  @Test func clipping() throws {
    let x = Variable(try Tensor.zeros([2]), requiresGrad: true)
    x.grad = try Tensor([3, 4], shape: [2])
    #expect(try Autograd.clipGradNorm([x], 1) == 5)
    #expect(try close(x.grad ?? x.value, Tensor([0.6, 0.8], shape: [2])))
    #expect(try Autograd.clipGradNorm([x], 2) < 1.0001)
    #expect(code { try Autograd.clipGradNorm([x], 0) } == "E0205")
  }
}
