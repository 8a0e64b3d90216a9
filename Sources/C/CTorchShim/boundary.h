// Shared by the C++ files of the boundary: the guard around every function, and the handle.
#pragma once

#if !__has_include(<torch/torch.h>)
#error "LibTorch not found: run pipelines/setup.sh, or set LIBTORCH to the folder that holds include/ and lib/"
#endif

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "ctorch.h"

struct ct_tensor {
  at::Tensor value;
  explicit ct_tensor(at::Tensor t);
  ~ct_tensor();
  ct_tensor(const ct_tensor &) = delete;
};

namespace boundary {

/// A mistake of the caller of this boundary, as opposed to one that LibTorch found.
struct ArgumentError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline void require(bool condition, const char *message) {
  if (!condition) throw ArgumentError(message);
}

/// Where an output goes.
template <typename Output>
Output &place(Output *out) {
  require(out != nullptr, "there is no place for the result");
  return *out;
}

/// For outputs that are written after something that would be lost.
template <typename Output>
void require_place(Output *out) {
  (void)place(out);
}

void record(ct_error *error, const char *message) noexcept;

/// Takes over the number of threads inside one operator, which LibTorch keeps for each thread, as that of the process. LibTorch does
/// it at a thread's first loop; matrix products before that would be split, and rounded, otherwise.
inline void adopt_thread_count() {
  thread_local const int threads = at::get_num_threads();
  (void)threads;
}

/// Runs `body` and turns whatever it throws into a status and a message.
template <typename Body>
ct_status guarded(ct_error *error, Body &&body) noexcept {
  try {
    adopt_thread_count();
    body();
    return CT_OK;
  } catch (const ArgumentError &e) {
    record(error, e.what());
    return CT_ARGUMENT;
  } catch (const c10::OutOfMemoryError &e) {
    record(error, e.what_without_backtrace());
    return CT_OUT_OF_MEMORY;
  } catch (const c10::Error &e) {
    record(error, e.what_without_backtrace());
    return CT_LIBTORCH;
  } catch (const std::bad_alloc &) {
    record(error, "out of memory");
    return CT_OUT_OF_MEMORY;
  } catch (const std::exception &e) {
    record(error, e.what());
    return CT_UNKNOWN;
  } catch (...) {
    record(error, "an exception that is not a std::exception");
    return CT_UNKNOWN;
  }
}

inline const at::Tensor &borrowed(const ct_tensor *handle) {
  require(handle != nullptr, "a tensor argument is NULL");
  return handle->value;
}

at::ScalarType scalar_type(int64_t type);
ct_type type_code(at::ScalarType type);
at::Device device(int64_t index);

}  // namespace boundary
