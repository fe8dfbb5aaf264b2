#include "matcher/rows/sql_words.h"

#include <algorithm>
#include <cstdint>

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kMostColumns = 1024;
constexpr std::size_t kLongestName = 256;
constexpr std::size_t kBeginsWithin = 256;

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '$' || c == '#' || static_cast<unsigned char>(c) >= 0x80;
}

char low(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool starts_with_word(std::string_view text, std::size_t at, std::string_view lower) {
  return equal_words(word_at(text, at), lower);
}

// "(a, b, c)": moves behind it. False: no list of names.
bool names_at(std::string_view text, std::size_t& at, std::vector<std::string>& names) {
  std::size_t i = skip_space(text, at);
  if (i >= text.size() || text[i] != '(') return false;
  ++i;
  for (;;) {
    i = skip_space(text, i);
    std::string name = qualified_name_at(text, i);
    if (name.empty() || names.size() >= kMostColumns) return false;
    names.push_back(std::move(name));
    i = skip_space(text, i);
    if (i >= text.size()) return false;
    if (text[i] == ')') break;
    if (text[i] != ',') return false;
    ++i;
  }
  at = i + 1;
  return true;
}

bool skip_word(std::string_view text, std::size_t& at, std::string_view lower) {
  const std::size_t i = skip_space(text, at);
  if (!starts_with_word(text, i, lower)) return false;
  at = i + lower.size();
  return true;
}

void note_quotes(SqlHead& head, std::string_view text) {
  head.backticks = text.find('`') != std::string_view::npos;
  head.brackets = text.find('[') != std::string_view::npos;
}

// From behind INSERT/REPLACE [INTO] on.
SqlHead insert_at(std::string_view text, std::size_t at) {
  SqlHead head;
  std::size_t i = skip_space(text, at);
  (void)skip_word(text, i, "table");  // Hive
  i = skip_space(text, i);
  head.table = qualified_name_at(text, i);
  if (head.table.empty()) return {};
  i = skip_space(text, i);
  if (i < text.size() && text[i] == '(' && !names_at(text, i, head.columns)) return {};
  (void)(skip_word(text, i, "overriding") &&
         (skip_word(text, i, "system") || skip_word(text, i, "user")) &&
         skip_word(text, i, "value"));
  if (skip_word(text, i, "values") || skip_word(text, i, "value")) {
    head.kind = SqlHead::Kind::kValues;
  } else if (skip_word(text, i, "select")) {
    head.kind = SqlHead::Kind::kSelect;
  } else if (skip_word(text, i, "set")) {
    head.kind = SqlHead::Kind::kSet;
  } else {
    return {};
  }
  head.length = i;
  note_quotes(head, text.substr(0, i));
  return head;
}

SqlHead copy_at(std::string_view text, std::size_t at) {
  SqlHead head;
  std::size_t i = skip_space(text, at);
  head.table = qualified_name_at(text, i);
  i = skip_space(text, i);
  if (i < text.size() && text[i] == '(' && !names_at(text, i, head.columns)) return {};
  if (head.table.empty() || !skip_word(text, i, "from") || !skip_word(text, i, "stdin")) return {};
  const std::size_t end = text.find('\n', i);
  if (end == std::string_view::npos) return {};
  std::string options(text.substr(i, end - i));
  std::ranges::transform(options, options.begin(), low);
  head.csv = options.find("csv") != std::string::npos;
  head.kind = SqlHead::Kind::kCopy;
  head.length = end + 1;
  return head;
}

SqlHead create_at(std::string_view text, std::size_t at) {
  SqlHead head;
  std::size_t i = at;
  for (const auto* word :
       {"global", "local", "temporary", "temp", "unlogged", "foreign", "external"}) {
    (void)skip_word(text, i, word);
  }
  if (!skip_word(text, i, "table")) return {};
  (void)(skip_word(text, i, "if") && skip_word(text, i, "not") && skip_word(text, i, "exists"));
  i = skip_space(text, i);
  head.table = qualified_name_at(text, i);
  i = skip_space(text, i);
  if (head.table.empty() || i >= text.size() || text[i] != '(') return {};
  head.kind = SqlHead::Kind::kCreate;
  head.length = i + 1;
  return head;
}

// A line that can only be a tuple of a statement whose beginning was cut off: "(1,'a',NULL),".
bool is_tuple_line(std::string_view line) {
  if (line.size() < 6 || line[0] != '(') return false;
  const char first = line[1];
  const bool value = first == '\'' || (first >= '0' && first <= '9') ||
                     line.substr(1).starts_with("NULL") || line.substr(1).starts_with("N'");
  if (!value || line.find(",'") == std::string_view::npos) {
    if (!value || line.find(", '") == std::string_view::npos) return false;
  }
  while (!line.empty() && (is_sql_space(line.back()) || line.back() == ',' || line.back() == ';')) {
    line.remove_suffix(1);
  }
  return line.ends_with(')');
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char low = static_cast<char>(c | 32);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

}  // namespace

bool equal_words(std::string_view a, std::string_view lower) {
  return a.size() == lower.size() &&
         std::ranges::equal(a, lower, [](char x, char y) { return low(x) == y; });
}

bool is_sql_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\0';
}

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    if (is_sql_space(text[at])) {
      ++at;
    } else if (text.substr(at).starts_with("-- ") || text.substr(at).starts_with("--\n")) {
      at = std::min(text.find('\n', at), text.size());
    } else if (text.substr(at).starts_with("/*") && !text.substr(at).starts_with("/*!")) {
      const std::size_t end = text.find("*/", at + 2);
      if (end == std::string_view::npos) return at;
      at = end + 2;
    } else {
      break;
    }
  }
  return at;
}

std::string_view word_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && end - at < kLongestName && is_word(text[end])) ++end;
  return at < text.size() ? text.substr(at, end - at) : std::string_view();
}

std::string name_at(std::string_view text, std::size_t& at) {
  if (at >= text.size()) return {};
  const char open = text[at];
  const char close = open == '[' ? ']' : open;
  if (open == '`' || open == '"' || open == '[') {
    const std::size_t end = text.substr(0, at + kLongestName).find(close, at + 1);
    if (end == std::string_view::npos) return {};
    std::string name(text.substr(at + 1, end - at - 1));
    at = end + 1;
    return name;
  }
  const std::string_view word = word_at(text, at);
  at += word.size();
  return std::string(word);
}

std::string qualified_name_at(std::string_view text, std::size_t& at) {
  std::string name = name_at(text, at);
  while (at < text.size() && text[at] == '.' && !name.empty()) {
    ++at;
    name = name_at(text, at);
  }
  return name;
}

SqlHead head_at(std::string_view text) {
  text = text.substr(0, kMostHead);
  std::size_t i = skip_space(text, 0);
  const std::string_view word = word_at(text, i);
  if (word.size() < 4 || word.size() > 7) return {};
  i += word.size();
  if (equal_words(word, "insert") || equal_words(word, "replace")) {
    for (const auto* more :
         {"low_priority", "delayed", "high_priority", "ignore", "overwrite", "or"}) {
      if (skip_word(text, i, more) && std::string_view(more) == "or") {
        i = skip_space(text, i);
        i += word_at(text, i).size();  // SQLite: OR REPLACE
      }
    }
    if (skip_word(text, i, "all") || skip_word(text, i, "first")) {
      SqlHead head;
      head.kind = SqlHead::Kind::kAll;
      head.length = i;
      return head;
    }
    const bool into = skip_word(text, i, "into");
    SqlHead head = insert_at(text, i);
    // Without INTO it must be MSSQL's own notation, not a sentence.
    if (!into && !head.brackets && head.columns.empty()) return {};
    return head;
  }
  if (equal_words(word, "into")) return insert_at(text, i);
  if (equal_words(word, "copy")) return copy_at(text, i);
  if (equal_words(word, "create")) return create_at(text, i);
  if (equal_words(word, "update")) {
    SqlHead head;
    i = skip_space(text, i);
    head.table = qualified_name_at(text, i);
    if (head.table.empty() || !skip_word(text, i, "set")) return {};
    i = skip_space(text, i);
    std::size_t j = i;
    if (qualified_name_at(text, j).empty()) return {};
    j = skip_space(text, j);
    if (j >= text.size() || text[j] != '=') return {};
    head.kind = SqlHead::Kind::kSet;
    head.length = i;
    note_quotes(head, text.substr(0, i));
    return head;
  }
  return {};
}

std::size_t sql_begins(std::string_view text, std::size_t line_length) {
  const std::string_view line = text.substr(0, line_length);
  const std::size_t first = line.find_first_not_of(" \t");
  if (first == std::string_view::npos) return std::string_view::npos;
  if (line[first] == '(') return is_tuple_line(line.substr(first)) ? first : std::string_view::npos;
  const std::string_view head = line.substr(0, kBeginsWithin);
  for (std::size_t at = first; at < head.size(); ++at) {
    const char c = low(head[at]);
    if (c != 'i' && c != 'r' && c != 'c' && c != 'u') continue;
    if (at > 0 && is_word(head[at - 1])) continue;
    const std::string_view word = word_at(head, at);
    const bool insert = equal_words(word, "insert") || equal_words(word, "replace");
    const bool other = at == first && (equal_words(word, "copy") || equal_words(word, "create") ||
                                       equal_words(word, "update"));
    if ((insert || other) && head_at(text.substr(at)).kind != SqlHead::Kind::kNone) return at;
    at += word.size();
  }
  return std::string_view::npos;
}

std::vector<SqlColumn> columns_at(std::string_view text) {
  constexpr std::string_view kNoColumns[] = {"primary", "key",   "unique",   "constraint", "index",
                                             "foreign", "check", "fulltext", "spatial",    "like"};
  std::vector<SqlColumn> columns;
  std::size_t i = 0;
  int depth = 0;
  bool begin = true;
  while (i < text.size() && columns.size() < kMostColumns) {
    i = skip_space(text, i);
    if (i >= text.size()) break;
    if (begin) {
      begin = false;
      const bool bare = is_word(text[i]);
      std::string name = name_at(text, i);
      const bool none = bare && std::ranges::any_of(kNoColumns, [&](std::string_view w) {
                          return equal_words(name, w);
                        });
      if (bare && (equal_words(name, "create") || equal_words(name, "insert"))) break;
      if (!name.empty() && !none) {
        columns.push_back({std::move(name), {}});
        continue;
      }
    }
    const char c = text[i];
    if (c == '\'') {
      std::size_t end = i + 1;
      while (end < text.size() && text[end] != '\'') end += text[end] == '\\' ? 2U : 1U;
      i = std::min(end + 1, text.size());
    } else if (c == '(') {
      ++depth;
      ++i;
    } else if (c == ')') {
      if (depth-- == 0) break;
      ++i;
    } else if (c == ',' && depth == 0) {
      begin = true;
      ++i;
    } else if (c == ';') {
      break;
    } else if (is_word(c)) {
      const std::string_view word = word_at(text, i);
      i += word.size();
      if (equal_words(word, "create") || equal_words(word, "insert")) break;  // never closed
      if (equal_words(word, "comment") && depth == 0 && !columns.empty()) {
        const std::size_t open = skip_space(text, i);
        if (open < text.size() && text[open] == '\'') {
          const std::size_t end = text.find('\'', open + 1);
          if (end != std::string_view::npos && end - open < kLongestName) {
            columns.back().comment = std::string(text.substr(open + 1, end - open - 1));
          }
        }
      }
    } else {
      ++i;
    }
  }
  return columns;
}

std::string from_hex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    const int high = hex_digit(hex[i]), low = hex_digit(hex[i + 1]);
    if (high < 0 || low < 0) return {};
    const auto byte = static_cast<unsigned char>(high * 16 + low);
    if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') return {};
    out += static_cast<char>(byte);
  }
  return out;
}

bool begins_statement(std::string_view line) {
  const std::string_view word = word_at(line, 0);
  if (word.size() < 4 || word.size() > 7) return false;
  const bool known = equal_words(word, "insert") || equal_words(word, "replace") ||
                     equal_words(word, "create") || equal_words(word, "copy");
  return known && head_at(line).kind != SqlHead::Kind::kNone;
}

bool ends_value(std::string_view text, std::size_t at) {
  const auto space = [&](std::size_t i) {
    while (i < text.size() && is_sql_space(text[i])) ++i;
    return i;
  };
  at = space(at);
  if (at >= text.size()) return true;
  if (text[at] == ')') {
    at = space(at + 1);
    return at >= text.size() || text[at] == ',' || text[at] == ';' || text[at] == ')';
  }
  if (text[at] != ',') return false;
  at = space(at + 1);
  if (at >= text.size()) return true;
  const char c = text[at];
  if (c == '\'' || is_digit(c) || c == '-') return true;
  const std::string_view word = word_at(text, at);
  return equal_words(word, "null") || equal_words(word, "n") || equal_words(word, "e") ||
         equal_words(word, "true") || equal_words(word, "false") || equal_words(word, "default");
}

}  // namespace hitokoe::matcher
