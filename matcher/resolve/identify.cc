#include "hitokoe/matcher/identify.h"

#include <algorithm>
#include <bit>
#include <map>

#include "matcher/index/canaries.h"
#include "matcher/index/index.h"

namespace hitokoe::matcher {

namespace {

using identity::FieldId;
using identity::FieldSet;
using identity::FieldValue;
using identity::Fingerprint;
using identity::KeyView;

constexpr std::size_t kMostSubjects = 64;
constexpr std::size_t kMostCandidates = 256;  // of one carrier; more is no person's data

// The field that `key` is the whole value of; nothing: a part of one, or of several.
std::optional<FieldId> whole(const KeyView& key, std::span<const FieldValue> said) {
  if (std::popcount(key.sources) != 1) return std::nullopt;
  const auto source = static_cast<std::size_t>(std::countr_zero(key.sources));
  const FieldId field = said[source].field;
  const bool same =
      key.field == field || (key.field == FieldId::kRefToken && field == FieldId::kRef);
  if (!same) return std::nullopt;
  return field;
}

class CarrierLook {
 public:
  CarrierLook(const OpenCarrier& carrier, const identity::RecordKeys& keys,
              std::span<const FieldValue> said)
      : carrier_(carrier),
        segment_(*carrier.segment),
        canaries_(segment_.meta().snapshots),
        keys_(keys),
        said_(said) {}

  // `y`: of keys.index under the carrier's epoch.
  void look(std::span<const Fingerprint> y, std::vector<Identified>& out) {
    std::vector<Fingerprint> z(y.size());
    carrier_.k_idx->encrypt(y, z);
    std::map<std::uint32_t, FieldSet> candidates;
    for (std::size_t i = 0; i < z.size(); ++i) {
      const auto found = segment_.find(key_item(z[i], 0));
      if (found.size() > kMostSubjects) continue;
      const auto field = whole(keys_.index[i], said_);
      for (const Posting& p : found) {
        FieldSet& agreed = candidates[p.subject];
        if (field && in_own_base(p.klass)) agreed.add(*field);
      }
    }
    if (candidates.size() > kMostCandidates) return;
    for (auto& [subject, agreed] : candidates) {
      Identified one{carrier_.id.controller, carrier_.id.epoch, {}, agreed};
      if (!compare(subject, one)) continue;
      out.push_back(std::move(one));
    }
  }

 private:
  bool in_own_base(Klass klass) const {
    const auto& snapshots = segment_.meta().snapshots;
    return std::ranges::any_of(segment_.classes().members(klass),
                               [&](Ordinal o) { return o < snapshots.size() && snapshots[o].own; });
  }

  // Adds what the check tags say. False: nothing agrees, or it is a decoy.
  bool compare(std::uint32_t subject, Identified& one) const {
    const SubjectRow& row = segment_.subjects()[subject];
    const auto members = segment_.classes().members(row.klass & ~kLocalBit);
    if (canaries_.is_canary(members)) return false;
    one.y_ref = row.z_ref;
    carrier_.k_idx->decrypt(std::span(&one.y_ref, 1), std::span(&one.y_ref, 1));
    std::vector<std::uint32_t> tags(keys_.checks.size());
    identity::Fingerprinter::check_tags(one.y_ref, keys_.checks, tags);
    const auto rows = segment_.checks(subject);
    const auto fields = segment_.check_fields(subject);
    for (std::size_t c = 0; c < tags.size(); ++c) {
      const auto field = whole(keys_.checks[c], said_);
      if (!field) continue;
      for (std::size_t r = 0; r < rows.size(); ++r) {
        if (rows[r].tag == tags[c] && fields[r] == keys_.checks[c].field &&
            in_own_base(rows[r].klass)) {
          one.agreed.add(*field);
        }
      }
    }
    return !one.agreed.empty();
  }

  const OpenCarrier& carrier_;
  const Segment& segment_;
  CanaryLists canaries_;
  const identity::RecordKeys& keys_;
  std::span<const FieldValue> said_;
};

}  // namespace

Result<std::vector<Identified>> identify(const Index& index,
                                         std::span<const identity::FieldValue> said) {
  const auto& impl = static_cast<const IndexImpl&>(index);
  identity::RecordEncoder encoder(identity::Side::kLeak);
  const auto& keys = encoder.encode(said);
  std::vector<Identified> out;
  std::vector<Fingerprint> y(keys.index.size());
  for (const auto& fingerprinter : impl.epochs()) {
    fingerprinter.of_many(keys.index, y);
    for (const auto& carrier : impl.carriers()) {
      if (carrier.id.epoch != fingerprinter.epoch()) continue;
      CarrierLook(carrier, keys, said).look(y, out);
    }
  }
  TRYV(impl.sound());
  std::ranges::sort(out, [](const Identified& a, const Identified& b) {
    return std::tie(a.controller, a.epoch, a.y_ref) < std::tie(b.controller, b.epoch, b.y_ref);
  });
  return out;
}

}  // namespace hitokoe::matcher
