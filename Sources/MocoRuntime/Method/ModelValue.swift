import MocoAutograd
import MocoBase
import MocoData
import MocoDocument
import MocoLang
import MocoMethods
import MocoTensor
import MocoTraining

/// A model of any method as a value of the language; its descriptor lists its members.
final class ModelValue: HostObject {
  let model: any Classifier
  /// The classes of the class loss, if the program has set them; nil if training chooses them.
  let base: [String]?
  /// The idle experts of its last training.
  var idle: IdleExperts?

  init(_ model: any Classifier, base: [String]? = nil) throws {
    self.model = model
    self.base = base
    if let base { model.recordTraining(on: try model.scope(of: base)) }
  }

  /// Sets the classes of the class loss to those of a split, unless the program has set them.
  /// - Throws: E0704 for a split with other classes.
  func checkBase(_ split: DataSplit) throws {
    guard let base, let other = split.classes.first(where: { !base.contains($0) }) else { return }
    throw Failure(
      "E0704", "class \"\(other)\" of the split is not among the base classes of this \(model.kind)",
      help: "train on the base classes, such as data.base.train, or make it without base:", argument: "on")
  }

  /// nil for a model that cannot be copied.
  func copied() throws -> AnyValue? {
    try (model as? any Copied).map { .host(try ModelValue($0.copy(), base: base)) }
  }

  var typeName: String { model.method.typeName }

  func visitReferences(_ visit: (HeldValue) -> Void) { (model as? OwnModel)?.visitReferences(visit) }

  var memberNames: [String] {
    ModelType.fields.map(\.name) + model.method.fields.map(\.name) + ModelValue.methods.names
  }

  func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "kind": return .string(model.kind)
    case "classes": return .list(model.classes)
    case "base": return .list(model.names(.base))
    case "parameters": return .host(ParameterListValue(model.trainableParameters))
    case "clip": return .host(ClipValue(model.clip))
    default: return model.field(name).map { AnyValue($0) }
    }
  }

  static let methods = MethodTable<ModelValue> { table in
    table.onlyGiving("loss", "logits", "predict", "text_features", "scores", "hard_features")
    addParts(table)
    table.add(
      "loss(batch)",
      doc: """
        The loss of a batch: a scalar tensor with `.parts.class`, and for a mixture `.parts.text` and `.parts.gate`.

        ```
        let loss = mix.loss(batch)
        opt.zero_grad(); loss.backward(); opt.step()
        ```
        """
    ) { value, arguments in
      let loss = try value.model.anyLoss(
        readBatch(arguments, "batch", value.model), scope: value.model.trained)
      let result = TensorValue(loss.total)
      result.parts = Fields(loss.parts.map { ($0.name, .host(TensorValue($0.value))) })
      return .host(result)
    }
    table.add(
      "logits(images, classes = nil, gradient = false)",
      doc: """
        Logits [images, classes] of a batch or of image features. `gradient: true` records the gradient to the
        model's parameters, for a custom loss; without it text features are cached between calls.

        A batch is classified among the classes of its split, in their order, so that `argmax` gives labels; they
        must be among the model's, by name (E0710). Images and features without names are classified among the model's
        classes. `classes` overrides this: `"all"`, `"base"` or `"new"` classes of the model, any list of names,
        `"data"` for the batch's names whatever the model was made with, `"model"` for the model's instead.

        ```
        argmax(mix.logits(batch), axis: 1)
        ```
        """
    ) { value, arguments in
      let images = try ImageReader(value.model).input(arguments, "images")
      let selection = try readSelection(arguments, "classes", images: "images", value.model)
      guard try arguments.bool("gradient") else {
        return .host(TensorValue(Variable(try value.model.logits(images, classes: selection))))
      }
      return .host(
        TensorValue(try value.differentiable(arguments).differentiableLogits(images, classes: selection)))
    }
    table.add(
      "predict(images, classes = nil)",
      doc: """
        The name of the most likely class for each image, among the classes of `logits`. If several classes have the same
        name, the data's identifier is added, else their index.

        ```
        mix.predict(batch)
        ```
        """
    ) { value, arguments in
      let selection = try readSelection(arguments, "classes", images: "images", value.model)
      let logits = try value.model.logits(
        ImageReader(value.model).input(arguments, "images"), classes: selection)
      let names = shownNames(arguments, selection, value.model)
      let columns = names.count
      let values = try logits.toFloats()
      return .list(
        (0..<(values.count / max(1, columns))).map { row -> String in
          var best = 0
          for c in 0..<columns where values[row * columns + c] > values[row * columns + best] { best = c }
          return names[best]
        })
    }
  }

  func method(_ name: String) -> NativeFunction? { ModelValue.methods.bind(name, to: self) }

  private var size: Int { model.trainableParameters.reduce(0) { $0 + $1.variable.value.count } }
  var byteCount: Int { size * 8 }

  var shortDescription: String {
    let parts = [model.headline, "\(model.classes.count) classes"].compactMap { $0 }
    return "<\(model.kind): \(parts.joined(separator: ", "))>"
  }

  func document(_ limits: DocumentLimits) -> Document {
    var blocks: [Document.Block] = [.title(shortDescription)]
    for remark in model.remarks {
      switch remark {
      case .line(let text): blocks.append(.line(text))
      case .parts(let kind, let column, let parts):
        // Lines in a terminal, where prompts are long.
        let rows = parts.map { part -> Document.Table.Row in
          // A prompt may end with the space before the class name.
          let text = part.text.last == " " ? String(part.text.dropLast()) : part.text
          return .cells([.init(Document.Text(part.name), .header), .init(Document.Text(text))])
        }
        blocks.append(
          .adapted(
            lines: parts.map { .line("\(kind) \($0.name): \($0.text)") },
            page: [
              .table(
                Document.Table(
                  columns: [.init(Document.Text(kind)), .init(Document.Text(column))], rows: rows))
            ]))
      case .list(let title, let items):
        blocks.append(
          .items(
            Document.Items(
              Document.Text(title, .label), items.map { Document.Text($0) }, indent: 2, overflow: .cut)))
      }
    }
    if let idle = idleRemark { blocks.append(.line(idle)) }
    if let twins = ClassNames.twinsNote(model.classes) { blocks.append(.line(twins)) }
    blocks.append(.names("classes", model.classes))
    if model.trained.count < model.classes.count {
      blocks.append(.names("trained on", model.names(.base)))
    }
    if size > 0 {
      blocks.append(
        .line(
          "\(NumberText.counted(model.trainableParameters.count, "parameter")), \(NumberText.counted(size, "number"))"
        ))
    }
    return Document(blocks)
  }
}

/// A batch of a split, or a record of images (or features) and labels.
func readBatch(_ arguments: Arguments, _ name: String, _ model: any Classifier) throws -> PromptBatch {
  let value = try arguments.value(name)
  if let batch: BatchValue = value.asHost() { return try batch.batch(for: model).forPrompts() }
  guard let record = value.asRecord, let labels = record["labels"],
    let images = record["features"] ?? record["images"]
  else {
    throw arguments.wrongType(
      name, expected: "a batch, or {images: …, labels: …}",
      help: "use for batch in data.train.batches(32) { … }")
  }
  let tensor = try TensorReading.tensor(labels, "labels")
  return PromptBatch(
    images: try ImageReader(model).input(images, arguments, name), labels: try tensor.toInts(),
    classes: try record["classes"].flatMap { $0.isNil ? nil : $0 }.map { names in
      guard let list = names.asList, case let texts = list.compactMap(\.asString), texts.count == list.count
      else {
        throw arguments.wrongType(name, expected: "class names as a List of Strings in the batch's classes")
      }
      return texts
    })
}
