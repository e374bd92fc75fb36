// swift-tools-version: 6.3
import PackageDescription

/// The commit that the program tells as its own, passed by the Makefile.
///
/// SwiftPM's `Context.gitInformation` does not serve: it is remembered with the manifest and would tell old commits.
let commit = Context.environment["EVALKIT_COMMIT"] ?? ""
let tellsCommit = !commit.isEmpty && commit.allSatisfy { $0.isHexDigit || $0 == "+" }

/// Links Swift's libraries into the program, so that it starts where no Swift is; the Makefile asks for it.
///
/// Tests cannot be linked so, since their library brings Swift's with it. The objects are the same either way: a change
/// of mind costs a second link and no compiling.
let isStatic = Context.environment["EVALKIT_STATIC"] == "1"
let staticLibraries: [LinkerSetting] =
  isStatic
  ? [.unsafeFlags(["-static-stdlib", "-Xclang-linker", "-static-libgcc"])]
    + [
      "Foundation", "CoreFoundation", "FoundationInternationalization", "FoundationEssentials",
      "_FoundationICU", "_FoundationCShims", "_FoundationCollections", "dispatch", "BlocksRuntime",
      "stdc++",
    ].map { .linkedLibrary($0) }
  : []

/// Every Swift room is compiled in Swift 6 mode and no warning survives a build.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Rooms without unsafe pointers, which the compiler holds to it; calls of the system are marked `unsafe` there.
let memorySafe: Set = [
  "Terms", "Provenance", "Diffusion", "Detection", "Networks", "Models", "Tables", "Verdicts",
  "Reports", "Runs", "Gate", "Bench", "Scores", "Site", "Cluster", "Harness",
]

/// Rooms that leave computing to others; optimizing them took a third of a build and gained nothing that a job's time
/// shows.
let unoptimized: Set = [
  "ONNX", "Networks", "Tables", "Reports", "Measurement", "Runs", "Gate", "Bench", "Scores", "Site",
  "Cluster", "Harness", "evalkit",
]

/// The settings of a room.
func settings(of name: String) -> [SwiftSetting] {
  strict + (memorySafe.contains(name) ? [.strictMemorySafety()] : [])
    + (unoptimized.contains(name) ? [.unsafeFlags(["-Onone"])] : [])
}

/// Rooms whose tests compute much themselves.
///
/// All others leave computing to the rooms, and are compiled without optimization in half the time.
let optimizedTests: Set = ["Checkpoints", "Faces", "Graphs", "Images", "Verdicts"]

/// Rooms that belong together; a folder in `Sources` and in `Tests`, no module.
enum Wing: String {
  case system = "System"
  case core = "Core"
  case compute = "Compute"
  case models = "Models"
  case data = "Data"
  case generation = "Generation"
  case evaluation = "Evaluation"
  case program = "Program"

  func room(_ name: String, needs dependencies: [Target.Dependency] = []) -> Target {
    .target(
      name: name, dependencies: dependencies, path: "Sources/\(rawValue)/\(name)",
      swiftSettings: settings(of: name))
  }

  func tests(
    of name: String, also dependencies: [Target.Dependency] = [], exclude: [String] = []
  ) -> Target {
    .testTarget(
      name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
      path: "Tests/\(rawValue)/\(name)Tests", exclude: exclude,
      swiftSettings: strict + (optimizedTests.contains(name) ? [] : [.unsafeFlags(["-Onone"])]))
  }
}

/// A room of C.
func c(
  _ name: String, needs dependencies: [Target.Dependency] = [], exclude: [String] = [],
  settings: [CSetting] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/System/\(name)", exclude: exclude,
    cSettings: settings)
}

/// The headers of a library that the system has.
func library(_ name: String, pkgConfig: String, package: String) -> Target {
  .systemLibrary(
    name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig,
    providers: [.apt([package])])
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")

let system: [Target] = [
  library("CCrypto", pkgConfig: "libcrypto", package: "libssl-dev"),
  library("CJPEG", pkgConfig: "libjpeg", package: "libjpeg-dev"),
  library("CPNG", pkgConfig: "libpng", package: "libpng-dev"),
  library("CZlib", pkgConfig: "zlib", package: "zlib1g-dev"),
  c(
    "CBuild",
    settings: tellsCommit ? [.define("EVALKIT_COMMIT", to: "\"\(commit)\"")] : []),
  c("CEmbeddedFiles", exclude: ["SHA256SUMS", "canary", "weights"]),
  c("CFuzzing"),
  c("CImageCodecs", needs: ["CJPEG", "CPNG"]),
  c("CKernels"),
  c("CMemory"),
  c(
    "CTextData",
    exclude: [
      "LICENSE-CLIP", "LICENSE-ftfy", "entities.txt", "merges.bin", "mojibake.txt", "uncased.txt",
      "word-pieces.z",
    ]),
]

let core: [Target] = [
  Wing.core.room("Essentials", needs: ["CCrypto", "CEmbeddedFiles"]),
  Wing.core.room("Terms"),
  Wing.core.room("Tensors"),
  Wing.core.room("Provenance", needs: ["CMemory", "Essentials", "Tensors"]),
]

let compute: [Target] = [
  Wing.compute.room("Kernels", needs: ["CKernels", "Tensors"]),
  Wing.compute.room("ArrayKernels", needs: ["Kernels", "Tensors"]),
  Wing.compute.room("ReferenceKernels", needs: ["ArrayKernels", "Kernels", "Tensors"]),
  Wing.compute.room(
    "Graphs", needs: ["ArrayKernels", "Kernels", "ReferenceKernels", "Tensors", "Terms"]),
  Wing.compute.room("Gradients", needs: ["ArrayKernels", "Graphs", "Kernels", "Tensors"]),
  Wing.compute.room("Objectives", needs: ["Gradients", "Graphs", "Kernels", "Tensors"]),
  Wing.compute.room(
    "Images", needs: ["CImageCodecs", "CKernels", "Essentials", "Kernels", "Tensors", "Terms"]),
  Wing.compute.room("Metrics", needs: ["CKernels", "Kernels", "Tensors", "Terms"]),
  Wing.compute.room("Diffusion", needs: ["Tensors"]),
  Wing.compute.room("Volumes", needs: ["Kernels", "Tensors"]),
]

let models: [Target] = [
  Wing.models.room("Checkpoints", needs: ["CZlib", "Essentials", "Graphs", "Tensors"]),
  Wing.models.room(
    "ONNX", needs: ["ArrayKernels", "Checkpoints", "Graphs", "Kernels", "Tensors", protobuf]),
  Wing.models.room(
    "Networks", needs: ["ArrayKernels", "Essentials", "Graphs", "Kernels", "Tensors"]),
  Wing.models.room(
    "Training", needs: ["Checkpoints", "Gradients", "Graphs", "Kernels", "Tensors"]),
  Wing.models.room("Texts", needs: ["CTextData", "CZlib", "Essentials", "Tensors", "Terms"]),
  Wing.models.room("Detection", needs: ["Graphs", "Images", "Networks", "Tensors"]),
  Wing.models.room(
    "Models",
    needs: [
      "CMemory", "Checkpoints", "Detection", "Essentials", "Gradients", "Graphs", "Images",
      "Kernels", "Metrics", "Networks", "ONNX", "Provenance", "Tensors", "Terms", "Texts", yams,
    ]),
]

let data: [Target] = [
  Wing.data.room("Faces", needs: ["Tensors"]),
  Wing.data.room(
    "Datasets", needs: ["Checkpoints", "Essentials", "Faces", "Images", "Tensors", "Terms"]),
]

let generation: [Target] = [
  Wing.generation.room(
    "Pipelines",
    needs: [
      "Checkpoints", "Diffusion", "Essentials", "Graphs", "Images", "Kernels", "Models", "Networks",
      "Tensors", "Terms", "Texts",
    ]),
  Wing.generation.room(
    "Systems",
    needs: [
      "Checkpoints", "Diffusion", "Essentials", "Faces", "Gradients", "Graphs", "Images", "Kernels",
      "Metrics", "Models", "Networks", "Objectives", "Pipelines", "Provenance", "Tensors", "Terms",
      "Training", "Volumes",
    ]),
  Wing.generation.room(
    "Generators",
    needs: [
      "Datasets", "Diffusion", "Essentials", "Faces", "Images", "Models", "Networks", "Pipelines",
      "Systems", "Tensors", "Terms",
    ]),
  Wing.generation.room(
    "Recipes",
    needs: [
      "Checkpoints", "Diffusion", "Essentials", "Faces", "Gradients", "Graphs", "Images", "Kernels",
      "Metrics", "Models", "Networks", "Objectives", "Tensors", "Texts", "Training",
    ]),
  Wing.generation.room(
    "SystemRecipes",
    needs: [
      "Checkpoints", "Diffusion", "Essentials", "Faces", "Gradients", "Graphs", "Images", "Kernels",
      "Metrics", "Models", "Networks", "Objectives", "Pipelines", "Recipes", "Systems", "Tensors",
      "Texts", "Training", "Volumes",
    ]),
]

let evaluation: [Target] = [
  Wing.evaluation.room("Tables", needs: ["Essentials", "Terms", yams]),
  Wing.evaluation.room("Store", needs: ["Essentials", "Terms", grdb]),
  Wing.evaluation.room("Verdicts", needs: ["Tensors", "Terms"]),
  Wing.evaluation.room("Reports", needs: ["Terms"]),
  Wing.evaluation.room(
    "Measurement",
    needs: [
      "CMemory", "Checkpoints", "Datasets", "Essentials", "Generators", "Graphs", "Images",
      "Metrics", "Models", "Networks", "Provenance", "Store", "Tables", "Tensors", "Terms",
    ]),
  Wing.evaluation.room(
    "Runs",
    needs: [
      "Checkpoints", "Datasets", "Essentials", "Generators", "Images", "Measurement", "Metrics",
      "Models", "Provenance", "Reports", "Store", "Tables", "Tensors", "Terms", "Verdicts",
    ]),
  Wing.evaluation.room(
    "Gate",
    needs: [
      "Datasets", "Essentials", "Images", "Measurement", "Metrics", "Provenance", "Reports", "Runs",
      "Store", "Tables", "Tensors", "Terms", "Verdicts",
    ]),
]

let program: [Target] = [
  Wing.program.room(
    "Bench",
    needs: [
      "Diffusion", "Essentials", "Graphs", "Images", "Kernels", "Measurement", "Metrics", "Models",
      "Networks", "Pipelines", "Provenance", "Systems", "Tensors", "Terms", "Volumes",
    ]),
  Wing.program.room(
    "Scores",
    needs: [
      "Checkpoints", "Datasets", "Essentials", "Generators", "Images", "Measurement", "Metrics",
      "Models", "Provenance", "Reports", "Runs", "Store", "Tensors", "Terms",
    ]),
  Wing.program.room(
    "Site",
    needs: ["Essentials", "Gate", "Provenance", "Reports", "Runs", "Store", "Tables", "Tensors"]),
  Wing.program.room(
    "Cluster", needs: ["Essentials", "Provenance", "Reports", "Runs", "Store"]),
  Wing.program.room(
    "Harness",
    needs: [
      "Checkpoints", "Datasets", "Essentials", "Faces", "Gate", "Generators", "Graphs", "Images",
      "Kernels", "Measurement", "Metrics", "Models", "Networks", "Pipelines", "Provenance",
      "Recipes", "Reports", "Runs", "Scores", "Store", "SystemRecipes", "Systems", "Tables",
      "Tensors", "Terms", "Texts", "Verdicts",
    ]),
  .executableTarget(
    name: "evalkit",
    dependencies: [
      "Bench", "CBuild", "CMemory", "Cluster", "Datasets", "Essentials", "Gate", "Generators",
      "Harness", "Measurement", "Models", "Provenance", "Reports", "Runs", "Scores", "Site",
      "Verdicts",
      argumentParser,
    ], path: "Sources/Program/evalkit", swiftSettings: settings(of: "evalkit"),
    linkerSettings: staticLibraries),
]

let support: [Target] = [
  .target(
    name: "TestSupport", dependencies: ["CFuzzing", "Tensors"], path: "Tests/Support/TestSupport",
    swiftSettings: strict),
  .target(
    name: "ModelTestSupport",
    dependencies: [
      "Checkpoints", "Graphs", "Models", "Networks", "Pipelines", "Tensors", "Terms", "TestSupport",
    ],
    path: "Tests/Support/ModelTestSupport", swiftSettings: strict),
  .testTarget(
    name: "ArchitectureTests", dependencies: ["TestSupport"],
    path: "Tests/Support/ArchitectureTests", swiftSettings: strict),
]

let tests: [Target] = [
  Wing.core.tests(of: "Essentials"),
  Wing.core.tests(of: "Tensors"),
  Wing.core.tests(of: "Provenance"),
  Wing.compute.tests(
    of: "Kernels", also: ["ArrayKernels", "CKernels", "ReferenceKernels", "Tensors"]),
  Wing.compute.tests(
    of: "Graphs",
    also: ["ArrayKernels", "Gradients", "Kernels", "ReferenceKernels", "Tensors"]),
  Wing.compute.tests(
    of: "Objectives", also: ["Gradients", "Graphs", "Kernels", "Tensors"], exclude: ["Goldens"]),
  Wing.compute.tests(of: "Images", also: ["Tensors"], exclude: ["Goldens"]),
  Wing.compute.tests(of: "Metrics", also: ["Kernels", "Tensors"], exclude: ["Goldens"]),
  Wing.compute.tests(of: "Diffusion", also: ["Tensors"]),
  Wing.compute.tests(of: "Volumes", also: ["Kernels", "Tensors"], exclude: ["Goldens"]),
  Wing.models.tests(of: "Checkpoints", also: ["Graphs", "Tensors"], exclude: ["Goldens"]),
  Wing.models.tests(
    of: "ONNX", also: ["Checkpoints", "Graphs", "Tensors", protobuf], exclude: ["Goldens"]),
  Wing.models.tests(
    of: "Networks",
    also: [
      "Checkpoints", "Gradients", "Graphs", "Kernels", "Metrics", "ONNX", "ReferenceKernels",
      "Tensors",
    ], exclude: ["Goldens"]),
  Wing.models.tests(
    of: "Training",
    also: [
      "ArrayKernels", "Checkpoints", "Gradients", "Graphs", "Kernels", "Objectives", "Tensors",
    ], exclude: ["Goldens"]),
  Wing.models.tests(of: "Texts", also: ["Tensors"], exclude: ["Goldens"]),
  Wing.models.tests(
    of: "Detection", also: ["Checkpoints", "Graphs", "Images", "Networks", "Tensors"],
    exclude: ["Goldens"]),
  Wing.models.tests(
    of: "Models",
    also: [
      "Checkpoints", "Detection", "Graphs", "Images", "Kernels", "ModelTestSupport", "Networks",
      "ONNX", "Provenance", "Tensors", "Terms",
    ], exclude: ["Goldens"]),
  Wing.data.tests(of: "Faces", also: ["Essentials", "Images", "Tensors"], exclude: ["Goldens"]),
  Wing.data.tests(
    of: "Datasets", also: ["Checkpoints", "Faces", "Images", "Tensors"], exclude: ["Goldens"]),
  Wing.generation.tests(
    of: "Systems",
    also: [
      "Checkpoints", "Diffusion", "Essentials", "Faces", "Gradients", "Graphs", "Images", "Kernels",
      "Metrics", "Models", "Networks", "Objectives", "Pipelines", "Provenance", "Recipes",
      "SystemRecipes", "Tensors", "Terms", "Texts", "Training", "Volumes",
    ], exclude: ["Goldens"]),
  Wing.generation.tests(
    of: "Generators",
    also: [
      "Checkpoints", "Datasets", "Diffusion", "Essentials", "Faces", "Graphs", "Images", "Kernels",
      "ModelTestSupport", "Models", "Networks", "Pipelines", "Systems", "Tensors", "Terms",
    ], exclude: ["Goldens"]),
  Wing.generation.tests(
    of: "Recipes", also: ["Checkpoints", "Essentials", "Kernels", "Tensors"]),
  Wing.generation.tests(
    of: "SystemRecipes",
    also: [
      "Checkpoints", "Diffusion", "Essentials", "Gradients", "Graphs", "Kernels", "Models",
      "Networks", "Pipelines", "Recipes", "Systems", "Tensors",
    ], exclude: ["Goldens"]),
  Wing.evaluation.tests(of: "Tables", also: ["Essentials"]),
  Wing.evaluation.tests(of: "Store", also: ["Tensors", "Terms", grdb], exclude: ["Goldens"]),
  Wing.evaluation.tests(of: "Verdicts", also: ["Tensors"], exclude: ["Goldens"]),
  Wing.evaluation.tests(of: "Reports", exclude: ["Snapshots"]),
  Wing.evaluation.tests(
    of: "Measurement",
    also: [
      "Checkpoints", "Datasets", "Essentials", "Generators", "Graphs", "Images", "Kernels",
      "Metrics", "ModelTestSupport", "Models", "Provenance", "Store", "Tables", "Tensors", "Terms",
      grdb,
    ]),
  Wing.evaluation.tests(
    of: "Runs",
    also: [
      "Datasets", "Essentials", "Generators", "Images", "Measurement", "Metrics", "Models",
      "Provenance", "Reports", "Store", "Tables", "Tensors", "Terms",
    ]),
  Wing.program.tests(of: "Cluster", also: ["Provenance"]),
  Wing.program.tests(of: "Bench", also: ["Graphs", "Networks", "Provenance", "Tensors"]),
  Wing.program.tests(
    of: "Harness",
    also: [
      "Checkpoints", "Datasets", "Faces", "Gate", "Generators", "Graphs", "Images", "Measurement",
      "Metrics", "ModelTestSupport", "Models", "Networks", "Pipelines", "Provenance", "Reports",
      "Runs", "Scores", "Store", "Tables", "Tensors", "Terms", "Verdicts",
    ]),
  Wing.program.tests(
    of: "evalkit",
    also: [
      "Checkpoints", "Essentials", "Graphs", "Images", "Metrics", "Networks", "Tensors", grdb, yams,
    ], exclude: ["Goldens"]),
]

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
  targets: system + core + compute + models + data + generation + evaluation + program + support
    + tests
)
