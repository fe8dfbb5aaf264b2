#include "matcher/decode/kind.h"

#include <algorithm>
#include <array>
#include <string>

namespace hitokoe::matcher {

namespace {

using How = DocumentKind::How;
using namespace std::literals;

struct Signature {
  std::size_t at;
  std::string_view bytes;
  std::string_view what;
  std::string_view what_ja;
};

constexpr Signature kSignatures[] = {
    {0, "%PDF-"sv, "PDF document", "PDF 文書"},
    {0, "SQLite format 3\0"sv, "SQLite database", "SQLite データベース"},
    {0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "old Office document (xls, doc)",
     "旧形式の Office 文書（xls、doc）"},
    {0, "PGDMP"sv, "PostgreSQL custom dump (pg_restore -f makes text of it)",
     "PostgreSQL のカスタム形式のダンプ（pg_restore -f で変換できます）"},
    {0, "PAR1"sv, "Parquet file (convert it to CSV)", "Parquet ファイル（CSV に変換してください）"},
    {0, "\x78\x9f\x3e\x22"sv, "Outlook attachment (winmail.dat, TNEF)",
     "Outlook の添付（winmail.dat、TNEF）"},
    {0, "\x89PNG\r\n"sv, "picture (PNG)", "画像（PNG）"},
    {0, "\xff\xd8\xff"sv, "picture (JPEG)", "画像（JPEG）"},
    {0, "GIF8"sv, "picture (GIF)", "画像（GIF）"},
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

}  // namespace

DocumentKind kind_of(ByteView head, std::string_view content_type) {
  const std::string_view text = as_text(head);
  for (const auto& s : kSignatures) {
    if (text.size() >= s.at && text.substr(s.at).starts_with(s.bytes)) {
      return {How::kUnreadable, s.what, s.what_ja};
    }
  }
  // Only the beginning tells: a CSV may well hold "<html" in a cell.
  std::string begin = lower(text.substr(0, 2048));
  if (begin.starts_with("\xef\xbb\xbf")) begin.erase(0, 3);
  const std::size_t first = begin.find_first_not_of(" \t\r\n");
  const std::string_view start =
      first == std::string::npos ? std::string_view() : std::string_view(begin).substr(first);
  if (lower(content_type).starts_with("text/html") || start.starts_with("<!doctype html") ||
      start.starts_with("<html") ||
      (start.starts_with("<?xml") && start.find("<html") != std::string_view::npos)) {
    return {How::kHtml, {}, {}};
  }
  if (start.starts_with("<?xml")) return {How::kAsPlainText, "XML", "XML"};
  return {};
}

std::string_view charset_parameter(std::string_view content_type) {
  const std::string small = lower(content_type);
  const std::size_t at = small.find("charset=");
  if (at == std::string::npos) return {};
  std::string_view value = content_type.substr(at + 8);
  if (value.starts_with('"') || value.starts_with('\'')) value.remove_prefix(1);
  return value.substr(0, value.find_first_of("\"'; \t/>"));
}

std::string_view html_charset(ByteView head) {
  const std::string_view text = as_text(head).substr(0, 2048);
  const std::string small = lower(text);
  for (std::size_t at = small.find("<meta"); at != std::string::npos;
       at = small.find("<meta", at + 1)) {
    const std::string_view element = text.substr(at, text.find('>', at) - at);
    if (const auto charset = charset_parameter(element); !charset.empty()) return charset;
  }
  return {};
}

}  // namespace hitokoe::matcher
