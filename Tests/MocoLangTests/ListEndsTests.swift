import MocoLang
import Testing

/// Lists as queues: what is taken from and put at the front, in the middle and at the end, against arrays of Swift.
@Suite struct ListEndsTests {
  /// A run of changes by chance, in the language and in Swift, that ends in the same list.
  @Test(arguments: 0..<40) func changesAtBothEnds(_ seed: Int) {
    var state = UInt64(seed &* 2_654_435_761 &+ 1)
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var lines = ["let xs = []"]
    var model: [Int] = []
    var taken = 0
    let leaning = next(5)
    for step in 0..<400 {
      var kind = next(6)
      // Some runs lean to one end, so that the room before the elements grows and shrinks.
      if leaning == 1, kind == 2 { kind = 0 }
      if leaning == 2, kind == 0 { kind = 2 }
      if leaning == 3, kind == 3 { kind = 1 }
      switch kind {
      case 0:
        lines.append("xs.append(\(step))")
        model.append(step)
      case 1 where !model.isEmpty:
        lines.append("taken += xs.pop(0)")
        taken += model.removeFirst()
      case 2:
        lines.append("xs.insert(0, \(step))")
        model.insert(step, at: 0)
      case 3 where !model.isEmpty:
        lines.append("taken += xs.pop()")
        taken += model.removeLast()
      case 4:
        let place = next(model.count + 1)
        lines.append("xs.insert(\(place), \(step))")
        model.insert(step, at: place)
      case 5 where !model.isEmpty:
        let place = next(model.count)
        lines.append("taken += xs.pop(\(place))")
        taken += model.remove(at: place)
      default: break
      }
    }
    let text = "var taken = 0\n" + lines.joined(separator: "\n") + "\nprint(xs, taken)"
    let session = TestSession()
    let printed = session.run(text)
    #expect(printed == "[\(model.map(String.init).joined(separator: ", "))] \(taken)\n")
  }

  /// Elements are let go with the list, wherever they stand in its storage: the memory of the heap comes back.
  @Test func storageOfQueuesIsGivenBack() {
    let session = TestSession(memoryLimit: 64 << 20)
    let printed = session.run(
      """
      for round in 0..<200 {
        let xs = [str(i) for i in 0..<20_000]
        for i in 0..<15_000 { xs.pop(0) }
        for i in 0..<5_000 { xs.insert(0, "front \\(i)") }
        xs.clear()
        for i in 0..<10 { xs.append(i) }
      }
      print("done")
      """)
    #expect(printed == "done\n")
  }

  /// A queue whose length stays the same does not grow with what has gone through it.
  @Test func aQueueStaysSmall() {
    let session = TestSession(memoryLimit: 32 << 20)
    let printed = session.run(
      """
      let xs = [0] * 1000
      for i in 0..<300_000 {
        xs.append(i)
        xs.pop(0)
      }
      for i in 0..<300_000 {
        xs.insert(0, i)
        xs.pop()
      }
      print(len(xs), xs[0], xs[-1])
      """)
    #expect(printed == "1000 299999 299000\n")
  }
}
