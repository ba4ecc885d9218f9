import Foundation
import MocoBase
import MocoData
import MocoTestSupport
import Testing

enum DataFixtures {
  static let images = Repository.fixture("images")
  static let fashion = Repository.root + "/stdlib/data/fashion"

  /// A small image with gradients and an edge.
  static func picture(_ width: Int, _ height: Int, channels: Int = 3, seed: Int = 0) throws -> Image {
    var bytes: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<channels {
          bytes.append(UInt8((x * 7 + y * 11 + c * 50 + seed * 31 + (x > width / 2 ? 90 : 0)) % 256))
        }
      }
    }
    return try Image(width: width, height: height, channels: channels, bytes: bytes)
  }
}

/// A folder that goes away with the test.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "moco-data-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let url = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    return url.path
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String { try write(name, [UInt8](text.utf8)) }

  /// `perClass` PNG files in a folder for every name.
  func writeClasses(_ names: [String], perClass: Int, under prefix: String = "") throws {
    for (label, name) in names.enumerated() {
      for index in 0..<perClass {
        let image = try DataFixtures.picture(20, 16, seed: label * 100 + index)
        try write("\(prefix)\(name)/\(index).png", image.pngBytes())
      }
    }
  }
}

/// The code of the Failure that `body` throws.
func dataErrorCode(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch let error as Failure {
    return error.code
  } catch {
    return "\(error)"
  }
}

/// The Failure that `body` throws.
func dataError(_ body: () throws -> Void) -> Failure? {
  do { try body() } catch { return error as? Failure }
  return nil
}
