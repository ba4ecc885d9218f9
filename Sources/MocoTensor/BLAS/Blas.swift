import Glibc
import Synchronization

/// The OpenBLAS of this process, loaded with the core that suits the processor.
public enum Blas {
  /// What was loaded, and why.
  package struct Choice: Sendable {
    /// The loaded library; nil where none was found or none computes right, so that moco's own loops are
    /// used.
    package var library: BlasLibrary?
    /// What OpenBLAS would have chosen, where that is another core.
    package var replaced: String?
    /// What a user should know: a variable that could not be used, a library that is missing.
    package var remarks: [String] = []
  }

  static let choice: Choice = {
    let choice = choose(user: getenv("OPENBLAS_CORETYPE").map { String(cString: $0) }, Processor.current)
    if !choice.remarks.isEmpty { tell(choice.remarks) }
    return choice
  }()

  private static let listener = Mutex<(@Sendable ([String]) -> Void)?>(nil)

  static let library = choice.library

  /// Who is told what a user should know, as sentences: a variable that could not be used, `MOCO_KERNELS` among
  /// them, a library that is missing. The library is loaded by the first product, on the thread that asks for it.
  public static func onRemarks(_ body: @escaping @Sendable ([String]) -> Void) {
    listener.withLock { $0 = body }
  }

  /// Says something to whoever `onRemarks` has named.
  static func tell(_ remarks: [String]) { listener.withLock { $0 }?(remarks) }

  /// Loads the library now rather than with the first product.
  public static func load() { _ = choice }

  /// What `onRemarks` is told.
  public static var remarks: [String] { choice.remarks }

  /// Version and core: `0.3.21 Zen`; `none` without a library.
  public static var text: String { library.map { "\($0.version) \($0.core)" } ?? "none" }

  /// How the core came about: `0.3.21 SkylakeX, in place of its own choice Prescott`.
  public static var description: String {
    choice.replaced.map { "\(text), in place of its own choice \($0)" } ?? text
  }

  /// A user's own `OPENBLAS_CORETYPE` wins where the library has that core, the processor runs it, and its
  /// products are right. Otherwise the library's own choice stands, unless another suits the processor better.
  package static func choose(
    user: String?, _ processor: Processor, load: (String?) -> BlasLibrary? = BlasLibrary.load
  ) -> Choice {
    var choice = chooseLibrary(user: user, processor, load)
    if let core = choice.library?.core, let better = BlasCore.better(than: core, on: processor).first {
      choice.remarks.append(
        "OpenBLAS computes with its core \(core), which leaves much of this processor unused: "
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
        "OpenBLAS is missing, so matrix products are computed many times slower: install libopenblas0 (Debian, "
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
      "the installed OpenBLAS computes wrong products with its core \(name), so moco's own loops are used, which "
        + "are many times slower: install another version, or set OPENBLAS_CORETYPE to a core that is right")
    return choice
  }

  private static func confirmed(
    _ user: String, _ processor: Processor, _ load: (String?) -> BlasLibrary?, _ remarks: inout [String]
  ) -> BlasLibrary? {
    let shown = "OPENBLAS_CORETYPE=\(user)"
    guard BlasCore.runs(user, on: processor) else {
      remarks.append(
        BlasCore.level(user) == nil
          ? "\(shown) is ignored: no core of this name is known here"
          : "\(shown) is ignored: this processor does not have what that core needs")
      return nil
    }
    guard let library = load(user) else { return nil }
    if library.core.lowercased() != user.lowercased() {
      remarks.append("\(shown) is ignored: OpenBLAS \(library.version) has no such core")
    } else if !library.isRight {
      remarks.append("\(shown) is ignored: OpenBLAS \(library.version) computes wrong products with it")
    } else {
      return library
    }
    library.close()
    return nil
  }
}
