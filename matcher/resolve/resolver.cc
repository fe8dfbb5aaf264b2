#include "matcher/resolve/resolver.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

namespace hitokoe::matcher {

namespace {

using identity::FieldId;
using identity::Fingerprint;
using identity::KeyView;

constexpr std::size_t kAhead = 16;            // lines that are fetched before they are looked at
constexpr std::size_t kMostSubjects = 64;     // a value that more customers share says nothing
constexpr std::size_t kTagTasks = 1U << 14;   // check tags that are made at once
constexpr std::size_t kRowsAtOnce = 128;      // keys, forms and hashes of these stay in the cache
constexpr std::size_t kMostCandidates = 256;  // of a row and carrier; more is no record

std::uint64_t bit_of(FieldId field) {
  return std::uint64_t{1} << (static_cast<unsigned>(field) & 63U);
}

bool is_name(FieldId field) {
  return field == FieldId::kName || field == FieldId::kKana || field == FieldId::kRomaji;
}

}  // namespace

struct Resolver::Batch {
  struct Row {
    std::uint64_t number = 0;
    std::uint32_t keys = 0;            // where its keys begin
    std::uint32_t checks = 0;          // where its checks begin
    std::uint64_t fields = 0;          // bits of the column fields that it carried
    std::array<FieldId, 32> source{};  // by source bit
  };
  struct Hit {  // a key of a row leads to a subject
    std::uint32_t row;
    std::uint32_t carrier;
    std::uint32_t subject;
    std::uint32_t key;
    Klass klass;
    auto operator<=>(const Hit&) const = default;
  };

  std::vector<Row> rows;
  std::vector<KeyView> keys;
  std::vector<KeyView> checks;
  std::vector<std::uint32_t> row_of;  // by key
  std::vector<Hit> hits;

  std::vector<Fingerprint> y, z;
  std::vector<std::uint32_t> passed;  // keys that the filter let through
  std::vector<Fingerprint> passed_y;
  // A subject that a row may be: its hits are hits[first … end), the tags of the row's checks under
  // it begin at tags[tag].
  struct Candidate {
    std::size_t first, end;
    std::size_t tag;
  };
  std::vector<Candidate> candidates;  // by row, carrier and subject
  std::vector<Fingerprint> y_refs;    // by candidate
  std::vector<Fingerprint> of_carrier;
  std::vector<identity::Fingerprinter::TagTask> tag_tasks;  // that wait for make_tags()
  std::vector<Fingerprint> tag_subjects;                    // theirs
  std::vector<std::uint32_t> tags;
  std::vector<Agreement> agreements;
  std::vector<RowPart> parts;

  // Of the tasks that wait; behind those that are there.
  void make_tags() {
    const std::size_t there = tags.size();
    tags.resize(there + tag_tasks.size());
    identity::Fingerprinter::check_tags_many(tag_subjects, tag_tasks,
                                             std::span(tags).subspan(there));
    tag_tasks.clear();
    tag_subjects.clear();
  }

  std::span<const KeyView> checks_of(std::size_t row) const {
    const std::size_t end = row + 1 < rows.size() ? rows[row + 1].checks : checks.size();
    return std::span(checks).subspan(rows[row].checks, end - rows[row].checks);
  }
  const Hit& hit_of(std::size_t candidate) const { return hits[candidates[candidate].first]; }
  // Candidates from `first` on for the same row and carrier.
  std::size_t end_of_carrier(std::size_t first) const {
    std::size_t end = first;
    while (end < candidates.size() && hit_of(end).row == hit_of(first).row &&
           hit_of(end).carrier == hit_of(first).carrier) {
      ++end;
    }
    return end;
  }
};

Resolver::Resolver(std::shared_ptr<const IndexImpl> index,
                   std::shared_ptr<const KnownSubjects> known)
    : index_(std::move(index)),
      known_(std::move(known)),
      encoder_(identity::Side::kLeak),
      batch_(std::make_unique<Batch>()) {
  for (const auto& c : index_->carriers()) canaries_.emplace_back(c.segment->meta().snapshots);
}

Resolver::~Resolver() = default;
Resolver::Resolver(Resolver&&) noexcept = default;
Resolver& Resolver::operator=(Resolver&&) noexcept = default;

Findings Resolver::resolve(const RowBatch& rows, std::uint64_t first_row) {
  found_ = Findings();
  next_row_ = first_row;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (batch_->rows.size() == kRowsAtOnce) flush();
    add(rows.row(i));
  }
  flush();
  found_.counts.rows = rows.size();
  return std::exchange(found_, Findings());
}

void Resolver::add(std::span<const identity::FieldValue> values) {
  Batch& b = *batch_;
  Batch::Row row;
  row.keys = static_cast<std::uint32_t>(b.keys.size());
  row.checks = static_cast<std::uint32_t>(b.checks.size());
  std::uint32_t unreadable = 0;
  if (!encoder_.append(values, b.keys, b.checks, unreadable)) {
    flush();
    row.keys = row.checks = 0;
    encoder_.append(values, b.keys, b.checks, unreadable);
  }
  row.number = next_row_++;
  for (std::size_t i = 0; i < values.size(); ++i) {
    row.source[i] = values[i].field;
    if ((unreadable >> i & 1U) == 0) row.fields |= bit_of(values[i].field);
  }
  b.row_of.resize(b.keys.size(), static_cast<std::uint32_t>(b.rows.size()));
  found_.counts.tokens += b.keys.size() - row.keys;
  b.rows.push_back(row);
}

// What somebody may have of the batch's keys.
void Resolver::pass_filter() {
  Batch& b = *batch_;
  b.passed.clear();
  b.passed_y.clear();
  if (index_->carriers().size() == 1) {
    // Its table says "nobody" at the same price.
    b.passed.resize(b.keys.size());
    std::iota(b.passed.begin(), b.passed.end(), 0U);
    b.passed_y = b.y;
    return;
  }
  b.z.resize(b.keys.size());
  index_->k_filter()->encrypt(b.y, b.z);
  const Filter& filter = *index_->filter();
  for (std::size_t i = 0; i < b.z.size(); ++i) {
    if (i + kAhead < b.z.size()) filter.prefetch(key_item(b.z[i + kAhead], 0));
    if (filter.may_have(key_item(b.z[i], 0))) {
      b.passed.push_back(static_cast<std::uint32_t>(i));
      b.passed_y.push_back(b.y[i]);
    }
  }
}

void Resolver::probe(std::size_t epoch) {
  Batch& b = *batch_;
  const auto& fingerprinter = index_->epochs()[epoch];
  b.y.resize(b.keys.size());
  fingerprinter.of_many(b.keys, b.y);
  pass_filter();
  if (b.passed.empty()) return;
  b.z.resize(b.passed.size());
  const auto& carriers = index_->carriers();
  for (std::size_t c = 0; c < carriers.size(); ++c) {
    if (carriers[c].id.epoch != fingerprinter.epoch()) continue;
    carriers[c].k_idx->encrypt(b.passed_y, b.z);
    const Segment& segment = *carriers[c].segment;
    for (std::size_t i = 0; i < b.z.size(); ++i) {
      if (i + 2 * kAhead < b.z.size()) segment.prefetch(key_item(b.z[i + 2 * kAhead], 0));
      if (i + kAhead < b.z.size()) segment.prefetch_entry(key_item(b.z[i + kAhead], 0));
      const auto found = segment.find(key_item(b.z[i], 0));
      if (found.size() > kMostSubjects) continue;
      for (const auto& p : found) {
        segment.prefetch_subject(p.subject);
        b.hits.push_back({b.row_of[b.passed[i]], static_cast<std::uint32_t>(c), p.subject,
                          b.passed[i], p.klass});
      }
    }
  }
}

void Resolver::flush() {
  Batch& b = *batch_;
  if (b.rows.empty()) return;
  b.hits.clear();
  if (!index_->carriers().empty()) {
    for (std::size_t epoch = 0; epoch < index_->epochs().size(); ++epoch) probe(epoch);
  }
  if (!b.hits.empty()) resolve_rows();
  encoder_.restart();
  b.rows.clear();
  b.keys.clear();
  b.checks.clear();
  b.row_of.clear();
}

namespace {

// What of a value's several forms speaks: the one that fewest snapshots had.
void note_value(std::vector<AgreedValue>& values, const ClassTable& classes, FieldId field,
                Klass klass) {
  const auto at = std::ranges::find(values, field, &AgreedValue::field);
  if (at == values.end()) {
    values.push_back({field, klass});
    return;
  }
  const auto size = [&](Klass k) { return classes.members(k).size(); };
  if (std::pair(size(klass), klass) < std::pair(size(at->klass), at->klass)) at->klass = klass;
}

}  // namespace

void Resolver::gather_candidates() {
  Batch& b = *batch_;
  std::ranges::sort(b.hits);
  const auto& carriers = index_->carriers();
  b.candidates.clear();
  b.y_refs.clear();
  for (std::size_t i = 0; i < b.hits.size();) {
    std::size_t end = i;
    while (end < b.hits.size() && b.hits[end].row == b.hits[i].row &&
           b.hits[end].carrier == b.hits[i].carrier && b.hits[end].subject == b.hits[i].subject) {
      ++end;
    }
    const Segment& segment = *carriers[b.hits[i].carrier].segment;
    segment.prefetch_checks(b.hits[i].subject);
    b.candidates.push_back({i, end, 0});
    b.y_refs.push_back(segment.subjects()[b.hits[i].subject].z_ref);
    i = end;
  }
  // z → y: all candidates of a carrier in one go.
  for (std::size_t c = 0; c < carriers.size(); ++c) {
    b.of_carrier.clear();
    for (std::size_t i = 0; i < b.candidates.size(); ++i) {
      if (b.hit_of(i).carrier == c) b.of_carrier.push_back(b.y_refs[i]);
    }
    carriers[c].k_idx->decrypt(b.of_carrier, b.of_carrier);
    std::size_t at = 0;
    for (std::size_t i = 0; i < b.candidates.size(); ++i) {
      if (b.hit_of(i).carrier == c) b.y_refs[i] = b.of_carrier[at++];
    }
  }
}

// The tags that the rows' checks have under each candidate.
void Resolver::tag_candidates() {
  Batch& b = *batch_;
  b.tags.clear();
  for (std::size_t i = 0; i < b.candidates.size();) {
    const std::size_t end = b.end_of_carrier(i);
    const bool too_many = end - i > kMostCandidates;
    for (; i < end; ++i) {
      b.candidates[i].tag = b.tags.size() + b.tag_tasks.size();
      const auto& hit = b.hit_of(i);
      const auto checks = b.checks_of(hit.row);
      if (too_many || checks.empty() ||
          index_->carriers()[hit.carrier].segment->checks(hit.subject).empty()) {
        continue;
      }
      for (const auto& check : checks) {
        b.tag_tasks.push_back({static_cast<std::uint32_t>(b.tag_subjects.size()), &check});
      }
      b.tag_subjects.push_back(b.y_refs[i]);
      if (b.tag_tasks.size() >= kTagTasks) b.make_tags();
    }
  }
  b.make_tags();
}

Agreement Resolver::agreement_of(std::size_t candidate) const {
  const Batch& b = *batch_;
  const auto& one = b.candidates[candidate];
  const auto& hit = b.hit_of(candidate);
  Agreement a;
  a.subject = hit.subject;
  a.canary = is_canary(hit.carrier, hit.subject);
  a.unlinked =
      (index_->carriers()[hit.carrier].segment->subjects()[hit.subject].klass & kLocalBit) != 0;
  for (std::size_t h = one.first; h < one.end; ++h) {
    const KeyView& key = b.keys[b.hits[h].key];
    a.keys.push_back({key.field, key.sources, b.hits[h].klass});
  }
  const Segment& segment = *index_->carriers()[hit.carrier].segment;
  const auto rows = segment.checks(a.subject);
  const auto checks = b.checks_of(hit.row);
  if (rows.empty() || checks.empty()) return a;
  const auto fields = segment.check_fields(a.subject);
  // Latin letters beside a subject of whom only kanji are known say neither yes nor no.
  const bool romaji = std::ranges::find(fields, FieldId::kRomaji) != fields.end() &&
                      std::ranges::find(checks, FieldId::kRomaji, &KeyView::field) != checks.end();
  const auto may_differ = [&](FieldId f) {
    return is_name(f) && (romaji || f != FieldId::kRomaji);
  };
  bool row_named = false;
  bool name_agrees = false;
  for (std::size_t c = 0; c < checks.size(); ++c) {
    const std::uint32_t tag = b.tags[one.tag + c];
    row_named = row_named || may_differ(checks[c].field);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      if (rows[r].tag != tag || fields[r] != checks[c].field) continue;
      a.checks.push_back({checks[c].field, checks[c].sources, rows[r].klass});
      name_agrees = name_agrees || is_name(checks[c].field);
    }
  }
  a.name_differs = row_named && !name_agrees && std::ranges::any_of(fields, may_differ);
  return a;
}

bool Resolver::is_canary(std::uint32_t carrier, std::uint32_t subject) const {
  if (!canaries_[carrier].any()) return false;
  const Segment& segment = *index_->carriers()[carrier].segment;
  const Klass klass = segment.subjects()[subject].klass & ~kLocalBit;
  return canaries_[carrier].is_canary(segment.classes().members(klass));
}

RowPart Resolver::part_of(const Agreement& best, std::uint32_t carrier, std::size_t row) const {
  const Segment& segment = *index_->carriers()[carrier].segment;
  RowPart part;
  part.carrier = carrier;
  part.subject = segment.subjects()[best.subject].klass & ~kLocalBit;
  if (known_) part.known = known_->set_of(carrier, best.subject);
  const auto note = [&](const Agreement::Key& k) {
    if (std::popcount(k.sources) != 1) return;
    const auto source = static_cast<std::size_t>(std::countr_zero(k.sources));
    note_value(part.values, segment.classes(), batch_->rows[row].source[source], k.klass);
  };
  for (const auto& k : best.keys) note(k);
  for (const auto& c : best.checks) note(c);
  std::ranges::sort(part.values);
  return part;
}

void Resolver::note_subject(const Agreement& best, std::uint32_t carrier, std::size_t row_number) {
  const Batch::Row& row = batch_->rows[row_number];
  auto& subjects = found_.subjects;
  // Two epochs live side by side: the newer (the later one here) stands for the customer.
  const auto& carriers = index_->carriers();
  if (!subjects.empty() && subjects.back().row == row.number &&
      carriers[subjects.back().carrier].id.controller == carriers[carrier].id.controller) {
    subjects.pop_back();
  }
  subjects.push_back({row.number, row.fields, carrier, best.subject,
                      static_cast<std::uint32_t>(std::popcount(best.sources()))});
}

// The row of this candidate; leaves the first candidate of the next.
void Resolver::resolve_row(std::size_t& candidate) {
  Batch& b = *batch_;
  const std::uint32_t row = b.hit_of(candidate).row;
  b.parts.clear();
  while (candidate < b.candidates.size() && b.hit_of(candidate).row == row) {
    const std::uint32_t carrier = b.hit_of(candidate).carrier;
    const std::size_t first = candidate;
    candidate = b.end_of_carrier(first);
    if (candidate - first > kMostCandidates) continue;
    b.agreements.clear();
    for (std::size_t i = first; i < candidate; ++i) b.agreements.push_back(agreement_of(i));
    const Agreement* best = best_of(b.agreements);
    if (best == nullptr) continue;
    b.parts.push_back(part_of(*best, carrier, row));
    note_subject(*best, carrier, row);
  }
  if (b.parts.empty()) {
    ++found_.counts.ambiguous;
  } else {
    ++found_.counts.matched;
    found_.leak.add(b.parts, 1, b.rows[row].number);
  }
}

void Resolver::resolve_rows() {
  gather_candidates();
  tag_candidates();
  for (std::size_t i = 0; i < batch_->candidates.size();) resolve_row(i);
}

}  // namespace hitokoe::matcher
