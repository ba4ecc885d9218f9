import MocoDocument
import MocoTensor

extension TensorText {
  /// The numbers of a tensor as rows. Columns beyond the width and rows beyond six are left out; as many as fit are
  /// shown at each end. From rank 3 on every matrix is shown below its index, completely if all of them need only a few
  /// lines.
  struct Excerpt {
    let width: Int
    let ellipsis: String
    /// Significant digits.
    let digits: Int
    /// The number of rows of a matrix that are shown; nil for six.
    let rows: Int?
    /// The number of columns that are shown; nil for as many as fit.
    let columns: Int?
    /// The maximum numbers of rows and of lines.
    private var mostRows: Int { max(30, rows ?? 0) }
    private var mostLines: Int { mostRows + 18 }
    private var cell: Int { digits + 4 }

    /// A matrix, by its leading indices.
    private struct Block {
      var title: String?
      var rows: [Row] = []
    }

    private enum Row {
      case cells([String])
      case leftOut
    }

    func blocks(_ tensor: Tensor) throws -> [Document.Block] {
      guard tensor.rank > 0 else {
        return [.text(Document.Text(try text(tensor), .number, overflow: .keep))]
      }
      let rank = tensor.rank
      let columns = tensor.shape.last ?? 1
      let rows = rank > 1 ? tensor.shape[rank - 2] : 1
      let leading = tensor.shape.dropLast(2)
      let count = leading.reduce(1, *)
      let matrices = try tensor.reshaped([count, rows, columns])

      // A matrix has its title above and an empty line below.
      let isWhole =
        rank > 2 && count <= mostRows && rows <= mostRows && count * rows <= mostRows
        && count * (rows + 2) <= mostLines
      let shownRows = places(rows, isWhole ? rows : self.rows ?? 6)
      let shownCount = isWhole ? count : max(2, (mostRows + 1) / (shownRows.count + 2))
      let fitting = max(1, (width - (rank > 1 ? 8 : 6)) / (cell + 1))
      let room = min(fitting, self.columns ?? fitting)
      var blocks: [Block?] = []
      for place in rank > 2 ? places(count, shownCount) : [0] {
        guard let place else {
          blocks.append(nil)
          continue
        }
        let matrix = try matrices.sliced(axis: 0, from: place, to: place + 1).reshaped([rows, columns])
        var block = Block(title: rank > 2 ? title(place, Array(leading)) : nil)
        for row in shownRows {
          guard let row else {
            block.rows.append(.leftOut)
            continue
          }
          let numbers = try matrix.sliced(axis: 0, from: row, to: row + 1)
          block.rows.append(
            .cells(
              try places(columns, room).map { column in
                guard let column else { return ellipsis }
                return try text(numbers.sliced(axis: 1, from: column, to: column + 1))
              }))
        }
        blocks.append(block)
      }
      return documents(blocks, indent: rank > 1 ? 1 : 0, left: count - blocks.count + 1)
    }

    private func documents(_ blocks: [Block?], indent: Int, left: Int) -> [Document.Block] {
      var widest = cell
      for case .cells(let cells) in blocks.flatMap({ $0?.rows ?? [] }) {
        widest = max(widest, cells.map(\.count).max() ?? 0)
      }
      var result: [Document.Block] = []
      for block in blocks {
        if !result.isEmpty { result.append(.gap) }
        guard let block else {
          result.append(.text("\(ellipsis) \(left) more"))
          continue
        }
        let rows = block.rows.map { row -> Document.Table.Row in
          guard case .cells(let cells) = row else { return .leftOut("") }
          return .cells(
            cells.map { cell in
              cell == ellipsis ? .init("", .leftOut) : .init(Document.Text(cell), .number)
            })
        }
        result.append(
          .table(
            Document.Table(
              .matrix, title: Document.Text(block.title ?? ""), rows: rows, cellWidth: widest, indent: indent)
          ))
      }
      return result
    }

    /// `[0, 1, :, :]`.
    private func title(_ place: Int, _ leading: [Int]) -> String {
      var rest = place
      var indices: [Int] = []
      for length in leading.reversed() {
        indices.append(length > 0 ? rest % length : 0)
        rest /= max(1, length)
      }
      return "[" + (indices.reversed().map(String.init) + [":", ":"]).joined(separator: ", ") + "]"
    }

    private func text(_ tensor: Tensor) throws -> String {
      switch tensor.dtype {
      case .float32: return TensorText.rounded(try tensor.item(), digits: digits)
      case .int64: return try tensor.toInts().first?.description ?? ""
      case .bool: return try tensor.toBools().first?.description ?? ""
      }
    }

    /// The indices to show, nil for the omitted ones.
    private func places(_ length: Int, _ most: Int) -> [Int?] {
      if length <= most { return (0..<length).map { $0 } }
      if most < 2 { return [0, nil] }
      return (0..<(most + 1) / 2).map { $0 } + [nil] + (length - most / 2..<length).map { $0 }
    }
  }
}
