// swift-tools-version: 6.2
import Foundation
import PackageDescription

// Where LibTorch is: the variable LIBTORCH, or the copy that pipelines/setup.sh unpacked.
// Full paths in the link line, because a LibTorch in /usr/lib would otherwise win over the one chosen here.
let libtorch = Context.environment["LIBTORCH"] ?? "\(Context.packageDirectory)/.deps/libtorch"
if !FileManager.default.fileExists(atPath: "\(libtorch)/include/torch/csrc/api/include/torch/torch.h") {
  // Otherwise the build ends after minutes at the first header of LibTorch.
  let hint = "\nthere is no LibTorch in \(libtorch): run pipelines/setup.sh, or name one in the variable LIBTORCH\n\n"
  FileHandle.standardError.write(Data(hint.utf8))
  exit(1)
}
let torchIncludes = ["-I\(libtorch)/include", "-I\(libtorch)/include/torch/csrc/api/include"]
let torchLibraries =
  ["libtorch.so", "libtorch_cpu.so", "libtorch_cuda.so", "libc10.so", "libc10_cuda.so"]
  .map { "\(libtorch)/lib/\($0)" }
  .filter { FileManager.default.fileExists(atPath: $0) }

let torchCompiler: [CXXSetting] = [.unsafeFlags(torchIncludes + ["-O3"])]
let torchLinker: [LinkerSetting] = [.unsafeFlags(torchLibraries + ["-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/lib"])]

// -enable-testing in release too, so that `swift build -c release` and the tests share one build (pipelines/test.sh).
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .unsafeFlags(["-enable-testing"], .when(configuration: .release)),
]

/// A module of Swift in `Sources/NAME`, or where `path` says.
func library(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
  .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

func tool(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies + ["Support", "ToolKit", argumentParser], path: "Sources/Tools/\(name)",
    swiftSettings: settings)
}

/// The tests in `Tests/NAMETests`, or where `path` says.
func tests(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
  .testTarget(name: "\(name)Tests", dependencies: dependencies + ["TestSupport"], path: path, swiftSettings: settings)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// The case studies, one folder each below Sources/Studies, with the C libraries that only they need. A new one is named here and in
/// Sources/Studies/Registry.
let studies: [(name: String, libraries: [Target.Dependency])] = [
  ("Deblurring", ["CPNG", "CTurboJPEG"]),
  ("LinearPrograms", ["CClp"]),
  ("LoopedLanguage", []),
  ("ScalarMaps", []),
  ("SteadyFlows", []),
]
let studyNames = studies.map { Target.Dependency.target(name: $0.name) }

/// The case studies that have tests of their own, beside the conformance suite that every one passes.
let testedStudies = studies.filter {
  FileManager.default.fileExists(atPath: "\(Context.packageDirectory)/Tests/\($0.name)Tests")
}

/// All that a case study may use.
let studyFoundation: [Target.Dependency] = [
  "Torch", "HDF5", "Equilibrium", "Support", "Configuration", "Records", "Plot", "StudyKit", logging,
]

let package = Package(
  name: "implicit-models",
  products: [
    // Loaded when the first tensor is made, so that programs and commands without tensors start without LibTorch.
    .library(name: "implicit-torch", type: .dynamic, targets: ["CTorchShim", "CKernels"])
  ]
    + [
      // For packages that name this one by its path; Tests/LibraryExample is one.
      "Torch", "HDF5", "Equilibrium", "Support", "Configuration", "Records", "Plot", "StudyKit", "Stages",
    ].map { .library(name: $0, targets: [$0]) },
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    // C boundaries
    .target(
      name: "CTorch", path: "Sources/C/CTorch", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .target(
      name: "CTorchShim", path: "Sources/C/CTorchShim", cxxSettings: [.headerSearchPath("../CTorch/include")] + torchCompiler,
      linkerSettings: torchLinker),
    .target(name: "CKernels", path: "Sources/C/CKernels", cxxSettings: torchCompiler),
    .systemLibrary(name: "CHDF5", path: "Sources/C/CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CCrypto", path: "Sources/C/CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CClp", path: "Sources/C/CClp", providers: [.apt(["coinor-libclp-dev"])]),
    .systemLibrary(name: "CPNG", path: "Sources/C/CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(
      name: "CTurboJPEG", path: "Sources/C/CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),

    // Rooms: each may use only what stands above it
    library("Torch", ["CTorch"]),
    library("HDF5", ["CHDF5"]),
    library("Equilibrium", ["Torch"]),
    library("Support", ["CCrypto", logging]),
    library("Configuration", ["Support", yams]),
    library("Records", ["Support", "HDF5"]),
    library("Plot", ["Support", subprocess]),
    library("StudyKit", ["Torch", "HDF5", "Equilibrium", "Support", "Configuration", "Records", "Plot"]),
    library("Stages", ["Torch", "HDF5", "Equilibrium", "Support", "Configuration", "Records", "StudyKit", logging]),
  ]
    + studies.map { library($0.name, studyFoundation + $0.libraries, path: "Sources/Studies/\($0.name)") } + [
      library(
        "StudyRegistry", ["Support", "Configuration", "Records", "StudyKit"] + studyNames, path: "Sources/Studies/Registry"),
      library("Report", ["HDF5", "Support", "Configuration", "Records", "Plot", mustache]),
      library("Pipeline", ["HDF5", "Support", "Configuration", "Records", "Report", mustache, subprocess, logging]),

      // Programs: what all share (options, exit codes), and one folder each
      library("ToolKit", ["Support", "Configuration", argumentParser, logging], path: "Sources/Tools/ToolKit"),
      tool("implicit-generate", ["Torch", "Records", "StudyKit", "Stages", "StudyRegistry"]),
      tool("implicit-train", ["Torch", "StudyKit", "Stages", "StudyRegistry"]),
      tool(
        "implicit-sweep", ["Torch", "Equilibrium", "Configuration", "Records", "StudyKit", "Stages", "StudyRegistry"]),
      tool(
        "implicit-apply", ["Torch", "Equilibrium", "Records", "StudyKit", "Stages", "StudyRegistry"]),
      tool("implicit-aggregate", ["Torch", "Configuration", "Records", "StudyKit", "StudyRegistry", "Report"]),
      tool("implicit-inspect", ["Configuration", "Records", "StudyKit", "StudyRegistry", "Report"]),
      tool("implicit-pipeline", ["StudyRegistry", "Pipeline"]),
      // Measurements that pipelines/benchmarks compare with the same work in PyTorch
      tool("implicit-benchmark", ["Torch", "StudyKit", "Stages", "StudyRegistry"]),

      .target(name: "TestSupport", dependencies: ["Support"], path: "Tests/TestSupport", swiftSettings: settings),
      tests("Torch", ["CTorch", "Torch"]),
      tests("HDF5", ["HDF5"]),
      tests("Equilibrium", ["Torch", "HDF5", "Equilibrium"]),
      tests("Support", ["Support", logging]),
      tests("Configuration", ["Support", "Configuration"]),
      tests("Records", ["HDF5", "Support", "Records"]),
      tests("Plot", ["Support", "Plot"]),
      tests("StudyKit", ["Torch", "Equilibrium", "Support", "Configuration", "StudyKit"]),
      tests("Stages", studyFoundation + ["Stages"]),
    ] + testedStudies.map { tests($0.name, studyFoundation + ["Stages", .target(name: $0.name)] + $0.libraries) } + [
      tests("StudyRegistry", ["Support", "Records", "StudyKit", "StudyRegistry"]),
      tests("Report", ["HDF5", "Support", "Configuration", "Records", "Plot", "Report"]),
      tests("Pipeline", ["HDF5", "Support", "Configuration", "Records", "StudyRegistry", "Pipeline"]),
      // The smallest case study, whose code Sources/README.md quotes, and what every case study must hold
      .target(
        name: "TemplateStudy", dependencies: studyFoundation, path: "Tests/TemplateStudy",
        exclude: ["averages.yaml", "averages.md"], swiftSettings: settings),
      tests(
        "Conformance", studyFoundation + ["Stages", "StudyRegistry", "Report", "Pipeline", "TemplateStudy"],
        path: "Tests/Conformance"),
      tests("ToolKit", ["Support", "ToolKit", argumentParser]),
      tests("EndToEnd", ["HDF5", "Support", "Configuration", "Records", subprocess]),
    ],
  cxxLanguageStandard: .cxx20
)
