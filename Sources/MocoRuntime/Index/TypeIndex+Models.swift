import MocoLang

private typealias Field = (name: String, type: String?, summary: String)

/// What every model has.
private let modelFields: [Field] = [
  ("kind", "String", "What sort of model it is: mixture, coop, zero_shot or linear_probe."),
  ("classes", "List", "The names of the classes that it answers for."),
  ("base", "List", "The classes that the class loss sees."),
  ("parameters", "Parameters", "The tensors that training moves."),
  ("clip", "Clip", "The CLIP model under it."),
]

private let mixtureFields: [Field] = [
  ("templates", "Templates", "The templates that the experts began from."),
  ("experts", "Int", "How many experts there are."),
  ("router", "Router", "What picks experts for an image."),
  ("prompts", "SoftPrompts", "The soft prompts of all experts; prompts.encode gives their text features."),
  ("w", "Tensor", "The weights that correct the experts' text features."),
]

private let contextFields: [Field] = [
  ("context", "Tensor", "The soft tokens [tokens, width], or one such for each class.")
]

private let probeFields: [Field] = [
  ("weight", "Tensor", "The weights [classes, features]."),
  ("bias", "Tensor", "The intercept of each class."),
  ("width", "Int", "The length of a feature."),
  ("c", "Float", "The inverse strength of the penalty, or nil without a fit."),
  ("objective", "Float", "What was minimized, at the end, or nil without a fit."),
  ("iterations", "Int", "Steps that the fit took, or nil without a fit."),
  ("converged", "Bool", "Whether the fit came to its end, or nil without a fit."),
  ("search", "List", "The values of c that were tried, with their accuracy, or nil."),
]

private let modelResults = ["loss": "Tensor", "logits": "Tensor", "predict": "List", "weights": "Tensor"]

var modelTypes: [HostType] {
  [
    HostType(
      "Clip", "A CLIP model: an image tower, a text tower and their tokenizer.",
      fields: [
        ("name", "String", "The name of the architecture."),
        ("dim", "Int", "The length of a feature."),
        ("image_size", "Int", "Pixels across and down of the images that it takes."),
        ("channels", "Int", "1 for grey images, 3 for coloured ones."),
        ("context", "Int", "Tokens that a text may have, or nil without a text tower."),
        ("vocabulary", "Int", "How many tokens there are, or nil without a text tower."),
        ("activation", "String", "The function between the layers: gelu or quick_gelu."),
        ("mean", "List", "What is taken from the pixels of each channel."),
        ("std", "List", "By what the pixels of each channel are divided."),
        ("scale", "Float", "The factor on cosines that makes them logits."),
        ("size", "Int", "How many numbers the model has."),
        ("hash", "String", "A fingerprint of its weights; computed when asked for."),
        ("parameters", "Parameters", "The tensors that are unfrozen, or all where none is."),
        ("info", "Record", "All that is known of the architecture."),
      ],
      methods: ClipValue.methods,
      gives: [
        "encode_text": "Tensor", "encode_image": "Tensor", "tokenize": "List", "contrastive_loss": "Tensor",
      ]),
    HostType(
      "Mixture", "A mixture of soft prompts: one expert for each group of templates, and a router.",
      fields: modelFields + mixtureFields,
      methods: ModelValue.methods, gives: modelResults),
    HostType(
      "CoOp", "One soft prompt before the class name.",
      fields: modelFields + contextFields,
      methods: ModelValue.methods, gives: modelResults),
    HostType(
      "ZeroShot", "CLIP without training: the class whose sentence is nearest.", fields: modelFields,
      methods: ModelValue.methods, gives: modelResults),
    HostType(
      "LinearProbe", "A logistic regression on image features.",
      fields: modelFields + probeFields,
      methods: ModelValue.methods, gives: modelResults),
    HostType(
      "SoftPrompts", "Soft prompts by themselves, one for each group of templates.",
      fields: [
        ("parameters", "Parameters", "The soft tokens as tensors."),
        ("groups", "List", "The names of the groups."),
        ("rows", "Int", "How many soft tokens there are in all."),
        ("width", "Int", "The length of a token."),
      ],
      methods: SoftPromptsValue.methods, gives: ["encode": "Tensor"]),
    HostType(
      "Router", "What picks some of the experts for an image feature; calling it gives their weights.",
      fields: [
        ("parameters", "Parameters", "Its weight and bias."),
        ("experts", "Int", "How many experts it picks from."),
        ("top_k", "Int", "How many it picks."),
        ("kind", "String", "How it scores: linear, cosine or uniform."),
        ("scale", "Float", "The factor on the scores."),
        ("weight", "Tensor", "W [experts, features]."),
        ("bias", "Tensor", "b [experts], or nil."),
      ],
      methods: RouterValue.methods, gives: ["scores": "Tensor", "weights": "Tensor"]),
    HostType(
      "Parameters", "The tensors of a model by name and place.", element: "Tensor", keys: "names",
      fields: [
        ("names", "List", "The names of the tensors."),
        ("size", "Int", "How many numbers they have together."),
      ]),
    HostType(
      "Templates", "Groups of sentences with one {} each.", element: "TemplateGroup", keys: "names",
      fields: [
        ("groups", "List", "The groups in order."),
        ("name", "String", "The name of the templates."),
        ("names", "List", "The names of the groups."),
        ("templates", "List", "The sentences of all groups."),
        ("doc", "String", "What stands above their declaration."),
      ]),
    HostType(
      "TemplateGroup", "One group of templates, which reads as a list of its sentences.", element: "String",
      fields: [
        ("name", "String", "The name of the group."),
        ("templates", "List", "Its sentences."),
      ]),
  ]
}
