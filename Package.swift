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
    .target(name: "CThreads"),
    .target(name: "CSystem", linkerSettings: [.linkedLibrary("crypto"), .linkedLibrary("z")]),
    .target(
      name: "CImageCodecs",
      linkerSettings: ["jpeg", "png", "webp", "webpdemux", "tiff", "gif"].map { .linkedLibrary($0) }),
    .target(name: "CCairo"),
    .target(name: "CProcess"),
    .target(
      name: "CMarkdown", linkerSettings: ["cmark-gfm", "cmark-gfm-extensions"].map { .linkedLibrary($0) }),
    .target(name: "CEditline", linkerSettings: [.linkedLibrary("edit")]),

    // What everything stands on.
    .target(name: "MocoBase", dependencies: ["CThreads", "CSystem"]),

    // Numbers.
    .target(name: "MocoTensor", dependencies: ["CKernels", "CThreads", "MocoBase"]),
    .target(name: "MocoAutograd", dependencies: ["CKernels", "CThreads", "MocoBase", "MocoTensor"]),
    .target(name: "MocoFormats", dependencies: ["CKernels", "MocoBase", "MocoTensor"]),
    .target(
      name: "MocoCLIP", dependencies: ["CKernels", "MocoBase", "MocoTensor", "MocoAutograd", "MocoFormats"]),
    .target(
      name: "MocoMethods",
      dependencies: ["MocoBase", "MocoTensor", "MocoAutograd", "MocoFormats", "MocoCLIP"]),
    .target(
      name: "MocoData",
      dependencies: [
        "CKernels", "CSystem", "CImageCodecs", "MocoBase", "MocoTensor", "MocoFormats", "MocoCLIP",
      ]),
    .target(
      name: "MocoTraining",
      dependencies: [
        "CKernels", "MocoBase", "MocoTensor", "MocoAutograd", "MocoFormats", "MocoCLIP", "MocoMethods",
        "MocoData",
      ]),

    // What is shown, and the language: know no tensor.
    .target(name: "MocoDocument", dependencies: ["MocoBase"]),
    .target(name: "MocoLang", dependencies: ["MocoBase", "MocoDocument"]),
    .target(name: "MocoPlot", dependencies: ["MocoBase", "MocoDocument"]),

    // Sweeps: points, claims, folders; knows no program that runs.
    .target(
      name: "MocoSweeps",
      dependencies: ["CProcess", "MocoBase", "MocoData", "MocoTraining", "MocoDocument", "MocoLang"]),

    // Where both meet.
    .target(
      name: "MocoRuntime",
      dependencies: [
        "CCairo", "MocoBase", "MocoTensor", "MocoAutograd", "MocoFormats", "MocoCLIP", "MocoMethods",
        "MocoData", "MocoTraining", "MocoDocument", "MocoLang", "MocoPlot", "MocoSweeps",
      ]),
    .target(
      name: "MocoSession",
      dependencies: ["CProcess", "MocoBase", "MocoTraining", "MocoDocument", "MocoLang", "MocoRuntime"]),
    .target(
      name: "MocoNotebook",
      dependencies: [
        "CMarkdown", "CProcess", "MocoBase", "MocoTraining", "MocoDocument", "MocoLang", "MocoPlot",
        "MocoRuntime", "MocoSession",
      ]),
    .target(
      name: "MocoKernel",
      dependencies: [
        "CSystem", "CProcess", "MocoBase", "MocoDocument", "MocoLang", "MocoRuntime", "MocoSession",
        "MocoNotebook",
      ]),
    .target(
      name: "MocoLanguageServer", dependencies: ["MocoBase", "MocoLang", "MocoRuntime", "MocoSession"]),
    .target(
      name: "MocoManual",
      dependencies: [
        "MocoBase", "MocoDocument", "MocoLang", "MocoRuntime", "MocoSession", "MocoNotebook",
      ]),
    .target(
      name: "MocoWatch",
      dependencies: [
        "CProcess", "MocoBase", "MocoDocument", "MocoLang", "MocoRuntime", "MocoSession", "MocoNotebook",
      ]),
    .target(
      name: "MocoTerminal",
      dependencies: [
        "CProcess", "CEditline", "MocoBase", "MocoTensor", "MocoTraining", "MocoDocument", "MocoLang",
        "MocoRuntime", "MocoSession",
      ]),
    .target(
      name: "MocoBench",
      dependencies: [
        "CKernels", "MocoBase", "MocoTensor", "MocoAutograd", "MocoFormats", "MocoCLIP", "MocoMethods",
        "MocoData",
        "MocoTraining",
        "MocoLang", "MocoRuntime",
      ]),
    .executableTarget(
      name: "moco",
      dependencies: [
        "MocoBase", "MocoTensor", "MocoCLIP", "MocoData", "MocoTraining", "MocoDocument", "MocoLang", "MocoRuntime", "MocoSession", "MocoSweeps", "MocoNotebook", "MocoManual", "MocoKernel", "MocoLanguageServer", "MocoWatch", "MocoTerminal", "MocoBench", "MocoFormats",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(
      name: "MocoGolden",
      dependencies: [
        "MocoBase", "MocoTensor", "MocoAutograd", "MocoFormats", "MocoCLIP", "MocoMethods", "MocoData",
        "MocoTraining", "MocoLang", "MocoRuntime",
      ]),
    .executableTarget(name: "golden", dependencies: ["MocoGolden"]),

    .target(
      name: "MocoTestSupport",
      dependencies: [
        "CSystem", "MocoBase", "MocoTensor", "MocoAutograd", "MocoFormats", "MocoCLIP", "MocoMethods",
      ],
      path: "Tests/TestSupport"),
    .target(
      name: "MocoFuzz",
      dependencies: [
        "CThreads", "CSystem", "MocoBase", "MocoTensor", "MocoFormats", "MocoCLIP", "MocoData",
        "MocoTraining", "MocoLang", "MocoRuntime", "MocoTestSupport",
      ],
      path: "Tests/Fuzz/Library"),
    .executableTarget(name: "fuzz", dependencies: ["MocoFuzz"], path: "Tests/Fuzz/Program"),

    .executableTarget(
      name: "cells",
      dependencies: ["MocoBase", "MocoTraining", "MocoDocument", "MocoLang", "MocoSession"],
      path: "Tests/Cells"),

    .testTarget(name: "HouseTests"),
    .testTarget(
      name: "MocoTensorTests", dependencies: ["CKernels", "MocoBase", "MocoTensor", "MocoAutograd"]),
    .testTarget(
      name: "MocoCLIPTests",
      dependencies: [
        "CKernels", "CSystem", "MocoBase", "MocoTensor", "MocoAutograd", "MocoFormats", "MocoCLIP",
        "MocoTestSupport",
      ]),
    .testTarget(
      name: "MocoMethodsTests",
      dependencies: ["MocoBase", "MocoTensor", "MocoAutograd", "MocoCLIP", "MocoMethods", "MocoTestSupport"]),
    .testTarget(
      name: "MocoDataTests",
      dependencies: [
        "MocoBase", "MocoTensor", "MocoAutograd", "MocoFormats", "MocoCLIP", "MocoData", "MocoTestSupport",
      ]),
    .testTarget(
      name: "MocoTrainingTests",
      dependencies: [
        "MocoBase", "MocoTensor", "MocoAutograd", "MocoFormats", "MocoCLIP", "MocoMethods", "MocoData",
        "MocoTraining", "MocoTestSupport",
      ]),
    .testTarget(
      name: "MocoGoldenTests",
      dependencies: [
        "MocoBase", "MocoTensor", "MocoAutograd", "MocoFormats", "MocoCLIP", "MocoMethods", "MocoTraining",
        "MocoGolden", "MocoTestSupport",
      ]),
    .testTarget(
      name: "MocoDocumentTests", dependencies: ["MocoBase", "MocoDocument"], exclude: ["Snapshots"]),
    .testTarget(name: "MocoLangTests", dependencies: ["MocoBase", "MocoDocument", "MocoLang"]),
    .testTarget(
      name: "MocoSweepsTests",
      dependencies: ["MocoBase", "MocoDocument", "MocoLang", "MocoSweeps", "MocoTestSupport"]),
    .testTarget(
      name: "MocoPlotTests", dependencies: ["MocoBase", "MocoDocument", "MocoPlot"], exclude: ["Snapshots"]),
    .testTarget(
      name: "MocoNotebookTests",
      dependencies: [
        "MocoBase", "MocoDocument", "MocoLang", "MocoRuntime", "MocoSession", "MocoNotebook",
        "MocoTestSupport",
      ]),
    .testTarget(
      name: "MocoRuntimeTests",
      dependencies: [
        "MocoBase", "MocoTensor", "MocoFormats", "MocoCLIP", "MocoMethods", "MocoData", "MocoTraining",
        "MocoDocument", "MocoLang", "MocoSweeps", "MocoRuntime", "MocoSession", "MocoTestSupport", "fuzz", "moco",
      ],
      exclude: ["Snapshots"]),
    .testTarget(
      name: "MocoManualTests",
      dependencies: [
        "MocoBase", "MocoLang", "MocoRuntime", "MocoManual", "MocoTestSupport", "moco",
      ]),
    .testTarget(
      name: "MocoBenchTests",
      dependencies: ["MocoBase", "MocoTensor", "MocoFormats", "MocoMethods", "MocoBench", "MocoTestSupport"]),
    .testTarget(
      name: "MocoSessionTests",
      dependencies: [
        "MocoBase", "MocoDocument", "MocoLang", "MocoRuntime", "MocoSession", "MocoTestSupport", "cells",
        "moco",
      ]),
    .testTarget(
      name: "MocoKernelTests",
      dependencies: ["MocoBase", "MocoKernel", "MocoTestSupport", "moco"]),
    .testTarget(
      name: "MocoLanguageServerTests",
      dependencies: [
        "MocoBase", "MocoLang", "MocoRuntime", "MocoSession", "MocoLanguageServer", "MocoTestSupport", "moco",
      ]),
    .testTarget(
      name: "MocoWatchTests",
      dependencies: [
        "MocoBase", "MocoDocument", "MocoLang", "MocoRuntime", "MocoSession", "MocoNotebook", "MocoWatch",
      ]),
    .testTarget(
      name: "MocoTerminalTests",
      dependencies: [
        "CEditline", "MocoTensor", "MocoTraining", "MocoRuntime", "MocoSession", "MocoTerminal",
        "MocoTestSupport", "moco",
      ],
      exclude: ["Terminal/drive.py"]),
  ],
  cLanguageStandard: .c17
)
