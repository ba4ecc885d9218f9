import MocoBase

/// What pages show, in pieces that have a revision each: a page that knows all up to one gets what is newer. So a page that
/// reads slowly gets fewer and larger changes, and nothing piles up.
///
/// - Safety: all that changes is guarded by the monitor.
package final class PageHub: @unchecked Sendable {
  /// What a cell has on the page.
  package enum Piece: String, CaseIterable, Sendable {
    /// Heading and prose.
    case head
    /// The program.
    case code
    /// Its controls.
    case controls
    /// What has come of it.
    case outputs
  }

  private struct Field {
    var text = ""
    var revision = 0
  }

  private struct Cell {
    var pieces: [Piece: Field] = [:]
    var state = Json.null
    /// When it began to run, where it does.
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

  /// Nothing to show.
  package init() {}

  /// Who is told that there is something new; on any thread.
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

  /// The cells that there are, in order.
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

  /// How it stands with a cell.
  ///
  /// - Parameter since: when it began to run, by `ProcessClock`.
  package func set(state: Json, since: Double?, of id: Int) {
    change {
      guard cells[id, default: Cell()].state != state || cells[id]?.since != since else { return }
      cells[id, default: Cell()].state = state
      cells[id, default: Cell()].since = since
      cells[id, default: Cell()].stateRevision = next()
    }
  }

  /// What belongs to no cell.
  package func set(page wanted: Json) {
    change {
      guard page != wanted else { return }
      page = wanted
      pageRevision = next()
    }
  }

  /// What is newer than a revision, as JSON in one line, and the revision that it leads to; nil where nothing is.
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
