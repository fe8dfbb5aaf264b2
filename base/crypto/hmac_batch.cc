#include "hitokoe/base/crypto/hmac_batch.h"

#include <openssl/sha.h>

#include <algorithm>
#include <cstring>

#include "base/crypto/hmac_lanes.h"
#include "base/crypto/sha256_words.h"

namespace hitokoe::crypto {

namespace {

using lanes::kBlock;
using lanes::kLanes;

constexpr std::size_t kPadding = 9;  // the end bit and the length
constexpr std::size_t kFewest = 3;   // in lanes that pay for running all sixteen

bool have_lanes() {
  static const bool have = lanes::available();
  return have;
}

// The low-level calls, which OpenSSL 3 marks as deprecated: EVP allocates and locks on every
// message, which costs more than the hash itself (docs/fingerprints.md has the figures). They run
// the same SHA-NI code.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

SHA256_CTX after_one_block(const std::array<std::uint32_t, 8>& state) {
  SHA256_CTX context;
  SHA256_Init(&context);
  std::copy(state.begin(), state.end(), context.h);
  context.Nl = kBlock * 8;
  return context;
}

Digest mac_alone(const HmacKey& key, ByteView message) {
  Digest out;
  SHA256_CTX context = after_one_block(key.inner);
  SHA256_Update(&context, message.data(), message.size());
  SHA256_Final(out.data(), &context);
  context = after_one_block(key.outer);
  SHA256_Update(&context, out.data(), out.size());
  SHA256_Final(out.data(), &context);
  return out;
}

HmacKey key_alone(ByteView key) {
  std::array<std::uint8_t, kBlock> block{};
  if (key.size() > kBlock) {
    const Digest short_key = sha256(key);
    std::memcpy(block.data(), short_key.data(), short_key.size());
  } else if (!key.empty()) {
    std::memcpy(block.data(), key.data(), key.size());
  }
  HmacKey out;
  SHA256_CTX context;
  for (auto& b : block) b ^= 0x36;
  SHA256_Init(&context);
  SHA256_Transform(&context, block.data());
  std::copy_n(context.h, out.inner.size(), out.inner.begin());
  for (auto& b : block) b ^= 0x36 ^ 0x5c;
  SHA256_Init(&context);
  SHA256_Transform(&context, block.data());
  std::copy_n(context.h, out.outer.size(), out.outer.begin());
  wipe(block.data(), block.size());
  wipe(&context, sizeof context);
  return out;
}

#pragma GCC diagnostic pop

// Messages of one number of blocks, waiting until there are sixteen.
class Queue {
 public:
  Queue(std::size_t blocks, std::span<const HmacTask> tasks, std::span<Digest> out)
      : blocks_(blocks), tasks_(tasks), out_(out) {}

  void add(std::size_t task) {
    const ByteView message = tasks_[task].message;
    std::uint8_t* at = messages_[waiting_].data();
    std::memcpy(at, message.data(), message.size());
    at[message.size()] = 0x80;
    std::memset(at + message.size() + 1, 0, blocks_ * kBlock - message.size() - 1);
    put_big_endian(at + blocks_ * kBlock - 4,
                   static_cast<std::uint32_t>((kBlock + message.size()) * 8));
    task_[waiting_] = task;
    keys_[waiting_] = tasks_[task].key;
    if (++waiting_ == kLanes) run();
  }

  void finish() {
    if (waiting_ < kFewest) {
      for (std::size_t l = 0; l < waiting_; ++l) {
        const HmacTask& task = tasks_[task_[l]];
        out_[task_[l]] = mac_alone(*task.key, task.message);
      }
      waiting_ = 0;
      return;
    }
    for (std::size_t l = waiting_; l < kLanes; ++l) {  // what these give is not looked at
      keys_[l] = keys_[0];
      messages_[l] = messages_[0];
    }
    run();
  }

  void wipe_messages() { wipe(messages_.data(), sizeof messages_); }

 private:
  void run() {
    lanes::Words words;
    lanes::mac(keys_, messages_, blocks_, words);
    for (std::size_t l = 0; l < waiting_; ++l) {
      Digest& digest = out_[task_[l]];
      for (std::size_t w = 0; w < words.size(); ++w) {
        put_big_endian(digest.data() + 4 * w, words[w][l]);
      }
    }
    waiting_ = 0;
  }

  std::size_t blocks_;
  std::span<const HmacTask> tasks_;
  std::span<Digest> out_;
  std::size_t waiting_ = 0;
  std::array<std::size_t, kLanes> task_{};
  std::array<const HmacKey*, kLanes> keys_{};
  std::array<lanes::Padded, kLanes> messages_;
};

}  // namespace

HmacKey hmac_key(ByteView key) { return key_alone(key); }

void hmac_keys(std::span<const Block> keys, std::span<HmacKey> out) {
  std::size_t at = 0;
  if (have_lanes()) {
    for (; at + kLanes <= keys.size(); at += kLanes) lanes::make_keys(&keys[at], &out[at]);
    if (keys.size() - at >= kFewest) {
      std::array<Block, kLanes> last{};
      std::array<HmacKey, kLanes> made;
      std::ranges::copy(keys.subspan(at), last.begin());
      lanes::make_keys(last.data(), made.data());
      std::copy_n(made.begin(), keys.size() - at, out.begin() + static_cast<std::ptrdiff_t>(at));
      wipe(last.data(), sizeof last);
      wipe(made.data(), sizeof made);
      return;
    }
  }
  for (; at < keys.size(); ++at) out[at] = key_alone(keys[at]);
}

void hmac_many(std::span<const HmacTask> tasks, std::span<Digest> out) {
  if (!have_lanes() || tasks.size() < kFewest) {
    for (std::size_t i = 0; i < tasks.size(); ++i)
      out[i] = mac_alone(*tasks[i].key, tasks[i].message);
    return;
  }
  Queue one(1, tasks, out);
  Queue two(2, tasks, out);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const std::size_t size = tasks[i].message.size();
    if (size + kPadding <= kBlock) {
      one.add(i);
    } else if (size + kPadding <= 2 * kBlock) {
      two.add(i);
    } else {
      out[i] = mac_alone(*tasks[i].key, tasks[i].message);
    }
  }
  one.finish();
  two.finish();
  one.wipe_messages();
  two.wipe_messages();
}

std::size_t hmac_lanes() { return have_lanes() ? kLanes : 1; }

}  // namespace hitokoe::crypto
