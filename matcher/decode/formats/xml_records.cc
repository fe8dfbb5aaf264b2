#include "matcher/decode/formats/xml_records.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "matcher/decode/formats/number_format.h"
#include "matcher/decode/formats/sheet_rows.h"
#include "matcher/decode/text_document.h"
#include "matcher/rows/split.h"

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kMostValues = 256;
constexpr std::size_t kMostBytes = 64U << 10;
constexpr std::size_t kMostFirst = 64;
constexpr std::size_t kMostRepeated = 256;
constexpr std::size_t kMostText = 1U << 20;  // of one element
constexpr std::size_t kLong = 400;           // a text beyond this is prose

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

bool names_a_value(std::string_view name) {
  constexpr std::array<std::string_view, 9> kNames = {"name", "key",  "field", "label", "type",
                                                      "kind", "item", "col",   "column"};
  return std::ranges::find(kNames, lower(name)) != kNames.end();
}

bool is_value(std::string_view name) {
  constexpr std::array<std::string_view, 6> kNames = {"value", "text",   "content",
                                                      "data",  "number", "val"};
  return std::ranges::find(kNames, lower(name)) != kNames.end();
}

bool tells_something(std::string_view text) {
  const auto digits = std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; });
  return digits >= 9 || text.find('@') != std::string_view::npos;
}

}  // namespace

XmlRecords::XmlRecords(Reading& reading, const DocumentInfo& info)
    : reading_(reading), info_(info), record_(reading), lines_(reading.sink()) {}

bool XmlRecords::is_record(const std::vector<Value>& values) {
  std::set<int> kinds;
  for (const auto& v : values) {
    if (const auto meaning = meaning_of(v.name)) {
      kinds.insert(static_cast<int>(meaning->field));
    } else if (tells_something(v.text)) {
      kinds.insert(-static_cast<int>(kinds.size()) - 1);
    }
  }
  return kinds.size() >= 2;
}

void XmlRecords::record(const std::vector<Value>& values) {
  for (const auto& v : values) keep(record_.add(v.name, v.text));
  keep(record_.flush());
}

void XmlRecords::prose(std::string_view text) {
  const std::string head = lower(text.substr(0, 4096));
  for (const std::string_view tag : {"<p", "<br", "<div", "<table", "<a ", "<li", "<td", "<span"}) {
    if (head.find(tag) == std::string::npos) continue;
    auto reader = reading_.open_part(info_.name, info_.depth, "page " + std::to_string(++pages_),
                                     "text/html; charset=utf-8");
    if (!reader) return;
    keep(reader->feed(as_bytes(text)));
    keep(reader->finish());
    return;
  }
  reading_.see(std::string(text) + "\n");
  keep(lines_.feed("\n\n"));
  keep(lines_.feed(text));
  keep(lines_.feed("\n\n"));
}

void XmlRecords::put(Element& element, std::string name, std::string text) {
  if (element.values.size() >= kMostValues || element.bytes + text.size() > kMostBytes) {
    record(element.values);
    element.values.clear();
    element.bytes = 0;
  }
  element.bytes += text.size() + name.size();
  element.values.push_back({std::move(name), std::move(text)});
}

// What stands in a group of its own is called by the group too where that tells more: the name of
// a guardian is not the customer's, that of a company nobody's.
void XmlRecords::merge(Group group, Element& parent) {
  const NameReading whose = read_name(group.name + "_name");
  const bool others = whose.other || (whose.meaning && whose.meaning->person != Person::kSelf);
  for (auto& v : group.values) {
    std::string whole = group.name + "_" + v.name;
    const bool tells = others || !meaning_of(v.name);
    const NameReading reading = tells ? read_name(whole) : NameReading{};
    const bool use = tells && (reading.other || reading.meaning);
    put(parent, use ? std::move(whole) : std::move(v.name), std::move(v.text));
  }
}

void XmlRecords::group(Group group, Element& parent) {
  if (group.values.empty()) return;
  // <contact><type>mobile</type><value>090…</value></contact>
  if (group.values.size() == 2) {
    Value& a = group.values[0];
    Value& b = group.values[1];
    if (names_a_value(b.name) && is_value(a.name)) std::swap(a, b);
    if (names_a_value(a.name) && is_value(b.name)) {
      put(parent, meaning_of(a.text) ? a.text : group.name, std::move(b.text));
      return;
    }
  }
  // Where others of its name were records, one with a single value is one too.
  const auto give = [&](Group one) {
    const auto known = std::ranges::find(parent.repeated, one.name, &Repeated::name);
    const bool known_records = known != parent.repeated.end() && known->records;
    if (known_records || is_record(one.values)) {
      if (known != parent.repeated.end()) known->records = true;
      record(one.values);
    } else {
      merge(std::move(one), parent);
    }
  };
  if (std::ranges::find(parent.repeated, group.name, &Repeated::name) != parent.repeated.end()) {
    give(std::move(group));
    return;
  }
  const auto first = std::ranges::find(parent.first, group.name, &Group::name);
  if (first != parent.first.end()) {
    if (parent.repeated.size() < kMostRepeated) {
      parent.repeated.push_back({group.name, is_record(first->values) || is_record(group.values)});
    }
    Group before = std::move(*first);
    parent.first.erase(first);
    give(std::move(before));
    give(std::move(group));
    return;
  }
  if (parent.first.size() >= kMostFirst) {
    give(std::move(group));
    return;
  }
  parent.first.push_back(std::move(group));
}

void XmlRecords::leaf(Element& leaf, Element& parent) {
  const std::string_view text = trimmed(leaf.text);
  if (text.size() > kLong || text.find('\n') != std::string_view::npos) {
    prose(text);
    for (auto& v : leaf.values) put(parent, std::move(v.name), std::move(v.text));
    return;
  }
  if (text.empty()) {
    if (leaf.values.size() > 1) {
      group({leaf.name, std::move(leaf.values)}, parent);
    } else if (!leaf.values.empty()) {
      merge({leaf.name, std::move(leaf.values)}, parent);
    }
    return;
  }
  // <field name="email">…</field>: the attribute names the value better than the element does.
  std::string name = leaf.name;
  for (const auto& v : leaf.values) {
    if (names_a_value(v.name) && !v.text.empty() && meaning_of(v.text)) name = v.text;
    if (names_a_value(v.name) && !meaning_of(name)) name = v.text;
  }
  put(parent, std::move(name), std::string(text));
  for (auto& v : leaf.values) {
    if (!names_a_value(v.name) && meaning_of(v.name)) {
      put(parent, std::move(v.name), std::move(v.text));
    }
  }
}

void XmlRecords::open(std::string_view, std::string_view name,
                      std::span<const XmlAttribute> attributes) {
  if (!open_.empty()) {
    Element& parent = open_.back();
    parent.children = true;
    // Text between elements.
    if (const auto text = trimmed(parent.text); !text.empty()) {
      if (text.size() > kLong || text.find('\n') != std::string_view::npos) {
        prose(text);
      } else {
        put(parent, parent.name, std::string(text));
      }
    }
    parent.text.clear();
  }
  open_.emplace_back();
  open_.back().name = name;
  for (const auto& a : attributes) {
    if (a.prefix == "xml" || a.prefix == "xsi" || trimmed(a.value).empty()) continue;
    put(open_.back(), std::string(a.name), std::string(a.value.substr(0, 4096)));
  }
}

void XmlRecords::text(std::string_view piece) {
  if (open_.empty()) return;
  std::string& text = open_.back().text;
  if (text.size() + piece.size() > kMostText) {
    prose(text);
    text.clear();
  }
  text += piece;
}

void XmlRecords::close(std::string_view) {
  if (open_.empty()) return;
  Element element = std::move(open_.back());
  open_.pop_back();
  Element root;
  Element& parent = open_.empty() ? root : open_.back();
  if (!element.children) {
    leaf(element, parent);
  } else {
    if (const auto text = trimmed(element.text); !text.empty()) {
      if (text.size() > kLong || text.find('\n') != std::string_view::npos) {
        prose(text);
      } else {
        put(element, element.name, std::string(text));
      }
    }
    for (auto& one : std::exchange(element.first, {})) merge(std::move(one), element);
    group({std::move(element.name), std::move(element.values)}, parent);
  }
  if (!open_.empty()) return;
  for (auto& one : std::exchange(root.first, {})) merge(std::move(one), root);
  record(root.values);
}

Result<void> XmlRecords::finish() {
  while (!open_.empty() && status()) close({});
  TRYV(status());
  TRYV(record_.flush());
  TRYV(lines_.finish());
  warn_cut(reading_, info_.name, lines_.cut());
  return ok();
}

struct SpreadsheetMlPart::State {
  explicit State(Reading& the_reading) : reading(the_reading) {
    rows.emplace(the_reading, Merged{});
  }
  using Merged = std::vector<MergedCells>;

  Reading& reading;
  std::optional<SheetRows> rows;
  std::vector<SheetCell> cells;
  std::uint32_t row = 0, column = 0, across = 0;
  std::string type, value;
  bool in_data = false;
};

SpreadsheetMlPart::SpreadsheetMlPart(Reading& reading) : state_(std::make_unique<State>(reading)) {}
SpreadsheetMlPart::~SpreadsheetMlPart() = default;

void SpreadsheetMlPart::open(std::string_view, std::string_view name,
                             std::span<const XmlAttribute> attributes) {
  State& s = *state_;
  const auto number = [&](std::string_view attribute_name) {
    const auto text = attribute(attributes, attribute_name);
    std::uint32_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return std::min<std::uint32_t>(value, 1U << 20);
  };
  if (name == "Row") {
    s.row = std::max(s.row + 1, number("Index"));
    s.column = 0;
    s.cells.clear();
  } else if (name == "Cell") {
    if (const auto index = number("Index"); index > 0) s.column = index - 1;
    s.across = number("MergeAcross");
    s.value.clear();
    s.type.clear();
  } else if (name == "Data") {
    s.type = attribute(attributes, "Type");
    s.in_data = true;
  }
}

void SpreadsheetMlPart::text(std::string_view piece) {
  if (state_->in_data && state_->value.size() + piece.size() <= kMostText) state_->value += piece;
}

void SpreadsheetMlPart::close(std::string_view name) {
  State& s = *state_;
  if (name == "Data") {
    s.in_data = false;
  } else if (name == "Cell") {
    std::string text = std::exchange(s.value, {});
    if (s.type == "DateTime") text = text.substr(0, text.find('T'));
    if (s.type == "Number") text = NumberFormat().shown(text, false);
    if (!text.empty() && s.cells.size() < kMostCells * 4) {
      s.cells.push_back({s.column, std::move(text), {}});
    }
    s.column += 1 + s.across;
  } else if (name == "Row") {
    keep(s.rows->row(s.row, s.cells));
    s.cells.clear();
  } else if (name == "Worksheet") {
    keep(s.rows->finish());
    s.row = 0;
    s.rows.emplace(s.reading, State::Merged{});
  }
}

Result<void> SpreadsheetMlPart::finish() { return state_->rows->finish(); }

}  // namespace hitokoe::matcher
