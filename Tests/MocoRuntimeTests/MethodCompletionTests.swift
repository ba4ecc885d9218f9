import MocoLang
import MocoMethods
import MocoRuntime
import MocoSession
import Testing

/// Completion offers every method's options and members from its descriptor, without running anything.
@Suite struct MethodCompletionTests {
  private func candidates(_ text: String, in session: Runtime) -> [String] {
    let completer = Completer(
      interpreter: session.interpreter, library: StandardLibrary(root: MocoProcess.root + "/stdlib"),
      moduleNames: { _ in [] })
    return completer.completion(text, cursor: text.unicodeScalars.count).texts
  }

  @Test(arguments: Methods.all.map(\.kind)) func optionsAndMembersAreOffered(_ kind: String) throws {
    let method = try #require(Methods[kind])
    let session = Runtime(options: RuntimeOptions())
    let name = method.function.name
    for option in method.function.options {
      let found = candidates("\(name)(\(option.name.prefix(2))", in: session)
      #expect(found.contains { $0.hasPrefix(option.name) }, "\(name) \(option.name): \(found)")
    }
    for member in method.fields.map(\.name) + ["predict", "classes"] {
      let found = candidates("\(name)(clip).\(member.prefix(2))", in: session)
      #expect(found.contains { $0.hasPrefix(member) } || member.count < 3, "\(name) \(member): \(found)")
    }
  }
}
