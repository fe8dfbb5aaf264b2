#include "matcher/decode/formats/html_rows.h"

#include <gumbo.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <vector>

#include "matcher/decode/formats/flow_rows.h"
#include "matcher/decode/formats/html_links.h"
#include "matcher/decode/formats/pasted_lines.h"
#include "matcher/rows/board_tags.h"
#include "matcher/rows/split.h"

namespace hitokoe::matcher {

namespace {

constexpr int kMostDepth = 2000;
constexpr std::size_t kMostLine = 64U << 10;

bool is_void(std::string_view tag) {
  constexpr std::string_view kVoid[] = {
      "br",     "hr",    "img", "input", "meta", "link", "area", "base", "col", "embed", "param",
      "source", "track", "wbr", "li",    "p",    "td",   "tr",   "th",   "dt",  "dd",    "option"};
  return std::ranges::find(kVoid, tag) != std::end(kVoid);
}

bool is_formatting(std::string_view tag) {
  constexpr std::string_view kTags[] = {"a",    "b", "big",   "code",   "em",     "font", "i",
                                        "nobr", "s", "small", "strike", "strong", "tt",   "u"};
  return std::ranges::find(kTags, tag) != std::end(kTags);
}

std::string tag_at(std::string_view html, std::size_t at) {
  std::string tag;
  for (; at < html.size() && tag.size() < 12; ++at) {
    const char c = html[at];
    const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (small < 'a' || small > 'z') break;
    tag += small;
  }
  return tag;
}

// Gumbo frees its tree by recursion: what is nested too deeply must not get there. Elements that
// close by themselves are not counted; an estimate is enough. And it opens anew, in every block,
// what formats the text and was not closed (HTML standard, 13.2.4.3): a page made for that would
// fill the memory.
bool too_deep(std::string_view html) {
  int depth = 0;
  std::uint64_t formatting = 0, again = 0;
  for (std::size_t i = html.find('<'); i != std::string_view::npos && i + 1 < html.size();
       i = html.find('<', i + 1)) {
    if (html[i + 1] == '/') {
      depth = std::max(0, depth - 1);
      if (formatting > 0 && is_formatting(tag_at(html, i + 2))) --formatting;
      continue;
    }
    const std::string tag = tag_at(html, i + 1);
    if (tag.empty()) continue;
    again += formatting;
    if (is_formatting(tag)) ++formatting;
    if (!is_void(tag) && ++depth > kMostDepth) return true;
  }
  return again > 4 * html.size() + (1U << 20);
}

bool ends_line(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_SPAN:
    case GUMBO_TAG_A:
    case GUMBO_TAG_B:
    case GUMBO_TAG_I:
    case GUMBO_TAG_U:
    case GUMBO_TAG_EM:
    case GUMBO_TAG_STRONG:
    case GUMBO_TAG_CODE:
    case GUMBO_TAG_FONT:
    case GUMBO_TAG_SMALL:
    case GUMBO_TAG_BIG:
    case GUMBO_TAG_SUB:
    case GUMBO_TAG_SUP:
    case GUMBO_TAG_LABEL:
    case GUMBO_TAG_TT:
    case GUMBO_TAG_S:
    case GUMBO_TAG_WBR:
    case GUMBO_TAG_IMG:
    case GUMBO_TAG_INPUT:
    case GUMBO_TAG_SELECT:
    case GUMBO_TAG_OPTION:
    case GUMBO_TAG_RUBY:
    case GUMBO_TAG_RB:
    case GUMBO_TAG_RT:
    case GUMBO_TAG_RP:
    case GUMBO_TAG_BDI:
    case GUMBO_TAG_BDO:
    case GUMBO_TAG_MARK:
    case GUMBO_TAG_TIME:
    case GUMBO_TAG_DATA:
    case GUMBO_TAG_Q:
    case GUMBO_TAG_CITE:
    case GUMBO_TAG_KBD:
    case GUMBO_TAG_SAMP:
    case GUMBO_TAG_VAR:
    case GUMBO_TAG_ABBR:
    case GUMBO_TAG_NOBR:
    case GUMBO_TAG_OUTPUT:
      return false;
    default:
      return true;
  }
}

// <blockquote><div><cite>somebody wrote:</cite>…: boards show it as a line of its own.
bool heads_a_quote(const GumboNode* node) {
  if (node->v.element.tag != GUMBO_TAG_CITE) return false;
  for (int up = 0; up < 2 && node->parent != nullptr; ++up) {
    node = node->parent;
    if (node->type == GUMBO_NODE_ELEMENT && node->v.element.tag == GUMBO_TAG_BLOCKQUOTE)
      return true;
  }
  return false;
}

bool keeps_lines(GumboTag tag) { return tag == GUMBO_TAG_PRE || tag == GUMBO_TAG_TEXTAREA; }
bool is_cell(GumboTag tag) { return tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH; }

std::string_view attribute(const GumboNode* node, const char* name) {
  const GumboAttribute* found = gumbo_get_attribute(&node->v.element.attributes, name);
  return found == nullptr ? std::string_view() : std::string_view(found->value);
}

std::uint32_t span_of(const GumboNode* node, const char* name) {
  const auto text = trimmed(attribute(node, name));
  std::uint32_t value = 1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::clamp(value, 1U, 65534U) - 1;
}

// Is there data in it, perhaps?
bool tells_something(std::string_view text) {
  const auto digits = std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; });
  return digits >= 6 || text.find('@') != std::string_view::npos;
}

struct Visit {
  const GumboNode* node;
  bool leaving;
  bool keep_lines;
  bool in_table;  // whose cells are cells
  bool in_head;
};

// A table of data has no table inside, and rows of several cells. Others are there for the layout.
// Each table is looked through once, up to a nested one: O(size) of a page, whatever its nesting.
bool is_data_table(const GumboNode* table) {
  std::vector<const GumboNode*> stack = {table};
  bool several = false;
  while (!stack.empty()) {
    const GumboNode* node = stack.back();
    stack.pop_back();
    const auto& children = node->v.element.children;
    std::size_t cells = 0;
    for (unsigned i = 0; i < children.length; ++i) {
      const auto* child = static_cast<const GumboNode*>(children.data[i]);
      if (child->type != GUMBO_NODE_ELEMENT && child->type != GUMBO_NODE_TEMPLATE) continue;
      if (child->v.element.tag == GUMBO_TAG_TABLE) return false;
      if (is_cell(child->v.element.tag)) ++cells;
      stack.push_back(child);
    }
    several = several || cells > 1;
  }
  return several;
}

class Page {
 public:
  Page(Reading& reading, const DocumentInfo& info)
      : reading_(reading), info_(info), flow_(reading, info) {}
  Result<void> read(const GumboNode* document);

 private:
  Result<void> enter(const Visit& v);
  Result<void> leave(const Visit& v);
  Result<void> text(std::string_view text, bool keep_lines);
  Result<void> put(std::string_view text);
  Result<void> end_line();
  Result<void> gap();
  Result<void> comment(std::string_view text);
  Result<void> input(const GumboNode* node);
  Result<void> part(const std::string& name, const char* type, std::string_view text);
  bool skips(const Visit& v);

  Reading& reading_;
  const DocumentInfo& info_;
  FlowRows flow_;
  std::string line_, label_;        // outside of cells: the line so far, a label without its value
  bool term_ = false;               // the label comes from a <dt>: whatever it says
  std::vector<std::string> links_;  // texts of open links
  std::vector<bool> tables_;        // open tables: of data
  bool reading_text_ = false;       // in <rt>
  int parts_ = 0;
};

Result<void> Page::put(std::string_view text) {
  if (!links_.empty() && links_.back().size() < 4096) links_.back() += text;
  if (flow_.in_cell()) return flow_.text(text);
  line_ += text;
  return line_.size() > kMostLine ? end_line() : Result<void>(ok());
}

Result<void> Page::text(std::string_view text, bool keep_lines) {
  if (reading_text_) {
    flow_.reading(trimmed(text));
    return ok();
  }
  std::string run;
  const auto last = [&]() -> char {
    if (!run.empty()) return run.back();
    const std::string_view before = flow_.in_cell() ? flow_.so_far() : std::string_view(line_);
    return before.empty() ? '\n' : before.back();
  };
  bool kept = false;  // the space before does not swallow others
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool space = c == '\n' || c == '\r' || c == '\t' || c == ' ';
    if (text.substr(i).starts_with("\u00a0")) {  // columns are kept apart with them
      run += ' ';
      ++i;
      kept = true;
      continue;
    }
    if (keep_lines && c == '\n') {
      TRYV(put(run));
      run.clear();
      TRYV(end_line());
    } else if (space && !keep_lines) {
      if (kept || (last() != ' ' && last() != '\n')) run += ' ';
    } else if (c != '\r') {
      run += c;
    }
    kept = false;
  }
  return put(run);
}

// A label that has a line to itself belongs to the line after it, unless that is a label too.
Result<void> Page::end_line() {
  if (flow_.in_cell()) {
    flow_.end_line();
    return ok();
  }
  if (may_have_board_tags(trimmed(line_))) line_ = std::string(without_board_tags(line_));
  const std::string_view line = trimmed(line_);
  if (line.empty()) {
    line_.clear();
    return ok();
  }
  const bool is_label = is_label_line(line);
  std::string out;
  if (!label_.empty()) {
    // "Code:" above a list is no label of its first line.
    const bool list = !is_label_line(label_) && (is_header_line(line) || is_row_line(line));
    out = label_;
    out += (is_label && !term_) || list ? "\n" : "：";
    label_.clear();
  }
  if (is_label && !term_) {
    label_ = line;
  } else {
    out += line_;
    out += '\n';
  }
  term_ = false;
  line_.clear();
  return flow_.text(out);
}

Result<void> Page::gap() {
  if (flow_.in_cell()) {
    flow_.end_line();
    return ok();
  }
  TRYV(end_line());
  if (!label_.empty()) {
    TRYV(flow_.text(std::exchange(label_, {}) + "\n"));
  }
  term_ = false;
  flow_.gap();
  return ok();
}

Result<void> Page::part(const std::string& name, const char* type, std::string_view text) {
  auto reader = reading_.open_part(info_.name, info_.depth, name + std::to_string(++parts_), type);
  if (!reader) return ok();
  TRYV(reader->feed(as_bytes(text)));
  return reader->finish();
}

Result<void> Page::comment(std::string_view text) {
  if (!tells_something(text)) return ok();
  if (text.find('<') != std::string_view::npos) {
    return part("comment ", "text/html; charset=utf-8", text);
  }
  if (flow_.in_cell()) return part("comment ", "text/plain; charset=utf-8", text);
  TRYV(gap());
  TRYV(this->text(text, true));
  return gap();
}

Result<void> Page::input(const GumboNode* node) {
  const auto value = attribute(node, "value");
  std::string type(attribute(node, "type"));
  std::ranges::transform(type, type.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  for (const std::string_view without :
       {"submit", "button", "reset", "image", "password", "file"}) {
    if (type == without) return ok();
  }
  if ((type == "radio" || type == "checkbox") &&
      gumbo_get_attribute(&node->v.element.attributes, "checked") == nullptr) {
    return ok();
  }
  if (value.empty()) return ok();
  const auto name = attribute(node, "name");
  if (!flow_.in_cell() && meaning_of(name)) {
    // What stands before it on the page says the same, in other words.
    const bool labelled = !trimmed(line_).empty() && meaning_of(trimmed(line_)).has_value();
    if (labelled) line_.clear();
    TRYV(end_line());
    if (!label_.empty() && meaning_of(label_) == meaning_of(name)) label_.clear();
    TRYV(flow_.text(std::string(name) + "：" + std::string(value) + "\n"));
    return ok();
  }
  TRYV(put(" "));
  return put(value);
}

bool Page::skips(const Visit& v) {
  const GumboNode* node = v.node;
  const GumboTag tag = node->v.element.tag;
  if (tag == GUMBO_TAG_STYLE || tag == GUMBO_TAG_RP) return true;
  if (v.in_head) return tag != GUMBO_TAG_SCRIPT;
  if (tag == GUMBO_TAG_OPTION && node->parent != nullptr &&
      gumbo_get_attribute(&node->v.element.attributes, "selected") == nullptr) {
    // Of a list only what is chosen.
    const auto& siblings = node->parent->v.element.children;
    for (unsigned i = 0; i < siblings.length && i < 256; ++i) {
      const auto* one = static_cast<const GumboNode*>(siblings.data[i]);
      if (one->type == GUMBO_NODE_ELEMENT &&
          gumbo_get_attribute(&one->v.element.attributes, "selected") != nullptr) {
        return true;
      }
    }
  }
  return false;
}

Result<void> Page::enter(const Visit& v) {
  const GumboNode* node = v.node;
  const GumboTag tag = node->v.element.tag;
  if (tag == GUMBO_TAG_BR || tag == GUMBO_TAG_HR) return tag == GUMBO_TAG_BR ? end_line() : gap();
  if (tag == GUMBO_TAG_INPUT) return input(node);
  if (tag == GUMBO_TAG_A) links_.emplace_back();
  if (tag == GUMBO_TAG_RT) reading_text_ = true;
  if (tag == GUMBO_TAG_IFRAME) {
    if (const auto inner = attribute(node, "srcdoc"); !inner.empty()) {
      return part("frame ", "text/html; charset=utf-8", inner);
    }
  }
  if (tag == GUMBO_TAG_TABLE) {
    TRYV(gap());
    tables_.push_back(is_data_table(node));
    return tables_.back() ? flow_.open_table() : Result<void>(ok());
  }
  if (v.in_table) {
    if (tag == GUMBO_TAG_TR) flow_.open_row();
    if (is_cell(tag)) flow_.open_cell(span_of(node, "colspan"), span_of(node, "rowspan"));
    if (tag == GUMBO_TAG_TR || is_cell(tag)) return ok();
  }
  return ends_line(tag) || heads_a_quote(node) ? end_line() : Result<void>(ok());
}

Result<void> Page::leave(const Visit& v) {
  const GumboNode* node = v.node;
  const GumboTag tag = node->v.element.tag;
  if (tag == GUMBO_TAG_A && !links_.empty()) {
    const std::string shown = std::move(links_.back());
    links_.pop_back();
    if (const auto address = address_of_link(attribute(node, "href"), shown); !address.empty()) {
      TRYV(put(" "));
      return put(address);
    }
    return ok();
  }
  if (tag == GUMBO_TAG_RT) reading_text_ = false;
  if (tag == GUMBO_TAG_TABLE && !tables_.empty()) {
    const bool data = tables_.back();
    tables_.pop_back();
    if (data) {
      TRYV(flow_.close_table());
    }
    return gap();
  }
  if (v.in_table) {
    if (tag == GUMBO_TAG_TR) return flow_.close_row();
    if (is_cell(tag)) {
      flow_.close_cell();
      return ok();
    }
  }
  if (tag == GUMBO_TAG_DT && !flow_.in_cell()) {
    std::string_view term = trimmed(line_);
    if (term.ends_with("：")) term.remove_suffix(3);
    if (term.ends_with(':')) term.remove_suffix(1);
    const std::string label(term.substr(0, 200));
    line_.clear();
    TRYV(end_line());
    if (!label_.empty()) {
      TRYV(flow_.text(std::exchange(label_, {}) + "\n"));
    }
    label_ = label;
    term_ = !label.empty();
    return ok();
  }
  // Paragraphs and lists stand apart, so that what is around them is no part of a record.
  if (tag == GUMBO_TAG_P || tag == GUMBO_TAG_DL) return gap();
  return ends_line(tag) || heads_a_quote(node) ? end_line() : Result<void>(ok());
}

Result<void> Page::read(const GumboNode* document) {
  // Comments may stand beside the root element.
  std::vector<Visit> stack;
  const GumboVector& top = document->v.document.children;
  for (unsigned i = top.length; i-- > 0;) {
    stack.push_back({static_cast<const GumboNode*>(top.data[i]), false, false, false, false});
  }
  while (!stack.empty()) {
    const Visit v = stack.back();
    stack.pop_back();
    const GumboNode* node = v.node;
    if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE ||
        node->type == GUMBO_NODE_CDATA) {
      if (!v.in_head) {
        TRYV(text(node->v.text.text, v.keep_lines));
      }
      continue;
    }
    if (node->type == GUMBO_NODE_COMMENT) {
      TRYV(comment(node->v.text.text));
      continue;
    }
    if (node->type != GUMBO_NODE_ELEMENT && node->type != GUMBO_NODE_TEMPLATE) continue;
    if (v.leaving) {
      TRYV(leave(v));
      continue;
    }
    if (skips(v)) continue;
    const GumboTag tag = node->v.element.tag;
    const GumboVector& children = node->v.element.children;
    if (tag == GUMBO_TAG_SCRIPT) {
      const auto type = attribute(node, "type");
      if (type.find("json") != std::string_view::npos && children.length > 0) {
        const auto* script = static_cast<const GumboNode*>(children.data[0]);
        if (script->type == GUMBO_NODE_TEXT) {
          TRYV(part("script ", "application/json; charset=utf-8", script->v.text.text));
        }
      }
      continue;
    }
    if (const auto hidden = hidden_address(attribute(node, "data-cfemail")); !hidden.empty()) {
      TRYV(put(hidden));
      continue;
    }
    TRYV(enter(v));
    stack.push_back({node, true, v.keep_lines, v.in_table, v.in_head});
    const bool in_table = tag == GUMBO_TAG_TABLE ? tables_.back() : v.in_table;
    const bool in_head = v.in_head || tag == GUMBO_TAG_HEAD;
    for (unsigned i = children.length; i-- > 0;) {
      stack.push_back({static_cast<const GumboNode*>(children.data[i]), false,
                       v.keep_lines || keeps_lines(tag), in_table, in_head});
    }
  }
  TRYV(gap());
  return flow_.finish();
}

}  // namespace

Result<bool> html_rows(Reading& reading, const DocumentInfo& info, std::string_view html) {
  if (too_deep(html)) return false;
  GumboOptions options = kGumboDefaultOptions;
  options.max_errors = 0;
  const std::unique_ptr<GumboOutput, void (*)(GumboOutput*)> parsed(
      gumbo_parse_with_options(&options, html.data(), html.size()),
      [](GumboOutput* output) { gumbo_destroy_output(&kGumboDefaultOptions, output); });
  if (parsed == nullptr || parsed->root == nullptr) return false;
  TRYV(Page(reading, info).read(parsed->document));
  return true;
}

}  // namespace hitokoe::matcher
