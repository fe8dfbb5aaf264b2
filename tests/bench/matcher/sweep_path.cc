#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <thread>

#include "hitokoe/base/random.h"
#include "hitokoe/text/charset.h"
#include "matcher/sweep/pieces.h"
#include "matcher/sweep/prober.h"
#include "matcher/sweep/scanner.h"
#include "tests/bench/matcher/sweep_dump.h"
#include "tests/bench/matcher/sweep_parts.h"
#include "tests/bench/matcher/sweep_table.h"

namespace hitokoe::bench {
namespace {

using namespace matcher::sweep;
using crypto::Block;

class Hits final : public HitSink {
 public:
  void hits(std::span<const ProbeHit> hits) override { count += hits.size(); }
  std::uint64_t count = 0;
};

// The z of every token, to plant them.
class Planter final : public Tokens::Sink {
 public:
  Planter(const identity::Fingerprinter& hash, const crypto::Aes128& key)
      : hash_(hash), key_(key) {}
  void take(std::span<const HmacBlock> blocks, std::span<const FieldId>,
            std::size_t words) override {
    const std::size_t at = z.size();
    z.resize(at + blocks.size());
    const auto out = std::span(z).subspan(at);
    hash_.of_blocks(blocks, words, out);
    key_.encrypt(out, out);
  }
  void take_long(FieldId, std::string_view) override {}
  std::vector<Block> z;

 private:
  const identity::Fingerprinter& hash_;
  const crypto::Aes128& key_;
};

// One carrier whose table has `entries` keys, those of the planted people among them.
struct MadeCarrier {
  explicit MadeCarrier(std::uint64_t entries)
      : hash(1, Key256(std::array<std::uint8_t, 32>{7})),
        key(Key128(std::array<std::uint8_t, 16>{9})) {
    Planter planter(hash, key);
    Tokens tokens(planter);
    Scanner(tokens).scan(planted_identifiers());
    tokens.flush();
    const double s = seconds([&] { table = std::make_unique<MadeTable>(entries, planter.z); });
    std::printf("  table of %llu keys: %.2f GB, made in %.0f s (wall)\n",
                static_cast<unsigned long long>(entries), static_cast<double>(table->bytes()) / 1e9,
                s);
    plan.epochs = {&hash};
    plan.carriers = {{0, &key, table.get()}};
  }
  identity::Fingerprinter hash;
  crypto::Aes128 key;
  std::unique_ptr<MadeTable> table;
  ProbePlan plan;
};

struct Path {
  explicit Path(const ProbePlan& plan) : prober(plan, hits), tokens(prober), scanner(tokens) {}
  void sweep(Pieces& pieces, std::mutex& turn) {
    Pieces::Piece piece;
    std::string text;
    for (;;) {
      {
        const std::scoped_lock lock(turn);
        if (!pieces.next(piece)) break;
      }
      const auto bytes = ByteView(piece.bytes).first(piece.size);
      if (piece.charset) {
        text.clear();
        text::StreamDecoder decoder(*piece.charset);
        decoder.feed(bytes, text);
        decoder.finish(text);
        scanner.scan(text);
      } else {
        scanner.scan(as_text(bytes));
      }
    }
    tokens.flush();
  }
  std::uint64_t looked_up() const {
    std::uint64_t n = 0;
    for (const auto t : prober.tokens()) n += t;
    return n;
  }
  Hits hits;
  Prober prober;
  Tokens tokens;
  Scanner scanner;
};

struct Swept {
  std::uint64_t tokens = 0, hits = 0;
};

Swept sweep_file(const std::filesystem::path& dump, text::Charset charset, const ProbePlan& plan,
                 std::size_t threads) {
  const int fd = ::open(dump.c_str(), O_RDONLY | O_CLOEXEC);
  Pieces pieces({}, charset, [&](std::uint8_t* to, std::size_t size) {
    const ssize_t n = ::read(fd, to, size);
    return n < 0 ? std::size_t{0} : static_cast<std::size_t>(n);
  });
  std::mutex turn;
  std::vector<std::unique_ptr<Path>> paths;
  for (std::size_t i = 0; i < threads; ++i) paths.push_back(std::make_unique<Path>(plan));
  {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < threads; ++i) {
      others.emplace_back([&, i] { paths[i]->sweep(pieces, turn); });
    }
    paths[0]->sweep(pieces, turn);
  }
  ::close(fd);
  Swept out;
  for (const auto& p : paths) {
    out.tokens += p->looked_up();
    out.hits += p->hits.count;
  }
  return out;
}

// Each paste by itself, to the last answer.
void pastes(std::string_view text, const ProbePlan& plan) {
  Path path(plan);
  std::vector<double> micros;
  constexpr std::size_t kSize = 1000;
  for (std::size_t at = 0; at + kSize < text.size() && micros.size() < 200'000; at += kSize) {
    const double s = seconds([&] {
      path.scanner.scan(text.substr(at, kSize));
      path.tokens.flush();
    });
    micros.push_back(s * 1e6);
  }
  std::ranges::sort(micros);
  const auto at = [&](double share) {
    return micros[static_cast<std::size_t>(share * static_cast<double>(micros.size() - 1))];
  };
  std::printf(
      "  pastes of 1,000 bytes, one by one (wall): p50 %.2f us, p99 %.2f us, p99.9 %.2f us\n",
      at(0.5), at(0.99), at(0.999));
}

}  // namespace

Result<void> sweep_tokens(std::uint64_t entries) {
  const MadeCarrier carrier(entries);
  constexpr std::size_t kTokens = 1U << 12;  // as many as the second cache holds
  std::vector<HmacBlock> blocks(kTokens);
  SeededRandom dice(3);
  for (const std::size_t size : {std::size_t{18}, std::size_t{30}, std::size_t{50}}) {
    for (auto& block : blocks) {
      dice.fill(std::span(block.bytes).first(size));
      crypto::close_block(block, size);
    }
    const std::vector<FieldId> fields(Tokens::kRoom, FieldId::kEmail);
    const std::size_t words = size < 24 ? 6 : size < 40 ? 10 : 14;
    Hits hits;
    Prober prober(carrier.plan, hits);
    const std::string what = "ready tokens of " + std::to_string(size) + " bytes";
    show_rate(what.c_str(), 512.0 * kTokens / 1e6, "M/s", [&] {
      for (int round = 0; round < 512; ++round) {
        for (std::size_t at = 0; at < kTokens; at += Tokens::kRoom) {
          prober.take(std::span(blocks).subspan(at, Tokens::kRoom), fields, words);
        }
      }
    });
    std::vector<Block> macs(Tokens::kRoom);
    show_rate("  HMAC of them alone", 512.0 * kTokens / 1e6, "M/s", [&] {
      for (int round = 0; round < 512; ++round) {
        for (std::size_t at = 0; at < kTokens; at += Tokens::kRoom) {
          carrier.hash.of_blocks(std::span(blocks).subspan(at, Tokens::kRoom), words, macs);
        }
      }
    });
  }
  return ok();
}

Result<void> sweep_whole(const std::filesystem::path& dump, std::uint64_t entries) {
  TRY(const std::string text, read_text(dump));
  const MadeCarrier carrier(entries);
  const double mb = static_cast<double>(text.size()) / 1e6;
  Swept one;
  const double best = show_rate("whole path, from the page cache, one thread", mb, "MB/s", [&] {
    one = sweep_file(dump, text::Charset::kUtf8, carrier.plan, 1);
  });
  std::printf(
      "  looked up: %.2f a KB, %.1f M/s; found: %llu\n", static_cast<double>(one.tokens) / mb / 1e3,
      static_cast<double>(one.tokens) * best / mb / 1e6, static_cast<unsigned long long>(one.hits));
  Swept two;
  show_rate("two threads, by CPU time of both", mb, "MB/s",
            [&] { two = sweep_file(dump, text::Charset::kUtf8, carrier.plan, 2); });
  if (two.tokens != one.tokens || two.hits != one.hits) {
    return fail(Errc::kInternal, "two threads found something else", "two threads differ");
  }
  for (int run = 0; run < 3; ++run) {
    const double alone = seconds([&] { sweep_file(dump, text::Charset::kUtf8, carrier.plan, 1); });
    const double both = seconds([&] { sweep_file(dump, text::Charset::kUtf8, carrier.plan, 2); });
    std::printf("  wall: one thread %.0f MB/s, two %.0f MB/s: %.2f times\n", mb / alone, mb / both,
                alone / both);
  }
  pastes(text, carrier.plan);
  return ok();
}

Result<void> sweep_shift_jis(const std::filesystem::path& dump, std::uint64_t entries) {
  std::error_code error;
  const double mb = static_cast<double>(std::filesystem::file_size(dump, error)) / 1e6;
  const MadeCarrier carrier(entries);
  Swept one;
  show_rate("whole path, Shift_JIS, one thread", mb, "MB/s",
            [&] { one = sweep_file(dump, text::Charset::kShiftJis, carrier.plan, 1); });
  std::printf("  looked up: %.2f a KB; found: %llu\n", static_cast<double>(one.tokens) / mb / 1e3,
              static_cast<unsigned long long>(one.hits));
  return ok();
}

}  // namespace hitokoe::bench
