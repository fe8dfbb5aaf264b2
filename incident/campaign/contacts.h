// Contacts at rest, and the ids of persons: everything that needs the campaign's data key.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "hitokoe/identity/campaign_files.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/incident/campaign_store.h"

namespace hitokoe::incident::campaign {

// The first 80 bits of a keyed hash over all customers of a person.
using PersonNumber = std::array<std::uint8_t, 10>;
std::string shown(const PersonNumber& number);            // "P" and 20 hex digits
Result<PersonNumber> person_number(std::string_view id);  // kCorrupt

struct MemberKey {
  std::string_view controller;
  const identity::Fingerprint* u = nullptr;
};

class ContactVault {
 public:
  // A fresh data key, sealed to the campaign's box key (made on first use).
  static Result<Bytes> make_data_key(identity::KeyStore& keys, const std::string& campaign,
                                     Random& random);
  // kForbidden: the campaign's key was destroyed, and with it every contact.
  static Result<ContactVault> open(identity::KeyStore& keys, const CampaignRow& row);

  Bytes seal(const std::string& controller, const identity::Contact& contact, Random& random) const;
  // All of them, in their order, on several threads.
  std::vector<SealedContact> seal_all(const std::string& controller,
                                      const std::vector<identity::Contact>& contacts,
                                      Random& random) const;
  Result<identity::Contact> unseal(const SubjectRow& subject) const;  // kCorrupt

  // "P" and 20 hex digits, from all customers that are this person.
  std::string person_id(std::span<const SubjectRow* const> members) const;
  PersonNumber person_number(std::span<const MemberKey> members) const;

 private:
  ContactVault(std::string campaign, Key256 key);
  std::string campaign_;
  Key256 key_;
  crypto::Hmac person_;
};

// The address as a mail can carry it: trimmed; empty where it cannot be used.
std::string mail_address(const identity::Contact& contact);

}  // namespace hitokoe::incident::campaign
