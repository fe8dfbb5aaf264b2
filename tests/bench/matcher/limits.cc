#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <numeric>
#include <vector>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/random.h"
#include "tests/bench/matcher/parts.h"
#include "tests/bench/stopwatch.h"

namespace hitokoe::bench {
namespace {

// Keeps the compiler from leaving out what is only timed.
void use(std::uint64_t value) { asm volatile("" : : "r"(value) : "memory"); }

template <class Each>
std::uint64_t read_whole(const std::filesystem::path& path, const Each& each) {
  std::vector<std::uint8_t> buffer(256U << 10);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  std::uint64_t size = 0;
  for (ssize_t n = 0; (n = ::read(fd, buffer.data(), buffer.size())) > 0;) {
    each(buffer.data(), static_cast<std::size_t>(n));
    size += static_cast<std::uint64_t>(n);
  }
  ::close(fd);
  return size;
}

void show(const char* what, double figure, const char* unit) {
  std::printf("  %-38s %9.1f %s\n", what, figure, unit);
}

// A cache line at a random place of `lines`, 16 ahead: what a look-up cannot be faster than.
double random_line_ns(std::uint64_t bytes) {
  std::vector<std::uint64_t> table(bytes / 8, 1);
  const std::uint64_t lines = table.size() / 8;
  constexpr std::size_t kReads = 1 << 22;
  SeededRandom dice(1);
  std::vector<std::uint64_t> at(kReads);
  dice.fill({reinterpret_cast<std::uint8_t*>(at.data()), at.size() * 8});
  for (auto& a : at) a = (a % lines) * 8;
  std::uint64_t sum = 0;
  const double s = seconds([&] {
    for (std::size_t i = 0; i < kReads; ++i) {
      if (i + 16 < kReads) __builtin_prefetch(&table[at[i + 16]]);
      sum += table[at[i]];
    }
  });
  use(sum);
  return s * 1e9 / kReads;
}

double write_mb_s(const std::filesystem::path& folder) {
  const auto path = folder / "bench-write";
  std::vector<std::uint8_t> block(4U << 20, 7);
  constexpr int kBlocks = 128;
  const double s = seconds([&] {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    for (int i = 0; fd >= 0 && i < kBlocks; ++i) {
      if (::write(fd, block.data(), block.size()) < 0) break;
    }
    ::fsync(fd);
    ::close(fd);
  });
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  return kBlocks * static_cast<double>(block.size()) / s / 1e6;
}

}  // namespace

Result<void> limits(const std::filesystem::path& dump, const std::filesystem::path& index) {
  std::uint64_t size = 0;
  double s = seconds([&] { size = read_whole(dump, [](auto*, std::size_t) {}); });
  show("the dump: read", static_cast<double>(size) / s / 1e6, "MB/s");
  s = seconds([&] {
    std::uint64_t rows = 0;
    read_whole(dump, [&](const std::uint8_t* at, std::size_t n) {
      for (const auto* end = at + n; at != end; ++rows) {
        const auto* found = static_cast<const std::uint8_t*>(
            std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
        if (found == nullptr) break;
        at = found + 1;
      }
    });
    use(rows);
  });
  show("the dump: read, lines counted", static_cast<double>(size) / s / 1e6, "MB/s");

  std::vector<std::array<std::uint8_t, 24>> messages(1024);
  std::vector<ByteView> views(messages.begin(), messages.end());
  std::vector<crypto::Digest> macs(views.size());
  const crypto::Hmac hmac(std::array<std::uint8_t, 32>{});
  constexpr int kMacs = 2'000'000;
  s = seconds([&] {
    for (int i = 0; i < kMacs; i += 1024) hmac.mac_many(views, macs);
  });
  show("HMAC-SHA-256 of 24 bytes", s * 1e9 / kMacs, "ns");
  std::vector<crypto::Block> blocks(1U << 16);
  const crypto::Aes128 aes(Key128{});
  s = seconds([&] {
    for (int i = 0; i < 64; ++i) aes.encrypt(blocks, blocks);
  });
  show("AES-128 of a block", s * 1e9 / (64.0 * static_cast<double>(blocks.size())), "ns");

  std::uint64_t index_bytes = 0;
  std::uint64_t lines_bytes = 0;
  s = seconds([&] {
    std::error_code ignored;
    for (const auto& f : std::filesystem::recursive_directory_iterator(index, ignored)) {
      if (!f.is_regular_file() || f.path().parent_path().filename() == "entries") continue;
      const auto n = read_whole(
          f.path(), [](const std::uint8_t* at, std::size_t many) { use(XXH3_64bits(at, many)); });
      index_bytes += n;
      if (f.path().filename() == "lines") lines_bytes += n;
    }
  });
  std::printf("  %-38s %9.1f ms  (%.0f MB, %.1f GB/s)\n", "the index: read, XXH3-64", s * 1e3,
              static_cast<double>(index_bytes) / 1e6, static_cast<double>(index_bytes) / s / 1e9);
  show("a random line of a table of that size", random_line_ns(std::max(lines_bytes, 1UL << 20)),
       "ns");
  std::vector<std::uint64_t> memory(1UL << 26, 1);
  s = seconds([&] { use(std::accumulate(memory.begin(), memory.end(), std::uint64_t{0})); });
  show("memory: read", static_cast<double>(memory.size()) * 8 / s / 1e9, "GB/s");
  show("disk: write and sync of 512 MB", write_mb_s(index), "MB/s");
  return ok();
}

}  // namespace hitokoe::bench
