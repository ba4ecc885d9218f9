/// A value of each kind, for pictures of what is shown of it.
struct DisplaySample: Sendable {
  let name: String
  /// Its last expression is the value.
  let program: String
  /// Whether digits are left open: they depend on the clock or on the processor.
  var isMasked = false
  /// Whether durations stand in it, whose lengths say where lines are broken.
  var isTimed = false
}

extension DisplaySample {
  /// Text that steers terminals, pages and documents wherever it is taken at its word.
  static let nasty =
    #"<b>&\"'</b> *a* _b_ `c` [d](e) |x| $y$ ![z](w)\u{1B}[31mred\u{202E}left\u{2066}\u{9B}5m\u{7}\r\n# h"#

  private static let model = """
    let clip = clip_model({
      embedding: 16, context: 64, merges: 4096, mean: [0.3], std: [0.35]
      text: {width: 16, layers: 1, heads: 2}
      vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
    }, seed: 1)
    let data = dataset("fashion")
    let few = data.few_shot(2, seed: 3).train
    templates ways {
      group "plain" { "a photo of a {}." "a picture of a {}" }
      group "dark & dim" { "a dark photo of a {}, seen <i>late</i> in a long night with hardly any light." }
      group "blurry" { "a blurry photo of a {}." }
    }

    """

  private static let report = """
    let r = report([0, 1, 2, 3, 1, 1], [[2.0, 1, 0, 0, 0], [0, 3, 1, 0, 0], [0, 0, 1, 0, 0], [1, 0, 0, 0, 0],
      [0, 2, 0, 0, 0], [2, 1, 0, 0, 0]], classes: ["cat", "dog", "an <em>owl</em>", "bag | sack", "none"])

    """

  static let all: [DisplaySample] = [
    DisplaySample(name: "tensor-matrix", program: "tensor([[1, 2.5, -3], [0.001, 1e6, 0]])"),
    DisplaySample(name: "tensor-large", program: "arange(4000).reshape([40, 100]).float() / 7"),
    DisplaySample(name: "tensor-deep", program: "arange(9000).reshape([10, 10, 30, 3])"),
    DisplaySample(name: "tensor-whole", program: "arange(24).reshape([2, 2, 2, 3]) * 1.5"),
    DisplaySample(name: "tensor-vector", program: "parameter(tensor([0.5, nan, inf, -2.25]))"),
    DisplaySample(name: "tensor-bool", program: "tensor([[true, false]])"),
    DisplaySample(name: "tensor-scalar", program: "tensor(2.5)"),
    DisplaySample(name: "tensor-empty", program: "zeros([0, 3])"),
    DisplaySample(name: "list-numbers", program: "[i * 0.37 for i in 0..<60]"),
    DisplaySample(
      name: "list-long",
      program: "[{name: \"a text that is long enough to need a line\", i: i} for i in 0..<60]"),
    DisplaySample(
      name: "record-nested",
      program: """
        {alpha_long_name_of_key: [i for i in 0..<60], "a key": "日本日本日本日本日本日本日本日本日本",
          m: tensor([[-2.0690074, 1.25], [3.5, 4.125]]), list: [zeros([4, 8]), {a: nil, b: true, f: x => x}],
          deep: [[[[[[[[1, 2], "eight words that stand far inside of lists"]]]]]]]}
        """),
    DisplaySample(name: "record-short", program: "{a: 1, b: [1, 2]}"),
    DisplaySample(name: "numbers", program: "[2 / 3, 1234.5678, 0.00012345, 1e300, 5]"),
    DisplaySample(name: "string", program: "\"a text \" * 30"),
    DisplaySample(name: "nasty-string", program: "\"\(nasty)\""),
    DisplaySample(
      name: "nasty-record", program: "{\"\(nasty)\": \"\(nasty)\", list: [\"\(nasty)\", \"\(nasty)\"]}"),
    DisplaySample(name: "function", program: "(a, b = 2) => a + b"),
    DisplaySample(name: "figure-bars", program: "plot.bars({a: 1, \"<b> & c\": 2.5}, title: \"Bars <1>\")"),
    DisplaySample(name: "figure-line", program: "plot.line([0.9, 0.5, 0.3], title: \"Loss\")"),
    DisplaySample(
      name: "figure-images", program: "plot.image([[0, 0.5, 1], [0.5, 1, 0], [1, 0, 0.25]], title: \"Image\")"
    ),
    DisplaySample(
      name: "table",
      program: """
        table([{method: "zero-shot", H: 68.5, n: 3}, {method: "mixture <b> | *x*", H: 72.125},
          {method: nil, H: nan, n: 12000}], title: "Results", best: "max")
        """),
    DisplaySample(
      name: "table-long", program: "table([{i: i, square: i * i, name: \"row \\(i)\"} for i in 0..<300])"),
    DisplaySample(name: "report", program: report + "r"),
    DisplaySample(name: "report-confusion", program: report + "r.confusion"),
    DisplaySample(name: "dataset", program: "dataset(\"fashion\")"),
    DisplaySample(
      name: "dataset-styled", program: "dataset(\"fashion\").styled([\"dark\", \"sketch\"], seed: 1)"),
    DisplaySample(
      name: "split", program: "dataset(\"fashion\").test.styled([\"dark\", \"sketch\"], seed: 1)"),
    DisplaySample(name: "item", program: "dataset(\"fashion\").test[3]"),
    DisplaySample(name: "image", program: "dataset(\"fashion\").test[3].image"),
    DisplaySample(name: "batch", program: model + "few.batch([0, 1])"),
    DisplaySample(name: "clip", program: model + "clip"),
    DisplaySample(name: "clip-loaded", program: "load_clip(\"small\")"),
    DisplaySample(name: "templates", program: model + "ways"),
    DisplaySample(name: "template-group", program: model + "ways[1]"),
    DisplaySample(
      name: "mixture",
      program: model + "mixture(clip, ways, classes: data.classes, base: data.classes[0..<5])"),
    DisplaySample(name: "coop", program: model + "coop(clip, classes: data.classes)"),
    DisplaySample(name: "zero-shot", program: model + "zero_shot(clip, classes: [\"cat\", \"\(nasty)\"])"),
    DisplaySample(name: "linear-probe", program: model + "linear_probe(clip, on: few)", isMasked: true),
    DisplaySample(
      name: "parameters", program: model + "mixture(clip, ways, classes: data.classes).parameters"),
    DisplaySample(name: "soft-prompts", program: model + "soft_prompts(clip, ways)"),
    DisplaySample(name: "router", program: model + "router(16, experts: 3)"),
    DisplaySample(
      name: "route", program: model + "route(mixture(clip, ways, classes: data.classes), few[0])",
      isMasked: true),
    DisplaySample(
      name: "training", program: model + "train coop(clip, classes: few.classes) on few for 2 steps",
      isMasked: true, isTimed: true),
    DisplaySample(
      name: "forecast",
      program: model + "forecast(mixture(clip, ways, classes: few.classes), on: few, for: 2 epochs)",
      isMasked: true, isTimed: true),
    DisplaySample(name: "optimizer", program: "sgd([parameter(tensor([1.0]))], lr: 0.25)"),
  ]
}
