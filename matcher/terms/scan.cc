// Text is looked at in windows: what came before (for boundaries and the context), a block whose
// matches are this window's, and as much of what follows as a match may reach. Windows lie at fixed
// places of the document, so that the pieces it came in change nothing.
#include <algorithm>
#include <map>

#include "matcher/terms/compiled.h"
#include "matcher/terms/utf8.h"

namespace hitokoe::matcher {
namespace {

constexpr std::size_t kBlock = 512U << 10;
constexpr std::size_t kReach =
    (16U << 10) + 64;  // of 100 characters with all their gaps; of a line
constexpr std::size_t kBefore = 16U << 10;
constexpr std::size_t kLinePart = 12U << 10;  // longer lines are looked at in parts
static_assert(kLinePart + kMostPatternMatch + 16 <= kReach);
constexpr std::size_t kPlaces = 3;
constexpr std::size_t kContextCharacters = 40;
constexpr std::size_t kMostMatchesAtOnce = 1U << 20;

std::uint64_t newlines(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

struct TermScan::State {
  struct Match {
    std::uint32_t term = 0;
    std::size_t begin = 0, end = 0;  // of the folded text, or of the window
    Likeness likeness = Likeness::kSame;
  };
  struct Found {
    TermHit hit;
    std::uint64_t end = 0;  // of the last one, in the document
  };

  std::shared_ptr<const CompiledTerms> set;
  std::string window;
  std::uint64_t base = 0;    // of the window in the document
  std::uint64_t done = 0;    // up to where matches were counted
  std::uint64_t before = 0;  // line feeds before the window
  std::map<std::uint32_t, Found> found;

  // Of the window.
  std::string folded;
  std::size_t folded_size = 0;  // without padding
  std::size_t own_begin = 0, own_end = 0;
  std::size_t own_folded_begin = 0, own_folded_end = 0;
  std::vector<std::uint32_t> offsets;  // of `folded`; made when they are needed
  std::vector<Match> matches;

  std::uint64_t part = 0;  // of patterns: where the next line, or part of it, begins
  std::vector<std::uint64_t> pattern_end;  // of its last match
  std::vector<std::uint32_t> candidates;
  std::string lines;  // the window with CR as LF, where it has any

  // Hosts that are nothing, seen lately: dumps say few of them a million times.
  std::vector<std::string> dull_hosts;
  std::vector<DomainWatch::Match> host_matches;

  void process(bool last);
  void fold_window(bool with_offsets);
  void look_for_words();
  void look_for_domains();
  void look_for_patterns(bool last);
  void look_at_part(std::string_view text, std::size_t begin, std::size_t own_to, std::size_t to);
  bool as_written(const CompiledTerms::Word& word, std::size_t begin, std::size_t end);
  std::pair<std::size_t, std::size_t> source_of(std::size_t begin, std::size_t end);
  void take_matches();
  void note(std::uint32_t term, std::size_t begin, std::size_t end, Likeness likeness);
  std::string context(std::uint32_t term, std::size_t begin, std::size_t end) const;
};

void TermScan::State::fold_window(bool with_offsets) {
  Folding::State state;
  folded.clear();
  offsets.clear();
  auto* const to = with_offsets ? &offsets : nullptr;
  const std::string_view text(window);
  const auto part_of = [&](std::size_t begin, std::size_t end) {
    set->folding.fold(text.substr(begin, end - begin), state, folded, to,
                      static_cast<std::uint32_t>(begin));
    return folded.size();
  };
  own_folded_begin = part_of(0, own_begin);
  own_folded_end = part_of(own_begin, own_end);
  folded_size = part_of(own_end, text.size());
  folded.append(Automaton::kPadding, '\0');
  if (with_offsets) offsets.push_back(static_cast<std::uint32_t>(text.size()));
}

// Of [begin, end) of the folded text: the characters that it came from.
std::pair<std::size_t, std::size_t> TermScan::State::source_of(std::size_t begin, std::size_t end) {
  if (offsets.empty()) fold_window(true);
  const std::size_t from = offsets[begin];
  std::size_t to = offsets[end - 1];
  to += code_point_at(window, to).length;
  if (to < window.size() && to < offsets[end]) {
    const auto mark = code_point_at(window, to);
    if (is_sound_mark(mark.value)) to += mark.length;
  }
  return {from, to};
}

bool TermScan::State::as_written(const CompiledTerms::Word& word, std::size_t begin,
                                 std::size_t end) {
  const auto [from, to] = source_of(begin, end);
  const auto text =
      set->exact_foldings[word.exact]->of(std::string_view(window).substr(from, to - from));
  return text.find(word.as_written) != std::string::npos;
}

void TermScan::State::look_for_words() {
  const CompiledTerms& s = *set;
  const std::size_t begin = own_folded_begin;
  const std::size_t until = std::min(folded_size, own_folded_end + s.longest_word);
  const std::string_view text = std::string_view(folded).substr(begin, until - begin);
  s.automaton->search(text, [&](std::uint32_t w, std::size_t found_end) {
    const std::size_t end = begin + found_end;
    const std::size_t from = end - s.automaton->length(w);
    if (from >= own_folded_end) return;
    const auto& word = s.words[w];
    if (word.whole_left && from > 0 && is_ascii_word(folded[from - 1])) return;
    if (word.whole_right && is_ascii_word(folded[end])) return;
    if (word.exact != 0 && !as_written(word, from, end)) return;
    matches.push_back({word.term, from, end, Likeness::kSame});
    if (matches.size() >= kMostMatchesAtOnce) take_matches();
  });
}

void TermScan::State::look_for_domains() {
  constexpr std::size_t kDull = 1024;
  if (dull_hosts.empty()) dull_hosts.resize(kDull);
  const std::string_view text = std::string_view(folded).substr(0, folded_size);
  DomainWatch::hosts(text, own_folded_begin, own_folded_end,
                     [&](std::size_t begin, std::size_t end) {
                       const auto host = text.substr(begin, end - begin);
                       auto& dull = dull_hosts[std::hash<std::string_view>{}(host) % kDull];
                       if (dull == host) return;
                       set->domains->check(host, host_matches);
                       if (host_matches.empty()) {
                         dull = host;
                         return;
                       }
                       for (const auto& m : host_matches)
                         matches.push_back({m.term, end - m.bytes, end, m.likeness});
                       if (matches.size() >= kMostMatchesAtOnce) take_matches();
                     });
}

void TermScan::State::take_matches() {
  std::ranges::sort(matches, [](const Match& a, const Match& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  for (const auto& m : matches) {
    const auto [begin, end] = source_of(m.begin, m.end);
    note(m.term, begin, end, m.likeness);
  }
  matches.clear();
}

void TermScan::State::look_for_patterns(bool last) {
  const text::PatternSet& patterns = *set->patterns;
  const std::size_t size = window.size();
  std::string_view text(window);
  if (text.find('\r') != std::string_view::npos) {
    lines = window;
    std::ranges::replace(lines, '\r', '\n');
    text = lines;
  }
  pattern_end.resize(patterns.size(), 0);
  const auto from = static_cast<std::size_t>(part - base);
  // With the character before it, which may decide whether a word or a line begins.
  const std::size_t with_before = from == 0 ? 0 : character_at_or_before(text, from - 1);
  patterns.candidates(text.substr(with_before), candidates);
  while (part - base < own_end || (last && part - base < size)) {
    const auto begin = static_cast<std::size_t>(part - base);
    std::size_t end = std::min(text.find('\n', begin), size);
    const bool whole = end - begin <= kLinePart;
    const std::size_t own_to = whole ? end : character_at_or_before(text, begin + kLinePart);
    const std::size_t to = std::min(end, character_at_or_before(text, own_to + kMostPatternMatch));
    if (!candidates.empty()) look_at_part(text.substr(0, end), begin, own_to, to);
    part = base + (whole ? end + 1 : own_to);
  }
}

void TermScan::State::look_at_part(std::string_view text, std::size_t begin, std::size_t own_to,
                                   std::size_t to) {
  for (const auto id : candidates) {
    std::size_t from = begin;
    if (pattern_end[id] > base + begin) from = static_cast<std::size_t>(pattern_end[id] - base);
    while (const auto m = set->patterns->find(id, text, from, to)) {
      if (m->first >= own_to) break;
      note(set->pattern_terms[id], m->first, m->second, Likeness::kSame);
      from = m->second;
      pattern_end[id] = base + from;
    }
  }
}

std::string TermScan::State::context(std::uint32_t term, std::size_t begin, std::size_t end) const {
  const std::string_view text(window);
  std::size_t left = begin;
  for (std::size_t n = 0; n < kContextCharacters && left > 0; ++n) {
    left = character_at_or_before(text, left - 1);
  }
  std::size_t right = end;
  for (std::size_t n = 0; n < kContextCharacters && right < text.size(); ++n) {
    right += code_point_at(text, right).length;
  }
  const bool shown = set->terms()[term].kind != TermKind::kPattern;
  return set->masking.around(text.substr(left, right - left), begin - left, end - left, shown);
}

void TermScan::State::note(std::uint32_t term, std::size_t begin, std::size_t end,
                           Likeness likeness) {
  Found& f = found[term];
  if (base + begin < f.end) return;  // one that is counted goes on here
  f.end = base + end;
  f.hit.term = term;
  if (f.hit.count++ == 0) f.hit.likeness = likeness;
  if (f.hit.places.size() >= kPlaces) return;
  f.hit.places.push_back({before + newlines(std::string_view(window).substr(0, begin)) + 1,
                          base + begin, context(term, begin, end)});
}

void TermScan::State::process(bool last) {
  own_begin = static_cast<std::size_t>(done - base);
  own_end = last ? window.size() : character_at_or_before(window, own_begin + kBlock);
  if (set->automaton || set->domains) {
    fold_window(false);
    if (set->automaton) look_for_words();
    if (set->domains) look_for_domains();
    take_matches();
  }
  if (set->patterns) look_for_patterns(last);
  done = base + own_end;
  const std::size_t kept =
      own_end > kBefore ? character_at_or_before(window, own_end - kBefore) : 0;
  before += newlines(std::string_view(window).substr(0, kept));
  base += kept;
  window.erase(0, kept);
}

TermScan::TermScan(std::shared_ptr<const TermSet> set) : state_(std::make_unique<State>()) {
  // The only implementation; the contract hides what a set is made of.
  state_->set = std::static_pointer_cast<const CompiledTerms>(std::move(set));
}
TermScan::~TermScan() = default;
TermScan::TermScan(TermScan&&) noexcept = default;
TermScan& TermScan::operator=(TermScan&&) noexcept = default;

void TermScan::text(std::string_view utf8) {
  State& s = *state_;
  while (!utf8.empty()) {
    const auto have = s.base + s.window.size();
    const auto wanted = static_cast<std::size_t>(s.done + kBlock + kReach - have);
    const auto piece = utf8.substr(0, std::min(wanted, utf8.size()));
    s.window.append(piece);
    utf8.remove_prefix(piece.size());
    if (piece.size() == wanted) s.process(false);
  }
}

std::vector<TermHit> TermScan::finish() {
  State& s = *state_;
  s.process(true);
  std::vector<TermHit> hits;
  hits.reserve(s.found.size());
  for (auto& [term, found] : s.found) hits.push_back(std::move(found.hit));
  s.found.clear();
  return hits;
}

class TermCollector::Observer final : public TextObserver {
 public:
  Observer(TermCollector& all, std::string_view document)
      : all_(all), document_(document), scan_(all.set_) {}
  // What was read of a document counts, however its reading ended.
  ~Observer() override { end(); }

  void text(std::string_view utf8) override { scan_.text(utf8); }
  void end() override {
    if (std::exchange(ended_, true)) return;
    auto hits = scan_.finish();
    if (hits.empty()) return;
    const std::scoped_lock lock(all_.mutex_);
    all_.found_.push_back({std::move(document_), std::move(hits)});
  }

 private:
  TermCollector& all_;
  std::string document_;
  TermScan scan_;
  bool ended_ = false;
};

std::function<std::unique_ptr<TextObserver>(std::string_view)> TermCollector::observe() {
  return [this](std::string_view document) -> std::unique_ptr<TextObserver> {
    return std::make_unique<Observer>(*this, document);
  };
}

std::vector<DocumentHits> TermCollector::take() {
  const std::scoped_lock lock(mutex_);
  std::ranges::sort(found_, {}, &DocumentHits::document);
  return std::exchange(found_, {});
}

}  // namespace hitokoe::matcher
