// A state machine over one buffer that holds the row being read. It stops only at bytes that can
// change the state (delimiter, line ends, NUL; in quotes: the quote), found 16 at a time, and every
// decision depends on absolute offsets alone, so that the result is the same however the input was
// cut into pieces.
#include "hitokoe/text/csv.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace hitokoe::text {
namespace {

constexpr std::size_t kPiece = 256U << 10;
constexpr std::string_view kBom = "\xEF\xBB\xBF";
constexpr bool kLittle = std::endian::native == std::endian::little;
constexpr std::uint32_t kThreeByteMask = kLittle ? 0x00C0C0F0U : 0xF0C0C000U;
constexpr std::uint32_t kThreeByte = kLittle ? 0x008080E0U : 0xE0808000U;

// The first of `special`, LF, CR or NUL in [p, end); `end` where there is none.
const char* find_stop(const char* p, const char* end, char special) {
#if defined(__SSE2__)
  const __m128i a = _mm_set1_epi8(special);
  const __m128i lf = _mm_set1_epi8('\n');
  const __m128i cr = _mm_set1_epi8('\r');
  const __m128i nul = _mm_setzero_si128();
  for (; end - p >= 16; p += 16) {
    const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, a), _mm_cmpeq_epi8(x, lf)),
                                     _mm_or_si128(_mm_cmpeq_epi8(x, cr), _mm_cmpeq_epi8(x, nul)));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hit));
    if (mask != 0) return p + std::countr_zero(mask);
  }
#endif
  for (; p != end; ++p) {
    if (*p == special || *p == '\n' || *p == '\r' || *p == '\0') return p;
  }
  return end;
}

// How many bytes at `p` are ASCII, in whole steps; may be less than there are.
std::size_t ascii_run(const char* p, std::size_t size) {
  std::size_t n = 0;
#if defined(__SSE2__)
  for (; size - n >= 16; n += 16) {
    const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + n));
    if (_mm_movemask_epi8(x) != 0) return n;
  }
#else
  for (; size - n >= 8; n += 8) {
    std::uint64_t x = 0;
    std::memcpy(&x, p + n, 8);
    if ((x & 0x8080808080808080ULL) != 0) return n;
  }
#endif
  return n;
}

// Length of the well-formed character at `p`, which is not ASCII; 0 where it is none.
std::size_t utf8_character(const unsigned char* p, std::size_t size) {
  const auto tail = [&](std::size_t i) { return (p[i] & 0xC0) == 0x80; };
  if (p[0] < 0xE0) return p[0] >= 0xC2 && size >= 2 && tail(1) ? 2 : 0;
  if (p[0] < 0xF0) {
    if (size < 3 || !tail(1) || !tail(2)) return 0;
    if (p[0] == 0xE0 && p[1] < 0xA0) return 0;
    if (p[0] == 0xED && p[1] > 0x9F) return 0;
    return 3;
  }
  if (p[0] > 0xF4 || size < 4 || !tail(1) || !tail(2) || !tail(3)) return 0;
  if (p[0] == 0xF0 && p[1] < 0x90) return 0;
  if (p[0] == 0xF4 && p[1] > 0x8F) return 0;
  return 4;
}

}  // namespace

bool is_utf8(std::string_view text) {
  const char* p = text.data();
  std::size_t left = text.size();
  while (left > 0) {
    if (static_cast<unsigned char>(*p) < 0x80) {
      const std::size_t n = std::max<std::size_t>(1, ascii_run(p, left));
      p += n;
      left -= n;
      continue;
    }
    // Kana and kanji: a lead E1..EC, EE or EF and two tails in one comparison.
    for (; left >= 4; p += 3, left -= 3) {
      std::uint32_t x = 0;
      std::memcpy(&x, p, 4);
      if ((x & kThreeByteMask) != kThreeByte) break;
      const auto lead = static_cast<unsigned char>(*p);
      if (lead == 0xE0 || lead == 0xED) break;
    }
    if (static_cast<unsigned char>(*p) < 0x80) continue;
    const std::size_t n = utf8_character(reinterpret_cast<const unsigned char*>(p), left);
    if (n == 0) return false;
    p += n;
    left -= n;
  }
  return true;
}

std::string_view to_string(CsvFault fault) {
  switch (fault) {
    case CsvFault::kNul:
      return "nul_byte";
    case CsvFault::kInvalidUtf8:
      return "invalid_utf8";
    case CsvFault::kTextAfterQuote:
      return "text_after_quote";
    case CsvFault::kFieldTooLong:
      return "field_too_long";
    case CsvFault::kRowTooLong:
      return "row_too_long";
    case CsvFault::kTooManyFields:
      return "too_many_fields";
  }
  return "unknown";
}

struct CsvReader::State {
  enum class Where : std::uint8_t { kFieldStart, kPlain, kQuoted, kQuoteInQuotes };
  struct Field {
    std::size_t begin;  // from row_begin
    std::size_t size;
    bool doubled;
  };

  CsvOptions options;
  OnRow on_row;
  OnFault on_fault;

  std::string buffer;
  std::size_t at = 0;           // next byte to look at
  std::size_t row_begin = 0;    // in buffer
  std::size_t field_begin = 0;  // in buffer, after the opening quote
  std::size_t field_end = 0;    // of a quoted field, once closed
  std::uint64_t dropped = 0;    // bytes of the input that are no longer in buffer
  std::uint64_t row_start = 0;  // absolute
  std::uint64_t field_start = 0;
  std::uint64_t after_cr = 0;  // absolute offset behind the last CR inside quotes
  std::uint64_t line = 1;
  std::uint64_t row_line = 1;
  std::uint64_t quote_line = 0;
  std::uint64_t rows = 0;
  std::uint64_t faults = 0;
  std::vector<Field> fields;
  std::vector<std::string_view> views;
  Where where = Where::kFieldStart;
  CsvFault fault = CsvFault::kNul;
  bool faulty = false;
  bool oversize = false;  // the bytes of this row are not kept
  bool quoted = false;
  bool doubled = false;
  bool begun = false;    // the BOM has been looked for
  bool skip_lf = false;  // the row before ended with CR: an LF belongs to it

  Result<void> scan();
  bool within_bounds(std::size_t position) const {
    const std::uint64_t here = dropped + position;
    return here <= field_start + options.max_field && here <= row_start + options.max_row;
  }
  Result<void> over_bounds(std::size_t position);
  void note(CsvFault what);
  void end_field(std::size_t end);
  Result<void> end_row(std::size_t next);
  Result<void> end_row_at(char c);
  void drop_read();
  Result<void> unclosed(const Words& how) const;
};

void CsvReader::State::note(CsvFault what) {
  if (!faulty) fault = what;
  faulty = true;
}

Result<void> CsvReader::State::unclosed(const Words& how) const {
  return fail(Errc::kBadInput,
              Words{"line " + std::to_string(quote_line) + ": the quote that begins here ",
                    std::to_string(quote_line) + "行目: ここで始まる引用符が"} +
                  how);
}

Result<void> CsvReader::State::over_bounds(std::size_t position) {
  const std::uint64_t here = dropped + position;
  const std::uint64_t field_bound = field_start + options.max_field;
  const std::uint64_t row_bound = row_start + options.max_row;
  if (here > field_bound && where == Where::kQuoted) {
    return unclosed({"is not closed within " + std::to_string(options.max_field) + " bytes",
                     std::to_string(options.max_field) + " バイト以内に閉じていません"});
  }
  if (here > std::min(field_bound, row_bound)) {
    note(field_bound <= row_bound ? CsvFault::kFieldTooLong : CsvFault::kRowTooLong);
    oversize = true;
  }
  return ok();
}

void CsvReader::State::end_field(std::size_t end) {
  if (fields.size() >= options.max_fields) {
    note(CsvFault::kTooManyFields);
  } else if (!oversize) {
    fields.push_back({field_begin - row_begin, end - field_begin, doubled});
  }
  doubled = false;
  where = Where::kFieldStart;
}

Result<void> CsvReader::State::end_row(std::size_t next) {
  const bool empty_line = fields.size() == 1 && fields[0].size == 0 && !quoted && !faulty;
  if (!empty_line && !faulty) {
    char* row = buffer.data() + row_begin;
    const Field& last = fields.back();
    if (!is_utf8({row, last.begin + last.size})) note(CsvFault::kInvalidUtf8);
  }
  if (faulty) {
    ++faults;
    on_fault(row_line, fault);
  } else if (!empty_line) {
    views.clear();
    for (const Field& f : fields) {
      char* begin = buffer.data() + row_begin + f.begin;
      std::size_t size = f.size;
      if (f.doubled) {
        std::size_t to = 0;
        for (std::size_t from = 0; from < f.size; ++from) {
          begin[to++] = begin[from];
          if (begin[from] == '"') ++from;
        }
        size = to;
      }
      views.emplace_back(begin, size);
    }
    ++rows;
    TRYV(on_row({row_line, views}));
  }
  fields.clear();
  faulty = oversize = quoted = false;
  row_begin = next;
  row_start = dropped + next;
  row_line = line;
  return ok();
}

Result<void> CsvReader::State::end_row_at(char c) {
  ++line;
  skip_lf = c == '\r';
  ++at;
  return end_row(at);
}

Result<void> CsvReader::State::scan() {
  const char* data = buffer.data();
  const std::size_t size = buffer.size();
  while (at < size) {
    switch (where) {
      case Where::kFieldStart: {
        if (skip_lf) {
          skip_lf = false;
          if (data[at] == '\n') {
            ++at;
            row_begin = at;
            row_start = dropped + at;
            break;
          }
        }
        field_begin = at;
        field_start = dropped + at;
        if (data[at] == '"') {
          quoted = true;
          quote_line = line;
          field_begin = ++at;
          where = Where::kQuoted;
          break;
        }
        where = Where::kPlain;
        [[fallthrough]];
      }
      case Where::kPlain: {
        at = static_cast<std::size_t>(find_stop(data + at, data + size, options.delimiter) - data);
        if (!within_bounds(at)) {
          TRYV(over_bounds(at));
        }
        if (at == size) break;
        const char c = data[at];
        if (c == '\0') {
          note(CsvFault::kNul);
          ++at;
          break;
        }
        end_field(at);
        if (c == options.delimiter) {
          ++at;
        } else {
          TRYV(end_row_at(c));
        }
        break;
      }
      case Where::kQuoted: {
        at = static_cast<std::size_t>(find_stop(data + at, data + size, '"') - data);
        if (!within_bounds(at)) {
          TRYV(over_bounds(at));
        }
        if (at == size) break;
        const std::uint64_t here = dropped + at;
        switch (data[at]) {
          case '"':
            field_end = at;
            where = Where::kQuoteInQuotes;
            break;
          case '\0':
            note(CsvFault::kNul);
            break;
          case '\r':
            ++line;
            after_cr = here + 1;
            break;
          default:
            if (after_cr != here) ++line;
        }
        ++at;
        break;
      }
      case Where::kQuoteInQuotes: {
        const char c = data[at];
        if (c == '"') {
          doubled = true;
          where = Where::kQuoted;
          ++at;
        } else if (c == options.delimiter) {
          end_field(field_end);
          ++at;
        } else if (c == '\n' || c == '\r') {
          end_field(field_end);
          TRYV(end_row_at(c));
        } else {
          note(CsvFault::kTextAfterQuote);
          where = Where::kPlain;
        }
        break;
      }
    }
  }
  return ok();
}

void CsvReader::State::drop_read() {
  if (oversize) fields.clear();
  const std::size_t keep_from = oversize ? at : row_begin;
  if (keep_from == 0) return;
  buffer.erase(0, keep_from);
  dropped += keep_from;
  at -= keep_from;
  row_begin = 0;
  // Behind the kept bytes they are not used any more: the row is faulty.
  field_begin = field_begin > keep_from ? field_begin - keep_from : 0;
  field_end = field_end > keep_from ? field_end - keep_from : 0;
}

CsvReader::CsvReader(CsvOptions options, OnRow on_row, OnFault on_fault)
    : state_(std::make_unique<State>()) {
  state_->options = options;
  state_->on_row = std::move(on_row);
  state_->on_fault = std::move(on_fault);
}
CsvReader::CsvReader(CsvReader&&) noexcept = default;
CsvReader& CsvReader::operator=(CsvReader&&) noexcept = default;
CsvReader::~CsvReader() = default;

std::uint64_t CsvReader::rows() const { return state_->rows; }
std::uint64_t CsvReader::faults() const { return state_->faults; }

Result<void> CsvReader::feed(std::string_view piece) {
  State& s = *state_;
  while (!piece.empty()) {
    const std::string_view now = piece.substr(0, kPiece);
    piece.remove_prefix(now.size());
    s.buffer.append(now);
    if (!s.begun) {
      const std::string_view so_far = s.buffer;
      if (so_far.size() < kBom.size() && kBom.starts_with(so_far)) continue;
      s.begun = true;
      if (so_far.starts_with(kBom)) s.at = s.row_begin = kBom.size();
      s.row_start = s.row_begin;
    }
    TRYV(s.scan());
    s.drop_read();
  }
  return ok();
}

Result<void> CsvReader::finish() {
  State& s = *state_;
  s.begun = true;
  TRYV(s.scan());
  if (s.where == State::Where::kPlain || s.where == State::Where::kQuoted) {
    if (!s.within_bounds(s.at)) {
      TRYV(s.over_bounds(s.at));
    }
  }
  switch (s.where) {
    case State::Where::kFieldStart:
      if (s.fields.empty() && !s.faulty) return ok();
      s.field_begin = s.at;
      s.end_field(s.at);
      break;
    case State::Where::kPlain:
      s.end_field(s.at);
      break;
    case State::Where::kQuoteInQuotes:
      s.end_field(s.field_end);
      break;
    case State::Where::kQuoted:
      return s.unclosed({"is never closed", "最後まで閉じていません"});
  }
  return s.end_row(s.at);
}

}  // namespace hitokoe::text
