// implicit::perceptron: two linear layers with a ReLU between them, for the rows of a matrix, as one operator.
//
//     y = W2 relu(W1 [x1, x2] + b1) + b2,   or relu of that where `relu` is true
//
//     x1 [N, I1]   x2 [N, I2] or none   w1 [H, I1 + I2]   b1 [H] or none   w2 [O, H]   b2 [O] or none   ->   [N, O]
//
// All operands have one type and one device. float32 and float64 on the CPU go through the kernel; other types and devices through
// LibTorch's operators. Differentiable in all tensors, any number of times.
//
// Graph networks apply narrow perceptrons to very many rows; written with LibTorch's operators, most of the time goes into
// moving the intermediate matrices through memory. Here a block of rows goes through both layers, and back, without leaving
// the first-level cache; the hidden layer is recomputed in the backward pass instead of stored. The two inputs save the
// concatenation. Sums over rows are cut into fixed slices, so that gradients have the same bits for any number of threads.
//
// A row costs 2 H (I1 + I2) + 2 O H operations.
#pragma once

namespace kernels {

constexpr const char *perceptron_schema =
    "perceptron(Tensor x1, Tensor? x2, Tensor w1, Tensor? b1, Tensor w2, Tensor? b2, bool relu) -> Tensor";

}  // namespace kernels
