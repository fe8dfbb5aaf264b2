// Captures as files, one each, encrypted (docs/storage.md has the format):
//   captures/2026/04/01/<time>-<id>.cap        zstd, then sealed with a key of its own, which is
//                                              wrapped by the key of its (JST) day
//   captures/kept/<id>/<incident>              the same key, wrapped by the incident's
// Destroying the day's key makes every capture of the day unreadable that no incident keeps.
#pragma once

#include <filesystem>
#include <memory>

#include "hitokoe/base/random.h"
#include "hitokoe/base/time.h"
#include "hitokoe/crawler/capture.h"
#include "hitokoe/identity/key_store.h"

namespace hitokoe::storage {

// Thread-safe; several processes may use the same folder. Everything given by reference outlives
// the store. Memory: about 200 bytes a capture. `put` costs two fsyncs and needs about three times
// the body in memory.
//
// Errors beyond the port's: kBadInput: an id or an incident id that is no plain name; kLimit: a
// body over 2 GiB; kIo: the disk is full or fails (nothing half is left); kCorrupt: a file was
// altered, cut, or sealed with another key store; kForbidden: the keys were destroyed.
std::unique_ptr<crawler::CaptureStore> make_capture_store(const std::filesystem::path& data,
                                                          identity::KeyStore& keys,
                                                          const Clock& clock, Random& random);

}  // namespace hitokoe::storage
