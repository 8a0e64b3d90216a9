import Foundation
import TestSupport
import Testing

@testable import Torch

/// LibTorch and other libraries of a program (Clp's) bring their BLAS under the same names, and the loader would take the first one for
/// both.
@Suite struct OwnBLASTests {
  static let systemBLAS = "libblas.so.3"
  static let size = 60

  /// C = A B in row-major order by the `dgemm_` that a library has, or gets from those it needs.
  static func product(_ library: UnsafeMutableRawPointer, _ a: [Double], _ b: [Double]) throws -> [Double] {
    typealias Integer = UnsafePointer<Int32>
    typealias Matrix = UnsafePointer<Double>
    typealias Function =
      @convention(c) (
        UnsafePointer<CChar>, UnsafePointer<CChar>, Integer, Integer, Integer, Matrix, Matrix, Integer, Matrix, Integer, Matrix,
        UnsafeMutablePointer<Double>, Integer
      ) -> Void
    let dgemm = unsafeBitCast(try #require(dlsym(library, "dgemm_")), to: Function.self)
    // Kernels may round by where a matrix begins, and tensors begin at multiples of 64.
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 3 * size * size * 8, alignment: 64)
    defer { memory.deallocate() }
    let values = memory.bindMemory(to: Double.self, capacity: 3 * size * size)
    values.initialize(repeating: 0, count: 3 * size * size)
    let (left, right, out) = (values, values + size * size, values + 2 * size * size)
    for i in 0..<(size * size) { (left[i], right[i]) = (a[i], b[i]) }
    var (n, one, zero) = (Int32(size), 1.0, 0.0)
    // Columns first, as in Fortran: C' = B' A'.
    dgemm("N", "N", &n, &n, &n, &one, right, &n, left, &n, &zero, out, &n)
    return (0..<(size * size)).map { out[$0] }
  }

  @Test(.enabled(if: dlopen(systemBLAS, RTLD_NOW) != nil, "\(systemBLAS) is not installed"))
  func `LibTorch multiplies with its own BLAS where the system's came first`() async {
    await #expect(processExitsWith: .success) {
      // Before the first tensor, for all to see, as the libraries that a program is linked with are.
      let system: UnsafeMutableRawPointer? = dlopen(OwnBLASTests.systemBLAS, RTLD_NOW | RTLD_GLOBAL)
      try Runtime.setThreads(1)
      let size = OwnBLASTests.size
      let (a, b) = (sineValues(size * size), sineValues(size * size, phase: 0.7))
      let found = try Tensor(a, shape: [size, size]).matmul(Tensor(b, shape: [size, size])).doubles()
      let torch: UnsafeMutableRawPointer? = dlopen("libtorch_cpu.so", RTLD_NOW | RTLD_NOLOAD)
      let own = try OwnBLASTests.product(#require(torch), a, b)
      #expect(found == own)
      // Only where the two round differently does that say anything.
      let other = try OwnBLASTests.product(#require(system), a, b)
      #expect(relativeDifference(other, own) < 1e-13)
      #expect(other != own)
    }
  }
}
