import MocoLang

extension Habits {
  /// Names and methods that users know from NumPy, PyTorch, pandas and plotting libraries.
  static let moco = Habits(
    names: [
      "array": "write tensor([1, 2])",
      "np": "write zeros([2, 3]): tensors and their functions are built in",
      "numpy": "write zeros([2, 3]): tensors and their functions are built in",
      "torch": "write zeros([2, 3]): tensors and their functions are built in",
      "tf": "write zeros([2, 3]): tensors and their functions are built in",
      "jnp": "write zeros([2, 3]): tensors and their functions are built in",
      "nn": "write the layer with tensors: x @ w.T + b, relu(x), layer_norm(x)",
      "size": "write len(x), or t.shape for a tensor",
      "numel": "write len(x), or t.shape for a tensor",
      "nrow": "write t.shape[0]",
      "ncol": "write t.shape[1]",
      "ndims": "write t.rank",
      "empty": "write len(xs) == 0, or zeros([2, 3]) for a tensor",
      "sys": "write args(), env(name) or exit(1)",
      "open": "write read_text(path) or write_text(path, text)",
      "File": "write read_text(path) or write_text(path, text)",
      "Path": "write the path as a String: \"data/a.txt\"",
      "os": "write list_files(folder), env(name), args() or read_text(path)",
      "json": "write read_json(path) or write_json(path, value)",
      "pd": "write read_csv(path)",
      "pandas": "write read_csv(path)",
      "plt": "write plot.line(…)",
      "sns": "write plot.bars(…)",
      "matplotlib": "write plot.line(…)",
      "Tensor": "write tensor([1.0, 2.0])",
      "display": "write show x",
      "rnorm": "write randn([3])",
      "runif": "write rand([3])",
      "device": "leave the device out: everything runs on the CPU",
    ],
    modules: [
      "numpy": "leave the line out: tensors and their functions are built in, as zeros([2, 3])",
      "torch": "leave the line out: tensors and their functions are built in, as zeros([2, 3])",
      "torchvision": "leave the line out: tensors and their functions are built in, as zeros([2, 3])",
      "tensorflow": "leave the line out: tensors and their functions are built in, as zeros([2, 3])",
      "jax": "leave the line out: tensors and their functions are built in, as zeros([2, 3])",
      "LinearAlgebra": "leave the line out: tensors and their functions are built in, as zeros([2, 3])",
      "Statistics": "leave the line out: tensors and their functions are built in, as zeros([2, 3])",
      "os": "leave the line out: args(), env(name) and read_text(path) are built in",
      "sys": "leave the line out: args(), env(name) and read_text(path) are built in",
      "pathlib": "leave the line out: args(), env(name) and read_text(path) are built in",
      "glob": "leave the line out: args(), env(name) and read_text(path) are built in",
      "argparse": "leave the line out: args(), env(name) and read_text(path) are built in",
      "json": "leave the line out: read_json and write_json are built in",
      "csv": "leave the line out: read_csv is built in",
      "pandas": "leave the line out: read_csv is built in",
      "matplotlib": "leave the line out: plot.line, plot.bars and show are built in",
      "seaborn": "leave the line out: plot.line, plot.bars and show are built in",
      "Plots": "leave the line out: plot.line, plot.bars and show are built in",
      "clip": "leave the line out: load_clip and load_image are built in",
      "open_clip": "leave the line out: load_clip and load_image are built in",
      "transformers": "leave the line out: load_clip and load_image are built in",
      "PIL": "leave the line out: load_clip and load_image are built in",
    ],
    moduleAliases: ["np", "numpy", "torch", "jnp", "tf", "F", "nn", "json", "pd"],
    moduleMembers: [
      "array": "tensor",
      "asarray": "tensor",
      "listdir": "list_files",
      "from_numpy": "tensor",
      "cat": "concat",
      "concatenate": "concat",
      "CrossEntropyLoss": "cross_entropy",
      "LayerNorm": "layer_norm",
      "Parameter": "parameter",
      "Softmax": "softmax",
      "load": "load_tensors",
      "save": "save_tensors",
      "hstack": "concat",
      "vstack": "stack",
      "amax": "max",
      "amin": "min",
      "random": "rand",
    ],
    arguments: [
      "dim": "axis",
      "dims": "axis",
      "axes": "axis",
      "keepdim": "keep",
      "keepdims": "keep",
      "num_classes": "classes",
      "ddof": "correction",
      "unbiased": "correction",
      "size": "shape",
      "learning_rate": "lr",
      "rate": "lr",
      "betas": "betas",
      "batch_size": "batch",
    ],
    argumentAdvice: trainingAdvice.merging(deviceAdvice) { own, _ in own },
    surplus: [
      "zeros": "write zeros([2, 3]): a shape is one List",
      "ones": "write ones([2, 3]): a shape is one List",
      "randn": "write randn([2, 3]): a shape is one List",
      "rand": "write rand([2, 3]): a shape is one List",
      "glob": "write glob(x): it is not a method of a module",
      "full": "write full([2, 3], value): a shape is one List",
      "reshape": "write .reshape([2, 3]): a shape is one List",
      "expand": "write .expand([2, 3]): a shape is one List",
      "permute": "write .permute([1, 0]): the order is one List",
      "concat": "write concat([a, b]): the values are one List",
      "stack": "write stack([a, b]): the values are one List",
      "mean": "write mean([a, b]): the values are one List",
    ],
    members: [
      "Tensor": tensorMembers.merging(dataMembers) { own, _ in own },
      "Function": [
        "load": "write load_clip(\"small\"), or a path in place of \"small\"",
        "gauss": "write randn([1]).item()",
        "normal": "write randn([2, 3])",
        "rand": "write rand([2, 3])",
        "randn": "write randn([2, 3])",
      ],
    ],
    objectMembers: objectMembers)

  private static let trainingAdvice: [String: [ArgumentAdvice]] = {
    let rate = [ArgumentAdvice(["optimizer"], "write optimizer: sgd(lr: #)", example: "0.032")]
    let momentum = [
      ArgumentAdvice(["optimizer"], "write optimizer: sgd(lr: 0.032, momentum: #)", example: "0.9")
    ]
    let decay = [
      ArgumentAdvice(["optimizer"], "write optimizer: sgd(lr: 0.032, weight_decay: #)", example: "5e-4")
    ]
    let warmup = [
      ArgumentAdvice(["schedule"], "write schedule: cosine(warmup: # epochs)", example: "5")
    ]
    let epochs = [ArgumentAdvice(["for"], "write for: # epochs", example: "50")]
    let steps = [ArgumentAdvice(["for"], "write for: # steps", example: "200")]
    let validation = [ArgumentAdvice(["keep_best"], "write keep_best: data.val")]
    return [
      "lr": rate, "learning_rate": rate, "rate": rate, "momentum": momentum, "weight_decay": decay,
      "nesterov": [
        ArgumentAdvice(["optimizer"], "write optimizer: sgd(lr: 0.032, momentum: 0.9, nesterov: true)")
      ],
      "betas": [
        ArgumentAdvice(["optimizer"], "write optimizer: adam(lr: 0.001, betas: [0.9, 0.999])")
      ],
      "warmup": warmup, "warmup_epochs": warmup,
      "scheduler": [
        ArgumentAdvice(["schedule"], "write schedule: cosine(warmup: 5 epochs)")
      ],
      "epochs": epochs, "epoch": epochs, "num_epochs": epochs, "n_epochs": epochs, "max_epochs": epochs,
      "steps": steps, "num_steps": steps, "max_steps": steps, "iterations": steps,
      "val": validation, "validation": validation, "validation_data": validation,
      "verbose": [ArgumentAdvice(["quiet"], "write quiet: true for no progress")],
    ]
  }()

  /// For the functions that compute with a model.
  private static let deviceAdvice: [String: [ArgumentAdvice]] = {
    let advice = [
      ArgumentAdvice(
        ["optimizer", "precision", "clip", "model", "on"],
        "leave it out: moco computes on the CPU; see help(\"features\") for features from a GPU")
    ]
    return Dictionary(
      uniqueKeysWithValues: ["gpu", "device", "cuda", "use_gpu", "gpus"].map { ($0, advice) })
  }()

  /// For data sets, models and results of training.
  private static let objectMembers: [String: String] = [
    "take": "write .sample(5), or .batch([0, 1, 2]) for given indices",
    "head": "write .sample(5)",
    "select": "write .pick(classes: […])",
    "filter": "write .pick(classes: […])",
    "subset": "write .pick(classes: […])",
    "save": "write checkpoint(model, \"model.safetensors\") to save a model",
    "state_dict": "write checkpoint(model, \"model.safetensors\")",
    "save_pretrained": "write checkpoint(model, \"model.safetensors\")",
    "load": "write restore(model, \"model.safetensors\")",
    "load_state_dict": "write restore(model, \"model.safetensors\")",
    "fit": "write train model on data.train for 10 epochs",
    "train": "write train model on data.train for 10 epochs",
    "eval": "write evaluate model on data.test",
    "evaluate": "write evaluate model on data.test",
    "score": "write evaluate model on data.test",
    "forward": "write .logits(images)",
    "plot": "write show x",
    "cuda": "leave it out: everything runs on the CPU",
    "to": "leave it out: everything runs on the CPU",
    "cpu": "leave it out: everything runs on the CPU",
    "history": "write .epochs",
    "val_loss": "write .epochs",
  ]

  private static let tensorMembers: [String: String] = [
    "size": "write .shape",
    "ndim": "write .rank",
    "dim": "write .rank",
    "numel": "write .shape, or .len() for the first axis",
    "numpy": "write .to_list()",
    "tolist": "write .to_list()",
    "cuda": "leave it out: everything runs on the CPU",
    "cpu": "leave it out: everything runs on the CPU",
    "to": "write .float() or .int() for another dtype",
    "device": "leave it out: everything runs on the CPU",
    "mps": "leave it out: everything runs on the CPU",
    "view": "write .reshape([2, 3])",
    "astype": "write .float() or .int()",
    "type": "write .float(), .int() or .dtype",
    "long": "write .int()",
    "half": "write .float()",
    "bool": "write t != 0",
    "clone": "write .copy()",
    "contiguous": "leave it out: tensors are laid out as needed",
    "requires_grad_": "write parameter(t)",
    "zero_": "write t[:] = 0",
    "add_": "write t[:] = t + x",
    "mul_": "write t[:] = t * x",
    "fill_": "write t[:] = x",
    "flatten": "write .reshape([-1])",
    "ravel": "write .reshape([-1])",
    "t": "write .T",
    "unsqueeze_": "write .unsqueeze(axis)",
    "mm": "write a @ b",
    "bmm": "write a @ b",
    "dot": "write a @ b",
    "pow": "write t ** 2",
    "item_": "write .item()",
    "data": "write .detach()",
    "clamp": "write .clip(low, high)",
    "amax": "write .max(axis: 0)",
    "amin": "write .min(axis: 0)",
    "repeat": "write .expand(shape)",
    "swapaxes": "write .transpose(a, b)",
    "masked_fill": "write where(mask, x, t)",
    "shape_": "write .shape",
    "nonzero": "write t[mask]",
  ]
}
