import MocoLang
import MocoMethods

/// Every type of object of the language, with a sentence for each member. The tests compare it with the objects.
func describeTypes(_ interpreter: Interpreter) {
  interpreter.describe { dataTypes + modelTypes + resultTypes + [tensorType] + figureTypes }
  interpreter.describe(related: seeAlso)
  interpreter.describe(
    results: Dictionary(Methods.all.map { ($0.function.name, $0.typeName) }) { first, _ in first })
  interpreter.describe(results: [
    "model": "Model", "ema": "Average", "gaussian": "Average", "load_clip": "Clip", "clip_model": "Clip",
    "dataset": "Dataset", "load_image": "Image",
    "soft_prompts": "SoftPrompts",
    "router": "Router", "templates": "Templates", "train": "Training", "evaluate": "Report",
    "report": "Report",
    "route": "Route", "compare": "Figure", "runs": "Runs", "permutation_test": "Record", "dead": "Record",
    "forecast": "Forecast", "sgd": "Optimizer",
    "adam": "Optimizer", "adamw": "Optimizer",
    "cosine": "Schedule", "constant": "Schedule", "table": "Figure", "tensor": "Tensor",
    "parameter": "Tensor",
    "zeros": "Tensor", "ones": "Tensor", "full": "Tensor", "eye": "Tensor", "arange": "Tensor",
    "zeros_like": "Tensor", "randn": "Tensor", "rand": "Tensor", "one_hot": "Tensor",
    "softmax": "Tensor", "log_softmax": "Tensor", "gelu": "Tensor", "relu": "Tensor", "layer_norm": "Tensor",
    "normalize": "Tensor", "matmul": "Tensor", "einsum": "Tensor", "cross_entropy": "Tensor",
    "cosine_similarity": "Tensor", "reshape": "Tensor", "transpose": "Tensor", "permute": "Tensor",
    "concat": "Tensor", "stack": "Tensor", "expand": "Tensor", "unsqueeze": "Tensor", "squeeze": "Tensor",
    "upper": "String", "lower": "String", "trim": "String", "replace": "String", "join": "String",
    "str": "String",
    "format": "String", "chr": "String", "read_text": "String", "to_json": "String", "type": "String",
    "split": "List", "map": "List", "filter": "List", "keys": "List", "values": "List", "items": "List",
    "enumerate": "List", "zip": "List", "unique": "List", "read_lines": "List", "list_files": "List",
  ])
}

private var tensorType: HostType {
  HostType(
    "Tensor", "Numbers of one dtype in any shape, with a gradient if requested.", element: "Tensor",
    fields: [
      ("shape", "List", "The lengths of its axes."),
      ("rank", "Int", "The number of axes."),
      ("dtype", "String", "The dtype of its elements: float32, int64 or bool."),
      ("T", "Tensor", "The transposed matrix."),
      ("grad", "Tensor", "The gradient from backward, or nil."),
      ("requires_grad", "Bool", "Whether backward computes its gradient; may be set."),
      ("parts", "Record", "The parts of a loss by name: class, text, gate."),
    ],
    methods: TensorValue.methods,
    gives: [
      "detach": "Tensor", "copy": "Tensor", "to_list": "List", "float": "Tensor", "int": "Tensor",
      "logical_not": "Tensor",
    ])
}

private var figureTypes: [HostType] {
  [
    HostType(
      "Figure", "A picture of numbers: curves, bars, a heat map, images, a table.",
      fields: [
        ("kind", "String", "What is drawn: line, bars, heatmap, images or table."),
        ("title", "String", "The title above it."),
        ("text", "String", "The figure as text, without colours."),
        ("html", "String", "The figure as HTML."),
        ("rows", "List", "The names of the rows, if it has named rows and columns."),
        ("columns", "List", "The names of the columns, if it has named rows and columns."),
        ("values", "List", "The numbers as rows, if it has named rows and columns."),
      ],
      methods: FigureValue.methods, gives: ["svg": "String"]),
    HostType(
      "Module", "Functions that draw: the module plot.", methods: PlotModule.methods,
      gives: [
        "line": "Figure", "bars": "Figure", "heatmap": "Figure", "image": "Figure", "scatter": "Figure",
        "histogram": "Figure", "row": "Figure", "grid": "Figure",
      ]),
  ]
}
