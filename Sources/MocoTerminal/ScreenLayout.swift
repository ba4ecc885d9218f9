import CEditline
import MocoBase
import MocoLang
import MocoSession

/// The positions at which libedit draws the characters of its buffer, counted from the first row of the prompt.
///
/// Source: re_addc and re_putc of libedit's refresh.c. A character that fills the last column leaves the
/// cursor at the beginning of the next row; a wide one that does not fit is drawn there.
package struct ScreenLayout {
  /// A place on the screen, from the beginning of the block.
  package struct Place: Equatable {
    /// Rows below the first.
    package var row: Int
    /// Columns from the left.
    package var column: Int

    /// A place; see the fields.
    package init(row: Int, column: Int) {
      self.row = row
      self.column = column
    }
  }

  /// One place for each scalar, and one for the end.
  package let places: [Place]

  /// Computes the layout of a text.
  ///
  /// - Parameters:
  ///   - promptWidth: columns before it.
  ///   - columns: the columns of the screen.
  package init(_ text: [Unicode.Scalar], promptWidth: Int, columns: Int) {
    let columns = max(columns, 2)
    var places: [Place] = []
    places.reserveCapacity(text.count + 1)
    var place = Place(row: promptWidth / columns, column: promptWidth % columns)
    func put(_ width: Int) {
      place.column += width
      if place.column >= columns { place = Place(row: place.row + 1, column: 0) }
    }
    for scalar in text {
      if scalar == "\n" {
        places.append(place)
        place = Place(row: place.row + 1, column: 0)
        continue
      }
      if scalar == "\t" {
        places.append(place)
        repeat { put(1) } while place.column % 8 != 0
        continue
      }
      let width = ScreenLayout.width(scalar)
      while width <= columns, place.column + width > columns { put(1) }
      places.append(place)
      if width > 0 { put(width) }
    }
    places.append(place)
    self.places = places
  }

  /// The number of rows of the text.
  package var rows: Int { (places.last?.row ?? 0) + 1 }

  static func width(_ scalar: Unicode.Scalar) -> Int {
    if scalar.value < 32 || scalar.value == 127 { return 2 }
    if TerminalText.replacement(scalar) != nil { return 1 }
    return max(Int(ce_width(Int32(bitPattern: scalar.value))), 0)
  }
}
