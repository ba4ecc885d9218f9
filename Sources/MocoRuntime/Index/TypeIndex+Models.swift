import MocoLang
import MocoMethods

/// The members of every model, whatever its method.
enum ModelType {
  static let fields: [(name: String, type: String?, summary: String)] = [
    ("kind", "String", "The kind of model: \(Methods.list()), or the name of a custom model."),
    ("classes", "List", "The names of the classes that it predicts."),
    ("base", "List", "The classes in the class loss."),
    ("parameters", "Parameters", "The tensors that training updates."),
    ("clip", "Clip", "Its CLIP model."),
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

/// The argument of the functions of a model.
private var modelBatchType: HostType {
  HostType(
    "ModelBatch", "The images passed to a model's functions, with the names.", fields: OwnBatch.fields)
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
      ("vision_layers", "Int", "Blocks of the image tower, or nil if it is a ResNet."),
      ("image_size", "Int", "Width and height of its input images in pixels."),
      ("channels", "Int", "1 for grey images, 3 for colour images."),
      ("context", "Int", "The maximum number of tokens of a text, or nil without a text tower."),
      ("vocabulary", "Int", "The number of tokens, or nil without a text tower."),
      ("activation", "String", "The activation function: gelu or quick_gelu."),
      ("mean", "List", "The mean that is subtracted from the pixels of each channel."),
      ("std", "List", "The standard deviation that the pixels of each channel are divided by."),
      ("scale", "Float", "The factor on cosines that makes them logits."),
      ("size", "Int", "The number of weights of the model."),
      ("hash", "String", "A hash of its weights, computed on first use."),
      ("parameters", "Parameters", "The unfrozen tensors, or all if none is unfrozen."),
      ("info", "Record", "The architecture and the sources of the weights."),
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
      "SoftPrompts", "Soft prompts, one for each group of templates.",
      fields: [
        ("parameters", "Parameters", "The soft tokens as tensors."),
        ("groups", "List", "The names of the groups."),
        ("rows", "Int", "The total number of soft tokens."),
        ("width", "Int", "The length of a token."),
      ],
      methods: SoftPromptsValue.methods, gives: ["encode": "Tensor"]),
    HostType(
      "Router", "Chooses experts for an image feature; a call returns their weights.",
      fields: [
        ("parameters", "Parameters", "Its weight and bias."),
        ("experts", "Int", "The number of experts."),
        ("top_k", "Int", "The number of experts that it chooses."),
        ("kind", "String", "The kind of score: linear, cosine or uniform."),
        ("scale", "Float", "The factor on the scores."),
        ("weight", "Tensor", "W [experts, features]."),
        ("bias", "Tensor", "b [experts], or nil."),
      ],
      methods: RouterValue.methods, gives: ["scores": "Tensor", "weights": "Tensor"]),
    HostType(
      "Parameters", "The tensors of a model by name and index.", element: "Tensor", keys: "names",
      fields: [
        ("names", "List", "The names of the tensors."),
        ("size", "Int", "The total number of elements."),
      ]),
    HostType(
      "Templates", "Groups of sentences with one {} each.", element: "TemplateGroup", keys: "names",
      fields: [
        ("groups", "List", "The groups in order."),
        ("name", "String", "The name of the templates."),
        ("names", "List", "The names of the groups."),
        ("templates", "List", "The sentences of all groups."),
        ("doc", "String", "The comment above their declaration."),
      ]),
    HostType(
      "TemplateGroup", "One group of templates, which reads as a list of its sentences.", element: "String",
      fields: [
        ("name", "String", "The name of the group."),
        ("templates", "List", "Its sentences."),
      ]),
  ]
}
