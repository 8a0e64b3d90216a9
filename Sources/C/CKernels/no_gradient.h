// For kernels that nobody differentiates.
#pragma once

#include <torch/library.h>
#include <torch/torch.h>

namespace kernels {

/// Stands under the key Autograd of an operator without a gradient: passes the call on, but throws where an argument is tracked.
/// Without it the result would be taken for a constant, and the gradient would silently lack a part.
inline void refuse_gradients(const c10::OperatorHandle &op, c10::DispatchKeySet keys, torch::jit::Stack *stack) {
  if (at::GradMode::is_enabled()) {
    const size_t count = op.schema().arguments().size();
    for (const c10::IValue &argument : torch::jit::last(*stack, count)) {
      TORCH_CHECK(
          !argument.isTensor() || !argument.toTensor().requires_grad(), op.schema().name(),
          " has no gradient: expected arguments without tracking, found a tracked one; detach it, or work without tracking");
    }
  }
  op.redispatchBoxed(keys & c10::after_autograd_keyset, stack);
}

}  // namespace kernels
