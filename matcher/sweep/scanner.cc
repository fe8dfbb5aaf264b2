#include "matcher/sweep/scanner.h"

#include <algorithm>

namespace hitokoe::matcher::sweep {

namespace {

// Behind the last barrier of text[begin … end); `begin` where there is none.
std::size_t behind_last_barrier(const std::uint8_t* text, std::size_t begin, std::size_t end) {
  while (end > begin && !is_barrier(text[end - 1])) --end;
  return end;
}

// Where a stretch that is too long is cut: not inside a character. text[begin + kLargestWindow] is
// there.
std::size_t forced_cut(const std::uint8_t* text, std::size_t begin) {
  std::size_t end = begin + kLargestWindow;
  for (int back = 0; back < 3 && (text[end] & 0xc0U) == 0x80; ++back) --end;
  return end;
}

// The end of the window that begins, with a stretch, at `begin`.
std::size_t window_end(const std::uint8_t* text, std::size_t begin, std::size_t size) {
  const std::size_t usual = std::min(size, begin + kUsualWindow);
  if (usual == size) return size;
  if (const auto end = behind_last_barrier(text, begin, usual); end > begin) return end;
  const std::size_t most = std::min(size, begin + kLargestWindow);
  for (std::size_t i = usual; i < most; ++i) {
    if (is_barrier(text[i])) return i + 1;
  }
  return most == size ? size : forced_cut(text, begin);
}

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

}  // namespace

std::size_t settled(std::string_view text) {
  const std::uint8_t* bytes = bytes_of(text);
  std::size_t done = behind_last_barrier(bytes, 0, text.size());
  while (text.size() - done > kLargestWindow) done = forced_cut(bytes, done);
  return done;
}

Scanner::Scanner(Tokens& out, Cpu cpu)
    : out_(out),
      mixed_(out),
      fill_(fill_for(cpu)),
      find_places_(find_places_for(cpu)),
      bits_(std::make_unique<Bitmaps>()) {}

void Scanner::scan(std::string_view text) {
  const std::uint8_t* bytes = bytes_of(text);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = window_end(bytes, at, text.size());
    const std::uint8_t* window = bytes + at;
    fill_(window, end - at, *bits_);
    find_places_(*bits_, end - at, places_);
    mixed_.begin(window, end - at);
    read_window({window, end - at, *bits_, out_, mixed_, mails_, places_});
    at = end;
  }
}

}  // namespace hitokoe::matcher::sweep
