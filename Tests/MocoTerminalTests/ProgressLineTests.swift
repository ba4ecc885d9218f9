import MocoTerminal
import MocoTraining
import Testing

/// What long work writes on standard error.
@Suite struct ProgressLineTests {
  private final class Screen {
    var now = 0.0
    var text = ""
    func line(_ label: String, terminal: Bool) -> ProgressLine {
      ProgressLine(
        label, traits: OutputTraits(isTerminal: terminal, width: 60, color: .none, glyphs: .ascii),
        clock: { self.now }, write: { self.text += $0 })
    }
  }

  @Test func aTerminalIsDrawnOverFifteenTimesASecond() {
    let screen = Screen()
    let line = screen.line("training", terminal: true)
    for step in 1...1000 {
      screen.now = Double(step) / 1000
      line.update(Progress(done: step, total: 1000, rate: 1000, unit: "steps", note: "loss 0.5"))
    }
    let draws = screen.text.split(separator: "\r")
    #expect((10...16).contains(draws.count))
    #expect(draws.allSatisfy { $0.count == 57 })
    #expect(draws.last?.contains("steps/s") == true && draws.last?.contains("loss 0.5") == true)
    line.finish()
    #expect(screen.text.hasSuffix("\r" + String(repeating: " ", count: 59) + "\r"))
  }

  @Test func elsewhereALineAnEpoch() {
    let screen = Screen()
    let line = screen.line("", terminal: false)
    for epoch in 1...10 {
      screen.now += 0.4
      line.update(Progress(done: epoch, total: 10, rate: 1, unit: "steps"))
      line.epoch("epoch \(epoch)/10")
    }
    line.finish()
    #expect(screen.text == (1...10).map { "epoch \($0)/10\n" }.joined())
  }

  @Test func aSlowRunSaysEveryEpoch() {
    let screen = Screen()
    let line = screen.line("mixture", terminal: false)
    for epoch in 1...3 {
      screen.now += 2
      line.epoch("epoch \(epoch)")
    }
    #expect(screen.text == "mixture  epoch 1\nmixture  epoch 2\nmixture  epoch 3\n")
  }

  @Test func aNoteIsBrokenBetweenItsParts() {
    let line = "small: 1,234,567 parameters, QuickGELU, images 32×32 grey, embedding 64"
    #expect(Console.fitted(line, width: 80) == line)
    #expect(
      Console.fitted(line, width: 50)
        == "small: 1,234,567 parameters, QuickGELU,\n  images 32×32 grey, embedding 64")
  }
}
