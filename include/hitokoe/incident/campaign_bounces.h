// Mails that came back, and what becomes of the persons: a hard bounce makes `bounced`, who then
// wait for another channel; a soft one is only counted.
//
// Who it was: the tag in the address that it came to (VERP: bounce+PERSON@domain), the Message-ID
// of the notice in what was sent back, or both; where both are there they must agree. Nothing else
// in a bounce is believed. A tag is 80 bits that only the person's own mail holds: who forges a
// bounce can only send themselves a letter.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/time.h"
#include "hitokoe/incident/campaign_store.h"
#include "hitokoe/registry/viewer.h"

namespace hitokoe::incident {

struct BounceCounts {
  std::uint64_t messages = 0;
  std::uint64_t hard = 0;        // persons that became `bounced`
  std::uint64_t soft = 0;        // not now, or words that nobody knows
  std::uint64_t repeated = 0;    // of a person who had bounced before
  std::uint64_t foreign = 0;     // no tag, another campaign's, an unknown one, or two that disagree
  std::uint64_t no_bounce = 0;   // an answer, a vacation note: for people to read
  std::uint64_t unreadable = 0;  // no mail
  BounceCounts& operator+=(const BounceCounts& other);
};

// Not thread-safe. Batches: memory does not grow with the number of mails.
class BounceDesk {
 public:
  struct Parts {
    CampaignStore& store;
    const Clock& clock;
  };
  // `campaign` empty: all campaigns of which mails have gone out. `domain`: of the tags; empty:
  // only Message-IDs count. kForbidden, kNotFound.
  static Result<BounceDesk> open(Parts parts, const registry::Viewer& viewer,
                                 const std::string& campaign, std::string domain);

  // Anything may come; an Error is of the store. @return false: its person is being mailed at this
  // moment, or was when a sender ended: to be read again later.
  Result<bool> take(ByteView mail);
  // What was taken is kept when it returns ok.
  Result<void> flush();
  // flush(), and one event for each campaign with what was read.
  Result<BounceCounts> finish();

 private:
  struct Known {
    std::string id;
    BounceCounts counts;
    std::vector<DeliveryStep> steps;
  };
  struct Tag {
    std::string campaign, person;  // campaign empty: not told
    std::uint32_t version = 0;     // 0: not told
  };
  BounceDesk(Parts parts, std::string user, std::string domain)
      : parts_(parts), user_(std::move(user)), domain_(std::move(domain)) {}
  enum class Whose { kNotOurs, kOurs, kLater };
  Result<Whose> settle(Known& campaign, const Tag& tag, bool hard, const std::string& words);
  Result<void> flush(Known& campaign);

  Parts parts_;
  std::string user_, domain_;
  std::vector<Known> campaigns_;
  BounceCounts counts_;  // those of no campaign
};

}  // namespace hitokoe::incident
