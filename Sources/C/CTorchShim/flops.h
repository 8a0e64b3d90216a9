#pragma once

#include <ATen/core/dispatch/Dispatcher.h>

/// Adds the cost of one operator call to the count of this thread, if one is under way.
void count_flops(const c10::OperatorName &name, c10::ArrayRef<c10::IValue> inputs);
