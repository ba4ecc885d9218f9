import MocoAutograd
import MocoBase
import MocoCLIP
import MocoMethods
import MocoTensor
import MocoTestSupport
import Testing

@Suite struct SoftPromptTests {
  @Test func rowsAreTokensNotWords() throws {
    let clip = try TinyCLIP.make()
    let prompts = try SoftPrompts(
      clip: clip,
      groups: [
        TemplateGroup(name: "close-up", ["a close-up photo of the {}."]),
        TemplateGroup(name: "texture", ["{} texture."]),
        TemplateGroup(name: "flower", ["art of the {}, a type of flower."]),
      ])
    let tokens = try clip.tokenizer.encode("a close-up photo of the")
    #expect(tokens.count == 7)
    #expect(prompts.experts[0].beforeRows == 0..<7)
    #expect(prompts.experts[0].afterRows.isEmpty)
    #expect(prompts.experts[1].beforeRows.isEmpty)
    #expect(prompts.experts[1].afterRows.count == (try clip.tokenizer.encode("texture").count))
    #expect(prompts.experts[2].afterRows.count == (try clip.tokenizer.encode(", a type of flower").count))
    #expect(
      prompts.parameters.map(\.name) == ["ctx_before_0", "ctx_after_1", "ctx_before_2", "ctx_after_2"])
  }

  /// As the templates write them, without the spaces between tokens and the final full stop.
  @Test func sentencesAreShownAsWritten() throws {
    let prompts = try SoftPrompts(
      clip: try TinyCLIP.make(),
      groups: [
        TemplateGroup(name: "close-up", ["a close-up photo of the {}."]),
        TemplateGroup(name: "texture", ["{} texture."]),
        TemplateGroup(name: "flower", ["It's art of the {}, a type of flower", "a {}."]),
        TemplateGroup(name: "alone", ["{}"]),
      ])
    #expect(
      prompts.experts.map(\.sentence)
        == ["a close-up photo of the {}", "{} texture", "It's art of the {}, a type of flower", "{}"])
  }

  @Test func rowsBeginAsTokenEmbeddings() throws {
    let clip = try TinyCLIP.make()
    let prompts = try SoftPrompts(clip: clip, groups: TinyCLIP.groups().groups)
    let ids = try clip.tokenizer.encode("a photo of a")
    let table = try clip.parameter("token_embedding.weight").value.toFloats()
    let expected = ids.flatMap { table[($0 * 16)..<($0 * 16 + 16)] }
    #expect(try prompts.experts[0].before.value.toFloats() == expected)
  }

  @Test func theMeanIsPositionByPosition() throws {
    let clip = try TinyCLIP.make()
    let prompts = try SoftPrompts(clip: clip, groups: TinyCLIP.groups().groups, start: .mean)
    let a = try clip.tokenizer.encode("a photo of a")
    let b = try clip.tokenizer.encode("a photo of the")
    let table = try clip.parameter("token_embedding.weight").value.toFloats()
    let rows = try prompts.experts[0].before.value.toFloats()
    #expect(rows.count == a.count * 16)
    for i in 0..<16 {
      #expect(rows[i] == (table[a[0] * 16 + i] + table[b[0] * 16 + i]) / 2)
      #expect(abs(rows[3 * 16 + i] - (table[a[3] * 16 + i] + table[b[3] * 16 + i]) / 2) < 1e-6)
    }
  }

  /// A soft prompt that has not moved says what its words say.
  @Test func unmovedPromptsEqualTheirSentences() throws {
    let clip = try TinyCLIP.make()
    let prompts = try SoftPrompts(clip: clip, groups: TinyCLIP.groups().groups)
    let features = try prompts.encode(TinyCLIP.classes).value
    #expect(features.shape == [3, 4, 12])
    for (g, sentence) in ["a photo of a {}", "{} texture", "art of a {}, a type of flower"].enumerated() {
      for (c, name) in TinyCLIP.classes.enumerated() {
        let ids = try clip.tokenizer.encode(Template(sentence).filled(with: name))
        let keys: [PromptKey] =
          [.token(clip.config.startToken)] + ids.map { .token($0) } + [.token(clip.config.endToken)]
        let hard = try clip.encodeText([keys], soft: nil).value.toFloats()
        let soft = try features.toFloats()[((g * 4 + c) * 12)..<((g * 4 + c + 1) * 12)]
        for (x, y) in zip(hard, soft) { #expect(abs(x - y) < 1e-5) }
      }
    }
  }

  @Test func nearestWordsOfUnmovedRowsAreTheirWords() throws {
    let clip = try TinyCLIP.make()
    let prompts = try SoftPrompts(clip: clip, groups: TinyCLIP.groups().groups)
    let near = try prompts.nearestWords(expert: 0, count: 2)
    #expect(near.map { $0.candidates[0].word.filter { $0 != " " } } == ["a", "photo", "of", "a"])
    #expect(near.allSatisfy { $0.candidates[0].distance == 0 && $0.candidates.count == 2 })
    #expect(near[1].place == "ctx_before_0[1]")
  }

  @Test func namesThatCannotBeRead() throws {
    let clip = try TinyCLIP.make(context: 10)
    let prompts = try SoftPrompts(clip: clip, groups: TinyCLIP.groups().groups)
    #expect { try prompts.encode([" "]) } throws: { ($0 as? Failure)?.code == "E0604" }
    #expect { try prompts.encode(["a very long name of a class"]) } throws: {
      ($0 as? Failure)?.code == "E0603"
    }
    #expect { try prompts.encode([]) } throws: { ($0 as? Failure)?.code == "E0703" }
    // Two classes may have one name; their prompts are the same.
    let wider = try SoftPrompts(clip: TinyCLIP.make(context: 16), groups: TinyCLIP.groups().groups)
    let twins = try wider.encode(["cat", "cat"]).value
    let width = try #require(twins.shape.last)
    #expect(twins.shape[1] == 2)
    #expect(try twins.toFloats().prefix(width) == twins.toFloats().dropFirst(width).prefix(width))
  }
}
