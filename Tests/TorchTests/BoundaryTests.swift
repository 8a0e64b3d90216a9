import CTorch
import Foundation
import Testing

@testable import Torch

/// The C functions as a careless caller would call them: each says what is wrong, and writes nothing.
@Suite struct BoundaryTests {
  let api: ct_api

  init() throws { api = try LibTorch.api.pointee }

  /// Expects a refusal, and returns its message.
  @discardableResult
  func refused(
    _ expected: ct_status = CT_ARGUMENT, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (UnsafeMutablePointer<ct_error>) -> ct_status
  ) -> String {
    var error = ct_error()
    let status = body(&error)
    #expect(status == expected, sourceLocation: sourceLocation)
    let message = error.message.map { String(cString: $0) } ?? ""
    #expect(!message.isEmpty, sourceLocation: sourceLocation)
    ct_error_clear(&error)
    #expect(error.message == nil, sourceLocation: sourceLocation)
    return message
  }

  @Test func `A NULL handle is an error of every function that reads one`() {
    var (number, type, device, flag) = (Int64(7), CT_FLOAT32, ct_device(index: 5), true)
    var handle: OpaquePointer?
    refused { api.tensor_rank(nil, &number, $0) }
    refused { api.tensor_shape(nil, &number, 1, $0) }
    refused { api.tensor_type(nil, &type, $0) }
    refused { api.tensor_device(nil, &device, $0) }
    refused { api.tensor_requires_gradient(nil, &flag, $0) }
    refused { api.tensor_leaf(nil, true, &handle, $0) }
    refused { api.tensor_copy_out(nil, &number, 8, $0) }
    #expect(number == 7 && type == CT_FLOAT32 && device.index == 5 && flag && handle == nil)
    // As free(NULL).
    api.tensor_free(nil)
  }

  @Test func `A NULL output is an error, and nothing leaks into it`() throws {
    let tensor = try Tensor([1.0, 2.0])
    refused { api.tensor_rank(tensor.handle, nil, $0) }
    refused { api.tensor_shape(tensor.handle, nil, 1, $0) }
    refused { api.tensor_type(tensor.handle, nil, $0) }
    refused { api.tensor_device(tensor.handle, nil, $0) }
    refused { api.tensor_requires_gradient(tensor.handle, nil, $0) }
    refused { api.tensor_leaf(tensor.handle, true, nil, $0) }
    refused { api.tensor_copy_out(tensor.handle, nil, 16, $0) }
    refused { api.operator_find("aten::relu", "", nil, $0) }
    refused { api.threads(nil, $0) }
    refused { api.cuda_device_count(nil, $0) }
    refused { api.flops_start(nil, $0) }
    refused { api.memory_start(nil, $0) }
  }

  @Test func `Data of another size than the shape says are refused, there and back`() throws {
    let values: [Float] = [1, 2, 3]
    var handle: OpaquePointer?
    func make(
      _ bytes: Int, _ shape: [Int64]?, rank: Int64, type: ct_type = CT_FLOAT32, data: UnsafeRawPointer?, _ expected: ct_status
    ) {
      refused(expected) { api.tensor_from_data(data, bytes, type, shape, rank, ct_device(index: -1), &handle, $0) }
    }
    values.withUnsafeBytes { bytes in
      make(11, [3], rank: 1, data: bytes.baseAddress, CT_ARGUMENT)
      make(12, [4], rank: 1, data: bytes.baseAddress, CT_ARGUMENT)
      make(12, [3], rank: 1, type: CT_FLOAT64, data: bytes.baseAddress, CT_ARGUMENT)
      make(12, [3], rank: 1, type: ct_type(rawValue: 99), data: bytes.baseAddress, CT_ARGUMENT)
      make(12, nil, rank: 1, data: bytes.baseAddress, CT_ARGUMENT)
      make(12, [3], rank: -1, data: bytes.baseAddress, CT_ARGUMENT)
      make(12, [3], rank: 1, data: nil, CT_ARGUMENT)
      make(12, [-3], rank: 1, data: bytes.baseAddress, CT_LIBTORCH)
    }
    #expect(handle == nil)
    let tensor = try Tensor(floats: values)
    var out = [Float](repeating: 9, count: 4)
    refused { api.tensor_copy_out(tensor.handle, &out, 11, $0) }
    refused { api.tensor_copy_out(tensor.handle, &out, 16, $0) }
    #expect(out == [9, 9, 9, 9])
    var sizes: [Int64] = [9]
    refused { api.tensor_shape(tensor.handle, &sizes, 0, $0) }
    #expect(sizes == [9])
  }

  @Test func `Calls without an operator, with broken arguments or without room are refused`() throws {
    func found(_ name: String, _ overload: String = "") throws -> OpaquePointer {
      var op: OpaquePointer?
      var error = ct_error()
      #expect(api.operator_find(name, overload, &op, &error) == CT_OK)
      return try #require(op)
    }
    func value(_ kind: ct_value_kind, integer: Int64 = 0, data: UnsafeRawPointer? = nil, count: Int64 = 0) -> ct_value {
      ct_value(kind: kind, integer: integer, number: 0, data: data, count: count)
    }
    let tensor = try Tensor([1.0, 2.0, 3.0])
    let argument = value(CT_VALUE_TENSOR, data: UnsafeRawPointer(tensor.handle))
    var results = [OpaquePointer?](repeating: nil, count: 2)
    var produced: Int64 = 7
    func call(_ op: OpaquePointer?, _ arguments: [ct_value], capacity: Int64 = 2, expecting status: ct_status = CT_ARGUMENT) {
      refused(status) { api.call(op, arguments, Int64(arguments.count), &results, capacity, &produced, $0) }
      #expect(produced == 7 && results == [nil, nil])
    }
    let (relu, cat, select, split) = try (
      found("aten::relu"), found("aten::cat"), found("aten::index_select"), found("aten::split", "Tensor")
    )
    call(nil, [argument])
    call(relu, [value(CT_VALUE_TENSOR)])
    call(relu, [argument, argument])
    call(relu, [value(ct_value_kind(rawValue: 99))])
    call(relu, [])
    call(relu, [value(CT_VALUE_INT)], expecting: CT_LIBTORCH)
    call(cat, [value(CT_VALUE_TENSORS, count: 2)])
    call(cat, [value(CT_VALUE_TENSORS, data: UnsafeRawPointer(tensor.handle), count: -1)])
    let handles: [OpaquePointer?] = [tensor.handle, nil]
    handles.withUnsafeBytes { call(cat, [value(CT_VALUE_TENSORS, data: $0.baseAddress, count: 2)]) }
    // An index out of range is LibTorch's to find.
    let beyond = try Tensor(integers: [0, 3])
    call(
      select, [argument, value(CT_VALUE_INT), value(CT_VALUE_TENSOR, data: UnsafeRawPointer(beyond.handle))],
      expecting: CT_LIBTORCH)
    call(split, [argument, value(CT_VALUE_INT, integer: 1)], capacity: 2)
    refused { api.call(relu, nil, 1, &results, 2, &produced, $0) }
    refused { api.call(relu, [argument], 1, nil, 2, &produced, $0) }
    refused { api.call(relu, [argument], 1, &results, 2, nil, $0) }
    refused { api.operator_find(nil, "", &results[0], $0) }
    refused(CT_LIBTORCH) { api.operator_find("aten::no_such_operator", "", &results[0], $0) }
    refused { api.operator_is_mutable(nil, nil, $0) }
  }

  @Test func `Gradients of nothing, of NULL and in NULL are refused`() throws {
    let x = try Tensor([1.0, 2.0]).tracked()
    let y = try x.sum()
    var result: OpaquePointer?
    let (outputs, inputs, none) = ([Optional(y.handle)], [Optional(x.handle)], [OpaquePointer?.none])
    refused { api.gradients(nil, none, 1, inputs, 1, false, false, true, &result, $0) }
    refused { api.gradients(outputs, nil, 1, inputs, 1, false, false, true, &result, $0) }
    refused { api.gradients(none, none, 1, inputs, 1, false, false, true, &result, $0) }
    refused { api.gradients(outputs, none, 1, none, 1, false, false, true, &result, $0) }
    refused { api.gradients(outputs, none, 1, inputs, 1, false, false, true, nil, $0) }
    refused { api.gradients(outputs, none, -1, inputs, 1, false, false, true, &result, $0) }
    // A vector has no gradient without a cotangent.
    let vector = [Optional(x.handle)]
    refused(CT_LIBTORCH) { api.gradients(vector, none, 1, inputs, 1, false, false, true, &result, $0) }
    #expect(result == nil)
  }

  @Test(arguments: [0, -1, 4097]) func `A number of threads that makes no sense is refused`(_ count: Int64) {
    refused { api.set_threads(count, $0) }
  }

  /// Runs the body on another thread, and waits for it.
  func elsewhere(_ body: @Sendable @escaping () -> Void) {
    let isDone = DispatchSemaphore(value: 0)
    Thread {
      body()
      isDone.signal()
    }.start()
    isDone.wait()
  }

  @Test func `A count of operations is stopped by the thread that started it, with its own counter`() throws {
    var (counter, second): (OpaquePointer?, OpaquePointer?)
    var flops = 7.0
    refused { api.flops_stop(nil, &flops, $0) }
    #expect(api.flops_start(&counter, nil) == CT_OK)
    refused { api.flops_start(&second, $0) }
    #expect(second == nil)
    nonisolated(unsafe) let started = counter
    elsewhere { [api] in
      var (error, flops) = (ct_error(), 7.0)
      #expect(api.flops_stop(started, &flops, &error) == CT_ARGUMENT)
      #expect(flops == 7)
      ct_error_clear(&error)
    }
    refused { api.flops_stop(OpaquePointer(bitPattern: 64), &flops, $0) }
    #expect(flops == 7)
    #expect(api.flops_stop(counter, &flops, nil) == CT_OK)
    #expect(flops == 0)
    refused { api.flops_stop(counter, &flops, $0) }
  }

  @Test func `A measurement of memory is stopped by the thread that started it`() throws {
    var meter: OpaquePointer?
    var bytes: Int64 = 7
    refused { api.memory_stop(nil, &bytes, $0) }
    #expect(api.memory_start(&meter, nil) == CT_OK)
    nonisolated(unsafe) let started = meter
    elsewhere { [api] in
      var (error, bytes) = (ct_error(), Int64(7))
      #expect(api.memory_stop(started, &bytes, &error) == CT_ARGUMENT)
      #expect(bytes == 7)
      ct_error_clear(&error)
    }
    #expect(api.memory_stop(meter, &bytes, nil) == CT_OK)
    refused { api.memory_stop(meter, &bytes, $0) }
  }
}
