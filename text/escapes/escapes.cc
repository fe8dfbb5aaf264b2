// Lines of a stream: those without escapes pass through, the others are undone one by one.
#include "hitokoe/text/escapes.h"

#include <algorithm>
#include <optional>
#include <string>

#include "text/escapes/bytes.h"
#include "text/escapes/gate.h"
#include "text/escapes/line.h"

namespace hitokoe::text {
namespace {

constexpr std::size_t kLongestQuoted = 80;      // of a line of quoted-printable; RFC 2045 says 76
constexpr std::size_t kShortestBlockLine = 56;  // of base64 of several lines
constexpr std::size_t kLongestBlockLine = 128;
constexpr std::size_t kLongestJoined = 64U << 10;

std::string_view without_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_base64_line(std::string_view line) {
  while (line.ends_with('=')) line.remove_suffix(1);
  return !line.empty() && std::all_of(line.begin(), line.end(), is_base64);
}

// A line of quoted-printable that goes on in the next.
bool goes_on(std::string_view line) {
  if (line.size() > kLongestQuoted || !line.ends_with('=') || is_base64_line(line)) return false;
  for (std::size_t i = line.find('='); i + 2 < line.size(); i = line.find('=', i + 1)) {
    if (hex_digit(line[i + 1]) >= 0 && hex_digit(line[i + 2]) >= 0) return true;
  }
  return false;
}

bool undo_all(LineUnescaper& unescaper, std::string_view raw, std::string& undone,
              std::string& again) {
  if (!unescaper.undo(raw, undone)) return false;
  for (int depth = 1; depth < Escapes::kDepth && unescaper.undo(undone, again); ++depth) {
    undone.swap(again);
  }
  return true;
}

}  // namespace

struct Escapes::State {
  OnText on_text;
  OnEmbedded on_embedded;
  Options options;

  std::string pending;  // a line that has not ended
  std::string joined;   // lines of quoted-printable
  std::string block;    // lines of base64, as they came
  std::size_t block_lines = 0, block_width = 0;
  std::string undone, again;
  std::uint64_t changed = 0;

  Result<void> complete(std::string_view& utf8);
  Result<void> lines(std::string_view text);
  Result<void> line(std::string_view with_end);
  Result<void> undo(std::string_view with_end, bool quoted_printable);
  Result<bool> take_block(std::string_view with_end);
  Result<void> end_block();
  Result<void> embedded(const std::string& bytes) {
    return on_embedded ? on_embedded(as_bytes(bytes), true) : Result<void>(ok());
  }
  Result<void> pass(std::string_view text) {
    return text.empty() ? Result<void>(ok()) : on_text(text);
  }
};

// Whole lines, or the rest of a text.
Result<void> Escapes::State::lines(std::string_view text) {
  std::size_t passed = 0, at = 0;
  while (at < text.size()) {
    std::size_t begin = at;
    if (joined.empty() && block.empty()) {
      const std::size_t found = first_escape(text, at);
      if (found == text.size()) break;
      const std::size_t before = found == 0 ? text.npos : text.rfind('\n', found - 1);
      begin = before == text.npos || before < at ? at : before + 1;
    }
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    TRYV(pass(text.substr(passed, begin - passed)));
    TRYV(line(text.substr(begin, end - begin)));
    passed = at = end;
  }
  return pass(text.substr(passed));
}

Result<void> Escapes::State::line(std::string_view with_end) {
  const std::string_view content = without_end(with_end);
  if (!joined.empty() || (goes_on(content) && with_end.ends_with('\n'))) {
    const bool more = content.ends_with('=') && content.size() <= kLongestQuoted &&
                      with_end.ends_with('\n') && joined.size() < kLongestJoined;
    joined.append(more ? content.substr(0, content.size() - 1) : with_end);
    if (more) return ok();
    const std::string whole = std::move(joined);
    joined.clear();
    return undo(whole, true);
  }
  TRY(const bool taken, take_block(with_end));
  return taken ? Result<void>(ok()) : undo(with_end, false);
}

Result<bool> Escapes::State::take_block(std::string_view with_end) {
  const std::string_view content = without_end(with_end);
  const bool fits = content.size() % 4 == 0 && content.size() <= kLongestBlockLine &&
                    is_base64_line(content) && with_end.ends_with('\n');
  if (!block.empty()) {
    const bool goes_on = fits && content.size() <= block_width && block.size() < kLongestLine;
    const bool last = !goes_on || content.size() < block_width || content.ends_with('=');
    if (goes_on) {
      block.append(with_end);
      ++block_lines;
    }
    if (last) {
      TRYV(end_block());
    }
    if (goes_on) return true;
  }
  if (!fits || content.size() < kShortestBlockLine) return false;
  block.assign(with_end);
  block_lines = 1;
  block_width = content.size();
  return true;
}

Result<void> Escapes::State::end_block() {
  const std::string lines = std::move(block);
  block.clear();
  if (block_lines == 1) return undo(lines, false);
  std::string digits;
  for (const char c : lines) {
    if (c != '\n' && c != '\r') digits += c;
  }
  TRYV(pass(lines));
  // Cut at whole groups, should padding stand inside.
  if (const auto bytes = base64_bytes(digits); bytes && !bytes->empty()) {
    ++changed;
    TRYV(embedded(*bytes));
  }
  return ok();
}

Result<void> Escapes::State::undo(std::string_view with_end, bool quoted_printable) {
  const std::string_view raw = without_end(with_end);
  std::optional<Error> error;
  LineUnescaper unescaper(raw, {options.backslashes, quoted_printable},
                          [&](const std::string& bytes) {
                            if (error) return;
                            if (const auto done = embedded(bytes); !done) error = done.error();
                          });
  const bool any = undo_all(unescaper, raw, undone, again);
  if (error) return *error;
  if (!any) {
    // Joined lines have changed, even where nothing else did.
    return pass(with_end);
  }
  ++changed;
  undone += with_end.substr(raw.size());
  return pass(undone);
}

Escapes::Escapes(OnText on_text, OnEmbedded on_embedded, Options options)
    : state_(std::make_unique<State>()) {
  state_->on_text = std::move(on_text);
  state_->on_embedded = std::move(on_embedded);
  state_->options = options;
}

Escapes::~Escapes() = default;

// Takes what it can of `utf8` into a line that was begun, and works on it where it has ended.
Result<void> Escapes::State::complete(std::string_view& utf8) {
  const std::size_t room = kLongestLine - pending.size();
  const std::size_t end = utf8.find('\n');
  const std::size_t n = std::min({end == utf8.npos ? utf8.size() : end + 1, room});
  pending.append(utf8.substr(0, n));
  utf8.remove_prefix(n);
  std::size_t whole = pending.size();
  if (!pending.ends_with('\n')) {
    if (whole < kLongestLine) return ok();
    // A part of a longer line: without the character that may be cut.
    while (whole > kLongestLine - 4 && (pending[whole - 1] & 0xc0) == 0x80) --whole;
    --whole;
  }
  const std::string part = pending.substr(0, whole);
  pending.erase(0, whole);
  return lines(part);
}

Result<void> Escapes::feed(std::string_view utf8) {
  State& s = *state_;
  while (!utf8.empty()) {
    if (!s.pending.empty()) {
      TRYV(s.complete(utf8));
      continue;
    }
    const std::size_t line = utf8.rfind('\n', kLongestLine - 1);
    const std::size_t whole = line == utf8.npos ? 0 : line + 1;
    TRYV(s.lines(utf8.substr(0, whole)));
    utf8.remove_prefix(whole);
    if (whole == 0 || utf8.find('\n') == utf8.npos) {
      const std::size_t n = std::min(utf8.size(), kLongestLine - 1);
      s.pending.assign(utf8.substr(0, n));
      utf8.remove_prefix(n);
    }
  }
  return ok();
}

Result<void> Escapes::finish() {
  State& s = *state_;
  const std::string rest = std::move(s.pending);
  s.pending.clear();
  TRYV(s.lines(rest));
  if (!s.joined.empty()) {
    const std::string whole = std::move(s.joined);
    s.joined.clear();
    TRYV(s.undo(whole, true));
  }
  return s.block.empty() ? Result<void>(ok()) : s.end_block();
}

bool undo_escapes(std::string_view line, std::string& out) {
  if (first_escape(line, 0) == line.size()) return false;
  std::string again;
  LineUnescaper unescaper(line, {}, {});
  return undo_all(unescaper, line, out, again);
}

std::uint64_t Escapes::lines_changed() const { return state_->changed; }

}  // namespace hitokoe::text
