import Testing

/// `permutation_test` in programs.
@Suite struct PermutationLanguageTests {
  private static let setup = """
    let clip = clip_model({
      embedding: 16, context: 24, merges: 4096
      text: {width: 16, layers: 1, heads: 2}
      vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
    }, seed: 1)
    let names = ["ab", "cd", "ef", "gh"]
    let f = randn([40, 16], seed: 3)
    func data(f, shift = 0) { dataset(features: f, labels: [(i + shift) % 4 for i in 0..<40], classes: names) }
    func on(data, tokens) { evaluate(coop(clip, classes: names, tokens: tokens), on: data.train, quiet: true) }
    func tried(work) { try { work(); "accepted" } catch e { e.code + " " + e.message } }

    """

  @Test func listsAndReportsAreCompared() {
    let output = printed(
      Self.setup
        + """
        let t = permutation_test([true, true, true, false, true, true], [false, true, false, false, false, false])
        print(t)
        print(permutation_test([0.5, 0.25, 0.125], tensor([0.0, 0.0, 0.0])).method)
        let d = data(f)
        let (a, b) = (on(d, 2), on(d, 3))
        let test = permutation_test(a, b)
        print(test == permutation_test(a.right, b.right), abs(test.difference - (a.accuracy - b.accuracy)) < 1e-12, test.pairs)
        print(permutation_test(a, a))
        let many = [x % 7 / 3.0 for x in 0..<30]
        let half = [x % 5 / 2.0 for x in 0..<30]
        print(permutation_test(many, half, flips: 100, seed: 1).p == permutation_test(many, half, flips: 100, seed: 1).p)
        print(permutation_test(many, half, flips: 100).method)
        """.replacingOccurrences(
          of: "let (a, b) = (on(d, 2), on(d, 3))", with: "let [a, b] = [on(d, 2), on(d, 3)]"))
    #expect(
      output == """
        {difference: 0.6666666666666666, p: 0.125, pairs: 6, differing: 4, exact: true, method: "exact: signs of 4 differing pairs"}
        exact: all 8 sign flips of 3 differing pairs
        true true 40
        {difference: 0.0, p: 1.0, pairs: 40, differing: 0, exact: true, method: "no pair differs"}
        true
        100 random sign flips of 28 differing pairs

        """)
  }

  @Test func otherImagesAreRefused() {
    let output = printed(
      Self.setup + """
        let a = on(data(f), 2)
        print(tried(() => permutation_test(a, on(data(f, 1), 2))))
        print(tried(() => permutation_test(a, on(data(f * 2), 2))))
        print(tried(() => permutation_test(a, report([0, 1], predictions: [0, 1]))))
        print(tried(() => permutation_test(a, report([0] * 40, predictions: [1] * 40))))
        print(tried(() => permutation_test(a, a.right)))
        print(tried(() => permutation_test([1, 2], [1])))
        print(tried(() => permutation_test([1, "x"], [1, 2])))
        print(tried(() => permutation_test([], [])))
        print(tried(() => permutation_test(0.5, 0.6)))
        print(tried(() => permutation_test([1, nan], [1, 2])))
        print(tried(() => permutation_test([1], [2], flips: 0)))
        """)
    #expect(
      output == """
        E0712 image 0 has class "ab" in one report and "cd" in the other
        E0712 image 0 of "train" and image 0 of "train" differ
        E0712 the reports have different numbers of images: 40 and 2
        E0712 the reports have different classes
        E0303 permutation_test expects two reports or two lists, not one of each
        E0712 the lists have different lengths: 2 and 1 numbers
        E0303 'a' contains the String "x" at index 1; expected a number or a Bool
        E0712 there are no pairs to test
        E0303 permutation_test expects a report, or a list of numbers or Bools for 'a', not the Float 0.5
        E0712 'a' is nan at index 1
        E0305 permutation_test does not accept 0 for 'flips'

        """)
  }
}
