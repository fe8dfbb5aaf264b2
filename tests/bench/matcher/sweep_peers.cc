#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <re2/re2.h>
#include <re2/set.h>
#include <unistd.h>

#include <cstring>
#include <numeric>
#include <unordered_set>
#include <vector>

#include "hitokoe/base/file.h"
#include "matcher/sweep/scanner.h"
#include "tests/bench/matcher/sweep_dump.h"
#include "tests/bench/matcher/sweep_parts.h"

#if defined(HITOKOE_BENCH_PCRE2)
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#endif

namespace hitokoe::bench {
namespace {

using matcher::sweep::Cpu;

// What somebody would write who wants the same: addresses, phones in ASCII, numbers.
constexpr const char* kMail = "[A-Za-z0-9._%+'-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}";
constexpr const char* kPhone =
    "(?:\\+81[-. ]?|0)?[5-9]0[-. (]?[0-9]{4}[-. )]?[0-9]{4}|0[1-9][0-9]{0,3}[-(][0-9]{1,4}[-)]"
    "[0-9]{4}";
constexpr const char* kNumber = "[A-Z]{1,4}-?[0-9]{6,12}";

std::string all_kinds() { return std::string("(") + kMail + "|" + kPhone + "|" + kNumber + ")"; }

class Nothing final : public matcher::sweep::Tokens::Sink {
 public:
  void take(std::span<const crypto::HmacBlock> blocks, std::span<const identity::FieldId>,
            std::size_t) override {
    tokens += blocks.size();
  }
  void take_long(identity::FieldId, std::string_view) override { ++tokens; }
  std::uint64_t tokens = 0;
};

std::uint64_t sweep_all(std::string_view text, Cpu cpu) {
  Nothing sink;
  matcher::sweep::Tokens tokens(sink);
  matcher::sweep::Scanner(tokens, cpu).scan(text);
  tokens.flush();
  return sink.tokens;
}

std::uint64_t find_and_consume(std::string_view text) {
  const RE2 pattern(all_kinds());
  re2::StringPiece left(text.data(), text.size());
  re2::StringPiece found;
  std::uint64_t n = 0;
  while (RE2::FindAndConsume(&left, pattern, &found)) ++n;
  return n;
}

std::uint64_t set_by_line(std::string_view text) {
  RE2::Set set(RE2::DefaultOptions, RE2::UNANCHORED);
  std::string error;
  for (const char* pattern : {kMail, kPhone, kNumber}) set.Add(pattern, &error);
  set.Compile();
  std::vector<int> which;
  std::uint64_t n = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    set.Match({text.data() + at, end - at}, &which);
    n += which.size();
    at = end + 1;
  }
  return n;
}

#if defined(HITOKOE_BENCH_PCRE2)
std::uint64_t pcre2_jit(std::string_view text) {
  const std::string pattern = all_kinds();
  int error = 0;
  PCRE2_SIZE where = 0;
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), 0,
                                   &error, &where, nullptr);
  if (code == nullptr || pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) != 0) return 0;
  pcre2_match_data* match = pcre2_match_data_create_from_pattern(code, nullptr);
  std::uint64_t n = 0;
  for (PCRE2_SIZE at = 0; at < text.size();) {
    const int found = pcre2_jit_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(),
                                      at, 0, match, nullptr);
    if (found < 0) break;
    at = pcre2_get_ovector_pointer(match)[1];
    ++n;
  }
  pcre2_match_data_free(match);
  pcre2_code_free(code);
  return n;
}
#endif

}  // namespace

Result<std::string> read_text(const std::filesystem::path& path) {
  TRY(const auto bytes, read_file(path, 4ULL << 30));
  return std::string(bytes.begin(), bytes.end());
}

Result<void> sweep_limits(const std::filesystem::path& dump) {
  TRY(const std::string text, read_text(dump));
  const double mb = static_cast<double>(text.size()) / 1e6;
  const auto signs = [](const char* at, const char* end) {
    std::uint64_t n = 0;
    for (; at < end; ++at, ++n) {
      at = static_cast<const char*>(std::memchr(at, '@', static_cast<std::size_t>(end - at)));
      if (at == nullptr) break;
    }
    return n;
  };
  show_rate("memchr('@') over the dump", mb, "MB/s",
            [&] { use(signs(text.data(), text.data() + text.size())); });
  std::string other = text;
  for (char& c : other) c = c == '@' ? 'a' : c;
  show_rate("memchr('@') that never finds one", mb, "MB/s",
            [&] { use(signs(other.data(), other.data() + other.size())); });
  show_rate("read() from the page cache, 256 KiB", mb, "MB/s", [&] {
    std::vector<char> buffer(256U << 10);
    const int fd = ::open(dump.c_str(), O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && ::read(fd, buffer.data(), buffer.size()) > 0) {
    }
    ::close(fd);
  });
  return ok();
}

Result<void> sweep_extraction(const std::filesystem::path& dump) {
  TRY(const std::string text, read_text(dump));
  const double mb = static_cast<double>(text.size()) / 1e6;
  const std::string_view part = std::string_view(text).substr(0, 50'000'000);
  const double part_mb = static_cast<double>(part.size()) / 1e6;
  std::printf("  tokens of ours: %.2f a KB\n",
              static_cast<double>(sweep_all(text, matcher::sweep::cpus()[0])) / mb / 1e3);
  for (const Cpu cpu : matcher::sweep::cpus()) {
    const std::string what = "extraction, ours, " + std::string(to_string(cpu));
    show_rate(what.c_str(), mb, "MB/s", [&] { use(sweep_all(text, cpu)); });
  }
  show_rate("RE2 FindAndConsume", part_mb, "MB/s", [&] { use(find_and_consume(part)); });
  show_rate("RE2::Set, line by line, which kinds", part_mb, "MB/s",
            [&] { use(set_by_line(part)); });
#if defined(HITOKOE_BENCH_PCRE2)
  show_rate("PCRE2-JIT", part_mb, "MB/s", [&] { use(pcre2_jit(part)); });
  std::printf("  matches: RE2 %llu, PCRE2 %llu\n",
              static_cast<unsigned long long>(find_and_consume(part)),
              static_cast<unsigned long long>(pcre2_jit(part)));
#endif
  return ok();
}

Result<void> sweep_straight(const std::filesystem::path& dump, std::uint64_t entries) {
  TRY(const std::string text, read_text(dump));
  const std::string_view part = std::string_view(text).substr(0, 50'000'000);
  const auto key = [](std::string_view value) {
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_sha256(), "0123456789abcdef0123456789abcdef", 32,
         reinterpret_cast<const unsigned char*>(value.data()), value.size(), mac, &size);
    std::uint64_t out = 0;
    std::memcpy(&out, mac, sizeof out);
    return out;
  };
  std::unordered_set<std::uint64_t> known;
  known.reserve(entries);
  for (std::uint64_t i = 0; known.size() < entries; ++i) {
    known.insert(i * 0x9E3779B97F4A7C15ULL);
  }
  const RE2 pattern(all_kinds());
  show_rate("RE2 + HMAC() + unordered_set", static_cast<double>(part.size()) / 1e6, "MB/s", [&] {
    re2::StringPiece left(part.data(), part.size());
    re2::StringPiece found;
    std::uint64_t n = 0;
    std::string canonical;
    while (RE2::FindAndConsume(&left, pattern, &found)) {
      canonical.clear();
      const bool mail = found.find('@') != re2::StringPiece::npos;
      for (const char c : found) {
        if (mail || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')) {
          canonical += mail && c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        }
      }
      n += known.count(key(canonical));
    }
    use(n);
  });
  return ok();
}

}  // namespace hitokoe::bench
