#include "hitokoe/text/charset.h"

#include <algorithm>
#include <array>

#include "text/decoders.h"

namespace hitokoe::text {
namespace {

constexpr std::size_t kSlice = 4096;
constexpr std::size_t kLongestCharacter = 8;

struct Name {
  std::string_view name;
  Charset charset;
};
constexpr Name kNames[] = {
    {"utf-8", Charset::kUtf8},
    {"utf8", Charset::kUtf8},
    {"us-ascii", Charset::kUtf8},
    {"ascii", Charset::kUtf8},
    {"utf-8-sig", Charset::kUtf8},
    {"shift_jis", Charset::kShiftJis},
    {"shift-jis", Charset::kShiftJis},
    {"shiftjis", Charset::kShiftJis},
    {"sjis", Charset::kShiftJis},
    {"cp932", Charset::kShiftJis},
    {"ms932", Charset::kShiftJis},
    {"windows-31j", Charset::kShiftJis},
    {"ms_kanji", Charset::kShiftJis},
    {"x-sjis", Charset::kShiftJis},
    {"euc-jp", Charset::kEucJp},
    {"eucjp", Charset::kEucJp},
    {"euc_jp", Charset::kEucJp},
    {"x-euc-jp", Charset::kEucJp},
    {"cp51932", Charset::kEucJp},
    {"eucjp-win", Charset::kEucJp},
    {"iso-2022-jp", Charset::kIso2022Jp},
    {"iso2022jp", Charset::kIso2022Jp},
    {"jis", Charset::kIso2022Jp},
    {"cp50220", Charset::kIso2022Jp},
    {"cp50221", Charset::kIso2022Jp},
    {"cp50222", Charset::kIso2022Jp},
    {"csiso2022jp", Charset::kIso2022Jp},
    {"utf-16le", Charset::kUtf16Le},
    {"utf16le", Charset::kUtf16Le},
    {"utf-16", Charset::kUtf16Le},
    {"utf-16be", Charset::kUtf16Be},
    {"utf16be", Charset::kUtf16Be},
    {"windows-1252", Charset::kWindows1252},
    {"cp1252", Charset::kWindows1252},
    {"latin1", Charset::kWindows1252},
    {"iso-8859-1", Charset::kWindows1252},
    {"iso-8859-15", Charset::kWindows1252},
    {"binary", Charset::kBinary},
};

ByteView byte_order_mark(Charset charset) {
  static constexpr std::uint8_t kUtf8[] = {0xef, 0xbb, 0xbf}, kLe[] = {0xff, 0xfe},
                                kBe[] = {0xfe, 0xff};
  switch (charset) {
    case Charset::kUtf8:
    case Charset::kBinary:
      return kUtf8;
    case Charset::kUtf16Le:
      return kLe;
    case Charset::kUtf16Be:
      return kBe;
    default:
      return {};
  }
}

Step step(Charset charset, ByteView in, char* out, bool last, std::uint64_t& bad, int& state) {
  switch (charset) {
    case Charset::kShiftJis:
      return decode_shift_jis(in, out, last, bad);
    case Charset::kEucJp:
      return decode_euc_jp(in, out, last, bad);
    case Charset::kIso2022Jp:
      return decode_iso2022_jp(in, out, last, bad, state);
    case Charset::kUtf16Le:
    case Charset::kUtf16Be:
      return decode_utf16(in, out, last, bad, charset == Charset::kUtf16Be);
    case Charset::kWindows1252:
      return decode_windows_1252(in, out);
    case Charset::kUtf8:
    case Charset::kBinary:
      break;
  }
  return decode_utf8(in, out, last, bad);
}

// Appends the characters of `in`; gives the bytes taken: all of them when `last`.
std::size_t decode_into(Charset charset, ByteView in, bool last, std::string& out,
                        std::uint64_t& bad, int& state) {
  std::array<char, 3 * kSlice + kBehind> buffer;
  std::size_t at = 0;
  while (at < in.size()) {
    const ByteView slice = in.subspan(at, std::min(kSlice, in.size() - at));
    const bool ends = at + slice.size() == in.size();
    const Step done = step(charset, slice, buffer.data(), last && ends, bad, state);
    out.append(buffer.data(), done.written);
    at += done.taken;
    if (ends && !last) break;
  }
  return at;
}

}  // namespace

std::string_view iana_name(Charset charset) {
  switch (charset) {
    case Charset::kUtf8:
      return "UTF-8";
    case Charset::kShiftJis:
      return "Shift_JIS";
    case Charset::kEucJp:
      return "EUC-JP";
    case Charset::kIso2022Jp:
      return "ISO-2022-JP";
    case Charset::kUtf16Le:
      return "UTF-16LE";
    case Charset::kUtf16Be:
      return "UTF-16BE";
    case Charset::kWindows1252:
      return "windows-1252";
    case Charset::kBinary:
      break;
  }
  return "binary";
}

Result<Charset> charset_by_name(std::string_view name) {
  std::string lower(name.substr(0, 32));
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  const auto* found = std::find_if(std::begin(kNames), std::end(kNames),
                                   [&](const Name& known) { return known.name == lower; });
  if (found != std::end(kNames)) return found->charset;
  return fail(Errc::kUsage,
              "no such character set; there are: UTF-8 Shift_JIS (CP932) EUC-JP ISO-2022-JP "
              "UTF-16LE UTF-16BE",
              "そのような文字コードはありません。使えるもの: UTF-8 Shift_JIS (CP932) EUC-JP "
              "ISO-2022-JP UTF-16LE UTF-16BE");
}

Decoded decode(ByteView data, Charset charset) {
  Decoded decoded;
  decoded.utf8.reserve(data.size() + data.size() / 2);
  StreamDecoder decoder(charset);
  decoder.feed(data, decoded.utf8);
  decoder.finish(decoded.utf8);
  decoded.undecodable = decoder.undecodable();
  return decoded;
}

StreamDecoder::StreamDecoder(Charset charset, bool in_kanji)
    : charset_(charset), iso2022_state_(in_kanji ? kIso2022InKanji : 0) {}

void StreamDecoder::feed(ByteView piece, std::string& out) {
  if (!started_) {
    const ByteView mark = byte_order_mark(charset_);
    while (!piece.empty() && pending_.size() < mark.size()) {
      pending_.push_back(static_cast<char>(piece[0]));
      piece = piece.subspan(1);
      if (!std::equal(pending_.begin(), pending_.end(), as_text(mark).begin())) break;
    }
    const bool beginning = std::equal(pending_.begin(), pending_.end(), as_text(mark).begin());
    if (beginning && pending_.size() < mark.size()) return;  // the mark may go on
    started_ = true;
    if (beginning) pending_.clear();
  }
  while (!pending_.empty() && !piece.empty()) {
    // The cut character, with enough of the new piece to end it.
    const std::size_t kept = pending_.size();
    const ByteView head = piece.subspan(0, std::min(2 * kLongestCharacter, piece.size()));
    pending_.append(as_text(head));
    const std::size_t taken =
        decode_into(charset_, as_bytes(pending_), false, out, undecodable_, iso2022_state_);
    if (taken >= kept) {
      piece = piece.subspan(taken - kept);
      pending_.clear();
      break;
    }
    pending_.erase(0, taken);
    piece = piece.subspan(head.size());
  }
  if (piece.empty()) return;
  const std::size_t taken = decode_into(charset_, piece, false, out, undecodable_, iso2022_state_);
  pending_.assign(as_text(piece.subspan(taken)));
}

void StreamDecoder::finish(std::string& out) {
  started_ = true;
  decode_into(charset_, as_bytes(pending_), true, out, undecodable_, iso2022_state_);
  pending_.clear();
}

}  // namespace hitokoe::text
