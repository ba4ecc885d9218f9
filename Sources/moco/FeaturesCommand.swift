import ArgumentParser
import MocoBase
import MocoCLIP
import MocoData
import MocoFormats
import MocoRuntime
import MocoTensor
import MocoTerminal
import MocoTraining

extension ImageReading.Order: ExpressibleByArgument {}
extension ImageReading.Gray16: ExpressibleByArgument {}

struct FeaturesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features",
    abstract: "Encode the images of a data set once, for all later runs.",
    discussion: """
      Features are written to the cache (see moco data cache): a run with the same model, precision and \
      images encodes nothing. Existing features are not encoded again, so the same command resumes after an \
      interruption, even after kill -9, and adds new or changed images. Several machines with a shared cache \
      can share the work: --shard 0/4 … --shard 3/4. The exit status is 70 if --check finds images without features.
      """)

  @Argument(help: "A data set: fashion, or \(DataLayout.accepted).", completion: .file())
  var data: String

  @Option(
    help: ArgumentHelp("The model: a weight file or folder, or small.", valueName: "file"),
    completion: .file())
  var clip: String

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("Only this split; can be repeated. The default is all splits.", valueName: "name"))
  var split: [String] = []

  @Option(
    help: ArgumentHelp(
      "Only one of several parts: 0/8, 1/8, … 7/8 for eight. auto reads it from the variables of a scheduler.",
      valueName: "i/n|auto"))
  var shard: String?

  @Option(help: "float32, or int8 for products of 8-bit integers.")
  var precision = ImagePrecision.float32

  @Option(
    help: ArgumentHelp("For a list: the folder that its paths are relative to.", valueName: "dir"),
    completion: .directory)
  var images: String?

  @Option(help: "coop, or openai: resize before the conversion to RGB.")
  var order = ImageReading.Order.coop

  @Option(help: "scale, or clip: how 16-bit grey is converted.")
  var grey16 = ImageReading.Gray16.scale

  @Flag(help: "Skip files that cannot be decoded.")
  var skipBroken = false

  @Option(
    help: ArgumentHelp(
      "Also write features and labels to a .safetensors or .npz file, which dataset(…) opens.",
      valueName: "file"),
    completion: .file(extensions: ["safetensors", "npz"]))
  var out: String?

  @Flag(help: "Encode nothing; show how many images have features.")
  var check = false

  @OptionGroup(title: "Running") var running: RunningOptions
  @OptionGroup(title: "Appearance") var looks: LookOptions

  func validate() throws {
    if let out {
      guard [".safetensors", ".npz"].contains(where: { out.lowercased().hasSuffix($0) }) else {
        throw ValidationError("--out needs a file that ends in .safetensors or .npz, not '\(out)'.")
      }
      if shard != nil {
        throw ValidationError(
          "--out writes all features: leave out --shard, and run it when all parts are done.")
      }
      if check { throw ValidationError("--check writes nothing: remove --out or --check.") }
    }
    if !running.settings.isEmpty { throw ValidationError("features has no --set; it runs no program.") }
  }

  func run() throws {
    looks.apply()
    Console.start()
    if running.portable { Products.makePortable() }
    if let threads = running.threads { Parallel.threadCount = threads }
    if let memory = running.memory.flatMap(MemorySize.bytes) { MemoryAccountant.limit = memory }
    do {
      let missing = try Console.interruptible { try work() }
      Console.flush()
      if missing > 0 { throw Status.failed.exit }
    } catch let code as ExitCode {
      throw code
    } catch {
      Console.endProgress()
      Console.report(error)
      throw ((error as? Failure)?.code == "E0406" ? Status.interrupted : Status.failed).exit
    }
  }

  /// The number of images without features at the end.
  private func work() throws -> Int {
    guard let files = FeatureFiles.standard() else {
      throw Failure(
        "E0504", "there is no cache for features: MOCO_CACHE is off, or there is no home folder",
        help: "unset MOCO_CACHE, or set XDG_CACHE_HOME to a folder")
    }
    FeatureCache.shared.files = files
    let part = try self.part()
    guard let library = StandardLibrary.locate() else {
      throw Failure("E0501", "the standard library was not found", help: "set MOCO_STDLIB to its folder")
    }
    var options = DataOptions(skipsBroken: skipBroken)
    options.reading = ImageReading(gray16: grey16, order: order)
    let dataset = try openDataset(data, images: images, options: options, library)
    let splits = try chosen(dataset)
    let model = try CLIPModel.load(
      path: clipPath(clip, library), tokenizerDirectory: library.path("tokenizer"))
    try model.setImagePrecision(precision)
    Console.remark(([model.summary] + (model.info?.remarks ?? [])).joined(separator: ", ") + "\n")
    let encoder = try model.imageEncoder()
    Console.drawProgress()
    var missing = 0
    for split in splits {
      let filling = try FeatureFilling(
        split, encoder: encoder, files: files, shard: part)
      let name = split.name + (part == .whole ? "" : ", shard \(part)")
      if check {
        let kept = try filling.kept()
        missing += filling.places.count - kept
        Console.show("\(name): \(kept) of \(filling.places.count) images have features\n")
        continue
      }
      let began = ProcessClock.seconds
      let state = try filling.run(width: model.config.embedDim) { state in
        let seconds = max(ProcessClock.seconds - began, 1e-9)
        // Existing features take no time: the rate is that of encoding.
        Console.show(
          Progress(
            done: state.done, total: state.total, rate: Double(state.encoded) / seconds, unit: "images",
            note: split.name))
      }
      Console.endProgress()
      let seconds = max(ProcessClock.seconds - began, 1e-9)
      let speed =
        state.encoded == 0
        ? "nothing to encode"
        : "\(state.encoded) encoded, \(NumberText.short(Double(state.encoded) / seconds)) images/s"
      Console.show("\(name): \(state.total) images, \(speed)\n")
    }
    if let out { try write(dataset, splits, encoder, to: out) }
    if !check { Console.show("\(files.folder)\n") }
    return missing
  }

  /// The part that is encoded; how it was found is said where a scheduler has decided it.
  private func part() throws -> Shard {
    guard let shard else { return .whole }
    let (part, origin) = try ShardChoice(shard).shard(ProcessEnvironment.value)
    if let origin { Console.remark("shard \(part), since \(origin)\n") }
    return part
  }

  private func chosen(_ dataset: Dataset) throws -> [DataSplit] {
    guard !split.isEmpty else { return dataset.splits }
    return try split.map { try dataset.requireSplit($0) }
  }

  /// Writes a file for `dataset(…)`: features and labels, with split names for several splits.
  private func write(
    _ dataset: Dataset, _ splits: [DataSplit], _ encoder: ImageEncoder, to path: String
  ) throws {
    var items: [SafetensorsWriter.Item] = []
    for part in splits {
      items.append(("\(part.name).features", try part.features(encoder), .f32))
      items.append(("\(part.name).labels", try Tensor(part.labels, shape: [part.count]), .i64))
    }
    if path.lowercased().hasSuffix(".npz") {
      try NumPyWriter.write(arrays: items, texts: [("classes", dataset.classes)], to: path)
    } else {
      let names = Json.array(dataset.classes.map { .string($0) }).serialized()
      try SafetensorsWriter.write(
        path: path, tensors: items, metadata: [("classes", names)])
    }
    Console.show("\(path): features and labels of \(splits.map(\.name).joined(separator: ", "))\n")
  }
}
