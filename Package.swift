// swift-tools-version: 6.3
import PackageDescription

/// The commit that the program tells as its own, passed by the Makefile.
///
/// SwiftPM's `Context.gitInformation` does not serve: it is remembered with the manifest and would tell old commits.
let commit = Context.environment["EVALKIT_COMMIT"] ?? ""
let tellsCommit = !commit.isEmpty && commit.allSatisfy { $0.isHexDigit || $0 == "+" }

/// Every Swift room is compiled in Swift 6 mode and no warning survives a build.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func room(
  _ name: String, needs dependencies: [Target.Dependency] = [], resources: [Resource]? = nil
)
  -> Target
{
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

func tests(
  of name: String, also dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
    exclude: exclude, swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")

let package = Package(
  name: "evalkit",
  products: [.executable(name: "evalkit", targets: ["evalkit"])],
  // Pinned here, so that everybody builds what was tested. Package.resolved cannot be committed: it records commits,
  // and those of mirrors differ. None of the four has dependencies of its own.
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0"),
  ],
  targets: [
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "CBuild",
      cSettings: tellsCommit ? [.define("EVALKIT_COMMIT", to: "\"\(commit)\"")] : []),
    .target(name: "CEmbeddedFiles", exclude: ["SHA256SUMS", "canary", "weights"]),
    .target(name: "CFuzzing"),
    .target(name: "CImageCodecs", dependencies: ["CJPEG", "CPNG"]),
    .target(name: "CKernels"),
    .target(name: "CMemory"),
    .target(
      name: "CTextData",
      exclude: ["LICENSE-CLIP", "LICENSE-ftfy", "entities.txt", "merges.bin", "mojibake.txt"]),
    room("Essentials", needs: ["CCrypto", "CEmbeddedFiles"]),
    room("Tensors"),
    room("Kernels", needs: ["CKernels", "Tensors"]),
    room("Graphs", needs: ["Kernels", "Tensors"]),
    room(
      "Checkpoints",
      needs: [
        "CZlib", "Essentials", "Graphs", "Kernels", "Tensors", protobuf,
      ]),
    room("Networks", needs: ["Essentials", "Graphs", "Kernels", "Tensors"]),
    room("Training", needs: ["Checkpoints", "Graphs", "Kernels", "Tensors"]),
    room("Texts", needs: ["CTextData", "Essentials", "Tensors"]),
    room("Images", needs: ["CImageCodecs", "CKernels", "Essentials", "Kernels", "Tensors"]),
    room("Detection", needs: ["Graphs", "Images", "Networks", "Tensors"]),
    room("Metrics", needs: ["CKernels", "Kernels", "Tensors"]),
    room("Faces", needs: ["Tensors"]),
    room(
      "Datasets", needs: ["Checkpoints", "Essentials", "Faces", "Images", "Tensors"]),
    room(
      "Generators",
      needs: [
        "Checkpoints", "Datasets", "Essentials", "Faces", "Graphs", "Images", "Kernels", "Networks",
        "Tensors",
      ]),
    room("Tables", needs: ["Essentials", yams]),
    room(
      "Recipes",
      needs: [
        "Checkpoints", "Essentials", "Faces", "Graphs", "Images", "Kernels", "Metrics", "Networks",
        "Tensors", "Texts", "Training",
      ]),
    room("Store", needs: ["Essentials", grdb]),
    room("Verdicts", needs: ["Tensors"]),
    room("Reports"),
    room(
      "Harness",
      needs: [
        "CMemory", "Checkpoints", "Datasets", "Detection", "Essentials", "Faces", "Generators",
        "Graphs", "Images", "Kernels", "Metrics", "Networks", "Recipes", "Reports", "Store",
        "Tables", "Tensors", "Texts", "Verdicts", yams,
      ]),
    .executableTarget(
      name: "evalkit",
      dependencies: ["CBuild", "CMemory", "Essentials", "Harness", "Verdicts", argumentParser],
      swiftSettings: strict),
    room("TestSupport", needs: ["CFuzzing", "Tensors"]),
    tests(of: "Essentials"),
    tests(of: "Tensors"),
    tests(of: "Kernels", also: ["CKernels", "Tensors"]),
    tests(of: "Graphs", also: ["Kernels", "Tensors"]),
    tests(of: "Checkpoints", also: ["Graphs", "Tensors", protobuf], exclude: ["Goldens"]),
    tests(
      of: "Networks", also: ["Checkpoints", "Graphs", "Kernels", "Tensors"], exclude: ["Goldens"]),
    tests(
      of: "Training", also: ["Checkpoints", "Graphs", "Kernels", "Tensors"], exclude: ["Goldens"]),
    tests(
      of: "Recipes",
      also: ["Checkpoints", "Essentials", "Graphs", "Kernels", "Networks", "Tensors"]),
    tests(of: "Texts", also: ["Tensors"], exclude: ["Goldens"]),
    tests(of: "Images", also: ["Tensors"], exclude: ["Goldens"]),
    tests(
      of: "Detection", also: ["Checkpoints", "Graphs", "Images", "Networks", "Tensors"],
      exclude: ["Goldens"]),
    tests(of: "Metrics", also: ["Kernels", "Tensors"], exclude: ["Goldens"]),
    tests(of: "Faces", also: ["Essentials", "Images", "Tensors"], exclude: ["Goldens"]),
    tests(
      of: "Datasets", also: ["Checkpoints", "Faces", "Images", "Tensors"], exclude: ["Goldens"]),
    tests(
      of: "Generators", also: ["Datasets", "Faces", "Images", "Tensors"], exclude: ["Goldens"]),
    tests(of: "Tables"),
    tests(of: "Store", also: ["Tensors", grdb], exclude: ["Goldens"]),
    tests(of: "Verdicts", also: ["Tensors"], exclude: ["Goldens"]),
    tests(of: "Reports", exclude: ["Snapshots"]),
    tests(
      of: "Harness",
      also: [
        "Checkpoints", "Datasets", "Detection", "Faces", "Generators", "Graphs", "Images",
        "Metrics", "Networks", "Store", "Tables", "Tensors", "Verdicts",
      ]),
    .testTarget(
      name: "ArchitectureTests", dependencies: ["TestSupport"], swiftSettings: strict),
    tests(
      of: "evalkit",
      also: ["Checkpoints", "Essentials", "Graphs", "Images", "Networks", "Tensors", grdb, yams]),
  ]
)
