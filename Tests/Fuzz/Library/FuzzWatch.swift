import CThreads
import Foundation
import MocoLang
import Synchronization

/// Stops a program that runs for long, through the flag that ^C uses; a program that does not use the flag
/// is a hang, and ends the process with a word about it.
///
/// - Safety: what both threads use is atomic.
final class FuzzWatch: @unchecked Sendable {
  let flag: UnsafeMutablePointer<Int32>
  /// Nanoseconds at which the program began; 0 between programs.
  private let began = Atomic<UInt64>(0)
  private let usual: Double
  /// After so many nanoseconds the program that runs is interrupted.
  private let limit = Atomic<UInt64>(0)
  private let patience: Double

  /// - Parameters:
  ///   - seconds: after them a program is interrupted.
  ///   - patience: after them it should have used that.
  init(flag: UnsafeMutablePointer<Int32>, seconds: Double, patience: Double) {
    self.flag = flag
    usual = seconds
    self.patience = patience
    Thread.detachNewThread { [self] in
      while true {
        usleep(25_000)
        let start = began.load(ordering: .acquiring)
        guard start != 0 else { continue }
        let elapsed = Double(DispatchTime.now().uptimeNanoseconds &- start) / 1e9
        if elapsed * 1e9 > Double(limit.load(ordering: .relaxed)) { moco_cancel_set(self.flag, 1) }
        if elapsed > patience {
          FileHandle.standardError.write(Data("a program runs on although it was interrupted\n".utf8))
          abort()
        }
      }
    }
  }

  /// - Parameter seconds: after them the program is interrupted; nil for as many as usual.
  func watch<Result>(seconds: Double? = nil, _ body: () throws -> Result) rethrows -> Result {
    moco_cancel_set(flag, 0)
    limit.store(UInt64(max(0, seconds ?? usual) * 1e9), ordering: .relaxed)
    began.store(DispatchTime.now().uptimeNanoseconds, ordering: .releasing)
    defer {
      began.store(0, ordering: .releasing)
      moco_cancel_set(flag, 0)
    }
    return try body()
  }
}
