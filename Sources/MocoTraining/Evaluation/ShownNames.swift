import MocoData
import MocoMethods

extension Classifier {
  /// Unique names for the classes of a selection: their own, with the index after duplicates.
  public func shownNames(_ selection: ClassSelection) -> [String] { ClassNames.distinct(names(selection)) }
}
