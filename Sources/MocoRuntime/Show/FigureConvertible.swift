import MocoLang
import MocoPlot

/// A host object that can be drawn: `show x` and `plot.save(x, path)` use its figure.
public protocol FigureConvertible: HostObject {
  /// Its figure.
  var figure: Figure { get }
}

/// A host object that holds one picture: `show x`, `plot.image(x)`.
public protocol ImageConvertible: HostObject {
  /// The picture in bytes; nil if there is none to show.
  var plotImage: PlotImage? { get }
}
