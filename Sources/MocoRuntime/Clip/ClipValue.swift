import MocoBase
import MocoCLIP
import MocoDocument
import MocoLang
import MocoMethods

/// A CLIP model as a value of the language.
final class ClipValue: HostObject {
  let model: CLIPModel
  /// Where a run is recorded, if the model was made or loaded by a program.
  let context: RuntimeContext?

  init(_ model: CLIPModel, _ context: RuntimeContext? = nil) {
    self.model = model
    self.context = context
  }

  var typeName: String { "Clip" }
  var byteCount: Int { model.parameterCount.multipliedReportingOverflow(by: 4).partialValue }

  func copied() throws -> AnyValue? { .host(ClipValue(try model.copy(), context)) }

  private static let fields = [
    "name", "dim", "width", "layers", "vision_width", "vision_layers", "image_size", "channels", "context",
    "vocabulary", "activation", "mean", "std", "scale",
    "size",
    "hash", "parameters", "info",
  ]
  var memberNames: [String] { ClipValue.fields + ClipValue.methods.names }

  func member(_ name: String) throws -> AnyValue? {
    let config = model.config
    switch name {
    case "name": return .string(config.name)
    case "dim": return .int(config.embedDim)
    case "width": return config.withoutText == nil ? .int(config.text.width) : .nil
    case "layers": return config.withoutText == nil ? .int(config.text.layers) : .nil
    case "vision_width": return .int(config.vision.width)
    case "vision_layers": return config.vision.isResNet ? .nil : .int(config.vision.layers)
    case "image_size": return .int(config.vision.imageSize)
    case "channels": return .int(config.vision.channels)
    case "context": return config.withoutText == nil ? .int(config.text.context) : .nil
    case "vocabulary": return config.withoutText == nil ? .int(config.text.vocabulary) : .nil
    case "activation": return .string(config.activation.rawValue)
    case "mean": return .list(config.mean)
    case "std": return .list(config.std)
    case "scale": return .float(try model.scale().value.item())
    case "size": return .int(model.parameterCount)
    case "hash": return .string(try model.contentHash())
    case "parameters":
      // A program may write into the result; no other holder may see that.
      try model.unshare()
      return .host(ParameterListValue(parameters))
    case "info": return info
    default: return nil
    }
  }

  /// The trainable parameters; all of them while none is trainable, so that they can be inspected.
  private var parameters: [MocoMethods.Parameter] {
    let trained = model.trainableParameters
    return (trained.isEmpty ? model.parameters : trained).map { MocoMethods.Parameter($0.name, $0.variable) }
  }

  private var info: AnyValue {
    let config = model.config
    func tower(_ width: Int, _ layers: Int, _ heads: Int, _ mlp: Int) -> [(String, AnyValue)] {
      [("width", .int(width)), ("layers", .int(layers)), ("heads", .int(heads)), ("mlp", .int(mlp))]
    }
    var fields: [(String, AnyValue)] = [
      ("name", .string(config.name)), ("parameters", .int(model.parameterCount)),
      ("activation", .string(config.activation.rawValue)), ("image_size", .int(config.vision.imageSize)),
      ("channels", .int(config.vision.channels)), ("patch", .int(config.vision.patchSize)),
      ("embedding", .int(config.embedDim)),
      ("images", .string(config.images.description(size: config.vision.imageSize))),
      ("mean", .list(config.mean)), ("std", .list(config.std)),
      (
        "vision",
        .record(
          config.vision.isResNet
            ? [
              ("width", .int(config.vision.width)), ("stages", .list(config.vision.stages)),
              ("heads", .int(config.vision.heads)),
            ]
            : tower(config.vision.width, config.vision.layers, config.vision.heads, config.vision.mlpWidth))
      ),
    ]
    if let reason = config.withoutText {
      fields.append(("text", .string("none: \(reason)")))
    } else {
      var text = tower(config.text.width, config.text.layers, config.text.heads, config.text.mlpWidth)
      if let other = config.text.activation { text.append(("activation", .string(other.rawValue))) }
      if let eps = config.text.layerNormEps { text.append(("layer_norm_eps", .float(eps))) }
      fields += [
        ("context", .int(config.text.context)), ("vocabulary", .int(config.text.vocabulary)),
        ("text", .record(text)),
      ]
    }
    if let info = model.info {
      fields += [
        ("files", .list(info.paths)), ("naming", .string(info.naming.rawValue)),
        ("prefix", .string(info.prefix)), ("notes", .list(info.notes)),
        ("unknown_options", .list(info.unknownOptions)),
        (
          "used",
          .list(
            info.used.map { use in
              .record([
                ("parameter", .string(use.parameter)), ("sources", .list(use.sources)),
                ("type", .string(use.type.rawValue)),
              ])
            })
        ),
        (
          "unused",
          .list(info.unused.map { .record([("name", .string($0.name)), ("reason", .string($0.reason))]) })
        ),
        // A model with missing tensors is not loaded at all.
        ("missing", .list([AnyValue]())),
      ]
    }
    return .record(fields)
  }

  func method(_ name: String) -> NativeFunction? { ClipValue.methods.bind(name, to: self) }

  /// Two values of one model are identical, wherever they came from.
  func isEqual(to other: AnyValue) throws -> Bool? {
    guard let other: ClipValue = other.asHost() else { return false }
    return other.model === model
  }

  func binary(_ op: BinaryOperation, _ other: AnyValue, reversed: Bool) throws -> AnyValue? {
    switch op {
    case .equal: return .bool(try isEqual(to: other) ?? false)
    case .notEqual: return .bool(try !(isEqual(to: other) ?? false))
    default: return nil
    }
  }

  var shortDescription: String { "<Clip \(model.config.name), \(grouped(model.parameterCount)) parameters>" }

  func document(_ limits: DocumentLimits) -> Document {
    let config = model.config
    let trained = model.trainableParameters
    let times = limits.glyphs == .unicode ? "×" : "x"
    let channels =
      config.vision.channels == 1
      ? ", grey" : config.vision.channels == 3 ? "" : ", \(config.vision.channels) channels"
    let size = "\(config.vision.imageSize)\(times)\(config.vision.imageSize)\(channels)"
    func tower(_ layers: Int, _ width: Int, _ heads: Int) -> String {
      "\(layers) layers, width \(width), \(heads) heads"
    }
    var rows = [
      (
        "parameters",
        grouped(model.parameterCount)
          + (trained.isEmpty
            ? ", frozen"
            : ", \(grouped(trained.reduce(0) { $0 + $1.variable.value.count })) of them trainable")
      ),
      ("images", size + (config.vision.isResNet ? "" : ", patches of \(config.vision.patchSize)")),
      (
        "texts",
        config.withoutText.map { "none: \($0)" }
          ?? "up to \(config.text.context) tokens, \(grouped(config.text.vocabulary)) ids"
      ),
      (
        "vision",
        config.vision.isResNet
          ? "ModifiedResNet of \(config.vision.stages.map(String.init).joined(separator: ", ")) blocks, "
            + "width \(config.vision.width), \(config.vision.heads) heads"
          : tower(config.vision.layers, config.vision.width, config.vision.heads)
      ),
    ]
    if config.withoutText == nil {
      rows.append(("text", tower(config.text.layers, config.text.width, config.text.heads)))
    }
    rows.append(("features", "\(config.embedDim) numbers, \(config.activation.displayName)"))
    // Longer values wrap below, indented after the names of the rows; the line of the files is cut.
    let wrap = Document.Text.Overflow.wrapAndCut(hanging: 12)
    var fields = rows.map { Document.Fields.Field($0.0, Document.Text($0.1)) }
    if let info = model.info {
      let from = "\(info.paths.joined(separator: ", ")) (\(info.naming.rawValue) names)"
      fields.append(Document.Fields.Field("from", Document.Text(from), overflow: .cut))
    }
    return Document([
      .title("Clip \(config.name)", overflow: wrap), .fields(Document.Fields(fields, overflow: wrap)),
    ])
  }

  var doc: String? {
    """
    A CLIP model: two towers that map images and texts into one space.

    ```
    clip.classify(image, ["bag", "coat"])
    let texts = clip.encode_text(["a photo of a bag", "a photo of a coat"], normalize: true)
    let images = clip.encode_image(batch, normalize: true)
    clip.scale * images @ texts.T
    ```
    """
  }
}
