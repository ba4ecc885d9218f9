import MocoBase
import MocoLang

extension Session {
  /// What all settings of a program are in a run with the session's `--set`, as far as its text says them: of controls
  /// other than `over` what was given. What cannot be set is the run's to refuse.
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
