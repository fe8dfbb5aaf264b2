#include <algorithm>
#include <map>
#include <set>

#include "hitokoe/matcher/terms.h"
#include "hitokoe/text/fold.h"
#include "hitokoe/text/pattern_set.h"
#include "hitokoe/text/yaml.h"
#include "matcher/terms/folding.h"

namespace hitokoe::matcher {
namespace {

using text::YamlNode;
using text::YamlProblems;

constexpr std::size_t kLongestNote = 500;

bool is_id(std::string_view id) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !id.empty() && id.size() <= 63 && plain(id.front()) &&
         std::ranges::all_of(id,
                             [&](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; });
}

class Reader {
 public:
  explicit Reader(YamlProblems& problems) : problems_(problems) {}

  TermFile read(const YamlNode& root) {
    TermFile file;
    if (!root.expect_map(problems_, Words{"the file", "ファイル"})) return file;
    const auto terms = root.get("terms");
    if (!terms.is_null() && terms.expect_list(problems_, "terms")) {
      for (const auto& node : terms.items()) file.terms.push_back(term(node));
    }
    if (root.has("registry_names")) file.names = names(root.get("registry_names"));
    root.refuse_unknown(problems_);
    if (file.terms.empty() && !file.names && !problems_.any()) {
      problems_.add(root.line(), {"neither terms nor registry_names: nothing is watched",
                                  "terms も registry_names もなく、何も監視しません"});
    }
    if (texts_ > kMostTerms) {
      problems_.add(terms.line(),
                    {"over 100,000 words and domains", "語とドメインが 100,000 を超えています"});
    }
    if (patterns_ > kMostPatterns) {
      problems_.add(terms.line(), {"over 2,000 patterns", "正規表現が 2,000 を超えています"});
    }
    return file;
  }

 private:
  Term term(const YamlNode& node) {
    Term t;
    if (!node.expect_map(problems_, "terms")) return t;
    t.id = node.get("id").text(problems_, "id");
    if (!t.id.empty() && !is_id(t.id)) {
      problems_.add(node.get("id").line(),
                    {"id: 1 to 63 of a-z, 0-9, '.', '_', '-', beginning with a letter or digit",
                     "id: a-z、0-9、'.'、'_'、'-' の 1～63 文字で、英数字で始まること"});
    } else if (!t.id.empty() && !ids_.insert(t.id).second) {
      problems_.add(node.get("id").line(),
                    Words{"term ", "監視語 "} + t.id + Words{": stands twice", ": 二度あります"});
    }
    what_ = "term " + (is_id(t.id) ? t.id : std::string("…"));
    texts(node, t);
    t.severity = severity(node.get("severity"), Severity::kMedium);
    t.note = node.get("note").text_or(problems_, what("note"), "");
    if (t.note.size() > kLongestNote) {
      problems_.add(node.get("note").line(),
                    what("note") + Words{": over 500 bytes", ": 500 バイトを超えています"});
    }
    if (node.has("carrier"))
      t.carriers.push_back(node.get("carrier").text(problems_, what("carrier")));
    if (node.has("carriers")) {
      for (auto& c : node.get("carriers").texts(problems_, what("carriers")))
        t.carriers.push_back(std::move(c));
    }
    std::ranges::sort(t.carriers);
    t.carriers.erase(std::ranges::unique(t.carriers).begin(), t.carriers.end());
    t.throttle = throttle(node.get("throttle"));
    node.refuse_unknown(problems_);
    return t;
  }

  // One of word(s), pattern(s), domain(s), and the keys that go with it.
  void texts(const YamlNode& node, Term& t) {
    struct Kind {
      TermKind kind;
      const char *one, *many;
    };
    static constexpr Kind kKinds[] = {{TermKind::kWord, "word", "words"},
                                      {TermKind::kPattern, "pattern", "patterns"},
                                      {TermKind::kDomain, "domain", "domains"}};
    int given = 0;
    for (const auto& kind : kKinds) {
      std::vector<std::pair<std::string, int>> texts;
      if (node.has(kind.one)) {
        texts.emplace_back(node.get(kind.one).text(problems_, what(kind.one)),
                           node.get(kind.one).line());
      }
      if (node.has(kind.many)) {
        const auto list = node.get(kind.many);
        if (list.expect_list(problems_, what(kind.many))) {
          for (const auto& item : list.items())
            texts.emplace_back(item.text(problems_, what(kind.many)), item.line());
          if (list.items().empty())
            problems_.add(list.line(), what(kind.many) + Words{": is empty", ": 空です"});
        }
      }
      if (!node.has(kind.one) && !node.has(kind.many)) continue;
      ++given;
      t.kind = kind.kind;
      for (auto& [text, line] : texts) {
        if (!text.empty()) add_text(t, std::move(text), line);
      }
    }
    if (given != 1) {
      problems_.add(
          node.line(),
          what_ + Words{": needs one of word, words, pattern, patterns, domain, domains",
                        ": word、words、pattern、patterns、domain、domains のどれか一つが必要"});
    }
    if (t.kind == TermKind::kWord) {
      t.exact_case = exact(node, "case", false);
      t.exact_kana = exact(node, "kana", false);
      t.exact_kanji = exact(node, "kanji", true);
      t.inside_words = one_of(node.get("boundary"), "boundary", {"word", "none"}, 0) == 1;
    } else if (t.kind == TermKind::kDomain) {
      t.lookalikes = node.get("lookalikes").boolean_or(problems_, what("lookalikes"), true);
      for (const auto& domain : node.get("except").texts_or_none(problems_, what("except"))) {
        t.except.push_back(host(domain, node.get("except").line()));
      }
    }
  }

  void add_text(Term& t, std::string text, int line) {
    if (t.kind == TermKind::kDomain) {
      text = host(text, line);
      ++texts_;
    } else if (t.kind == TermKind::kPattern) {
      ++patterns_;
      if (const auto good = text::PatternSet::check(text); !good) {
        problems_.add(line, what_ + Words::same(": ") + good.error().words());
      }
    } else {
      ++texts_;
      const auto folded = folding_.of(text);
      const auto n = std::ranges::count_if(
          folded, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; });
      if (n < 2 || n > static_cast<std::ptrdiff_t>(kMostTermCharacters) ||
          folded.find('\n') != std::string::npos) {
        problems_.add(line, what_ + Words{": a word has 2 to 100 characters, and no long gaps",
                                          ": 語は 2～100 文字で、長い空白を含みません"});
      }
    }
    if (text.empty()) return;
    if (std::ranges::find(t.texts, text) != t.texts.end()) {
      problems_.add(line, what_ + Words{": has the same text twice", ": 同じ語が二度あります"});
    }
    t.texts.push_back(std::move(text));
  }

  std::string host(const std::string& domain, int line) {
    std::string ascii = text::host_to_ascii(domain);
    const auto dot = ascii.find('.');
    if (ascii.empty() || dot == std::string::npos || dot == 0 || ascii.ends_with('.')) {
      problems_.add(line, what_ + Words{": is no domain (kou-tel.example)",
                                        ": ドメインではありません（例: kou-tel.example）"});
      return {};
    }
    return ascii;
  }

  std::optional<NamesRule> names(const YamlNode& node) {
    NamesRule rule;
    what_ = "registry_names";
    if (!node.is_map()) {  // `registry_names: true`
      if (!node.boolean(problems_, what_)) return std::nullopt;
      return rule;
    }
    rule.severity = severity(node.get("severity"), Severity::kLow);
    rule.parties = node.get("parties").texts_or_none(problems_, what("parties"));
    rule.except = node.get("except").texts_or_none(problems_, what("except"));
    rule.throttle = throttle(node.get("throttle"));
    node.refuse_unknown(problems_);
    return rule;
  }

  Throttle throttle(const YamlNode& node) {
    Throttle t;
    if (node.is_null() || !node.expect_map(problems_, what("throttle"))) return t;
    t.most = static_cast<std::uint32_t>(
        node.get("most").integer(problems_, what("throttle: most"), 1, 1'000'000));
    t.within = node.get("within").duration_or(problems_, what("throttle: within"), t.within);
    if (t.within < std::chrono::seconds(1)) {
      problems_.add(node.get("within").line(),
                    what("throttle: within") + Words{": at least 1s", ": 1s 以上"});
    }
    node.refuse_unknown(problems_);
    return t;
  }

  Severity severity(const YamlNode& node, Severity otherwise) {
    if (node.is_null()) return otherwise;
    const auto found = severity_by_name(node.text(problems_, what("severity")));
    if (!found) {
      problems_.add(node.line(), what("severity") + Words::same(": ") + found.error().words());
      return otherwise;
    }
    return found.value();
  }

  bool exact(const YamlNode& node, const char* key, bool otherwise) {
    return one_of(node.get(key), key, {"fold", "exact"}, otherwise ? 1 : 0) == 1;
  }

  std::size_t one_of(const YamlNode& node, const char* key, std::vector<std::string_view> words,
                     std::size_t otherwise) {
    if (node.is_null()) return otherwise;
    const auto given = node.text(problems_, what(key));
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (words[i] == given) return i;
    }
    std::string all;
    for (const auto w : words) all += (all.empty() ? "" : ", ") + std::string(w);
    problems_.add(node.line(), what(key) + Words{": is one of ", ": 次のどれか: "} + all);
    return otherwise;
  }

  std::string what(std::string_view key) const { return what_ + ": " + std::string(key); }

  YamlProblems& problems_;
  Folding folding_;
  std::set<std::string> ids_;
  std::string what_;
  std::size_t texts_ = 0, patterns_ = 0;
};

}  // namespace

Result<TermFile> parse_terms(std::string_view yaml, std::string_view file_name) {
  text::YamlLimits limits;
  limits.nodes = 1'000'000;
  TRY(const auto root, YamlNode::parse(yaml, file_name, limits));
  YamlProblems problems{std::string(file_name)};
  TermFile file = Reader(problems).read(root);
  TRYV(problems.result());
  return file;
}

}  // namespace hitokoe::matcher
