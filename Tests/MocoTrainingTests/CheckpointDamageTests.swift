import Foundation
import MocoBase
import MocoFormats
import MocoMethods
import MocoTensor
import MocoTestSupport
import MocoTraining
import Testing

/// What stands in a checkpoint's metadata and cannot be right is named, and nothing is taken from the file.
@Suite struct CheckpointDamageTests {
  private func trainer(_ options: TrainingOptions) throws -> Trainer {
    try Trainer(model: TinyData.mixture(), data: TinyData.split(12), options: options)
  }

  /// A checkpoint in the midst of the third of four epochs.
  private func save(_ path: String) throws {
    let trainer = try trainer(TinyData.options(.epochs(4)))
    try trainer.run(until: 7)
    try Checkpoint.save(path: path, model: trainer.model, trainer: trainer)
  }

  private func write(
    _ copy: String, as path: String, _ change: ([(String, String)]) -> [(String, String)]
  ) throws {
    let file = try SafetensorsFile(path: path)
    let tensors = try file.tensors.map { ($0.name, try file.tensor($0.name), StorageType.f32) }
    let metadata = change(file.metadata.map { ($0.0, $0.1) })
    try SafetensorsWriter.write(path: copy, tensors: tensors, metadata: metadata)
  }

  /// What restore, resume and load_model say of a file.
  private func said(_ path: String) throws -> [String] {
    func message(_ body: () throws -> Void) -> String {
      do { try body() } catch let error as Failure { return "\(error.code) \(error.message)" } catch {
        return "\(error)"
      }
      return ""
    }
    let clip = try TinyCLIP.make()
    let trainer = try trainer(TinyData.options(.epochs(4)))
    return [
      message { try Checkpoint.restore(path: path, model: TinyData.mixture()) },
      message { try Checkpoint.restore(path: path, model: trainer.model, trainer: trainer) },
      message { _ = try Checkpoint.load(path: path, clip: clip) },
    ]
  }

  @Test func whole() throws {
    try Repository.inFolder { folder in
      try save(folder + "/a")
      #expect(try said(folder + "/a") == ["", "", ""])
    }
  }

  @Test func everyEntryIsNeeded() throws {
    try Repository.inFolder { folder in
      let (path, copy) = (folder + "/a", folder + "/b")
      try save(path)
      let names = try SafetensorsFile(path: path).metadata.map(\.0)
      #expect(names.count > 15)
      // Without these it is another file: of another program, and of version 1.
      for name in names where !["format", "version"].contains(name) {
        try write(copy, as: path) { $0.filter { $0.0 != name } }
        for text in try said(copy) {
          #expect(
            text.hasPrefix("E0708 \(copy) is corrupted: missing entries: \"\(name)\""), "\(name): \(text)")
        }
      }
    }
  }

  @Test func wrongEntriesAreNamed() throws {
    try Repository.inFolder { folder in
      let (path, copy) = (folder + "/a", folder + "/b")
      try save(path)
      func check(_ entry: String, _ value: String, _ expected: String) throws {
        try write(copy, as: path) { $0.map { $0.0 == entry ? (entry, value) : $0 } }
        for text in try said(copy) {
          #expect(text.hasPrefix("E0708 \(copy)") && text.contains(expected), "\(entry) \(value): \(text)")
        }
      }
      for (entry, value, expected) in [
        ("kind", "coop", "kind differs"), ("configuration", "[]", "configuration is not a record"),
        ("configuration", "{", "configuration is not JSON"),
        ("classes", "[]", "entry classes is not a list of names"),
        ("classes", "[1]", "entry classes is not a list of names"), ("trained", "[]", "entry trained"),
        ("trained", "[0, 0]", "entry trained"), ("trained", "[99]", "entry trained"),
        ("trained", "[0.5]", "trained"),
        ("clip_computes", "{}", "clip_computes"), ("made_with", "{\"moco\": 1}", "made_with"),
        ("optimizer", "{}", "entry optimizer has no name"),
        ("optimizer", "{\"name\": \"sgd\", \"lr\": \"x\"}", "its optimizer's lr is \"x\", not a number"),
        (
          "optimizer", "{\"name\": \"sgd\", \"lr\": 1, \"decay\": \"most\"}",
          "its optimizer's decay is \"most\", not a selection of weights"
        ),
        ("optimizer_steps", "{\"steps\": 7}", "optimizer_steps"), ("optimizer_steps", "7", "optimizer_steps"),
        ("optimizer_parameters", "[\"x\"]", "has 1 optimizer parameters"), ("memory", "many", "entry memory"),
        ("memory", "-3", "entry memory"), ("memory", "3", "entry memory is 3, but its configuration has"),
        ("training", "{}", "training has no duration"),
        (
          "optimizer", "{\"name\": \"lion\", \"lr\": 1}",
          "\"lion\", which this version of moco does not support"
        ),
        ("training", "3", "entry training"),
        ("data_parts", "3", "entry data_parts"),
        ("scheduled", "{\"from\": 9, \"to\": 2}", "entry scheduled"), ("records", "7", "epoch records"),
      ] {
        try check(entry, value, expected)
      }
    }
  }

  /// One member of an entry at a time.
  @Test func wrongMembersAreNamed() throws {
    try Repository.inFolder { folder in
      let (path, copy) = (folder + "/a", folder + "/b")
      try save(path)
      let whole = try SafetensorsFile(path: path).metadata
      func check(_ entry: String, _ place: [String], _ value: Json, _ expected: String) throws {
        func put(_ json: Json, _ place: ArraySlice<String>) -> Json {
          guard let first = place.first else { return value }
          var object = json.objectValue ?? JsonObject()
          object[first] = put(object[first] ?? .null, place.dropFirst())
          return .object(object)
        }
        let json = try Json.parse(whole.first { $0.0 == entry }?.1 ?? "")
        let text = put(json, place[...]).serialized()
        try write(copy, as: path) { $0.map { $0.0 == entry ? (entry, text) : $0 } }
        for text in try said(copy) {
          #expect(text.hasPrefix("E0708 \(copy)") && text.contains(expected), "\(place) \(value): \(text)")
        }
      }
      for value: Json in [-7, 2.5, .null, "x", 1e300] {
        try check("position", ["epoch"], value, "has no epoch")
      }
      for value: Json in [-7, 2.5, .null, "x", 1e300] {
        try check("position", ["step"], value, "has no step")
      }
      try check("position", ["step"], 0, "has no epoch")
      try check("position", ["step"], 6, "its optimizer is at step 7")
      try check("position", ["epoch"], 1, "it has records of epochs 1 to 2")
      try check("position", ["sums", "loss"], .null, "sums of its unfinished epoch")
      for value: Json in [.null, "x", [1, "x"], [.null, 1]] {
        try check("records", ["loss"], value, "loss in its epoch records is not a list of numbers")
      }
      for name in ["activation", "layer_norm_eps", "heads", "mean", "std"] {
        try check("clip_computes", [name], .object(JsonObject()), "entry clip_computes")
      }
      try check("position", ["sums", "accuracy"], 9, "sums of its unfinished epoch")
      try check("position", ["sums"], .null, "sums of its unfinished epoch")
      for value: Json in [.null, 3, "soon", []] {
        try check("training", ["duration"], value, "has no duration")
      }
      try check("training", ["optimizer", "momentum"], 0.25, "different settings")
      try check("optimizer", ["weight_decay"], 0.25, "different settings")
      try check("records", ["parts"], .object(JsonObject()), "parts in its epoch records is not a list")
      try check("configuration", ["templates"], .null, "templates is null")
      try check("records", ["step"], [3, 9], "it has records of epochs 1 to 2")
      try check("records", ["step"], [4, 2], "records")
      try check("records", ["lr"], [0.1], "different lengths")
      try check("optimizer_steps", ["steps"], 6, "optimizer")
      for (place, value, expected) in [
        (["loss", "text"], "x", "its option loss.text is \"x\", not a finite number"),
        (["loss", "text"], 1e300, "loss.text is 1e+300, not a finite number"),
        (["loss", "gate"], .null, "loss.gate. is not a record"),
        (["loss", "gate", "top"], "x", "loss.gate.top"),
        (["loss", "gate", "bonus"], .null, "loss.gate.bonus"),
        (["loss", "gate", "temperature"], "x", "temperature"),
        (["loss", "text_experts"], "some", "\"some\", which this version of moco does not support"),
        (["router", "top_k"], "x", "router.top_k is \"x\", not an integer"),
        (["router"], 3, "router. is not a record"),
        (["router", "bias"], 1, "router.bias is 1, not true or false"), (["memory"], -1, "memory"),
        (["vision_rate_factor"], .null, "vision_rate_factor is null"),
        (["published"], 3, "published is 3, not a string"),
        (["groups"], .null, "groups"), (["groups", "g"], [1], "groups.g is [1], not a list of strings"),
        (["start"], "end", "start is \"end\", which this version of moco"),
        (["vision_layernorm"], "no", "vision_layernorm"),
      ] as [([String], Json, String)] {
        try check("configuration", place, value, expected)
      }
    }
  }

  /// Numbers of an optimizer's state that are none.
  @Test func stateThatIsNotFinite() throws {
    try Repository.inFolder { folder in
      let (path, copy) = (folder + "/a", folder + "/b")
      try save(path)
      let file = try SafetensorsFile(path: path)
      let name = try #require(file.tensors.map(\.name).first { $0.hasPrefix("optimizer.") })
      for value in [Float.nan, .infinity] {
        let tensors = try file.tensors.map { tensor in
          var values = try file.tensor(tensor.name).toFloats()
          if tensor.name == name { values[0] = value }
          return (tensor.name, try Tensor(values, shape: file.tensor(tensor.name).shape), StorageType.f32)
        }
        try SafetensorsWriter.write(
          path: copy, tensors: tensors, metadata: file.metadata.map { ($0.0, $0.1) })
        let said = try said(copy)
        #expect(said[0].isEmpty && said[2].isEmpty)
        #expect(
          said[1].contains("is corrupted: the optimizer's momentum for")
            && said[1].contains("NaN or infinity"))
      }
    }
  }

  @Test func otherKindsAreCheckedToo() throws {
    try Repository.inFolder { folder in
      let (path, copy) = (folder + "/a", folder + "/b")
      let clip = try TinyCLIP.make()
      for (model, entries) in [
        (
          try CoOp(clip: clip, classes: TinyCLIP.classes, options: CoOpOptions()),
          ["tokens", "shared", "position", "memory"]
        ),
        (try ZeroShot(clip: clip, classes: TinyCLIP.classes, templates: [Template("a {}.")]), ["templates"]),
        (
          try LinearProbe(clip: clip, classes: TinyCLIP.classes, width: 4, normalizes: true),
          ["width", "normalized"]
        ),
      ] as [(any Classifier, [String])] {
        try Checkpoint.save(path: path, model: model)
        let whole = try #require(
          try SafetensorsFile(path: path).metadata.first { $0.0 == "configuration" }?.1)
        for entry in entries {
          for value in [nil, Json.null, .object(JsonObject()), 1e300] {
            var object = try #require(try Json.parse(whole).objectValue)
            object[entry] = value
            let text = Json.object(object).serialized()
            try write(copy, as: path) { $0.map { $0.0 == "configuration" ? ("configuration", text) : $0 } }
            #expect {
              _ = try Checkpoint.load(path: copy, clip: clip)
            } throws: { error in
              ((error as? Failure)?.message ?? "").contains(entry)
            }
          }
        }
      }
    }
  }
}
