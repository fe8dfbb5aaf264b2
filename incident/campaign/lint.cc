#include "incident/campaign/lint.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "incident/campaign/notice.h"
#include "incident/campaign/notice_templates.h"

namespace hitokoe::incident::campaign {
namespace {

constexpr std::string_view kFacts[] = {"lead",       "incident",   "found",      "summary",
                                       "cause",      "secondary",  "prevention", "desk_name",
                                       "desk_phone", "desk_email", "desk_hours"};
constexpr std::string_view kPerson[] = {"name", "reference", "carrier", "items"};
constexpr std::string_view kSignsOfHeadings = "#*=- \t";

struct Tag {
  std::size_t begin = 0, end = 0;  // with its brackets
  char kind = 0;                   // '#', '^', '/' or 0
  bool person = false;             // [[ ]]
  std::string_view name;
};

int line_at(std::string_view text, std::size_t at) {
  return 1 + static_cast<int>(
                 std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

class Linter {
 public:
  Linter(std::string_view text, Language language)
      : text_(text), japanese_(language == Language::kJapanese) {}

  // The sections for guardians, and nothing else.
  std::vector<TextProblem> run_guardian() {
    constexpr std::string_view kWord = "guardian";
    std::optional<std::size_t> open;
    for (std::size_t at = 0; (at = text_.find("[[", at)) != std::string_view::npos; at += 2) {
      const auto close = text_.find("]]", at);
      if (close == std::string_view::npos) break;
      const auto name = text_.substr(at + 2, close - at - 2);
      if (name.size() != kWord.size() + 1 || !name.ends_with(kWord)) continue;
      const bool begins = name.front() == '#' || name.front() == '^';
      if (!begins && name.front() != '/') continue;
      if (begins == open.has_value()) {
        bad(at, begins
                    ? Words{"[[#guardian]] within another one", "[[#guardian]] の中に重ねています"}
                    : Words{"an end without its beginning: /guardian",
                            "始まりのない終わり: /guardian"});
      }
      open = begins ? std::optional(at) : std::nullopt;
    }
    if (open) bad(*open, {"not closed: guardian", "閉じられていません: guardian"});
    return std::move(out_);
  }

  std::vector<TextProblem> run() {
    read_tags();
    check_sections();
    check_parts();
    check_headings();
    std::stable_sort(out_.begin(), out_.end(),
                     [](const auto& a, const auto& b) { return a.line < b.line; });
    return std::move(out_);
  }

 private:
  void bad(std::size_t at, Words what) { out_.push_back({line_at(text_, at), std::move(what)}); }

  void read_tags() {
    for (std::size_t at = 0; at + 1 < text_.size();) {
      const auto two = text_.substr(at, 2);
      if (two != "{{" && two != "[[" && two != "}}" && two != "]]") {
        ++at;
        continue;
      }
      if (two == "}}" || two == "]]") {
        bad(at, {std::string(two) + " without its beginning",
                 std::string(two) + " に対応する始まりがありません"});
        at += 2;
        continue;
      }
      const bool person = two == "[[";
      const auto close = text_.find(person ? "]]" : "}}", at + 2);
      const auto line_end = text_.find('\n', at);
      if (close == std::string_view::npos || close > line_end) {
        bad(at, {std::string(two) + " is not closed on its line",
                 std::string(two) + " がその行で閉じられていません"});
        at += 2;
        continue;
      }
      Tag tag{at, close + 2, 0, person, trimmed(text_.substr(at + 2, close - at - 2))};
      if (!tag.name.empty() &&
          std::string_view("#^/").find(tag.name.front()) != std::string_view::npos) {
        tag.kind = tag.name.front();
        tag.name = trimmed(tag.name.substr(1));
      }
      check_name(tag);
      tags_.push_back(tag);
      at = tag.end;
    }
  }

  void check_name(const Tag& tag) {
    const auto in = [&](std::span<const std::string_view> names) {
      return std::find(names.begin(), names.end(), tag.name) != names.end();
    };
    const bool fine = !tag.person     ? in(kFacts)
                      : tag.kind == 0 ? in(kPerson)
                                      : tag.kind != '^' && tag.name == "carriers";
    if (fine) return;
    const std::string shown(text_.substr(tag.begin, tag.end - tag.begin));
    bad(tag.begin, {"no such field: " + shown, "知らない項目: " + shown});
  }

  // Each section is closed by its own end, in order.
  void check_sections() {
    std::vector<const Tag*> open;
    for (const auto& tag : tags_) {
      if (tag.kind == '#' || tag.kind == '^') open.push_back(&tag);
      const bool each =
          tag.person && tag.kind == 0 && (tag.name == "carrier" || tag.name == "items");
      const bool inside =
          std::any_of(open.begin(), open.end(), [](const Tag* t) { return t->person; });
      if (each && !inside) {
        bad(tag.begin,
            {"[[" + std::string(tag.name) + "]] stands in [[#carriers]] … [[/carriers]]",
             "[[" + std::string(tag.name) + "]] は [[#carriers]] … [[/carriers]] の中に書く"});
      }
      if (tag.kind != '/') continue;
      if (open.empty() || open.back()->name != tag.name || open.back()->person != tag.person) {
        bad(tag.begin, {"an end without its beginning: /" + std::string(tag.name),
                        "始まりのない終わり: /" + std::string(tag.name)});
      } else {
        open.pop_back();
      }
    }
    for (const auto* tag : open) {
      bad(tag->begin,
          {"not closed: " + std::string(1, tag->kind) + std::string(tag->name),
           "閉じられていません: " + std::string(1, tag->kind) + std::string(tag->name)});
    }
  }

  bool has(std::string_view name, bool person) const {
    return std::any_of(tags_.begin(), tags_.end(), [&](const Tag& t) {
      return t.kind == 0 && t.person == person && t.name == name;
    });
  }

  void check_parts() {
    const auto need = [&](std::string_view name, bool person, const Words& why) {
      if (has(name, person)) return;
      const auto mark = (person ? "[[" : "{{") + std::string(name) + (person ? "]]" : "}}");
      bad(text_.size(), mark + Words{" is missing: ", " がありません: "} + why);
    };
    need("desk_phone", false,
         {"the desk's number is in every text", "窓口の電話番号はすべての文面に必要"});
    need("desk_email", false,
         {"the desk's mail address is in every text", "窓口のメールはすべての文面に必要"});
    need("lead", false, {"who writes", "誰が送るか"});
    need("name", true, {"to whom", "誰あてか"});
    need("reference", true, {"the number that the person tells the desk", "窓口に伝える番号"});
    need("carrier", true, {"whose data", "どの事業者の情報か"});
    need("items", true, {"which items (rule 10 item 2)", "どの項目か（施行規則10条2号）"});
  }

  std::span<const std::string_view> headings() const {
    if (japanese_) return kHeadingsJa;
    return kHeadingsEn;
  }

  // A line that is a heading and nothing else, but for marks and signs before it.
  std::string_view heading_in(std::string_view line) const {
    std::string bare;
    for (std::size_t at = 0; at < line.size();) {
      if (line.substr(at, 2) == "{{" || line.substr(at, 2) == "[[") {
        const auto close = line.find(line[at] == '{' ? "}}" : "]]", at);
        if (close == std::string_view::npos) break;
        at = close + 2;
        continue;
      }
      bare += line[at++];
    }
    std::string_view rest = trimmed(bare);
    for (bool again = true; again && !rest.empty();) {
      again = false;
      if (kSignsOfHeadings.find(rest.front()) != std::string_view::npos) {
        rest.remove_prefix(1);
        again = true;
      }
      for (std::string_view sign : {"■", "●", "◆", "【", "　"}) {
        if (rest.starts_with(sign)) rest.remove_prefix(sign.size()), again = true;
      }
    }
    for (std::string_view sign : {"】", "：", ":"}) {
      if (rest.ends_with(sign)) rest.remove_suffix(sign.size());
    }
    for (auto heading : headings()) {
      if (rest == heading) return heading;
    }
    return {};
  }

  void check_headings() {
    std::set<std::string_view> seen;
    std::string_view current;
    std::size_t current_at = 0;
    bool filled = true;
    const auto close = [&] {
      if (!filled)
        bad(current_at, {"nothing stands under \"" + std::string(current) + "\"",
                         "「" + std::string(current) + "」の下に本文がありません"});
    };
    for (std::size_t at = 0; at < text_.size();) {
      const auto end = std::min(text_.find('\n', at), text_.size());
      const auto line = text_.substr(at, end - at);
      if (const auto heading = heading_in(line); !heading.empty()) {
        close();
        current = heading;
        current_at = at;
        filled = line.find("{{desk") != std::string_view::npos;
        seen.insert(heading);
      } else if (!trimmed(line).empty()) {
        filled = true;
      }
      at = end + 1;
    }
    close();
    for (auto heading : headings()) {
      if (seen.count(heading) == 0)
        bad(text_.size(), {"the heading \"" + std::string(heading) + "\" is missing",
                           "見出し「" + std::string(heading) + "」がありません"});
    }
  }

  std::string_view text_;
  bool japanese_;
  std::vector<Tag> tags_;
  std::vector<TextProblem> out_;
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

std::string digits_of(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c >= '0' && c <= '9') out += c;
  }
  return out;
}

// Full-width digits and signs as ASCII, so that a phone number is seen in either form.
std::string half_width(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    // U+FF0B ＋, U+FF0D －, U+FF10 … ０: EF BC 8B, 8D, 90 …
    if (i + 2 < text.size() && text.substr(i, 2) == "\xef\xbc") {
      const auto third = static_cast<unsigned char>(text[i + 2]);
      if (third >= 0x90 && third <= 0x99) {
        out += static_cast<char>('0' + (third - 0x90));
        i += 2;
        continue;
      }
      if (third == 0x8d || third == 0x8b) {
        out += third == 0x8d ? '-' : '+';
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

}  // namespace

std::vector<TextProblem> lint_template(std::string_view text, Language language) {
  auto out = Linter(text, language).run_guardian();
  if (!out.empty()) return out;
  // Whoever reads it: everything that a notice must hold is in what a guardian reads, too.
  out = Linter(variant_of(text, false, true), language).run();
  for (auto& p : Linter(variant_of(text, true, true), language).run()) {
    const bool told = std::ranges::any_of(out, [&](const TextProblem& other) {
      return other.line == p.line && other.what.en == p.what.en;
    });
    if (told) continue;
    p.what = p.what + Words{" (as guardians read it)", "（保護者様あての文面）"};
    out.push_back(std::move(p));
  }
  std::ranges::stable_sort(out, {}, &TextProblem::line);
  return out;
}

std::vector<TextProblem> lint_contacts(std::string_view given, const CampaignSpec& spec) {
  std::vector<TextProblem> out;
  const auto text = half_width(given);
  const auto part = [](char c) {
    return c > 0x20 && c < 0x7f &&
           std::string_view("<>()[]{},;:\"'").find(c) == std::string_view::npos;
  };
  for (std::size_t at = 0; (at = text.find('@', at)) != std::string::npos;) {
    auto begin = at, end = at + 1;
    while (begin > 0 && part(text[begin - 1])) --begin;
    while (end < text.size() && part(text[end])) ++end;
    while (end > at + 1 && text[end - 1] == '.') --end;  // of the sentence
    const auto address = lower(std::string_view(text).substr(begin, end - begin));
    if (begin < at && end > at + 1 && address != lower(spec.desk.email) &&
        address != lower(spec.from))
      out.push_back({line_at(text, at),
                     {"a mail address that is not the desk's",
                      "専用窓口のものでないメールアドレスがあります"}});
    at = end;
  }
  for (std::size_t at = 0; at < text.size();) {
    const bool begins = (text[at] == '0' || text[at] == '+' || text[at] == '(') &&
                        (at == 0 || text[at - 1] < '0' || text[at - 1] > '9') &&
                        (at == 0 || text[at - 1] != '-');
    if (!begins) {
      ++at;
      continue;
    }
    auto end = at;
    while (end < text.size() &&
           std::string_view("0123456789-() +").find(text[end]) != std::string_view::npos)
      ++end;
    const auto digits = digits_of(std::string_view(text).substr(at, end - at));
    if (digits.size() >= 10 && digits.size() <= 13 && digits != digits_of(spec.desk.phone))
      out.push_back(
          {line_at(text, at),
           {"a phone number that is not the desk's", "専用窓口のものでない電話番号があります"}});
    at = end > at ? end : at + 1;
  }
  return out;
}

}  // namespace hitokoe::incident::campaign
