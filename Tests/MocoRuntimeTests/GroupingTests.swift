import MocoTestSupport
import Testing

/// Groups of templates that are found: those of the small world from its shuffled sentences.
@Suite struct GroupingTests {
  /// The adjusted Rand index of Hubert and Arabie (1985): 1 for the same groups, about 0 for chance.
  private let setup = """
    use {ways} from small_world
    use {group_templates, silhouette, alike} from grouping
    let clip = load_clip("small")
    let data = dataset("fashion")
    let home = {s: i for [i, g] in enumerate(ways.groups) for s in g.templates}
    func pairs(n) { n * (n - 1) / 2 }
    func rand_index(found) {
      let cells = [[home[s] for s in g.templates] for g in found.groups]
      let both = sum([pairs(len([h for h in cell if h == k])) for cell in cells for k in 0..<len(ways)])
      let rows = sum([pairs(len(cell)) for cell in cells])
      let columns = sum([pairs(len(g.templates)) for g in ways.groups])
      let expected = rows * columns / pairs(len(home))
      (both - expected) / ((rows + columns) / 2 - expected)
    }

    """

  @Test func theSmallWorldsGroupsAreFound() {
    let text = printed(
      setup + """
        for order in 0..<4 {
          seed(order)
          let found = group_templates(clip, shuffled(ways.templates), data.classes)
          print(len(found.templates), "\\(rand_index(found.templates):.2f)", len(found.scores))
        }
        """)
    #expect(text == String(repeating: "6 1.00 11\n", count: 4))
  }

  @Test func theirNumberIsChosenOnASplit() {
    let text = printed(
      setup + """
        let found = group_templates(clip, shuffled(ways.templates), data.classes, on: data.val.in_every_style(), counts: 2...8)
        print("\\(rand_index(found.templates):.2f)", [s.groups for s in found.scores])
        let fewer = group_templates(clip, ways.templates, data.classes, counts: [3])
        print(len(fewer.templates), rand_index(fewer.templates) < 0.9)
        """)
    #expect(text == "1.00 [2, 3, 4, 5, 6, 7, 8]\n3 true\n")
  }

  @Test func whatIsFoundIsADeclaration() {
    let text = printed(
      """
      use {group_templates} from grouping
      let clip = load_clip("small")
      let sentences = ["a dark photo of a {}.", "a \\"dim\\" photo of a {}.", "a sketch of a {}.", "a drawing of a {}.", "a sketch of a {}."]
      let found = group_templates(clip, sentences, ["bag", "coat", "sandal", "dress"], counts: [2], name: "looks")
      print(found.declaration)
      print(found.templates, found.groups)
      """)
    #expect(
      text == """
        templates looks {
          group "photo" {
            "a dark photo of a {}."
            "a \\"dim\\" photo of a {}."
          }
          group "sketch" {
            "a sketch of a {}."
            "a drawing of a {}."
          }
        }
        <templates looks: 2 groups, 4 templates> [[0, 1], [2, 3]]

        """)
  }

  @Test func tooLittleIsRefused() {
    let text = printed(
      """
      use {group_templates} from grouping
      let clip = load_clip("small")
      func tried(work) { try { work(); "accepted" } catch e { e.message } }
      let three = ["a {}.", "the {}.", "one {}."]
      print(tried(() => group_templates(clip, ["a {}.", "the {}.", "a {}."], ["bag", "coat"])))
      print(tried(() => group_templates(clip, three, ["bag"])))
      print(tried(() => group_templates(clip, three, ["bag", "coat"], counts: [5])))
      """)
    #expect(
      text == """
        there are 2 different sentences; grouping needs three or more
        one class is not enough to compare groups; pass more classes, or on: a split
        counts has no number from 2 to 2

        """)
  }

  @Test func clipsSentencesAreThere() {
    let text = printed(
      """
      use {clip_80} from templates
      print(len(clip_80.templates), len(unique(clip_80.templates)), clip_80.templates[-1])
      """)
    #expect(text == "80 80 a tattoo of the {}.\n")
  }
}
