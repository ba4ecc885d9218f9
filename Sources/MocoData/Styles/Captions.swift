import MocoBase
import MocoTensor

// B: images of a batch. S: pixels of a side.

/// The captions of a contrastive pretraining: names of things, and sentences about pictures of them.
public struct CaptionBook: Sendable {
  /// One word or phrase with its weight.
  public struct Word: Sendable, Hashable {
    /// As it is in the caption.
    public let text: String
    /// Its relative probability.
    public let weight: Double

    /// A word with its weight.
    public init(_ text: String, weight: Double = 1) {
      self.text = text
      self.weight = weight
    }
  }

  /// The names of the class for every label; several classes may share a word.
  public let names: [[Word]]
  /// The sentences that name a style, by style, with `{}` for the class name.
  public let styled: [Style: [String]]
  /// Sentences that do not mention the style.
  public let neutral: [String]
  /// The share of captions that name the style.
  public let namesStyle: Double

  /// - Throws: E0519 if a list is empty, a weight not positive, or a sentence has not exactly one `{}`.
  public init(names: [[Word]], styled: [Style: [String]], neutral: [String], namesStyle: Double = 0.6) throws
  {
    guard !neutral.isEmpty else { throw DataError.mismatch("the captions have no neutral sentence") }
    for (label, words) in names.enumerated() {
      let total = words.reduce(0) { $0 + $1.weight }
      guard !words.isEmpty, words.allSatisfy({ $0.weight > 0 && !$0.text.isEmpty }), total.isFinite else {
        throw DataError.mismatch(
          "class \(label) has no names for captions, or weights that are not positive",
          help: "pass a record of names and weights for every class: {sneaker: 3, shoe: 4}")
      }
    }
    for sentence in neutral + styled.values.joined() {
      guard CaptionBook.parts(of: sentence) != nil else {
        throw DataError.mismatch("the caption \"\(sentence)\" must contain exactly one {}")
      }
    }
    guard namesStyle >= 0, namesStyle <= 1 else {
      throw DataError.mismatch("the share of captions that name the style is \(namesStyle), not from 0 to 1")
    }
    self.names = names
    self.styled = styled
    self.neutral = neutral
    self.namesStyle = namesStyle
  }

  /// One caption. A style without its own sentences gets a neutral one.
  func caption(label: Int, style: Style, random: inout Philox) -> String {
    let named = random.nextDouble() < namesStyle
    let sentences = named ? styled[style].flatMap { $0.isEmpty ? nil : $0 } ?? neutral : neutral
    let sentence = sentences[random.nextInt(below: sentences.count)]
    let name = CaptionBook.pick(names[label], random.nextDouble())
    guard let (before, after) = CaptionBook.parts(of: sentence) else { return sentence }
    return before + name + after
  }

  private static func pick(_ words: [Word], _ share: Double) -> String {
    var rest = share * words.reduce(0) { $0 + $1.weight }
    for word in words {
      rest -= word.weight
      if rest < 0 { return word.text }
    }
    return words.last?.text ?? ""
  }

  /// The text before and after the only `{}`.
  private static func parts(of sentence: String) -> (String, String)? {
    let pieces = sentence.split(separator: "{}", omittingEmptySubsequences: false)
    return pieces.count == 2 ? (String(pieces[0]), String(pieces[1])) : nil
  }
}

/// How images are drawn for contrastive pretraining.
public struct CaptionDraw: Sendable {
  /// The styles to draw from, with equal probability.
  public var styles = Style.allCases
  /// t ~ U(0, severity).
  public var severity = Style.defaultSeverity
  /// Class × style pairs that become clean.
  public var withheld = WithheldPairs.none
  /// The probability of a horizontal flip.
  public var flip = 0.5
  /// The images of a batch are shifted by the same −shift … shift pixels in both directions.
  public var shift = 2
  public var seed: UInt64 = 0

  /// The draws of the small model's pretraining.
  public init() {}
}

/// Images with their captions.
public struct CaptionBatch: Sendable {
  /// Normalized. Shape: [B, channels, S, S].
  public let images: Tensor
  /// The caption of each image.
  public let captions: [String]
  /// The class of each image.
  public let labels: [Int]
  /// The style of each image.
  public let styles: [Style]
  /// Positions in the split.
  public let indices: [Int]
}

extension DataSplit {
  /// The batch of one step of a contrastive pretraining: random images with replacement, flipped and moved,
  /// each in a random style, with a caption each. Depends only on the seed, the step and the index in the batch.
  ///
  /// - Throws: E0519 if the book does not match the classes or the size is not positive; E0520 for a split of
  ///   features; the errors of decoding.
  public func captionBatch(
    _ size: Int, step: Int, preprocess: Preprocess, book: CaptionBook, draw: CaptionDraw
  ) throws -> CaptionBatch {
    try requirePixels("captioned")
    try preprocess.validate()
    guard size >= 1, size <= 1 << 20, count > 0 else {
      throw DataError.mismatch("cannot draw \(size) captioned images from \(count)")
    }
    guard book.names.count == classes.count else {
      throw DataError.mismatch(
        "the captions have \(book.names.count) classes, but the data set has \(classes.count)")
    }
    guard !draw.styles.isEmpty else { throw DataError.noStyles() }
    var shifts = Philox(seed: draw.seed, stream: "caption shift", epoch: step)
    let reach = max(draw.shift, 0)
    let dx = shifts.nextInt(below: 2 * reach + 1) - reach
    let dy = shifts.nextInt(below: 2 * reach + 1) - reach

    let images = try Tensor.zeros([size, preprocess.channels, preprocess.size, preprocess.size])
    var captions = [String](repeating: "", count: size)
    var labels = [Int](repeating: 0, count: size)
    var styles = [Style](repeating: .clean, count: size)
    var indices = [Int](repeating: 0, count: size)
    var generators: [Philox] = []
    generators.reserveCapacity(size)
    var severities = [Float](repeating: 0, count: size)
    var flips = [Bool](repeating: false, count: size)
    for place in 0..<size {
      var random = Philox(seed: draw.seed, stream: "caption batch", epoch: step, index: place)
      let index = random.nextInt(below: count)
      let item = items[index]
      let style = draw.styles[random.nextInt(below: draw.styles.count)]
      severities[place] = random.nextUniform() * draw.severity
      flips[place] = random.nextDouble() < draw.flip
      styles[place] = draw.withheld.contains(label: item.label, style: style) ? .clean : style
      labels[place] = item.label
      indices[place] = index
      captions[place] = book.caption(label: item.label, style: styles[place], random: &random)
      generators.append(random)
    }
    try images.withMutableFloats { floats in
      guard let base = floats.baseAddress, floats.count == size * preprocess.valueCount else { return }
      // - Safety: each task writes the values of its own image, and the caller waits for all of them.
      nonisolated(unsafe) let out = base
      let (styles, severities, flips, generators, indices) = (styles, severities, flips, generators, indices)
      try Parallel.forEach(size) { place in
        var random = generators[place]
        var planes = Planes(try source.image(items[indices[place]].source))
        if flips[place] { planes = planes.flipped() }
        if dx != 0 || dy != 0 { planes = planes.shifted(x: dx, y: dy) }
        planes = styles[place].render(planes, severity: severities[place], random: &random)
        try preprocess.write(planes, to: out + place * preprocess.valueCount)
      }
    }
    return CaptionBatch(images: images, captions: captions, labels: labels, styles: styles, indices: indices)
  }
}
