// Tensors, gradients and the state of the process.

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/version.h>

#include "boundary.h"

using namespace boundary;

namespace {
std::atomic<int64_t> live_tensors{0};
}

ct_tensor::ct_tensor(at::Tensor t) : value(std::move(t)) { live_tensors.fetch_add(1, std::memory_order_relaxed); }
ct_tensor::~ct_tensor() { live_tensors.fetch_sub(1, std::memory_order_relaxed); }

namespace boundary {

void record(ct_error *error, const char *message) noexcept {
  if (error == nullptr) return;
  const size_t size = std::strlen(message) + 1;
  error->message = static_cast<char *>(std::malloc(size));
  if (error->message != nullptr) std::memcpy(error->message, message, size);
}

at::ScalarType scalar_type(int64_t type) {
  switch (type) {
    case CT_FLOAT32: return at::kFloat;
    case CT_FLOAT64: return at::kDouble;
    case CT_BFLOAT16: return at::kBFloat16;
    case CT_FLOAT16: return at::kHalf;
    case CT_INT64: return at::kLong;
    case CT_INT32: return at::kInt;
    case CT_UINT8: return at::kByte;
    case CT_BOOL: return at::kBool;
    case CT_COMPLEX64: return at::kComplexFloat;
    case CT_COMPLEX128: return at::kComplexDouble;
    default: throw ArgumentError("unknown element type");
  }
}

ct_type type_code(at::ScalarType type) {
  switch (type) {
    case at::kFloat: return CT_FLOAT32;
    case at::kDouble: return CT_FLOAT64;
    case at::kBFloat16: return CT_BFLOAT16;
    case at::kHalf: return CT_FLOAT16;
    case at::kLong: return CT_INT64;
    case at::kInt: return CT_INT32;
    case at::kByte: return CT_UINT8;
    case at::kBool: return CT_BOOL;
    case at::kComplexFloat: return CT_COMPLEX64;
    case at::kComplexDouble: return CT_COMPLEX128;
    default: throw ArgumentError("an element type that this boundary does not carry");
  }
}

at::Device device(int64_t index) {
  return index < 0 ? at::Device(at::kCPU) : at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(index));
}

}  // namespace boundary

extern "C" {

ct_status ct_tensor_from_data(const void *data, size_t bytes, ct_type type, const int64_t *shape, int64_t rank, ct_device where,
                              ct_tensor **out, ct_error *error) {
  return guarded(error, [&] {
    require_place(out);
    require(rank >= 0 && (rank == 0 || shape != nullptr), "there is no shape to read");
    const auto scalar = scalar_type(type);
    at::Tensor host = at::empty(at::IntArrayRef(shape, rank), at::TensorOptions().dtype(scalar));
    require(bytes == host.nbytes(), "the data do not have the size of the shape");
    require(bytes == 0 || data != nullptr, "there are no data to read");
    if (bytes > 0) std::memcpy(host.data_ptr(), data, bytes);
    *out = new ct_tensor(where.index < 0 ? host : host.to(device(where.index)));
  });
}

ct_status ct_tensor_copy_out(const ct_tensor *tensor, void *data, size_t bytes, ct_error *error) {
  return guarded(error, [&] {
    const at::Tensor host = borrowed(tensor).detach().resolve_conj().resolve_neg().to(at::kCPU).contiguous();
    require(bytes == host.nbytes(), "the destination does not have the size of the tensor");
    require(bytes == 0 || data != nullptr, "there is no destination");
    if (bytes > 0) std::memcpy(data, host.const_data_ptr(), bytes);
  });
}

void ct_tensor_free(ct_tensor *tensor) { delete tensor; }

ct_status ct_tensor_rank(const ct_tensor *tensor, int64_t *out, ct_error *error) {
  return guarded(error, [&] { place(out) = borrowed(tensor).dim(); });
}

ct_status ct_tensor_shape(const ct_tensor *tensor, int64_t *out, int64_t capacity, ct_error *error) {
  return guarded(error, [&] {
    const auto sizes = borrowed(tensor).sizes();
    require(static_cast<int64_t>(sizes.size()) <= capacity, "the shape does not fit");
    require(sizes.empty() || out != nullptr, "there is no place for the shape");
    std::copy(sizes.begin(), sizes.end(), out);
  });
}

ct_status ct_tensor_type(const ct_tensor *tensor, ct_type *out, ct_error *error) {
  return guarded(error, [&] { place(out) = type_code(borrowed(tensor).scalar_type()); });
}

ct_status ct_tensor_device(const ct_tensor *tensor, ct_device *out, ct_error *error) {
  return guarded(error, [&] {
    const at::Tensor &value = borrowed(tensor);
    place(out).index = value.is_cpu() ? -1 : value.get_device();
  });
}

ct_status ct_tensor_requires_gradient(const ct_tensor *tensor, bool *out, ct_error *error) {
  return guarded(error, [&] { place(out) = borrowed(tensor).requires_grad(); });
}

int64_t ct_live_tensors(void) { return live_tensors.load(std::memory_order_relaxed); }

ct_status ct_tensor_leaf(const ct_tensor *tensor, bool requires_gradient, ct_tensor **out, ct_error *error) {
  return guarded(error, [&] {
    require_place(out);
    at::Tensor leaf = borrowed(tensor).detach();
    leaf.set_requires_grad(requires_gradient);
    *out = new ct_tensor(std::move(leaf));
  });
}

ct_status ct_gradients(const ct_tensor *const *outputs, const ct_tensor *const *cotangents, int64_t output_count,
                       const ct_tensor *const *inputs, int64_t input_count, bool keep_graph, bool create_graph, bool allow_unused,
                       ct_tensor **results, ct_error *error) {
  return guarded(error, [&] {
    require(output_count >= 0 && (output_count == 0 || (outputs != nullptr && cotangents != nullptr)),
            "there are no outputs to read");
    require(input_count >= 0 && (input_count == 0 || (inputs != nullptr && results != nullptr)), "there are no inputs to read");
    torch::autograd::variable_list out_list, seed_list, in_list;
    for (int64_t i = 0; i < output_count; ++i) {
      out_list.push_back(borrowed(outputs[i]));
      seed_list.push_back(cotangents[i] == nullptr ? at::Tensor() : cotangents[i]->value);
    }
    for (int64_t i = 0; i < input_count; ++i) in_list.push_back(borrowed(inputs[i]));
    const auto gradients =
        torch::autograd::grad(out_list, in_list, seed_list, keep_graph || create_graph, create_graph, allow_unused);
    std::vector<std::unique_ptr<ct_tensor>> owned;
    for (const auto &gradient : gradients) {
      owned.push_back(gradient.defined() ? std::make_unique<ct_tensor>(gradient) : nullptr);
    }
    for (int64_t i = 0; i < input_count; ++i) results[i] = owned[i].release();
  });
}

ct_status ct_set_gradient_tracking(bool enabled, bool *before, ct_error *error) {
  return guarded(error, [&] {
    const bool was_enabled = c10::GradMode::is_enabled();
    c10::GradMode::set_enabled(enabled);
    if (before != nullptr) *before = was_enabled;
  });
}

const char *ct_version(void) { return TORCH_VERSION; }

ct_status ct_cuda_device_count(int64_t *out, ct_error *error) {
  return guarded(error,
                 [&] { place(out) = torch::cuda::is_available() ? static_cast<int64_t>(torch::cuda::device_count()) : 0; });
}

ct_status ct_set_threads(int64_t count, ct_error *error) {
  return guarded(error, [&] {
    require(count >= 1 && count <= 4096, "the number of threads must be 1 to 4096");
    at::set_num_threads(static_cast<int>(count));
  });
}

ct_status ct_threads(int64_t *out, ct_error *error) {
  return guarded(error, [&] { place(out) = at::get_num_threads(); });
}

ct_status ct_synchronize(ct_device where, ct_error *error) {
  return guarded(error, [&] {
    if (where.index >= 0) torch::cuda::synchronize(where.index);
  });
}

}  // extern "C"
