import MocoWatch
import Testing

/// Whatever is edited, in whatever order: where nothing is stale, every cell shows what it shows when the whole program runs
/// from its beginning.
@Suite struct EditsTests {
  private func check(_ seed: UInt64, edits: Int, room: Int) throws {
    var program = RandomProgram(seed: seed)
    let live = Live(seed: seed)
    live.notebook.roomForCopies = room
    var history = ["seed \(seed)"]
    for _ in 0..<edits {
      let text = program.text
      live.save(text)
      if program.below(3) > 0 {
        live.notebook.askAll()
        live.settle()
      }
      if program.below(4) == 0 {
        let count = live.notebook.cellIDs.count
        live.ask(program.below(count))
        live.settle()
      }
      let states = live.notebook.states
      if live.notebook.problems.isEmpty, states.allSatisfy({ $0 == .fresh || $0 == .prose }) {
        let expected = try fromScratch(text, seed: seed)
        let found = live.outputs
        #expect(found == expected, "after \(history.joined(separator: ", "))\n\(text)")
        if found != expected { return }
        // What is fresh stays so.
        #expect(live.save(text) == [])
      }
      history.append(program.edit())
    }
  }

  @Test(arguments: 0..<40) func editsGiveWhatARunGives(_ seed: UInt64) throws {
    try check(seed, edits: 12, room: LiveNotebook.mostCopies)
  }

  @Test(arguments: 100..<120) func withoutRoomForCopiesToo(_ seed: UInt64) throws {
    try check(seed, edits: 10, room: 40)
  }
}
