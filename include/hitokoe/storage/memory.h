// The ports in memory, for simulations and tests: the same contracts, nothing survives the object.
#pragma once

#include <memory>

#include "hitokoe/crawler/capture.h"
#include "hitokoe/crawler/frontier.h"
#include "hitokoe/crawler/host_politeness.h"
#include "hitokoe/crawler/work_queue.h"

namespace hitokoe::storage {

std::unique_ptr<crawler::Frontier> make_memory_frontier();
std::unique_ptr<crawler::WorkQueue> make_memory_work_queue();
std::unique_ptr<crawler::CaptureStore> make_memory_capture_store();

// What several crawlers of one process share.
struct MemoryHosts;
std::shared_ptr<MemoryHosts> make_memory_hosts();
std::unique_ptr<crawler::HostPoliteness> make_memory_host_politeness(
    std::shared_ptr<MemoryHosts> shared, std::string worker, const Clock& clock, Duration lease);

}  // namespace hitokoe::storage
