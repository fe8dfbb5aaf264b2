// The persons of a frozen campaign, made for millions: numbers instead of strings and rows, about
// 90 bytes a customer while they are joined or read back.
//
// What joins two customers: the same leaked row hit both, they are of different carriers, their
// canonical names are equal, and so is at least one contact (a mail address, without regard to the
// case of ASCII letters, or a telephone number). Whom that joins with the same customer is one
// person. Without a name, or without a contact, nobody is joined: family members who share a
// telephone or an address stay apart.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hitokoe/incident/campaign_store.h"
#include "incident/campaign/build_progress.h"
#include "incident/campaign/contacts.h"

namespace hitokoe::incident::campaign {

struct FrozenPersons {
  // Customers in the order (controller, u).
  std::vector<std::string> carriers;  // sorted
  std::vector<std::size_t> first;     // the first customer of each carrier; then how many there are
  std::vector<identity::Fingerprint> u;
  std::vector<identity::Salt> salts;
  std::vector<std::uint32_t> person_of;
  // Persons in the order of their ids.
  std::vector<PersonNumber> ids;
  std::vector<identity::Salt> person_salts;
  std::vector<std::uint32_t> chosen;  // the customer whose contact is used
  std::vector<std::uint32_t> sizes;   // how many customers each is
  std::vector<DeliveryState> states;  // kPending or kNoContact
  std::uint64_t no_contact = 0;       // persons without a mail address
  std::uint64_t joined = 0;           // persons that are customers of more than one carrier

  std::size_t carrier_of(std::size_t customer) const;
  const std::string& controller_of(std::size_t customer) const {
    return carriers[carrier_of(customer)];
  }
};

// Joins, gives ids and salts. Who is chosen is not known yet (frozen_tree.h). The same persons,
// ids and salts as the plain rules give from the same `random` (tests/oracle). kLimit: more than
// 2^32 - 2 customers.
Result<FrozenPersons> join_all(CampaignStore& store, const CampaignRow& row,
                               const ContactVault& vault, Random& random,
                               const BuildProgress& progress);

// As they were written by the last freeze. kCorrupt: rows that do not belong together.
Result<FrozenPersons> read_persons(CampaignStore& store, const std::string& campaign);

// The rows that a freeze writes, in the orders of CampaignChange. `persons` outlives them.
RowSource<RecipientRow> recipient_rows(const FrozenPersons& persons, std::uint32_t version);
RowSource<SubjectRow> subject_rows(const FrozenPersons& persons);
RowSource<SubjectRow> member_rows(const FrozenPersons& persons);

}  // namespace hitokoe::incident::campaign
