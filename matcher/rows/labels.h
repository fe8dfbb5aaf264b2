// Labels in a line of text: "氏名：山田太郎　TEL: 090…", "【住所】東京都…", "name = …".
#pragma once

#include <string_view>
#include <vector>

#include "matcher/rows/header_names.h"

namespace hitokoe::matcher {

struct Labelled {
  std::string_view label;
  std::optional<ColumnMeaning> meaning;  // none: a label of other things
  std::string_view value;                // trimmed, without quotes; may be empty
  std::size_t begin = 0, end = 0;        // of the value in the line
};

// The labels with a known meaning, and those of other things, in order. O(line).
void labels_in(std::string_view line, NameMemory& names, std::vector<Labelled>& out);

// "(1)", "1.", "①", "【1】", "No.1 ": bytes of the mark that begins an item of a list; 0: none.
std::size_t item_mark(std::string_view line);

// A line between records: ruled, or "*** 1. row ***", "-[ RECORD 1 ]---".
bool is_separator(std::string_view line);

// "山田太郎 <taro@example.jp>" → both; name empty where there is none.
struct Mailbox {
  std::string_view name, address;
};
std::optional<Mailbox> mailbox_in(std::string_view text);

}  // namespace hitokoe::matcher
