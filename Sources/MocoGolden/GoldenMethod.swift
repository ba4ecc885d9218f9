/// mixture/*.safetensors, recognised by its losses and its frozen model.
enum MixtureSuite: GoldenSuite {
  static func find(in folder: GoldenFolder) -> [GoldenCheck] {
    folder.files.compactMap { file in
      guard let tensors = file.safetensors, tensors.contains("losses"), tensors.metadata("groups") != nil,
        tensors.names.contains(where: { $0.hasPrefix("clip.") })
      else { return nil }
      return GoldenCheck(name: file.stem, files: [file.relative]) { lines in
        try GoldenMixture.check(path: file.path, tokenizerDirectory: GoldenPaths.tokenizer) {
          lines.report($0, error: $1, tolerance: $2)
        }
      }
    }
  }
}

/// optim/*.safetensors, recognised by `*.init` with `*.grads`, or learning rates.
enum OptimSuite: GoldenSuite {
  static func find(in folder: GoldenFolder) -> [GoldenCheck] {
    folder.files.compactMap { file in
      guard let tensors = file.safetensors,
        tensors.names.contains(where: { name in
          name.hasPrefix("lr.") || (name.hasSuffix(".grads") && tensors.contains(name.dropLast(5) + "init"))
        })
      else { return nil }
      return GoldenCheck(name: file.stem, files: [file.relative]) { lines in
        try GoldenOptim.check(path: file.path) { lines.report($0, error: $1, tolerance: $2) }
      }
    }
  }
}
