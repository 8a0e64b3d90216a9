// swift-tools-version: 6.2
import Foundation
import PackageDescription

// Where LibTorch is: the variable LIBTORCH, or the copy that pipelines/setup.sh unpacked.
// Full paths in the link line, because a LibTorch in /usr/lib would otherwise win over the one chosen here.
let libtorch = Context.environment["LIBTORCH"] ?? "\(Context.packageDirectory)/.deps/libtorch"
let torchIncludes = ["-I\(libtorch)/include", "-I\(libtorch)/include/torch/csrc/api/include"]
let torchLibraries =
  ["libtorch.so", "libtorch_cpu.so", "libtorch_cuda.so", "libc10.so", "libc10_cuda.so"]
  .map { "\(libtorch)/lib/\($0)" }
  .filter { FileManager.default.fileExists(atPath: $0) }

// -enable-testing in release too, so that `swift build -c release` and the tests share one build (pipelines/test.sh).
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .unsafeFlags(["-enable-testing"], .when(configuration: .release)),
]

func library(_ name: String, _ dependencies: [Target.Dependency], linker: [LinkerSetting] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings, linkerSettings: linker)
}

func tool(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name,
    dependencies: dependencies + ["ToolKit", .product(name: "ArgumentParser", package: "swift-argument-parser")],
    swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: "\(name)Tests", dependencies: dependencies, swiftSettings: settings)
}

/// One folder per case study below Sources. A new one is named here and in Sources/CaseStudies/Registry.swift.
let caseStudies = ["Deblurring", "LinearPrograms", "LoopedLanguage", "ScalarMaps", "SteadyFlows"]

let package = Package(
  name: "implicit-models",
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
      name: "CTorch",
      cxxSettings: [.unsafeFlags(torchIncludes + ["-O3"])],
      linkerSettings: [.unsafeFlags(torchLibraries + ["-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/lib"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CClp", providers: [.apt(["coinor-libclp-dev"])]),

    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),

    // Foundations: each depends only on those above it
    library("Torch", ["CTorch"]),
    library("HDF5", ["CHDF5"]),
    library("Equilibrium", ["Torch"]),
    library(
      "Experiment",
      [
        "CCrypto", "Torch", "HDF5", "Equilibrium", .product(name: "Yams", package: "Yams"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    library(
      "Report",
      [
        "HDF5", "Experiment", .product(name: "Mustache", package: "swift-mustache"),
        .product(name: "Subprocess", package: "swift-subprocess"),
      ]),

    // Case studies
    library("Deblurring", ["CPNG", "CTurboJPEG", "HDF5", "Torch", "Experiment"]),
    library("LinearPrograms", ["CClp", "Torch", "Equilibrium", "Experiment"]),
    library("LoopedLanguage", ["Torch", "HDF5", "Equilibrium", "Experiment"]),
    library("ScalarMaps", ["Torch", "Experiment"]),
    library(
      "SteadyFlows", ["Torch", "Equilibrium", "Experiment", .product(name: "Logging", package: "swift-log")]),
    library("CaseStudies", ["Experiment"] + caseStudies.map { .target(name: $0) }),

    // What all executables share: options, exit codes
    library(
      "ToolKit",
      [
        "Experiment", .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),

    // Turns a pipeline file into tasks, and runs those that are not done, here or as jobs of Slurm
    library(
      "Pipeline",
      [
        "HDF5", "Experiment", "CaseStudies", "Report", .product(name: "Mustache", package: "swift-mustache"),
        .product(name: "Subprocess", package: "swift-subprocess"),
      ]),

    // Stages
    tool("implicit-generate", ["CaseStudies", "Experiment"]),
    tool("implicit-train", ["CaseStudies", "Experiment"]),
    tool("implicit-sweep", ["CaseStudies", "Experiment"]),
    tool("implicit-aggregate", ["CaseStudies", "Experiment", "Report"]),
    tool("implicit-inspect", ["CaseStudies", "Experiment", "Report"]),
    tool("implicit-pipeline", ["Pipeline", "Experiment"]),

    // Measurements that pipelines/benchmarks compare with the same work in PyTorch
    tool("implicit-benchmark", ["CaseStudies", "Experiment"]),

    // Tests
    tests("Torch", ["Torch"]),
    tests("HDF5", ["HDF5"]),
    tests("Equilibrium", ["Equilibrium", "Torch", "HDF5"]),
    tests("Experiment", ["Experiment", "Equilibrium", "Torch", "HDF5"]),
    tests("ToolKit", ["ToolKit", "Experiment", .product(name: "ArgumentParser", package: "swift-argument-parser")]),
    tests("Deblurring", ["Deblurring", "CTurboJPEG", "Experiment", "Equilibrium", "Torch", "HDF5"]),
    tests("LinearPrograms", ["LinearPrograms", "Experiment", "Equilibrium", "Torch", "HDF5"]),
    tests("LoopedLanguage", ["LoopedLanguage", "Experiment", "Equilibrium", "Torch", "HDF5"]),
    tests("ScalarMaps", ["ScalarMaps", "Experiment", "Equilibrium", "Torch", "HDF5"]),
    tests("SteadyFlows", ["SteadyFlows", "Experiment", "Equilibrium", "Torch", "HDF5"]),
    tests("Report", ["Report", "Experiment", "HDF5"]),
    tests("Pipeline", ["Pipeline", "Experiment"]),
    tests("EndToEnd", ["HDF5", "Experiment", .product(name: "Subprocess", package: "swift-subprocess")]),
  ],
  cxxLanguageStandard: .cxx20
)
