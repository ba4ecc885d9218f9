import MocoBase

/// What people bring along from Python, NumPy, PyTorch, Julia, R, Swift and JavaScript, and what to write here.
package enum Habits {
  /// Advice for a near miss of such a word: `lenght`.
  package static func nearHelp(forName name: String) -> String? {
    guard name.utf8.count > 4, let near = Nearest.name(to: name, among: names.keys.sorted()),
      Nearest.edits(name, near) == 1
    else { return nil }
    return names[near]
  }

  private static let zeros = "write zeros([2, 3]): tensors and their functions are built in"
  private static let typeTest = "write type(x) == \"Int\""
  private static let isNothing = "write nil"

  /// Advice for names that do not exist.
  package static let names: [String: String] = [
    "None": isNothing, "null": isNothing, "undefined": isNothing, "NULL": isNothing, "nothing": isNothing,
    "Nothing": isNothing, "Nil": isNothing, "NA": "write nil, or nan for a number", "void": isNothing,
    "True": "write true", "False": "write false", "TRUE": "write true", "FALSE": "write false",
    "NaN": "write nan", "Inf": "write inf", "Infinity": "write inf", "PI": "write pi",
    "console": "write print(…)", "println": "write print(…)", "puts": "write print(…)",
    "echo": "write print(…)",
    "cat": "write print(…)", "disp": "write print(…)", "System": "write print(…)", "cout": "write print(…)",
    "printf": "write print(\"\\(x:.2f)\")", "sprintf": "write \"\\(x:.2f)\"",
    "self": "take what the function works on as a parameter",
    "this": "take what the function works on as a parameter",
    "lambda": "write x => x * 2 for a function without a name",
    "def": "write func name(…) { … }", "fn": "write func name(…) { … }",
    "function": "write func name(…) { … }",
    "elif": "write else if", "elsif": "write else if", "elseif": "write else if",
    "const": "write let", "import": "write use", "require": "write use \"./file.moco\" as name",
    "library": "write use \"./file.moco\" as name",
    "dict": "write {} or {a: 1}", "Dict": "write {} or {a: 1}", "object": "write {} or {a: 1}",
    "list": "write [1, 2], or [..xs] for what can be gone through", "Array": "write [1, 2]",
    "array": "write tensor([1, 2])",
    "vec": "write [1, 2]", "tuple": "write [1, 2]", "Set": "write unique(xs): a List without repeats",
    "set": "write unique(xs): a List without repeats",
    "frozenset": "write unique(xs): a List without repeats",
    "np": zeros, "numpy": zeros, "torch": zeros, "tf": zeros, "jnp": zeros,
    "nn": "write the layer with tensors: x @ w.T + b, relu(x), layer_norm(x)",
    "math": "write sqrt(x): sqrt, exp, log, sin, cos, pi are built in",
    "Math": "write sqrt(x): sqrt, exp, log, sin, cos, pi are built in",
    "length": "write len(x)", "size": "write len(x), or t.shape for a tensor",
    "numel": "write len(x), or t.shape for a tensor",
    "nrow": "write t.shape[0]", "ncol": "write t.shape[1]", "ndims": "write t.rank",
    "isempty": "write len(xs) == 0", "isEmpty": "write len(xs) == 0", "is_empty": "write len(xs) == 0",
    "empty": "write len(xs) == 0, or zeros([2, 3]) for a tensor",
    "end": "write -1: places count from the end with negative numbers",
    "perf_counter": "write time()", "clock": "write time()",
    "isa": typeTest, "isinstance": typeTest, "instanceof": typeTest, "typeof": "write type(x)",
    "class": "write type(x)",
    "pass": "leave the body empty: { }", "quit": "write exit()",
    "sys": "write args(), env(name) or exit(1)",
    "del": "write xs.pop(0) for a place, r.remove(\"key\") for a key",
    "delete": "write xs.pop(0) for a place, r.remove(\"key\") for a key",
    "finally": "write what must run in any case behind try { … } catch e { … }",
    "Int": "write int(x)", "String": "write str(x)", "Float": "write float(x)", "Bool": "write bool(x)",
    "string": "write str(x)", "Double": "write float(x)", "double": "write float(x)",
    "parseInt": "write int(x)",
    "parseFloat": "write float(x)", "to_string": "write str(x)", "repr": "write str(x)",
    "open": "write read_text(path) or write_text(path, text)",
    "File": "write read_text(path) or write_text(path, text)",
    "Path": "write the path as a String: \"data/a.txt\"", "os": "write env(name), args() or read_text(path)",
    "json": "write read_json(path) or write_json(path, value)", "pd": "write read_csv(path)",
    "pandas": "write read_csv(path)", "plt": "write plot.line(…)", "sns": "write plot.bars(…)",
    "matplotlib": "write plot.line(…)", "isnan": "write x != x, which only nan is",
    "seq": "write 1...10 or range(1, 10, by: 2)",
    "eval": "write a function and call it",
    "exec": "write a function and call it",
    "raise": "write error(\"…\")", "throw": "write error(\"…\")", "Error": "write error(\"…\")",
    "Exception": "write error(\"…\")", "ValueError": "write error(\"…\")",
    "RuntimeError": "write error(\"…\")",
    "Some": "write the value itself; nil is no value", "Tensor": "write tensor([1.0, 2.0])",
    "device": "leave the device out: everything runs on the processor",
  ]

  /// Modules of Python whose contents are built in here; what to do about the line that wants them.
  package static func help(forModule name: String) -> String? {
    let root = name.prefix { $0 != "." }
    switch root {
    case "math", "cmath": return "leave the line out: sqrt, exp, log, sin, cos and pi are built in"
    case "numpy", "torch", "torchvision", "tensorflow", "jax", "LinearAlgebra", "Statistics":
      return "leave the line out: tensors and their functions are built in, as zeros([2, 3])"
    case "random", "Random": return "leave the line out: random, shuffle, choice and seed are built in"
    case "time", "datetime": return "leave the line out: time() is built in"
    case "os", "sys", "pathlib", "glob", "argparse":
      return "leave the line out: args(), env(name) and read_text(path) are built in"
    case "json": return "leave the line out: read_json and write_json are built in"
    case "csv", "pandas": return "leave the line out: read_csv is built in"
    case "matplotlib", "seaborn", "Plots":
      return "leave the line out: plot.line, plot.bars and show are built in"
    case "clip", "open_clip", "transformers", "PIL":
      return "leave the line out: load_clip and load_image are built in"
    case "typing", "dataclasses", "abc", "enum", "collections", "itertools", "functools", "re", "copy",
      "tqdm",
      "Foundation":
      return "leave the line out: what a program needs is built in; help() tells what there is"
    default: return nil
    }
  }

  /// What a member of a module of Python or JavaScript is called here: `np.array`, `math.sqrt`.
  package static func builtin(_ name: String, of module: String) -> String? {
    let modules = [
      "np", "numpy", "torch", "jnp", "tf", "math", "Math", "F", "nn", "os", "json", "pd", "sys",
    ]
    return modules.contains(module) ? moduleMembers[name] ?? name : nil
  }

  private static let moduleMembers = [
    "array": "tensor", "asarray": "tensor", "from_numpy": "tensor", "cat": "concat", "concatenate": "concat",
    "manual_seed": "seed", "absolute": "abs", "fabs": "abs", "argv": "args", "getenv": "env",
    "environ": "env",
    "CrossEntropyLoss": "cross_entropy", "LayerNorm": "layer_norm", "Parameter": "parameter",
    "Softmax": "softmax", "load": "load_tensors", "save": "save_tensors", "hstack": "concat",
    "vstack": "stack",
    "amax": "max", "amin": "min", "random": "rand",
  ]

  /// `"%.2f" % x` and `"{:.2f}".format(x)`: the value stands in the string here.
  package static func help(forTemplate text: String) -> String {
    var spec = ""
    if let percent = text.firstIndex(of: "%") {
      spec = String(text[text.index(after: percent)...].prefix { "0123456789.+-".contains($0) })
      let kind = text[percent...].dropFirst(1 + spec.count).first.map(String.init) ?? ""
      spec = spec.isEmpty ? "" : spec + ("feg%".contains(kind) ? kind : "")
    } else if let colon = text.firstIndex(of: ":"), text[..<colon].contains("{") {
      spec = String(text[text.index(after: colon)...].prefix { $0 != "}" })
    }
    return "write the value into the string: \"\\(x\(spec.isEmpty ? "" : ":" + spec))\""
  }

  /// What an argument of another library is called here, where the function has that.
  package static func help(forArgument name: String, among names: [String]) -> String? {
    guard let known = arguments[name], names.contains(known) else { return nil }
    return "write \(known): …"
  }

  private static let arguments = [
    "key": "by", "reverse": "descending", "dim": "axis", "dims": "axis", "axes": "axis", "keepdim": "keep",
    "keepdims": "keep", "sorted": "descending", "num_classes": "classes", "ddof": "correction",
    "unbiased": "correction",
    "size": "shape", "low": "start", "stop": "end", "step": "by", "initial": "start", "separator": "sep",
    "learning_rate": "lr", "betas": "betas", "num_epochs": "for", "epochs": "for", "n": "count",
    "batch_size": "batch",
  ]

  /// What to write where a call gives more arguments than the function takes.
  package static func help(forSurplusOf function: String) -> String? {
    switch function {
    case "zeros", "ones", "randn", "rand": "write \(function)([2, 3]): a shape is one List"
    case "full": "write full([2, 3], value): a shape is one List"
    case "reshape", "expand": "write .\(function)([2, 3]): a shape is one List"
    case "permute": "write .permute([1, 0]): the order is one List"
    case "concat", "stack", "max", "min", "sum", "mean": "write \(function)([a, b]): the values are one List"
    case "time": "write time()"
    case "seed", "shuffle", "choice", "sleep", "copy", "glob":
      "write \(function)(x): it is no method of a module"
    default: nil
    }
  }

  /// The call by which a value does what a method or member of another language does.
  package static func help(forMember name: String, of type: String) -> String? {
    switch type {
    case "Tensor": return tensorMembers[name] ?? members[name]
    case "Record": return recordMembers[name] ?? members[name]
    case "List", "String", "Range": return members[name]
    case "Function": return functionMembers[name]
    default: return objectMembers[name]
    }
  }

  private static let functionMembers = [
    "seed": "write seed(n)", "shuffle": "write shuffle(xs)",
    "time": "write time()", "perf_counter": "write time()", "random": "write random()",
    "randint": "write random(1, 6)", "sample": "write shuffled(xs)[0..<n]",
    "choices": "write [choice(xs) for _ in 0..<n]",
    "deepcopy": "write copy(x) for each level that is to be new",
    "gauss": "write randn([1]).item()", "normal": "write randn([2, 3])",
    "uniform": "write random(low, high)", "rand": "write rand([2, 3])", "randn": "write randn([2, 3])",
  ]

  /// Of data sets, models and what training gives.
  private static let objectMembers: [String: String] = [
    "take": "write .sample(5), or .batch([0, 1, 2]) for those at given places", "head": "write .sample(5)",
    "select": "write .pick(classes: […])", "filter": "write .pick(classes: […])",
    "subset": "write .pick(classes: […])",
    "save": "write checkpoint(model, \"model.safetensors\"): a model is what is saved",
    "state_dict": "write checkpoint(model, \"model.safetensors\")",
    "save_pretrained": "write checkpoint(model, \"model.safetensors\")",
    "load": "write restore(model, \"model.safetensors\")",
    "load_state_dict": "write restore(model, \"model.safetensors\")",
    "fit": "write train model on data.train for 10 epochs",
    "train": "write train model on data.train for 10 epochs",
    "eval": "write evaluate model on data.test", "evaluate": "write evaluate model on data.test",
    "score": "write evaluate model on data.test", "forward": "write .logits(images)", "plot": "write show x",
    "cuda": processor, "to": processor, "cpu": processor, "history": "write .epochs",
    "val_loss": "write .epochs",
  ]

  private static let append = "write .append(x)"
  private static let len = "write .len()"
  private static let indexOf = "write .index_of(x)"
  private static let empty = "write .len() == 0"
  private static let processor = "leave it out: everything runs on the processor"

  private static let members: [String: String] = [
    "push": append, "push_back": append, "add": append, "append_": append, "extend_from": "write .extend(xs)",
    "concat_": "write [..xs, ..ys]", "length": len, "size": len, "count": len, "strip": "write .trim()",
    "lstrip": "write .trim()", "rstrip": "write .trim()", "substr": "write s[a..<b]",
    "substring": "write s[a..<b]",
    "slice": "write xs[a..<b]", "index": indexOf, "find": indexOf, "indexOf": indexOf, "findIndex": indexOf,
    "firstIndex": indexOf, "to_string": "write .str()", "toString": "write .str()",
    "startswith": "write .starts_with(s)",
    "endswith": "write .ends_with(s)", "startsWith": "write .starts_with(s)",
    "endsWith": "write .ends_with(s)",
    "sort": "write .sorted()", "reversed": "write .reverse()", "joined": "write .join(s)",
    "each": "write for x in xs { … }", "forEach": "write for x in xs { … }",
    "foreach": "write for x in xs { … }",
    "includes": "write .contains(x)", "isEmpty": empty, "is_empty": empty, "empty": empty, "isempty": empty,
    "first": "write [0]", "last": "write [-1]", "head": "write [0..<5]", "tail": "write [-5...-1]",
    "take": "write [0..<5]",
    "toUpperCase": "write .upper()", "uppercased": "write .upper()", "toLowerCase": "write .lower()",
    "lowercased": "write .lower()", "repeat": "write s * 3", "title": "write .upper() or .lower()",
    "toFixed": "write \"\\(x:.2f)\"", "tolist": "write [..xs]", "list": "write [..xs]",
    "copy_": "write .copy()",
    "clone": "write .copy()", "dup": "write .copy()", "removeAt": "write .pop(index)",
    "shift": "write .pop(0)",
    "unshift": "write .insert(0, x)", "any_": "write .any()",
  ]

  private static let tensorMembers: [String: String] = [
    "size": "write .shape", "ndim": "write .rank", "dim": "write .rank",
    "numel": "write .shape, or .len() for the first axis",
    "numpy": "write .to_list()", "tolist": "write .to_list()", "cuda": processor, "cpu": processor,
    "to": "write .float() or .int() for another type",
    "device": processor, "mps": processor, "view": "write .reshape([2, 3])",
    "astype": "write .float() or .int()",
    "type": "write .float(), .int() or .dtype", "long": "write .int()", "half": "write .float()",
    "bool": "write t != 0",
    "clone": "write .copy()", "contiguous": "leave it out: tensors are laid out as needed",
    "requires_grad_": "write parameter(t)", "zero_": "write t[:] = 0", "add_": "write t[:] = t + x",
    "mul_": "write t[:] = t * x",
    "fill_": "write t[:] = x", "flatten": "write .reshape([-1])", "ravel": "write .reshape([-1])",
    "t": "write .T",
    "unsqueeze_": "write .unsqueeze(axis)", "mm": "write a @ b", "bmm": "write a @ b", "dot": "write a @ b",
    "pow": "write t ** 2", "item_": "write .item()", "data": "write .detach()",
    "clamp": "write .clip(low, high)",
    "amax": "write .max(axis: 0)", "amin": "write .min(axis: 0)", "repeat": "write .expand(shape)",
    "swapaxes": "write .transpose(a, b)",
    "masked_fill": "write where(mask, x, t)", "shape_": "write .shape", "nonzero": "write t[mask]",
  ]

  private static let recordMembers: [String: String] = [
    "update": "write {..a, ..b} for a record with both", "merge": "write {..a, ..b} for a record with both",
    "setdefault": "write r.get(\"key\", value)", "containsKey": "write .has(\"key\")",
    "has_key": "write .has(\"key\")",
    "hasOwnProperty": "write .has(\"key\")", "iteritems": "write .items()", "entries": "write .items()",
    "del": "write .remove(\"key\")", "delete": "write .remove(\"key\")",
  ]
}
