import MocoBase
import MocoLang

extension Session {
  /// The values of all settings of a program in a run with the session's `--set`, as far as its text shows them:
  /// for controls other than `over` the given value. Invalid settings are rejected by the run.
  package func settings(of program: CheckedProgram) -> JsonObject {
    var given: [String: String] = [:]
    for (name, text) in options.runtime.overrides { given[name] = text }
    var all = JsonObject()
    var above: [String: SettingValue] = [:]
    for setting in (try? program.parsed.program.settings(checkContext())) ?? [] {
      let usual = (try? setting.usual(above)) ?? nil
      guard let value = given[setting.name].map({ try? setting.value($0, interpreter.dialect) }) ?? usual
      else { continue }
      all[setting.name] = value.json
      above[setting.name] = value
    }
    return all
  }
}
