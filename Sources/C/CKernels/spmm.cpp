// Sparse-dense products for message passing: implicit::spmm and its gradients.
//
// Y = A X with A in compressed rows. The structure of A^T comes prepared (rows of A^T, and for each of its entries the
// position of the value in A), so that the gradient in X is again a product with compressed rows, without atomics or
// sorting, and gives the same bits for any number of threads.

#include <ATen/Parallel.h>
#include <torch/library.h>
#include <torch/torch.h>


namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

/// out[r, :] = sum over the entries e of row r of values[order ? order[e] : e] * x[columns[e], :]
template <typename T>
void multiply_rows(int64_t rows, int64_t width, const int64_t *starts, const int64_t *columns, const int64_t *order,
                   const T *values, const T *x, T *out) {
  at::parallel_for(0, rows, std::max<int64_t>(1, 32768 / std::max<int64_t>(width, 1)), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      T *__restrict target = out + row * width;
      for (int64_t j = 0; j < width; ++j) target[j] = 0;
      for (int64_t e = starts[row]; e < starts[row + 1]; ++e) {
        const T weight = values[order == nullptr ? e : order[e]];
        const T *__restrict source = x + columns[e] * width;
        for (int64_t j = 0; j < width; ++j) target[j] += weight * source[j];
      }
    }
  });
}

/// Row number of each entry: [0, 0, 1, 2, 2, ...].
at::Tensor entry_rows(const at::Tensor &starts) {
  return at::repeat_interleave(starts.slice(0, 1) - starts.slice(0, 0, -1));
}

void check(const at::Tensor &values, const at::Tensor &starts, const at::Tensor &columns, const at::Tensor &x) {
  TORCH_CHECK(x.dim() == 2, "spmm: x must be [columns, width], found ", x.sizes());
  TORCH_CHECK(values.dim() == 1 && columns.sizes() == values.sizes(),
              "spmm: values and columns must be vectors of the same length, found ", values.sizes(), " and ", columns.sizes());
  TORCH_CHECK(starts.dim() == 1 && starts.size(0) >= 1, "spmm: row starts must be a vector of length rows + 1");
  TORCH_CHECK(values.scalar_type() == x.scalar_type(), "spmm: values are ", values.scalar_type(), ", x is ", x.scalar_type());
  TORCH_CHECK(starts.scalar_type() == at::kLong && columns.scalar_type() == at::kLong, "spmm: indices must be int64");
  TORCH_CHECK(values.device() == x.device() && columns.device() == x.device(), "spmm: operands are on different devices");
}

/// The product itself. `order` may be empty (values in the order of the entries).
at::Tensor product(const at::Tensor &values, const at::Tensor &starts, const at::Tensor &columns, const at::Tensor &order,
                   const at::Tensor &x) {
  check(values, starts, columns, x);
  const int64_t rows = starts.size(0) - 1, width = x.size(1);
  if (!x.is_cpu()) {
    const at::Tensor weights = order.numel() > 0 ? values.index_select(0, order) : values;
    const at::Tensor messages = x.index_select(0, columns) * weights.unsqueeze(1);
    return at::zeros({rows, width}, x.options()).index_add(0, entry_rows(starts), messages);
  }
  const at::Tensor source = x.contiguous(), weights = values.contiguous();
  at::Tensor out = at::empty({rows, width}, x.options());
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "implicit::spmm", [&] {
    multiply_rows<scalar_t>(rows, width, starts.const_data_ptr<int64_t>(), columns.const_data_ptr<int64_t>(),
                            order.numel() > 0 ? order.const_data_ptr<int64_t>() : nullptr, weights.const_data_ptr<scalar_t>(),
                            source.const_data_ptr<scalar_t>(), out.data_ptr<scalar_t>());
  });
  return out;
}

/// Y = A X, differentiable any number of times in the values of A and in X.
struct SparseProduct : torch::autograd::Function<SparseProduct> {
  static Variable forward(AutogradContext *context, const Variable &values, const Variable &starts,
                          const Variable &columns, const Variable &order, const Variable &transposed_starts,
                          const Variable &transposed_columns, const Variable &transposed_order, const Variable &x) {
    context->save_for_backward(
        {values, starts, columns, order, transposed_starts, transposed_columns, transposed_order, x});
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
                const at::Tensor &transposed_starts, const at::Tensor &transposed_columns,
                const at::Tensor &transposed_order, const at::Tensor &x) {
  return SparseProduct::apply(values, starts, columns, at::empty({0}, columns.options()), transposed_starts, transposed_columns,
                              transposed_order, x);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(implicit, library) {
  library.def(
      "spmm(Tensor values, Tensor starts, Tensor columns, Tensor transposed_starts, Tensor transposed_columns, "
      "Tensor transposed_order, Tensor x) -> Tensor");
}

TORCH_LIBRARY_IMPL(implicit, CompositeImplicitAutograd, library) { library.impl("spmm", spmm); }
