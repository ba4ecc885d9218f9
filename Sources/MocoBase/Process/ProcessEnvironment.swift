import Glibc

/// The environment variables of this process.
public enum ProcessEnvironment {
  /// The value of a variable; nil where it is not set. Bytes that are not UTF-8 are replaced.
  public static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
