#include "matcher/rows/json_reader.h"

#include <algorithm>
#include <bit>

#include "matcher/rows/cell_shape.h"

namespace hitokoe::matcher {

namespace {

using identity::FieldId;

constexpr std::size_t kMostDepth = 64;
constexpr std::size_t kMostText = 4096;  // bytes of a string that are kept
constexpr std::size_t kMostWaiting = 64U << 10;
constexpr std::size_t kMostValues = 64;    // of an object
constexpr std::size_t kMostCells = 512;    // of an array of scalars
constexpr std::size_t kMostColumn = 4096;  // rows of a table by columns
constexpr std::size_t kMostNames = 4096;   // of members whose meaning is remembered

// Keys that only wrap the value: Mongo, DynamoDB, XML turned into JSON.
bool wraps(std::string_view key) {
  constexpr std::string_view kWrappers[] = {
      "S",     "N",  "value", "Value", "v",           "$date",       "$oid",         "#text",
      "_text", "$t", "text",  "raw",   "$numberLong", "stringValue", "integerValue", "$numberInt"};
  return std::ranges::find(kWrappers, key) != std::end(kWrappers);
}

// Objects of this name say nothing of what is in them.
bool is_neutral(std::string_view key) {
  constexpr std::string_view kNeutral[] = {
      "event", "item",   "session", "result", "status", "login",   "group",   "class", "table",
      "type",  "server", "model",   "host",   "device", "updated", "created", "job"};
  return std::ranges::find(kNeutral, key) != std::end(kNeutral);
}

unsigned kinds_of(const auto& values, Person person) {
  unsigned kinds = 0;
  for (const auto& v : values) {
    if (v.meaning.person == person) kinds |= kind_bit(v.meaning.field);
  }
  return kinds;
}

bool is_who(FieldId field) {
  return field == FieldId::kName || field == FieldId::kKana || field == FieldId::kRomaji;
}

// The same part of the same field with another value.
bool differ(const auto& a, const auto& b, auto&& counts) {
  for (const auto& x : a) {
    if (!counts(x.meaning)) continue;
    for (const auto& y : b) {
      if (x.meaning == y.meaning && x.text != y.text) return true;
    }
  }
  return false;
}

bool contradict(const auto& a, const auto& b) {
  if (differ(a, b, [](const ColumnMeaning& m) {
        return is_who(m.field) || m.field == FieldId::kBirthdate || m.field == FieldId::kRef;
      })) {
    return true;
  }
  const unsigned both = kinds_of(a, Person::kSelf) & kinds_of(b, Person::kSelf);
  return std::popcount(both) >= 2;
}

std::size_t bytes_of(const auto& record) {
  std::size_t n = 64;
  for (const auto& v : record) n += v.text.size() + 64;
  return n;
}

}  // namespace

JsonReader::JsonReader(RowSink sink) : sink_(sink), table_(std::move(sink)) {}

void JsonReader::begin() { done_ = false; }

Result<std::size_t> JsonReader::read(std::string_view text, std::size_t look_ahead, bool last) {
  std::size_t at = 0;
  while (!done_ && at < text.size() && (last || text.size() - at >= look_ahead)) {
    // No decision looks further than that, however much is there.
    const std::string_view ahead = text.substr(at, look_ahead);
    if (in_string_) {
      TRY(const std::size_t n, string(ahead));
      at += n;
    } else {
      TRY(const std::size_t n, token(ahead));
      at += n;
    }
  }
  return at;
}

Result<void> JsonReader::finish() {
  if (in_string_) {
    in_string_ = false;
    TRYV(scalar(text_));
  }
  TRYV(give_up());
  done_ = true;
  return table_.finish();
}

Result<void> JsonReader::give_up() {
  too_deep_ = 0;
  while (!frames_.empty()) {
    TRYV(close(frames_.back().object));
  }
  return ok();
}

Result<std::size_t> JsonReader::token(std::string_view text) {
  const std::size_t at = skip_json_space(text, 0);
  if (at >= text.size()) return at;
  const char c = text[at];
  if (frames_.empty()) {
    // Between documents.
    if ((c != '{' && c != '[') || !json_begins(text.substr(at))) {
      done_ = true;
      return at;
    }
  }
  if (c == '{' || c == '[') {
    TRYV(open(c == '{'));
    return at + 1;
  }
  if (c == '}' || c == ']') {
    TRYV(close(c == '}'));
    return at + 1;
  }
  if (c == ':') return at + 1;
  if (c == '"' || c == '\'') {
    in_string_ = true;
    quote_ = c;
    text_.clear();
    return at + 1;
  }
  std::size_t end = at;
  while (end < text.size() && end - at < 256 && is_json_word(text[end])) ++end;
  if (end == at) {  // no JSON any more
    TRYV(give_up());
    done_ = true;
    return at;
  }
  std::string_view word = text.substr(at, end - at);
  Frame& f = frames_.back();
  const std::size_t next = std::min(text.find_first_not_of(" \t", end), text.size());
  if (next < text.size() && text[next] == ':' && f.object) {
    f.key = word;
    f.has_key = true;
    return next + 1;
  }
  const bool call = next < text.size() && text[next] == '(';  // ObjectId("…")
  if (call || word == "null" || word == "None" || word == "undefined" || word == "true" ||
      word == "false" || word == "True" || word == "False" || word == "new" || word == "NaN") {
    if (!call && word != "new") {
      TRYV(scalar({}));
    }
    return end;
  }
  if (word.ends_with(".0")) word.remove_suffix(2);  // a number that went through a data frame
  TRYV(scalar(word));
  return end;
}

Result<std::size_t> JsonReader::string(std::string_view text) {
  // Escapes and line ends at the end of what is looked at must be seen whole.
  const std::size_t most = text.size() > 4096 ? text.size() - 1024 : text.size();
  std::size_t at = 0;
  // One more byte than is kept tells whether there was more.
  const StringEnd end = json_string_rest(text.substr(0, most), at, quote_, kMostText + 1, text_);
  if (end == StringEnd::kOpen) return std::max<std::size_t>(at, 1);
  in_string_ = false;
  if (text_.size() > kMostText) {
    ++cut_;
    text_.resize(kMostText);
  }
  const std::size_t next = std::min(text.find_first_not_of(" \t\r\n", at), text.size());
  if (next < text.size() && text[next] == ':' && !frames_.empty() && frames_.back().object) {
    frames_.back().key = text_;
    frames_.back().has_key = true;
    return next + 1;
  }
  TRYV(scalar(text_));
  return at;
}

Result<void> JsonReader::open(bool object) {
  if (frames_.size() >= kMostDepth) {
    ++too_deep_;
    return ok();
  }
  Frame frame;
  frame.object = object;
  if (!frames_.empty()) {
    if (object && frames_.back().object && !frames_.back().has_key) {
      // The line before was broken off: another document begins.
      TRYV(give_up());
      frames_.push_back(std::move(frame));
      return ok();
    }
    Frame& above = frames_.back();
    above.has_key = false;
    frame.in_array = !above.object;
    frame.own_key = above.object ? above.key : above.own_key;
    if (!object && !above.object) above.rows = true;
    // {"taro@example.jp": {…}}
    if (object && above.object) {
      if (const auto field = plain_field(above.key)) {
        frame.values.push_back({{*field}, true, above.key});
        frame.own_key.clear();
      }
    }
  }
  frames_.push_back(std::move(frame));
  return ok();
}

Result<void> JsonReader::close(bool object) {
  if (too_deep_ > 0) {
    --too_deep_;
    return ok();
  }
  if (frames_.empty()) return ok();
  if (frames_.back().object != object) {
    // A bracket is missing: what is open inside ends here, if it is open at all.
    const bool any =
        std::ranges::any_of(frames_, [&](const Frame& f) { return f.object == object; });
    if (!any) return ok();
    while (frames_.back().object != object) {
      TRYV(close(!object));
    }
  }
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  return object ? close_object(std::move(frame)) : close_array(std::move(frame));
}

const JsonReader::Named& JsonReader::named(std::string_view own_key, std::string_view key) {
  name_key_.assign(own_key).append("\x1f").append(key);
  if (const auto at = names_.find(name_key_); at != names_.end()) return at->second;
  if (names_.size() >= kMostNames) names_.clear();
  Named result;
  if (key.size() <= 96 && own_key.size() <= 96) {
    if (own_key.ends_with('s') && own_key.size() > 3) own_key.remove_suffix(1);  // phones
    if (own_key == "family") own_key = "guardian";  // family_name is a surname
    if (wraps(key) && !own_key.empty()) {
      const NameReading name = read_name(own_key);
      result = {name.meaning, name.other};
    } else {
      const NameReading own = read_name(key);
      result = {own.meaning, own.other};
      if (!own_key.empty()) {
        const NameReading both = read_name(std::string(own_key) + "_" + std::string(key));
        const bool general = !own.meaning || own.meaning->field == FieldId::kName ||
                             own.meaning->field == FieldId::kRef;
        if (both.meaning || (both.other && (general || !is_neutral(own_key)))) {
          result = {both.meaning, both.other};
        }
      }
    }
  }
  return names_.emplace(name_key_, result).first->second;
}

void JsonReader::add_value(Frame& frame, std::string_view key, std::string_view text) {
  if (text.empty() || is_null(text)) return;
  if (frame.values.size() >= kMostValues) {
    ++cut_;
    return;
  }
  const Named& name = named(frame.own_key, key);
  if (name.meaning) {
    frame.values.push_back({*name.meaning, false, std::string(text)});
  } else if (!name.other) {
    for (const auto field : plain_fields(text, sink_.numbers())) {
      frame.values.push_back({{field}, true, std::string(text)});
    }
  }
}

Result<void> JsonReader::scalar(std::string_view text) {
  if (frames_.empty()) return ok();
  Frame& f = frames_.back();
  if (!f.object) {
    if (f.cells.size() >= kMostColumn) {
      ++cut_;
    } else {
      waiting_ += text.size() + 32;
      f.cells.emplace_back(text);
    }
    return waiting_ > kMostWaiting ? relieve() : ok();
  }
  if (!f.has_key) return ok();
  f.has_key = false;
  add_value(f, f.key, text);
  if (plain_field(f.key) == FieldId::kEmail) {  // {"taro@example.jp": "…"}
    f.values.push_back({{FieldId::kEmail}, true, f.key});
  }
  return ok();
}

JsonReader::Frame* JsonReader::parent_object() {
  for (std::size_t i = frames_.size(); i-- > 0;) {
    if (frames_[i].object) return &frames_[i];
  }
  return nullptr;
}

Result<void> JsonReader::close_array(Frame frame) {
  for (const auto& cell : frame.cells) waiting_ -= std::min(waiting_, cell.size() + 32);
  const bool in_rows = !frames_.empty() && !frames_.back().object;
  Frame* parent = parent_object();
  if (frame.rows) return table_.finish();
  if (frame.cells.empty()) return ok();
  if (in_rows || parent == nullptr) {
    // A row of a table; whole lines of arrays are one, too.
    if (frame.cells.size() > kMostCells) {
      cut_ += frame.cells.size() - kMostCells;
      frame.cells.resize(kMostCells);
    }
    if (!table_names_.empty() && !frames_.empty()) {
      views_.assign(table_names_.begin(), table_names_.end());
      TRYV(table_.names(views_));
      table_names_.clear();
    }
    views_.assign(frame.cells.begin(), frame.cells.end());
    return table_.row(views_);
  }
  // {"columns":["name","tel"],"data":[[…],[…]]}
  views_.assign(frame.cells.begin(), frame.cells.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                               frame.cells.size(), kMostCells)));
  if (!layout_of_header(views_).empty()) {
    table_names_.assign(views_.begin(), views_.end());
    return ok();
  }
  if (parent->columns.size() < kMostValues) {
    for (const auto& cell : frame.cells) waiting_ += cell.size() + 32;
    parent->columns.push_back({frame.own_key, std::move(frame.cells)});
  }
  return waiting_ > kMostWaiting ? relieve() : ok();
}

// Arrays of scalars: of one length and of two kinds they are a table by columns, else values.
void JsonReader::add_columns(Frame& frame, std::vector<Record>& rows) {
  std::size_t length = 0;
  unsigned kinds = 0;
  bool even = true;
  for (const auto& column : frame.columns) {
    for (const auto& cell : column.cells) waiting_ -= std::min(waiting_, cell.size() + 32);
    const Named& name = named(frame.own_key, column.key);
    if (!name.meaning) continue;
    even = even && (length == 0 || length == column.cells.size());
    length = column.cells.size();
    kinds |= kind_bit(name.meaning->field);
  }
  const bool table = even && length >= 2 && std::popcount(kinds) >= 2;
  const std::vector<Column> columns = std::move(frame.columns);
  frame.columns.clear();
  if (table) {
    for (std::size_t i = 0; i < length; ++i) {
      Frame row;
      row.own_key = frame.own_key;
      for (const auto& column : columns) {
        if (i < column.cells.size()) add_value(row, column.key, column.cells[i]);
      }
      if (!row.values.empty()) rows.push_back(std::move(row.values));
    }
    return;
  }
  for (const auto& column : columns) {
    if (column.cells.size() <= 8) {
      for (const auto& cell : column.cells) add_value(frame, column.key, cell);
      continue;
    }
    for (const auto& cell : column.cells) {  // a list of values of as many people
      Frame row;
      row.own_key = frame.own_key;
      add_value(row, column.key, cell);
      if (!row.values.empty()) rows.push_back(std::move(row.values));
    }
  }
}

Result<void> JsonReader::close_object(Frame frame) {
  std::vector<Record> records;
  if (!frame.columns.empty()) add_columns(frame, records);
  // {"山田": "0901…", "鈴木": "0902…"}: a map, not one person.
  const auto plain = std::ranges::count_if(frame.values, &Value::plain);
  if (plain > 4 && !frame.in_array) {
    for (auto& v : frame.values) {
      if (v.plain) records.push_back({std::move(v)});
    }
    std::erase_if(frame.values, [](const Value& v) { return v.plain; });
  }
  for (auto& r : frame.direct) waiting_ -= std::min(waiting_, bytes_of(r));
  for (auto& r : frame.held) waiting_ -= std::min(waiting_, bytes_of(r));
  if (frame.container) {
    for (auto& r : frame.direct) records.push_back(std::move(r));
  } else {
    for (auto& r : frame.direct) {
      if (contradict(frame.values, r)) {
        records.push_back(std::move(r));
      } else {
        std::ranges::move(r, std::back_inserter(frame.values));
      }
    }
  }
  std::ranges::move(frame.held, std::back_inserter(records));

  bool taken = frame.taken;
  for (auto& r : records) {
    const bool another = differ(r, frame.values, [](const ColumnMeaning& m) {
      return is_who(m.field) || m.field == FieldId::kRef;
    });
    const bool own_name = (kinds_of(r, Person::kSelf) & kind_bit(FieldId::kName)) != 0;
    if (another || kinds_of(r, Person::kSelf) == 0) continue;
    const Record own = r;
    for (const auto& v : frame.values) {
      if (v.meaning.person != Person::kSelf) continue;
      const bool has = std::ranges::any_of(
          own, [&](const Value& x) { return x.meaning.field == v.meaning.field; });
      // Who has a name has the number of his own contract, and lives where all do.
      if (!has && r.size() < kMostValues) r.push_back(v);
    }
    taken = taken || !own_name || std::popcount(kinds_of(frame.values, Person::kSelf)) < 2;
  }
  const unsigned kinds = kinds_of(frame.values, Person::kSelf);
  unsigned others = 0;
  for (const auto& v : frame.values) {
    if (v.meaning.person != Person::kSelf) others |= kind_bit(v.meaning.field);
  }
  if (!frame.values.empty() && !taken) {
    const bool whole = std::popcount(kinds) >= 2 || std::popcount(others) >= 2;
    if (Frame* parent = parent_object(); !whole && parent != nullptr && records.empty()) {
      // A part of the object around it.
      for (auto& v : frame.values) {
        if (parent->values.size() < kMostValues) parent->values.push_back(std::move(v));
      }
    } else {
      records.push_back(std::move(frame.values));
    }
  }
  return hand_up(std::move(records), frame.in_array);
}

Result<void> JsonReader::hand_up(std::vector<Record> records, bool in_array) {
  Frame* parent = parent_object();
  if (parent == nullptr) {
    for (const auto& r : records) {
      TRYV(emit(r));
    }
    return ok();
  }
  const bool one = records.size() == 1 && !in_array && frames_.back().object;
  for (auto& r : records) {
    waiting_ += bytes_of(r);
    if (one && !parent->container) {
      const bool clash = std::ranges::any_of(
          parent->direct, [&](const Record& have) { return contradict(have, r); });
      parent->container = clash;
      parent->direct.push_back(std::move(r));
      if (clash) {
        for (auto& d : parent->direct) parent->held.push_back(std::move(d));
        parent->direct.clear();
      }
      continue;
    }
    parent->held.push_back(std::move(r));
  }
  return waiting_ > kMostWaiting ? relieve() : ok();
}

// Too much waits: it is given with what is known so far.
Result<void> JsonReader::relieve() {
  waiting_ = 0;
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    Frame& f = frames_[i];
    if (!f.object && f.cells.size() > kMostCells) {
      // An array that goes on and on: values of many people.
      for (const auto& cell : f.cells) {
        Frame row;
        add_value(row, f.own_key, cell);
        if (!row.values.empty()) {
          TRYV(emit(row.values));
        }
      }
      f.cells.clear();
      continue;
    }
    for (auto& column : f.columns) {
      for (const auto& cell : column.cells) {
        Frame row;
        row.own_key = f.own_key;
        add_value(row, column.key, cell);
        if (!row.values.empty()) {
          TRYV(emit(row.values));
        }
      }
    }
    f.columns.clear();
    for (auto* list : {&f.held, &f.direct}) {
      for (auto& r : *list) {
        for (std::size_t k = i + 1; k-- > 0;) {
          const bool another =
              differ(r, frames_[k].values, [](const ColumnMeaning& m) { return is_who(m.field); });
          if (another || kinds_of(r, Person::kSelf) == 0) continue;
          for (const auto& v : frames_[k].values) {
            const bool has = std::ranges::any_of(
                r, [&](const Value& x) { return x.meaning.field == v.meaning.field; });
            if (!has && v.meaning.person == Person::kSelf && r.size() < kMostValues) r.push_back(v);
          }
          frames_[k].taken = true;
        }
        TRYV(emit(r));
      }
      list->clear();
    }
  }
  return ok();
}

Result<void> JsonReader::emit(const Record& record) {
  row_.clear();
  for (const auto& v : record) row_.add(v.meaning, v.text);
  return row_.emit(sink_);
}

}  // namespace hitokoe::matcher
