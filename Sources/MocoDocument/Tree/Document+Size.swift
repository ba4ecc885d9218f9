extension Document {
  /// The approximate size of the document in bytes, which decides how many documents are kept.
  public var heldByteCount: Int { blocks.reduce(0) { $0 + $1.heldByteCount } }
}

extension Document.Block {
  fileprivate var heldByteCount: Int {
    switch self {
    case .text(let text), .heading(let text, _): text.heldByteCount
    case .items(let items): items.text.heldByteCount
    case .fields(let fields):
      fields.fields.reduce(0) { sum, field in
        sum + field.name.utf8.count + field.values.reduce(0) { $0 + $1.heldByteCount }
      }
    case .list(let list): list.items.reduce(0) { $0 + Document($1).heldByteCount }
    case .collection(let collection):
      collection.entries.reduce(0) { sum, entry in
        switch entry {
        case .value(_, let value): sum + 32 + value.heldByteCount
        case .leftOut(let words): sum + words.utf8.count
        }
      }
    case .table(let table):
      table.rows.reduce(0) { sum, row in
        switch row {
        case .cells(let cells): sum + cells.reduce(0) { $0 + 16 + $1.text.heldByteCount }
        case .leftOut(let words): sum + words.utf8.count
        }
      }
    case .figure(let figure): figure.heldByteCount
    case .image(let image):
      switch image.source {
      case .pixels(let pixels): pixels.bytes.count
      case .encoded(let bytes, _): bytes.count
      }
    case .code(let text, _), .preformatted(let text): text.utf8.count
    case .fold(let summary, let details): summary.heldByteCount + Document(details).heldByteCount
    case .gap: 0
    case .adapted(let lines, let page): Document(lines).heldByteCount + Document(page).heldByteCount
    }
  }
}

extension Document.Text {
  fileprivate var heldByteCount: Int { runs.reduce(0) { $0 + 24 + $1.text.utf8.count } }
}
