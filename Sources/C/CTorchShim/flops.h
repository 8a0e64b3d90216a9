// Counting of floating-point operations, for ct_call.
#pragma once

#include <ATen/core/dispatch/Dispatcher.h>

/// Whether this thread counts at the moment.
bool counts_flops();

/// Adds the cost of one operator call that is over to the count of this thread.
///
/// - Parameters: the arguments that the operator got, and what it returned.
void count_flops(const c10::OperatorName &name, c10::ArrayRef<c10::IValue> inputs, c10::ArrayRef<c10::IValue> outputs);
