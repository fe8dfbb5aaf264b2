#include "matcher/rows/sql_reader.h"

#include <algorithm>

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kMostCells = 1024;
constexpr std::size_t kMostCell = 8U << 10;    // bytes of a value that are kept
constexpr std::size_t kMostTuple = 64U << 10;  // bytes of a tuple that are kept
constexpr std::size_t kMostTables = 128U << 10;
constexpr std::size_t kMostTableBody = 48U << 10;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What may follow a string that has ended; a letter means that the quote was text: 'O'Brien'.
bool goes_on(std::string_view text, std::size_t at) {
  if (at >= text.size()) return false;
  const char c = text[at];
  return is_letter(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

SqlReader::SqlReader(RowSink sink) : table_(std::move(sink)) {}

void SqlReader::begin() { where_ = Where::kStatement; }

Result<std::size_t> SqlReader::read(std::string_view text, std::size_t look_ahead, bool last) {
  std::size_t at = 0;
  while (!done() && at < text.size() && (last || text.size() - at >= look_ahead)) {
    // No decision looks further than that, however much is there.
    const std::string_view ahead = text.substr(at, look_ahead);
    std::size_t n = 0;
    switch (where_) {
      case Where::kStatement: {
        TRY(n, statement(ahead));
        break;
      }
      case Where::kTuples: {
        TRY(n, tuples(ahead));
        break;
      }
      case Where::kValue: {
        TRY(n, value(ahead));
        break;
      }
      case Where::kString: {
        TRY(n, string(ahead));
        break;
      }
      case Where::kCopy: {
        TRY(n, copy_line(ahead, last && text.size() - at <= look_ahead));
        break;
      }
      case Where::kSkip:
        n = skip(ahead);
        break;
      case Where::kSelectNext:
        n = select_next(ahead);
        break;
      case Where::kDone:
        break;
    }
    at += n;
  }
  return at;
}

Result<void> SqlReader::finish() {
  if (where_ == Where::kValue || where_ == Where::kString) {
    TRYV(end_value());
    TRYV(end_tuple());
  }
  where_ = Where::kDone;
  target_.clear();
  return table_.finish();
}

// Tells the table its columns, where they are others than before.
Result<void> SqlReader::use(const SqlHead& head) {
  std::string target = head.table;
  for (const auto& column : head.columns) target.append("\n").append(column);
  if (target == target_) return ok();
  target_ = std::move(target);
  TRYV(table_.finish());
  const auto known = tables_.find(head.table);
  std::vector<std::string> names = head.columns;
  if (known != tables_.end()) {
    if (names.empty()) {
      for (const auto& column : known->second) names.push_back(column.name);
    }
    // Where the name says nothing its comment may.
    for (auto& name : names) {
      if (meaning_of(name)) continue;
      const auto column = std::ranges::find(known->second, name, &SqlColumn::name);
      if (column != known->second.end() && !column->comment.empty()) name = column->comment;
    }
  }
  if (names.empty()) return ok();
  views_.assign(names.begin(), names.end());
  return table_.names(views_);
}

// At a statement, or in what stands between statements of a dump.
Result<std::size_t> SqlReader::statement(std::string_view text) {
  const std::size_t at = skip_space(text, 0);
  if (at >= text.size()) return at;
  if (text[at] == '(') {  // the middle of a statement
    where_ = Where::kTuples;
    return at;
  }
  if (text[at] == ';') return at + 1;
  const SqlHead head = head_at(text.substr(at));
  if (head.backticks) mysql_ = true;
  if (head.brackets) standard_ = true;
  switch (head.kind) {
    case SqlHead::Kind::kValues: {
      TRYV(use(head));
      where_ = Where::kTuples;
      break;
    }
    case SqlHead::Kind::kSelect: {
      TRYV(use(head));
      begin_tuple(Form::kSelect);
      break;
    }
    case SqlHead::Kind::kSet:
      begin_tuple(Form::kSet);
      break;
    case SqlHead::Kind::kAll:
      break;  // INTO follows
    case SqlHead::Kind::kCreate: {
      const std::string_view body = text.substr(at + head.length, kMostTableBody);
      auto columns = columns_at(body);
      if (tables_bytes_ > kMostTables) {
        tables_.clear();
        tables_bytes_ = 0;
      }
      for (const auto& c : columns) tables_bytes_ += c.name.size() + c.comment.size() + 64;
      tables_[head.table] = std::move(columns);
      where_ = Where::kSkip;
      break;
    }
    case SqlHead::Kind::kCopy: {
      if (head.csv) {
        where_ = Where::kDone;  // the lines that follow are a table of text
        break;
      }
      TRYV(use(head));
      where_ = Where::kCopy;
      break;
    }
    case SqlHead::Kind::kNone:
      return at + between(text.substr(at));
  }
  return at + head.length;
}

// DROP, LOCK, SET, /*!40101 …, GO: the dump goes on behind it.
std::size_t SqlReader::between(std::string_view text) {
  constexpr std::string_view kPasses[] = {"drop",   "lock",     "unlock",  "set",  "alter",
                                          "begin",  "commit",   "start",   "use",  "delete",
                                          "grant",  "create",   "from",    "exec", "prompt",
                                          "select", "truncate", "analyze", "end"};
  const std::string_view word = word_at(text, 0);
  if (equal_words(word, "go")) return word.size();
  const bool pass =
      text.starts_with("/*!") ||
      std::ranges::any_of(kPasses, [&](std::string_view w) { return equal_words(word, w); });
  where_ = pass ? Where::kSkip : Where::kDone;
  return 0;
}

// To the end of the statement, or to a line that begins another.
std::size_t SqlReader::skip(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() / 2 + 1 && at < text.size()) {
    const std::size_t stop = text.find_first_of(";\n", at);
    if (stop == std::string_view::npos) return text.size();
    at = stop + 1;
    if (text[stop] == ';' || begins_statement(text.substr(at, kMostHead))) {
      where_ = Where::kStatement;
      return at;
    }
  }
  return at;
}

void SqlReader::begin_tuple(Form form) {
  form_ = form;
  filled_ = 0;
  tuple_bytes_ = 0;
  set_names_.clear();
  where_ = Where::kValue;
  begin_value();
}

void SqlReader::begin_value() {
  depth_ = 0;
  has_value_ = wants_more_ = concat_ = false;
  if (filled_ == cells_.size() && filled_ < kMostCells) cells_.emplace_back();
  if (filled_ < cells_.size()) cells_[filled_].clear();
}

void SqlReader::put(std::string_view bytes) {
  if (!keep_ || bytes.empty()) return;
  if (filled_ >= cells_.size()) {
    cut_value_ = true;
    return;
  }
  std::string& cell = cells_[filled_];
  const std::size_t whole = bytes.size();
  bytes = bytes.substr(0, kMostCell - cell.size());
  cut_value_ = cut_value_ || bytes.size() < whole;
  if (tuple_bytes_ + bytes.size() > kMostTuple) {
    cut_value_ = true;
    return;
  }
  cell += bytes;
  tuple_bytes_ += bytes.size();
}

Result<void> SqlReader::end_value() {
  cut_ += std::exchange(cut_value_, false) ? 1U : 0U;
  if (filled_ < kMostCells && filled_ < cells_.size()) {
    if (hex_) cells_[filled_] = from_hex(cells_[filled_]);
    ++filled_;
  }
  hex_ = false;
  return ok();
}

Result<void> SqlReader::end_tuple() {
  views_.clear();
  for (std::size_t i = 0; i < filled_; ++i) views_.emplace_back(cells_[i]);
  if (views_.empty()) return ok();
  if (form_ != Form::kSet) return table_.row(views_);
  const std::vector<std::string_view> names(set_names_.begin(), set_names_.end());
  target_.clear();
  const std::vector<std::string_view> cells = views_;
  TRYV(table_.names(names));
  TRYV(table_.row(cells));
  return table_.finish();
}

// Between the tuples of a statement.
Result<std::size_t> SqlReader::tuples(std::string_view text) {
  std::size_t at = skip_space(text, 0);
  if (at >= text.size()) return at;
  const char c = text[at];
  if (c == '(') {
    begin_tuple(Form::kTuple);
    return at + 1;
  }
  if (c == ',') return at + 1;
  if (c == ';') {
    where_ = Where::kStatement;
    return at + 1;
  }
  const std::string_view word = word_at(text, at);
  if (equal_words(word, "row") || equal_words(word, "values")) return at + word.size();
  const bool clause = equal_words(word, "on") || equal_words(word, "as") ||
                      equal_words(word, "returning") || equal_words(word, "select");
  where_ = clause ? Where::kSkip : Where::kStatement;
  return at;
}

// Behind FROM, UNION, …: to the next SELECT.
std::size_t SqlReader::select_next(std::string_view text) {
  const std::size_t at = skip_space(text, 0);
  if (at >= text.size()) return at;
  if (text[at] == ';') {
    where_ = Where::kStatement;
    return at + 1;
  }
  const std::string_view word = word_at(text, at);
  if (equal_words(word, "select")) {
    begin_tuple(Form::kSelect);
    return at + word.size();
  }
  if (begins_statement(text.substr(at, kMostHead))) {
    where_ = Where::kStatement;
    return at;
  }
  if (word.empty() && text[at] != '(' && text[at] != ')' && text[at] != ',' && text[at] != '.' &&
      text[at] != '=' && text[at] != '"' && text[at] != '`' && text[at] != '\'') {
    where_ = Where::kDone;
    return at;
  }
  return at + std::max<std::size_t>(1, word.size());
}

std::size_t SqlReader::open_string(std::string_view text, std::size_t prefix) {
  const std::string_view marks = text.substr(0, prefix);
  close_ = text[prefix];
  doubled_ = true;
  if (equal_words(marks, "n")) standard_ = true;
  backslash_ = equal_words(marks, "e") || (close_ == "\"" && mysql_);
  keep_ = !has_value_ || wants_more_;
  if (keep_) hex_ = equal_words(marks, "x");
  has_value_ = true;
  wants_more_ = concat_;
  before_ = 0;
  where_ = Where::kString;
  if (equal_words(marks, "q") || equal_words(marks, "nq")) {
    const char open = prefix + 1 < text.size() ? text[prefix + 1] : '\'';
    close_ = {open == '['   ? ']'
              : open == '(' ? ')'
              : open == '{' ? '}'
              : open == '<' ? '>'
                            : open,
              '\''};
    doubled_ = false;
    return prefix + 2;
  }
  return prefix + 1;
}

// A number, NULL, the name of a function, a prefix of a string, a keyword.
std::size_t SqlReader::word(std::string_view text) {
  const std::string_view w = word_at(text, 0);
  std::size_t n = w.size();
  if (w.front() == '$') {  // $tag$ … $tag$
    const std::size_t end = w.find('$', 1);
    if (end != std::string_view::npos) {
      close_ = w.substr(0, end + 1);
      doubled_ = backslash_ = hex_ = false;
      keep_ = !has_value_ || wants_more_;
      has_value_ = true;
      where_ = Where::kString;
      return close_.size();
    }
  }
  if (n < text.size() && text[n] == '\'' && !is_digit(w[0])) return open_string(text, n);
  if (is_digit(w[0])) {
    while (n < text.size() && n < 64 && (text[n] == '.' || is_digit(text[n]))) ++n;
    keep_ = !has_value_ || wants_more_;
    if (keep_) {
      if (w.size() > 2 && w[0] == '0' && (w[1] | 32) == 'x') {
        const std::string value = from_hex(w.substr(2));
        put(value);
      } else {
        put(text.substr(0, n));
      }
    }
    has_value_ = true;
    return n;
  }
  if (form_ == Form::kSelect && depth_ == 0 &&
      (equal_words(w, "from") || equal_words(w, "union"))) {
    return 0;
  }
  if (equal_words(w, "concat") || equal_words(w, "concat_ws")) concat_ = wants_more_ = true;
  if (equal_words(w, "null") || equal_words(w, "default")) has_value_ = true;
  return std::max<std::size_t>(n, 1);
}

Result<std::size_t> SqlReader::value(std::string_view text) {
  std::size_t at = skip_space(text, 0);
  if (at >= text.size()) return at;
  // "name =" of SET a = 'x', b = 'y' WHERE id = 1
  if (form_ == Form::kSet && depth_ == 0 && set_names_.size() == filled_) {
    std::size_t i = at;
    std::string name = qualified_name_at(text, i);
    i = skip_space(text, i);
    if (name.empty() || i >= text.size() || text[i] != '=' || filled_ + 1 >= kMostCells) {
      TRYV(end_tuple());
      where_ = Where::kSkip;
      return at;
    }
    set_names_.push_back(std::move(name));
    return i + 1;
  }
  const char c = text[at];
  if (c == '\'' || c == '"') return at + open_string(text.substr(at), 0);
  if (c == '(' || c == '[' || c == '{') {
    ++depth_;
    return at + 1;
  }
  if (c == ')' || c == ']' || c == '}') {
    if (depth_ > 0) {
      --depth_;
      return at + 1;
    }
    TRYV(end_value());
    TRYV(end_tuple());
    where_ = form_ == Form::kTuple ? Where::kTuples : Where::kSkip;
    return at + 1;
  }
  if (c == ',') {
    if (depth_ == 0) {
      TRYV(end_value());
      begin_value();
    }
    return at + 1;
  }
  if (c == ';' && depth_ == 0) {
    TRYV(end_value());
    TRYV(end_tuple());
    where_ = Where::kStatement;
    return at + 1;
  }
  if (text.substr(at).starts_with("||") || c == '+') {
    wants_more_ = true;
    return at + (c == '+' ? 1 : 2);
  }
  if (c == '-' && !has_value_) {
    keep_ = true;
    put("-");
    return at + 1;
  }
  const std::string_view w = word_at(text, at);
  if (w.empty()) return at + 1;
  const bool where =
      form_ == Form::kSet && depth_ == 0 && (equal_words(w, "where") || equal_words(w, "and"));
  // A line that begins a statement: the tuple was broken off.
  if (begins_statement(text.substr(at, kMostHead)) && has_value_) {
    TRYV(end_value());
    TRYV(end_tuple());
    where_ = Where::kStatement;
    return at;
  }
  if (where) {
    TRYV(end_value());
    begin_value();
    return at + w.size();
  }
  const std::size_t n = word(text.substr(at));
  if (n == 0) {  // FROM, UNION
    TRYV(end_value());
    TRYV(end_tuple());
    where_ = Where::kSelectNext;
  }
  return at + n;
}

Result<std::size_t> SqlReader::string(std::string_view text) {
  // An escape at the end of what is looked at must be seen whole.
  const std::size_t end = text.size() > 4096 ? text.size() - 1024 : text.size();
  const char quote = close_[0];
  const bool escapes = doubled_ && quote != '$';
  const char stops[] = {quote, '\\', '\n'};
  std::size_t at = 0;
  while (at < end) {
    const std::size_t stop =
        std::min(text.substr(0, end).find_first_of(std::string_view(stops, 3), at), end);
    put(text.substr(at, stop - at));
    at = stop;
    if (at >= end) break;
    const char c = text[at];
    if (c == '\n') {
      // Statements do not begin within strings: this one was never closed.
      const std::string_view line = text.substr(at + 1, kMostHead);
      const bool tuple = at > 0 && text[at - 1] == ',' && line.starts_with('(') &&
                         sql_begins(line, std::min(line.find('\n'), line.size())) == 0;
      if (tuple || begins_statement(line)) {
        TRYV(end_value());
        TRYV(end_tuple());
        where_ = tuple ? Where::kTuples : Where::kStatement;
        return at + 1;
      }
      put("\n");
      ++at;
      continue;
    }
    if (c == '\\') {
      const char next = at + 1 < text.size() ? text[at + 1] : '\0';
      const bool quoted = next == quote;
      const bool escape = escapes && (backslash_ || mysql_ ||
                                      (!standard_ && !(quoted && ends_value(text, at + 2))));
      if (!escape || next == '\0') {
        put("\\");
        ++at;
        continue;
      }
      switch (next) {
        case 'n':
          put("\n");
          break;
        case 't':
          put("\t");
          break;
        case 'r':
          put("\r");
          break;
        case '0':
        case 'Z':
        case 'b':
          break;
        default:
          put(text.substr(at + 1, 1));
      }
      at += 2;
      continue;
    }
    if (!text.substr(at).starts_with(close_)) {
      put(text.substr(at, 1));
      ++at;
      continue;
    }
    if (doubled_ && at + 1 < text.size() && text[at + 1] == quote) {
      put(text.substr(at, 1));
      at += 2;
      continue;
    }
    if (doubled_ && goes_on(text, at + 1) && quote == '\'') {
      put(text.substr(at, 1));
      ++at;
      continue;
    }
    where_ = Where::kValue;
    return at + close_.size();
  }
  return at;
}

// A line of COPY … FROM stdin: tabs, \N, escapes; "\." ends it.
Result<std::size_t> SqlReader::copy_line(std::string_view text, bool last) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos && !last && text.size() < kMostTuple) return text.size();
  std::string_view line = text.substr(0, std::min(end, text.size()));
  const std::size_t length = end == std::string_view::npos ? text.size() : end + 1;
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line == "\\.") {
    where_ = Where::kStatement;
    return length;
  }
  // The end was lost: the next statement begins.
  if (begins_statement(text.substr(0, kMostHead))) {
    where_ = Where::kStatement;
    return 0;
  }
  filled_ = 0;
  tuple_bytes_ = 0;
  form_ = Form::kTuple;
  keep_ = true;
  for (std::size_t at = 0; at <= line.size() && filled_ < kMostCells;) {
    const std::size_t tab = std::min(line.find('\t', at), line.size());
    const std::string_view cell = line.substr(at, tab - at);
    begin_value();
    if (cell != "\\N") {
      for (std::size_t i = 0; i < cell.size();) {
        const std::size_t escape = std::min(cell.find('\\', i), cell.size());
        put(cell.substr(i, escape - i));
        i = escape;
        if (i + 1 >= cell.size()) break;
        const char c = cell[i + 1];
        put(c == 'n' ? "\n" : c == 't' ? "\t" : c == 'r' ? "\r" : cell.substr(i + 1, 1));
        i += 2;
      }
    }
    TRYV(end_value());
    at = tab + 1;
  }
  TRYV(end_tuple());
  return length;
}

}  // namespace hitokoe::matcher
