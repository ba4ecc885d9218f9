import MocoBase
import MocoMethods
import MocoTestSupport
import Testing

@Suite struct TemplateTests {
  @Test func splitsAtTheHole() throws {
    let template = try Template("a photo of a {}, a type of flower.")
    #expect(template.before == "a photo of a ")
    #expect(template.after == ", a type of flower.")
    #expect(template.afterWithoutStop == ", a type of flower")
    #expect(template.filled(with: "english_marigold") == "a photo of a english marigold, a type of flower.")
  }

  @Test func theFullStopGoesAndNothingElse() throws {
    #expect(try Template("{}.").afterWithoutStop == "")
    #expect(try Template("{}").afterWithoutStop == "")
    #expect(try Template("{}...").afterWithoutStop == "...")
    #expect(try Template("{} texture. ").afterWithoutStop == " texture")
    #expect(try Template("{}!").afterWithoutStop == "!")
  }

  @Test(arguments: ["a photo.", "", "{} and {}", "{", "{ }", "{}{}"])
  func refusesOtherThanOneHole(_ text: String) {
    #expect { try Template(text) } throws: { ($0 as? Failure)?.code == "E0701" }
  }

  @Test func holesInBracesCountOnce() throws {
    let template = try Template("{{}}")
    #expect(template.filled(with: "x") == "{x}")
  }

  @Test func groupsNeedTemplatesAndNames() throws {
    #expect { try TemplateGroup(name: "none", []) } throws: { ($0 as? Failure)?.code == "E0703" }
    #expect { try TemplateSet(name: "none", groups: []) } throws: { ($0 as? Failure)?.code == "E0703" }
    let group = try TemplateGroup(name: "a", ["{}"])
    #expect { try TemplateSet(name: "twice", groups: [group, group]) } throws: {
      ($0 as? Failure)?.code == "E0703"
    }
  }

  @Test func setsListTheirTemplates() throws {
    let set = try TinyCLIP.groups()
    #expect(set.templates.count == 5)
    #expect(set.ranges == [0..<2, 2..<3, 3..<5])
    #expect(set["flower"]?.templates.count == 2)
    #expect(set["flour"] == nil)
  }
}
