import MocoAutograd
import MocoLang
import MocoTensor

/// Which numbers a tensor holds, without a look at them: its memory, and how often that was written to. The memory
/// is held, so that no other comes to lie where it was.
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

/// What a model's function has given for lists of names, until a parameter changes.
final class OwnTexts {
  private struct Entry {
    let names: [String]
    let places: [Int]?
    let value: HeldValue
    /// The parameters that it came from; nil for what comes from none and stays.
    let stamps: [TensorStamp]?
    /// What it was when it was kept: a program may write into it.
    let contents: [TensorStamp]

    var isIntact: Bool { contents == value.value.tensorStamps() }
  }

  private var entries: [Entry] = []
  private static let limit = 4

  /// What is known for these names under these parameters.
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

  /// Keeps a value: for good without `parameters`.
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
  /// Which numbers the tensors in it hold, of lists and records those of each element.
  fileprivate func tensorStamps(_ depth: Int = 0) -> [TensorStamp] {
    if let tensor: TensorValue = asHost() { return [TensorStamp(tensor.variable.value)] }
    guard depth < 16 else { return [] }
    if let list = asList { return list.flatMap { $0.tensorStamps(depth + 1) } }
    if let record = asRecord { return record.flatMap { $0.value.tensorStamps(depth + 1) } }
    return []
  }

  /// Whether a gradient flows to or through a tensor in it; of lists and records each element is looked at.
  func carriesGradient(_ depth: Int = 0) -> Bool {
    if let tensor: TensorValue = asHost() { return tensor.variable.requiresGrad }
    guard depth < 16 else { return true }
    if let list = asList { return list.contains { $0.carriesGradient(depth + 1) } }
    if let record = asRecord { return record.contains { $0.value.carriesGradient(depth + 1) } }
    return false
  }
}

extension OwnModel {
  /// Whether nothing trains that is none of the parameters, so that these alone say when text features change.
  private var isClosed: Bool {
    let trained = clip.trainableParameters
    if trained.isEmpty { return true }
    let own = Set(parameters.map { ObjectIdentifier($0.variable) })
    return trained.allSatisfy { own.contains(ObjectIdentifier($0.variable)) }
  }

  /// What never changes, for these names.
  ///
  /// - Throws: E0713 for what depends on a parameter; what the function throws.
  func fixedValue(_ names: [String]) throws -> AnyValue {
    guard let function = functions.fixed else { return .nil }
    if let known = fixed.known(names, nil, parameters) { return known }
    let value = try function.call([.list(names)], owner: owner)
    guard !value.carriesGradient() else {
      throw function.failure(
        "E0713", "'fixed' of \(owner) gives what depends on a parameter, which changes in training",
        help: "move that to texts: names => …, which is called again when a parameter has changed")
    }
    // Where nothing is recorded it does not show whether a parameter is in it.
    fixed.keep(value, names, nil, Autograd.isEnabled ? nil : parameters)
    return value
  }

  /// What depends on parameters alone, for these names: with its gradient where operations are recorded.
  ///
  /// - Throws: E0704 for names that have nothing of their own where that is needed; what the function throws.
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
      // Nothing of a parameter is in it: it stays as it is.
      texts.keep(value, names, places, nil)
    }
    return value
  }
}

extension OwnTexts {
  /// Whether what is known for these names comes from no parameter.
  fileprivate func isConstant(_ names: [String], _ places: [Int]?) -> Bool {
    entries.contains { $0.stamps == nil && $0.names == names && $0.places == places }
  }
}
