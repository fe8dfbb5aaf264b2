#include "matcher/decode/html_text.h"

#include <gumbo.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace hitokoe::matcher {

namespace {

constexpr int kMostDepth = 2000;

bool is_void(std::string_view tag) {
  constexpr std::string_view kVoid[] = {
      "br",     "hr",    "img", "input", "meta", "link", "area", "base", "col", "embed", "param",
      "source", "track", "wbr", "li",    "p",    "td",   "tr",   "th",   "dt",  "dd",    "option"};
  return std::ranges::find(kVoid, tag) != std::end(kVoid);
}

// Gumbo frees its tree by recursion: what is nested too deeply must not get there. Elements that
// close by themselves are not counted; an estimate is enough.
bool too_deep(std::string_view html) {
  int depth = 0;
  for (std::size_t i = 0; i + 1 < html.size(); ++i) {
    if (html[i] != '<') continue;
    if (html[i + 1] == '/') {
      depth = std::max(0, depth - 1);
      continue;
    }
    std::string tag;
    for (std::size_t j = i + 1; j < html.size() && tag.size() < 12; ++j) {
      const char c = html[j];
      const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      if (small < 'a' || small > 'z') break;
      tag += small;
    }
    if (!tag.empty() && !is_void(tag) && ++depth > kMostDepth) return true;
  }
  return false;
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
    case GUMBO_TAG_TD:
    case GUMBO_TAG_TH:
    case GUMBO_TAG_WBR:
    case GUMBO_TAG_IMG:
      return false;
    default:
      return true;
  }
}

bool left_out(GumboTag tag) {
  return tag == GUMBO_TAG_SCRIPT || tag == GUMBO_TAG_STYLE || tag == GUMBO_TAG_NOSCRIPT ||
         tag == GUMBO_TAG_TEMPLATE || tag == GUMBO_TAG_HEAD;
}

bool keeps_lines(GumboTag tag) { return tag == GUMBO_TAG_PRE || tag == GUMBO_TAG_TEXTAREA; }

struct Visit {
  const GumboNode* node;
  bool leaving;
  bool keep_lines;
  bool in_cell;
};

void new_line(std::string& out) {
  if (!out.empty() && out.back() != '\n') out += '\n';
}

void put_text(std::string_view text, bool keep_lines, std::string& out) {
  for (const char c : text) {
    const bool space = c == '\n' || c == '\r' || c == '\t' || c == ' ';
    if (space && !keep_lines) {
      if (!out.empty() && out.back() != ' ' && out.back() != '\n' && out.back() != '\t') out += ' ';
    } else {
      out += c;
    }
  }
}

std::string text_of(const GumboNode* root) {
  std::string out;
  std::vector<Visit> stack = {{root, false, false, false}};
  while (!stack.empty()) {
    const Visit v = stack.back();
    stack.pop_back();
    const GumboNode* node = v.node;
    if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE ||
        node->type == GUMBO_NODE_CDATA) {
      put_text(node->v.text.text, v.keep_lines, out);
      continue;
    }
    if (node->type != GUMBO_NODE_ELEMENT && node->type != GUMBO_NODE_TEMPLATE) continue;
    const GumboTag tag = node->v.element.tag;
    const bool cell = tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH;
    if (v.leaving) {
      if (cell) {
        out += '\t';
      } else if (ends_line(tag) && !v.in_cell) {
        if (tag == GUMBO_TAG_TR && out.ends_with('\t')) out.pop_back();
        new_line(out);
        // Paragraphs and tables stand apart, so that what is around them is no part of a record.
        if (tag == GUMBO_TAG_P || tag == GUMBO_TAG_TABLE) out += '\n';
      }
      continue;
    }
    if (left_out(tag)) continue;
    if (tag == GUMBO_TAG_BR) {
      out += v.in_cell ? ' ' : '\n';
      continue;
    }
    if (ends_line(tag) && !v.in_cell) new_line(out);
    const bool row = tag == GUMBO_TAG_TR;
    const bool in_cell = !row && (v.in_cell || cell);
    stack.push_back({node, true, v.keep_lines, v.in_cell && !cell && !row});
    const GumboVector& children = node->v.element.children;
    for (unsigned i = children.length; i-- > 0;) {
      stack.push_back({static_cast<const GumboNode*>(children.data[i]), false,
                       v.keep_lines || keeps_lines(tag), in_cell});
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> html_text(std::string_view html) {
  if (html.size() > kMostHtml || too_deep(html)) return std::nullopt;
  GumboOptions options = kGumboDefaultOptions;
  options.max_errors = 0;
  const std::unique_ptr<GumboOutput, void (*)(GumboOutput*)> parsed(
      gumbo_parse_with_options(&options, html.data(), html.size()),
      [](GumboOutput* output) { gumbo_destroy_output(&kGumboDefaultOptions, output); });
  if (parsed == nullptr || parsed->root == nullptr) return std::nullopt;
  return text_of(parsed->root);
}

}  // namespace hitokoe::matcher
