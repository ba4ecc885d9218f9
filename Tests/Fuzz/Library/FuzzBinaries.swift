import CSystem
import Foundation
import MocoBase
import MocoCLIP
import MocoData
import MocoFormats
import MocoTensor
import MocoTestSupport
import MocoTraining

/// Images, files of PyTorch, packed data sets and lists of images: right ones, and damaged ones.
struct FuzzBinaries {
  /// What is damaged, read once.
  struct Fixtures {
    let folder: String
    let images: [[UInt8]]
    let checkpoint: [UInt8]
    let configurations: [[UInt8]]

    init(_ folder: String) {
      self.folder = folder
      func read(_ path: String) -> [UInt8] {
        FileManager.default.contents(atPath: path).map(Array.init) ?? []
      }
      images = ["/images", "/foreign", "/golden/preprocess"].flatMap { part in
        ((try? FileManager.default.contentsOfDirectory(atPath: folder + part)) ?? []).sorted()
          .filter { !$0.hasSuffix(".json") && !$0.hasSuffix(".safetensors") }.map {
            read("\(folder)\(part)/\($0)")
          }
      }.filter { $0.count < 16_384 }
      checkpoint = read(folder + "/golden/clip/openai-vit/coop-model.pth.tar-50")
      configurations =
        [
          read(folder + "/golden/clip/hf-quickgelu/config.json"),
          read(folder + "/golden/clip/open-clip-gelu/open_clip_config.json"),
        ] + FuzzBinaries.optionTexts.map { Array($0.utf8) }
    }
  }

  private var random: FuzzRandom
  private let fixtures: Fixtures

  init(seed: UInt64, fixtures: Fixtures) {
    random = FuzzRandom(seed)
    self.fixtures = fixtures
  }

  // MARK: Damage

  /// Bits, bytes and fields of four bytes change, ranges go or come twice, the end is lost.
  private mutating func damage(_ bytes: inout [UInt8]) {
    for _ in 0..<1 + random.below(4) where !bytes.isEmpty {
      let at = random.below(bytes.count)
      switch random.below(8) {
      case 0: bytes[at] ^= 1 << UInt8(random.below(8))
      case 1, 2: bytes[at] = UInt8(truncatingIfNeeded: random.next())
      case 3, 4:
        let edge: UInt32 = [0, 1, 2, 0xFF, 0xFFFF, 0x1_0000, 0x7FFF_FFFF, 0x8000_0000, .max][random.below(9)]
        let isBig = random.chance(50)
        for place in 0..<min(4, bytes.count - at) {
          bytes[at + place] = UInt8(truncatingIfNeeded: edge >> UInt32(8 * (isBig ? 3 - place : place)))
        }
      case 5: bytes.removeSubrange(at..<min(bytes.count, at + 1 + random.below(16)))
      case 6:
        let from = random.below(bytes.count)
        bytes.insert(contentsOf: Array(bytes[from..<min(bytes.count, from + random.below(64))]), at: at)
      default: if random.chance(30) { bytes.removeSubrange(at...) }
      }
    }
  }

  private mutating func textDamage(_ bytes: inout [UInt8]) {
    var mutation = ByteMutation(seed: random.next(), corpus: [])
    for _ in 0..<1 + random.below(3) { mutation.mutate(&bytes) }
  }

  // MARK: Images

  mutating func image() -> [UInt8] {
    var bytes = random.pick(fixtures.images, or: [])
    if random.chance(95) { damage(&bytes) }
    // The decoder gives up at a wrong sum, before it looks at what a chunk says.
    if random.chance(70) { FuzzBinaries.mendSums(&bytes) }
    return bytes
  }

  /// Makes the check sums of a PNG's chunks right.
  private static func mendSums(_ bytes: inout [UInt8]) {
    guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) else { return }
    var at = 8
    while at + 12 <= bytes.count {
      let length = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - at - 12 else { return }
      let sum = bytes[(at + 4)..<(at + 8 + length)].withUnsafeBytes { moco_crc32($0.baseAddress, $0.count) }
      for place in 0..<4 {
        bytes[at + 8 + length + place] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * (3 - place)))
      }
      at += length + 12
    }
  }

  /// - Returns: whether the image could be read.
  static func checkImage(_ bytes: [UInt8], in folder: String) throws -> Bool {
    guard let image = try? Image.decode(bytes, name: "fuzz") else { return false }
    guard image.bytes.count == image.width * image.height * image.channels else {
      throw Fuzzer.Finding(description: "an image's bytes are not its size")
    }
    let path = folder + "/fuzz.png"
    guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else { return false }
    guard let header = try? Image.header(path), header.width == image.width, header.height == image.height
    else { throw Fuzzer.Finding(description: "an image has another size than its header") }
    guard image.bytes.count < 1 << 20 else { return true }
    let again = try Image.decode(image.pngBytes(), name: "again")
    if again.bytes != image.bytes {
      throw Fuzzer.Finding(description: "an image reads differently once written")
    }
    return true
  }

  // MARK: PyTorch

  mutating func torch() -> [UInt8] {
    if random.chance(25) {
      var bytes = fixtures.checkpoint
      damage(&bytes)
      return bytes
    }
    var writer = TorchWriter()
    writer.isDeflated = random.chance(30)
    writer.isLarge = random.chance(10)
    writer.storages = [("0", (0..<64).map { _ in UInt8(truncatingIfNeeded: random.next()) })]
    var bytes = (try? writer.data(torchValue(0))) ?? []
    if random.chance(30) { damage(&bytes) }
    return bytes
  }

  private mutating func torchValue(_ depth: Int) -> TorchWriter.Value {
    let type: StorageType = [.f32, .f16, .bf16, .i64, .u8, .f64, .bool][random.below(7)]
    switch random.below(depth > 4 ? 8 : 14) {
    case 0: return .none
    case 1: return .bool(random.chance(50))
    case 2: return .int([0, -1, 255, 65_536, Int.max, Int.min][random.below(6)])
    case 3: return .float([0, -1.5, .infinity, .nan][random.below(4)])
    case 4: return .string(random.pick(["", "a", "state_dict", "weight", "ctx", "é"]))
    case 5:
      let edges = [-1, 0, 1, 2, 3, 16, 1 << 31, 1 << 40, Int.max, Int.min]
      func numbers(_ count: Int, _ random: inout FuzzRandom) -> [Int] {
        (0..<count).map { _ in random.chance(70) ? 1 + random.below(4) : random.pick(edges, or: 0) }
      }
      let rank = random.below(4)
      return .view(
        storage: "0", type, count: random.chance(80) ? 16 : random.pick(edges, or: 0),
        offset: random.chance(80) ? 0 : random.pick(edges, or: 0), shape: numbers(rank, &random),
        strides: numbers(random.chance(95) ? rank : random.below(5), &random))
    case 6, 7:
      return .raw((0..<1 + random.below(6)).map { _ in opcode() })
    case 8: return .list((0..<random.below(4)).map { _ in torchValue(depth + 1) })
    case 9: return .tuple((0..<random.below(4)).map { _ in torchValue(depth + 1) })
    case 10:
      return .object(
        random.pick(["torch.nn", "__main__", "collections", "builtins", "os"]),
        random.pick(["Linear", "OrderedDict", "A", "eval", "system"]),
        (0..<random.below(3)).map { ("f\($0)", torchValue(depth + 1)) })
    case 11:
      return .call(
        random.pick(["torch._utils", "collections", "builtins", "os"]),
        random.pick(["_rebuild_tensor_v2", "_rebuild_parameter", "OrderedDict", "set", "system"]),
        (0..<random.below(6)).map { _ in torchValue(depth + 1) })
    default:
      return .dict(
        (0..<random.below(4)).map {
          (random.pick(["state_dict", "weight", "ctx", "a.b", "epoch", "w\($0)"]), torchValue(depth + 1))
        })
    }
  }

  private mutating func opcode() -> UInt8 {
    let known: [UInt8] = Array("(.0123FIJKLMNPQRSTUVXabcdeghijloqrstu}])BCGp".utf8)
    return random.chance(70)
      ? random.pick(known + [0x80, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x93, 0x94, 0x95], or: 0)
      : UInt8(truncatingIfNeeded: random.next())
  }

  /// - Returns: whether the file could be read.
  static func checkTorch(_ bytes: [UInt8], in folder: String) throws -> Bool {
    let path = folder + "/fuzz.pt"
    guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else { return false }
    guard let file = try? TensorFiles.open(path) else { return false }
    for description in file.tensors {
      guard let tensor = try? file.tensor(description.name) else { continue }
      if tensor.shape != description.shape {
        throw Fuzzer.Finding(description: "a tensor's shape is not its description's")
      }
    }
    return true
  }

  // MARK: Data sets

  /// The images of an IDX pair.
  mutating func packed() -> [UInt8] {
    let count = random.chance(70) ? 3 : random.below(4)
    let side = 1 + random.below(5)
    var bytes: [UInt8] = [0, 0, 8, 3]
    for number in [count, side, side] { bytes += [0, 0, 0, UInt8(number)] }
    bytes += (0..<count * side * side).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    if random.chance(60) { damage(&bytes) }
    if random.chance(40) {
      bytes = (try? Gzip.deflate(bytes)) ?? bytes
      if random.chance(60) { damage(&bytes) }
    }
    return bytes
  }

  /// - Returns: whether the data set could be read.
  static func checkPacked(_ bytes: [UInt8], in folder: String) throws -> Bool {
    let place = folder + "/packed"
    try? FileManager.default.removeItem(atPath: place)
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    let isPacked = bytes.starts(with: [0x1F, 0x8B])
    let images = place + "/train-images-idx3-ubyte" + (isPacked ? ".gz" : "")
    let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 1]
    _ = FileManager.default.createFile(atPath: images, contents: Data(bytes))
    _ = FileManager.default.createFile(atPath: place + "/train-labels-idx1-ubyte", contents: Data(labels))
    return try checkData(place)
  }

  /// A CSV list, or a list of splits in JSON.
  mutating func list() -> [UInt8] {
    func path(_ random: inout FuzzRandom) -> String {
      random.chance(85)
        ? random.pick(["a.png", "b.png"])
        : random.pick(["../a.png", "", "/etc/passwd", "c.png", "a\u{0}.png", ".", "é"])
    }
    func label(_ random: inout FuzzRandom) -> String {
      random.chance(85) ? random.pick(["cat", "dog"]) : random.pick(["Cat", "", "a_b", "a b", "\"q\"", "é"])
    }
    var text = ""
    if random.chance(50) {
      if random.chance(50) { text = random.pick(["path,label\n", "path,label,split\n", "label,path\n"]) }
      for _ in 0..<random.below(8) {
        text += path(&random) + "," + label(&random)
        if random.chance(40) { text += "," + random.pick(["train", "val", "test", "", "tset"]) }
        text += random.pick(["\n", "\r\n", "\n\n", ","])
      }
    } else {
      let splits = (0..<random.below(4)).map { place in
        let rows = (0..<random.below(5)).map { _ in
          "[\"\(path(&random))\", \(random.pick(["0", "1", "-1", "99999999999", "0.5", "null"])), \"\(random.pick(["cat", "dog", ""]))\"]"
        }
        return "\"\(random.pick(["train", "val", "test", "x\(place)"]))\": [\(rows.joined(separator: ", "))]"
      }
      text = "{" + splits.joined(separator: ", ") + "}"
    }
    var bytes = Array(text.utf8)
    if random.chance(40) { textDamage(&bytes) }
    return bytes
  }

  /// - Returns: whether the data set could be read.
  static func checkList(_ bytes: [UInt8], in folder: String, fixtures: Fixtures) throws -> Bool {
    let place = folder + "/listed"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    for (name, image) in zip(["a.png", "b.png"], fixtures.images) {
      _ = FileManager.default.createFile(atPath: "\(place)/\(name)", contents: Data(image))
    }
    let path = place + (bytes.first == UInt8(ascii: "{") ? "/split_zhou_fuzz.json" : "/list.csv")
    guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else { return false }
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try checkData(path)
  }

  private static func checkData(_ path: String) throws -> Bool {
    guard let data = try? Dataset.open(path) else { return false }
    for split in data.splits {
      for place in 0..<min(split.count, 3) {
        guard split.labels.indices.contains(place), data.classes.indices.contains(split.labels[place]) else {
          throw Fuzzer.Finding(description: "a label is not a class")
        }
        _ = try? split.image(place)
      }
    }
    return true
  }

  // MARK: Models

  /// Configurations with many options.
  private static let optionTexts = [
    #"""
    {"model_cfg": {"embed_dim": 48, "quick_gelu": false, "vision_cfg": {"layers": 2, "pool_type": "tok",
    "head_width": 32, "no_ln_pre": false, "final_ln_after_pool": true, "norm_kwargs": {"eps": 1e-6},
    "act_kwargs": {"approximate": "tanh"}}, "text_cfg": {"heads": 2, "layers": 2, "no_causal_mask": true,
    "pool_type": "last", "tokenizer_kwargs": {"clean": "lower"}}}, "preprocess_cfg": {"size": 32, "mean": 0.5,
    "std": [0.2, 0.3, 0.4], "interpolation": "bilinear", "resize_mode": "longest", "fill_color": [1, 2, 3]}}
    """#,
    #"""
    {"size": {"shortest_edge": 40}, "crop_size": {"height": 32, "width": 32}, "resample": 2, "do_resize": true,
    "do_rescale": true, "rescale_factor": 0.5, "do_normalize": true, "image_mean": [0.5, 0.5, 0.5],
    "image_std": 0.25, "do_center_crop": true, "image_processor_type": "CLIPImageProcessor"}
    """#,
    #"""
    {"crop_size": 32, "size": {"height": 32, "width": 32}, "do_center_crop": false, "do_normalize": false}
    """#,
  ]

  /// A configuration of a CLIP model.
  mutating func configuration() -> [UInt8] {
    var bytes = random.pick(fixtures.configurations, or: [])
    textDamage(&bytes)
    return bytes
  }

  /// - Returns: whether the model could be loaded.
  static func checkConfiguration(_ bytes: [UInt8], in folder: String, fixtures: Fixtures) throws -> Bool {
    let place = folder + "/model"
    try? FileManager.default.removeItem(atPath: place)
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    let text = String(decoding: bytes, as: UTF8.self)
    let isOpenCLIP = text.contains("embed_dim")
    let isProcessor = text.contains("crop_size")
    if isProcessor {
      try FileManager.default.createSymbolicLink(
        atPath: place + "/config.json",
        withDestinationPath: fixtures.folder + "/golden/clip/hf-quickgelu/config.json")
    }
    let name = isOpenCLIP ? "open-clip-gelu/open_clip_model.safetensors" : "hf-quickgelu/model.safetensors"
    try FileManager.default.createSymbolicLink(
      atPath: place + "/" + (name as NSString).lastPathComponent,
      withDestinationPath: "\(fixtures.folder)/golden/clip/\(name)")
    _ = FileManager.default.createFile(
      atPath: place
        + (isOpenCLIP
          ? "/open_clip_config.json" : isProcessor ? "/preprocessor_config.json" : "/config.json"),
      contents: Data(bytes))
    guard let model = try? CLIPModel.load(path: place) else { return false }
    // What was taken must be able to prepare an image.
    _ = try? Preprocess(model.config).tensor(
      Image(width: 7, height: 3, channels: 3, bytes: [UInt8](repeating: 9, count: 63)))
    return true
  }
}
