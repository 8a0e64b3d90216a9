// implicit::periodic_fields, periodic_modes and advection_change: fields on N x N points of a periodic square, N >= 4, and their
// modes with |kx|, |ky| <= K = (N - 1) / 3, as dense products, one sample after the other in the cache.
//
//     periodic_fields    modes [..., 2 K + 1, K + 1] complex -> [..., N, N] real    f(x, y) = sum_k m_k exp(i k . (x, y))
//     periodic_modes     fields [..., N, N] real -> [..., 2 K + 1, K + 1] complex   m_k = mean of f exp(-i k . (x, y))
//     advection_change   change [B, 2 K + 1, K + 1] complex, velocity [B, 2, N, N] real -> [B, 2 K + 1, K + 1] complex
//                        curl div (u u' + u' u), u the velocity of a flow, u' that of a change of its vorticity
//
// Modes stand for real fields: kx = 0 ... K, -K ... -1, ky = 0 ... K; those of ky < 0 are conjugates. Types are float32 with complex64,
// or float64 with complex128; the CPU only. There are no gradients: a tracked argument is an error. What a sample gives does not depend
// on its mates.
//
// A line of modes along ky becomes N points by one real product. Along kx, pairs are used: with P = m_k + m_-k and M = m_k - m_-k,
//
//     sum_k m_k exp(i k x) = sum_{k >= 0} cos(k x) P_k + sin(k x) (i M_k),
//
// whose two parts, for 0 <= x <= N / 2 only, give the points x and N - x: a quarter of the work of the complex product.
//
// A transform costs 2 (2 (N / 2 + 1) (K + 1) (2 K + 2) + N^2 (2 K + 2)) operations, advection_change four transforms.
#pragma once

namespace kernels {

constexpr const char *periodic_fields_schema = "periodic_fields(Tensor modes, int size) -> Tensor";
constexpr const char *periodic_modes_schema = "periodic_modes(Tensor fields) -> Tensor";
constexpr const char *advection_change_schema = "advection_change(Tensor change, Tensor velocity) -> Tensor";

}  // namespace kernels
