import MocoTestSupport
import Testing

/// ^C in a training at the prompt, and going on.
@Suite struct CutTrainingPromptTests {
  @Test func controlCKeepsTheRun() throws {
    let folder = try TemporaryFolder()
    var session = try TerminalSession(columns: 110, rows: 40, folder: folder)
    session.enter("use {ways} from small_world")
    session.enter("let data = dataset(\"fashion\").few_shot(2, seed: 1)")
    session.enter("let clip = load_clip(\"small\")")
    session.enter("let mix = mixture(clip, ways, classes: data.classes)")
    session.enter("var [slow, count] = [true, 0]")
    session.enter(
      "func hear(e) { count += 1; if slow and e.index == 2 { print(\"waiting\"); while true { } } }")
    session.type("let run = train mix on data.train for 4 epochs { batch: 10, each_epoch: hear }\r")
    session.wait("^waiting$")
    session.interrupt()
    session.wait("^error\\[E0406\\]: training was interrupted after step 4 of 8")
    session.wait("run holds the state of the training; resume: run continues it")
    session.enter("slow = false")
    session.enter(Key.controlL + "run.interrupted")
    session.wait("after step 4 of 8, by SIGINT")
    session.enter(
      "let all = train mix on data.train for 4 epochs { batch: 10, each_epoch: hear, resume: run }")
    session.enter("let other = mixture(clip, ways, classes: data.classes)")
    session.enter("let straight = train other on data.train for 4 epochs { batch: 10 }")
    session.enter("[all.losses == straight.losses, max(abs(mix.w - other.w)).item() == 0, count]")
    session.wait("^\\[true, true, 4\\]$")
    session.enter("%save session.moco")
    session.leave()
    #expect(try session.play().status == 0)
    let saved = try folder.read("session.moco")
    #expect(
      saved.contains(
        """
        // Interrupted in the session, which continued with the partial result: E0406 training was interrupted after step 4 of 8
        let run = train mix
        """), "\(saved)")
  }

  @Test func aProgramEndsWith130() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      use {ways} from small_world
      let data = dataset("fashion").few_shot(2, seed: 1)
      let mix = mixture(load_clip("small"), ways, classes: data.classes)
      print("moco> ")
      let run = try {
        train mix on data.train for 4 epochs { batch: 10, each_epoch: e => { while true { } } }
      } catch e { print("caught"); e.run }
      print("not reached")
      """, to: "p.moco")
    var session = try TerminalSession(["run", "--no-record", "p.moco"], folder: folder)
    session.interrupt()
    session.wait("^error\\[E0406\\]")
    session.screen()
    session.waitForEnd()
    let seen = try session.play()
    #expect(seen.status == 130 && !seen.text.contains("caught") && !seen.text.contains("not reached"))
    #expect(!seen.text.contains("holds"))
  }
}
