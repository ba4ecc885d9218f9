import MocoBase

/// The contents of pages, in pieces with revisions: a page that has all up to a revision gets the newer ones. So a
/// page that reads slowly gets fewer and larger changes, and nothing accumulates.
///
/// - Safety: mutable state is guarded by the monitor.
package final class PageHub: @unchecked Sendable {
  /// The pieces of a cell on the page.
  package enum Piece: String, CaseIterable, Sendable {
    /// Heading and prose.
    case head
    /// The program.
    case code
    /// Its controls.
    case controls
    /// Its outputs.
    case outputs
  }

  private struct Field {
    var text = ""
    var revision = 0
  }

  private struct Cell {
    var pieces: [Piece: Field] = [:]
    var state = Json.null
    /// The start of its run, if it runs.
    var since: Double?
    var stateRevision = 0
  }

  private let monitor = Monitor()
  private var cells: [Int: Cell] = [:]
  private var order: [Int] = []
  private var orderRevision = 0
  private var page = Json.null
  private var pageRevision = 0
  private var revision = 0
  private var told: () -> Void = {}

  /// An empty page.
  package init() {}

  /// Called when there is something new; on any thread.
  package func onChange(_ told: @escaping @Sendable () -> Void) { monitor.locked { self.told = told } }

  private func next() -> Int {
    revision += 1
    return revision
  }

  private func change(_ work: () -> Void) {
    let told = monitor.locked {
      let before = revision
      work()
      return revision == before ? nil : self.told
    }
    told?()
  }

  /// The existing cells, in order.
  package func set(order wanted: [Int]) {
    change {
      guard order != wanted else { return }
      let kept = Set(wanted)
      for id in order where !kept.contains(id) { cells[id] = nil }
      order = wanted
      orderRevision = next()
    }
  }

  /// A piece of a cell.
  package func set(_ piece: Piece, of id: Int, to text: String) {
    change {
      guard cells[id, default: Cell()].pieces[piece]?.text != text else { return }
      cells[id, default: Cell()].pieces[piece] = Field(text: text, revision: next())
    }
  }

  /// The state of a cell.
  ///
  /// - Parameter since: the start of its run, by `ProcessClock`.
  package func set(state: Json, since: Double?, of id: Int) {
    change {
      guard cells[id, default: Cell()].state != state || cells[id]?.since != since else { return }
      cells[id, default: Cell()].state = state
      cells[id, default: Cell()].since = since
      cells[id, default: Cell()].stateRevision = next()
    }
  }

  /// The parts that belong to no cell.
  package func set(page wanted: Json) {
    change {
      guard page != wanted else { return }
      page = wanted
      pageRevision = next()
    }
  }

  /// The changes since a revision, as JSON in one line, and the resulting revision; nil if there are none.
  package func changes(since seen: Int) -> (text: String, revision: Int)? {
    monitor.locked {
      guard revision > seen else { return nil }
      var entries: [(String, Json)] = []
      if pageRevision > seen { entries.append(("page", page)) }
      if orderRevision > seen { entries.append(("order", .array(order.map { .int($0) }))) }
      var changed: [Json] = []
      for id in order {
        guard let cell = cells[id] else { continue }
        var parts: [(String, Json)] = []
        for piece in Piece.allCases {
          if let field = cell.pieces[piece], field.revision > seen {
            parts.append((piece.rawValue, .string(field.text)))
          }
        }
        if cell.stateRevision > seen {
          parts.append(("state", cell.state))
          if let since = cell.since {
            parts.append(("elapsed", .int(Int((ProcessClock.seconds - since) * 1000))))
          }
        }
        if !parts.isEmpty { changed.append(.object(JsonObject([("id", .int(id))] + parts))) }
      }
      if !changed.isEmpty { entries.append(("cells", .array(changed))) }
      return (Json.object(JsonObject(entries)).serialized(), revision)
    }
  }
}
