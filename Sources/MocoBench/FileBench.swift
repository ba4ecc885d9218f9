import Glibc
import MocoBase
import MocoCLIP
import MocoData
import MocoTensor

// Files of images to pixels, and to features.

extension Bench {
  /// JPEG files of 640 × 480 pixels: decoding, resizing to 224, and both with the conversion to a tower's input.
  static func images(_ options: BenchOptions, _ report: inout BenchReport) throws {
    try withPhotographs(options) { split in
      let indices = Array(0..<split.count)
      let preprocess = Preprocess(size: 224, mean: [0.48, 0.46, 0.41], std: [0.27, 0.26, 0.28])
      report.add("images", split.count)
      let decoded = try indices.map { try split.plainImage($0) }
      let decode = try Measure.repeated(options.repetitions) {
        try Parallel.forEach(split.count) { _ = try split.plainImage($0) }
      }
      let resize = try Measure.repeated(options.repetitions) {
        try Parallel.forEach(split.count) { _ = try decoded[$0].centerSquare(224) }
      }
      let both = try Measure.repeated(options.repetitions) {
        _ = try split.pixels(indices, preprocess: preprocess)
      }
      for (name, times) in [("decode", decode), ("resize", resize), ("both", both)] {
        report.add("\(name)_images_per_second", Double(split.count) / times.median)
        report.add("\(name)_images_per_processor_second", Double(split.count) / times.medianProcessor)
      }
    }
  }

  /// Features of such files, compared with the encoder alone on their pixels.
  static func features(_ options: BenchOptions, _ report: inout BenchReport) throws {
    let clip = try BenchInputs.model(options.model, seed: options.seed, textOnly: false)
    try clip.setImagePrecision(options.precision)
    report.add("model", options.model)
    report.add("precision", options.precision.rawValue)
    let encoder = try clip.imageEncoder()
    try withPhotographs(options) { split in
      let indices = Array(0..<split.count)
      report.add("images", split.count)
      let size = FeatureCache.batchSize(encoder.preprocess)
      let batches = try stride(from: 0, to: split.count, by: size).map { start in
        try split.pixels(
          Array(start..<min(start + size, split.count)), preprocess: encoder.preprocess)
      }
      // Alternately, so that other load on the machine affects both.
      var (alone, whole) = (Times(), Times())
      for turn in 0...max(options.repetitions, 1) {
        let one = try Measure.repeated(1, warmUp: false) {
          for pixels in batches { _ = try encoder.encode(pixels) }
        }
        let other = try Measure.repeated(1, warmUp: false) {
          _ = try FeatureCache().features(of: split, at: indices, by: encoder)
        }
        guard turn > 0 else { continue }
        alone.add(one)
        whole.add(other)
      }
      let rate = Double(split.count) / whole.median
      report.add("images_per_second", rate)
      report.add("images_per_processor_second", Double(split.count) / whole.medianProcessor)
      report.add("encoder_images_per_second", Double(split.count) / alone.median)
      report.add("encoder_images_per_processor_second", Double(split.count) / alone.medianProcessor)
      report.add("share_of_encoder", alone.median / whole.median)
    }
  }

  /// Calls the closure with files that are made for it: `options.batch` pictures with the detail of photographs, in
  /// the folder `options.export` or in a temporary one.
  private static func withPhotographs(_ options: BenchOptions, _ body: (DataSplit) throws -> Void) throws {
    let folder = options.export ?? "/tmp/moco-bench-\(getpid())"
    try FileSystem.createFolder(folder)
    let paths = (0..<options.batch).map { "\(folder)/\($0).jpg" }
    defer {
      if options.export == nil {
        for path in paths { unlink(path) }
        rmdir(folder)
      }
    }
    for (number, path) in paths.enumerated() {
      try photograph(number, seed: options.seed).save(path)
    }
    let items = paths.indices.map { DataItem(source: $0, label: 0) }
    try body(
      DataSplit(name: "bench", classes: ["picture"], items: items, source: ImageFiles(paths: paths)))
  }

  /// Noise of every scale, mostly coarse: a JPEG of it has about as many bytes as a photograph.
  private static func photograph(_ number: Int, seed: UInt64) throws -> Image {
    let (width, height) = (640, 480)
    var values = [Float](repeating: 0, count: width * height * 3)
    for octave in 2...8 {
      let (w, h) = (1 << octave, (1 << octave) * 3 / 4)
      var random = Philox(seed: seed, stream: "bench/photographs", epoch: number, index: octave)
      let noise = try Image(
        width: w, height: h, channels: 3,
        bytes: (0..<w * h * 3).map { _ in UInt8(truncatingIfNeeded: random.nextInt(below: 256)) })
      let share = powf(0.62, Float(octave))
      for (place, byte) in try noise.resized(width: width, height: height).bytes.enumerated() {
        values[place] += (Float(byte) - 128) * share
      }
    }
    let largest = values.reduce(0) { max($0, abs($1)) }
    let bytes = values.map { UInt8(max(0, min(255, 128 + $0 / max(largest, 1) * 127))) }
    return try Image(width: width, height: height, channels: 3, bytes: bytes)
  }
}
