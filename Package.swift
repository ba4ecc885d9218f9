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
    .target(name: "MocoPrompts", dependencies: ["MocoTensor", "MocoAutograd", "MocoCLIP"]),
    .target(
      name: "MocoLab",
      dependencies: [
        "MocoTensor", "MocoAutograd", "MocoCLIP", "MocoPrompts", "CImageCodecs", "CSystem", "CKernels",
      ]),

    // The language: knows no tensor.
    .target(name: "MocoLang"),
    .target(name: "MocoPlot", dependencies: ["MocoLang"]),

    // Where both meet.
    .target(
      name: "MocoRuntime",
      dependencies: [
        "MocoTensor", "MocoAutograd", "MocoCLIP", "MocoPrompts", "MocoLab", "MocoLang", "MocoPlot", "CCairo",
      ]),
    .target(name: "MocoSession", dependencies: ["MocoCLIP", "MocoLang", "MocoRuntime"]),
    .target(
      name: "MocoTerminal",
      dependencies: [
        "MocoTensor", "MocoCLIP", "MocoLang", "MocoPlot", "MocoRuntime", "MocoSession", "CEditline",
      ]),
    .target(
      name: "MocoBench",
      dependencies: ["MocoTensor", "MocoAutograd", "MocoCLIP", "MocoPrompts", "MocoLab", "MocoRuntime"]),
    .executableTarget(
      name: "moco",
      dependencies: [
        "MocoTensor", "MocoCLIP", "MocoLab", "MocoLang", "MocoRuntime", "MocoSession", "MocoTerminal",
        "MocoBench",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(
      name: "MocoGolden",
      dependencies: ["MocoTensor", "MocoAutograd", "MocoCLIP", "MocoPrompts", "MocoLab"]),
    .executableTarget(name: "golden", dependencies: ["MocoGolden"]),

    .target(
      name: "MocoTestSupport",
      dependencies: ["MocoTensor", "MocoAutograd", "MocoCLIP", "MocoPrompts", "CSystem"],
      path: "Tests/TestSupport"),
    .target(
      name: "MocoFuzz",
      dependencies: [
        "MocoTensor", "MocoCLIP", "MocoLab", "MocoLang", "MocoRuntime", "MocoTestSupport", "CSystem",
      ],
      path: "Tests/Fuzz/Library"),
    .executableTarget(name: "fuzz", dependencies: ["MocoFuzz"], path: "Tests/Fuzz/Program"),

    .testTarget(name: "HouseTests"),
    .testTarget(name: "MocoTensorTests", dependencies: ["MocoTensor", "MocoAutograd"]),
    .testTarget(
      name: "MocoCLIPTests", dependencies: ["MocoTensor", "MocoAutograd", "MocoCLIP", "MocoTestSupport"]),
    .testTarget(
      name: "MocoPromptsTests",
      dependencies: ["MocoTensor", "MocoAutograd", "MocoCLIP", "MocoPrompts", "MocoTestSupport"]),
    .testTarget(
      name: "MocoLabTests",
      dependencies: ["MocoTensor", "MocoAutograd", "MocoCLIP", "MocoPrompts", "MocoLab", "MocoTestSupport"]),
    .testTarget(
      name: "MocoGoldenTests",
      dependencies: ["MocoTensor", "MocoCLIP", "MocoPrompts", "MocoLab", "MocoGolden", "MocoTestSupport"]),
    .testTarget(name: "MocoLangTests", dependencies: ["MocoLang"]),
    .testTarget(name: "MocoPlotTests", dependencies: ["MocoPlot"], exclude: ["Snapshots"]),
    .testTarget(
      name: "MocoRuntimeTests",
      dependencies: [
        "MocoTensor", "MocoCLIP", "MocoPrompts", "MocoLab", "MocoLang", "MocoPlot", "MocoRuntime",
        "MocoSession",
        "MocoTestSupport", "fuzz", "moco",
      ]),
    .testTarget(
      name: "MocoBenchTests",
      dependencies: ["MocoTensor", "MocoCLIP", "MocoPrompts", "MocoBench", "MocoTestSupport"]),
    .testTarget(
      name: "MocoSessionTests",
      dependencies: ["MocoLang", "MocoRuntime", "MocoSession", "MocoTestSupport", "moco"]),
    .testTarget(
      name: "MocoTerminalTests",
      dependencies: ["MocoTensor", "MocoSession", "MocoTerminal", "MocoTestSupport", "CEditline", "moco"],
      exclude: ["Terminal/drive.py"]),
  ],
  cLanguageStandard: .c17
)
