import MocoBase
import MocoMethods
import MocoTensor

// B images, C classes.

/// What logits tell beyond the answer: how far down the right class stands, and how well the softmax of the
/// logits, as the model gives them, knows what it does not know.
public struct Confidence: Sendable, Equatable {
  /// The number of equal parts of 0 … 1 by which the expected calibration error (ECE) is measured.
  public static let binCount = 15

  /// Images whose confidence falls into one of the equal parts of 0…1.
  public struct Bin: Sendable, Equatable {
    public fileprivate(set) var count = 0
    public fileprivate(set) var correct = 0
    fileprivate var sum = 0.0

    /// The mean largest probability; NaN without images.
    public var confidence: Double { count > 0 ? sum / Double(count) : .nan }
    /// 0…1; NaN without images.
    public var accuracy: Double { count > 0 ? Double(correct) / Double(count) : .nan }
  }

  /// Images in all.
  public private(set) var count = 0
  /// Bin m of 15 holds confidences above m/15, up to and with (m + 1)/15; 0 is in the first.
  public private(set) var bins = [Bin](repeating: Bin(), count: binCount)
  /// At r: images whose right class has r others before it.
  private var ranks: [Int]
  private var losses = 0.0

  init(classes: Int) { ranks = [Int](repeating: 0, count: max(classes, 0)) }

  /// Expected calibration error (Guo et al. 2017): Σ over bins of their share of the images times the distance
  /// of the bin's accuracy and its mean confidence. 0…1; NaN without images.
  public var calibrationError: Double {
    guard count > 0 else { return .nan }
    return bins.reduce(0) { sum, bin in
      guard bin.count > 0 else { return sum }
      return sum + Double(bin.count) / Double(count) * abs(bin.accuracy - bin.confidence)
    }
  }

  /// The mean of −log of the right class's probability; infinite where one of them is 0.
  public var negativeLogLikelihood: Double { count > 0 ? losses / Double(count) : .nan }

  /// The share of images whose right class is among the k largest logits; of equal logits the first counts
  /// first, as for the answer. 0…1; 1 from C on.
  public func top(_ k: Int) -> Double {
    guard count > 0 else { return .nan }
    return Double(ranks.prefix(max(k, 0)).reduce(0, +)) / Double(count)
  }

  /// - Parameters:
  ///   - logits: Shape: [B, C], row after row.
  ///   - answers: the place of each row's largest logit.
  mutating func add(_ logits: [Float], labels: [Int], answers: [Int]) {
    let width = ranks.count
    let rows = min(labels.count, answers.count)
    guard width > 0, logits.count == rows * width else { return }
    let logarithms = [Float](unsafeUninitializedCapacity: logits.count) { out, size in
      logits.withUnsafeBufferPointer { values in
        if let from = values.baseAddress, let to = out.baseAddress {
          Kernels.logSoftmax(from, to, rows: rows, width: width)
        }
      }
      size = logits.count
    }
    for row in 0..<rows {
      let start = row * width
      let label = labels[row]
      guard label >= 0, label < width, answers[row] >= 0, answers[row] < width else { continue }
      let own = logits[start + label]
      var before = 0
      for c in 0..<width where logits[start + c] > own || (logits[start + c] == own && c < label) {
        before += 1
      }
      ranks[before] += 1
      losses -= Double(logarithms[start + label])
      let confidence = min(ExactMath.exp(Double(logarithms[start + answers[row]])), 1)
      // Comparisons are false for what is not a number.
      let place = confidence > 0 ? Int((confidence * Double(Confidence.binCount)).rounded(.up)) - 1 : 0
      let bin = min(max(place, 0), Confidence.binCount - 1)
      bins[bin].count += 1
      bins[bin].sum += confidence
      if answers[row] == label { bins[bin].correct += 1 }
      count += 1
    }
  }
}
