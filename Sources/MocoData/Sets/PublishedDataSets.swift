/// The data sets for comparing prompt learning methods in the literature, and the spellings of their names.
public enum PublishedDataSets {
  /// The data sets of the published comparison.
  public static let names = [
    "Caltech101", "DTD", "EuroSAT", "FGVCAircraft", "Food101", "ImageNet", "OxfordFlowers", "OxfordPets",
    "StanfordCars", "SUN397", "UCF101",
  ]

  /// The data set with this name, in any spelling: "oxford_pets", "imagenet-1k", "food-101". More words
  /// may follow; "imagenette" is another word.
  public static func name(of written: String) -> String? {
    var begun = ""
    for word in words(written) {
      begun += word
      if let known = names.first(where: { words($0).joined() == begun }) ?? otherNames[begun] {
        return known
      }
    }
    return nil
  }

  private static let otherNames = [
    "describabletextures": "DTD", "flowers102": "OxfordFlowers", "oxfordflowers102": "OxfordFlowers",
    "oxfordiiitpet": "OxfordPets", "oxfordiiitpets": "OxfordPets", "ilsvrc2012": "ImageNet",
    "imagenet1k": "ImageNet",
  ]

  /// Letters and digits, in lower case.
  private static func words(_ name: String) -> [String] {
    name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }
}
