import Foundation
import MocoLang

/// Stops a program that runs for long, through the flag that ^C uses; a program that does not heed the flag
/// is a hang, and ends the process with a word about it.
///
/// - Safety: each word is written by one thread; one that is read too early only delays the stop.
final class FuzzWatch: @unchecked Sendable {
  let flag: UnsafeMutablePointer<Int32>
  /// Nanoseconds at which the program began; 0 between programs. Written by one thread, read by the other.
  private let began: UnsafeMutablePointer<UInt64>
  private let usual: Double
  /// After so many seconds the program that runs is interrupted; as `began`.
  private let limit: UnsafeMutablePointer<Double>
  private let patience: Double

  /// - Parameters:
  ///   - seconds: after them a program is interrupted.
  ///   - patience: after them it should have heeded that.
  init(flag: UnsafeMutablePointer<Int32>, seconds: Double, patience: Double) {
    self.flag = flag
    usual = seconds
    self.patience = patience
    limit = .allocate(capacity: 1)
    limit.initialize(to: seconds)
    began = .allocate(capacity: 1)
    began.initialize(to: 0)
    Thread.detachNewThread { [self] in
      while true {
        usleep(25_000)
        let start = began.pointee
        guard start != 0 else { continue }
        let elapsed = Double(DispatchTime.now().uptimeNanoseconds &- start) / 1e9
        if elapsed > limit.pointee { self.flag.pointee = 1 }
        if elapsed > patience {
          FileHandle.standardError.write(Data("a program runs on although it was interrupted\n".utf8))
          abort()
        }
      }
    }
  }

  /// - Parameter seconds: after them the program is interrupted; nil for as many as usual.
  func watch<Result>(seconds: Double? = nil, _ body: () throws -> Result) rethrows -> Result {
    flag.pointee = 0
    limit.pointee = seconds ?? usual
    began.pointee = DispatchTime.now().uptimeNanoseconds
    defer {
      began.pointee = 0
      flag.pointee = 0
    }
    return try body()
  }
}
