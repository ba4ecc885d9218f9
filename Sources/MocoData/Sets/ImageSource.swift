import MocoTensor

/// The source of a split's images: memory, files, or a table of features in place of images.
public protocol ImageSource: AnyObject, Sendable {
  var count: Int { get }
  /// The image at `index`, decoded.
  ///
  /// - Throws: E0501, E0502, E0503, E0513 with the file; E0520 if the source contains features only.
  func image(_ index: Int) throws -> Image
  /// The name of the image in messages: a path, or the source's name and a number.
  func label(of index: Int) -> String
  /// Features in place of pixels. Shape: [N, D]. nil for images.
  var featureTable: Tensor? { get }
  /// A digest of the source that is fast to compute: other content gives another key. For files: paths,
  /// sizes and times.
  var contentKey: String { get }
  /// Whether the images may change while the program runs.
  var mayChange: Bool { get }
  /// A digest of each image's content, independent of its location: equal images have equal keys.
  ///
  /// - Throws: as `image`.
  func imageKeys(_ indices: [Int]) throws -> [String]
}

extension ImageSource {
  public var featureTable: Tensor? { nil }
  public var mayChange: Bool { false }
  public func imageKeys(_ indices: [Int]) throws -> [String] { indices.map { "\(contentKey) \($0)" } }
}
