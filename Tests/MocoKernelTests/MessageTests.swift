import Foundation
import MocoBase
import MocoKernel
import MocoTestSupport
import Testing

@Suite struct MessageTests {
  private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  /// RFC 4231, test case 2.
  @Test func signaturesAreThoseOfTheStandard() {
    let signer = Signer(key: Self.bytes("Jefe"))
    let right = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    #expect(signer.signature([Self.bytes("what do ya want for nothing?")]) == Self.bytes(right))
    let parts = ["what do ya", " want ", "", "for nothing?"].map(Self.bytes)
    #expect(signer.signature(parts) == Self.bytes(right) && signer.accepts(Self.bytes(right), of: parts))
    #expect(!signer.accepts(Self.bytes(right), of: parts.reversed()))
    #expect(!signer.accepts(Self.bytes(String(right.dropLast())), of: parts))
    #expect(!signer.accepts([], of: parts))
  }

  @Test func withoutAKeyNothingIsSigned() {
    let signer = Signer(key: [])
    #expect(signer.signature([[1]]).isEmpty && signer.accepts(Self.bytes("any"), of: [[1]]))
  }

  private func fault(_ frames: [String]) -> String? {
    do {
      _ = try Message(frames.map(Self.bytes), Signer(key: []))
      return nil
    } catch { return error.text }
  }

  @Test func aMessageKeepsItsHeaderAsItCame() throws {
    let header = "{ \"msg_type\":\"x\",  \"msg_id\":\"1\", \"subshell_id\": null }"
    let frames = ["one", "two", "<IDS|MSG>", "", header, "{\"msg_id\":\"0\"}", "{}", "{}", "buffer"]
    let message = try Message(frames.map(Self.bytes), Signer(key: []))
    #expect(message.route == ["one", "two"].map(Self.bytes) && message.header == Self.bytes(header))
    #expect(message.id == "1" && message.type == "x" && message.parentID == "0")
  }

  @Test func whatIsNoMessageIsRefusedInWords() {
    let head = "{\"msg_id\":\"1\",\"msg_type\":\"x\"}"
    #expect(fault([]) == "it has no delimiter")
    #expect(fault(["", head, "{}", "{}", "{}"]) == "it has no delimiter")
    #expect(fault(["<IDS|MSG>", "", head, "{}"]) == "it has 3 of 5 frames after its delimiter")
    #expect(fault(["<IDS|MSG>", "", "nonsense", "{}", "{}", "{}"]) == "its header is not JSON")
    #expect(fault(["<IDS|MSG>", "", "[]", "{}", "{}", "{}"]) == "its header is an array, not an object")
    #expect(fault(["<IDS|MSG>", "", "{}", "{}", "{}", "{}"]) == "its header has no msg_id and msg_type")
    #expect(
      fault(["<IDS|MSG>", "", head, "3", "{}", "{}"]) == "its parent_header is a number, not an object")
    #expect(fault(["<IDS|MSG>", "", head, "{}", "null", "{}"]) == "its metadata is null, not an object")
    #expect(fault(["<IDS|MSG>", "", head, "{}", "{}", "{\"a\":"]) == "its content is not JSON")
    #expect(
      fault(["<IDS|MSG>", "", head, "{}", "{}", String(repeating: "[", count: 9999)])
        == "its content is not JSON")
  }
}

@Suite struct ConnectionFileTests {
  private func refusal(_ text: String) -> String? {
    do {
      _ = try ConnectionFile(text: Array(text.utf8), name: "k.json")
      return nil
    } catch let failure as Failure { return failure.message } catch { return "\(error)" }
  }

  private let ports: [Channel: Int] = [.shell: 1, .control: 2, .stdin: 3, .iopub: 4, .heartbeat: 65535]

  private func file(_ changes: [(String, Json)] = []) -> String {
    RunningKernel.connectionFile(ports, key: "k", changes)
  }

  @Test func addressPortsAndKeyAreRead() throws {
    let read = try ConnectionFile(text: Array(file().utf8), name: "k.json")
    #expect(read.address == "127.0.0.1" && read.ports == ports && read.key == Array("k".utf8))
    #expect(refusal(file([("key", "")])) == nil && refusal(file([("ip", "localhost")])) == nil)
  }

  @Test func whatThisKernelDoesNotDoIsRefusedInWords() {
    let head = "k.json is not a connection file for this kernel: "
    #expect(refusal(file([("transport", "ipc")])) == head + "its transport is \"ipc\"")
    #expect(
      refusal(file([("signature_scheme", "hmac-md5")])) == head + "its signature_scheme is \"hmac-md5\"")
    #expect(refusal(file([("shell_port", 0)])) == head + "its shell_port is 0")
    #expect(refusal(file([("hb_port", 70_000)])) == head + "its hb_port is 70000")
    #expect(refusal(file([("iopub_port", "4")])) == head + "it has no iopub_port")
    #expect(refusal(file([("ip", 3)])) == head + "it has no ip")
    #expect(refusal(file([("key", 3)])) == head + "its key is not a string")
    #expect(
      refusal(file([("curve_publickey", "abc")])) == head
        + "it requests encryption by CURVE, which is not supported")
    #expect(refusal("[]") == head + "it is an array")
    #expect(refusal("{\"ip\":")?.hasPrefix(head) == true)
  }

  @Test func aFileThatIsNotThereIsAnErrorOfTheCommand() throws {
    let ran = try moco(["kernel", "/nowhere/kernel.json"])
    #expect(ran.status == 70 && ran.errors.contains("E0501"), "\(ran)")
    let folder = try TemporaryFolder()
    try folder.write(file([("transport", "ipc")]), to: "k.json")
    let refused = try moco(["kernel", folder.path + "/k.json"])
    #expect(refused.status == 70 && refused.errors.contains("its transport is \"ipc\""), "\(refused)")
  }

  @Test func anAddressThatIsNotThisMachinesIsAnErrorOfTheCommand() throws {
    let folder = try TemporaryFolder()
    for (address, message) in [("no.such.host.invalid", "cannot resolve"), ("192.0.2.1", "cannot be used")] {
      let text = RunningKernel.connectionFile(
        try RunningKernel.freePorts(), key: "k", [("ip", .string(address))])
      try folder.write(text, to: "k.json")
      let ran = try moco(["kernel", folder.path + "/k.json"])
      #expect(ran.status == 70 && ran.errors.contains(message), "\(ran)")
    }
  }

  @Test func aPortThatIsTakenIsAnErrorOfTheCommand() throws {
    let kernel = try RunningKernel()
    let second = try moco(["kernel", kernel.file])
    #expect(second.status == 70 && second.errors.contains("cannot be used"), "\(second)")
    #expect(try kernel.client().run("1 + 1").result == "2")
  }
}
