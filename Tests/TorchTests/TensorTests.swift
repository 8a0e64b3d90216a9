import Foundation
import Testing

@testable import Torch

@Suite struct TensorTests {
  @Test(arguments: [DType.float32, .float64, .bfloat16, .float16])
  func `Values that a floating-point type represents survive the round trip`(_ type: DType) throws {
    let values: [Double] = [0, 1, -2, 0.5, 1024, -0.125]
    let tensor = try Tensor(values, shape: [2, 3], type: type)
    #expect(tensor.shape == [2, 3])
    #expect(tensor.type == type)
    #expect(try tensor.doubles() == values)
    #expect(try tensor.bytes().count == 6 * type.size)
  }

  @Test func `Integers beyond float32 precision survive the round trip`() throws {
    let values: [Int64] = [0, -1, 16_777_217, .max, .min]
    #expect(try Tensor(integers: values).integers() == values)
  }

  @Test func `An empty tensor has a shape and no elements`() throws {
    let tensor = try Tensor([Double](), shape: [0, 3])
    #expect(tensor.shape == [0, 3])
    #expect(try tensor.doubles().isEmpty)
    #expect(try tensor.sum().scalar() == 0)
  }

  @Test func `A shape that does not fit the data is refused`() {
    #expect(throws: TorchError.shape(operation: "tensor from data", expected: "a product of 3", found: [2, 2])) {
      _ = try Tensor([1, 2, 3], shape: [2, 2])
    }
    #expect(throws: TorchError.self) { _ = try Tensor([Double](), shape: [-1, 0]) }
  }

  @Test func `An operation that LibTorch refuses throws with its message and the shapes`() throws {
    let a = try Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    do {
      _ = try a.matmul(a)
      Issue.record("matmul of [2, 3] with [2, 3] must fail")
    } catch let error as TorchError {
      #expect(error.description.contains("aten::matmul(float64[2, 3], float64[2, 3])"))
      #expect(error.description.contains("mat1 and mat2"))
    }
  }

  @Test func `An unknown operator and too many arguments are errors`() throws {
    let a = try Tensor([1.0])
    #expect(throws: TorchError.self) { _ = try Operator("aten::no_such_operator")(.tensor(a)) }
    #expect(throws: TorchError.self) {
      _ = try Operator("aten::relu")(.tensor(a), .tensor(a))
    }
    #expect(throws: TorchError.self) { _ = try Operator("aten::relu")(.int(3)) }
  }

  @Test func `Devices are parsed, and one that is absent is refused with the reason`() throws {
    #expect(try Device(parsing: "cpu") == .cpu)
    #expect(throws: TorchError.self) { _ = try Device(parsing: "tpu") }
    #expect(throws: TorchError.self) { _ = try Device(parsing: "cuda:99") }
  }

  @Test func `Complex values go through a real transform and back`() throws {
    let values: [Double] = [3, -1, 4, 1, -5, 9]
    let x = try Tensor(values)
    let spectrum = try Operator("aten::fft_rfft")(.tensor(x))
    #expect(spectrum.type == .complex128)
    let back = try Operator("aten::fft_irfft")(.tensor(spectrum), .int(6))
    for (a, b) in zip(try back.doubles(), values) { #expect(abs(a - b) < 1e-14) }
    #expect(throws: TorchError.self) { _ = try spectrum.doubles() }
  }

  @Test func `Arithmetic broadcasts and agrees with scalars`() throws {
    let a = try Tensor([1, 2, 3, 4], shape: [2, 2])
    let row = try Tensor([10, 20])
    #expect(try (a + row).doubles() == [11, 22, 13, 24])
    #expect(try (a - row).doubles() == [-9, -18, -7, -16])
    #expect(try (2 - a).doubles() == [1, 0, -1, -2])
    #expect(try (a * row / 10.0).doubles() == [1, 4, 3, 8])
    #expect(try (12 / a).doubles() == [12, 6, 4, 3])
    #expect(try a.add(row, alpha: 0.5).doubles() == [6, 12, 8, 14])
    #expect(try a.selected(where: a.isGreater(than: 2.5), otherwise: .zeros(like: a)).doubles() == [0, 0, 3, 4])
  }

  @Test func `Sample norms run over everything but the batch axis`() throws {
    let a = try Tensor([3, 4, 0, 0, 5, 12, 0, 0], shape: [2, 2, 2])
    #expect(try a.sampleNorms().doubles() == [5, 13])
  }

  @Test func `The peak of memory counts what is there at one time, and nothing from before`() throws {
    let size = 1000 * 8
    let before = try Tensor.full([1000], 1, type: .float64)
    let (_, both) = try Runtime.measuringPeakMemory { () -> Void in
      let a = try before + 1
      let b = try before + 2
      withExtendedLifetime((a, b)) {}
    }
    #expect(both >= 2 * size && both < 2 * size + 1000)
    let (_, oneAfterTheOther) = try Runtime.measuringPeakMemory {
      for _ in 0..<5 { _ = try (before + 1).shape }
    }
    #expect(oneAfterTheOther >= size && oneAfterTheOther < size + 1000)
    let (_, nothing) = try Runtime.measuringPeakMemory {}
    #expect(nothing == 0)
    #expect(throws: TorchError.self) { try Runtime.measuringPeakMemory { try Runtime.measuringPeakMemory {} } }
    // After the error the outer measurement is over.
    #expect(try Runtime.measuringPeakMemory { try before + 1 }.bytes >= size)
  }
}
