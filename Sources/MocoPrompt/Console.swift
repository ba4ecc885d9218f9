import CEditline
import MocoLang
import MocoRuntime
import MocoTensor

/// Standard output and error, and the signals, as programs and the prompt use them.
public enum Console {
  /// Called once, before anything is read or printed.
  public static func start() {
    _ = ce_use_utf8()
    ce_buffer_by_line()
    ce_signals_install()
  }

  public static func print(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { ce_print($0.baseAddress, $0.count) }
    }
  }

  public static func flush() { ce_flush() }

  /// Writes to standard error, after what has been printed so far.
  public static func report(_ text: String) {
    ce_flush()
    Terminal.write(text, to: 2)
  }

  public static func report(_ diagnostics: [Diagnostic]) {
    let colour = OutputTraits.detect(descriptor: 2).colour != .none
    for diagnostic in diagnostics { report(diagnostic.render(colour: colour) + "\n") }
  }

  /// Runs work during which ^C stops the program: the first one sets the flag that the machine and the kernels look
  /// at, the third ends the process.
  public static func interruptible<Result>(_ work: () throws -> Result) rethrows -> Result {
    Cancellation.clear()
    ce_signals_watch(Cancellation.flag, nil)
    defer {
      ce_signals_watch(nil, nil)
      Cancellation.clear()
      _ = ce_signals_take()
    }
    return try work()
  }

  /// Lets a session print, draw its progress, and fit what it shows to the terminal.
  public static func connect(_ session: Session) {
    session.interpreter.output = { Console.print($0) }
    session.interpreter.showHelp = { Console.showHelp($0) }
    let traits = OutputTraits.detect()
    session.context.width = traits.width
    session.context.style = traits.displayStyle
    let line = ProgressLine("")
    session.context.onProgress = { progress in
      ce_flush()
      line.update(progress)
    }
    session.context.onEpoch = { text, isLast in
      ce_flush()
      line.epoch(text, isLast: isLast)
    }
    session.context.onProgressEnd = { line.finish() }
  }

  public static func showHelp(_ markdown: String) {
    let traits = OutputTraits.detect()
    let text = MarkdownText.render(markdown, width: min(traits.width, 100), colour: traits.colour != .none)
    Console.print(text + "\n")
  }
}
