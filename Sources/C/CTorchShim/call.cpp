// Calling any operator by its schema: arguments are converted to LibTorch's boxed values, defaults filled in.

#include <ATen/core/dispatch/Dispatcher.h>

#include "boundary.h"
#include "flops.h"

using namespace boundary;

struct ct_operator {
  c10::OperatorHandle handle;
};

namespace {

/// The elements of a list argument.
template <typename Element>
const Element *list(const ct_value &value) {
  require(value.count >= 0 && (value.count == 0 || value.data != nullptr), "a list argument has no elements to read");
  return static_cast<const Element *>(value.data);
}

c10::IValue tensor_list(const ct_value &value) {
  const auto *handles = list<const ct_tensor *>(value);
  c10::List<at::Tensor> tensors;
  for (int64_t i = 0; i < value.count; ++i) tensors.push_back(borrowed(handles[i]));
  return tensors;
}

c10::IValue optional_tensor_list(const ct_value &value) {
  const auto *handles = list<const ct_tensor *>(value);
  c10::List<std::optional<at::Tensor>> tensors;
  for (int64_t i = 0; i < value.count; ++i) {
    tensors.push_back(handles[i] == nullptr ? std::nullopt : std::optional<at::Tensor>(handles[i]->value));
  }
  return tensors;
}

c10::IValue boxed(const ct_value &value, const c10::Argument &argument) {
  switch (value.kind) {
    case CT_VALUE_DEFAULT:
      if (!argument.default_value()) throw ArgumentError("no default for the argument '" + argument.name() + "'");
      return *argument.default_value();
    case CT_VALUE_NONE: return c10::IValue();
    case CT_VALUE_TENSOR: return borrowed(static_cast<const ct_tensor *>(value.data));
    case CT_VALUE_INT: return value.integer;
    case CT_VALUE_DOUBLE: return value.number;
    case CT_VALUE_BOOL: return value.integer != 0;
    case CT_VALUE_INTS: return at::IntArrayRef(list<int64_t>(value), value.count);
    case CT_VALUE_DOUBLES: return c10::ArrayRef<double>(list<double>(value), value.count);
    case CT_VALUE_TENSORS: return tensor_list(value);
    case CT_VALUE_OPTIONAL_TENSORS: return optional_tensor_list(value);
    case CT_VALUE_TEXT: return std::string(list<char>(value), value.count);
    case CT_VALUE_TYPE: return static_cast<int64_t>(scalar_type(value.integer));
    case CT_VALUE_DEVICE: return device(value.integer);
    default: throw ArgumentError("unknown kind of argument");
  }
}

void collect(const c10::IValue &value, std::vector<std::unique_ptr<ct_tensor>> &out) {
  if (value.isTensor()) {
    out.push_back(std::make_unique<ct_tensor>(value.toTensor()));
  } else if (value.isTensorList()) {
    for (const at::Tensor &t : value.toTensorList()) out.push_back(std::make_unique<ct_tensor>(t));
  } else {
    throw ArgumentError("the operator returns something that is not a tensor");
  }
}

}  // namespace

extern "C" {

ct_status ct_operator_find(const char *name, const char *overload, const ct_operator **out, ct_error *error) {
  return guarded(error, [&] {
    require(name != nullptr && overload != nullptr, "the name or the overload of the operator is NULL");
    require_place(out);
    *out = new ct_operator{c10::Dispatcher::singleton().findSchemaOrThrow(name, overload)};
  });
}

ct_status ct_operator_is_mutable(const ct_operator *op, bool *out, ct_error *error) {
  return guarded(error, [&] {
    require(op != nullptr, "the operator is NULL");
    place(out) = op->handle.schema().is_mutable();
  });
}

ct_status ct_call(const ct_operator *op, const ct_value *arguments, int64_t count, ct_tensor **results, int64_t capacity,
                  int64_t *produced, ct_error *error) {
  return guarded(error, [&] {
    require(op != nullptr, "the operator is NULL");
    require_place(produced);
    require(count >= 0 && (count == 0 || arguments != nullptr), "there are no arguments to read");
    require(capacity <= 0 || results != nullptr, "there is no room for results");
    const auto &parameters = op->handle.schema().arguments();
    require(count <= static_cast<int64_t>(parameters.size()), "too many arguments for the operator");
    torch::jit::Stack stack;
    stack.reserve(parameters.size());
    const ct_value missing{CT_VALUE_DEFAULT, 0, 0, nullptr, 0};
    for (size_t i = 0; i < parameters.size(); ++i) {
      stack.push_back(boxed(static_cast<int64_t>(i) < count ? arguments[i] : missing, parameters[i]));
    }
    // The call takes its arguments from the stack.
    const torch::jit::Stack inputs = counts_flops() ? stack : torch::jit::Stack();
    op->handle.callBoxed(stack);
    if (counts_flops()) count_flops(op->handle.operator_name(), inputs, stack);
    std::vector<std::unique_ptr<ct_tensor>> owned;
    for (const auto &value : stack) collect(value, owned);
    require(static_cast<int64_t>(owned.size()) <= capacity, "more results than there is room for");
    *produced = static_cast<int64_t>(owned.size());
    for (size_t i = 0; i < owned.size(); ++i) results[i] = owned[i].release();
  });
}

}  // extern "C"
