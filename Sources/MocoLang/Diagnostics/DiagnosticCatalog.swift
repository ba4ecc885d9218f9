/// Every code with its title. The page of a code is `errors/CODE.md` in the standard library, and begins with
/// the title; a test holds both together.
public enum DiagnosticCatalog {
  public struct Entry: Sendable {
    public let code: String
    public let title: String
  }

  /// In the order of the codes.
  public static let entries: [Entry] = table.map { Entry(code: $0.0, title: $0.1) }

  /// nil for a code that does not exist. `e0203` and `203` find E0203.
  public static func entry(for code: String) -> Entry? {
    let upper = code.uppercased()
    let digits = upper.hasPrefix("E") ? String(upper.dropFirst()) : upper
    guard digits.utf8.count <= 4, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    let full = "E" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    return entries.first { $0.code == full }
  }

  /// Path of the page inside the standard library.
  public static func pagePath(for code: String) -> String? { entry(for: code).map { "errors/\($0.code).md" } }

  /// What the hundreds mean.
  public static let ranges: [(prefix: String, subject: String)] = [
    ("E01", "how a program is written"),
    ("E02", "operations on values: types, indices, shapes"),
    ("E03", "names and arguments"),
    ("E04", "arithmetic and limits"),
    ("E05", "files, data sets and images"),
    ("E06", "CLIP, weights and tokens"),
    ("E07", "templates, prompts and training"),
    ("E08", "modules"),
    ("E09", "errors that programs raise"),
  ]

  private static let table: [(String, String)] = [
    ("E0100", "The file is not UTF-8"),
    ("E0101", "Something else was expected here"),
    ("E0102", "A string or interpolation is not closed"),
    ("E0103", "A backslash begins no escape"),
    ("E0104", "A number is written wrongly"),
    ("E0105", "A character means nothing here"),
    ("E0106", "A bracket is not closed"),
    ("E0107", "A closing bracket without its opening one"),
    ("E0108", "These operators do not chain"),
    ("E0109", "This cannot be assigned to"),
    ("E0110", "`break` or `continue` outside of a loop"),
    ("E0111", "`return` outside of a function"),
    ("E0112", "A statement is never reached"),
    ("E0115", "A name is given twice"),
    ("E0117", "A variable is never used"),
    ("E0118", "A module is brought in wrongly"),
    ("E0120", "A parameter without a default stands behind one that has one"),
    ("E0121", "A value is made and thrown away"),
    ("E0122", "`//` begins a comment"),
    ("E0123", "A function has a newer name"),
    ("E0124", "An interpolation of another language"),
    ("E0201", "An operation does not fit its operands"),
    ("E0202", "An index is out of range"),
    ("E0203", "Two matrices cannot be multiplied"),
    ("E0204", "Two shapes do not broadcast"),
    ("E0205", "A shape, axis or rank does not fit"),
    ("E0206", "A tensor is not a single number"),
    ("E0207", "There is no gradient to be had here"),
    ("E0301", "A name does not exist"),
    ("E0302", "This cannot be assigned or changed"),
    ("E0303", "An argument has the wrong type"),
    ("E0304", "An argument is missing"),
    ("E0305", "An argument's value is not possible"),
    ("E0306", "The arguments do not fit the function"),
    ("E0307", "A value cannot be set from outside"),
    ("E0308", "A name is declared twice in the same scope"),
    ("E0309", "There is no such field or method"),
    ("E0310", "This is not a function"),
    ("E0311", "A value does not fit the pattern"),
    ("E0312", "A format does not fit the value"),
    ("E0401", "Too many calls inside each other"),
    ("E0402", "An integer overflow"),
    ("E0403", "A division by zero"),
    ("E0404", "Too deep or too large"),
    ("E0405", "Not enough memory"),
    ("E0406", "Interrupted"),
    ("E0407", "A result that is not a real number"),
    ("E0501", "A file or folder does not exist"),
    ("E0502", "A file cannot be read"),
    ("E0503", "A file is no image or data set"),
    ("E0504", "A file cannot be written"),
    ("E0505", "Something cannot be stored in this form"),
    ("E0510", "A folder of images is laid out wrongly"),
    ("E0511", "A data set has too few classes"),
    ("E0512", "Names in a data set collide"),
    ("E0513", "An image's size is not possible"),
    ("E0514", "A class has no images"),
    ("E0515", "A class has fewer images than asked for"),
    ("E0516", "A data set has no such split"),
    ("E0517", "A table of a data set is written wrongly"),
    ("E0518", "There is no such style"),
    ("E0519", "Numbers or names for a data set do not fit"),
    ("E0520", "The data set holds no pixels"),
    ("E0521", "It is not clear which splits are meant"),
    ("E0522", "A tree of folders is no data set"),
    ("E0601", "Weights are missing"),
    ("E0602", "Weights have another shape or type"),
    ("E0603", "A text is longer than the model reads"),
    ("E0604", "A text has no token"),
    ("E0605", "This model or weight file is not supported"),
    ("E0606", "Weights hold numbers that are not finite"),
    ("E0607", "A vocabulary or token does not fit"),
    ("E0701", "A template without exactly one {}"),
    ("E0702", "The router's numbers do not fit"),
    ("E0703", "Groups, templates or classes are missing or doubled"),
    ("E0704", "A class is not known to the model or the data"),
    ("E0705", "A batch does not fit the model"),
    ("E0706", "A training option's value is not possible"),
    ("E0707", "The training has diverged"),
    ("E0708", "A checkpoint does not fit"),
    ("E0709", "The model or data lacks what this needs"),
    ("E0710", "The classes of the data are not the model's"),
    ("E0712", "Labels and answers cannot be counted"),
    ("E0801", "A module cannot be found"),
    ("E0802", "Modules use each other in a circle"),
    ("E0803", "A module has no such name to give"),
    ("E0900", "The program raised an error"),
    ("E0901", "An assertion failed"),
  ]
}
