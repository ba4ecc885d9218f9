import Glibc
import Synchronization

/// The OpenBLAS of this process, loaded with the core that suits the processor.
public enum Blas {
  /// The loaded library, and the reason for its choice.
  package struct Choice: Sendable {
    /// The loaded library; nil if none was found or none computes correctly, so that moco's own loops are
    /// used.
    package var library: BlasLibrary?
    /// The core that OpenBLAS would have chosen, if it is another one.
    package var replaced: String?
    /// Remarks for the user: a variable that could not be used, a missing library.
    package var remarks: [String] = []
  }

  static let choice: Choice = {
    let choice = choose(user: getenv("OPENBLAS_CORETYPE").map { String(cString: $0) }, Processor.current)
    if !choice.remarks.isEmpty { tell(choice.remarks) }
    return choice
  }()

  private static let listener = Mutex<(@Sendable ([String]) -> Void)?>(nil)

  static let library = choice.library

  /// Receives remarks for the user, as sentences: a variable that could not be used (`MOCO_KERNELS` among
  /// them), a missing library. The library is loaded by the first product, on the thread that requests it.
  public static func onRemarks(_ body: @escaping @Sendable ([String]) -> Void) {
    listener.withLock { $0 = body }
  }

  /// Sends a remark to the listener of `onRemarks`.
  static func tell(_ remarks: [String]) { listener.withLock { $0 }?(remarks) }

  /// Loads the library now rather than with the first product.
  public static func load() { _ = choice }

  /// The remarks for `onRemarks`.
  public static var remarks: [String] { choice.remarks }

  /// Version and core: `0.3.21 Zen`; `none` without a library.
  public static var text: String { library.map { "\($0.version) \($0.core)" } ?? "none" }

  /// How the core was chosen: `0.3.21 SkylakeX, instead of its default Prescott`.
  public static var description: String {
    choice.replaced.map { "\(text), instead of its default \($0)" } ?? text
  }

  /// `OPENBLAS_CORETYPE` from the environment takes precedence if the library has that core, the processor runs it,
  /// and its products are correct. Otherwise the library's own choice is used, unless another suits the processor
  /// better.
  package static func choose(
    user: String?, _ processor: Processor, load: (String?) -> BlasLibrary? = BlasLibrary.load
  ) -> Choice {
    var choice = chooseLibrary(user: user, processor, load)
    if let core = choice.library?.core, let better = BlasCore.better(than: core, on: processor).first {
      choice.remarks.append(
        "OpenBLAS uses its core \(core), which does not use all instructions of this processor: "
          + (user?.lowercased() == core.lowercased()
            ? "remove OPENBLAS_CORETYPE from the environment"
            : "install a version that has the core \(better)"))
    }
    return choice
  }

  private static func chooseLibrary(
    user: String?, _ processor: Processor, _ load: (String?) -> BlasLibrary?
  ) -> Choice {
    var choice = Choice()
    if let user, !user.isEmpty, let library = confirmed(user, processor, load, &choice.remarks) {
      choice.library = library
      return choice
    }
    guard let own = load(nil) else {
      choice.remarks.append(
        "OpenBLAS is missing, so matrix products are many times slower: install libopenblas0 (Debian, "
          + "Ubuntu) or openblas (Fedora, Arch)")
      return choice
    }
    let name = own.core
    let better = BlasCore.better(than: name, on: processor)
    if better.isEmpty, own.isRight {
      choice.library = own
      return choice
    }
    own.close()
    for core in better {
      guard let library = load(core) else { continue }
      if library.core == core, library.isRight {
        choice.library = library
        choice.replaced = name
        return choice
      }
      library.close()
    }
    if let library = load(nil) {
      if library.isRight {
        choice.library = library
        return choice
      }
      library.close()
    }
    choice.remarks.append(
      "the installed OpenBLAS computes incorrect products with its core \(name), so moco's own loops are used, which "
        + "are many times slower: install another version, or set OPENBLAS_CORETYPE to a correct core")
    return choice
  }

  private static func confirmed(
    _ user: String, _ processor: Processor, _ load: (String?) -> BlasLibrary?, _ remarks: inout [String]
  ) -> BlasLibrary? {
    let shown = "OPENBLAS_CORETYPE=\(user)"
    guard BlasCore.runs(user, on: processor) else {
      remarks.append(
        BlasCore.level(user) == nil
          ? "\(shown) is ignored: unknown core"
          : "\(shown) is ignored: this processor does not support that core")
      return nil
    }
    guard let library = load(user) else { return nil }
    if library.core.lowercased() != user.lowercased() {
      remarks.append("\(shown) is ignored: OpenBLAS \(library.version) has no such core")
    } else if !library.isRight {
      remarks.append("\(shown) is ignored: OpenBLAS \(library.version) computes incorrect products with it")
    } else {
      return library
    }
    library.close()
    return nil
  }
}
