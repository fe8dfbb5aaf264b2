// People who were written to before the campaign, by a delegate or a carrier of its own accord, and
// people who must not be written to: a list is compared with the frozen persons, shown, and decided
// about by a person (docs/campaign.md, "Notified before").
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hitokoe/incident/campaign_service.h"

namespace hitokoe::incident {

struct PriorRow {  // canonical; empty where the list has no such column
  std::string name, email, phone;
};

struct PriorMatch {
  std::uint64_t rows = 0;
  std::vector<std::string> persons;  // that the list speaks of, each once, sorted
  std::uint64_t unmatched = 0;       // rows of nobody in the campaign
  // Rows whose mail or phone several persons share, without a name that tells them apart: a family.
  // They match nobody.
  std::uint64_t ambiguous = 0;
};

enum class PriorDecision {
  kExclude,  // they get no notice any more
  // They get it although they had another one: it corrects it. Only recorded; what it corrects
  // stands in the text of the campaign.
  kCorrect,
};

class CampaignPrior {
 public:
  explicit CampaignPrior(CampaignService::Parts parts) : parts_(parts) {}

  // kConflict: not frozen. Memory grows with the persons of the campaign, not with the list.
  class Matcher {
   public:
    void add(const PriorRow& row);
    PriorMatch take();

   private:
    friend class CampaignPrior;
    struct Key {
      std::uint64_t contact = 0;  // of a mail address or a phone number
      std::uint64_t name = 0;
      std::uint32_t person = 0;
      auto operator<=>(const Key&) const = default;
    };
    std::vector<Key> keys_;  // sorted
    std::vector<std::string> persons_;
    std::vector<bool> hit_;
    PriorMatch out_;
  };
  Result<Matcher> matcher(const Viewer& viewer, const std::string& campaign);

  // One transaction for each group of 500. kExclude: from pending, no_contact, refused, bounced or
  // returned; who was sent something already stays. @return how many it holds for
  Result<std::uint64_t> decide(const Viewer& viewer, const std::string& campaign,
                               const PriorMatch& match, PriorDecision decision,
                               const std::string& reason);

 private:
  CampaignService::Parts parts_;
};

}  // namespace hitokoe::incident
