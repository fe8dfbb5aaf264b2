#include "incident/campaign/composer.h"

#include <algorithm>
#include <map>

#include "hitokoe/identity/guardian.h"
#include "hitokoe/incident/campaign_service.h"
#include "incident/campaign/mime.h"

namespace hitokoe::incident::campaign {

namespace {

// A person may have several contracts with one carrier: still one line.
void add_items(std::vector<identity::FieldId>& to, const std::vector<identity::FieldId>& items) {
  to.insert(to.end(), items.begin(), items.end());
  std::sort(to.begin(), to.end());
  to.erase(std::unique(to.begin(), to.end()), to.end());
}

}  // namespace

NoticeComposer::NoticeComposer(CampaignStore& store, CampaignRow row, VersionRow version,
                               ContactVault vault, std::string lead_name, std::string bounce_domain)
    : store_(store),
      row_(std::move(row)),
      version_(std::move(version)),
      texts_(version_.texts),
      vault_(std::move(vault)),
      lead_name_(std::move(lead_name)),
      bounce_domain_(std::move(bounce_domain)) {}

Result<NoticeComposer::Draft> NoticeComposer::draft(const RecipientRow& recipient,
                                                    bool letter) const {
  TRY(auto members, store_.members(row_.id, recipient.person));
  Draft out;
  NoticePerson person;
  std::map<std::string, std::vector<identity::FieldId>> lines;
  person.reference = recipient.person;
  bool minor = false;  // a carrier says so
  for (const auto& member : members) {
    if (!member.contact.empty()) {
      TRY(auto contact, vault_.unseal(member));
      minor = minor || identity::is_to_guardian(contact.name);
      if (member.controller == recipient.controller && member.u == recipient.u) {
        out.name = contact.name;
        out.address = mail_address(contact);
      }
      if (out.letter.address.empty() && !contact.address.empty())
        out.letter = {contact.name, contact.postal, contact.address};
      if (out.phone.empty() && !contact.phone.empty())
        out.phone = contact.phone, out.phone_name = contact.name;
    }
    add_items(lines[member.controller], member.items);
  }
  if (minor) {
    for (auto* name : {&out.name, &out.letter.name, &out.phone_name}) {
      identity::address_guardian(*name);
    }
  }
  for (auto& [controller, items] : lines) {
    NoticeCarrier carrier;
    for (const auto& n : version_.namings) {
      if (n.controller != controller) continue;
      carrier.name = n.controller_name;
      if (!n.holder.empty()) carrier.holder_names.push_back(n.holder_name);
    }
    carrier.items = std::move(items);
    person.carriers.push_back(std::move(carrier));
  }
  person.name = letter ? out.letter.name : out.name;
  person.guardian = minor;
  TRY(out.notice, texts_.notice_for(person));
  return out;
}

Result<net::Mail> NoticeComposer::mail(const RecipientRow& recipient, UtcTime date) const {
  TRY(auto d, draft(recipient));
  if (d.address.empty())
    return fail(Errc::kNotFound, recipient.person + " has no usable mail address",
                recipient.person + " に使えるメールアドレスがありません");
  NoticeMail mail;
  mail.from_name = lead_name_;
  mail.from = row_.spec.from;
  mail.to = d.address;
  mail.reply_to = row_.spec.desk.email;
  mail.subject = std::move(d.notice.subject);
  mail.message_id = notice_message_id(row_, recipient.person, version_.version);
  mail.text = std::move(d.notice.body);
  mail.date = date;
  const auto sender =
      bounce_domain_.empty() ? row_.spec.from : "bounce+" + recipient.person + "@" + bounce_domain_;
  return net::Mail{sender, mail.to, mail.message_id, compose(mail)};
}

}  // namespace hitokoe::incident::campaign
