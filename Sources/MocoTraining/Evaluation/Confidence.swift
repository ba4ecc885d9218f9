import MocoBase
import MocoMethods
import MocoTensor

// B images, C classes.

/// Metrics of logits beyond the prediction: the rank of the correct class, and the calibration of the softmax of the
/// logits.
public struct Confidence: Sendable, Equatable {
  /// The number of bins of the expected calibration error (ECE).
  public static let binCount = 15

  /// Images with a confidence in one of the bins of 0…1.
  public struct Bin: Sendable, Equatable {
    public fileprivate(set) var count = 0
    public fileprivate(set) var correct = 0
    fileprivate var sum = 0.0

    /// The mean largest probability; NaN without images.
    public var confidence: Double { count > 0 ? sum / Double(count) : .nan }
    /// 0…1; NaN without images.
    public var accuracy: Double { count > 0 ? Double(correct) / Double(count) : .nan }
  }

  /// Total number of images.
  public private(set) var count = 0
  /// Bin m of 15 contains confidences above m/15, up to and including (m + 1)/15; 0 is in the first.
  public private(set) var bins = [Bin](repeating: Bin(), count: binCount)
  /// At r: the number of images with r classes ranked before the correct one.
  private var ranks: [Int]
  private var losses = 0.0

  init(classes: Int) { ranks = [Int](repeating: 0, count: max(classes, 0)) }

  /// Expected calibration error (Guo et al. 2017): Σ over bins of their share of the images times the difference
  /// between the bin's accuracy and its mean confidence. 0…1; NaN without images.
  public var calibrationError: Double {
    guard count > 0 else { return .nan }
    return bins.reduce(0) { sum, bin in
      guard bin.count > 0 else { return sum }
      return sum + Double(bin.count) / Double(count) * abs(bin.accuracy - bin.confidence)
    }
  }

  /// The mean of −log of the probability of the correct class; infinite if one of them is 0.
  public var negativeLogLikelihood: Double { count > 0 ? losses / Double(count) : .nan }

  /// The share of images with the correct class among the k largest logits; for equal logits the first counts
  /// first, as for the prediction. 0…1; 1 from C on.
  public func top(_ k: Int) -> Double {
    guard count > 0 else { return .nan }
    return Double(ranks.prefix(max(k, 0)).reduce(0, +)) / Double(count)
  }

  /// - Parameters:
  ///   - logits: Shape: [B, C], row after row.
  ///   - answers: the index of each row's largest logit.
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
      // Comparisons with NaN are false.
      let place = confidence > 0 ? Int((confidence * Double(Confidence.binCount)).rounded(.up)) - 1 : 0
      let bin = min(max(place, 0), Confidence.binCount - 1)
      bins[bin].count += 1
      bins[bin].sum += confidence
      if answers[row] == label { bins[bin].correct += 1 }
      count += 1
    }
  }
}
