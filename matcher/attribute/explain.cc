#include "matcher/attribute/explain.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include "matcher/index/canaries.h"
#include "matcher/index/linkage.h"

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kExamples = 5;
constexpr double kWrongShare = 0.01;
constexpr std::uint64_t kFewWrong = 5;

// Never rounds up to certainty.
std::string percent(double p) {
  char text[16];
  std::snprintf(text, sizeof text, "%.1f%%", std::floor(p * 1000) / 10);
  return text;
}

// Which classes have a snapshot in them; asked of a class once.
class Having {
 public:
  Having(const ClassTable& classes, Ordinal ordinal)
      : classes_(classes), ordinal_(ordinal), known_(classes.size(), 0) {}
  bool operator()(Klass klass) {
    if (klass >= known_.size()) return false;
    char& known = known_[klass];
    if (known == 0) known = classes_.has(klass, ordinal_) ? kYes : kNo;
    return known == kYes;
  }

 private:
  static constexpr char kYes = 1, kNo = 2;
  const ClassTable& classes_;
  Ordinal ordinal_;
  std::vector<char> known_;
};

std::string number(std::uint64_t n) { return std::to_string(n); }

constexpr double kWorthSaying = 0.001;  // of a probability

// Whose copy it is, and that this need not be who leaked it: always both.
Words copy_words(const HolderResult& h) {
  const double passed_on = static_cast<double>(h.passed_on);
  if (passed_on < kWorthSaying) {
    return {"probability that it is a source: " + percent(h.probability) + ".",
            "流出元である確率は " + percent(h.probability) + " です。"};
  }
  return {"probability that its copy leaked: " + percent(h.copy_probability()) +
              ", namely by itself " + percent(h.probability) +
              ", by somebody in no register who had it from there " + percent(passed_on) + ".",
          "この写しから流出した確率は " + percent(h.copy_probability()) + " です（保有者自身から " +
              percent(h.probability) + "、保有者から受け取った未登録の者から " +
              percent(passed_on) + "）。"};
}

}  // namespace

void note_contradictions(const Leak& leak, const CarrierView& view, const Component& component,
                         HolderResult& holder) {
  if (component.guessed) return;
  std::vector<Contradiction> found;
  Having has(*view.classes, component.ordinal);
  const std::uint32_t untold = untold_columns(view.snapshots[component.ordinal]);
  for (const auto& type : leak.types()) {
    for (const auto& part : type.parts) {
      if (part.carrier != component.carrier || !has(part.subject)) continue;
      Contradiction c{type.first_row, type.rows, {}};
      for (const auto& v : part.values) {
        if (has(v.klass) || (untold & column_bit(v.field)) != 0) continue;
        if (std::ranges::find(component.columns, v.field) != component.columns.end()) {
          c.fields.push_back(v.field);
        }
      }
      if (c.fields.empty()) continue;
      holder.contradicting_rows += type.rows;
      found.push_back(std::move(c));
      if (found.size() > 4 * kExamples) {
        std::ranges::sort(found, {}, &Contradiction::row);
        found.resize(kExamples);
      }
    }
  }
  std::ranges::sort(found, {}, &Contradiction::row);
  if (found.size() > kExamples) found.resize(kExamples);
  std::erase_if(found, [](const Contradiction& c) { return c.row == kNoRow; });
  holder.contradictions = std::move(found);
}

Words holder_sentence(const HolderResult& h, std::uint64_t resolved_rows) {
  const bool dated = h.as_of != JstDay{};
  Words out{h.party, h.party};
  if (!h.snapshot.empty()) {
    out = out + Words{" (copy " + h.snapshot + (dated ? " of " + format_day(h.as_of) : "") +
                          (h.guessed ? ", never fingerprinted" : "") + ")",
                      "（写し " + h.snapshot + (dated ? "、" + format_day(h.as_of) + " 時点" : "") +
                          (h.guessed ? "、指紋なし" : "") + "）"};
  }
  out = out +
        Words{" had " + number(h.matched_rows) + " of the " + number(resolved_rows) +
                  " customers' rows, " + number(h.exclusive_rows) +
                  " of them as the only contractor; ",
              "は、特定できた " + number(resolved_rows) + " 行のうち " + number(h.matched_rows) +
                  " 行を持ち、ほかの委託先にないものは " + number(h.exclusive_rows) + " 行です。"};
  if (h.guessed) {
    out = out + Words{"its values could only be compared with the carrier's; ",
                      "値は通信会社のものとだけ比べました。"};
  } else if (h.contradicting_rows > 0) {
    out =
        out + Words{number(h.contradicting_rows) + " rows show values that its copy did not have; ",
                    number(h.contradicting_rows) + " 行の値はこの写しと違います。"};
  } else {
    out = out + Words{"no value speaks against it; ", "食い違う値はありません。"};
  }
  return out + copy_words(h);
}

Words summary_of(Verdict verdict, std::span<const HolderResult> holders, double unknown,
                 std::span<const CanaryResult> canaries, std::span<const KnownLeakResult> known,
                 double naming_threshold) {
  Words out;
  if (!canaries.empty()) {
    std::string ids;
    for (const auto& c : canaries) ids += (ids.empty() ? "" : ", ") + c.handover + " → " + c.party;
    out = out + Words{"Decoys of a handover are in the leak: it goes back to " + ids +
                          ", with certainty. ",
                      "受け渡しのおとりが含まれています。この流出が " + ids +
                          " に由来することは確実です。"};
  }
  if (!known.empty() && known.front().share > 0.95) {
    out = out + Words{"Nearly all rows are those of " + known.front().incident + ". ",
                      "ほぼすべての行が " + known.front().incident + " のものです。"};
  }
  switch (verdict) {
    case Verdict::kNoMatch:
      return out + Words{"No row belongs to a known customer.", "既知のお客さまの行はありません。"};
    case Verdict::kNamed: {
      std::string names;
      for (const auto& h : holders) {
        if (may_be_named(h, naming_threshold)) names += (names.empty() ? "" : ", ") + h.party;
      }
      const auto& first = holders.front();
      const std::string whole = percent(first.copy_probability());
      const double passed_on = static_cast<double>(first.passed_on);
      if (passed_on < kWorthSaying) {
        return out + Words{"The rows come from the copy of " + names + ", as far as can be told (" +
                               whole + "); this is no proof of who passed it on.",
                           "分かる限り、" + names + " の写しから出たものです（" + whole +
                               "）。誰が持ち出したかの証明ではありません。"};
      }
      return out +
             Words{"The rows come from the copy of " + names + ", as far as can be told (" + whole +
                       "): from " + first.party + " itself " + percent(first.probability) +
                       ", from somebody in no register who had it from there " +
                       percent(passed_on) + ". This is no proof of who passed it on.",
                   "分かる限り、" + names + " の写しから出たものです（" + whole + "。うち " +
                       first.party + " 自身から " + percent(first.probability) +
                       "、そこから受け取った未登録の者から " + percent(passed_on) +
                       "）。誰が持ち出したかの証明ではありません。"};
    }
    case Verdict::kIndistinguishable: {
      if (holders.front().indistinguishable_from.empty()) {
        const auto& h = holders.front();
        if (h.copy_probability() >= naming_threshold) {
          return out +
                 Words{"Nobody is named: the rows come from the copy of " + h.party + " (" +
                           percent(h.copy_probability()) +
                           "), but as likely as not from somebody in no register who had it from "
                           "there (" +
                           percent(static_cast<double>(h.passed_on)) + ").",
                       "断定しません。" + h.party + " の写しから出たものですが（" +
                           percent(h.copy_probability()) +
                           "）、そこから受け取った未登録の者からかもしれません（" +
                           percent(static_cast<double>(h.passed_on)) + "）。"};
        }
        return out +
               Words{"Nobody is named: the copy of " + h.party +
                         " fits best, but not well enough (" + percent(h.copy_probability()) + ").",
                     "断定しません。" + h.party +
                         " の写しが最もよく合いますが、十分ではありません（" +
                         percent(h.copy_probability()) + "）。"};
      }
      std::string names;
      for (const auto& h : holders) {
        if (&h == holders.data() || !h.indistinguishable_from.empty()) {
          names += (names.empty() ? "" : ", ") + h.party;
        }
      }
      return out + Words{"Nobody is named: " + names + " cannot be told apart by these rows.",
                         "断定しません。この行からは " + names + " を区別できません。"};
    }
    case Verdict::kUnknown:
      break;
  }
  return out +
         Words{
             "Nobody is named: a source outside the registry fits best (" + percent(unknown) + ").",
             "断定しません。台帳にない流出元が最もよく合います（" + percent(unknown) + "）。"};
}

std::vector<NotASubset> not_subsets(std::span<const CarrierView> carriers,
                                    const registry::Registry& registry,
                                    std::span<const std::string> copies) {
  std::vector<NotASubset> out;
  struct Pair {
    Ordinal copy, source;
    std::uint64_t outside = 0;
  };
  for (const auto& view : carriers) {
    const auto ordinal_of = [&](const std::string& id) -> std::optional<Ordinal> {
      const auto at = std::ranges::find(view.snapshots, id, &SegmentSnapshot::snapshot);
      if (at == view.snapshots.end()) return std::nullopt;
      return static_cast<Ordinal>(at - view.snapshots.begin());
    };
    std::vector<Pair> pairs;
    for (const auto& id : copies) {
      const auto* entry = registry.snapshot(id);
      if (entry == nullptr || entry->source.empty()) continue;
      const auto copy = ordinal_of(id);
      const auto source = ordinal_of(entry->source);
      if (copy && source) pairs.push_back({*copy, *source});
    }
    if (pairs.empty()) continue;
    const CanaryLists canaries(view.snapshots);
    for (std::size_t k = 0; k < view.classes->size(); ++k) {
      const auto klass = static_cast<Klass>(k);
      const auto subjects = view.classes->subjects(klass);
      if (subjects == 0) continue;
      const auto members = view.classes->members(klass);
      for (auto& pair : pairs) {
        if (!std::ranges::binary_search(members, pair.copy) ||
            std::ranges::binary_search(members, pair.source) || canaries.is_canary(members)) {
          continue;
        }
        pair.outside += subjects;
      }
    }
    for (const auto& pair : pairs) {
      const auto& s = view.snapshots[pair.copy];
      if (pair.outside <= kFewWrong ||
          static_cast<double>(pair.outside) <= kWrongShare * static_cast<double>(s.subjects)) {
        continue;
      }
      out.push_back(
          {s.snapshot, view.snapshots[pair.source].snapshot, s.party, pair.outside, s.subjects});
    }
  }
  std::ranges::sort(out, {}, &NotASubset::snapshot);
  return out;
}

}  // namespace hitokoe::matcher
