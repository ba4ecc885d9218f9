import MocoBase
import MocoLang

extension Arguments {
  /// Marks an argument as the cause of an error from a layer below, if the error names none itself.
  func placed<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as Failure where error.argument == nil {
      throw failure(error.code, error.message, at: name, help: error.help)
    }
  }
}
