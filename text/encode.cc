#include "hitokoe/text/encode.h"

#include <iconv.h>

#include <cerrno>

namespace hitokoe::text {

namespace {

// "CP932" is what is meant by Shift_JIS, and what decode() reads.
const char* iconv_name(Charset charset) {
  switch (charset) {
    case Charset::kShiftJis:
      return "CP932";
    case Charset::kEucJp:
      return "EUC-JP";
    case Charset::kIso2022Jp:
      return "ISO-2022-JP";
    case Charset::kUtf16Le:
      return "UTF-16LE";
    case Charset::kUtf16Be:
      return "UTF-16BE";
    case Charset::kWindows1252:
      return "WINDOWS-1252";
    case Charset::kUtf8:
    case Charset::kBinary:
      break;
  }
  return nullptr;
}

std::size_t character(std::string_view text) {
  std::size_t n = 1;
  while (n < text.size() && (static_cast<unsigned char>(text[n]) & 0xc0) == 0x80) ++n;
  return n;
}

}  // namespace

std::string encode(std::string_view utf8, Charset charset) {
  const char* name = iconv_name(charset);
  if (name == nullptr) return std::string(utf8);
  const iconv_t converter = iconv_open(name, "UTF-8");
  // NOLINTNEXTLINE(performance-no-int-to-ptr): iconv's own error value
  if (converter == reinterpret_cast<iconv_t>(-1)) return std::string(utf8);
  // At most: a character of one byte between two changes of the set (ISO-2022-JP).
  std::string out(8 * utf8.size() + 16, '\0');
  char* to = out.data();
  std::size_t room = out.size();
  const auto put = [&](std::string_view& text) {
    char* in = const_cast<char*>(text.data());  // not written to
    std::size_t left = text.size();
    const bool whole = iconv(converter, &in, &left, &to, &room) != static_cast<std::size_t>(-1);
    text = text.substr(text.size() - left);
    return whole;
  };
  while (!put(utf8)) {
    utf8.remove_prefix(character(utf8));
    std::string_view unknown = "?";
    put(unknown);
  }
  iconv(converter, nullptr, nullptr, &to, &room);  // back to ASCII
  iconv_close(converter);
  out.resize(out.size() - room);
  return out;
}

}  // namespace hitokoe::text
