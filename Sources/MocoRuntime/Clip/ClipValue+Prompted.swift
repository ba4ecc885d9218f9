import MocoAutograd
import MocoBase
import MocoCLIP
import MocoLang
import MocoTensor

extension ClipValue {
  private static let promptOptions = ["prompts", "deep", "layers", "memory", "cache"]

  /// The result of `encode_image`, not normalized, and whether it was one image.
  func promptedFeatures(_ arguments: Arguments) throws -> (Variable, isSingle: Bool) {
    let output =
      try ImageOutput(
        rawValue: arguments.choice("output", among: ImageOutput.allCases.map(\.rawValue))) ?? .feature
    let isPlain = ClipValue.promptOptions.allSatisfy { arguments.isAbsent($0) }
    if isPlain, output == .feature { return try imageFeatures(arguments, "image") }
    let prompts = try VisionPrompts(
      arguments.optionalHost(TensorValue.self, "prompts")?.variable, deep: imageDeep(arguments),
      layers: imageLayers(arguments))
    let memory = try readMemory(arguments) ?? VisionPrompts.defaultMemory
    let cache =
      try arguments["cache"]?.asInt == 0 ? 0 : readMemory(arguments, "cache") ?? VisionPrompts.defaultCache
    let images = try ImageReader(pixels: model).read(arguments, "image")
    guard !images.areFeatures else {
      throw arguments.failure(
        "E0520", "these images are already features, but prompts need patches of pixels", at: "image",
        help: "pass pictures, or a data set that holds pixels")
    }
    return (
      try model.encodeImage(images.values, prompts: prompts, output: output, memory: memory, cache: cache),
      images.isSingle
    )
  }

  private func imageDeep(_ arguments: Arguments) throws -> [Variable?] {
    guard !arguments.isAbsent("deep") else { return [] }
    return try PromptReader(model: model, arguments: arguments).rows(arguments.list("deep"), "deep", "deep")
  }

  private func imageLayers(_ arguments: Arguments) throws -> ClosedRange<Int>? {
    guard !arguments.isAbsent("layers") else { return nil }
    if let layer = arguments["layers"]?.asInt, layer >= 0 { return layer...layer }
    guard let range = arguments["layers"]?.asRange else {
      throw arguments.wrongType(
        "layers", expected: "a Range of blocks", help: "write the first and the last, as in 9...11")
    }
    let last = range.isClosed ? range.end : range.end.subtractingReportingOverflow(1).partialValue
    guard range.step == 1, range.start >= 0, range.start <= last else {
      throw arguments.failure(
        "E0305", "encode_image does not accept the range \(range.description) for 'layers'", at: "layers",
        help: "write the blocks that prompts enter, from the first to the last, as in 9...11")
    }
    return range.start...last
  }
}
