import Glibc
import MocoBase
import MocoLang

/// A published CLIP model, by the names under which other programs download it. Nothing is downloaded here:
/// the error for such a name says where to get the files.
struct PublishedClip {
  /// Its usual name: `ViT-B/16`.
  let name: String
  /// The file that OpenAI's program downloads; nil for other publishers' models.
  var file: String?
  /// The repository on the Hugging Face Hub, a folder that `load_clip` reads.
  var repository: String?

  /// The page that lists the addresses of OpenAI's files.
  private static let openAI = "https://github.com/openai/CLIP/blob/main/clip/clip.py"
  private static let hub = "https://huggingface.co/"

  private static let known: [PublishedClip] = [
    PublishedClip(name: "ViT-B/32", file: "ViT-B-32.pt", repository: "openai/clip-vit-base-patch32"),
    PublishedClip(name: "ViT-B/16", file: "ViT-B-16.pt", repository: "openai/clip-vit-base-patch16"),
    PublishedClip(name: "ViT-L/14", file: "ViT-L-14.pt", repository: "openai/clip-vit-large-patch14"),
    PublishedClip(
      name: "ViT-L/14@336px", file: "ViT-L-14-336px.pt", repository: "openai/clip-vit-large-patch14-336"),
    PublishedClip(name: "RN50", file: "RN50.pt"), PublishedClip(name: "RN101", file: "RN101.pt"),
    PublishedClip(name: "RN50x4", file: "RN50x4.pt"), PublishedClip(name: "RN50x16", file: "RN50x16.pt"),
    PublishedClip(name: "RN50x64", file: "RN50x64.pt"),
    PublishedClip(name: "ViT-H-14", repository: "laion/CLIP-ViT-H-14-laion2B-s32B-b79K"),
    PublishedClip(name: "ViT-g-14", repository: "laion/CLIP-ViT-g-14-laion2B-s34B-b88K"),
    PublishedClip(name: "ViT-bigG-14", repository: "laion/CLIP-ViT-bigG-14-laion2B-39B-b160k"),
  ]

  /// Kinds of models that other programs support and that are not CLIP, by a part of their names.
  private static let foreign: [(part: String, kind: String)] = [
    ("siglip", "a SigLIP model"), ("coca", "a CoCa model"), ("eva0", "an EVA-CLIP model"),
    ("eva-clip", "an EVA-CLIP model"), ("convnext", "a ConvNeXt CLIP model"),
    ("mobileclip", "a MobileCLIP model"), ("vitamin", "a ViTamin model"), ("pe-core", "a Perception Encoder"),
    ("blip", "a BLIP model"), ("dinov", "a DINO model"),
  ]

  /// Owners of repositories that hold CLIP models.
  private static let owners: Set<String> = ["openai", "laion", "timm", "apple", "facebook", "ucsc-vlaa"]

  /// The error for a path that does not exist, if it is or resembles a model's name; nil otherwise.
  static func answer(to path: String) -> Failure? {
    var name = path
    for start in [hub, "http://huggingface.co/", "https://hf.co/", "hf-hub:", "hf_hub:"]
    where name.hasPrefix(start) {
      name = String(name.dropFirst(start.count))
    }
    if name.contains("://") {
      return Failure(
        "E0501", "\(path) is an address; moco does not download models",
        help: "download the file and pass its path", argument: "path")
    }
    let last = name.split(separator: "/").last.map { String($0) } ?? ""
    if let model = known.first(where: { $0.file == last }) {
      return Failure(
        "E0501", "there is no model file at \(path)",
        help: "check the path; or " + (ways(model).first ?? "download the file"), argument: "path")
    }
    if name.hasSuffix(".pt"), let model = exactly(normalized(String(name.dropLast(3)))) {
      return refusal(path, model)
    }
    let isFile = [".pt", ".pth", ".bin", ".safetensors", ".ckpt", ".json"].contains { name.hasSuffix($0) }
    guard !last.isEmpty, !isFile, !["." as Character, "/", "~"].contains(name.first) else { return nil }
    let pieces = name.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
    let owner = pieces.count >= 2 ? pieces[0].lowercased() : ""
    let isPublished = name != path || owners.contains(owner)
    let plain = normalized(name)
    if let model = exactly(plain) ?? architecture(plain) { return refusal(path, model) }
    if let other = foreign.first(where: { name.lowercased().contains($0.part) }),
      pieces.count <= 2 || isPublished
    {
      return Failure(
        "E0605", "\"\(path)\" is \(other.kind), not CLIP",
        help:
          "load a CLIP model, or compute features with the program it comes from and use dataset(features: …)",
        argument: "path")
    }
    if owner.isEmpty || owner == "openai" || pieces[0].lowercased().hasPrefix("vit"),
      let near = nearest(plain, repositories: !owner.isEmpty)
    {
      return Failure(
        "E0501", "there is no model file or folder at \(path)",
        help: "write \"\(near)\" if you mean that model; the error then says where to get it",
        argument: "path")
    }
    guard pieces.count == 2 || (name != path && pieces.count > 2),
      pieces.prefix(2).allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isNameByte) })
    else { return nil }
    let model = PublishedClip(name: name, repository: pieces.prefix(2).joined(separator: "/"))
    if isPublished { return refusal(path, model) }
    guard FileSystem.kind(pieces[0]) == .missing else { return nil }
    return Failure(
      "E0501", "there is no model file or folder at \(path)",
      help: "check the spelling; or, if it is a repository of the Hugging Face Hub, "
        + ways(model).joined(separator: "; or "), argument: "path")
  }

  private static func exactly(_ plain: String) -> PublishedClip? {
    known.first { model in
      let folder = model.repository?.split(separator: "/").last.map { String($0) }
      return plain == normalized(model.name) || plain == model.repository.map(normalized)
        || plain == folder.map(normalized)
        || plain == model.file.map { normalized(String($0.dropLast(3))) }
    }
  }

  private static func refusal(_ path: String, _ model: PublishedClip) -> Failure {
    Failure(
      "E0501", "\"\(path)\" is the name of a published model; moco does not download models",
      help: ways(model).joined(separator: "; or "), argument: "path")
  }

  /// How to get a model, and what to type then.
  private static func ways(_ model: PublishedClip) -> [String] {
    var ways: [String] = []
    if let file = model.file, let home = getenv("HOME").map({ String(cString: $0) }) {
      let cached = "\(home)/.cache/clip/\(file)"
      if FileSystem.kind(cached) == .file { ways.append("type load_clip(\"\(cached)\"): that file exists") }
    }
    if let repository = model.repository {
      let folder = repository.split(separator: "/").last.map { String($0) } ?? repository
      ways.append(
        "download \(hub)\(repository) (hf download \(repository) --local-dir \(folder)) and type "
          + "load_clip(\"\(folder)\")")
    }
    if let file = model.file {
      ways.append("download \(file) (its address is in \(openAI)) and type load_clip(\"\(file)\")")
    }
    return ways
  }

  // MARK: Names

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
      return true
    default: return false
    }
  }

  /// Without case and punctuation: `ViT-B/16` and `vit_b16` are the same.
  private static func normalized(_ name: String) -> String {
    String(name.lowercased().filter { $0.isLetter || $0.isNumber })
  }

  /// The model whose name, in open_clip's form, begins a longer one: `ViT-B-16-quickgelu`.
  private static func architecture(_ plain: String) -> PublishedClip? {
    let endings = ["quickgelu", "openai", "quickgeluopenai"]
    for ending in endings where plain.hasSuffix(ending) {
      let stem = String(plain.dropLast(ending.count))
      let wanted = stem.hasSuffix("336") ? stem + "px" : stem
      if let model = known.first(where: { normalized($0.name) == wanted }) { return model }
    }
    return known.first { normalized($0.name) == plain + "px" }
  }

  /// The published name that differs by one or two typing errors; a swap of neighbours counts as one.
  private static func nearest(_ plain: String, repositories: Bool) -> String? {
    let wanted = Array(plain.unicodeScalars)
    guard wanted.count <= 64 else { return nil }
    var best: (name: String, distance: Int)?
    for model in known {
      for form in [model.name] + (repositories ? model.repository.map { [$0] } ?? [] : []) {
        let distance = Nearest.edits(plain, normalized(form))
        if distance <= 2, distance < best?.distance ?? .max { best = (form, distance) }
      }
    }
    return best?.name
  }
}
