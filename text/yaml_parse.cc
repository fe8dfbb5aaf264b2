#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <map>
#include <optional>
#include <streambuf>

#include "text/yaml_tree.h"

namespace hitokoe::text {
namespace {

using State = YamlNode::State;

struct Refused {
  Errc code;
  int line;
  Words what;
};

Words plain_key() { return {"a key must be a plain text", "キーは一行の文字列"}; }
Words no_tags() { return {"tags (!…) are not used here", "タグ（!…）は使えません"}; }

class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(YamlLimits limits) : limits_(limits) {}

  std::shared_ptr<State> root() { return root_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto node = make(State::Kind::kNull, mark, anchor);
    // yaml-cpp marks an absent value where the next token is.
    if (!stack_.empty() && stack_.back()->kind == State::Kind::kMap && key_) node->line = key_line_;
    place(node);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end() || found->second->open)
      refuse(mark, {"an alias that refers to itself or to nothing",
                    "別名が自分自身または存在しないものを指しています"});
    count(mark, found->second->weight);
    place(found->second);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (!tag.empty() && tag != "?" && tag != "!") refuse(mark, no_tags());
    auto node = make(State::Kind::kScalar, mark, anchor);
    node->text = value;
    node->quoted = tag == "!";
    place(node);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    start(State::Kind::kList, mark, tag, anchor);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    start(State::Kind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override { end(); }

 private:
  [[noreturn]] static void refuse(const YAML::Mark& mark, Words what) {
    throw Refused{Errc::kBadInput, mark.line + 1, std::move(what)};
  }

  void count(const YAML::Mark& mark, std::size_t weight) {
    total_ += weight;
    if (total_ > limits_.nodes) {
      throw Refused{Errc::kLimit,
                    mark.line + 1,
                    {"more than " + std::to_string(limits_.nodes) + " values",
                     "値が " + std::to_string(limits_.nodes) + " 個を超えています"}};
    }
  }

  std::shared_ptr<State> make(State::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    count(mark, 1);
    auto node = std::make_shared<State>();
    node->kind = kind;
    node->line = mark.line + 1;
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
    return node;
  }

  void start(State::Kind kind, const YAML::Mark& mark, const std::string& tag,
             YAML::anchor_t anchor) {
    if (!tag.empty() && tag != "?" && tag != "!") refuse(mark, no_tags());
    if (expects_key()) refuse(mark, plain_key());
    auto node = make(kind, mark, anchor);
    node->open = true;
    node->height = 1;
    stack_.push_back(node);
    keys_.emplace_back(std::move(key_), key_line_);
    key_.reset();
    check_depth(node->line, 0);
  }

  void end() {
    auto node = stack_.back();
    stack_.pop_back();
    std::tie(key_, key_line_) = std::move(keys_.back());
    keys_.pop_back();
    node->open = false;
    node->by_key.resize(node->map.size());
    for (std::size_t i = 0; i < node->by_key.size(); ++i) node->by_key[i] = i;
    std::ranges::stable_sort(node->by_key, {},
                             [&](std::size_t i) { return std::string_view(node->map[i].key); });
    place(node);
  }

  bool expects_key() const {
    return !stack_.empty() && stack_.back()->kind == State::Kind::kMap && !key_;
  }

  void check_depth(int line, int below) const {
    if (static_cast<int>(stack_.size()) + below > limits_.depth) {
      throw Refused{Errc::kLimit,
                    line,
                    {"nested deeper than " + std::to_string(limits_.depth) + " levels",
                     "入れ子が " + std::to_string(limits_.depth) + " 段を超えています"}};
    }
  }

  void place(const std::shared_ptr<State>& node) {
    if (stack_.empty()) {
      root_ = node;
      return;
    }
    State& parent = *stack_.back();
    if (expects_key()) {
      if (node->kind != State::Kind::kScalar)
        throw Refused{Errc::kBadInput, node->line, plain_key()};
      key_ = node->text;
      key_line_ = node->line;
      return;
    }
    check_depth(node->line, node->height);
    parent.weight += node->weight;
    parent.height = std::max(parent.height, node->height + 1);
    if (parent.kind == State::Kind::kList) {
      parent.list.push_back(node);
    } else {
      parent.map.push_back({std::move(*key_), key_line_, node});
      key_.reset();
    }
  }

  YamlLimits limits_;
  std::size_t total_ = 0;
  std::shared_ptr<State> root_;
  std::vector<std::shared_ptr<State>> stack_;
  std::vector<std::pair<std::optional<std::string>, int>> keys_;  // pending keys of outer maps
  std::optional<std::string> key_;
  int key_line_ = 0;
  std::map<YAML::anchor_t, std::shared_ptr<State>> anchors_;
};

// yaml-cpp takes 0x04 for the end of the file, replaces invalid UTF-8, and counts only '\n'.
std::optional<std::pair<int, Words>> first_bad_byte(std::string_view text) {
  int line = 1;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      if (c == '\n') ++line;
      if (c == '\r' && (i + 1 == text.size() || text[i + 1] != '\n'))
        return {{line,
                 {"a carriage return without a newline: save the file with LF line ends",
                  "改行のない復帰文字（CR）: 改行 LF で保存してください"}}};
      if ((c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7F)
        return {{line, {"a control character", "制御文字"}}};
      ++i;
      continue;
    }
    const std::size_t length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    const auto at = [&](std::size_t k) { return static_cast<unsigned char>(text[i + k]); };
    bool good = c >= 0xC2 && c <= 0xF4 && i + length <= text.size();
    for (std::size_t k = 1; good && k < length; ++k) good = (at(k) & 0xC0) == 0x80;
    if (good && c == 0xE0) good = at(1) >= 0xA0;
    if (good && c == 0xED) good = at(1) < 0xA0;
    if (good && c == 0xF0) good = at(1) >= 0x90;
    if (good && c == 0xF4) good = at(1) < 0x90;
    if (!good)
      return {{line,
               {"not UTF-8: save the file as UTF-8",
                "UTF-8 ではありません: UTF-8 で保存してください"}}};
    i += length;
  }
  return std::nullopt;
}

// The text as a stream, without a copy.
class ViewBuffer final : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // streambuf's interface; it is only read
    setg(begin, begin, begin + text.size());
  }
};

Words place_text(std::string_view file, int line, const Words& what) {
  return std::string(file) + ":" + std::to_string(line) + ": " + what;
}

}  // namespace

Result<YamlNode> YamlNode::parse(std::string_view text, std::string_view file, YamlLimits limits) {
  if (text.size() > limits.bytes) {
    return fail(Errc::kLimit,
                std::string(file) + ": " + std::to_string(text.size()) + " bytes, more than " +
                    std::to_string(limits.bytes),
                std::string(file) + ": " + std::to_string(text.size()) + " バイトあり、上限 " +
                    std::to_string(limits.bytes) + " バイトを超えています");
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (auto bad = first_bad_byte(text))
    return fail(Errc::kBadInput, place_text(file, bad->first, bad->second));
  try {
    ViewBuffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    Builder builder(limits);
    if (!parser.HandleNextDocument(builder) || !builder.root()) {
      auto empty = std::make_shared<State>();
      empty->kind = State::Kind::kNull;
      return YamlNode(std::move(empty));
    }
    Builder second(limits);
    if (parser.HandleNextDocument(second) && second.root() &&
        second.root()->kind != State::Kind::kNull) {
      return fail(Errc::kBadInput,
                  place_text(file, second.root()->line,
                             {"a second document (after '---')", "二つ目の文書（--- の後）"}));
    }
    return YamlNode(builder.root());
  } catch (const Refused& r) {
    return fail(r.code, place_text(file, r.line, r.what));
  } catch (const YAML::Exception& e) {
    // After ": " yaml-cpp may quote the file.
    const std::string what = e.msg.substr(0, e.msg.find(": "));
    return fail(Errc::kBadInput,
                place_text(file, e.mark.is_null() ? 1 : e.mark.line + 1,
                           {"not YAML: " + what, "YAML として読めません: " + what}));
  } catch (const std::exception&) {
    return fail(Errc::kBadInput, std::string(file) + ": not YAML that can be read",
                std::string(file) + ": YAML として読めません");
  }
}

}  // namespace hitokoe::text
