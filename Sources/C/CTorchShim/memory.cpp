#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <algorithm>
#include <mutex>
#include <unordered_map>

#include "boundary.h"

// LibTorch's allocators report what they do to whoever stands in the slot of the profiler, on this thread and on those that
// work for its backward passes. Blocks from before the measurement do not count, neither when they go.
namespace {

class PeakMemory final : public c10::MemoryReportingInfoBase {
 public:
  void reportMemoryUsage(void *block, int64_t size, size_t, size_t, c10::Device) override {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (size > 0) {
      sizes_[block] = size;
      live_ += size;
      peak_ = std::max(peak_, live_);
    } else if (const auto known = sizes_.find(block); known != sizes_.end()) {
      live_ -= known->second;
      sizes_.erase(known);
    }
  }

  bool memoryProfilingEnabled() const override { return true; }

  int64_t peak() {
    const std::lock_guard<std::mutex> guard(mutex_);
    return peak_;
  }

 private:
  std::mutex mutex_;
  std::unordered_map<void *, int64_t> sizes_;
  int64_t live_ = 0;
  int64_t peak_ = 0;
};

}  // namespace

/// Lives on the thread that it measures: the slot of the profiler is that thread's.
struct ct_memory_meter {
  std::shared_ptr<PeakMemory> memory = std::make_shared<PeakMemory>();
  c10::DebugInfoGuard guard{c10::DebugInfoKind::PROFILER_STATE, memory};
};

namespace {
thread_local ct_memory_meter *active = nullptr;
}

extern "C" {

ct_status ct_memory_start(ct_memory_meter **out, ct_error *error) {
  return boundary::guarded(error, [&] {
    boundary::require_place(out);
    boundary::require(c10::ThreadLocalDebugInfo::get(c10::DebugInfoKind::PROFILER_STATE) == nullptr,
                      "memory is already being measured on this thread");
    *out = active = new ct_memory_meter();
  });
}

ct_status ct_memory_stop(ct_memory_meter *meter, int64_t *out, ct_error *error) {
  return boundary::guarded(error, [&] {
    boundary::require(meter != nullptr && meter == active, "this thread has not started this measurement of memory");
    boundary::require_place(out);
    const std::unique_ptr<ct_memory_meter> owned(meter);
    active = nullptr;
    *out = owned->memory->peak();
  });
}

}  // extern "C"
