import Foundation
import TestSupport
import Testing

@testable import HDF5

@Suite struct InteroperabilityTests {
  let folder: ScratchFolder
  init() throws { folder = try ScratchFolder() }

  func writeSample(_ path: String) throws {
    let file = try File.create(path)
    try file.write("f16", [Float16(0.5), -2])
    try file.write("f32", [Float(0.1), -2])
    try file.write("f64", [0.1, -2])
    try file.write("i64", [Int64.min, .max], shape: [1, 2])
    try file.write("u8", [UInt8(255)])
    try file.write("flag", [true, false])
    try file.write("text", ["a", "Größe"])
    try file.write("c64", [Complex<Float>(1, -2)])
    try file.write("scalar", scalar: 2.5)
    try file.write("none", [Double]())
    try file.dataset("f64").setAttribute("units", "m s-1")
    try file.dataset("f64").setAttribute("dims", ["sample"])
    try file.setAttribute("complete", UInt8(1))
    try file.close()
  }

  @Test(.enabled(if: Foreign.hasPython, "skipped: python3 has no h5py"))
  func `A filter that is not there is named, and is no damage`() throws {
    let path = folder.file("lzf.h5")
    _ = try Foreign.python(
      path, "with h5py.File(path, 'w') as f: f.create_dataset('x', data=np.arange(1000.0), compression='lzf')")
    let error = try hdf5Error { _ = try File.open(path).dataset("x").read(Double.self) }
    #expect(error.kind == .missingFilter && error.found == "the filter `lzf`" && error.location == "\(path):/x")
  }

  @Test(.enabled(if: Foreign.hasPython, "skipped: python3 has no h5py"))
  func `h5py reads what this module writes`() throws {
    let path = folder.file("ours.h5")
    try writeSample(path)
    let output = try Foreign.python(
      path,
      """
      with h5py.File(path) as f:
          for name in sorted(f):
              d = f[name]
              v = d.asstr()[()] if h5py.check_string_dtype(d.dtype) else d[()]
              print(name, d.dtype, d.shape, np.asarray(v).tolist(), d.compression, d.fletcher32)
          print(f["f64"].attrs["units"], f["f64"].attrs["dims"].tolist(), f.attrs["complete"])
      """)
    #expect(
      output == """
        c64 complex64 (1,) [(1-2j)] gzip True
        f16 float16 (2,) [0.5, -2.0] gzip True
        f32 float32 (2,) [0.10000000149011612, -2.0] gzip True
        f64 float64 (2,) [0.1, -2.0] gzip True
        flag bool (2,) [True, False] gzip True
        i64 int64 (1, 2) [[-9223372036854775808, 9223372036854775807]] gzip True
        none float64 (0,) [] None False
        scalar float64 () 2.5 None False
        text object (2,) ['a', 'Größe'] None False
        u8 uint8 (1,) [255] gzip True
        m s-1 ['sample'] 1
        """)
  }

  @Test(.enabled(if: Foreign.hasDump, "skipped: there is no h5dump"))
  func `h5dump reads what this module writes`() throws {
    let path = folder.file("ours.h5")
    try writeSample(path)
    let dump = try run(["h5dump", "-d", "/f64", path])
    #expect(dump.status == 0)
    #expect(dump.output.contains("0.1, -2"))
  }

  @Test(.enabled(if: Foreign.hasPython, "skipped: python3 has no h5py"))
  func `This module reads what h5py writes`() throws {
    let path = folder.file("theirs.h5")
    _ = try Foreign.python(
      path,
      """
      with h5py.File(path, "w") as f:
          f["f16"] = np.array([0.5, -2], "f2")
          f["big"] = np.array([1, 2, 3], ">i4")
          f["bigfloat"] = np.array([0.5], ">f8")
          f["flag"] = np.array([True, False])
          f["complex"] = np.array([1 - 2j])
          f["vlen"] = ["a", "Größe"]
          f["ascii"] = np.array([b"ab", b"c"])
          f["scalar"] = "one text"
          f["fixed"] = np.array(["Größe".encode()], dtype=h5py.string_dtype("utf-8", 10))
          f["null"] = h5py.Empty("f8")
          f["latin"] = np.array([b"Gr\\xf6\\xdfe"])
          f.create_dataset("lzf", data=np.arange(1000), compression="lzf")
          f["compound"] = np.zeros(2, [("a", "f4"), ("b", "i4")])
          f["enum"] = np.array([1], h5py.enum_dtype({"RED": 1}, "i1"))
          f["alias"] = h5py.SoftLink("/nowhere")
          f.create_group("loop")["self"] = f["/"]
          f.attrs["s"] = "text"
          f.attrs["n"] = 3
          f.attrs["list"] = ["x", "y"]
      """)
    let file = try File.open(path)
    #expect(try file.dataset("f16").read(Double.self) == [0.5, -2])
    #expect(try file.dataset("f16").read(Float16.self) == [0.5, -2])
    #expect(try file.dataset("big").read(Int64.self) == [1, 2, 3])
    #expect(try file.dataset("bigfloat").read(Double.self) == [0.5])
    #expect(try file.dataset("flag").read(Bool.self) == [true, false])
    #expect(try file.dataset("complex").read(Complex<Double>.self) == [Complex(1, -2)])
    #expect(try file.dataset("vlen").read(String.self) == ["a", "Größe"])
    #expect(try file.dataset("ascii").read(String.self) == ["ab", "c"])
    #expect(try file.dataset("scalar").readScalar(String.self) == "one text")
    #expect(try file.dataset("fixed").read(String.self) == ["Größe"])
    #expect(try file.dataset("null").read(Double.self).isEmpty)
    #expect(try hdf5Error { _ = try file.dataset("latin").read(String.self) }.kind == .corrupt)
    #expect(throws: HDF5Error.self) { try file.dataset("lzf").read(Int64.self) }
    #expect(try hdf5Error { _ = try file.dataset("compound").read(Float.self) }.found == "compound")
    #expect(try hdf5Error { _ = try file.dataset("enum").read(Int8.self) }.found == "enumeration")
    #expect(try file.kind(of: "alias") == .other)
    #expect(try file.attribute("s", as: String.self) == "text")
    #expect(try file.attribute("n", as: Int64.self) == 3)
    #expect(try file.attributeArray("list", as: String.self) == ["x", "y"])
    #expect(try file.descendants().count < 100)
  }

  @Test(.enabled(if: Foreign.hasPython, "skipped: python3 has no h5py"))
  func `Dimension scales are h5py's and read back`() throws {
    let path = folder.file("scales.h5")
    let file = try File.create(path)
    let iteration = try file.write("iteration", [Int64(0), 1, 2])
    try iteration.makeScale(name: "iteration")
    let error = try file.write("error", [Double](repeating: 0.5, count: 6), shape: [2, 3])
    try error.attachScale(iteration, axis: 1)
    #expect(try error.scales(axis: 0) == [])
    let sample = try file.createDimension("sample", length: 2)
    try error.attachScale(sample, axis: 0)
    #expect(try error.scales(axis: 1) == ["/iteration"])
    #expect(try error.scales(axis: 0) == ["/sample"])
    #expect(try [iteration, sample, error].map { try $0.isScale } == [true, true, false])
    #expect(try [iteration, sample, error].map { try $0.isPureDimension } == [false, true, false])
    #expect(try sample.layout.storedBytes == 0)
    #expect(try hdf5Error { try error.attachScale(iteration, axis: 2) }.kind == .shapeMismatch)
    try file.close()
    let output = try Foreign.python(
      path,
      """
      f = h5py.File(path)
      d = f['error'].dims
      print(d[0][0].name, f['sample'].shape, f['sample'].attrs['NAME'].decode())
      print(d[1].keys(), d[1][0][:].tolist())
      """)
    #expect(
      output == """
        /sample (2,) This is a netCDF dimension but not a netCDF variable.         2
        ['iteration'] [0, 1, 2]
        """)
  }
}
