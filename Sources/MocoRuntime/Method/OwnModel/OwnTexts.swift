import MocoAutograd
import MocoLang
import MocoTensor

/// Identifies the numbers of a tensor without reading them: by its memory and its count of writes. The memory
/// is retained, so that its address is not reused.
struct TensorStamp: Equatable {
  private let storage: Storage
  private let writes: Int
  private let offset: Int
  private let shape: [Int]

  init(_ tensor: Tensor) {
    storage = tensor.storage
    writes = tensor.storage.writes
    offset = tensor.offset
    shape = tensor.shape
  }

  static func == (a: TensorStamp, b: TensorStamp) -> Bool {
    a.storage === b.storage && a.writes == b.writes && a.offset == b.offset && a.shape == b.shape
  }
}

/// The cached results of a model's function for lists of names, valid until a parameter changes.
final class OwnTexts {
  private struct Entry {
    let names: [String]
    let places: [Int]?
    let value: HeldValue
    /// The parameters that it depends on; nil for a value that depends on none and stays valid.
    let stamps: [TensorStamp]?
    /// Its identity when it was cached: a program may write into it.
    let contents: [TensorStamp]

    var isIntact: Bool { contents == value.value.tensorStamps() }
  }

  private var entries: [Entry] = []
  private static let limit = 4

  /// The cached value for these names and parameters.
  func known(_ names: [String], _ places: [Int]?, _ parameters: [Parameter]) -> AnyValue? {
    var stamps: [TensorStamp]?
    for entry in entries where entry.names == names && entry.places == places && entry.isIntact {
      guard let known = entry.stamps else { return entry.value.value }
      let now = stamps ?? parameters.map { TensorStamp($0.variable.value) }
      stamps = now
      if known == now { return entry.value.value }
    }
    return nil
  }

  /// Caches a value: permanently without `parameters`.
  func keep(_ value: AnyValue, _ names: [String], _ places: [Int]?, _ parameters: [Parameter]?) {
    let stamps = parameters.map { $0.map { TensorStamp($0.variable.value) } }
    entries.removeAll { entry in
      (entry.names == names && entry.places == places)
        || (stamps != nil && entry.stamps.map { $0 != stamps } ?? false)
    }
    if entries.count >= OwnTexts.limit { entries.removeFirst() }
    entries.append(
      Entry(
        names: names, places: places, value: HeldValue(value), stamps: stamps, contents: value.tensorStamps())
    )
  }

  func visit(_ visit: (HeldValue) -> Void) { for entry in entries { visit(entry.value) } }
}

extension AnyValue {
  /// The identities of the tensors in a value; for lists and records those of each element.
  fileprivate func tensorStamps(_ depth: Int = 0) -> [TensorStamp] {
    if let tensor: TensorValue = asHost() { return [TensorStamp(tensor.variable.value)] }
    guard depth < 16 else { return [] }
    if let list = asList { return list.flatMap { $0.tensorStamps(depth + 1) } }
    if let record = asRecord { return record.flatMap { $0.value.tensorStamps(depth + 1) } }
    return []
  }

  /// Whether a gradient flows to or through a tensor in a value; for lists and records each element is checked.
  func carriesGradient(_ depth: Int = 0) -> Bool {
    if let tensor: TensorValue = asHost() { return tensor.variable.requiresGrad }
    guard depth < 16 else { return true }
    if let list = asList { return list.contains { $0.carriesGradient(depth + 1) } }
    if let record = asRecord { return record.contains { $0.value.carriesGradient(depth + 1) } }
    return false
  }
}

extension OwnModel {
  /// Whether only the parameters train, so that they alone determine when text features change.
  private var isClosed: Bool {
    let trained = clip.trainableParameters
    if trained.isEmpty { return true }
    let own = Set(parameters.map { ObjectIdentifier($0.variable) })
    return trained.allSatisfy { own.contains(ObjectIdentifier($0.variable)) }
  }

  /// The result of `fixed` for these names.
  ///
  /// - Throws: E0713 for a result that depends on a parameter; errors of the function.
  func fixedValue(_ names: [String]) throws -> AnyValue {
    guard let function = functions.fixed else { return .nil }
    if let known = fixed.known(names, nil, parameters) { return known }
    let value = try function.call([.list(names)], owner: owner)
    guard !value.carriesGradient() else {
      throw function.failure(
        "E0713", "the result of 'fixed' of \(owner) depends on a parameter, which changes in training",
        help: "move it to texts: names => …, which is called again after a parameter has changed")
    }
    // Without recording, it cannot be seen whether the value depends on a parameter.
    fixed.keep(value, names, nil, Autograd.isEnabled ? nil : parameters)
    return value
  }

  /// The result of `texts` for these names: with its gradient if operations are recorded.
  ///
  /// - Throws: E0704 for names without their own parameters if those are needed; errors of the function.
  func textsValue(_ names: [String], _ places: [Int]?, _ fixed: AnyValue) throws -> AnyValue {
    guard let function = functions.texts else { return .nil }
    let places = function.count >= 2 ? try placesRead(names, places) : nil
    let keeps = isClosed
    if keeps, let known = texts.known(names, places, parameters),
      !Autograd.isEnabled || texts.isConstant(names, places)
    {
      return known
    }
    let reads = UnrecordedUses.count
    let value = try function.call([.list(names), places.map { .list($0) } ?? .nil, fixed], owner: owner)
    guard keeps else { return value }
    if !Autograd.isEnabled {
      texts.keep(value, names, places, parameters)
    } else if !value.carriesGradient(), UnrecordedUses.count == reads {
      // It depends on no parameter: it stays valid.
      texts.keep(value, names, places, nil)
    }
    return value
  }
}

extension OwnTexts {
  /// Whether the cached value for these names depends on no parameter.
  fileprivate func isConstant(_ names: [String], _ places: [Int]?) -> Bool {
    entries.contains { $0.stamps == nil && $0.names == names && $0.places == places }
  }
}
