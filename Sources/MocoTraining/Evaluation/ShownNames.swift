import MocoData
import MocoMethods

extension Classifier {
  /// Names that tell the classes of a selection apart: their own, with the place behind those that several have.
  public func shownNames(_ selection: ClassSelection) -> [String] { ClassNames.distinct(names(selection)) }
}
