import MocoTensor

extension TensorText {
  /// The numbers of a tensor as rows. Columns beyond the width and rows beyond six are left out, as many at
  /// each end as fit; from rank 3 on every matrix stands under its index, and whole where all of them are few
  /// lines.
  struct Excerpt {
    let width: Int
    let ellipsis: String
    /// Significant digits.
    let digits: Int
    /// Rows of a matrix that are shown; nil for six.
    let rows: Int?
    /// Numbers stand in so many rows at most, on so many lines.
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

    func lines(_ tensor: Tensor) throws -> [String] {
      guard tensor.rank > 0 else { return [try text(tensor)] }
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
      let room = max(1, (width - (rank > 1 ? 8 : 6)) / (cell + 1))
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
      return laidOut(blocks, indent: rank > 1 ? 1 : 0, left: count - blocks.count + 1)
    }

    private func laidOut(_ blocks: [Block?], indent: Int, left: Int) -> [String] {
      var widest = cell
      for case .cells(let cells) in blocks.flatMap({ $0?.rows ?? [] }) {
        widest = max(widest, cells.map(\.count).max() ?? 0)
      }
      let pad = String(repeating: " ", count: indent)
      var lines: [String] = []
      for block in blocks {
        if !lines.isEmpty { lines.append("") }
        guard let block else {
          lines.append("\(ellipsis) \(left) more")
          continue
        }
        if let title = block.title { lines.append(title) }
        for row in block.rows {
          switch row {
          case .cells(let cells):
            let shown = fitting(cells, widest, width - indent - 2).map { cell in
              cell == ellipsis ? cell : String(repeating: " ", count: max(0, widest - cell.count)) + cell
            }
            lines.append(pad + "[" + shown.joined(separator: " ") + "]")
          case .leftOut: lines.append(pad + ellipsis)
          }
        }
      }
      return lines
    }

    /// Fewer cells where they are wider than usual.
    private func fitting(_ cells: [String], _ widest: Int, _ room: Int) -> [String] {
      func size(_ cells: [String]) -> Int {
        cells.reduce(-1) { $0 + ($1 == ellipsis ? ellipsis.count : widest) + 1 }
      }
      guard size(cells) > room else { return cells }
      var first = cells.filter { $0 != ellipsis }
      var last = first.suffix(first.count / 2).map { $0 }
      first.removeLast(last.count)
      while first.count > 1 || !last.isEmpty, size(first + [ellipsis] + last) > room {
        if first.count > last.count { first.removeLast() } else { last.removeFirst() }
      }
      return first + [ellipsis] + last
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

    /// The places to show, nil for those between.
    private func places(_ length: Int, _ most: Int) -> [Int?] {
      if length <= most { return (0..<length).map { $0 } }
      if most < 2 { return [0, nil] }
      return (0..<(most + 1) / 2).map { $0 } + [nil] + (length - most / 2..<length).map { $0 }
    }
  }
}
