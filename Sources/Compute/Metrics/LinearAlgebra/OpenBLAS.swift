import Foundation
import Kernels

/// The functions of OpenBLAS, and of the LAPACK in it, that the metrics need.
///
/// OpenBLAS chooses its kernels when it is opened, by processor, and those of different processors differ in
/// the last bits of every sum. A processor that it does not know gets the oldest and slowest ones. So it is
/// opened here, at first use and not with the program, and asked for one set on every x86-64 processor with
/// AVX2, Haswell's, unless `OPENBLAS_CORETYPE` says something else. Arguments are those of CBLAS and LAPACK.
struct OpenBLAS: Sendable {
  typealias Count = UnsafePointer<Int32>
  typealias Letter = UnsafePointer<CChar>
  typealias Output = UnsafeMutablePointer<Double>
  typealias Input = UnsafePointer<Double>
  typealias Integers = UnsafeMutablePointer<Int32>

  let dsyrk:
    @convention(c) (
      Int32, Int32, Int32, Int32, Int32, Double, Input?, Int32, Double, Output?, Int32
    ) -> Void
  let dgemm:
    @convention(c) (
      Int32, Int32, Int32, Int32, Int32, Int32, Double, Input?, Int32, Input?, Int32, Double,
      Output?, Int32
    ) -> Void
  let dtrmm:
    @convention(c) (
      Int32, Int32, Int32, Int32, Int32, Int32, Int32, Double, Input?, Int32, Output?, Int32
    ) -> Void
  let dsyevd:
    @convention(c) (
      Letter, Letter, Count, Output, Count, Output, Output, Count, Integers, Count, Integers
    ) -> Void
  let dpstrf:
    @convention(c) (Letter, Count, Output, Count, Integers, Integers, Input, Output, Integers) ->
      Void
  let dgeqrf: @convention(c) (Count, Count, Output, Count, Output, Output, Count, Integers) -> Void
  let dgelqf: @convention(c) (Count, Count, Output, Count, Output, Output, Count, Integers) -> Void
  let dlarft:
    @convention(c) (Letter, Letter, Count, Count, Input, Count, Input, Output, Count) -> Void
  let dlarfb:
    @convention(c) (
      Letter, Letter, Letter, Letter, Count, Count, Count, Input, Count, Input, Count, Output,
      Count, Output, Count
    ) -> Void
  let dgbbrd:
    @convention(c) (
      Letter, Count, Count, Count, Count, Count, Output, Count, Output, Output, Output, Count,
      Output, Count, Output, Count, Output, Integers
    ) -> Void
  let dlasq1: @convention(c) (Count, Output, Output, Output, Integers) -> Void

  /// Version and build, such as `OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH …`.
  let build: String
  /// The processor family whose kernels compute, such as `Haswell`.
  let core: String
  /// What was asked for from outside, if anything was.
  let requestedCore: String?

  /// Family whose kernels every x86-64 processor with AVX2 and FMA can run.
  static let usualCore = "Haswell"
  /// Whether this processor can run them.
  static var runsUsualCore: Bool { CPULevel.best >= .avx2 }
  static let variable = "OPENBLAS_CORETYPE"

  /// The library, opened once, or why it cannot be.
  static let opened = Result { () throws(OpenBLASError) in try OpenBLAS() }

  /// The library; without it the process ends with a sentence, as one does whose linked library is missing.
  static let shared: OpenBLAS = {
    switch opened {
    case .success(let library): return library
    case .failure(let error):
      FileHandle.standardError.write(Data("evalkit: \(error)\n".utf8))
      exit(1)
    }
  }()

  private init() throws(OpenBLASError) {
    let value = getenv(Self.variable).map { String(cString: $0) }
    requestedCore = value?.isEmpty == false ? value : nil
    var settings = ["OPENBLAS_NUM_THREADS": "1"]
    if requestedCore == nil, Self.runsUsualCore { settings[Self.variable] = Self.usualCore }
    let handle = Self.withEnvironment(settings) {
      Self.packed() ?? Self.library("libopenblas.so.0") ?? Self.library("libopenblas.so")
    }
    guard let handle else {
      throw .missing(reason: dlerror().map { String(cString: $0) } ?? "unknown reason")
    }
    let symbols = Symbols(handle: handle)
    dsyrk = try symbols.function("cblas_dsyrk")
    dgemm = try symbols.function("cblas_dgemm")
    dtrmm = try symbols.function("cblas_dtrmm")
    dsyevd = try symbols.function("dsyevd_")
    dpstrf = try symbols.function("dpstrf_")
    dgeqrf = try symbols.function("dgeqrf_")
    dgelqf = try symbols.function("dgelqf_")
    dlarft = try symbols.function("dlarft_")
    dlarfb = try symbols.function("dlarfb_")
    dgbbrd = try symbols.function("dgbbrd_")
    dlasq1 = try symbols.function("dlasq1_")
    // One thread: a threaded BLAS splits sums by the number of its threads.
    let setThreads: @convention(c) (Int32) -> Void = try symbols.function(
      "openblas_set_num_threads")
    setThreads(1)
    build = try symbols.text("openblas_get_config")
    core = try symbols.text("openblas_get_corename")
  }

  private static func library(_ name: String) -> UnsafeMutableRawPointer? {
    dlopen(name, RTLD_NOW | RTLD_LOCAL)
  }

  /// OpenBLAS as archives of evalkit bring it, in `lib/evalkit` beside the program's `bin`.
  ///
  /// What it needs is opened first: a library whose name is there already is not looked for elsewhere.
  private static func packed() -> UnsafeMutableRawPointer? {
    let folder =
      URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().deletingLastPathComponent().path + "/lib/evalkit/"
    for name in ["libgcc_s.so.1", "libquadmath.so.0", "libgfortran.so.5"] {
      _ = library(folder + name)
    }
    return library(folder + "libopenblas.so.0")
  }

  /// Runs something with environment variables that are taken away again, so that neither other parts of this
  /// program nor its children see them for long.
  ///
  /// A variable that is new stands at the end of the environment, so adding and taking it away moves no
  /// other that a thread may be reading.
  private static func withEnvironment<Value>(_ settings: [String: String], _ body: () -> Value)
    -> Value
  {
    let before = settings.keys.map { name in
      (name: name, value: getenv(name).map { String(cString: $0) })
    }
    for (name, value) in settings { setenv(name, value, 1) }
    defer {
      for (name, value) in before.reversed() {
        if let value { setenv(name, value, 1) } else { unsetenv(name) }
      }
    }
    return body()
  }
}

/// Why there is no linear algebra.
package enum OpenBLASError: Error, Equatable, CustomStringConvertible {
  /// The library cannot be opened.
  case missing(reason: String)
  /// The library has no function of a name.
  case incomplete(function: String)

  /// Why OpenBLAS cannot be used, and which package to install.
  package var description: String {
    switch self {
    case .missing(let reason):
      "OpenBLAS, which FID and KID need, cannot be opened (\(reason)); install libopenblas0"
    case .incomplete(let function):
      "this machine's OpenBLAS has no \(function); install Debian's libopenblas0"
    }
  }
}

/// What an opened library holds.
private struct Symbols {
  let handle: UnsafeMutableRawPointer

  /// A function, taken for one of the expected type, which nothing can check.
  func function<Function>(_ name: String) throws(OpenBLASError) -> Function {
    guard let symbol = dlsym(handle, name) else { throw .incomplete(function: name) }
    return unsafeBitCast(symbol, to: Function.self)
  }

  func text(_ name: String) throws(OpenBLASError) -> String {
    let function: @convention(c) () -> UnsafePointer<CChar>? = try self.function(name)
    return function().map { String(cString: $0) } ?? ""
  }
}
