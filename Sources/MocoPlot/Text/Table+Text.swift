import MocoDocument

extension Table {
  func lines(_ options: TextOptions) -> [StyledLine] { options.lines(document(rows: options.height)) }
}
