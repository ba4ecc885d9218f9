import ArgumentParser
import MocoBase
import MocoBench
import MocoCLIP
import MocoRuntime
import MocoTensor
import MocoTerminal

extension BenchName: ExpressibleByArgument {}
extension BenchOptions.Mode: ExpressibleByArgument {}
extension ImagePrecision: ExpressibleByArgument {}

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the speed of this machine.",
    discussion: """
      Models have random weights, so nothing is downloaded. Results are printed as lines `name: value`. Seconds are \
      the median of several repetitions; a repetition is one training step, one batch or one list of classes.
      """)

  @Argument(help: "What to measure: \(BenchName.allCases.map(\.rawValue).joined(separator: ", ")).")
  var name: BenchName

  @Option(
    help: "The architecture: vit-b-32, vit-b-16, vit-l-14 or tiny; small is the model that comes with moco.",
    completion: .list(["vit-b-32", "vit-b-16", "vit-l-14", "tiny", "small"]))
  var model = BenchOptions().model

  @Option(help: "Template groups of the standard library.")
  var groups = BenchOptions().groups

  @Option(help: "The number of classes.")
  var classes = BenchOptions().classes

  @Option(help: "base: the class loss uses half of the classes, the text loss all. all: both use all.")
  var mode = BenchOptions().mode

  @Option(help: "zero-shot: the number of sentences per class.")
  var templates = BenchOptions().templates

  @Option(help: "Images per batch.")
  var batch = BenchOptions().batch

  @Option(name: .customLong("repeat"), help: "The number of repetitions.")
  var repetitions = BenchOptions().repetitions

  @Option(
    help: ArgumentHelp("The memory for the text tower's activations, such as 512MB.", valueName: "size"))
  var budget: String?

  // The same group as of the program itself, which would otherwise keep --threads for itself.
  @OptionGroup(title: "Running") var running: RunningOptions

  @Option(
    help: ArgumentHelp(
      "maple-step, promptsrc-step: the blocks of the image tower that have prompts, such as 9...11.",
      valueName: "range"))
  var layers: String?

  @Option(help: "image-encode, features: float32, or int8 for products of 8-bit integers.")
  var precision = BenchOptions().precision

  @Option(
    help: ArgumentHelp(
      "steps, image-encode: also write weights, inputs and results, for scripts/bench-pytorch. images, features: the folder for the generated pictures, which are kept.",
      valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var export: String?

  func validate() throws {
    if let budget, MemorySize.bytes(budget) == nil {
      throw ValidationError("--budget needs a size such as 512MB, not '\(budget)'.")
    }
    if let layers, Self.range(layers) == nil {
      throw ValidationError("--layers needs a range of blocks such as 9...11, not '\(layers)'.")
    }
    if running.memory != nil { throw ValidationError("bench has no --memory; --budget limits activations.") }
    if !running.settings.isEmpty { throw ValidationError("bench has no --set; it runs no program.") }
  }

  private static func range(_ text: String) -> ClosedRange<Int>? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: true).compactMap { Int($0) }
    guard parts.count == 2, text == "\(parts[0])...\(parts[1])", 0 <= parts[0], parts[0] <= parts[1] else {
      return nil
    }
    return parts[0]...parts[1]
  }

  func run() throws {
    Console.start()
    if running.portable { Products.makePortable() }
    if let threads = running.threads { Parallel.threadCount = threads }
    var options = BenchOptions()
    options.model = model
    options.groups = groups
    options.classes = classes
    options.mode = mode
    options.templates = templates
    options.batch = batch
    options.repetitions = repetitions
    options.memory = budget.flatMap(MemorySize.bytes)
    options.seed = running.seed
    options.export = export
    options.precision = precision
    options.layers = layers.flatMap(Self.range)
    do {
      let report = try Console.interruptible { try Bench.run(name, options) }
      Console.print(report.text)
      Console.flush()
    } catch {
      Console.report(error)
      throw ((error as? Failure)?.code == "E0406" ? Status.interrupted : Status.failed).exit
    }
  }
}
