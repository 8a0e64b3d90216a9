// Counts floating-point operations at the one door that all operators go through.

#include <cmath>
#include <string_view>

#include "boundary.h"
#include "flops.h"

struct ct_flop_counter {
  double flops = 0;
};

namespace {

thread_local ct_flop_counter *active = nullptr;

using Inputs = c10::ArrayRef<c10::IValue>;

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

/// A complex transform over the last axes: 5 N log2 N for each.
double fourier(const at::Tensor &x, int64_t axes) {
  double length = 1;
  for (int64_t d = 1; d <= axes; ++d) length *= static_cast<double>(x.size(-d));
  return 5 * static_cast<double>(x.numel()) * std::log2(std::max(length, 2.0));
}

/// Floating-point operations of one call; 0 for an operator that is not counted.
double cost(std::string_view name, const Inputs &in) {
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
  if (name == "aten::fft_fft" || name == "aten::fft_ifft") return fourier(in[0].toTensor(), 1);
  if (name == "aten::fft_rfft" || name == "aten::fft_irfft") return fourier(in[0].toTensor(), 1) / 2;
  if (name == "aten::fft_fft2" || name == "aten::fft_ifft2") return fourier(in[0].toTensor(), 2);
  if (name == "aten::fft_rfft2" || name == "aten::fft_irfft2") return fourier(in[0].toTensor(), 2) / 2;
  return 0;
}

}  // namespace

void count_flops(const c10::OperatorName &name, c10::ArrayRef<c10::IValue> inputs) {
  if (active != nullptr) active->flops += cost(name.name, inputs);
}

extern "C" {

ct_status ct_flops_start(ct_flop_counter **out, ct_error *error) {
  return boundary::guarded(error, [&] {
    boundary::require(active == nullptr, "a count of operations is already under way on this thread");
    *out = active = new ct_flop_counter();
  });
}

ct_status ct_flops_stop(ct_flop_counter *counter, double *out, ct_error *error) {
  return boundary::guarded(error, [&] {
    boundary::require(counter != nullptr && counter == active, "this thread has not started this count of operations");
    const std::unique_ptr<ct_flop_counter> owned(counter);
    active = nullptr;
    *out = owned->flops;
  });
}

}  // extern "C"
