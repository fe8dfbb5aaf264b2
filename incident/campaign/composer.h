// Makes one person's mail from what was frozen. Immutable; thread-safe as the store is.
#pragma once

#include <map>
#include <string>

#include "hitokoe/incident/campaign_store.h"
#include "hitokoe/net/mail_relay.h"
#include "incident/campaign/contacts.h"
#include "incident/campaign/notice.h"

namespace hitokoe::incident::campaign {

class NoticeComposer {
 public:
  // `lead_name` stands in From:. `bounce_domain` empty: the envelope's sender is From:; otherwise
  // bounce+PERSON@bounce_domain (VERP).
  NoticeComposer(CampaignStore& store, CampaignRow row, VersionRow version, ContactVault vault,
                 std::string lead_name, std::string bounce_domain);

  struct Draft {
    std::string name, address;
    Notice notice;
  };
  // kNotFound: no usable address. Only this person's items, over all carriers.
  Result<Draft> draft(const RecipientRow& recipient) const;
  Result<net::Mail> mail(const RecipientRow& recipient, UtcTime date) const;

 private:
  CampaignStore& store_;
  CampaignRow row_;
  VersionRow version_;
  ContactVault vault_;
  std::string lead_name_, bounce_domain_;
};

}  // namespace hitokoe::incident::campaign
