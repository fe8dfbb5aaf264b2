#include "matcher/decode/archive/archive_kind.h"

#include <algorithm>

#include "matcher/decode/kind.h"

namespace hitokoe::matcher {

namespace {

using How = ArchiveKind::How;
using namespace std::literals;

constexpr auto kSevenZip = "7z\xbc\xaf\x27\x1c"sv;
constexpr auto kRar = "Rar!\x1a\x07"sv;

// The header of a tar member carries the sum of its bytes.
bool is_tar(ByteView head) {
  if (head.size() < 512 || head[0] == 0) return false;
  long unsigned_sum = 0, signed_sum = 0, said = 0;
  for (std::size_t i = 0; i < 512; ++i) {
    const bool in_sum = i >= 148 && i < 156;
    unsigned_sum += in_sum ? ' ' : head[i];
    signed_sum += in_sum ? ' ' : static_cast<signed char>(head[i]);
  }
  bool digits = false;
  for (std::size_t i = 148; i < 156; ++i) {
    if (head[i] >= '0' && head[i] <= '7') {
      said = said * 8 + (head[i] - '0');
      digits = true;
    } else if (head[i] != ' ' && head[i] != 0) {
      return false;
    }
  }
  return digits && (said == unsigned_sum || said == signed_sum);
}

bool all_of(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

// "070701" alone may as well be a date in a CSV.
bool is_cpio(std::string_view head) {
  if (head.starts_with("070707"))
    return head.size() >= 76 && all_of(head.substr(0, 76), "01234567");
  if (head.starts_with("070701") || head.starts_with("070702")) {
    return head.size() >= 110 && all_of(head.substr(6, 104), "0123456789abcdefABCDEF");
  }
  // The oldest kind, in either byte order: the name ends with the zero that its length promises.
  const bool little = head.starts_with("\xc7\x71");
  if (head.size() < 27 || !(little || head.starts_with("\x71\xc7"))) return false;
  const auto low = static_cast<unsigned char>(head[little ? 20 : 21]);
  const auto high = static_cast<unsigned char>(head[little ? 21 : 20]);
  const std::size_t length = low | static_cast<std::size_t>(high) << 8U;
  return length >= 2 && length < 4096 && head.substr(26).find('\0') == length - 1;
}

bool is_lha(std::string_view head) {
  return head.size() > 21 && head[2] == '-' && head[3] == 'l' &&
         (head[4] == 'h' || head[4] == 'z') && head[6] == '-' &&
         static_cast<unsigned char>(head[20]) <= 3;
}

bool is_lzma_alone(ByteView head) {
  if (head.size() < 14 || head[0] != 0x5D || head[13] != 0) return false;
  const auto* b = head.data();
  std::uint32_t dictionary = 0;
  for (unsigned i = 0; i < 4; ++i) dictionary |= static_cast<std::uint32_t>(b[1 + i]) << 8U * i;
  // Either size unknown, or one that is thinkable: as liblzma itself guards against mistakes.
  const bool unknown = std::all_of(b + 5, b + 13, [](auto c) { return c == 0xFF; });
  const bool thinkable = b[10] == 0 && b[11] == 0 && b[12] == 0;
  return dictionary >= 4096 && (dictionary & (dictionary - 1)) == 0 && (unknown || thinkable);
}

// A local file header that a program would write.
bool is_zip_member(std::string_view at) {
  if (at.size() < 30 || !at.starts_with("PK\x03\x04")) return false;
  const auto u16 = [&](std::size_t i) {
    return static_cast<unsigned>(static_cast<unsigned char>(at[i]) |
                                 static_cast<unsigned char>(at[i + 1]) << 8U);
  };
  return (u16(4) & 0xFFU) <= 63 && u16(8) < 100 && u16(26) > 0 && u16(26) < 4096;
}

std::string_view extension(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
}

bool is_later_part(std::string_view name) {
  const auto end = extension(name);
  if (end.size() != 3) return false;
  const bool digits = end[1] >= '0' && end[1] <= '9' && end[2] >= '0' && end[2] <= '9';
  if (!digits) return false;
  if (end[0] == '0') return end > "001";
  return end[0] == 'z' || end[0] == 'Z' || end[0] == 'r' || end[0] == 'R';
}

bool is_text(ByteView head) {
  return std::ranges::none_of(head.first(std::min<std::size_t>(head.size(), 4096)), [](auto c) {
    return c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1B;
  });
}

}  // namespace

FoundWhole find_whole(ByteView bytes) {
  const std::string_view text = as_text(bytes);
  if (is_lha(text)) return {Whole::kLha, 0};
  if (text.starts_with("MSCF\0\0\0\0"sv)) return {Whole::kCab, 0};
  if (text.starts_with("PK\x03\x04") || text.starts_with("PK\x05\x06") ||
      text.starts_with("PK\x07\x08")) {
    return {Whole::kZip, 0};
  }
  // Before the others: their bytes may well stand in a disc.
  if (text.size() > 0x8006 && text.substr(0x8001).starts_with("CD001")) return {Whole::kIso, 0};
  FoundWhole found{Whole::kNone, text.size()};
  for (auto at = text.find("PK\x03\x04"); at < found.at; at = text.find("PK\x03\x04", at + 1)) {
    if (is_zip_member(text.substr(at))) found = {Whole::kZip, at};
  }
  if (const auto at = text.find(kSevenZip); at < found.at) found = {Whole::kSevenZip, at};
  for (auto at = text.find(kRar); at < found.at; at = text.find(kRar, at + 1)) {
    const auto behind = text.substr(at + kRar.size());
    if (behind.starts_with('\0') || behind.starts_with("\x01\0"sv)) found = {Whole::kRar, at};
  }
  return found.format == Whole::kNone ? FoundWhole{} : found;
}

std::optional<ArchiveKind> archive_kind(ByteView head, std::string_view name) {
  const std::string_view text = as_text(head);
  const auto compressed = [](Method method) { return ArchiveKind{How::kCompressed, method}; };
  if (text.starts_with("\x1f\x8b\x08")) return compressed(Method::kGzip);
  if (text.starts_with("BZh") && text.size() > 9 && text[3] >= '1' && text[3] <= '9' &&
      (text.substr(4).starts_with("1AY&SY") ||
       text.substr(4).starts_with("\x17\x72\x45\x38\x50\x90"))) {
    return compressed(Method::kBzip2);
  }
  if (text.starts_with("\xfd\x37\x7a\x58\x5a\0"sv)) return compressed(Method::kXz);
  if (text.starts_with("LZIP\x01")) return compressed(Method::kLzip);
  if (text.starts_with("\x28\xb5\x2f\xfd")) return compressed(Method::kZstd);
  if (text.size() > 8 && (head[0] & 0xF0U) == 0x50 && text.substr(1).starts_with("\x2a\x4d\x18")) {
    return compressed(Method::kZstd);  // a frame to be skipped comes first
  }
  if (is_lzma_alone(head)) return compressed(Method::kLzmaAlone);
  if (text.starts_with("\x1f\x9d") || text.starts_with("\x04\x22\x4d\x18") ||
      text.starts_with("\x02\x21\x4c\x18")) {
    return ArchiveKind{How::kOneFile, {}};
  }
  if (text.starts_with("!<arch>\n") || is_cpio(text) || is_tar(head)) {
    return ArchiveKind{How::kStreamed, {}};
  }
  if (text.starts_with("PK\x05\x06") || text.starts_with("PK\x07\x08") ||
      text.starts_with("PK\x03\x04") || text.starts_with(kSevenZip) || text.starts_with(kRar) ||
      (text.starts_with("MZ") && !is_text(head)) || text.starts_with("\x7f\x45LF")) {
    return ArchiveKind{};
  }
  // A PDF or a database that holds an archive is still a PDF or a database.
  if (is_text(head) || kind_of(head, {}).how != DocumentKind::How::kText) return std::nullopt;
  if (find_whole(head).format != Whole::kNone) return ArchiveKind{};
  // The last part of a ZIP over several disks starts anywhere, and so may what was put before one.
  for (const auto end : {"zip"sv, "ZIP"sv, "exe"sv, "EXE"sv}) {
    if (extension(name) == end) return ArchiveKind{};
  }
  if (is_later_part(name)) return ArchiveKind{How::kSplit, {}};
  return std::nullopt;
}

}  // namespace hitokoe::matcher
