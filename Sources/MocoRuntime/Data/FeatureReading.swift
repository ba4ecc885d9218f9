import MocoData
import MocoLang
import MocoTensor

/// `dataset(features: …)`: vectors in memory, in a file, or of several splits.
func featureData(
  _ arguments: Arguments, dataOptions: (Arguments) throws -> DataOptions
) throws -> Dataset {
  try refuse(["source", "images", "columns"], arguments, "'features' is already given")
  let features = try arguments.value("features")
  let given = arguments["labels"]
  let labels: AnyValue? = given?.isNil == false ? given : nil
  if let parts = features.asRecord { return try splitData(parts, labels, arguments) }
  guard let labels else {
    if let path = features.asString {
      return try renamed(Dataset.tensors(path, options: dataOptions(arguments)), arguments)
    }
    throw arguments.failure(
      "E0304", "dataset needs labels with the features", at: "features", help: "add labels: [0, 1, …]")
  }
  let table = try matrix(features, "features")
  let isWritten = labels.asString == nil && (labels.asHost() as TensorValue?) == nil
  return try Dataset.features(
    table.tensor, labels: isWritten ? arguments.ints("labels") : labelList(labels, arguments),
    classes: givenClasses(arguments),
    splits: rows(arguments), origin: table.note)
}

private func givenClasses(_ arguments: Arguments) throws -> [String]? {
  arguments["classes"]?.isNil == false ? try readClasses(arguments, "classes") : nil
}

/// `features: {train: …, test: …}`, with labels in the same files or in a record of the same splits.
private func splitData(_ parts: Fields, _ labels: AnyValue?, _ arguments: Arguments) throws -> Dataset {
  try refuse(["split"], arguments, "the features already have splits")
  guard let first = parts.first else {
    throw arguments.failure(
      "E0519", "'features' contains no split", at: "features",
      help: "write features: {train: \"train.npz\", test: \"test.npz\"}")
  }
  guard let labels else {
    let files = try parts.map { name, value -> (split: String?, path: String) in
      guard let path = value.asString else {
        throw arguments.failure(
          "E0304", "dataset needs labels with the features of \"\(name)\"", at: "features",
          help: "add labels: {\(name): [0, 1, …]}, or pass the path of a file that holds both")
      }
      return (name, path)
    }
    return try renamed(Dataset.tensors(files, path: files.first?.path ?? ""), arguments)
  }
  guard let given = labels.asRecord, given.map({ $0.name }).sorted() == parts.map({ $0.name }).sorted() else {
    throw arguments.failure(
      "E0519",
      "'labels' must have the splits of the features: \(parts.map { $0.name }.joined(separator: ", "))",
      at: "labels", help: "write labels: {\(first.name): [0, 1, …]}")
  }
  var tables: [Tensor] = []
  var all: [Int] = []
  var splits: [(name: String, rows: [Int])] = []
  var note: String?
  for (name, value) in parts {
    let table = try matrix(value, "features")
    let own = try labelList(given[name] ?? .nil, arguments)
    guard table.tensor.rank == 2, table.tensor.shape[0] == own.count else {
      throw arguments.failure(
        "E0519",
        "shape mismatch in \"\(name)\": features \(Shape.text(table.tensor.shape)), \(own.count) labels",
        at: "features", help: "pass one row and one label per image")
    }
    guard table.tensor.shape[1] == tables.first?.shape[1] ?? table.tensor.shape[1] else {
      throw arguments.failure(
        "E0519",
        "the features of \"\(name)\" are \(table.tensor.shape[1]) numbers wide, those of \"\(first.name)\" \(tables[0].shape[1])",
        at: "features", help: "compute all of them with one model")
    }
    tables.append(table.tensor)
    splits.append((name, Array(all.count..<all.count + own.count)))
    all += own
    note = note ?? table.note
  }
  let joined = try Tensor(
    tables.flatMap { try $0.toFloats() }, shape: [all.count, tables.first?.shape[1] ?? 0])
  return try Dataset.features(
    joined, labels: all, classes: givenClasses(arguments), splits: splits, origin: note)
}

/// A tensor, or the tensor of a file with notes on the file.
private func matrix(_ value: AnyValue, _ name: String) throws -> (tensor: Tensor, note: String?) {
  guard let path = value.asString else { return (try TensorReading.tensor(value, name), nil) }
  return try Dataset.featureTensor(path)
}

private func labelList(_ value: AnyValue, _ arguments: Arguments) throws -> [Int] {
  if let path = value.asString { return try Dataset.labelTensor(path) }
  if let tensor: TensorValue = value.asHost() { return try tensor.tensor.toInts() }
  guard let list = value.asList else {
    throw arguments.failure(
      "E0303", "dataset expects a list, a tensor or a file for 'labels', not \(value.typeName)", at: "labels",
      help: "write labels: [0, 1, …]")
  }
  return try list.map { element in
    guard let label = element.asInt else {
      throw arguments.failure(
        "E0303", "dataset expects Ints for 'labels', but one is \(element.typeName)", at: "labels",
        help: "write labels: [0, 1, …]")
    }
    return label
  }
}

/// `split: {train: 0..<80, test: 80..<100}`; nil where it is left out.
private func rows(_ arguments: Arguments) throws -> [(name: String, rows: [Int])]? {
  guard let cut = try arguments.optionalRecord("split") else { return nil }
  return try cut.map { name, value in
    if let range = value.asRange { return (name, (0..<range.count).map { range.element($0) }) }
    guard let rows = value.asList else {
      throw arguments.failure(
        "E0303", "dataset expects rows for \"\(name)\", not \(value.typeName)", at: "split",
        help: "write split: {train: 0..<80, test: 80..<100}")
    }
    return try (
      name,
      rows.enumerated().map { position, row in
        guard let number = row.asInt else {
          throw arguments.failure(
            "E0303", "row \(position) of \"\(name)\" is \(row.typeName), not an Int", at: "split",
            help: "write split: {train: 0..<80, test: 80..<100}")
        }
        return number
      }
    )
  }
}
