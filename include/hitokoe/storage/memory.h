// The ports in memory, for simulations and tests: the same contracts, nothing survives the object.
#pragma once

#include <memory>

#include "hitokoe/crawler/capture.h"
#include "hitokoe/crawler/frontier.h"
#include "hitokoe/crawler/work_queue.h"

namespace hitokoe::storage {

std::unique_ptr<crawler::Frontier> make_memory_frontier();
std::unique_ptr<crawler::WorkQueue> make_memory_work_queue();
std::unique_ptr<crawler::CaptureStore> make_memory_capture_store();

}  // namespace hitokoe::storage
