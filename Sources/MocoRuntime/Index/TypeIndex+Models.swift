import MocoLang
import MocoMethods

/// What programs see of a model, whatever its method.
enum ModelType {
  static let fields: [(name: String, type: String?, summary: String)] = [
    ("kind", "String", "What sort of model it is: \(Methods.list()), or the name of one of your own."),
    ("classes", "List", "The names of the classes that it answers for."),
    ("base", "List", "The classes that the class loss sees."),
    ("parameters", "Parameters", "The tensors that training moves."),
    ("clip", "Clip", "The CLIP model under it."),
  ]

  private static let results = ["loss": "Tensor", "logits": "Tensor", "predict": "List", "weights": "Tensor"]

  /// The type of a method's models, made from its descriptor.
  static func of(_ method: MethodDescriptor) -> HostType {
    HostType(
      method.typeName, method.summary,
      fields: fields + method.fields.map { ($0.name, $0.type, $0.summary) },
      methods: ModelValue.methods, gives: results)
  }
}

var modelTypes: [HostType] {
  [clipType] + (Methods.all + [OwnModel.descriptor]).map { ModelType.of($0) } + [modelBatchType] + partTypes
}

/// What the functions of a model are given.
private var modelBatchType: HostType {
  HostType(
    "ModelBatch", "Images that a model's functions are asked about, with the names.", fields: OwnBatch.fields)
}

private var clipType: HostType {
  HostType(
    "Clip", "A CLIP model: an image tower, a text tower and their tokenizer.",
    fields: [
      ("name", "String", "The name of the architecture."),
      ("dim", "Int", "The length of a feature."),
      ("width", "Int", "The length of a token's row in the text tower, or nil without one."),
      ("layers", "Int", "Blocks of the text tower, or nil without one."),
      ("vision_width", "Int", "The length of a patch's row in the image tower."),
      ("vision_layers", "Int", "Blocks of the image tower, or nil where it is a ResNet."),
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
      "encode_text": "Tensor", "embed": "Tensor", "encode_image": "Tensor", "tokenize": "List",
      "contrastive_loss": "Tensor",
    ])
}

private var partTypes: [HostType] {
  [
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
