#include <algorithm>
#include <array>
#include <set>

#include "hitokoe/matcher/terms.h"
#include "hitokoe/text/fold.h"

namespace hitokoe::matcher {
namespace {

// As fold() writes them; longer ones first. Before or behind a name.
constexpr std::array<std::string_view, 18> kForms = {
    "一般社団法人", "公益社団法人", "一般財団法人", "公益財団法人", "特定非営利活動法人",
    "独立行政法人", "株式会社",     "有限会社",     "合同会社",     "合資会社",
    "合名会社",     "協同組合",     "相互会社",     "(株)",         "(有)",
    "(同)",         "(資)",         "(名)"};
constexpr std::array<std::string_view, 16> kLatinForms = {
    "incorporated", "corporation", "company limited",
    "co., ltd.",    "co.,ltd.",    "co.,ltd",
    "co. ltd.",     "limited",     "corp.",
    "corp",         "inc.",        "inc",
    "ltd.",         "ltd",         "k.k.",
    "llc"};

std::string folded(std::string_view text) {
  std::u32string out;
  std::vector<std::uint32_t> offsets;
  text::fold_with_offsets(text, out, offsets);
  std::string utf8;
  for (const char32_t c : out) text::append_utf8(c, utf8);
  return utf8;
}

std::string lowered(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == ',')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == ',')) s.remove_suffix(1);
  return s;
}

// Without one legal form before or behind it; the same where there is none.
std::string_view without_form(std::string_view name) {
  for (const auto form : kForms) {
    if (name.starts_with(form)) return trimmed(name.substr(form.size()));
    if (name.ends_with(form)) return trimmed(name.substr(0, name.size() - form.size()));
  }
  const std::string low = lowered(std::string(name));
  for (const auto form : kLatinForms) {
    if (!low.ends_with(form) || low.size() == form.size()) continue;
    const char before = low[low.size() - form.size() - 1];
    if (before == ' ' || before == ',') {
      return trimmed(name.substr(0, name.size() - form.size()));
    }
  }
  return name;
}

std::size_t characters_of(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }));
}

// Who gives this party customers' data, at the top of the chain; a carrier: itself.
std::vector<std::string> carriers_of(const std::string& party, const registry::Registry& registry) {
  std::set<std::string> carriers;
  for (const auto& d : registry.delegations()) {
    if (d.to == party || d.controller == party) carriers.insert(d.controller);
  }
  for (const auto& s : registry.snapshots()) {
    if (s.own && s.controller == party) carriers.insert(party);
  }
  return {carriers.begin(), carriers.end()};
}

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::ranges::find(all, one) != all.end();
}

}  // namespace

std::vector<std::string> forms_of_name(std::string_view name) {
  std::vector<std::string> forms;
  const std::string whole(trimmed(folded(name)));
  if (characters_of(whole) < 2 || characters_of(whole) > kMostTermCharacters) return forms;
  forms.push_back(whole);
  std::string core = whole;
  for (int i = 0; i < 2; ++i) core = std::string(without_form(core));
  if (core != whole && characters_of(core) >= 2) forms.push_back(core);
  return forms;
}

std::vector<Term> terms_in_force(const TermFile& file, const registry::Registry& registry) {
  std::vector<Term> terms = file.terms;
  if (!file.names) return terms;
  for (const auto& party : registry.parties()) {
    if (has(file.names->except, party.id) ||
        (!file.names->parties.empty() && !has(file.names->parties, party.id))) {
      continue;
    }
    Term term;
    term.id = "name:" + party.id;
    term.kind = TermKind::kName;
    term.texts = forms_of_name(party.name);
    term.severity = file.names->severity;
    term.throttle = file.names->throttle;
    term.carriers = carriers_of(party.id, registry);
    if (!term.texts.empty()) terms.push_back(std::move(term));
  }
  return terms;
}

}  // namespace hitokoe::matcher
