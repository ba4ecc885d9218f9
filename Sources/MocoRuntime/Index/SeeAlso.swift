import MocoMethods

/// Groups of related entries: the help of each names the others of its group.
let seeAlso: [String: [String]] = {
  let groups: [[String]] = [
    ["mixture", "soft_prompts", "router", "templates", "train", "evaluate", "route", "checkpoint"],
    [
      "soft_prompts", "SoftPrompts.encode", "router", "mixture", "nearest_words", "Clip.embed",
      "Clip.encode_text",
    ],
    ["router", "Router.scores", "Router.weights", "route"],
    ["train", "evaluate", "checkpoint", "restore", "forecast", "cosine", "sgd"],
    ["checkpoint", "restore", "load_model"],
    ["evaluate", "report", "compare", "route", "permutation_test"],
    ["runs", "Runs.table", "Runs.curves", "permutation_test"],
    ["dead", "route", "evaluate", "train"],
    ["load_clip", "Clip.encode_image", "Clip.encode_text", "Clip.classify", "zero_shot"],
    Methods.all.map(\.function.name) + ["model"],
    ["model", "train", "evaluate", "restore", "parameter", "gradients"],
    ["gradients", "parameter", "Tensor.backward", "model"],
    ["ema", "gaussian", "train"],
    ["dataset", "Dataset.few_shot", "Dataset.styled", "Split.batches", "load_image"],
    ["softmax", "log_softmax", "cross_entropy", "argmax"],
    ["normalize", "cosine_similarity", "matmul"],
    ["save_tensors", "load_tensors", "list_tensors"],
    ["read_text", "read_lines", "write_text", "append_text"],
    ["read_csv", "write_csv", "read_json", "write_json"],
    ["show", "table", "plot", "clear_output"],
    ["map", "filter", "reduce"],
    ["sgd", "adam", "adamw", "cosine", "constant"],
  ]
  var result: [String: [String]] = [:]
  for group in groups {
    for name in group {
      // The first of a group is its main entry; the others point to it and to each other.
      for other in group where other != name && !(result[name]?.contains(other) ?? false) {
        result[name, default: []].append(other)
      }
    }
  }
  return result
}()
