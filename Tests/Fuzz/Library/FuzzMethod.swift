import MocoLang
import MocoRuntime

/// What programs of the method have before they begin: a model of random numbers, features with labels,
/// prompts, an optimizer. Small, so that thousands of them train in a minute.
enum FuzzMethod {
  static let prelude = """
    let clip0 = clip_model({
      embedding: 8, context: 12, merges: 100
      text: {width: 8, layers: 1, heads: 2}
      vision: {image_size: 8, patch: 4, channels: 1, width: 8, layers: 1, heads: 2}
    }, seed: 1)
    let data0 = dataset(features: randn([6, 8]), labels: [0, 1, 2, 0, 1, 2], classes: ["a", "b", "c"])
    let split0 = data0.train
    let batch0 = split0.batch([0, 1])
    templates words0 {
      group "g" { "a {}." }
      group "h" { "{} b" }
    }
    let group0 = words0.groups[0]
    let coop0 = coop(clip0, classes: ["a", "b", "c"], tokens: 2)
    let mix0 = mixture(clip0, words0, classes: ["a", "b", "c"])
    let zero0 = zero_shot(clip0, classes: ["a", "b", "c"], template: "a {}.")
    let opt0 = sgd(coop0.parameters, lr: 0.1)
    let report0 = evaluate coop0 on data0.test
    let figure0 = plot.line([1, 2, 3])
    let tensor0 = parameter(randn([2, 8]))
    """

  /// Options of routers: what chooses, and what does not.
  static let routers = [
    "", "top_k: 1", "top_k: 2", "kind: \"cosine\", top_k: 1, scale: 4", "kind: \"uniform\"", "bias: false",
  ]

  /// What the functions of the method are mostly given.
  static let usual: [String: [String]] = [
    "clip": ["clip0"], "model": ["coop0", "mix0", "zero0"], "on": ["data0.train", "data0.test", "split0"],
    "for": ["1 epoch", "2 epochs", "3 steps", "0 epochs"], "data": ["data0", "data0.train", "split0"],
    "split": ["split0", "{train: 0.5, test: 0.5}"], "batch": ["batch0", "2", "1", "0"],
    "classes": ["[\"a\", \"b\", \"c\"]", "[\"b\", \"c\"]", "data0.classes", "[]"],
    "templates": ["words0", "[\"a {}.\"]"], "groups": ["words0"],
    "template": ["\"a {}.\"", "\"{}\"", "\"a\""],
    "optimizer": ["opt0", "sgd(lr: 0.1)", "adam(lr: 0.01)", "adamw(lr: 1e30)"],
    "schedule": ["cosine(warmup: 1 epoch)", "constant()"], "lr": ["0.1", "0", "-1", "inf", "nan"],
    "images": ["randn([2, 1, 8, 8])", "randn([0, 1, 8, 8])"], "image": ["randn([1, 8, 8])"],
    "features": ["randn([2, 8])", "zeros([0, 8])", "randn([2, 9])"], "labels": ["[0, 1]", "[]", "[7]"],
    "texts": ["[\"a\", \"b\"]", "\"a\"", "[]"], "text": ["\"a photo\"", "\"\""],
    "parameters": ["coop0.parameters", "[tensor0]", "[]"], "seed": ["1", "-1"],
    "shots": ["1", "0", "2", "99"],
    "top_k": ["1", "2", "9"], "tokens": ["2", "0", "40"], "figure": ["figure0"], "report": ["report0"],
    "path": ["\"f.safetensors\"", "\"f.svg\"", "\"f.json\"", "\"\"", "\".\""],
  ]

  /// The objects of the prelude, with their members.
  static func objects(_ interpreter: Interpreter) -> [ProgramGrammar.Object] {
    _ = interpreter.run(SourceFile(name: "prelude", text: prelude))
    defer { interpreter.reset() }
    return interpreter.names.filter { !$0.isBuiltin }.map(\.name).sorted().compactMap { name in
      guard let value = interpreter.value(named: name) else { return nil }
      var object = ProgramGrammar.Object(name: name, fields: [], methods: [])
      let host: (any HostObject)? = value.asHost()
      for member in interpreter.members(of: value) {
        if let method = host?.method(member) {
          let parameters = interpreter.parameters(of: .function(method))
          object.methods.append(ProgramGrammar.Callable(name: member, parameters: parameters))
        } else {
          object.fields.append(member)
        }
      }
      return object
    }
  }
}
