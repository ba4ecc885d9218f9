import MocoBase

/// The contents of `sweep.json`: the program of the runs, and the points.
package struct SweepRecord {
  /// Version of the file's layout.
  package static let version = 1
  /// The name of the file in the sweep's folder.
  package static let fileName = "sweep.json"

  /// A requested point.
  package struct Point: Equatable {
    /// The name of its folder.
    package var name: String
    /// Its full identity, in hexadecimal digits.
    package var identity: String
    /// All its settings, as far as they are in the program's text.
    package var settings: JsonObject

    /// A point; see the properties.
    package init(name: String, identity: String, settings: JsonObject) {
      self.name = name
      self.identity = identity
      self.settings = settings
    }
  }

  /// The file name of the program.
  package var script: String
  /// The full path of the program.
  package var path: String
  /// The version of moco that created the folder.
  package var moco: String
  /// The hash of the program without its settings, and of its modules.
  package var code: String
  /// The varied settings with their values, in the order of the program.
  package var swept: JsonObject
  /// In their fixed order.
  package var points: [Point]

  /// A record; see the properties.
  package init(
    script: String, path: String, moco: String, code: String, swept: JsonObject, points: [Point]
  ) {
    self.script = script
    self.path = path
    self.moco = moco
    self.code = code
    self.swept = swept
    self.points = points
  }

  /// Reads the record of a sweep's folder.
  ///
  /// - Returns: nil if there is none.
  /// - Throws: E0502 if it has another format, a later version, or cannot be read.
  package init?(folder: String) throws {
    let file = "\(folder)/\(SweepRecord.fileName)"
    guard FileSystem.kind(file) == .file else { return nil }
    let json = try Json.parse(file: file)
    guard json["format"]?.stringValue == "moco-sweep", let version = json["version"]?.intValue,
      let script = json["script"]?.stringValue
    else {
      throw Failure("E0502", "\(file) is not a record of a sweep", help: "use another folder with --out")
    }
    guard version <= SweepRecord.version else {
      throw Failure(
        "E0502",
        "\(file) has version \(version); this version of moco supports version \(SweepRecord.version)",
        help: "use the version of moco that created it, or a later one")
    }
    // Common settings of all points are stored once.
    let shared = json["settings"]?.objectValue ?? JsonObject()
    self.init(
      script: script, path: json["path"]?.stringValue ?? "", moco: json["moco"]?.stringValue ?? "",
      code: json["code"]?.stringValue ?? "",
      swept: json["swept"]?.objectValue ?? JsonObject(),
      points: (json["points"]?.arrayValue ?? []).compactMap { point in
        guard let name = point["name"]?.stringValue, !name.contains("/"), !name.hasPrefix("."),
          let identity = point["identity"]?.stringValue
        else { return nil }
        var settings = shared
        for (name, value) in point["settings"]?.objectValue ?? JsonObject() { settings[name] = value }
        return Point(name: name, identity: identity, settings: settings)
      })
  }

  /// Writes the file, atomically.
  ///
  /// - Throws: E0504.
  package func write(folder: String) throws {
    var shared = points.first?.settings ?? JsonObject()
    for name in shared.keys where points.contains(where: { $0.settings[name] != shared[name] }) {
      shared[name] = nil
    }
    let json = JsonObject([
      ("format", "moco-sweep"), ("version", .int(SweepRecord.version)), ("moco", .string(moco)),
      ("script", .string(script)), ("path", .string(path)), ("code", .string(code)),
      ("settings", .object(shared)), ("swept", .object(swept)),
      (
        "points",
        .array(
          points.map { point in
            let own = JsonObject(point.settings.filter { shared[$0.key] == nil }.map { ($0.key, $0.value) })
            return [
              "name": .string(point.name), "identity": .string(point.identity), "settings": .object(own),
            ]
          })
      ),
    ])
    try AtomicFile.write(
      Json.object(json).serialized(indent: 2) + "\n", to: "\(folder)/\(SweepRecord.fileName)")
  }
}
