#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "hitokoe/identity/agent.h"

namespace hitokoe::identity {
namespace {

constexpr std::size_t kMostColumns = 32;  // what a RecordEncoder looks at
constexpr std::size_t kMostPosition = 4096;

std::string_view trim(std::string_view s) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!s.empty() && blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && blank(s.back())) s.remove_suffix(1);
  return s;
}

bool all_digits(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Result<ColumnMap::Column> parse_one(std::string_view item) {
  const auto equals = item.rfind('=');
  if (equals == item.npos) {
    return fail(Errc::kUsage,
                "--columns: every part is HEADER=FIELD or POSITION=FIELD, as in "
                "'顧客番号=ref,3=phone'",
                "--columns: 各部分は 見出し=項目 または 位置=項目。例 '顧客番号=ref,3=phone'");
  }
  const std::string_view left = trim(item.substr(0, equals));
  ColumnMap::Column column;
  TRY(column.field, supported_column(trim(item.substr(equals + 1))));
  if (all_digits(left)) {
    const auto [end, error] =
        std::from_chars(left.data(), left.data() + left.size(), column.position);
    if (error != std::errc() || column.position == 0 || column.position > kMostPosition) {
      return fail(Errc::kUsage, "--columns: positions go from 1 to 4096",
                  "--columns: 位置は 1 から 4096 まで");
    }
  } else if (left.empty()) {
    return fail(Errc::kUsage, "--columns: a part has no column before the \"=\"",
                "--columns: \"=\" の前に列がありません");
  } else {
    column.header = left;
  }
  return column;
}

}  // namespace

bool ColumnMap::by_header() const {
  return std::any_of(columns.begin(), columns.end(),
                     [](const Column& c) { return c.position == 0; });
}

Result<ColumnMap> ColumnMap::parse(std::string_view text) {
  ColumnMap out;
  for (;;) {
    const auto comma = text.find(',');
    TRY(auto column, parse_one(trim(text.substr(0, comma))));
    const auto same = [&](const Column& c) {
      return c.position == column.position && c.header == column.header;
    };
    if (std::any_of(out.columns.begin(), out.columns.end(), same)) {
      return fail(Errc::kUsage, "--columns: a column is named twice",
                  "--columns: 同じ列が二度あります");
    }
    out.columns.push_back(std::move(column));
    if (comma == text.npos) break;
    text.remove_prefix(comma + 1);
  }
  if (out.columns.size() > kMostColumns) {
    return fail(Errc::kUsage, "--columns: at most 32 columns are read", "--columns: 列は 32 まで");
  }
  return out;
}

}  // namespace hitokoe::identity
