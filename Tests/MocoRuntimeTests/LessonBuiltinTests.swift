import Foundation
import MocoLang
import MocoRuntime
import Testing

/// `compare`, `dead`, the steps of a route, and what trainings say of routers.
@Suite struct LessonBuiltinTests {
  private static let setup = """
    let clip = load_clip("small")
    let data = dataset("fashion").styled(seed: 1)
    let ways = {plain: ["a photo of a {}."], sketch: ["a sketch of a {}."], dark: ["a dark photo of a {}."]}
    let few = data.few_shot(1, seed: 1)
    func made(k, gate) {
      mixture(clip, ways, classes: data.classes, seed: 1, loss: {gate: gate}) { router { top_k: k, bias: false } }
    }

    """

  private func run(_ program: String) -> String { printed(Self.setup + program, helps: true) }

  @Test func stepsAddUp() {
    let output = run(
      """
      let mix = made(2, 1)
      let image = data.test[3]
      let why = route(mix, image)
      let s = why.steps
      print(s.keys(), s.scores.keys(), s.logits.keys(), s.mixed.keys() == data.classes)
      print(s.chosen == s.scores.keys().sorted(by: n => -s.scores[n])[0..<2], len(s.chosen))
      print(abs(sum(s.weights.values()) - 1) < 1e-5, abs(sum(s.probabilities.values()) - 1) < 1e-5)
      let logits = mix.logits(image)
      var worst = 0.0
      for [i, c] in enumerate(data.classes) {
        worst = max([worst, abs(sum([s.weights[n] * s.logits[n][c] for n in s.chosen]) - s.mixed[c])])
        worst = max([worst, abs(s.mixed[c] - logits[0, i].item())])
      }
      print(worst < 1e-3, s.probabilities[why.prediction] == why.probability)
      print(route(mix, image, classes: ["bag", "coat"]).steps.mixed.keys())
      """)
    #expect(
      output == """
        ["scores", "chosen", "weights", "logits", "mixed", "probabilities"] ["plain", "sketch", "dark"] \
        ["plain", "sketch", "dark"] true
        true 2
        true true
        true true
        ["bag", "coat"]

        """)
  }

  @Test func deadExpertsAreNamed() {
    let output = run(
      """
      let mix = made(2, 1)
      let part = data.test[0..<150]
      let alive = dead(mix, on: part)
      print(alive.count, alive.shares.keys(), abs(sum(alive.shares.values()) - 2) < 1e-6)
      let w = mean(mix.weights(part.batch([..0..<150])), axis: 0)
      print(max([abs(w[i].item() - x) for [i, x] in enumerate(alive.weights.values())]) < 1e-5)
      func turn() {
        let rows = mix.router.weight.detach().copy()
        rows[1] = mean(normalize(part.features(clip)), axis: 0) * -50
        mix.router.weight.assign(rows)
      }
      turn()
      let found = dead(mix, on: part)
      print(found.experts, found.shares)
      """)
    #expect(
      output == """
        150 ["plain", "sketch", "dark"] true
        true
        ["sketch"] {plain: 1.0, sketch: 0.0, dark: 1.0}

        """)
  }

  @Test(arguments: [
    (
      "dead(zero_shot(clip, classes: data.classes), on: data.test)",
      "E0303 dead needs a model with a router"
    ),
    ("dead(made(1, 1), on: data.test[0..<0])", "E0709"),
    ("dead(made(1, 1), on: 3)", "E0303"),
    ("compare({})", "E0305 compare has no reports or models"),
    ("compare({a: 1})", "E0303"),
    ("compare([])", "E0303"),
    ("compare({a: made(1, 1)})", "E0304 compare needs the argument 'on'"),
    (
      "compare({a: report([0, 1], predictions: [0, 1])}, by: \"style\")",
      "E0712 the reports' images have no styles"
    ),
    ("compare({a: report([0, 1], predictions: [0, 1])}, by: \"color\")", "E030"),
    (
      "compare({a: report([0, 1], predictions: [0, 1]), b: report([0, 1, 1], predictions: [0, 1, 1])})",
      "E0712 b and a are reports on different images or classes"
    ),
    // Equally many images of every class, but others.
    (
      """
      let d = dataset(features: randn([8, 128], seed: 1), labels: [0, 1, 0, 1, 0, 1, 0, 1], classes: ["a", "b"]).train
      let z = zero_shot(clip, classes: d.classes)
      compare({a: evaluate(z, on: d[0..<4]), b: evaluate(z, on: d[4..<8])})
      """,
      "E0712 b and a are reports on different images or classes"
    ),
    (
      "compare({a: report([0, 1], predictions: [0, 1]), b: report([0, 2], predictions: [0, 1])})",
      "E0712 b and a are reports on different images or classes"
    ),
  ])
  func whatDoesNotFitIsRefused(_ program: String, _ expected: String) {
    let output = run(program)
    #expect(output.hasPrefix(expected), "\(output)")
    #expect(output.contains("help: ") || expected == "E0303", "\(output)")
  }

  @Test func reportsStandSideBySide() {
    let output = run(
      """
      let a = report([0, 1, 1, 0], predictions: [0, 0, 0, 0])
      let b = report([0, 1, 1, 0], predictions: [0, 1, 0, 0])
      let c = compare({before: a, after: b}, by: "class")
      print(c.columns, c.rows, c["all images"], c["1"].change)
      print(compare({a: a, b: b, c: a}).columns, compare({a: a}).rows)
      let half = data.test[0..<40]
      let z = zero_shot(clip, classes: data.classes)
      let both = compare({zero: z, again: evaluate(z, on: half)}, on: half, title: "T")
      print(both.rows[0], len(both.rows) > 1, [r.change for r in both].unique())
      """)
    #expect(
      output == """
        ["before", "after", "change"] ["all images", "0", "1"] {before: 50.0, after: 75.0, change: 25.0} 50.0
        ["a", "b", "c"] ["all images"]
        all images true [0.0]

        """)
  }

  @Test func aRouterWithoutGradientIsTold() {
    let output = run(
      """
      func told(k, gate) {
        let run = train(made(k, gate), on: few.train, for: 1 epoch, batch: 10, quiet: true)
        [n for n in run.notes if n.contains("gets no gradient")]
      }
      print(told(1, 0), len(told(1, 1)), len(told(2, 0)), len(told(3, 0)))
      """)
    #expect(
      output == """
        ["the router gets no gradient: with top_k 1 its only weight is always 1, and there is no gate loss; \
        set loss { gate: 1 }, or use a larger top_k"] 0 0 0

        """)
  }

  @Test func idleExpertsAreToldAfterTrainingAndOnTheCard() {
    let output = run(
      """
      let mix = made(1, 0)
      let rows = mix.router.weight.detach().copy()
      rows[1] = mean(normalize(data.test.features(clip)), axis: 0) * -50
      mix.router.weight.assign(rows)
      let run = train(mix, on: few.train, for: 1 epoch, batch: 10)
      print("idle", run.idle.contains("sketch"))
      show mix
      mix.router.weight.assign(rows * 0)
      print("changed")
      show mix
      print("run")
      show run
      """)
    let parts = output.components(separatedBy: "changed\n")
    #expect(parts.count == 2, "\(output)")
    #expect(output.contains("idle true"), "\(output)")
    #expect(parts.first?.components(separatedBy: "of the last epoch was routed to").count == 2, "\(output)")
    let last = (parts.last ?? "").components(separatedBy: "run\n")
    #expect(last.count == 2 && !last[0].contains("routed to"), "\(output)")
    #expect(last.last?.contains("no image of the last epoch was routed to") == true, "\(output)")
  }
}
