import MocoBase

/// Fashion-MNIST: 70,000 grey photographs of clothes, 28 × 28, ten classes; in moco with a black border to 32 ×
/// 32.
///
/// Training images 0–54,999 are for pretraining; 55,000–57,499 are the pool for shots, 57,500–59,999 for
/// validation; the 10,000 test images are for the final table only.
/// Source: H. Xiao, K. Rasul, R. Vollgraf, *Fashion-MNIST*, 2017, arXiv 1708.07747. MIT.
public enum FashionMNIST {
  /// The class names, by label.
  public static let classes = [
    "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
  ]

  /// The folder of Debian's package dataset-fashion-mnist.
  public static let packageFolder = "/usr/share/datasets/fashion-mnist"

  static let border = 2
  static let pretrain = 0..<55_000
  static let shots = 55_000..<57_500
  static let validation = 57_500..<60_000

  /// The subset that comes with moco: 64 images per class for shots, 64 for validation, 200 for testing.
  ///
  /// - Parameter folder: `stdlib/data/fashion`.
  /// - Throws: E0501, E0502 if the files are not there or corrupted.
  public static func subset(folder: String) throws -> Dataset {
    try Dataset.idx(
      folder: folder, name: "fashion", classes: classes, border: border,
      origin: "a subset of Fashion-MNIST (Zalando, MIT), shipped with moco")
  }

  /// All 70,000 images, with the further split `pretrain`.
  ///
  /// - Throws: E0501 if the Debian package is not installed; E0502 if its files are corrupted.
  public static func full(folder: String = packageFolder) throws -> Dataset {
    guard FileSystem.kind(folder) == .folder else {
      throw Failure(
        "E0501", "the full Fashion-MNIST data set is not installed (no folder \(folder))",
        help:
          "run apt-get install dataset-fashion-mnist, or use dataset(\"fashion\"), the subset that comes with moco"
      )
    }
    let whole = try Dataset.idx(folder: folder, name: "fashion-full", classes: classes, border: border)
    guard let train = whole.split("train"), let test = whole.split("test"), train.count == 60_000,
      test.count == 10_000
    else {
      throw Failure.corrupt(folder, "expected 60,000 training and 10,000 test images")
    }
    func part(_ name: String, _ range: Range<Int>) -> DataSplit {
      train.with(name: name, items: Array(train.items[range]))
    }
    return Dataset(
      name: "fashion-full", classes: classes,
      splits: [part("train", shots), part("val", validation), test, part("pretrain", pretrain)],
      origin: "Fashion-MNIST (Zalando, MIT) from the package dataset-fashion-mnist")
  }
}
