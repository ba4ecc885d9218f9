import MocoDocument
import MocoLang
import MocoRuntime
import Testing

/// What the prompt shows of tensors, trainings and templates: everything fits the width.
@Suite struct FittedDisplayTests {
  private func shown(_ program: String, width: Int) throws -> [String] {
    let session = librarySession()
    let result = session.interpreter.run(SourceFile(name: "test", text: program), mode: .cell)
    #expect(result.diagnostics.map(\.message) == [])
    let text = session.interpreter.document(of: result.value, limits: DocumentLimits(width: width)).plain(
      width: width)
    return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  // MARK: Tensors

  @Test func statisticsGoToTheNextLine() throws {
    let program = "tensor([i * 1.5 - 100 for i in 0..<60]).reshape([3, 4, 5])"
    #expect(
      try shown(program, width: 80).first
        == "Tensor [3, 4, 5] float32  min -100.00  mean -55.750  max -11.500")
    #expect(
      try shown(program, width: 60).prefix(2) == [
        "Tensor [3, 4, 5] float32  min -100.00  mean -55.750", "  max -11.500",
      ])
    for width in 20...100 {
      for program in [
        program, "arange(400).reshape([20, 20])", "arange(7)", "arange(3000000000000, 3000000000050)",
        "tensor([1.5e-20, -1.5e-20, 3.25e-11])", "zeros([1, 1, 2, 1, 2])", "tensor([[true, false]])",
      ] {
        #expect(try shown(program, width: width).allSatisfy { $0.count <= width }, "\(program) \(width)")
      }
    }
  }

  @Test func integersStayIntegers() throws {
    #expect(try shown("arange(100)", width: 80).first == "Tensor [100] int64  min 0  mean 49.500  max 99")
  }

  @Test func matricesStandUnderTheirIndex() throws {
    let lines = try shown("arange(24).reshape([2, 2, 2, 3])", width: 60)
    #expect(
      lines.dropFirst() == [
        "[0, 0, :, :]", " [       0        1        2]", " [       3        4        5]", "",
        "[0, 1, :, :]", " [       6        7        8]", " [       9       10       11]", "",
        "[1, 0, :, :]", " [      12       13       14]", " [      15       16       17]", "",
        "[1, 1, :, :]", " [      18       19       20]", " [      21       22       23]",
      ])
    // All 24 rows of four matrices fit.
    let whole = try shown("arange(72).reshape([4, 6, 3])", width: 60)
    #expect(!whole.contains { $0.contains("…") } && whole.contains(" [      69       70       71]"))
    let deep = try shown("arange(120).reshape([2, 3, 4, 5])", width: 60)
    #expect(!deep.contains { $0.contains("…") } && deep.count == 36 && deep.contains("[1, 2, :, :]"))
  }

  @Test func whatIsLongIsLeftOut() throws {
    let lines = try shown("arange(9000).reshape([10, 10, 30, 3])", width: 60)
    #expect(lines.count <= 32)
    #expect(lines.contains("[0, 0, :, :]") && lines.contains("[9, 9, :, :]"))
    #expect(lines.contains("… 97 more") && lines.contains(" …"))
    let flat = try shown("arange(900).reshape([300, 3, 1])", width: 60)
    #expect(flat.count <= 32 && flat.contains("… 294 more"))
  }

  @Test func tensorsInCollectionsFit() throws {
    let program = "{name: \"a\", z: tensor([[-2.0690074, 1.25], [3.5, 4.125]]), list: [zeros([4, 8])]}"
    #expect(
      try shown(program, width: 40) == [
        "{", "  name: \"a\",", "  z: tensor([2, 2] float32),", "  list: [", "    tensor([4, 8] float32)",
        "  ]", "}",
      ])
    // What print writes stays.
    #expect(
      printed("print(tensor([[-2.0690074, 1.25], [3.5, 4.125]]))")
        == "tensor([[-2.0690074, 1.25], [3.5, 4.125]])\n")
  }

  // MARK: Trainings and models

  @Test func theCardOfAModelLosesNoNumbers() throws {
    let lines = try shown("load_clip(\"small\")", width: 40)
    #expect(lines.allSatisfy { $0.count <= 40 })
    #expect(lines.contains("  vision      4 layers, width 128, 4") && lines.contains("              heads"))
    #expect(lines.last?.hasPrefix("  from        ") == true)
  }

  @Test func theCardOfATrainingIsBroken() throws {
    let program = """
      let clip = clip_model({
        embedding: 16, context: 24, merges: 4096, mean: [0.3], std: [0.35]
        text: {width: 16, layers: 1, heads: 2}
        vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
      }, seed: 1)
      let few = dataset("fashion").few_shot(2, seed: 3).train
      let single = coop(clip, classes: few.classes)
      train single on few for 2 steps
      """
    let whole = try shown(program, width: 200)
    #expect(whole.count == 1)
    let lines = try shown(program, width: 40)
    #expect(lines.count > 1 && lines.allSatisfy { $0.count <= 40 })
    // Numbers stay with what they count.
    #expect(lines.contains { $0.contains("2 steps in ") } && lines.last?.hasSuffix(" %") == true)
    #expect(lines.contains { $0.contains("training accuracy ") && $0.hasSuffix(" %") })
  }

  // MARK: Templates

  @Test func groupsHaveAShortForm() throws {
    let lines = try shown("use {eurosat} from templates\neurosat.groups", width: 60)
    #expect(lines.allSatisfy { $0.count <= 60 })
    #expect(lines.contains { $0.hasPrefix("  <group ") && $0.contains(" templates>") })
    #expect(!lines.contains { $0.contains("TemplateGroup") })
    let one =
      "templates ways { group \"plain\" { \"a photo of a {} that is seen from far above\" } }\n[ways[0]]"
    #expect(try shown(one, width: 40) == ["[", "  <group plain: 1 template>", "]"])
    #expect(try shown(one, width: 80) == ["[[\"a photo of a {} that is seen from far above\"]]"])
  }
}
