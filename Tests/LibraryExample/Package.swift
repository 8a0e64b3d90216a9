// swift-tools-version: 6.2
import PackageDescription

// A package that uses this project as a library. It is named by its path: LibTorch's place is a flag that SwiftPM takes from no
// package it has fetched. What computes with tensors also needs the product "implicit-torch", which is loaded when the program runs.
let package = Package(
  name: "example",
  dependencies: [.package(name: "implicit-models", path: "../..")],
  targets: [
    .executableTarget(name: "example", dependencies: [.product(name: "Equilibrium", package: "implicit-models")])
  ])
