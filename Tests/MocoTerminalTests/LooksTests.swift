import Foundation
import MocoTestSupport
import Testing

@Suite struct LooksTests {
  @Test func colorsWhatIsTyped() throws {
    var session = try TerminalSession()
    session.type("let text = \"green\" // remark")
    session.wait(for: "let", toBe: "magenta")
    session.wait(for: "\"green", toBe: "green")
    session.wait(for: "text", toBe: "default")
    session.wait(for: "moco>", toBe: "cyan")
    session.enter("")
    session.leave()
    #expect(try session.play().status == 0)
  }

  @Test(arguments: [["--no-highlight"], ["--color", "never"]]) func canBePlain(_ arguments: [String]) throws {
    var session = try TerminalSession(arguments)
    session.type("let text = \"green\"")
    session.wait("green")
    session.screen()
    session.wait(for: "moco>", toBe: arguments[0] == "--color" ? "default" : "cyan")
    session.enter("")
    session.leave()
    let seen = try session.play()
    #expect(seen.status == 0)
    let screen = try #require(seen.screens.first)
    #expect(screen.colors.joined().allSatisfy { ["default", "cyan", "brown"].contains($0) })
  }

  @Test func heedsNoColor() throws {
    var session = try TerminalSession(environment: ["NO_COLOR": "1"])
    session.enter("let text = \"green\"")
    session.enter("1 / 0")
    session.wait("E0403")
    session.screen()
    session.leave()
    let screen = try #require(try session.play().screens.first)
    #expect(screen.colors.allSatisfy { $0.allSatisfy { $0 == "default" } })
  }

  @Test func aDumbTerminalGetsALineAnEpoch() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      let data = dataset(features: randn([64, 128]), labels: [i % 2 for i in 0..<64], classes: ["a", "b"])
      let model = coop(load_clip("small"), classes: ["a", "b"])
      train model on data.train for 2 epochs { batch: 32 };
      """, to: "train.moco")
    var session = try TerminalSession(environment: ["TERM": "dumb"], folder: folder)
    session.type("%run train.moco\r")
    session.wait("^.*epoch 1/2.*$\n^.*epoch 2/2.*$")
    session.type(Key.controlD)
    session.waitForEnd()
    #expect(try session.play().status == 0)
  }

  @Test func worksOnADumbTerminal() throws {
    var session = try TerminalSession(environment: ["TERM": "dumb"])
    for (line, next) in [("func f(x) {", 6), ("  x + 1", 6), ("}", 6), ("f(41)", 6)] {
      session.type(line)
      session.wait("> " + NSRegularExpression.escapedPattern(for: line) + "$")
      session.type("\r")
      session.waitForCursor(column: next)
    }
    session.wait("^42$")
    session.wait("^\\.\\.\\.\\.>   x \\+ 1$")
    session.type(Key.controlD)
    session.waitForEnd()
    #expect(try session.play().status == 0)
  }
}
