#include "hitokoe/text/fold.h"

#include <unicode/idna.h>
#include <unicode/normalizer2.h>

#include <algorithm>
#include <memory>

#include "text/ascii_run.h"
#include "text/tables/tables.h"
#include "text/utf8.h"

namespace hitokoe::text {
namespace {

using namespace tables;

std::uint32_t entry_of(char32_t c) {
  if (c >= kFoldLimit) {
    return c >= 0xe0000 && c < 0xe1000 ? static_cast<std::uint32_t>(kDrop) << 24 : 0;
  }
  return kFoldBlocks[static_cast<std::size_t>(kFoldIndex[c >> 6]) * 64 + (c & 63)];
}

// か → が; 0 where there is no such character.
char32_t voiced(char32_t c) {
  if (c >= 0x3041 && c <= 0x309e) {
    const char32_t composed = voiced(c + 0x60);
    return composed == 0 || (composed >= 0x30f7 && composed <= 0x30fa) ? 0 : composed - 0x60;
  }
  if (c >= 0x30ab && c <= 0x30c1) return (c - 0x30ab) % 2 == 0 ? c + 1 : 0;  // カ..チ
  if (c == 0x30c4 || c == 0x30c6 || c == 0x30c8) return c + 1;               // ツテト
  if (c >= 0x30cf && c <= 0x30db) return (c - 0x30cf) % 3 == 0 ? c + 1 : 0;  // ハヒフヘホ
  if (c == 0x30a6) return 0x30f4;                                            // ウ
  if (c >= 0x30ef && c <= 0x30f2) return c + 8;                              // ワヰヱヲ
  return c == 0x30fd ? 0x30fe : 0;                                           // ヽ
}

char32_t semi_voiced(char32_t c) {
  const bool ha = (c >= 0x30cf && c <= 0x30db && (c - 0x30cf) % 3 == 0) ||
                  (c >= 0x306f && c <= 0x307b && (c - 0x306f) % 3 == 0);
  return ha ? c + 2 : 0;
}

// Folds one character after `size` others. Put: void(char32_t). Gives whether ICU must look.
template <class Out>
bool fold_one(char32_t c, Out& out) {
  const std::uint32_t entry = entry_of(c);
  switch (static_cast<FoldKind>(entry >> 24)) {
    case kSame:
      out.put(c);
      break;
    case kSingle:
      out.put(entry & 0xffffff);
      break;
    case kSequence:
      for (std::uint32_t i = 0, at = (entry & 0xffffff) >> 5; i < (entry & 31); ++i) {
        out.put(kFoldSequences[at + i]);
      }
      break;
    case kDrop:
      break;
    case kHard:
      out.put(c);
      return true;
    case kVoiced:
    case kSemiVoiced: {
      const char32_t base = out.last();
      const char32_t composed = entry >> 24 == kVoiced ? voiced(base) : semi_voiced(base);
      if (composed != 0) {
        out.replace_last(composed);
      } else {
        out.put(entry >> 24 == kVoiced ? 0x3099 : 0x309a);
      }
      break;
    }
    case kEnclosed:
      out.put(U' ');
      break;
  }
  return false;
}

struct SpanOut {
  std::span<char32_t> out;
  std::size_t size = 0;

  void put(char32_t c) {
    if (size < out.size()) out[size++] = c;
  }
  char32_t last() const { return size == 0 ? 0 : out[size - 1]; }
  void replace_last(char32_t c) { out[size - 1] = c; }
};

struct OffsetOut {
  std::u32string& out;
  std::vector<std::uint32_t>& offsets;
  std::uint32_t at = 0;

  void put(char32_t c) {
    out.push_back(c);
    offsets.push_back(at);
  }
  char32_t last() const { return out.empty() ? 0 : out.back(); }
  void replace_last(char32_t c) { out.back() = c; }
};

// Folds the character at `p` and gives its length. Characters of three bytes that stay as they are
// or become one other, nearly all of Japanese, take the short way.
template <class Out>
unsigned fold_next(const std::uint8_t* p, std::size_t left, Out& out, bool& hard) {
  if ((p[0] & 0xf0U) == 0xe0 && left >= 3 && (p[1] & 0xc0U) == 0x80 && (p[2] & 0xc0U) == 0x80) {
    const char32_t c = (p[0] & 0x0fU) << 12 | (p[1] & 0x3fU) << 6 | (p[2] & 0x3fU);
    if (c >= 0x800 && (c < 0xd800 || c > 0xdfff)) {
      const std::uint32_t entry = kFoldBlocks[kFoldIndex[c >> 6] * 64U + (c & 63)];
      if (entry == 0) {
        out.put(c);
      } else if (entry >> 24 == kSingle) {
        out.put(entry & 0xffffff);
      } else {
        hard |= fold_one(c, out);
      }
      return 3;
    }
  }
  const CodePoint c = next_code_point(p, left);
  hard |= fold_one(c.value, out);
  return c.length;
}

// Text with combining marks: rare enough that a heap buffer does not matter.
std::size_t fold_with_icu(std::string_view utf8, std::span<char32_t> out) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(status);
  const auto text = icu::UnicodeString::fromUTF8({utf8.data(), static_cast<int32_t>(utf8.size())});
  // Enclosed digits must go before NFKC turns them into digits.
  icu::UnicodeString separated;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    separated.append(entry_of(static_cast<char32_t>(c)) >> 24 == kEnclosed ? UChar32{' '} : c);
  }
  const auto normal = U_SUCCESS(status) ? nfkc->normalize(separated, status) : separated;
  SpanOut result{out};
  for (int32_t i = 0; i < normal.length(); i = normal.moveIndex32(i, 1)) {
    fold_one(static_cast<char32_t>(normal.char32At(i)), result);
  }
  return result.size;
}

}  // namespace

std::size_t fold(std::string_view utf8, std::span<char32_t> out) {
  const auto* p = reinterpret_cast<const std::uint8_t*>(utf8.data());
  const auto* const end = p + utf8.size();
  SpanOut result{out};
  bool hard = false;
  while (p < end && result.size < out.size()) {
    if (*p < 0x80) {
      const std::size_t most =
          std::min(static_cast<std::size_t>(end - p), out.size() - result.size);
      const std::size_t n = widen_ascii(p, most, out.data() + result.size);
      p += n;
      result.size += n;
      continue;
    }
    p += fold_next(p, static_cast<std::size_t>(end - p), result, hard);
  }
  return hard ? fold_with_icu(utf8.substr(0, 4 * out.size()), out) : result.size;
}

void fold_with_offsets(std::string_view utf8, std::u32string& out,
                       std::vector<std::uint32_t>& offsets) {
  out.clear();
  offsets.clear();
  out.reserve(utf8.size());
  offsets.reserve(utf8.size() + 1);
  OffsetOut result{out, offsets};
  const auto* const begin = reinterpret_cast<const std::uint8_t*>(utf8.data());
  const auto* p = begin;
  const auto* const end = p + utf8.size();
  while (p < end) {
    result.at = static_cast<std::uint32_t>(p - begin);
    if (*p < 0x80) {
      result.put(*p++);
      continue;
    }
    bool apart = false;  // combining marks stay apart here
    p += fold_next(p, static_cast<std::size_t>(end - p), result, apart);
  }
}

char32_t fold_char(char32_t c) {
  const std::uint32_t entry = entry_of(c);
  return entry >> 24 == kSingle ? entry & 0xffffff : c;
}

void append_utf8(char32_t c, std::string& out) {
  if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) c = kReplacement;
  char bytes[4];
  out.append(bytes, static_cast<std::size_t>(put_code_point(c, bytes) - bytes));
}

std::string host_to_ascii(std::string_view utf8) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::IDNA> idna(
      icu::IDNA::createUTS46Instance(UIDNA_NONTRANSITIONAL_TO_ASCII, status));
  if (U_FAILURE(status)) return {};
  icu::IDNAInfo info;
  std::string ascii;
  icu::StringByteSink<std::string> sink(&ascii);
  idna->nameToASCII_UTF8({utf8.data(), static_cast<int32_t>(utf8.size())}, sink, info, status);
  if (U_FAILURE(status) || info.hasErrors()) return {};
  return ascii;
}

std::vector<ByteView> fold_tables() {
  const auto bytes = [](const auto* data, std::size_t n) {
    return ByteView{reinterpret_cast<const std::uint8_t*>(data), n * sizeof *data};
  };
  return {bytes(kFoldIndex, kFoldLimit / 64), bytes(kFoldBlocks, kFoldBlocksSize),
          bytes(kFoldSequences, kFoldSequencesSize)};
}

}  // namespace hitokoe::text
