import MocoLang

extension FlowFacts {
  /// Lists the built-ins of this target that have side effects but do not change their arguments, and those
  /// whose results share their arguments. Tensors of a computation share its parameters: `backward` changes them.
  static let runtime = FlowFacts(
    keeping: [
      "show", "evaluate", "route", "dead", "compare", "nearest_words", "sleep", "env", "exists", "glob",
      "read_text", "read_lines", "table",
      "read_csv", "read_json", "dataset", "load_image", "sample_folder", "clip", "load_clip", "clip_model",
      "load_model", "load_tensors", "list_tensors", "over", "from_json", "to_json", "help", "memory", "top",
      "features",
      "pixels", "weights", "runs", "curves", "batches", "contrastive_loss",
    ],
    writing: [
      "save", "svg", "write_text", "append_text", "write_json", "write_csv", "make_folder", "save_tensors",
      "checkpoint", "export", "result",
    ],
    sharing: [
      "parameter", "adam", "adamw", "sgd", "reshape", "transpose", "permute", "concat", "stack", "where",
      "expand",
      "squeeze", "unsqueeze", "flatten", "softmax", "log_softmax", "gelu", "relu", "layer_norm", "normalize",
      "maximum",
      "minimum", "einsum", "cross_entropy", "cosine_similarity", "sum", "mean", "max", "min", "norm", "std",
      "variance",
      "clamp", "exp", "log", "sqrt", "abs", "sigmoid", "tanh", "dropout", "loss", "logits", "encode",
      "scores",
      "contrastive_loss", "no_grad", "router", "soft_prompts", "model", "encode_text", "encode_image",
    ],
    drawing: ["rand", "randn", "dropout", "batches"])
}
