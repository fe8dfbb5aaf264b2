// Two carriers that share customers, a contractor of both, its sub-contractor, and a stranger; the
// service's keys and database; and what carriers and contractors answer. All made up.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/incident/campaign_service.h"
#include "hitokoe/storage/sql.h"
#include "tests/scratch_folder.h"

namespace hitokoe::testing {

// The value itself: a range-for over `f().value()` would read what is gone.
template <class T>
T must(Result<T> r) {
  return std::move(r.value());
}

struct TestCustomer {
  std::string controller;
  identity::Fingerprint y_ref{};
  std::vector<std::uint64_t> rows;
  std::vector<identity::FieldId> items;
  std::string name, email, phone, postal, address;
  bool known = true;     // does the carrier find it?
  std::string name_key;  // by which customers are one person; empty: the name
};

class CampaignWorld {
 public:
  // `folder` empty: one of its own, database in memory. Otherwise database and keys are in it, made
  // on first use and found again.
  explicit CampaignWorld(std::uint64_t seed, std::filesystem::path folder = {});

  // `persons` people; a third are customers of both carriers, joined by one row.
  void populate(std::size_t persons);
  TestCustomer& add(std::string controller, std::string name, std::string email, std::string phone,
                    std::vector<std::uint64_t> rows,
                    std::vector<identity::FieldId> items = {identity::FieldId::kName,
                                                            identity::FieldId::kPhone});

  incident::CampaignSpec spec() const;
  incident::IncidentView incident(bool named = true) const;
  std::vector<incident::AffectedSubject> affected() const;
  identity::Fingerprint u_of(const TestCustomer& c);

  // What the carrier's agent answers to a request.
  identity::ContactBundle answer(const incident::RequestFile& request);
  Bytes signed_bundle(const identity::ContactBundle& bundle, const std::string& signer);
  Bytes bundle(const incident::RequestFile& request);
  Bytes approval(const incident::RequestFile& request);
  identity::ApprovalRequest opened(const incident::RequestFile& request);

  incident::CampaignService service();
  incident::CampaignService::Parts parts();

  // Ready to be sent: new, resolve, bundles, freeze, approvals. @return the campaign
  std::string approved();

  std::optional<ScratchFolder> own;  // where none was given; goes last
  std::filesystem::path folder;
  SimulatedClock clock;
  SeededRandom random;
  registry::Registry registry;
  std::shared_ptr<storage::Database> db;
  std::unique_ptr<incident::CampaignStore> store;
  std::unique_ptr<identity::KeyStore> keys;
  std::vector<TestCustomer> customers;
  std::map<std::string, crypto::SignKeyPair> party_keys;
  const registry::Viewer lead = registry::Viewer::local("test");
};

registry::Registry test_registry();

}  // namespace hitokoe::testing
