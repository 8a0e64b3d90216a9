// Counts floating-point operations at the one door that all operators go through.
//
// A real multiply-add is two operations, a complex one eight (four products, four sums). A complex transform of N points is
// 5 N log2 N, a real one half of that, the convention of FFTW's benchmarks. Element-wise work and reductions are not counted, nor are
// factorisations (QR, solutions, inverses), which no model uses.

#include <cmath>
#include <numeric>
#include <string>
#include <unordered_map>

#include "boundary.h"
#include "flops.h"

struct ct_flop_counter {
  double flops = 0;
};

namespace {

thread_local ct_flop_counter *active = nullptr;

/// One call of an operator.
struct Call {
  c10::ArrayRef<c10::IValue> inputs, outputs;
  const at::Tensor &in(size_t i) const { return inputs[i].toTensor(); }
  const at::Tensor &out() const { return outputs[0].toTensor(); }
};

double elements(const at::Tensor &tensor) { return static_cast<double>(tensor.numel()); }

double multiply_add(const at::Tensor &factor) { return factor.is_complex() ? 8 : 2; }

/// [..., m, k] x [..., k, n]: each element of the result is a sum of k products. `Left` is the position of the first factor.
template <size_t Left>
double product(const Call &call) {
  return multiply_add(call.in(Left)) * elements(call.out()) * static_cast<double>(call.in(Left).size(-1));
}

/// A sum over all elements, or over some axes, of products.
double inner_product(const Call &call) { return multiply_add(call.in(0)) * std::max(elements(call.in(0)), elements(call.in(1))); }

/// Every element of the output sees in / groups x kernel weights of the kernel [out, in / groups, ...].
double convolution(const Call &call) {
  const at::Tensor &weight = call.in(1);
  return multiply_add(weight) * elements(call.out()) * elements(weight) / std::max(1.0, static_cast<double>(weight.size(0)));
}

/// Every element of the input meets out / groups x kernel weights of the kernel [in, out / groups, ...].
double transposed_convolution(const Call &call) {
  const at::Tensor &weight = call.in(1);
  return multiply_add(weight) * elements(call.in(0)) * elements(weight) / std::max(1.0, static_cast<double>(weight.size(0)));
}

/// softmax(q k') v, q [..., t, d], k [..., s, d], v [..., s, e]: both products, whatever the mask leaves of them.
double attention(const Call &call) {
  const at::Tensor &queries = call.in(0), &values = call.in(2);
  const double rows = elements(queries) / std::max(1.0, static_cast<double>(queries.size(-1)));
  return 2 * rows * static_cast<double>(values.size(-2)) * static_cast<double>(queries.size(-1) + values.size(-1));
}

/// Which side of a transform is real.
enum class Real { neither, input, output };

/// Transforms of (x, length or lengths, axis or axes): 5 N log2 N for each, N the points of one transform.
template <Real real>
double fourier(const Call &call) {
  const at::Tensor &in = call.in(0), &out = call.out();
  const c10::IValue &lengths = call.inputs[1], &axes = call.inputs[2];
  std::vector<int64_t> dimensions;
  if (axes.isInt()) dimensions.push_back(axes.toInt());
  if (axes.isIntList()) dimensions = axes.toIntVector();
  if (axes.isNone()) {
    dimensions.resize(lengths.isIntList() ? lengths.toIntVector().size() : in.dim());
    std::iota(dimensions.begin(), dimensions.end(), in.dim() - static_cast<int64_t>(dimensions.size()));
  }
  double points = 1, outputs = 1;
  for (size_t i = 0; i < dimensions.size(); ++i) {
    outputs *= static_cast<double>(out.size(dimensions[i]));
    // A real input loses the upper half of its last axis: the length is what was asked for, or that of the input.
    const bool is_halved = real == Real::input && i + 1 == dimensions.size();
    int64_t length = is_halved ? in.size(dimensions[i]) : out.size(dimensions[i]);
    if (is_halved && lengths.isInt()) length = lengths.toInt();
    if (is_halved && lengths.isIntList()) length = lengths.toIntVector()[i];
    points *= static_cast<double>(length);
  }
  const double transforms = elements(out) / std::max(1.0, outputs);
  return (real == Real::neither ? 5 : 2.5) * transforms * points * std::log2(std::max(points, 1.0));
}

/// Both layers of implicit::perceptron(x1, x2, w1, b1, w2, b2, relu).
double perceptron(const Call &call) {
  return 2 * static_cast<double>(call.in(0).size(0)) * (elements(call.in(2)) + elements(call.in(4)));
}

/// One multiply-add for each entry of A and column of X in implicit::spmm(values, ..., x).
double sparse_product(const Call &call) { return 2 * elements(call.in(0)) * static_cast<double>(call.in(6).size(1)); }

/// The dense products of one transform between N x N points and their modes (periodic_fields.h): along kx cosines and sines of K + 1
/// waves at N / 2 + 1 points, along ky 2 K + 2 reals and N points.
double periodic_transforms(double count, int64_t size) {
  const double n = static_cast<double>(size), waves = static_cast<double>((size - 1) / 3 + 1);
  const double half = static_cast<double>(size / 2 + 1);
  return 2 * count * (2 * half * 2 * waves * waves + n * 2 * waves * n);
}

double periodic_fields(const Call &call) {
  const int64_t size = call.inputs[1].toInt();
  return periodic_transforms(elements(call.out()) / static_cast<double>(size * size), size);
}

double periodic_modes(const Call &call) {
  const int64_t size = call.in(0).size(-1);
  return periodic_transforms(elements(call.in(0)) / static_cast<double>(size * size), size);
}

/// Two fields there, two back.
double advection_change(const Call &call) {
  const at::Tensor &velocity = call.in(1);
  return periodic_transforms(4 * static_cast<double>(velocity.size(0)), velocity.size(-1));
}

using Cost = double (*)(const Call &);

/// By name and overload, because overloads differ in what their arguments mean.
using Costs = std::unordered_map<std::string, Cost>;

Costs known_costs() {
  return {
      {"aten::matmul", product<0>},
      {"aten::linalg_matmul", product<0>},
      {"aten::mm", product<0>},
      {"aten::bmm", product<0>},
      {"aten::mv", product<0>},
      {"aten::linear", product<0>},
      {"aten::addmm", product<1>},
      {"aten::baddbmm", product<1>},
      {"aten::addmv", product<1>},
      {"aten::dot", inner_product},
      {"aten::vdot", inner_product},
      {"aten::linalg_vecdot", inner_product},
      {"aten::conv1d", convolution},
      {"aten::conv1d.padding", convolution},
      {"aten::conv2d", convolution},
      {"aten::conv2d.padding", convolution},
      {"aten::conv3d", convolution},
      {"aten::conv3d.padding", convolution},
      {"aten::conv_transpose1d", transposed_convolution},
      {"aten::conv_transpose2d.input", transposed_convolution},
      {"aten::conv_transpose3d.input", transposed_convolution},
      {"aten::convolution", [](const Call &c) { return c.inputs[6].toBool() ? transposed_convolution(c) : convolution(c); }},
      {"aten::scaled_dot_product_attention", attention},
      {"aten::fft_fft", fourier<Real::neither>},
      {"aten::fft_ifft", fourier<Real::neither>},
      {"aten::fft_fft2", fourier<Real::neither>},
      {"aten::fft_ifft2", fourier<Real::neither>},
      {"aten::fft_fftn", fourier<Real::neither>},
      {"aten::fft_ifftn", fourier<Real::neither>},
      {"aten::fft_rfft", fourier<Real::input>},
      {"aten::fft_rfft2", fourier<Real::input>},
      {"aten::fft_rfftn", fourier<Real::input>},
      {"aten::fft_irfft", fourier<Real::output>},
      {"aten::fft_irfft2", fourier<Real::output>},
      {"aten::fft_irfftn", fourier<Real::output>},
      {"implicit::perceptron", perceptron},
      {"implicit::spmm", sparse_product},
      {"implicit::periodic_fields", periodic_fields},
      {"implicit::periodic_modes", periodic_modes},
      {"implicit::advection_change", advection_change},
  };
}

/// The table lives as long as the process. An operator of it that this LibTorch does not have would silently cost nothing.
const Costs &costs() {
  static const Costs *table = [] {
    auto known = std::make_unique<Costs>(known_costs());
    for (const auto &[name, cost] : *known) {
      const size_t dot = name.find('.');
      const std::string overload = dot == std::string::npos ? "" : name.substr(dot + 1);
      TORCH_CHECK(c10::Dispatcher::singleton().findSchema({name.substr(0, dot), overload}).has_value(),
                  "counting operations: this LibTorch has no operator ", name);
    }
    return known.release();
  }();
  return *table;
}

}  // namespace

bool counts_flops() { return active != nullptr; }

void count_flops(const c10::OperatorName &name, c10::ArrayRef<c10::IValue> inputs, c10::ArrayRef<c10::IValue> outputs) {
  const auto cost = costs().find(name.overload_name.empty() ? name.name : name.name + "." + name.overload_name);
  if (active != nullptr && cost != costs().end()) active->flops += cost->second({inputs, outputs});
}

extern "C" {

ct_status ct_flops_start(ct_flop_counter **out, ct_error *error) {
  return boundary::guarded(error, [&] {
    boundary::require_place(out);
    boundary::require(active == nullptr, "a count of operations is already under way on this thread");
    *out = active = new ct_flop_counter();
  });
}

ct_status ct_flops_stop(ct_flop_counter *counter, double *out, ct_error *error) {
  return boundary::guarded(error, [&] {
    boundary::require(counter != nullptr && counter == active, "this thread has not started this count of operations");
    boundary::require_place(out);
    const std::unique_ptr<ct_flop_counter> owned(counter);
    active = nullptr;
    *out = owned->flops;
  });
}

}  // extern "C"
