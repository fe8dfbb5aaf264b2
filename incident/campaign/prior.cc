#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <unordered_map>

#include "hitokoe/incident/campaign_prior.h"
#include "incident/campaign/access.h"
#include "incident/campaign/contacts.h"
#include "incident/campaign/subject_pages.h"

namespace hitokoe::incident {

using namespace campaign;

namespace {

constexpr std::size_t kBatch = 500;
constexpr std::size_t kMostReason = 500;

// 64 bits of SHA-256; `kind` keeps a mail address and a phone number apart. 0: nothing.
std::uint64_t digest(char kind, std::string_view text) {
  if (text.empty()) return 0;
  std::string all(1, kind);
  for (char c : text) all += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  const auto d = crypto::sha256(as_bytes(all));
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < 8; ++i) out = out << 8U | d[i];
  return out == 0 ? 1 : out;
}

}  // namespace

Result<CampaignPrior::Matcher> CampaignPrior::matcher(const Viewer& viewer,
                                                      const std::string& campaign) {
  TRYV(must_lead(viewer));
  TRY(const auto row, parts_.store.load(campaign));
  if (row.version == 0 || row.state == CampaignState::kResolving)
    return fail(Errc::kConflict, campaign + " is not frozen: there are no persons to compare with",
                campaign + " は凍結されていないため、比べる本人がいません");
  TRY(const auto vault, ContactVault::open(parts_.keys, row));
  Matcher out;
  std::unordered_map<std::string, std::uint32_t> number;
  SubjectPages pages(parts_.store, campaign, true);
  for (;;) {
    TRY(const auto page, pages.next());
    if (page.empty()) break;
    for (const auto& s : page) {
      if (s.contact.empty() || s.person.empty()) continue;
      TRY(const auto contact, vault.unseal(s));
      const auto [at, fresh] =
          number.try_emplace(s.person, static_cast<std::uint32_t>(out.persons_.size()));
      if (fresh) out.persons_.push_back(s.person);
      const auto name = digest('n', contact.name_key);
      for (const auto key : {digest('m', mail_address(contact)), digest('p', contact.phone)}) {
        if (key != 0) out.keys_.push_back({key, name, at->second});
      }
    }
  }
  std::sort(out.keys_.begin(), out.keys_.end());
  out.hit_.resize(out.persons_.size());
  return out;
}

void CampaignPrior::Matcher::add(const PriorRow& row) {
  ++out_.rows;
  const auto name = digest('n', row.name);
  std::vector<std::uint32_t> found;
  bool shared = false;
  for (const auto contact : {digest('m', row.email), digest('p', row.phone)}) {
    if (contact == 0) continue;
    std::vector<std::uint32_t> all, named;
    for (auto at = std::lower_bound(keys_.begin(), keys_.end(), Key{contact, 0, 0});
         at != keys_.end() && at->contact == contact; ++at) {
      all.push_back(at->person);
      if (at->name == name) named.push_back(at->person);
    }
    auto& mine = name != 0 ? named : all;
    std::sort(mine.begin(), mine.end());
    mine.erase(std::unique(mine.begin(), mine.end()), mine.end());
    if (mine.size() == 1) {
      found.push_back(mine.front());
    } else if (mine.size() > 1) {
      shared = true;
    }
  }
  // Mail and phone that lead to two people say nothing certain, either.
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  if (found.size() == 1) {
    hit_[found.front()] = true;
  } else if (found.size() > 1 || shared) {
    ++out_.ambiguous;
  } else {
    ++out_.unmatched;
  }
}

PriorMatch CampaignPrior::Matcher::take() {
  for (std::size_t i = 0; i < hit_.size(); ++i) {
    if (hit_[i]) out_.persons.push_back(persons_[i]);
  }
  std::sort(out_.persons.begin(), out_.persons.end());
  return std::move(out_);
}

Result<std::uint64_t> CampaignPrior::decide(const Viewer& viewer, const std::string& campaign,
                                            const PriorMatch& match, PriorDecision decision,
                                            const std::string& reason) {
  TRYV(must_lead(viewer));
  if (reason.empty() || reason.size() > kMostReason)
    return fail(Errc::kUsage, "the decision needs a reason of at most 500 bytes",
                "この決定には 500 バイト以内の理由が必要");
  std::uint64_t n = 0;
  std::vector<DeliveryStep> steps;
  const auto flush = [&]() -> Result<void> {
    if (steps.empty()) return ok();
    TRY(const auto done, parts_.store.deliver(campaign, steps, viewer.user(), parts_.clock.now()));
    n += static_cast<std::uint64_t>(std::count(done.begin(), done.end(), true));
    steps.clear();
    return ok();
  };
  for (const auto& person : match.persons) {
    TRY(const auto r, parts_.store.recipient(campaign, person));
    const bool waits = r.state == DeliveryState::kPending ||
                       (needs_somebody(r.state) && r.state != DeliveryState::kUnknownHeld);
    if (!waits) continue;
    if (decision == PriorDecision::kCorrect) {
      ++n;
      continue;
    }
    steps.push_back({person, r.state, DeliveryState::kExcluded, "", 0, reason, viewer.user()});
    if (steps.size() == kBatch) {
      TRYV(flush());
    }
  }
  TRYV(flush());
  const boost::json::object body{
      {"decision", decision == PriorDecision::kExclude ? "exclude" : "correct"},
      {"rows", match.rows},
      {"matched", match.persons.size()},
      {"persons", n},
      {"unmatched", match.unmatched},
      {"ambiguous", match.ambiguous},
      {"reason", reason}};
  TRYV(parts_.store.note(
      draft(viewer, campaign, "campaign.prior_notices", boost::json::serialize(body)),
      parts_.clock.now()));
  return n;
}

}  // namespace hitokoe::incident
