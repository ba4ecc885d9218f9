// swift-tools-version: 6.1
// Layers point one way; CONTRIBUTING.md explains each target in a sentence.
import PackageDescription

let package = Package(
  name: "moco",
  products: [.executable(name: "moco", targets: ["moco"])],
  dependencies: [.package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")],
  targets: [
    // C: system libraries behind shims, and the vector kernels.
    .target(name: "CKernels"),
    .target(name: "CSystem", linkerSettings: [.linkedLibrary("crypto"), .linkedLibrary("z")]),
    .target(
      name: "CImageCodecs",
      linkerSettings: ["jpeg", "png", "webp", "webpdemux", "tiff", "gif"].map { .linkedLibrary($0) }),
    .target(name: "CCairo"),
    .target(name: "CEditline", linkerSettings: [.linkedLibrary("edit")]),

    // Numbers.
    .target(name: "MocoTensor", dependencies: ["CKernels"]),
    .target(name: "MocoAutograd", dependencies: ["MocoTensor", "CKernels"]),
    .target(name: "MocoCLIP", dependencies: ["MocoTensor", "MocoAutograd", "CKernels", "CSystem"]),
    .target(name: "MocoPrompts", dependencies: ["MocoCLIP"]),
    .target(name: "MocoLab", dependencies: ["MocoPrompts", "CImageCodecs", "CSystem", "CKernels"]),

    // The language: knows no tensor.
    .target(name: "MocoLang"),
    .target(name: "MocoPlot", dependencies: ["MocoLang"]),

    // Where both meet.
    .target(name: "MocoRuntime", dependencies: ["MocoLang", "MocoLab", "MocoPlot", "CCairo"]),
    .target(name: "MocoPrompt", dependencies: ["MocoRuntime", "CEditline"]),
    .target(name: "MocoBench", dependencies: ["MocoRuntime", "CKernels"]),
    .executableTarget(
      name: "moco",
      dependencies: [
        "MocoPrompt", "MocoBench", "MocoTensor", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(name: "MocoGolden", dependencies: ["MocoLab"]),
    .executableTarget(name: "golden", dependencies: ["MocoGolden"]),

    .target(name: "MocoTestSupport", dependencies: ["MocoPrompts", "CSystem"], path: "Tests/TestSupport"),
    .target(name: "MocoFuzz", dependencies: ["MocoRuntime", "MocoTestSupport"], path: "Tests/Fuzz/Library"),
    .executableTarget(name: "fuzz", dependencies: ["MocoFuzz"], path: "Tests/Fuzz/Program"),

    .testTarget(name: "MocoTensorTests", dependencies: ["MocoTensor", "MocoAutograd"]),
    .testTarget(name: "MocoCLIPTests", dependencies: ["MocoCLIP", "MocoTestSupport"]),
    .testTarget(name: "MocoPromptsTests", dependencies: ["MocoPrompts", "MocoTestSupport"]),
    .testTarget(name: "MocoLabTests", dependencies: ["MocoLab", "MocoTestSupport"]),
    .testTarget(name: "MocoGoldenTests", dependencies: ["MocoGolden", "MocoTestSupport"]),
    .testTarget(name: "MocoLangTests", dependencies: ["MocoLang"]),
    .testTarget(name: "MocoPlotTests", dependencies: ["MocoPlot"], exclude: ["Snapshots"]),
    .testTarget(name: "MocoRuntimeTests", dependencies: ["MocoRuntime", "MocoPrompt", "fuzz", "moco", "MocoTestSupport"]),
    .testTarget(name: "MocoBenchTests", dependencies: ["MocoBench", "MocoTestSupport"]),
    .testTarget(name: "MocoPromptTests", dependencies: ["MocoPrompt", "MocoTensor"], exclude: ["Terminal/drive.py"]),
  ],
  cLanguageStandard: .c17
)
