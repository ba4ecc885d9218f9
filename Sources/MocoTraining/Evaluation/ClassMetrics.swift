/// Metrics of each class from a confusion matrix, and the means over classes, as in scikit-learn with
/// `zero_division = 0`.
///
/// A class without images has recall 0, a class that is never predicted has precision 0, and F1 is 0
/// if both are. Classes without images and predictions are excluded from the macro means, those without images
/// from `meanPerClass`.
public struct ClassMetrics: Sendable, Equatable {
  /// Images of each class.
  public let support: [Int]
  /// The share of correct predictions of a class.
  public let precision: [Double]
  /// The share of a class's images that are classified correctly.
  public let recall: [Double]
  /// 2·precision·recall/(precision + recall).
  public let f1: [Double]

  /// Indices of the classes without images.
  public let withoutImages: [Int]
  /// Indices of the classes that are never predicted.
  public let neverPredicted: [Int]

  /// Means over the classes with images or predictions. NaN if there are none.
  public let macroPrecision: Double
  /// Macro-averaged recall, as `macroPrecision`.
  public let macroRecall: Double
  /// Macro-averaged F1, as `macroPrecision`.
  public let macroF1: Double
  /// The mean over all images of their class's F1.
  public let weightedF1: Double
  /// The mean recall of the classes with images: balanced accuracy.
  public let meanPerClass: Double

  /// Indices of the classes that the macro means exclude.
  public var leftOut: [Int] {
    let silent = Set(neverPredicted)
    return withoutImages.filter { silent.contains($0) }
  }

  /// - Parameter confusion: rows: the true class; columns: the prediction. Shape: [C, C].
  init(confusion: [[Int]]) {
    let count = confusion.count
    let support = confusion.map { $0.reduce(0, +) }
    var answers = [Int](repeating: 0, count: count)
    for row in confusion { for (k, n) in row.enumerated() where k < count { answers[k] += n } }
    let right = confusion.enumerated().map { k, row in row.indices.contains(k) ? row[k] : 0 }
    func share(_ part: Int, _ whole: Int) -> Double { whole > 0 ? Double(part) / Double(whole) : 0 }
    let precision = (0..<count).map { share(right[$0], answers[$0]) }
    let recall = (0..<count).map { share(right[$0], support[$0]) }
    let f1 = (0..<count).map { share(2 * right[$0], answers[$0] + support[$0]) }
    func mean(_ values: [Double], over places: [Int]) -> Double {
      places.isEmpty ? .nan : places.reduce(0) { $0 + values[$1] } / Double(places.count)
    }
    let seen = (0..<count).filter { support[$0] + answers[$0] > 0 }
    let total = support.reduce(0, +)
    self.support = support
    self.precision = precision
    self.recall = recall
    self.f1 = f1
    withoutImages = (0..<count).filter { support[$0] == 0 }
    neverPredicted = (0..<count).filter { answers[$0] == 0 }
    macroPrecision = mean(precision, over: seen)
    macroRecall = mean(recall, over: seen)
    macroF1 = mean(f1, over: seen)
    weightedF1 =
      total > 0 ? (0..<count).reduce(0) { $0 + f1[$1] * Double(support[$1]) } / Double(total) : .nan
    meanPerClass = mean(recall, over: (0..<count).filter { support[$0] > 0 })
  }
}
