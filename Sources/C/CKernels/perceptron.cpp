#include <ATen/Parallel.h>
#include <torch/library.h>
#include <torch/torch.h>

#include <algorithm>
#include <cstring>

#include "block_product.h"
#include "perceptron.h"

namespace {

using block::Matrix;
using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

/// Rows that go through both layers together, and rows whose contributions to the weights are added up together.
constexpr int64_t block_rows = 48, slice_rows = 4096;

/// The sizes and the packed weights of one call.
template <typename T>
struct Network {
  int64_t inputs1, inputs2, hidden, outputs;
  Matrix<T> first_transposed, second_transposed;  // [inputs][hidden], [hidden][outputs]
  Matrix<T> first, second;                        // [hidden][inputs], [outputs][hidden]
  std::vector<T> first_bias, second_bias;         // padded
  bool relu;

  Network(const at::Tensor &x1, const at::Tensor &x2, const at::Tensor &w1, const at::Tensor &b1, const at::Tensor &w2,
          const at::Tensor &b2, bool relu)
      : inputs1(x1.size(1)), inputs2(x2.defined() ? x2.size(1) : 0), hidden(w1.size(0)), outputs(w2.size(0)),
        first_transposed(inputs1 + inputs2, hidden), second_transposed(hidden, outputs), first(hidden, inputs1 + inputs2),
        second(outputs, hidden), first_bias(block::padded<T>(hidden), T(0)), second_bias(block::padded<T>(outputs), T(0)),
        relu(relu) {
    pack(w1, first, first_transposed);
    pack(w2, second, second_transposed);
    if (b1.defined()) std::copy_n(b1.contiguous().const_data_ptr<T>(), hidden, first_bias.begin());
    if (b2.defined()) std::copy_n(b2.contiguous().const_data_ptr<T>(), outputs, second_bias.begin());
  }

  static void pack(const at::Tensor &weight, Matrix<T> &plain, Matrix<T> &transposed) {
    const at::Tensor dense = weight.contiguous();
    const T *values = dense.const_data_ptr<T>();
    const int64_t width = dense.size(1);
    for (int64_t o = 0; o < dense.size(0); ++o) {
      for (int64_t i = 0; i < width; ++i) plain.row(o)[i] = transposed.row(i)[o] = values[o * width + i];
    }
  }
};

/// relu(W1 [x1, x2] + b1) of a block of rows.
template <typename T>
void hidden_layer(const Network<T> &net, int64_t rows, const T *x1, const T *x2, Matrix<T> &hidden) {
  block::fill_rows(rows, hidden.stride, net.first_bias.data(), hidden.data());
  block::accumulate(rows, hidden.stride, net.inputs1, x1, net.inputs1, 1, net.first_transposed.data(),
                    net.first_transposed.stride, hidden.data(), hidden.stride);
  if (net.inputs2 > 0) {
    block::accumulate(rows, hidden.stride, net.inputs2, x2, net.inputs2, 1, net.first_transposed.row(net.inputs1),
                      net.first_transposed.stride, hidden.data(), hidden.stride);
  }
  block::rectify(rows * hidden.stride, hidden.data());
}

template <typename T>
void forward_rows(const Network<T> &net, int64_t begin, int64_t end, const T *x1, const T *x2, T *y) {
  Matrix<T> hidden(block_rows, net.hidden), output(block_rows, net.outputs);
  for (int64_t start = begin; start < end; start += block_rows) {
    const int64_t rows = std::min(block_rows, end - start);
    hidden_layer(net, rows, x1 + start * net.inputs1, x2 + start * net.inputs2, hidden);
    block::fill_rows(rows, output.stride, net.second_bias.data(), output.data());
    block::accumulate(rows, output.stride, net.hidden, hidden.data(), hidden.stride, 1, net.second_transposed.data(),
                      net.second_transposed.stride, output.data(), output.stride);
    if (net.relu) block::rectify(rows * output.stride, output.data());
    block::copy_rows(rows, net.outputs, output.data(), output.stride, y + start * net.outputs, net.outputs);
  }
}

/// Gradients of one slice of rows in the weights and biases.
template <typename T>
struct WeightGradients {
  Matrix<T> first, second;
  std::vector<T> first_bias, second_bias;
  explicit WeightGradients(const Network<T> &net)
      : first(net.hidden, net.inputs1 + net.inputs2), second(net.outputs, net.hidden), first_bias(net.first_bias.size(), T(0)),
        second_bias(net.second_bias.size(), T(0)) {}

  void add(const WeightGradients &other) {
    const auto sum = [](auto &into, const auto &from) {
      for (size_t i = 0; i < into.size(); ++i) into[i] += from[i];
    };
    sum(first.values, other.first.values);
    sum(second.values, other.second.values);
    sum(first_bias, other.first_bias);
    sum(second_bias, other.second_bias);
  }
};

/// sum += the rows of the matrix.
template <typename T>
void add_rows(const Matrix<T> &matrix, int64_t rows, std::vector<T> &sum) {
  const T one = 1;
  block::accumulate(1, matrix.stride, rows, &one, 0, 0, matrix.data(), matrix.stride, sum.data(), matrix.stride);
}

/// [x1, x2] of a block of rows. Padding columns may hold leftovers; they only reach padding columns of the sums.
template <typename T>
void join_rows(int64_t rows, const Network<T> &net, const T *x1, const T *x2, Matrix<T> &joined) {
  if (net.inputs2 == 0) return block::copy_rows(rows, net.inputs1, x1, net.inputs1, joined.data(), joined.stride);
  for (int64_t r = 0; r < rows; ++r) {
    T *__restrict row = joined.row(r);
    for (int64_t j = 0; j < net.inputs1; ++j) row[j] = x1[r * net.inputs1 + j];
    for (int64_t j = 0; j < net.inputs2; ++j) row[net.inputs1 + j] = x2[r * net.inputs2 + j];
  }
}

/// gx1 and gx2 may be null when nobody asks for them.
template <typename T>
void backward_rows(const Network<T> &net, int64_t begin, int64_t end, const T *x1, const T *x2, const T *y, const T *gy, T *gx1,
                   T *gx2, WeightGradients<T> &sums) {
  const int64_t inputs = net.inputs1 + net.inputs2;
  Matrix<T> input(block_rows, inputs), hidden(block_rows, net.hidden), g_output(block_rows, net.outputs);
  Matrix<T> g_hidden(block_rows, net.hidden), g_input(block_rows, inputs), output(block_rows, net.outputs);
  for (int64_t start = begin; start < end; start += block_rows) {
    const int64_t rows = std::min(block_rows, end - start);
    join_rows(rows, net, x1 + start * net.inputs1, x2 + start * net.inputs2, input);
    block::copy_rows(rows, net.outputs, gy + start * net.outputs, net.outputs, g_output.data(), g_output.stride);
    if (net.relu) {
      block::copy_rows(rows, net.outputs, y + start * net.outputs, net.outputs, output.data(), output.stride);
      block::mask(rows * output.stride, output.data(), g_output.data());
    }
    hidden_layer(net, rows, x1 + start * net.inputs1, x2 + start * net.inputs2, hidden);

    // W2: sum over rows of g_output^T hidden; then through W2 and the ReLU to the hidden layer.
    block::accumulate(net.outputs, hidden.stride, rows, g_output.data(), 1, g_output.stride, hidden.data(), hidden.stride,
                      sums.second.data(), sums.second.stride);
    add_rows(g_output, rows, sums.second_bias);
    std::fill(g_hidden.values.begin(), g_hidden.values.end(), T(0));
    block::accumulate(rows, g_hidden.stride, net.outputs, g_output.data(), g_output.stride, 1, net.second.data(),
                      net.second.stride, g_hidden.data(), g_hidden.stride);
    block::mask(rows * hidden.stride, hidden.data(), g_hidden.data());

    block::accumulate(net.hidden, input.stride, rows, g_hidden.data(), 1, g_hidden.stride, input.data(), input.stride,
                      sums.first.data(), sums.first.stride);
    add_rows(g_hidden, rows, sums.first_bias);
    if (gx1 == nullptr && gx2 == nullptr) continue;
    std::fill(g_input.values.begin(), g_input.values.end(), T(0));
    block::accumulate(rows, g_input.stride, net.hidden, g_hidden.data(), g_hidden.stride, 1, net.first.data(), net.first.stride,
                      g_input.data(), g_input.stride);
    if (gx1 != nullptr) {
      block::copy_rows(rows, net.inputs1, g_input.data(), g_input.stride, gx1 + start * net.inputs1, net.inputs1);
    }
    if (gx2 != nullptr) {
      block::copy_rows(rows, net.inputs2, g_input.data() + net.inputs1, g_input.stride, gx2 + start * net.inputs2, net.inputs2);
    }
  }
}

template <typename T>
const T *data_or_null(const at::Tensor &tensor) {
  return tensor.defined() ? tensor.const_data_ptr<T>() : nullptr;
}

/// The same function in LibTorch's operators: for other devices and types, and for derivatives of derivatives.
struct Plain {
  at::Tensor hidden, output;
  Plain(const at::Tensor &x, const at::Tensor &w1, const at::Tensor &b1, const at::Tensor &w2, const at::Tensor &b2, bool relu)
      : hidden(at::linear(x, w1, b1).relu()) {
    output = at::linear(hidden, w2, b2);
    if (relu) output = output.relu();
  }
};

at::Tensor joined(const at::Tensor &x1, const at::Tensor &x2) { return x2.defined() ? at::cat({x1, x2}, 1) : x1; }

bool has_kernel(const at::Tensor &x) { return x.is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kDouble); }

at::Tensor forward_on_cpu(const at::Tensor &x1, const at::Tensor &x2, const at::Tensor &w1, const at::Tensor &b1,
                          const at::Tensor &w2, const at::Tensor &b2, bool relu) {
  at::Tensor y = at::empty({x1.size(0), w2.size(0)}, x1.options());
  AT_DISPATCH_FLOATING_TYPES(x1.scalar_type(), "implicit::perceptron", [&] {
    const Network<scalar_t> net(x1, x2, w1, b1, w2, b2, relu);
    at::parallel_for(0, x1.size(0), 2 * block_rows, [&](int64_t begin, int64_t end) {
      forward_rows<scalar_t>(net, begin, end, x1.const_data_ptr<scalar_t>(), data_or_null<scalar_t>(x2), y.data_ptr<scalar_t>());
    });
  });
  return y;
}

variable_list backward_on_cpu(const at::Tensor &x1, const at::Tensor &x2, const at::Tensor &w1, const at::Tensor &b1,
                              const at::Tensor &w2, const at::Tensor &b2, bool relu, const at::Tensor &y, const at::Tensor &gy,
                              bool needs_x1, bool needs_x2) {
  at::Tensor gx1 = needs_x1 ? at::empty_like(x1) : at::Tensor();
  at::Tensor gx2 = needs_x2 ? at::empty_like(x2) : at::Tensor();
  at::Tensor gw1 = at::empty_like(w1), gw2 = at::empty_like(w2);
  at::Tensor gb1 = b1.defined() ? at::empty_like(b1) : at::Tensor(), gb2 = b2.defined() ? at::empty_like(b2) : at::Tensor();
  AT_DISPATCH_FLOATING_TYPES(x1.scalar_type(), "implicit::perceptron_backward", [&] {
    const Network<scalar_t> net(x1, x2, w1, b1, w2, b2, relu);
    const int64_t rows = x1.size(0), slices = std::max<int64_t>(1, (rows + slice_rows - 1) / slice_rows);
    std::vector<WeightGradients<scalar_t>> sums(slices, WeightGradients<scalar_t>(net));
    at::parallel_for(0, slices, 1, [&](int64_t begin, int64_t end) {
      for (int64_t s = begin; s < end; ++s) {
        backward_rows<scalar_t>(net, s * slice_rows, std::min(rows, (s + 1) * slice_rows), x1.const_data_ptr<scalar_t>(),
                                data_or_null<scalar_t>(x2), y.const_data_ptr<scalar_t>(), gy.const_data_ptr<scalar_t>(),
                                needs_x1 ? gx1.data_ptr<scalar_t>() : nullptr, needs_x2 ? gx2.data_ptr<scalar_t>() : nullptr,
                                sums[s]);
      }
    });
    for (int64_t s = 1; s < slices; ++s) sums[0].add(sums[s]);
    const auto unpack = [](const Matrix<scalar_t> &from, const at::Tensor &into) {
      const int64_t width = into.size(1);
      for (int64_t r = 0; r < into.size(0); ++r) {
        std::copy_n(from.row(r), width, into.data_ptr<scalar_t>() + r * width);
      }
    };
    unpack(sums[0].first, gw1);
    unpack(sums[0].second, gw2);
    if (gb1.defined()) std::copy_n(sums[0].first_bias.begin(), net.hidden, gb1.data_ptr<scalar_t>());
    if (gb2.defined()) std::copy_n(sums[0].second_bias.begin(), net.outputs, gb2.data_ptr<scalar_t>());
  });
  return {gx1, gx2, gw1, gb1, gw2, gb2};
}

/// The order of inputs and gradients: x1, x2, w1, b1, w2, b2, relu.
struct Perceptron : torch::autograd::Function<Perceptron> {
  static Variable forward(AutogradContext *context, const Variable &x1, const std::optional<Variable> &x2, const Variable &w1,
                          const std::optional<Variable> &b1, const Variable &w2, const std::optional<Variable> &b2, bool relu) {
    const auto some = [](const std::optional<Variable> &v) { return v ? v->contiguous() : at::Tensor(); };
    const Variable a = x1.contiguous(), b = some(x2);
    const Variable y = forward_on_cpu(a, b, w1.contiguous(), some(b1), w2.contiguous(), some(b2), relu);
    context->saved_data["relu"] = relu;
    context->save_for_backward({x1, x2.value_or(Variable()), w1, b1.value_or(Variable()), w2, b2.value_or(Variable()), y});
    return y;
  }

  static variable_list backward(AutogradContext *context, variable_list cotangents) {
    const auto saved = context->get_saved_variables();
    const Variable &x1 = saved[0], &x2 = saved[1], &w1 = saved[2], &b1 = saved[3], &w2 = saved[4], &b2 = saved[5], &y = saved[6];
    const bool relu = context->saved_data["relu"].toBool();
    const bool needs_x1 = context->needs_input_grad(0), needs_x2 = x2.defined() && context->needs_input_grad(1);
    const auto plain_or_undefined = [](const Variable &v) { return v.defined() ? v.contiguous() : v; };
    variable_list g;
    if (at::GradMode::is_enabled()) {
      // Somebody wants to differentiate this gradient: write it in operators that can be differentiated.
      const Variable x = joined(x1, x2);
      const Plain plain(x, w1, b1, w2, b2, relu);
      const Variable go = relu ? cotangents[0] * (plain.output > 0) : cotangents[0];
      const Variable gh = go.mm(w2) * (plain.hidden > 0);
      const Variable gx = gh.mm(w1);
      g = {gx.narrow(1, 0, x1.size(1)),
           x2.defined() ? gx.narrow(1, x1.size(1), x2.size(1)) : Variable(),
           gh.t().mm(x),
           b1.defined() ? gh.sum(0) : Variable(),
           go.t().mm(plain.hidden),
           b2.defined() ? go.sum(0) : Variable()};
    } else {
      g = backward_on_cpu(x1.contiguous(), plain_or_undefined(x2), w1.contiguous(), plain_or_undefined(b1), w2.contiguous(),
                          plain_or_undefined(b2), relu, y, cotangents[0].contiguous(), needs_x1, needs_x2);
    }
    return {g[0], g[1], g[2], g[3], g[4], g[5], Variable()};
  }
};

at::Tensor perceptron(const at::Tensor &x1, const std::optional<at::Tensor> &x2, const at::Tensor &w1,
                      const std::optional<at::Tensor> &b1, const at::Tensor &w2, const std::optional<at::Tensor> &b2, bool relu) {
  TORCH_CHECK(x1.dim() == 2 && (!x2 || (x2->dim() == 2 && x2->size(0) == x1.size(0))),
              "perceptron: inputs must be matrices with the same number of rows");
  const int64_t inputs = x1.size(1) + (x2 ? x2->size(1) : 0);
  TORCH_CHECK(w1.dim() == 2 && w1.size(1) == inputs, "perceptron: the first weight must be [hidden, ", inputs, "], found ",
              w1.sizes());
  TORCH_CHECK(w2.dim() == 2 && w2.size(1) == w1.size(0), "perceptron: the second weight must be [outputs, ", w1.size(0),
              "], found ", w2.sizes());
  TORCH_CHECK((!b1 || (b1->dim() == 1 && b1->size(0) == w1.size(0))) && (!b2 || (b2->dim() == 1 && b2->size(0) == w2.size(0))),
              "perceptron: a bias does not have the size of its layer");
  for (const std::optional<at::Tensor> &operand : {x2, std::optional(w1), b1, std::optional(w2), b2}) {
    TORCH_CHECK(!operand || (operand->scalar_type() == x1.scalar_type() && operand->device() == x1.device()),
                "perceptron: operands of different types or devices");
  }
  if (has_kernel(x1)) return Perceptron::apply(x1, x2, w1, b1, w2, b2, relu);
  const auto some = [](const std::optional<at::Tensor> &v) { return v.value_or(at::Tensor()); };
  return Plain(joined(x1, some(x2)), w1, some(b1), w2, some(b2), relu).output;
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(implicit, library) { library.def(kernels::perceptron_schema); }

TORCH_LIBRARY_IMPL(implicit, CompositeImplicitAutograd, library) { library.impl("perceptron", perceptron); }
