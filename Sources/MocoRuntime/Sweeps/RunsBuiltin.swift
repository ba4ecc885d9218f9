import MocoBase
import MocoLang
import MocoSweeps

func runsBuiltins(_ context: RuntimeContext) -> [NativeFunction] {
  [
    NativeFunction(
      "runs(path: String)",
      doc: """
        The runs of a sweep: of a program (`runs("few_shot.moco")` reads `runs/few_shot`) or of a folder. `len`
        counts them; a loop gives a record for each, in the order of the sweep: `name`, `state`, `seconds`, `folder`, and
        its `settings` and its `result` as records.

        `.where(record)` keeps runs with these settings; a list matches any of its values. `.table(…)` and
        `.curves(…)` average the finished runs: see `help("results")`.

        ```
        let all = runs("few_shot.moco")
        print(len(all), [r.name for r in all if r.state == "failed"])
        show all.table(rows: "method", columns: "shots", value: "accuracy", percent: true)
        show all.curves(x: "shots", value: "accuracy", lines: "method")
        ```
        """
    ) { arguments in
      let path = try arguments.string("path")
      let sweep = try SweepPlace.sweep(of: path, code: context.codeHash)
      return .host(RunsValue(try sweep.runs(), source: sweep.path))
    }
  ]
}
