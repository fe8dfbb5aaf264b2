#include "matcher/terms/domains.h"

#include <algorithm>
#include <array>

#include "matcher/terms/confusables.h"
#include "matcher/terms/punycode.h"
#include "matcher/terms/utf8.h"

namespace hitokoe::matcher {
namespace {

constexpr std::size_t kLongestHost = 253;  // RFC 1035
constexpr std::size_t kLongestLabel = 63;
constexpr std::size_t kFewLetters = 5;  // a shorter name is within too many others
constexpr std::uint64_t kBase = 0x100000001b3ULL;

std::vector<std::string_view> split(std::string_view host, char at) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= host.size();) {
    const auto end = std::min(host.find(at, begin), host.size());
    parts.push_back(host.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::u32string characters(std::string_view utf8) {
  std::u32string out;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto c = code_point_at(utf8, i);
    out.push_back(c.value);
    i += c.length;
  }
  return out;
}

// As a person sees it.
std::u32string shown_label(std::string_view label) {
  if (label.starts_with("xn--")) {
    if (auto decoded = decode_punycode(label.substr(4))) return *decoded;
  }
  return characters(label);
}

std::u32string without_hyphens(std::u32string s) {
  std::erase(s, U'-');
  return s;
}

// Polynomials: those of s without one letter come from those of its beginnings and ends.
template <class Each>
void each_deletion(std::u32string_view s, Each each) {
  std::array<std::uint64_t, kLongestLabel + 2> before{};
  std::size_t i = 0;
  for (const char32_t c : s) {
    before[i + 1] = before[i] * kBase + c + 1;
    ++i;
  }
  each(before[s.size()]);
  std::uint64_t after = 0;
  std::uint64_t power = 1;
  for (std::size_t k = s.size(); k-- > 0;) {
    each(before[k] * power + after);
    after += (s[k] + 1) * power;
    power *= kBase;
  }
}

std::uint64_t mixed(std::uint64_t h) {
  h ^= h >> 32;
  h *= 0x9e3779b97f4a7c15ULL;
  return h ^ h >> 29;
}

// At most one letter more, less, other, or two in turn.
bool one_apart(std::u32string_view a, std::u32string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  std::size_t i = 0;
  while (i < a.size() && a[i] == b[i]) ++i;
  if (a.size() != b.size()) return a.substr(i) == b.substr(i + 1);
  if (i == a.size() || a.substr(i + 1) == b.substr(i + 1)) return true;
  return i + 1 < a.size() && a[i] == b[i + 1] && a[i + 1] == b[i] &&
         a.substr(i + 2) == b.substr(i + 2);
}

// "com", "jp", "co.jp": what people take for the end of a domain. Not the Public Suffix List: a
// look-alike may stand under anything.
bool is_ending(const std::vector<std::string_view>& labels) {
  if (labels.size() == 1) return true;
  static constexpr std::array<std::string_view, 16> kSecond = {
      "ac",  "ad", "co", "com", "ed",  "edu", "go",  "gob",
      "gov", "gr", "lg", "ne",  "net", "or",  "org", "nom"};
  return labels.size() == 2 && labels[1].size() == 2 &&
         std::ranges::find(kSecond, labels[0]) != kSecond.end();
}

bool is_top(std::string_view label) {
  return label.starts_with("xn--") || (label.size() >= 2 && std::ranges::all_of(label, [](char c) {
                                         return static_cast<unsigned char>(c) >= 0x80 ||
                                                (c >= 'a' && c <= 'z');
                                       }));
}

bool is_at_or_below(std::string_view host, std::string_view domain) {
  return host == domain || (host.size() > domain.size() && host.ends_with(domain) &&
                            host[host.size() - domain.size() - 1] == '.');
}

void note(std::vector<DomainWatch::Match>& out, const DomainWatch::Match& match) {
  for (auto& m : out) {
    if (m.term != match.term) continue;
    if (match.likeness < m.likeness) m = match;
    return;
  }
  out.push_back(match);
}

}  // namespace

struct DomainWatch::Label {
  std::string_view text;
  std::u32string shown, skeleton;  // the skeleton without hyphens
};

DomainWatch::DomainWatch(const std::vector<Term>& terms) {
  for (std::uint32_t term = 0; term < terms.size(); ++term) {
    if (terms[term].kind != TermKind::kDomain) continue;
    for (const auto& domain : terms[term].texts) {
      exact_[domain].push_back(term);
      const auto dot = domain.find('.');
      if (dot == std::string::npos) continue;
      Watched w;
      w.term = term;
      w.name_ascii = domain.substr(0, dot);
      w.name = shown_label(w.name_ascii);
      w.skeleton = without_hyphens(skeleton_of(w.name));
      w.ending = domain.substr(dot + 1);
      w.lookalikes = terms[term].lookalikes;
      watched_.push_back(std::move(w));
    }
    if (!terms[term].except.empty()) except_[term] = terms[term].except;
  }
  std::vector<std::pair<std::uint64_t, std::uint32_t>> keys;
  for (std::uint32_t i = 0; i < watched_.size(); ++i) {
    const Watched& w = watched_[i];
    if (!w.lookalikes || w.skeleton.size() > kLongestLabel) continue;
    names_[w.name_ascii].push_back(i);
    longest_ = std::max(longest_, w.skeleton.size());
    shortest_ = std::min(shortest_, w.skeleton.size());
    each_deletion(w.skeleton, [&](std::uint64_t h) { keys.emplace_back(mixed(h), i); });
  }
  std::size_t words = 16;
  while (words * 8 < keys.size()) words *= 2;  // 8 bits or more a key
  near_bits_.assign(words, 0);
  for (const auto& [key, i] : keys) {
    auto& all = near_[key];
    if (all.empty() || all.back() != i) all.push_back(i);
    const auto bit = key & (near_bits_.size() * 64 - 1);
    near_bits_[bit / 64] |= 1ULL << (bit % 64);
  }
}

namespace {

char32_t character_before(std::string_view text, std::size_t at) {
  std::size_t back = at - 1;
  while (back > 0 && at - back < 4 && !begins_character(text[back])) --back;
  return code_point_at(text, back).value;
}

}  // namespace

std::pair<std::size_t, std::size_t> DomainWatch::host_at(std::string_view text, std::size_t dot) {
  // Left, to where the host begins: there is no dot, or the dot is not the first.
  std::size_t begin = dot;
  while (begin > 0 && dot - begin <= 4 * kLongestLabel) {
    std::size_t back = begin - 1;
    while (back > 0 && begin - back < 4 && !begins_character(text[back])) --back;
    if (text[back] == '.') {
      // An earlier dot was the first, unless it stands for itself (".kou.jp").
      if (back > 0 && in_host(character_before(text, back))) return {dot, dot};
      break;
    }
    if (!in_host(code_point_at(text, back).value)) break;
    begin = back;
  }
  if (begin == dot) return {dot, dot};
  std::size_t end = dot;
  std::size_t dots = 0;
  while (end < text.size() && end - dot <= 4 * kLongestHost) {
    if (text[end] == '.') {
      // Two dots, or a dot that ends a sentence, are the end.
      if (end + 1 == text.size() || text[end + 1] == '.' ||
          !in_host(code_point_at(text, end + 1).value)) {
        break;
      }
      ++dots;
      ++end;
      continue;
    }
    const auto c = code_point_at(text, end);
    if (!in_host(c.value)) break;
    end += c.length;
  }
  if (dots == 0 || end - begin > 4 * kLongestHost) return {end, end};
  return {begin, end};
}

void DomainWatch::check(std::string_view host, std::vector<Match>& out) const {
  out.clear();
  const auto parts = split(host, '.');
  if (parts.size() < 2 || !is_top(parts.back())) return;
  for (std::string_view rest = host; !rest.empty();) {
    if (const auto found = exact_.find(std::string(rest)); found != exact_.end()) {
      const auto how = rest.size() == host.size() ? Likeness::kSame : Likeness::kBelow;
      for (const auto term : found->second) note(out, {term, how, rest.size()});
    }
    const auto dot = rest.find('.');
    rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
  }
  if (near_.empty()) return;
  std::vector<Label> labels;
  for (const auto& part : parts) {
    Label label{part, shown_label(part), {}};
    // Skeletons are no longer than their labels.
    if (label.shown.size() <= kLongestLabel && label.shown.size() + 1 >= shortest_) {
      label.skeleton = without_hyphens(skeleton_of(label.shown));
    }
    labels.push_back(std::move(label));
  }
  const std::size_t exact = out.size();
  for (std::size_t i = 0; i + 1 < labels.size(); ++i) {
    near(labels, i, out);
    embedded(labels, i, out);
  }
  for (std::size_t i = out.size(); i-- > exact;) {
    if (excepted(out[i].term, host)) out.erase(out.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

std::vector<std::pair<std::uint32_t, std::string>> DomainWatch::written_words() const {
  std::vector<std::pair<std::uint32_t, std::string>> words;
  for (const auto& w : watched_) {
    if (!w.name_ascii.starts_with("xn--")) continue;
    std::string word;
    for (const char32_t c : w.name) append_code_point(c, word);
    words.emplace_back(w.term, word + "." + w.ending);
  }
  return words;
}

bool DomainWatch::excepted(std::uint32_t term, std::string_view host) const {
  const auto found = except_.find(term);
  return found != except_.end() && std::ranges::any_of(found->second, [&](const auto& domain) {
           return is_at_or_below(host, domain);
         });
}

void DomainWatch::near(const std::vector<Label>& labels, std::size_t i,
                       std::vector<Match>& out) const {
  const auto& skeleton = labels[i].skeleton;
  if (skeleton.empty() || skeleton.size() > longest_ + 1) return;
  std::vector<std::uint32_t> tried;
  each_deletion(skeleton, [&](std::uint64_t h) {
    const auto key = mixed(h);
    if (!may_be_near(key)) return;
    const auto found = near_.find(key);
    if (found == near_.end()) return;
    for (const auto w : found->second) {
      if (std::ranges::find(tried, w) != tried.end()) continue;
      tried.push_back(w);
      compare(watched_[w], labels, i, out);
    }
  });
}

void DomainWatch::compare(const Watched& w, const std::vector<Label>& labels, std::size_t i,
                          std::vector<Match>& out) const {
  std::vector<std::string_view> rest;
  std::string ending;
  for (std::size_t k = i + 1; k < labels.size(); ++k) {
    rest.push_back(labels[k].text);
    if (!ending.empty()) ending += '.';
    ending += labels[k].text;
  }
  const bool same_ending = ending == w.ending;
  const Label& label = labels[i];
  const auto found = [&](Likeness how) {
    note(out, {w.term, how, label.text.size() + 1 + ending.size()});
  };
  if (label.shown == w.name) {
    if (same_ending) return;  // the domain itself, or below it: found as such
    if (ending.starts_with(w.ending + ".")) return found(Likeness::kEmbedded);
    if (is_ending(rest)) return found(Likeness::kOtherEnding);
    if (w.name.size() >= kFewLetters) found(Likeness::kEmbedded);
    return;
  }
  if (!same_ending && !is_ending(rest)) return;
  const bool hyphens =
      label.shown.find(U'-') != std::u32string::npos || w.name.find(U'-') != std::u32string::npos;
  if (label.skeleton == w.skeleton) {
    const bool only_hyphens = hyphens && without_hyphens(label.shown) == without_hyphens(w.name);
    return found(only_hyphens ? Likeness::kHyphen : Likeness::kConfusable);
  }
  // Of a short name nearly every other is one letter away.
  const std::size_t least = same_ending ? kFewLetters - 1 : kFewLetters;
  if (w.skeleton.size() >= least && one_apart(label.skeleton, w.skeleton)) {
    found(Likeness::kTypo);
  }
}

void DomainWatch::embedded(const std::vector<Label>& labels, std::size_t i,
                           std::vector<Match>& out) const {
  const std::string_view label = labels[i].text;
  if (label.find('-') == std::string_view::npos || label.starts_with("xn--")) return;
  const auto parts = split(label, '-');
  std::size_t bytes = 0;  // of the host from this label on
  for (std::size_t k = i; k < labels.size(); ++k) bytes += labels[k].text.size() + (k > i ? 1 : 0);
  constexpr std::size_t kMostParts = 8;
  if (parts.size() > kMostParts) return;
  for (std::size_t b = 0; b < parts.size(); ++b) {
    for (std::size_t e = b; e < parts.size(); ++e) {
      if (e - b + 1 == parts.size()) continue;
      const auto* begin = parts[b].data();
      const std::string name(begin,
                             static_cast<std::size_t>(parts[e].data() + parts[e].size() - begin));
      if (name.size() < kFewLetters) continue;
      const auto found = names_.find(name);
      if (found == names_.end()) continue;
      for (const auto w : found->second) {
        note(out, {watched_[w].term, Likeness::kEmbedded, bytes});
      }
    }
  }
}

}  // namespace hitokoe::matcher
