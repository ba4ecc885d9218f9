import MocoBase

/// preprocess/: a list of cases, their expected tensors, and the images.
enum PreprocessSuite: GoldenSuite {
  static func find(in folder: GoldenFolder) -> [GoldenCheck] {
    folder.files.compactMap { file in
      guard let cases = file.json?.arrayValue, let tensor = cases.first?["tensor"]?.stringValue,
        cases.first?["file"] != nil,
        let expected = folder.files.first(where: { $0.safetensors?.contains(tensor) ?? false }),
        let tensors = expected.safetensors
      else { return nil }
      let images = Set(
        cases.compactMap { $0["file"]?.stringValue }
          + tensors.names.filter { $0.hasSuffix(":rgb") }.map { String($0.dropLast(4)) })
      let used = folder.files.filter { images.contains($0.name) }.map(\.relative)
      return GoldenCheck(name: file.stem, files: [file.relative, expected.relative] + used) { lines in
        try GoldenPreprocess.check(
          folder: FileSystem.parent(of: file.path), cases: file.path, expected: tensors
        ) { lines.report($0, error: $1, tolerance: $2) }
      }
    }
  }
}
