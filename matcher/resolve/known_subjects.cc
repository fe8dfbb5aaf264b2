#include "matcher/resolve/known_subjects.h"

#include <xxhash.h>

#include <algorithm>
#include <map>

namespace hitokoe::matcher {

namespace {
constexpr double kSame = 0.98;  // shares that make two sets the same, a set a part of another
}  // namespace

std::shared_ptr<const PreparedLeaks> prepare(const std::shared_ptr<const Index>& index,
                                             const KnownLeaks& leaks) {
  return std::make_shared<const KnownSubjects>(static_cast<const IndexImpl&>(*index), leaks);
}

KnownSubjects::KnownSubjects(const IndexImpl& index, const KnownLeaks& leaks) : index_(&index) {
  view_.sets.emplace_back();
  std::map<std::vector<std::uint32_t>, std::uint32_t> numbers = {{{}, 0}};
  // The set that a customer is in, with one leak more.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> with;
  std::vector<identity::Fingerprint> z;
  for (std::uint32_t l = 0; l < leaks.size(); ++l) {
    KnownLeakView view{leaks[l].id, 0, leaks[l].as_source};
    digest_ = XXH3_64bits_withSeed(leaks[l].id.data(), leaks[l].id.size(), digest_);
    for (std::uint32_t c = 0; c < index.carriers().size(); ++c) {
      const auto& carrier = index.carriers()[c];
      const auto of_carrier = leaks[l].subjects.find(carrier.id.controller);
      if (of_carrier == leaks[l].subjects.end()) continue;
      const auto& subjects = of_carrier->second;
      z.clear();
      for (const auto& s : subjects) z.push_back(s.y_ref);
      carrier.k_idx->encrypt(z, z);
      for (std::size_t i = 0; i < z.size(); ++i) {
        const auto subject = carrier.segment->subject_with(z[i]);
        if (!subject) continue;
        ++view.subjects;
        digest_ = XXH3_64bits_withSeed(&*subject, sizeof *subject, digest_ + c);
        Known& known = known_[key(c, *subject)];
        known.fields |= subjects[i].fields.bits();
        const auto [next, fresh] = with.try_emplace({known.set, l}, 0);
        if (fresh) {
          auto set = view_.sets[known.set];
          set.push_back(l);
          const auto [number, is_new] =
              numbers.try_emplace(set, static_cast<std::uint32_t>(view_.sets.size()));
          if (is_new) view_.sets.push_back(std::move(set));
          next->second = number->second;
        }
        known.set = next->second;
      }
    }
    view.subjects = std::max(view.subjects, leaks[l].people);
    view_.leaks.push_back(std::move(view));
  }
}

std::uint32_t KnownSubjects::set_of(std::uint32_t carrier, std::uint32_t subject) const {
  if (known_.empty()) return 0;
  const auto found = known_.find(key(carrier, subject));
  return found == known_.end() ? 0 : found->second.set;
}

std::vector<std::string> KnownSubjects::seen_in(std::uint32_t carrier,
                                                std::uint32_t subject) const {
  std::vector<std::string> out;
  for (const auto leak : view_.sets[set_of(carrier, subject)]) out.push_back(view_.leaks[leak].id);
  return out;
}

Recirculation KnownSubjects::compare(std::span<const FoundSubject> found,
                                     std::span<const bool> canary,
                                     std::vector<KnownLeakResult>& leaks) const {
  Recirculation out;
  // A customer's rows together.
  std::unordered_map<std::uint64_t, std::uint64_t> fields;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!canary[i]) fields[key(found[i].carrier, found[i].subject)] |= found[i].fields;
  }
  std::vector<std::uint64_t> shared(view_.leaks.size(), 0);
  std::uint64_t new_items = 0;
  for (const auto& [subject, shown] : fields) {
    const auto known = known_.find(subject);
    if (known == known_.end()) {
      ++out.new_subjects;
      continue;
    }
    ++out.known_subjects;
    for (const auto leak : view_.sets[known->second.set]) ++shared[leak];
    const std::uint64_t more = shown & ~known->second.fields;
    out.subjects_new_items += more != 0 ? 1 : 0;
    new_items |= more;
  }
  out.new_items = identity::FieldSet::of_bits(new_items);
  const auto total = static_cast<double>(fields.size());
  const auto known_share = total > 0 ? static_cast<double>(out.known_subjects) / total : 0;
  std::size_t most = 0;
  for (std::size_t l = 0; l < shared.size(); ++l) {
    if (shared[l] > shared[most]) most = l;
    if (shared[l] > 0)
      leaks.push_back({view_.leaks[l].id, 0, 0, shared[l], view_.leaks[l].subjects});
  }
  if (shared.empty() || shared[most] == 0) return out;
  const auto best = static_cast<double>(shared[most]);
  if (known_share < kSame) {
    out.kind = "partly";
  } else if (best < kSame * total) {
    out.kind = "merge";
  } else {
    const auto old = static_cast<double>(view_.leaks[most].subjects);
    out.kind = best >= kSame * old ? "same" : "subset";
  }
  return out;
}

}  // namespace hitokoe::matcher
