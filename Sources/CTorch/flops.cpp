// Counts floating-point operations by observing the operators that do them.

#include <ATen/record_function.h>

#include <cmath>
#include <string_view>

#include "boundary.h"

struct ct_flop_counter {
  at::CallbackHandle handle;
  double flops = 0;
  /// How many counted operators are running: what they call in turn is theirs already.
  int depth = 0;
};

namespace {

thread_local ct_flop_counter *active = nullptr;

using Inputs = c10::ArrayRef<const c10::IValue>;

double elements(const c10::IValue &value) { return static_cast<double>(value.toTensor().numel()); }

/// Multiply-adds of [..., m, k] x [..., k, n], where vectors and broadcast batches are allowed.
double product(const at::Tensor &a, const at::Tensor &b) {
  const double k = static_cast<double>(a.size(-1));
  if (k == 0) return 0;
  const double m = a.dim() > 1 ? static_cast<double>(a.size(-2)) : 1;
  const double n = b.dim() > 1 ? static_cast<double>(b.size(-1)) : 1;
  const double batch = std::max(static_cast<double>(a.numel()) / std::max(m * k, 1.0),
                                static_cast<double>(b.numel()) / std::max(k * n, 1.0));
  return batch * m * k * n;
}

/// Multiply-adds of a convolution: elements of the output x weights seen by each of them.
double convolution(const at::Tensor &input, const at::Tensor &weight, at::IntArrayRef stride, at::IntArrayRef padding,
                   at::IntArrayRef dilation, bool transposed) {
  const double inner = static_cast<double>(weight.numel()) / static_cast<double>(weight.size(0));
  if (transposed) return static_cast<double>(input.numel()) * inner;
  double outputs = static_cast<double>(input.size(0)) * static_cast<double>(weight.size(0));
  for (int64_t d = 2; d < input.dim(); ++d) {
    const int64_t extent = dilation[d - 2] * (weight.size(d) - 1) + 1;
    outputs *= static_cast<double>((input.size(d) + 2 * padding[d - 2] - extent) / stride[d - 2] + 1);
  }
  return outputs * inner;
}

double fourier(const Inputs &in) {
  const at::Tensor &x = in[0].toTensor();
  double length = 1;
  for (int64_t d : in[1].toIntVector()) length *= static_cast<double>(x.size(d));
  return 5 * static_cast<double>(x.numel()) * std::log2(std::max(length, 2.0));
}

/// Floating-point operations of one call; nothing for an operator that is not counted.
std::optional<double> cost(std::string_view name, const Inputs &in) {
  if (name == "aten::matmul" || name == "aten::mm" || name == "aten::bmm" || name == "aten::mv" || name == "aten::dot") {
    return 2 * product(in[0].toTensor(), in[1].toTensor());
  }
  if (name == "aten::addmm" || name == "aten::baddbmm" || name == "aten::addmv") {
    return 2 * product(in[1].toTensor(), in[2].toTensor());
  }
  if (name == "aten::linear") return 2 * elements(in[0]) * static_cast<double>(in[1].toTensor().size(0));
  if (name == "implicit::perceptron") {
    const double rows = static_cast<double>(in[0].toTensor().size(0));
    return 2 * rows * (elements(in[2]) + elements(in[4]));
  }
  if (name == "implicit::spmm") return 2 * elements(in[0]) * static_cast<double>(in[6].toTensor().size(1));
  if (name == "aten::conv1d" || name == "aten::conv2d" || name == "aten::conv3d") {
    return 2 * convolution(in[0].toTensor(), in[1].toTensor(), in[3].toIntVector(), in[4].toIntVector(),
                           in[5].toIntVector(), false);
  }
  if (name == "aten::conv_transpose1d" || name == "aten::conv_transpose2d" || name == "aten::conv_transpose3d") {
    return 2 * convolution(in[0].toTensor(), in[1].toTensor(), {}, {}, {}, true);
  }
  if (name == "aten::convolution") {
    return 2 * convolution(in[0].toTensor(), in[1].toTensor(), in[3].toIntVector(), in[4].toIntVector(),
                           in[5].toIntVector(), in[6].toBool());
  }
  if (name == "aten::convolution_backward") {
    // Gradients in the input and in the weight, each as costly as the forward pass.
    const auto mask = in[10].toBoolList();
    return 2 * (double(mask[0]) + double(mask[1])) *
           convolution(in[1].toTensor(), in[2].toTensor(), in[4].toIntVector(), in[5].toIntVector(),
                       in[6].toIntVector(), in[7].toBool());
  }
  if (name == "aten::_fft_c2c") return fourier(in);
  if (name == "aten::_fft_r2c" || name == "aten::_fft_c2r") return fourier(in) / 2;
  return std::nullopt;
}

/// Marks a call whose cost is counted, so that its end is recognised.
struct Counted : at::ObserverContext {};

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction &call) {
  if (active == nullptr) return nullptr;
  try {
    const auto flops = cost(call.name(), call.inputs());
    if (!flops) return nullptr;
    if (active->depth++ == 0) active->flops += *flops;
    return std::make_unique<Counted>();
  } catch (...) {  // an unusual signature is not counted; counting must never fail the computation
    return nullptr;
  }
}

void end(const at::RecordFunction &, at::ObserverContext *context) {
  if (context != nullptr && active != nullptr) active->depth -= 1;
}

}  // namespace

extern "C" {

ct_status ct_flops_start(ct_flop_counter **out, ct_error *error) {
  return boundary::guarded(error, [&] {
    boundary::require(active == nullptr, "a count of operations is already under way on this thread");
    auto counter = std::make_unique<ct_flop_counter>();
    counter->handle = at::addThreadLocalCallback(
        at::RecordFunctionCallback(&begin, &end).needsInputs(true).scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION}));
    active = counter.get();
    *out = counter.release();
  });
}

double ct_flops_stop(ct_flop_counter *counter) {
  if (counter == nullptr) return 0;
  const double flops = counter->flops;
  at::removeCallback(counter->handle);
  active = nullptr;
  delete counter;
  return flops;
}

}  // extern "C"
