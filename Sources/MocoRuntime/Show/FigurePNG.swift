import MocoBase
import MocoDocument
import MocoPlot
import Synchronization

/// Figures as PNG, for front ends that cannot show SVG.
package enum FigurePNG {
  private static let reason = Mutex<String?>(nil)

  /// Why a figure could not be drawn since the process has started; nil if all could.
  package static var missing: String? { reason.withLock { $0 } }

  /// The bytes of a file with twice the pixels that the SVG is shown with; nil for values that are not figures, and
  /// if the library cairo or a font is missing, which `missing` reports.
  package static func bytes(_ figure: any DocumentFigure) -> [UInt8]? {
    guard let leaf = figure as? FigureLeaf else { return nil }
    let drawing = leaf.figure.drawing(called: leaf.alternativeText)
    do {
      // Without cairo one attempt is enough.
      if missing != nil { return nil }
      let width = max(16, Int(min(2 * drawing.width, 4000)))
      return try FigurePicture.draw(drawing, width: width).image.pngBytes()
    } catch let error as Failure {
      if error.code == "E0505" { reason.withLock { $0 = error.message } }
      return nil
    } catch {
      return nil
    }
  }
}
