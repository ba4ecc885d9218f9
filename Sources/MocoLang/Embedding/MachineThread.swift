// A thread with a given stack size, for the duration of one run.

import Glibc
import MocoBase

enum MachineThread {
  private final class Work {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }

  /// Runs the body on a new thread and waits for it, or on this one if no thread can be started. Requests to
  /// stop this thread also stop the new one.
  static func run(stackSize: Int, _ body: () -> Void) {
    withoutActuallyEscaping(body) { body in
      var attributes = pthread_attr_t()
      var thread = pthread_t()
      pthread_attr_init(&attributes)
      defer { pthread_attr_destroy(&attributes) }
      guard pthread_attr_setstacksize(&attributes, stackSize) == 0 else { return body() }
      let flag = Cancellation.flag
      let work = Unmanaged.passRetained(Work { Cancellation.polling(flag, body) })
      let status = pthread_create(
        &thread, &attributes,
        { raw in
          guard let raw else { return nil }
          Unmanaged<Work>.fromOpaque(raw).takeRetainedValue().body()
          return nil
        }, work.toOpaque())
      guard status == 0 else {
        work.release()
        return body()
      }
      pthread_join(thread, nil)
    }
  }
}

extension Interpreter {
  /// Runs a body on the thread that runs programs: directly if this is that thread, otherwise on a new one.
  func onMachineThread<Result>(_ body: () -> Result) -> Result? {
    let state = machine.state
    if state.pointee.nativeLimit != 0, pthread_equal(machine.runningThread, pthread_self()) != 0 {
      return body()
    }
    var result: Result?
    let size = max(1 << 20, options.stackSize)
    MachineThread.run(stackSize: size) {
      var here: UInt8 = 0
      let top = withUnsafeMutablePointer(to: &here) { UInt(bitPattern: $0) }
      // A quarter (at most a few MB) is reserved for native functions below the last check.
      state.pointee.nativeLimit = top - UInt(size) + UInt(min(size / 4, 8 << 20))
      machine.runningThread = pthread_self()
      result = body()
      state.pointee.nativeLimit = 0
    }
    return result
  }
}
