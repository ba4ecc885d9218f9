import ArgumentParser
import MocoBase
import MocoDocument
import MocoRuntime
import MocoSession
import MocoSweeps
import MocoTerminal

extension TableRequest.Deviation: ExpressibleByArgument {}
extension TableRequest.Best: ExpressibleByArgument {}
extension ResultTable.Format: ExpressibleByArgument {}

struct TableCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table", abstract: "Create a table of the results of a sweep.",
    usage: "moco table <file or folder> --rows <setting> --columns <setting> --value <result> [options]",
    discussion: """
      Cells are means of the finished runs, with their standard deviation. Other settings with several values \
      are an error, except `seed` and the settings in --over, which are averaged over. `help("results")` shows examples.
      """)

  @Argument(
    help: ArgumentHelp(
      "The program of the sweep (runs/NAME), or the folder of the sweep.", valueName: "file or folder"),
    completion: .file(extensions: ["moco"]))
  var source: String

  @Option(
    help: ArgumentHelp(
      "Settings for the rows: one, or several separated by commas.", valueName: "setting"))
  var rows: String

  @Option(help: ArgumentHelp("Settings for the columns.", valueName: "setting"))
  var columns: String?

  @Option(help: ArgumentHelp("The result to show, or several; also seconds.", valueName: "result"))
  var value: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("Settings to average over, in addition to seed.", valueName: "setting"))
  var over: [String] = []

  @Option(
    name: .customLong("where"), parsing: .singleValue,
    help: ArgumentHelp(
      "Only runs with this setting; several values are separated by commas.", valueName: "name=value"))
  var filters: [String] = []

  @Option(help: "The standard deviation: of the population, of the sample, or none.")
  var std: TableRequest.Deviation = .population

  @Option(
    help: ArgumentHelp(
      "Two results; the column H is the harmonic mean of their averages.", valueName: "base,new"))
  var harmonic: String?

  @Option(help: "The mean to mark: max, min or none.")
  var best: TableRequest.Best = .max

  @Option(name: .customLong("best-of"), help: "Mark the best of: columns or rows.")
  var bestOf: Lines = .columns

  @Flag(help: "Multiply by 100.") var percent = false

  @Option(help: "Digits after the decimal point.") var digits: Int?

  @Option(help: "A line above the table.") var title = ""

  @Option(help: "text, html, md, csv, latex or json; the default follows the extension of -o, or is text.")
  var format: ResultTable.Format?

  @Option(
    name: [.customShort("o"), .long], help: ArgumentHelp("The file to write.", valueName: "file"),
    completion: .file())
  var output: String?

  @OptionGroup(title: "Appearance") var looks: LookOptions

  enum Lines: String, ExpressibleByArgument, CaseIterable { case columns, rows }

  func validate() throws {
    if let digits, !(0...15).contains(digits) {
      throw ValidationError("--digits needs an integer from 0 to 15.")
    }
    if value == nil, harmonic == nil { throw ValidationError("--value names the result to show.") }
    if let harmonic, Self.names(harmonic).count != 2 {
      throw ValidationError("--harmonic needs two results: --harmonic base,new")
    }
    for filter in filters where RunningOptions.split(filter) == nil {
      throw ValidationError("--where needs name=value, not '\(filter)'.")
    }
    if let output, format == nil, Self.format(output) == nil {
      throw ValidationError(
        "the extension of \(output) is not a known format: use .txt, .html, .md, .csv, .tex or .json, or --format."
      )
    }
  }

  static func names(_ text: String) -> [String] {
    text.split(separator: ",").map { $0.trimmingPrefix { $0 == " " } }.map(String.init).filter { !$0.isEmpty }
  }

  private static func format(_ path: String) -> ResultTable.Format? {
    let name = FileSystem.name(of: path)
    return name.split(separator: ".").dropFirst().last.flatMap { ResultTable.Format(ending: String($0)) }
  }

  func run() throws {
    looks.apply()
    Console.start()
    do {
      var request = TableRequest(
        rows: Self.names(rows), columns: columns.map(Self.names) ?? [], values: value.map(Self.names) ?? [])
      request.over = over.flatMap(Self.names)
      request.deviation = std
      if let harmonic, case let names = Self.names(harmonic), names.count == 2 {
        request.harmonic = (names[0], names[1])
      }
      request.best = best
      request.marksRows = bestOf == .rows
      request.isPercent = percent
      request.digits = digits
      request.title = title
      let session = Session(delegate: ConsoleFrontEnd(isQuiet: true, dialect: Runtime.dialect))
      let sweep = try SweepPlace.sweep(of: source) { try session.codeHash(of: $0) }
      let runs = try sweep.runs()
      request.filters = filters.compactMap(RunningOptions.split).map { name, text in
        // A comma may belong to the value.
        let isValue = runs.contains { SettingText.matches($0.settings[name], text) }
        return (name, isValue ? [text] : Self.names(text))
      }
      let table = try ResultTable(runs, request, source: sweep.path)
      let form = format ?? output.flatMap(Self.format) ?? .text
      if let output {
        try AtomicFile.write(table.written(form, TerminalOptions(width: ResultTable.widest)), to: output)
      } else {
        Console.print(table.written(form, Console.tableOptions))
      }
      // A file of numbers does not contain notes about missing runs.
      if form == .csv { for note in table.notes { Console.remark(note + "\n") } }
      Console.flush()
    } catch {
      Console.report(error)
      throw Status.failed.exit
    }
    throw Status.fine.exit
  }
}
