import MocoBase
import MocoData
import MocoLang

extension Arguments {
  /// A split of a data set.
  ///
  /// - Parameter example: the split that such an argument usually is, as `test`.
  /// - Throws: E0303 for anything else; for an entire data set the help names one of its splits.
  func split(_ name: String, example: String) throws -> DataSplit {
    let data: DatasetValue? = self[name]?.asHost()
    let names = data?.data.splits.map(\.name) ?? []
    let wanted = names.contains(example) ? example : names.first
    return try host(
      SplitValue.self, name, expected: "split such as data.\(example)",
      help: wanted.map { "write data.\($0): a Dataset has several splits" }
    ).split
  }

  /// Help for an option that was given as a name, `"adam"` or `adam`, in place of a call.
  ///
  /// - Parameter calls: what to write, by the name.
  func callHelp(_ name: String, _ calls: [String: String]) -> String? {
    let all = calls.values.sorted().joined(separator: " or ")
    guard let text = self[name]?.asString else {
      return self[name]?.asFunction == nil ? nil : "write a call: \(name): \(all)"
    }
    let known =
      calls[text.lowercased()] ?? Nearest.name(to: text, among: calls.keys.sorted()).flatMap { calls[$0] }
    return "write \(known ?? all)"
  }
}
