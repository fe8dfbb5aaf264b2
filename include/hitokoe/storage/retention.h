// Destroying captures that are not wanted any more.
#pragma once

#include <filesystem>
#include <memory>

#include "hitokoe/crawler/retention.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::storage {

// `data`: as for make_capture_store.
std::unique_ptr<crawler::CapturePurge> make_capture_purge(const std::filesystem::path& data,
                                                          identity::KeyStore& keys);
std::unique_ptr<crawler::CaptureUse> make_capture_use(std::shared_ptr<Database> db);

}  // namespace hitokoe::storage
