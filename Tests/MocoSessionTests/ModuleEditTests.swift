import MocoSession
import MocoTestSupport
import Testing

/// Modules edited beside a running session.
@Suite struct ModuleEditTests {
  @Test func editedModulesAreReadAgain() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/common.moco"
    try folder.write("let n = 1\nfunc f(x) { x * n }\n", to: "common.moco")
    let typed = Typed()
    typed.enter("use {f} from \"\(path)\"")
    #expect(typed.enter("f(10)") == "10\n")
    try folder.write("let n = 2\nfunc f(x) { x * n }\n", to: "common.moco")
    #expect(typed.enter("f(10)") == "reloaded \(path)\n20\n")
    try folder.write("let n = (", to: "common.moco")
    let broken = typed.enter("f(11)")
    #expect(broken.contains("error[E0106]") && broken.hasSuffix("\(path) is not changed\n22\n"), "\(broken)")
    // Said once.
    #expect(typed.enter("f(12)") == "24\n")
    _ = try run("/bin/rm", [path])
    #expect(typed.enter("f(13)") == "\(path) no longer exists; the loaded version is kept\n26\n")
    #expect(typed.enter("f(14)") == "28\n")
  }

  @Test func modulesAreReloadedByName() throws {
    let folder = try TemporaryFolder()
    try folder.write("use {n} from \"./inner.moco\"\nfunc f(x) { x * n }\n", to: "common.moco")
    try folder.write("let n = 3\n", to: "inner.moco")
    let typed = Typed()
    #expect(typed.enter("%reload") == "no module from your own files is in use\n")
    typed.enter("use \"\(folder.path)/common.moco\" as m")
    try folder.write("let n = 4\n", to: "inner.moco")
    let renewed = typed.enter("m.f(10)")
    #expect(renewed.contains("inner.moco\n") && renewed.hasSuffix("common.moco\n40\n"), "\(renewed)")
    #expect(typed.enter("%reload comon").contains("did you mean common?"))
    #expect(typed.enter("%reload common") == "reloaded \(folder.path)/common.moco\n")
  }
}
