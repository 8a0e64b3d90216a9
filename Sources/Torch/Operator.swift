import CTorch

/// An operator of LibTorch, or one of ours, found by its schema name and called with boxed arguments.
///
/// All of LibTorch is behind this one door, so that a case study that needs another operator adds a line of Swift and no C++:
///
///     let gelu = Operator("aten::gelu")
///     let y = try gelu(.tensor(x))
///
/// The schemas are listed in LibTorch's native_functions.yaml. A boxed call costs about two microseconds.
///
/// Tensors may be shared between threads because their values never change, so operators that change an argument, in-place ones
/// (`aten::add_.Tensor`) and those with an `out`, are refused: calling them throws. `ExclusiveWorkspace` is for what must be written in
/// place. What a schema does not say cannot be seen here: the running statistics of LibTorch's batch normalisation are such a case.
public struct Operator: Sendable {
  /// One positional argument of an operator, of the type that its schema gives.
  public enum Argument {
    /// The default of the operator's schema.
    case schemaDefault
    /// No value, for optional arguments.
    case none
    /// `Tensor`
    case tensor(Tensor)
    /// `Tensor?`
    case optionalTensor(Tensor?)
    /// `int`, `SymInt`
    case int(Int)
    /// `float`, and `Scalar` of real numbers
    case double(Double)
    /// `bool`
    case bool(Bool)
    /// `int[]`, `SymInt[]`
    case ints([Int])
    /// `float[]`
    case doubles([Double])
    /// `Tensor[]`
    case tensors([Tensor])
    /// `Tensor?[]`
    case optionalTensors([Tensor?])
    /// `str`
    case text(String)
    /// `ScalarType`
    case type(DType)
    /// `Device`
    case device(Device)
  }

  private let name: String
  private let found: Result<UncheckedPointer, TorchError>

  private struct UncheckedPointer: @unchecked Sendable { let value: OpaquePointer }

  /// An operator that leaves its arguments as they are. One that is not there, or that changes an argument, throws when it is called.
  ///
  /// - Parameter name: `namespace::name` or `namespace::name.overload`.
  public init(_ name: String) { self.init(name, mayMutate: false) }

  /// An operator that changes an argument. The caller answers for it that nobody else has that tensor, or a view of it.
  init(mutating name: String) { self.init(name, mayMutate: true) }

  private init(_ name: String, mayMutate: Bool) {
    self.name = name
    let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
    do throws(TorchError) {
      guard let base = parts.first else { throw .argument(operation: "operator", message: "expected a name, found none") }
      var out: OpaquePointer?
      try checked(name) { $0.pointee.operator_find(base, parts.count > 1 ? parts[1] : "", &out, &$1) }
      let pointer = try unwrapped(out, name)
      var isMutable = false
      try checked(name) { $0.pointee.operator_is_mutable(pointer, &isMutable, &$1) }
      guard mayMutate || !isMutable else {
        throw .argument(
          operation: name,
          message: "expected an operator that leaves its arguments as they are, found one that changes them in place; "
            + "use the form that returns a new tensor, or ExclusiveWorkspace")
      }
      found = .success(UncheckedPointer(value: pointer))
    } catch {
      found = .failure(error)
    }
  }

  /// Calls the operator and returns its one result.
  ///
  /// - Throws: `TorchError`, with the operator's name and the shapes of its tensors; also where it has more results than one.
  public func callAsFunction(_ arguments: Argument...) throws -> Tensor {
    let results = try call(arguments)
    guard results.count == 1 else {
      throw TorchError.argument(operation: name, message: "expected one result, found \(results.count)")
    }
    return results[0]
  }

  /// Calls the operator and returns all results; a tuple or list comes flattened.
  public func call(_ arguments: [Operator.Argument]) throws -> [Tensor] {
    let pointer = try found.get().value
    var marshalled = MarshalledArguments(arguments)
    defer { marshalled.free() }
    let capacity = 256
    return try withUnsafeTemporaryAllocation(of: OpaquePointer?.self, capacity: capacity) { results in
      var produced: Int64 = 0
      try checked(operationText(arguments)) {
        $0.pointee.call(
          pointer, marshalled.values, Int64(marshalled.values.count), results.baseAddress, Int64(capacity), &produced,
          &$1)
      }
      // Every handle gets its owner before anything can throw, so that none leaks.
      var tensors: [Tensor] = []
      var failure: TorchError?
      for i in 0..<Int(produced) {
        do throws(TorchError) {
          tensors.append(try Tensor(owning: try unwrapped(results[i], name)))
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      return tensors
    }
  }

  /// The name with the shapes of the tensor arguments, for error messages.
  private func operationText(_ arguments: [Operator.Argument]) -> String {
    let shapes = arguments.compactMap { argument -> String? in
      if case .tensor(let tensor) = argument { return "\(tensor.type)\(tensor.shape)" }
      return nil
    }
    return "\(name)(\(shapes.joined(separator: ", ")))"
  }
}

/// Arguments in the form of the C boundary, with the memory they point to.
private struct MarshalledArguments {
  var values: [ct_value] = []
  private var storage: [UnsafeMutableRawPointer] = []
  /// Keeps the tensors alive while the call runs.
  private let arguments: [Operator.Argument]

  init(_ arguments: [Operator.Argument]) {
    self.arguments = arguments
    values.reserveCapacity(arguments.count)
    for argument in arguments { values.append(marshal(argument)) }
  }

  mutating func free() {
    for pointer in storage { pointer.deallocate() }
    storage = []
  }

  private mutating func marshal(_ argument: Operator.Argument) -> ct_value {
    var value = ct_value(kind: CT_VALUE_NONE, integer: 0, number: 0, data: nil, count: 0)
    switch argument {
    case .schemaDefault: value.kind = CT_VALUE_DEFAULT
    case .none, .optionalTensor(nil): break
    case .tensor(let tensor), .optionalTensor(.some(let tensor)):
      value.kind = CT_VALUE_TENSOR
      value.data = UnsafeRawPointer(tensor.handle)
    case .int(let number):
      value.kind = CT_VALUE_INT
      value.integer = Int64(number)
    case .double(let number):
      value.kind = CT_VALUE_DOUBLE
      value.number = number
    case .bool(let flag):
      value.kind = CT_VALUE_BOOL
      value.integer = flag ? 1 : 0
    case .type(let type):
      value.kind = CT_VALUE_TYPE
      value.integer = Int64(type.code.rawValue)
    case .device(let device):
      value.kind = CT_VALUE_DEVICE
      value.integer = Int64(device.code.index)
    case .ints(let numbers): store(numbers.map(Int64.init), CT_VALUE_INTS, in: &value)
    case .doubles(let numbers): store(numbers, CT_VALUE_DOUBLES, in: &value)
    case .tensors(let tensors): store(tensors.map { Optional($0.handle) }, CT_VALUE_TENSORS, in: &value)
    case .optionalTensors(let tensors): store(tensors.map { $0?.handle }, CT_VALUE_OPTIONAL_TENSORS, in: &value)
    case .text(let text): store(Array(text.utf8), CT_VALUE_TEXT, in: &value)
    }
    return value
  }

  private mutating func store<Element: BitwiseCopyable>(
    _ elements: [Element], _ kind: ct_value_kind, in value: inout ct_value
  ) {
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(elements.count, 1))
    memory.initialize(from: elements, count: elements.count)
    storage.append(UnsafeMutableRawPointer(memory))
    value.kind = kind
    value.data = UnsafeRawPointer(memory)
    value.count = Int64(elements.count)
  }
}
