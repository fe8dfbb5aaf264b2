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
    std::string name, address;  // address empty: no usable mail address
    Notice notice;
    // Of the first customer in order that has one: the other channels.
    struct Letter {
      std::string name, postal, address;  // address empty: none
    } letter;
    std::string phone_name, phone;
  };
  // Only this person's items, over all carriers. `letter`: the notice speaks to the letter's name.
  Result<Draft> draft(const RecipientRow& recipient, bool letter = false) const;
  // kNotFound: no usable address.
  Result<net::Mail> mail(const RecipientRow& recipient, UtcTime date) const;

 private:
  CampaignStore& store_;
  CampaignRow row_;
  VersionRow version_;
  NoticeTemplate texts_;
  ContactVault vault_;
  std::string lead_name_, bounce_domain_;
};

}  // namespace hitokoe::incident::campaign
