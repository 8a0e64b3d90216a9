#include <ATen/Parallel.h>
#include <torch/library.h>
#include <torch/torch.h>

#include "spmm.h"

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

/// The structure of a matrix of `rows` x `depth` with `entries` entries, as the kernel reads it; `order` may be null.
struct Rows {
  int64_t rows, depth, entries;
  const int64_t *starts, *columns, *order;
};

bool is_below(int64_t index, int64_t count) { return static_cast<uint64_t>(index) < static_cast<uint64_t>(count); }

/// out[r, :] = sum over the entries e of row r of values[order ? order[e] : e] * x[columns[e], :]
template <typename T>
void multiply_rows(const Rows &a, int64_t width, const T *values, const T *x, T *out) {
  at::parallel_for(0, a.rows, std::max<int64_t>(1, 32768 / std::max<int64_t>(width, 1)), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      T *__restrict target = out + row * width;
      for (int64_t j = 0; j < width; ++j) target[j] = 0;
      const int64_t first = a.starts[row], last = a.starts[row + 1];
      TORCH_CHECK(0 <= first && first <= last && last <= a.entries, "spmm: expected row starts that ascend within 0 to ",
                  a.entries, ", found ", first, " and ", last, " at row ", row);
      for (int64_t e = first; e < last; ++e) {
        const int64_t position = a.order == nullptr ? e : a.order[e];
        TORCH_CHECK(is_below(position, a.entries), "spmm: expected positions in 0 ..< ", a.entries, ", found ", position);
        TORCH_CHECK(is_below(a.columns[e], a.depth), "spmm: expected columns in 0 ..< ", a.depth, ", found ", a.columns[e]);
        const T weight = values[position];
        const T *__restrict source = x + a.columns[e] * width;
        for (int64_t j = 0; j < width; ++j) target[j] += weight * source[j];
      }
    }
  });
}

/// Row number of each entry: [0, 0, 1, 2, 2, ...].
at::Tensor entry_rows(const at::Tensor &starts) { return at::repeat_interleave(starts.slice(0, 1) - starts.slice(0, 0, -1)); }

void check(const at::Tensor &values, const at::Tensor &starts, const at::Tensor &columns, const at::Tensor &order,
           const at::Tensor &x) {
  TORCH_CHECK(x.dim() == 2, "spmm: x must be [columns, width], found ", x.sizes());
  TORCH_CHECK(values.dim() == 1 && columns.sizes() == values.sizes(),
              "spmm: values and columns must be vectors of the same length, found ", values.sizes(), " and ", columns.sizes());
  TORCH_CHECK(order.numel() == 0 || order.sizes() == values.sizes(), "spmm: expected an order of ", values.sizes(), ", found ",
              order.sizes());
  TORCH_CHECK(starts.dim() == 1 && starts.size(0) >= 1, "spmm: row starts must be a vector of length rows + 1, found ",
              starts.sizes());
  TORCH_CHECK(values.scalar_type() == x.scalar_type(), "spmm: values are ", values.scalar_type(), ", x is ", x.scalar_type());
  for (const at::Tensor &index : {starts, columns, order}) {
    TORCH_CHECK(index.scalar_type() == at::kLong, "spmm: indices must be int64, found ", index.scalar_type());
    TORCH_CHECK(index.device() == x.device(), "spmm: operands are on different devices");
  }
  TORCH_CHECK(values.device() == x.device(), "spmm: operands are on different devices");
}

/// The product itself. `order` may be empty (values in the order of the entries).
at::Tensor product(const at::Tensor &values, const at::Tensor &starts, const at::Tensor &columns, const at::Tensor &order,
                   const at::Tensor &x) {
  check(values, starts, columns, order, x);
  const int64_t rows = starts.size(0) - 1, width = x.size(1);
  if (!x.is_cpu()) {
    const at::Tensor weights = order.numel() > 0 ? values.index_select(0, order) : values;
    const at::Tensor messages = x.index_select(0, columns) * weights.unsqueeze(1);
    return at::zeros({rows, width}, x.options()).index_add(0, entry_rows(starts), messages);
  }
  // A view with gaps would be read as if it had none.
  const at::Tensor source = x.contiguous(), weights = values.contiguous();
  const at::Tensor row_starts = starts.contiguous(), column_indices = columns.contiguous(), positions = order.contiguous();
  const Rows a{rows,
               x.size(0),
               values.size(0),
               row_starts.const_data_ptr<int64_t>(),
               column_indices.const_data_ptr<int64_t>(),
               positions.numel() > 0 ? positions.const_data_ptr<int64_t>() : nullptr};
  at::Tensor out = at::empty({rows, width}, x.options());
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "implicit::spmm", [&] {
    multiply_rows<scalar_t>(a, width, weights.const_data_ptr<scalar_t>(), source.const_data_ptr<scalar_t>(),
                            out.data_ptr<scalar_t>());
  });
  return out;
}

/// Y = A X, differentiable any number of times in the values of A and in X.
struct SparseProduct : torch::autograd::Function<SparseProduct> {
  static Variable forward(AutogradContext *context, const Variable &values, const Variable &starts, const Variable &columns,
                          const Variable &order, const Variable &transposed_starts, const Variable &transposed_columns,
                          const Variable &transposed_order, const Variable &x) {
    context->save_for_backward({values, starts, columns, order, transposed_starts, transposed_columns, transposed_order, x});
    return product(values, starts, columns, order, x);
  }

  static variable_list backward(AutogradContext *context, variable_list cotangents) {
    const auto saved = context->get_saved_variables();
    const Variable &values = saved[0], &starts = saved[1], &columns = saved[2], &order = saved[3], &x = saved[7];
    const Variable cotangent = cotangents[0].contiguous();
    variable_list gradients(8);
    if (context->needs_input_grad(0)) {
      // d Y[r] / d values[e] = x[columns[e]]: one inner product for each entry, put back in the order of the values.
      const Variable inner = (cotangent.index_select(0, entry_rows(starts)) * x.index_select(0, columns)).sum(1);
      gradients[0] = order.numel() > 0 ? at::zeros_like(values).index_add(0, order, inner) : inner;
    }
    if (context->needs_input_grad(7)) {
      gradients[7] = SparseProduct::apply(values, saved[4], saved[5], saved[6], starts, columns, order, cotangent);
    }
    return gradients;
  }
};

at::Tensor spmm(const at::Tensor &values, const at::Tensor &starts, const at::Tensor &columns,
                const at::Tensor &transposed_starts, const at::Tensor &transposed_columns, const at::Tensor &transposed_order,
                const at::Tensor &x) {
  check(values, transposed_starts, transposed_columns, transposed_order, x);
  TORCH_CHECK(x.size(0) == transposed_starts.size(0) - 1, "spmm: expected x with a row for each of the ",
              transposed_starts.size(0) - 1, " columns of the matrix, found ", x.sizes());
  return SparseProduct::apply(values, starts, columns, at::empty({0}, columns.options()), transposed_starts, transposed_columns,
                              transposed_order, x);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(implicit, library) { library.def(kernels::spmm_schema); }

TORCH_LIBRARY_IMPL(implicit, CompositeImplicitAutograd, library) { library.impl("spmm", spmm); }
