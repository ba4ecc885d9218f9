import MocoBase
import MocoFormats
import MocoTensor

/// The tensors of one model among all tensors of its files, independent of any prefix that a training program added
/// to their names.
///
/// A prefix is the text before CLIP's names: `model.`, `student.clip.`, or nothing. The model is
/// under the one prefix that has both towers. Two such prefixes are an error unless they contain the same
/// values, or the caller selects one.
struct WeightSelection {
  struct Item {
    let file: any TensorFile
    let entry: TensorDescription
    /// The name without the prefix; the full name for tensors elsewhere in the files.
    let name: String
    /// Whether it is next to the parameters of a checkpoint.
    var isBeside = false

    /// Tells the tensors of several files apart.
    var key: String { "\(file.path)\0\(isBeside)\0\(entry.name)" }
    /// The name used in messages.
    var shown: String {
      isBeside && !file.root.isEmpty ? "\(entry.name) (outside \(file.root.dropLast()))" : entry.name
    }
  }

  /// The tensors with the prefix, in the order of the files.
  private(set) var items: [Item] = []
  /// Tensors elsewhere.
  private(set) var outside: [Item] = []
  /// Tensors that cannot be read, by their names without the prefix.
  private(set) var unread: [(file: any TensorFile, name: String, tensor: UnreadTensor, isInside: Bool)] = []
  /// Tensors that the caller ignores, and entries that are not tensors.
  private(set) var unused: [(name: String, reason: String)] = []
  /// As it is in the files; empty if there is none.
  private(set) var prefix = ""
  private(set) var notes: [String] = []
  /// Whether the caller selected the prefix.
  let isChosen: Bool

  var names: [String] { items.map(\.name) }

  private struct Candidate {
    let item: Item
    /// Without the names of torch's wrappers.
    let plain: String
    let isBeside: Bool
    let group: String?
    let meaning: WeightNames.Meaning
  }

  /// - Throws: E0605 for several models, for prompts without a model, and for a prefix or an ignored name
  ///   that does not exist; E0601 if no prefix has a complete model and two have parts of it.
  init(files: [any TensorFile], path: String, options: CLIPModel.LoadOptions) throws {
    isChosen = options.prefix != nil
    var candidates: [Candidate] = []
    var ignored = Set<String>()
    func isIgnored(_ name: String) -> Bool {
      guard let start = options.ignore.first(where: { name.hasPrefix($0) }) else { return false }
      ignored.insert(start)
      return true
    }
    for file in files {
      unused += file.others.filter { other in !file.unread.contains { $0.name == other.name } }
      for (entry, isBeside) in file.tensors.map({ ($0, false) }) + file.beside.map({ ($0, true) }) {
        if isIgnored(entry.name) {
          if !isBeside { unused.append((entry.name, "left out as requested")) }
          continue
        }
        let whole = isBeside ? entry.name : file.root + entry.name
        let plain = WeightNames.withoutWrappers(whole)
        let place = WeightNames.located(plain)
        candidates.append(
          Candidate(
            item: Item(file: file, entry: entry, name: entry.name, isBeside: isBeside), plain: plain,
            isBeside: isBeside,
            group: place?.prefix, meaning: place?.meaning ?? .unknown))
      }
    }
    var twins: [String] = []
    var inner: [String] = []
    let group = try WeightSelection.choose(
      candidates, path: path, options: options, twins: &twins, inner: &inner)
    /// Whether a name has the prefix, but not the prefix of another model in it.
    func isBehind(_ plain: String, isBeside: Bool) -> Bool {
      plain.hasPrefix(group) && !(isBeside && group.isEmpty) && !inner.contains { plain.hasPrefix($0) }
    }
    for twin in twins { notes.append("\"\(twin)\" contains the same values again") }
    for candidate in candidates {
      let item = candidate.item
      if isBehind(candidate.plain, isBeside: candidate.isBeside) {
        let name = String(candidate.plain.dropFirst(group.count))
        items.append(Item(file: item.file, entry: item.entry, name: name))
        if prefix.isEmpty, candidate.group == group, item.entry.name.hasSuffix(name) {
          prefix = String(item.entry.name.dropLast(name.count))
        }
      } else if candidate.group.map(twins.contains) ?? false {
        unused.append((item.entry.name, "the same values again"))
      } else {
        outside.append(item)
      }
    }
    for file in files {
      for tensor in file.unread {
        if isIgnored(tensor.name) {
          unused.append((tensor.name, "left out as requested"))
          continue
        }
        let plain = WeightNames.withoutWrappers(tensor.isBeside ? tensor.name : file.root + tensor.name)
        let isInside = isBehind(plain, isBeside: tensor.isBeside)
        let name = isInside ? String(plain.dropFirst(group.count)) : plain
        unread.append((file, name, tensor, isInside))
      }
    }
    if let start = options.ignore.first(where: { !ignored.contains($0) }) {
      throw Failure(
        "E0605", "\(path): no tensor has a name that starts with \"\(start)\"",
        help: "use the start of a name exactly as in the file")
    }
    if !prefix.isEmpty { notes.insert("the tensors' names start with \"\(prefix)\"", at: 0) }
  }

  // MARK: Choosing

  /// - Parameters:
  ///   - twins: the prefixes with the same values again.
  ///   - inner: the prefixes of other models below the one that the caller selected.
  private static func choose(
    _ candidates: [Candidate], path: String, options: CLIPModel.LoadOptions, twins: inout [String],
    inner: inout [String]
  ) throws -> String {
    var order: [String] = []
    var groups: [String: [Candidate]] = [:]
    for candidate in candidates {
      guard let group = candidate.group else { continue }
      if groups[group] == nil { order.append(group) }
      groups[group, default: []].append(candidate)
    }
    // The root of a checkpoint is not shown as a prefix, unless something similar is next to it.
    let roots = Set(candidates.filter { !$0.isBeside }.map(\.item.file.root))
    let hasBare = groups[""]?.contains(where: \.isBeside) ?? false
    func shown(_ group: String) -> String {
      group.isEmpty || roots.contains(group) && !hasBare ? "no prefix" : "\"\(group)\""
    }
    func typed(_ group: String) -> String {
      roots.contains(group) && !hasBare ? "prefix: \"\"" : "prefix: \"\(group)\""
    }

    let towers = Dictionary(uniqueKeysWithValues: groups.map { ($0.key, Towers($0.value)) })
    if let wanted = options.prefix {
      let stem = wanted.isEmpty || wanted.hasSuffix(".") ? wanted : wanted + "."
      let plain = WeightNames.withoutWrappers(stem)
      let known = order.filter { group in
        towers[group]?.hasImages == true
          && (group == plain || roots.contains { group == WeightNames.withoutWrappers($0 + stem) })
      }
      guard let group = known.first(where: { $0 == plain }) ?? known.first else {
        let others = order.filter { towers[$0]?.hasImages == true }.map(shown)
        throw Failure(
          "E0605", "\(path): there is no CLIP model under \"\(wanted)\"",
          help: others.isEmpty
            ? "use another file: this one has no CLIP model under any prefix"
            : "use another prefix: there are models under \(others.joined(separator: ", "))")
      }
      inner = order.filter { $0 != group && $0.hasPrefix(group) && towers[$0]?.hasImages == true }
      return group
    }
    var whole = order.filter { towers[$0]?.isWhole == true }
    if whole.isEmpty { whole = order.filter { towers[$0]?.hasImages == true } }
    if candidates.contains(where: { !$0.isBeside && WeightNames.isPrompt($0.plain) }), whole.isEmpty {
      throw Failure(
        "E0605", "\(path): this is a checkpoint of prompts, not a CLIP model",
        help:
          "load the CLIP model that they were trained with, create the coop or mixture, and restore the file into it"
      )
    }
    guard let first = whole.first else {
      if order.isEmpty, candidates.contains(where: { WeightNames.isMergeable($0.plain) }) {
        throw Failure(
          "E0605", "\(path): this file contains adapters (LoRA or similar), not a CLIP model",
          help: "merge them into their model in Python (model.merge_and_unload() of peft) and save it")
      }
      if order.isEmpty, candidates.contains(where: { WeightNames.isAdapter($0.plain) }) {
        throw Failure(
          "E0605", "\(path): this file contains adapters, not a CLIP model",
          help: "load the CLIP model itself; adapters of this kind are not supported")
      }
      return order.max { (groups[$0]?.count ?? 0, $1) < (groups[$1]?.count ?? 0, $0) } ?? roots.first ?? ""
    }
    for other in whole.dropFirst() {
      guard try isSame(groups[first] ?? [], groups[other] ?? []) else {
        let both = whole.map(shown)
        throw Failure(
          "E0605",
          "\(path): it contains \(whole.count) different CLIP models, under \(both.joined(separator: " and "))",
          help: "choose one: load_clip(\"\(path)\", \(typed(first))), or with "
            + whole.dropFirst().map(typed).joined(separator: ", or "))
      }
      twins.append(other)
    }
    // Only its own program can join a model with parts under two prefixes.
    if whole.count == 1, towers[first]?.isWhole == false {
      let text = order.filter { towers[$0]?.hasTexts == true && $0 != first }
      if let other = text.first {
        throw Failure(
          "E0601",
          "\(path): the image tower is under \(shown(first)), the text tower under \(shown(other))",
          help: "save both under one prefix in Python: "
            + WeightSelection.joining(
              [first, other], path: path,
              file: groups[first]?.first?.item.file,
              isBeside: groups[other]?.contains(where: \.isBeside) ?? false))
      }
    }
    return first
  }

  /// Python code that writes the tensors of two prefixes to one file without the prefixes.
  private static func joining(
    _ prefixes: [String], path: String, file: (any TensorFile)?, isBeside: Bool
  ) -> String {
    let root = file?.root ?? ""
    var name = FileSystem.name(of: path)
    if FileSystem.kind(path) == .folder, let file { name = FileSystem.name(of: file.path) }
    let stripped = prefixes.map { $0.hasPrefix(root) ? String($0.dropFirst(root.count)) : $0 }
      .filter { !$0.isEmpty }.map { ".removeprefix(\"\($0)\")" }.joined()
    if isBeside {
      return "move the tensors outside \(root.dropLast()) into it, then torch.save(checkpoint, \"joined.pt\")"
    }
    let isTorch = file is TorchFile
    let load =
      isTorch
      ? "w = torch.load(\"\(name)\")" + (root.isEmpty ? "" : "[\"\(root.dropLast())\"]")
      : "w = safetensors.torch.load_file(\"\(name)\")"
    let names = "{n\(stripped): t for n, t in w.items()}"
    return
      isTorch
      ? "\(load); torch.save(\(names), \"joined.pt\")"
      : "\(load); safetensors.torch.save_file(\(names), \"joined.safetensors\")"
  }

  /// Which towers a prefix has.
  private struct Towers {
    var hasImages = false
    var hasTexts = false
    var isWhole: Bool { hasImages && hasTexts }

    init(_ candidates: [Candidate]) {
      var names = Set<String>()
      for candidate in candidates {
        guard case .parameter(let name, _) = candidate.meaning else { continue }
        names.insert(name)
      }
      hasImages =
        names.contains("visual.conv1.weight")
        && names.contains { $0.hasPrefix("visual.transformer.") || $0.hasPrefix("visual.layer") }
      hasTexts =
        names.contains("token_embedding.weight") && names.contains { $0.hasPrefix("transformer.") }
    }
  }

  private static func isSame(_ some: [Candidate], _ others: [Candidate]) throws -> Bool {
    guard some.count == others.count else { return false }
    var byName: [String: Candidate] = [:]
    for candidate in others { byName["\(candidate.meaning)"] = candidate }
    for candidate in some {
      guard let other = byName["\(candidate.meaning)"], try isSame(candidate.item, other.item) else {
        return false
      }
    }
    return true
  }

  /// Whether two tensors have the same values and shape.
  static func isSame(_ a: Item, _ b: Item) throws -> Bool {
    guard a.entry.shape == b.entry.shape, a.entry.type.isFloating, b.entry.type.isFloating else {
      return false
    }
    // Of two tensors with the same name in a file, only the parameter can be read.
    if a.isBeside != b.isBeside, a.file.path == b.file.path, a.entry.name == b.entry.name { return false }
    try Cancellation.check()
    let (one, two) = (
      try a.file.tensor(a.entry.name), try b.file.tensor(b.entry.name)
    )
    return try one.withFloats { x in
      try two.withFloats { y in x.count == y.count && zip(x, y).allSatisfy { $0.bitPattern == $1.bitPattern }
      }
    }
  }
}
