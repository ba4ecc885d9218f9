import MocoTestSupport
import Testing

/// A whole front end, in `Tests/Cells`, in a process of its own: the request to stop is the process's.
@Suite struct CellsTests {
  @Test func threeCellsAndAnInterrupt() throws {
    let ran = try run(
      try Built.program("cells"), [], environment: ["MOCO_STDLIB": Built.root + "/stdlib"])
    #expect(ran.status == 0 && ran.errors.isEmpty, "\(ran)")
    #expect(
      ran.output == """
        four squares
        In [1]: fine, made ["squares"]
        for ever
        [E0406] interrupted
        In [2]: interrupted, made []
        In [3]: fine, made []
        sum(squares: constant List
         number   square
        ─────────────────
              1        1
              2        4
              3        9
              4       16
        <div class="moco">
        <table class="moco-table moco-records">
        <thead><tr><th scope="col" class="moco-end">number</th><th scope="col" class="moco-end">square</th></tr></thead>
        <tbody>
        <tr><td class="moco-number moco-end">1</td><td class="moco-number moco-end">1</td></tr>
        <tr><td class="moco-number moco-end">2</td><td class="moco-number moco-end">4</td></tr>
        <tr><td class="moco-number moco-end">3</td><td class="moco-number moco-end">9</td></tr>
        <tr><td class="moco-number moco-end">4</td><td class="moco-number moco-end">16</td></tr>
        </tbody>
        </table>
        </div>

        | number | square |
        | ---: | ---: |
        | 1 | 1 |
        | 2 | 4 |
        | 3 | 9 |
        | 4 | 16 |


        """)
  }
}
