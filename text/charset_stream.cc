#include "hitokoe/text/charset_stream.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "text/ascii_run.h"
#include "text/decoders.h"
#include "text/doubt.h"
#include "text/segments.h"

namespace hitokoe::text {
namespace {

constexpr std::size_t kAround = 2048;  // bytes before and after a doubt that are looked at, at most
// A longer stretch without a break is taken apart as it stands.
constexpr std::size_t kLongestUnbroken = 8192;
constexpr std::size_t kSlice = 4096;
constexpr std::size_t kMoreForATry = 1024;
constexpr int kDoubtfulLines = 16;  // that are looked at one by one after a change
constexpr int kToTurn = 8;          // lines in a row of another charset turn the stream

bool is_eight_bit(Charset charset) {
  return charset == Charset::kUtf8 || charset == Charset::kShiftJis || charset == Charset::kEucJp;
}

// No character of the three goes over such a byte, and none of ISO-2022-JP over a line end.
bool is_break(Charset charset, std::uint8_t byte) {
  return charset == Charset::kIso2022Jp ? byte == '\n' : byte < 0x40;
}

// One past the last break in [begin, end), or `begin`.
std::size_t after_last_break(Charset charset, ByteView data, std::size_t begin, std::size_t end) {
  while (end > begin && !is_break(charset, data[end - 1])) --end;
  return end;
}

}  // namespace

struct CharsetStream::State {
  explicit State(const Detection& expected)
      : charset(expected.best), last(expected.best), skip(expected.skip) {
    if (!is_eight_bit(charset) && charset != Charset::kIso2022Jp) other.emplace(charset);
    if (expected.in_kanji) iso2022_state = kIso2022InKanji;
  }

  std::size_t process(ByteView data, bool ends, std::string& out);
  std::size_t settled(ByteView data, bool ends, bool& unbroken) const;
  std::size_t line_begin(ByteView data, std::size_t doubt) const;
  std::size_t decode_plain(ByteView data, bool whole, std::string& out);
  std::size_t decode_as(Charset as, ByteView data, bool whole, std::string& out);
  std::size_t take_apart(ByteView data, bool may_go_on, std::string& out);
  std::size_t decode_escaped(ByteView data, std::string& out);
  void learn(Charset found, bool only);
  // Counts what was written from `from` on: bytes of UTF-8, so that charsets can be compared.
  void count(Charset as, const std::string& out, std::size_t from) {
    odd_bytes[static_cast<std::size_t>(as)] +=
        count_high(as_bytes(out).data() + from, out.size() - from);
  }

  Charset charset;  // of the stream so far
  Charset last;     // of the last line that was looked at
  int doubtful = 0;
  int turning = 0;
  std::size_t skip;
  int iso2022_state = 0;
  std::optional<StreamDecoder> other;  // charsets that do not mix
  bool started = false;
  std::string pending;
  std::size_t worth_a_try = 0;  // bytes of it
  std::uint64_t bad = 0;
  std::array<std::uint64_t, 8> odd_bytes{};
  Segments segments;
};

// How much of `data` can be worked on: up to a break, after which no character goes on. `unbroken`:
// from there on there is no break for kLongestUnbroken bytes.
std::size_t CharsetStream::State::settled(ByteView data, bool ends, bool& unbroken) const {
  std::size_t at = 0;
  while (data.size() - at >= kLongestUnbroken) {
    const std::size_t next = after_last_break(charset, data, at, at + kLongestUnbroken);
    if (next == at) {
      unbroken = true;
      return at;
    }
    at = next;
  }
  return ends ? data.size() : after_last_break(charset, data, at, data.size());
}

// Where the line of a doubt begins, or the part of it that is looked at. Never falls as `doubt`
// rises: what comes before it is done.
std::size_t CharsetStream::State::line_begin(ByteView data, std::size_t doubt) const {
  const bool all = charset == Charset::kIso2022Jp;
  const std::size_t from = all || doubt < kAround ? 0 : doubt - kAround;
  for (std::size_t at = doubt; at > from; --at) {
    if (data[at - 1] == '\n') return at;
  }
  if (from == 0) return 0;
  std::size_t at = from;
  while (at < doubt && !is_break(charset, data[at])) ++at;
  return std::min(at + 1, doubt);
}

// Gives the bytes taken: all of them where `whole`, else without a character that is cut.
std::size_t CharsetStream::State::decode_as(Charset as, ByteView data, bool whole,
                                            std::string& out) {
  std::array<char, 3 * kSlice + kBehind> buffer;
  std::size_t taken = 0;
  while (taken < data.size()) {
    const ByteView slice = data.subspan(taken, std::min(kSlice, data.size() - taken));
    const bool last_slice = taken + slice.size() == data.size(), ends = whole && last_slice;
    Step done{};
    switch (as) {
      case Charset::kShiftJis:
        done = decode_shift_jis(slice, buffer.data(), ends, bad);
        break;
      case Charset::kEucJp:
        done = decode_euc_jp(slice, buffer.data(), ends, bad);
        break;
      case Charset::kIso2022Jp:
        done = decode_iso2022_jp(slice, buffer.data(), ends, bad, iso2022_state);
        break;
      default:
        done = decode_utf8(slice, buffer.data(), ends, bad);
    }
    out.append(buffer.data(), done.written);
    taken += done.taken;
    if (last_slice) break;
  }
  return taken;
}

// Nothing speaks against the charset. Gives the bytes taken; all of them where `whole`.
std::size_t CharsetStream::State::decode_plain(ByteView data, bool whole, std::string& out) {
  const std::size_t size = data.size(), from = out.size();
  if (charset == Charset::kUtf8) {
    out.append(as_text(data));  // first_doubt() has validated it
    count(charset, out, from);
    return size;
  }
  const std::size_t taken = decode_as(charset, data, whole, out);
  count(charset, out, from);
  return taken;
}

// A run of ISO-2022-JP from its escape sequence on. Gives its length.
std::size_t CharsetStream::State::decode_escaped(ByteView data, std::string& out) {
  std::size_t end = 0;
  int state = iso2022_state;
  while (end < data.size() && data[end] < 0x80 && data[end] != '\n') {
    const Character c = iso2022_jp_at(data.data() + end, data.size() - end, state);
    end += c.length;
    if (c.valid && c.value == kDesignation && state == 0) break;
  }
  end = std::min(end, data.size());
  const std::size_t from = out.size();
  decode_as(Charset::kIso2022Jp, data.first(end), true, out);
  iso2022_state = 0;
  count(Charset::kIso2022Jp, out, from);
  return end;
}

// One line that may be in several charsets.
std::size_t CharsetStream::State::take_apart(ByteView data, bool may_go_on, std::string& out) {
  std::array<std::uint64_t, 8> before = odd_bytes;
  std::size_t at = 0;
  if (iso2022_state != 0) at = decode_escaped(data, out);
  while (at < data.size()) {
    std::size_t end = at;
    for (; end < data.size(); ++end) {
      if (data[end] != 0x1b || end + 2 >= data.size()) continue;
      int state = 0;
      const Character c = iso2022_jp_at(data.data() + end, data.size() - end, state);
      if (c.valid && state != 0) break;
    }
    const ByteView eight_bit = data.subspan(at, end - at);
    const bool cut = may_go_on && end == data.size();
    std::size_t taken = 0;
    for (const Segment& segment : segments.find(eight_bit, last, cut)) {
      const ByteView bytes = eight_bit.subspan(segment.begin, segment.end - segment.begin);
      const std::size_t from = out.size();
      decode_as(segment.charset, bytes, true, out);
      count(segment.charset, out, from);
      taken = segment.end;
    }
    at += taken;
    if (at < end) break;  // a character that is cut
    if (at < data.size()) at += decode_escaped(data.subspan(at), out);
  }
  std::size_t most = 0, kinds = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    before[i] = odd_bytes[i] - before[i];
    if (before[i] > 0) ++kinds;
    if (before[i] > before[most]) most = i;
  }
  if (kinds > 0) learn(static_cast<Charset>(most), kinds == 1);
  return at;
}

void CharsetStream::State::learn(Charset found, bool only) {
  last = found;
  if (found == charset) {
    turning = 0;
    doubtful = only ? std::max(doubtful - 1, 0) : kDoubtfulLines;
    return;
  }
  doubtful = kDoubtfulLines;
  if (++turning < kToTurn) return;
  charset = found;
  turning = 0;
}

// Gives the bytes that are done.
std::size_t CharsetStream::State::process(ByteView data, bool ends, std::string& out) {
  std::size_t at = 0;
  while (at < data.size()) {
    const ByteView rest = data.subspan(at);
    bool unbroken = false;
    const std::size_t size = settled(rest, ends, unbroken);
    if (size == 0) {
      if (!unbroken) break;
      const ByteView stretch = rest.first(kLongestUnbroken);
      const bool plain = doubtful == 0 && charset == Charset::kIso2022Jp &&
                         first_doubt(charset, stretch) == stretch.size();
      at += plain ? decode_plain(stretch, false, out) : take_apart(stretch, true, out);
      continue;
    }
    const ByteView block = rest.first(size);
    const std::size_t doubt = doubtful > 0 ? first_odd_byte(block) : first_doubt(charset, block);
    // What is in doubt after it begins no earlier than the end or the stretch without a break.
    const bool complete = doubt == size && (ends || unbroken);
    const std::size_t begin = complete ? size : line_begin(block, doubt);
    at += decode_plain(block.first(begin), true, out);
    if (doubt == size) {
      if (begin < size) break;
      continue;
    }
    // The end of the line.
    const ByteView line = data.subspan(at);
    const std::size_t near = doubt - begin, limit = std::min(line.size(), near + kAround);
    std::size_t end = near;
    while (end < limit && line[end] != '\n') ++end;
    if (end < limit) {
      ++end;
    } else if (limit == near + kAround) {
      end = after_last_break(charset, line, near, limit);
      if (end == near) end = limit;
    } else if (!ends) {
      break;
    }
    const bool cut = !is_break(charset, line[end - 1]) && !(ends && end == line.size());
    if (doubtful == 0 && !cut && holds_as_a_whole(charset, line.first(end))) {
      at += decode_plain(line.first(end), true, out);
    } else {
      at += take_apart(line.first(end), cut, out);
    }
  }
  return at;
}

CharsetStream::CharsetStream(const Detection& expected)
    : state_(std::make_unique<State>(expected)) {}

CharsetStream::CharsetStream(Charset expected) {
  Detection named;
  named.best = named.second = expected;
  state_ = std::make_unique<State>(named);
}

CharsetStream CharsetStream::only(Charset charset) {
  CharsetStream stream(charset);
  stream.state_->other.emplace(charset);
  return stream;
}

CharsetStream::~CharsetStream() = default;
CharsetStream::CharsetStream(CharsetStream&&) noexcept = default;
CharsetStream& CharsetStream::operator=(CharsetStream&&) noexcept = default;

void CharsetStream::feed(ByteView piece, std::string& out) {
  State& s = *state_;
  for (; s.skip > 0 && !piece.empty(); --s.skip, piece = piece.subspan(1)) {
    out += "\xef\xbf\xbd";
    ++s.bad;
  }
  if (s.other) return s.other->feed(piece, out);
  const bool direct = s.pending.empty() && s.started;
  if (!direct) s.pending.append(as_text(piece));
  if (!s.started) {
    constexpr std::string_view kMark = "\xef\xbb\xbf";
    if (s.pending.size() < kMark.size() && kMark.starts_with(s.pending)) return;
    if (s.pending.starts_with(kMark)) s.pending.erase(0, kMark.size());
    s.started = true;
  }
  if (direct) {
    s.pending.assign(as_text(piece.subspan(s.process(piece, false, out))));
  } else if (s.pending.size() >= s.worth_a_try) {
    s.pending.erase(0, s.process(as_bytes(s.pending), false, out));
  } else {
    return;
  }
  // What was kept is looked at again with what follows: not for every byte of it.
  s.worth_a_try = s.pending.size() + kMoreForATry;
}

void CharsetStream::finish(std::string& out) {
  State& s = *state_;
  if (s.other) return s.other->finish(out);
  s.started = true;
  s.process(as_bytes(s.pending), true, out);
  s.pending.clear();
}

std::uint64_t CharsetStream::undecodable() const {
  return state_->bad + (state_->other ? state_->other->undecodable() : 0);
}

Charset CharsetStream::dominant() const {
  const auto& counts = state_->odd_bytes;
  const auto most = std::max_element(counts.begin(), counts.end());
  return state_->other || *most == 0 ? state_->charset
                                     : static_cast<Charset>(most - counts.begin());
}

bool CharsetStream::mixed() const {
  return std::count_if(state_->odd_bytes.begin(), state_->odd_bytes.end(),
                       [](std::uint64_t n) { return n > 0; }) > 1;
}

}  // namespace hitokoe::text
