#include <gtest/gtest.h>

#include <sstream>

#include "hitokoe/incident/campaign_json.h"
#include "hitokoe/incident/campaign_prior.h"
#include "hitokoe/incident/campaign_service.h"
#include "tests/integration/campaign/world.h"

namespace hitokoe::incident {
namespace {

using identity::FieldId;
using registry::Role;
using testing::CampaignWorld;
using testing::TestCustomer;

template <class T>
Errc code(const Result<T>& r) {
  return r ? Errc::kInternal : r.error().code;
}

class Campaign : public ::testing::Test {
 protected:
  void SetUp() override {
    // 0, 1: one person at both carriers; 2, 3: a family; 4: nobody knows it; 5: no address.
    w.add("kou", "山田太郎", "taro@x.test", "+81901", {1});
    w.add("otsu", "山田太郎", "TARO@x.test", "", {1}, {FieldId::kEmail});
    w.add("kou", "佐藤一郎", "home@x.test", "+81902", {2});
    w.add("otsu", "佐藤花子", "home@x.test", "+81902", {2});
    w.add("kou", "", "", "", {3}).known = false;
    w.add("otsu", "鈴木次郎", "", "+81905", {4});
  }
  void create() { id = s.create(w.lead, "INC-1", w.spec()).value().id; }
  void resolve() {
    create();
    requests = s.resolve(w.lead, id, w.incident(), w.affected()).value();
  }
  void import() {
    resolve();
    for (const auto& r : requests) ASSERT_TRUE(s.import_bundle(w.lead, id, w.bundle(r)));
  }
  void freeze(bool named = true) {
    import();
    auto f = s.freeze(w.lead, id, w.incident(named), {});
    ASSERT_TRUE(f) << f.error().detail;
    frozen = std::move(f.value());
  }
  const RequestFile& request_of(const std::string& party) {
    for (const auto& r : frozen.requests) {
      if (r.party == party) return r;
    }
    ADD_FAILURE() << "no request for " << party;
    return frozen.requests.front();
  }

  CampaignWorld w{1};
  CampaignService s = w.service();
  std::string id;
  std::vector<RequestFile> requests;
  Frozen frozen;
};

TEST_F(Campaign, OneCampaignPerIncident) {
  create();
  EXPECT_EQ(code(s.create(w.lead, "INC-1", w.spec())), Errc::kExists);
  EXPECT_EQ(s.list(w.lead).value().size(), 1U);
}

TEST_F(Campaign, NeedsALeadThatExistsAndADesk) {
  auto spec = w.spec();
  spec.lead = "nobody";
  EXPECT_EQ(code(s.create(w.lead, "INC-1", spec)), Errc::kNotFound);
  spec = w.spec();
  spec.desk.phone.clear();
  EXPECT_EQ(code(s.create(w.lead, "INC-1", spec)), Errc::kBadInput);
}

TEST_F(Campaign, OnlyACoordinatorLeads) {
  create();
  for (auto role : {Role::kAuditor, Role::kDesk, Role::kOperator, Role::kParty}) {
    const Viewer v("x", role, role == Role::kParty ? "kou" : "");
    EXPECT_EQ(code(s.create(v, "INC-2", w.spec())), Errc::kForbidden);
    EXPECT_EQ(code(s.resolve(v, id, w.incident(), w.affected())), Errc::kForbidden);
    EXPECT_EQ(code(s.import_bundle(v, id, {})), Errc::kForbidden);
    EXPECT_EQ(code(s.freeze(v, id, w.incident(), {})), Errc::kForbidden);
    EXPECT_EQ(code(s.start(v, id)), Errc::kForbidden);
    EXPECT_EQ(code(s.pause(v, id)), Errc::kForbidden);
    EXPECT_EQ(code(s.settle(v, id, "P", DeliveryState::kAccepted, "x")), Errc::kForbidden);
  }
}

TEST_F(Campaign, AsksEachCarrierOnlyForItsOwnAndOnlyOnceConfirmed) {
  create();
  auto early = w.incident();
  early.state = State::kTriaged;
  EXPECT_EQ(code(s.resolve(w.lead, id, early, w.affected())), Errc::kConflict);
  auto other = w.incident();
  other.id = "INC-2";
  EXPECT_EQ(code(s.resolve(w.lead, id, other, w.affected())), Errc::kConflict);
  EXPECT_EQ(code(s.resolve(w.lead, id, w.incident(), {})), Errc::kConflict);

  const auto files = s.resolve(w.lead, id, w.incident(), w.affected()).value();
  ASSERT_EQ(files.size(), 2U);
  const auto service = w.keys->service_sign().value().public_key;
  for (const auto& f : files) {
    const auto r = identity::decode_request(f.file, service).value();
    EXPECT_EQ(r.controller, f.party);
    EXPECT_EQ(r.campaign, id);
    EXPECT_EQ(r.delegation, "own:" + f.party);
    EXPECT_TRUE(std::is_sorted(r.subjects.begin(), r.subjects.end()));
    std::set<identity::Fingerprint> expected;
    for (const auto& c : w.customers) {
      if (c.controller == f.party) expected.insert(w.u_of(c));
    }
    EXPECT_EQ(std::set(r.subjects.begin(), r.subjects.end()), expected);
  }
  // Asking again gives the same requests and changes nothing.
  const auto before = w.store->load(id).value().revision;
  EXPECT_EQ(s.resolve(w.lead, id, w.incident(), w.affected()).value().size(), 2U);
  EXPECT_EQ(w.store->load(id).value().revision, before);
}

TEST_F(Campaign, ACarrierWithoutAKeyOfItsOwnIsNamed) {
  create();
  const std::vector<AffectedSubject> subjects{{"callco", {}, {}, {1}}};
  const auto r = s.resolve(w.lead, id, w.incident(), subjects);
  EXPECT_EQ(code(r), Errc::kNotFound);
  EXPECT_NE(r.error().detail.find("callco"), std::string::npos);
}

TEST_F(Campaign, TakesABundleOnceAndOnlyFromTheCarrierThatSignedIt) {
  resolve();
  const auto file = w.bundle(requests[0]);
  const auto got = s.import_bundle(w.lead, id, file);
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got.value().controller, "kou");
  EXPECT_EQ(got.value().contacts, 2U);
  EXPECT_EQ(got.value().unresolved, 1U);
  EXPECT_EQ(code(s.import_bundle(w.lead, id, file)), Errc::kExists);

  const auto answer = w.answer(requests[1]);
  EXPECT_EQ(code(s.import_bundle(w.lead, id, w.signed_bundle(answer, "stranger"))), Errc::kCorrupt);
  EXPECT_EQ(code(s.import_bundle(w.lead, id, w.signed_bundle(answer, "kou"))), Errc::kForbidden);
  auto elsewhere = answer;
  elsewhere.incident = "INC-2";
  EXPECT_EQ(code(s.import_bundle(w.lead, id, w.signed_bundle(elsewhere, "otsu"))),
            Errc::kForbidden);
  EXPECT_EQ(w.store->bundles(id).value().size(), 1U);
}

TEST_F(Campaign, ABundleOfAnotherCampaignIsRefused) {
  resolve();
  const auto other = s.create(w.lead, "INC-2", w.spec()).value().id;
  auto incident = w.incident();
  incident.id = "INC-2";
  const auto others = s.resolve(w.lead, other, incident, w.affected()).value();
  EXPECT_FALSE(s.import_bundle(w.lead, id, w.bundle(others[0])));
  // Even sealed to our key, it names the other campaign.
  auto moved = w.answer(others[0]);
  moved.campaign = id;
  const auto box = w.keys->box(identity::KeyKind::kCampaign, id).value();
  moved.campaign = other;
  EXPECT_EQ(
      code(s.import_bundle(w.lead, id,
                           identity::encode_bundle(moved, box.public_key, w.party_keys.at("kou")))),
      Errc::kForbidden);
}

TEST_F(Campaign, TakesNoCustomersThatWereNotAskedForOrTwice) {
  resolve();
  auto b = w.answer(requests[0]);
  b.contacts[0].u[3] ^= 1;
  EXPECT_EQ(code(s.import_bundle(w.lead, id, w.signed_bundle(b, "kou"))), Errc::kBadInput);
  b = w.answer(requests[0]);
  b.contacts.push_back(b.contacts[0]);
  EXPECT_EQ(code(s.import_bundle(w.lead, id, w.signed_bundle(b, "kou"))), Errc::kBadInput);
  b = w.answer(requests[0]);
  b.unresolved.push_back(b.contacts[0].u);
  EXPECT_EQ(code(s.import_bundle(w.lead, id, w.signed_bundle(b, "kou"))), Errc::kBadInput);
  b = w.answer(requests[0]);
  b.contacts[0].name = "a\r\nBcc: x@y.test";
  EXPECT_EQ(code(s.import_bundle(w.lead, id, w.signed_bundle(b, "kou"))), Errc::kBadInput);
  EXPECT_TRUE(w.store->bundles(id).value().empty());
  for (const auto& row : testing::must(w.store->subjects(id, ""))) EXPECT_TRUE(row.contact.empty());
}

TEST_F(Campaign, EveryCutOfABundleIsRefused) {
  resolve();
  const auto file = w.bundle(requests[0]);
  for (std::size_t n = 0; n < file.size(); n += 1 + file.size() / 60)
    EXPECT_FALSE(s.import_bundle(w.lead, id, ByteView(file).first(n))) << n;
  for (std::size_t n = 0; n < file.size(); n += 1 + file.size() / 60) {
    auto altered = file;
    altered[n] ^= 0x20;
    EXPECT_FALSE(s.import_bundle(w.lead, id, altered)) << n;
  }
  EXPECT_TRUE(w.store->bundles(id).value().empty());
}

TEST_F(Campaign, ContactsAreNotReadableInTheDatabaseAndGoWithTheKey) {
  import();
  for (const auto& row : testing::must(w.store->subjects(id, ""))) {
    const auto text = std::string(as_text(row.contact));
    EXPECT_EQ(text.find("x.test"), std::string::npos);
    EXPECT_EQ(text.find("山田"), std::string::npos);
  }
  ASSERT_TRUE(w.keys->destroy(identity::KeyKind::kCampaign, id));
  EXPECT_EQ(code(s.freeze(w.lead, id, w.incident(), {})), Errc::kForbidden);
}

TEST_F(Campaign, FreezeWaitsForEveryCarrier) {
  create();
  EXPECT_EQ(code(s.freeze(w.lead, id, w.incident(), {})), Errc::kConflict);
  requests = s.resolve(w.lead, id, w.incident(), w.affected()).value();
  ASSERT_TRUE(s.import_bundle(w.lead, id, w.bundle(requests[0])));
  const auto early = s.freeze(w.lead, id, w.incident(), {});
  EXPECT_EQ(code(early), Errc::kConflict);
  EXPECT_NE(early.error().detail.find("otsu"), std::string::npos);
  FreezeOptions without;
  without.without_missing = true;
  const auto f = s.freeze(w.lead, id, w.incident(), without);
  ASSERT_TRUE(f) << f.error().detail;
  EXPECT_EQ(f.value().recipients, 2U);
  EXPECT_EQ(f.value().no_contact, 4U);
}

TEST_F(Campaign, JoinsAcrossCarriersKeepsFamiliesApartAndListsWhoHasNoAddress) {
  freeze();
  EXPECT_EQ(frozen.version.customers, 6U);
  EXPECT_EQ(frozen.version.persons, 5U);
  EXPECT_EQ(frozen.joined, 1U);
  EXPECT_EQ(frozen.recipients, 3U);
  EXPECT_EQ(frozen.no_contact, 2U);
  EXPECT_EQ(frozen.version.concerned, (std::vector<std::string>{"callco", "kou", "otsu"}));
  const auto counts = s.status(w.lead, id).value().counts;
  EXPECT_EQ(counts[static_cast<std::size_t>(DeliveryState::kPending)], 3U);
  EXPECT_EQ(counts[static_cast<std::size_t>(DeliveryState::kNoContact)], 2U);
}

TEST_F(Campaign, EachPartyGetsItsOwnSliceWithAProof) {
  freeze();
  for (const auto& party : frozen.version.concerned) {
    const auto request = w.opened(request_of(party));
    const auto slice = identity::check_evidence(request);
    ASSERT_TRUE(slice) << slice.error().detail;
    EXPECT_EQ(slice.value().persons, 5U);
    EXPECT_EQ(slice.value().own_customers, party == "callco" ? 0U : 3U);
    // Nothing of another carrier is in the file of a carrier.
    const std::string text(as_text(request.evidence));
    const std::string other = party == "kou" ? "otsu（" : "kou（";  // the lead's name is no secret
    EXPECT_EQ(text.find(other) != std::string::npos, party == "callco") << party;
  }
  const auto callco = identity::check_evidence(w.opened(request_of("callco"))).value();
  EXPECT_EQ(callco.named,
            (std::vector<std::string>{"kou（甲通信株式会社）: callco（丙コール株式会社）",
                                      "otsu（乙モバイル株式会社）: callco（丙コール株式会社）"}));
}

TEST_F(Campaign, BelowTheThresholdNobodyIsNamedOrAsked) {
  freeze(false);
  EXPECT_EQ(frozen.version.concerned, (std::vector<std::string>{"kou", "otsu"}));
  for (const auto& r : frozen.requests)
    EXPECT_EQ(std::string(as_text(w.opened(r).evidence)).find("丙コール"), std::string::npos);
  for (const auto& m : testing::must(s.preview(w.lead, id, 10)))
    EXPECT_EQ(m.body.find("丙コール"), std::string::npos);

  auto spec = w.spec();
  spec.cause = {"丙コール株式会社からの流出です。", "The data came from 丙コール株式会社."};
  FreezeOptions options;
  options.spec = spec;
  const auto named = s.freeze(w.lead, id, w.incident(false), options);
  EXPECT_EQ(code(named), Errc::kConflict);
  EXPECT_NE(named.error().detail.find("callco"), std::string::npos);
  EXPECT_TRUE(s.freeze(w.lead, id, w.incident(true), options));
  // A stranger is never named, nor one carrier to the other's customers.
  for (const char* name : {"戊印刷株式会社", "乙モバイル株式会社"}) {
    options.spec->cause = {name, name};
    EXPECT_EQ(code(s.freeze(w.lead, id, w.incident(true), options)), Errc::kConflict) << name;
  }
}

TEST_F(Campaign, OneMailListsAllItemsOfThatPersonAndOnlyTheirs) {
  freeze();
  const auto mails = s.preview(w.lead, id, 10).value();
  ASSERT_EQ(mails.size(), 3U);
  std::size_t both = 0;
  for (const auto& m : mails) {
    const bool kou =
        m.body.find("・甲通信株式会社（業務委託先：丙コール株式会社）：電話番号、氏名") !=
        std::string::npos;
    const bool otsu = m.body.find("・乙モバイル株式会社") != std::string::npos;
    EXPECT_TRUE(kou || otsu);
    both += kou && otsu ? 1 : 0;
    EXPECT_EQ(m.body.find("山田太郎"), std::string::npos) << "the sample must be masked";
    EXPECT_EQ(m.to.find("taro"), std::string::npos);
  }
  EXPECT_EQ(both, 1U);
}

TEST_F(Campaign, IsApprovedWhenEverybodyConcernedHasSignedTheSameRoot) {
  freeze();
  EXPECT_EQ(code(s.start(w.lead, id)), Errc::kConflict);
  std::size_t left = 3;
  for (const auto& r : frozen.requests) {
    const auto state = s.approve(w.lead, id, w.approval(r));
    ASSERT_TRUE(state) << state.error().detail;
    EXPECT_EQ(state.value().silent.size(), --left);
    EXPECT_EQ(code(s.approve(w.lead, id, w.approval(r))), Errc::kExists);
  }
  EXPECT_EQ(s.status(w.lead, id).value().row.state, CampaignState::kApproved);
  EXPECT_TRUE(s.start(w.lead, id));
}

TEST_F(Campaign, AnApprovalByOneWhoMayNotOrForAnotherRootIsRefused) {
  freeze();
  const auto& kou = request_of("kou");
  const auto r = w.opened(kou);
  const auto sign = [&](identity::Approval a, const std::string& by) {
    return s.approve(w.lead, id, identity::encode_approval(a, w.party_keys.at(by)));
  };
  const identity::Approval good{r.incident, r.campaign, "kou", r.version, r.root, w.clock.now()};
  auto a = good;
  a.party = "stranger";
  EXPECT_EQ(code(sign(a, "stranger")), Errc::kForbidden);
  EXPECT_EQ(code(sign(good, "otsu")), Errc::kForbidden);  // kou's, signed by otsu
  a = good;
  a.root[0] ^= 1;
  EXPECT_EQ(code(sign(a, "kou")), Errc::kConflict);
  a = good;
  a.version = 9;
  EXPECT_EQ(code(sign(a, "kou")), Errc::kConflict);
  a = good;
  a.campaign = "CMP-other";
  EXPECT_EQ(code(sign(a, "kou")), Errc::kForbidden);
  EXPECT_EQ(code(s.approve(w.lead, id, {})), Errc::kCorrupt);
  const auto file = w.approval(kou);
  for (std::size_t n = 0; n < file.size(); ++n) {
    auto altered = file;
    altered[n] ^= 1;
    EXPECT_FALSE(s.approve(w.lead, id, altered)) << n;
  }
  EXPECT_TRUE(s.approvals(w.lead, id).value().given.empty());
}

TEST_F(Campaign, AChangeMakesANewVersionAndVoidsApprovals) {
  freeze();
  const auto old = w.approval(request_of("kou"));
  ASSERT_TRUE(s.approve(w.lead, id, old));
  FreezeOptions options;
  options.spec = w.spec();
  options.spec->desk.phone = "0120-999-999";
  const auto again = s.freeze(w.lead, id, w.incident(), options);
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(again.value().version.version, 2U);
  EXPECT_NE(again.value().version.root, frozen.version.root);
  EXPECT_EQ(s.approvals(w.lead, id).value().silent.size(), 3U);
  EXPECT_EQ(code(s.approve(w.lead, id, old)), Errc::kConflict);
  ASSERT_TRUE(s.approve(w.lead, id, w.approval(again.value().requests[0])));

  // A corrected bundle voids them too.
  auto b = w.answer(requests[0]);
  b.contacts[0].email = "new@x.test";
  ASSERT_TRUE(s.import_bundle(w.lead, id, w.signed_bundle(b, "kou")));
  EXPECT_EQ(s.approvals(w.lead, id).value().silent.size(), 3U);
  EXPECT_EQ(code(s.approve(w.lead, id, w.approval(again.value().requests[1]))), Errc::kConflict);
  EXPECT_EQ(code(s.start(w.lead, id)), Errc::kConflict);
}

TEST_F(Campaign, APersonOfThePartyApprovesSignedIn) {
  freeze();
  const Viewer callco("ito", Role::kParty, "callco"), stranger("x", Role::kParty, "stranger");
  const auto& v = frozen.version;
  EXPECT_EQ(code(s.approve_as(w.lead, id, v.version, v.root)), Errc::kForbidden);
  EXPECT_EQ(code(s.approve_as(stranger, id, v.version, v.root)), Errc::kNotFound);
  auto root = v.root;
  root[1] ^= 1;
  EXPECT_EQ(code(s.approve_as(callco, id, v.version, root)), Errc::kConflict);
  const auto state = s.approve_as(callco, id, v.version, v.root);
  ASSERT_TRUE(state);
  EXPECT_EQ(state.value().given[0].user, "ito");
  EXPECT_EQ(code(s.approve_as(callco, id, v.version, v.root)), Errc::kExists);
  // Another party's file is not brought by it.
  EXPECT_EQ(code(s.approve(callco, id, w.approval(request_of("kou")))), Errc::kForbidden);
}

TEST_F(Campaign, PartiesSeeTheirOwnPartOnly) {
  freeze();
  const Viewer kou("k", Role::kParty, "kou"), callco("c", Role::kParty, "callco"),
      stranger("x", Role::kParty, "stranger"), desk("d", Role::kDesk, "");
  EXPECT_EQ(code(s.status(stranger, id)), Errc::kNotFound);
  EXPECT_EQ(code(s.status(stranger, "CMP-none")), Errc::kNotFound);
  EXPECT_TRUE(s.list(stranger).value().empty());

  const auto seen = s.status(kou, id).value();
  EXPECT_EQ(seen.customers, (std::map<std::string, std::uint64_t>{{"kou", 3}}));
  EXPECT_EQ(seen.persons, 3U);
  EXPECT_EQ(seen.bundles.size(), 1U);
  EXPECT_EQ(seen.approvals.silent, std::vector<std::string>{"kou"});
  EXPECT_TRUE(seen.row.spec.from.empty());
  for (const auto& p : testing::must(s.proof(kou, id, "")))
    EXPECT_EQ(p.controllers, std::vector<std::string>{"kou"});
  EXPECT_EQ(s.proof(kou, id, "").value().size(), 3U);
  EXPECT_EQ(s.proof(w.lead, id, "").value().size(), 5U);

  EXPECT_TRUE(s.status(callco, id).value().customers.empty());
  EXPECT_TRUE(s.proof(callco, id, "").value().empty());
  EXPECT_EQ(code(s.proof(desk, id, "")), Errc::kForbidden);
  EXPECT_EQ(code(s.preview(kou, id, 1)), Errc::kForbidden);
}

TEST_F(Campaign, SettlesWhoIsHeldFromTheRelaysLogOrByAPerson) {
  freeze();
  for (const auto& r : frozen.requests) ASSERT_TRUE(s.approve(w.lead, id, w.approval(r)));
  ASSERT_TRUE(s.start(w.lead, id));
  std::vector<std::string> held;
  for (const auto& p : testing::must(s.proof(w.lead, id, ""))) {
    if (p.state != DeliveryState::kPending) continue;
    held.push_back(p.person);
    for (auto [from, to] : {std::pair(DeliveryState::kPending, DeliveryState::kSending),
                            std::pair(DeliveryState::kSending, DeliveryState::kCommitting)}) {
      const DeliveryStep step{p.person, from, to, "run-1", 0, "", "smtp"};
      EXPECT_TRUE(w.store->deliver(id, {&step, 1}, "test", w.clock.now()).value()[0]);
    }
  }
  ASSERT_EQ(held.size(), 3U);
  EXPECT_EQ(code(s.settle(w.lead, id, held[0], DeliveryState::kAccepted, "the log")),
            Errc::kConflict);
  EXPECT_EQ(w.store->recover(id, "run-2", "test", w.clock.now()).value(),
            (std::pair<std::uint64_t, std::uint64_t>(0, 3)));

  const auto row = w.store->load(id).value();
  std::istringstream log("postfix/cleanup[1]: AAAA11: message-id=<" +
                         notice_message_id(row, held[0], 1) +
                         ">\npostfix/qmgr[1]: AAAA11: from=<n@kou.test>, size=9, nrcpt=1 (queue "
                         "active)\npostfix/cleanup[1]: BBBB22: message-id=<" +
                         notice_message_id(row, held[1], 1) + ">\n");
  const auto report = s.reconcile(w.lead, id, log).value();
  EXPECT_EQ(report.accepted, 1U);
  EXPECT_EQ(report.still_held, 2U);
  EXPECT_EQ(s.proof(w.lead, id, held[0]).value()[0].settled_by, "relay-log");

  EXPECT_EQ(code(s.settle(w.lead, id, held[1], DeliveryState::kRefused, "")), Errc::kUsage);
  EXPECT_EQ(code(s.settle(w.lead, id, held[1], DeliveryState::kPending, "x")), Errc::kUsage);
  ASSERT_TRUE(s.settle(w.lead, id, held[1], DeliveryState::kRefused, "not in the relay's log"));
  EXPECT_EQ(code(s.settle(w.lead, id, held[1], DeliveryState::kAccepted, "x")), Errc::kConflict);
  const auto proof = s.proof(w.lead, id, held[1]).value()[0];
  EXPECT_EQ(proof.state, DeliveryState::kRefused);
  EXPECT_EQ(proof.settled_by, w.lead.user());
  EXPECT_EQ(proof.reply, "not in the relay's log");
  EXPECT_GT(proof.event, 0U);
}

TEST_F(Campaign, EveryChangeIsInTheAuditLogWithoutPersonalData) {
  freeze();
  for (const auto& r : frozen.requests) ASSERT_TRUE(s.approve(w.lead, id, w.approval(r)));
  ASSERT_TRUE(s.start(w.lead, id));
  ASSERT_TRUE(s.pause(w.lead, id));
  auto log = storage::make_audit_log(w.db);
  const auto events = log->read("campaign/" + id).value();
  std::vector<std::string> kinds;
  for (const auto& e : events) {
    kinds.push_back(e.kind);
    for (const char* secret : {"x.test", "山田", "+8190", "0120"})
      EXPECT_EQ(e.body.find(secret), std::string::npos) << e.kind;
  }
  EXPECT_EQ(kinds,
            (std::vector<std::string>{"campaign.created", "campaign.resolving",
                                      "campaign.contacts_imported", "campaign.contacts_imported",
                                      "campaign.frozen", "campaign.approved", "campaign.approved",
                                      "campaign.approved", "campaign.sending", "campaign.paused"}));
  EXPECT_FALSE(log->verify(w.keys->service_sign().value().public_key).value());
}

TEST_F(Campaign, AnExclusionHoldsForWhoeverThePersonIsJoinedWithLater) {
  create();
  requests = s.resolve(w.lead, id, w.incident(), w.affected()).value();
  ASSERT_TRUE(s.import_bundle(w.lead, id, w.bundle(requests[0])));
  FreezeOptions without;
  without.without_missing = true;
  ASSERT_TRUE(s.freeze(w.lead, id, w.incident(), without));
  const auto person_of = [&](const TestCustomer& c) {
    const auto u = w.u_of(c);
    for (const auto& row : testing::must(w.store->subjects(id, ""))) {
      if (row.u == u) return row.person;
    }
    return std::string();
  };
  const auto alone = person_of(w.customers[0]);
  CampaignPrior prior(w.parts());
  PriorMatch match;
  match.persons = {alone};
  ASSERT_EQ(prior.decide(w.lead, id, match, PriorDecision::kExclude, "deceased").value(), 1U);
  EXPECT_EQ(w.store->recipient(id, alone).value().state, DeliveryState::kExcluded);

  // The other carrier answers: the same human being is another person now.
  ASSERT_TRUE(s.import_bundle(w.lead, id, w.bundle(requests[1])));
  ASSERT_TRUE(s.freeze(w.lead, id, w.incident(), {}));
  const auto joined = person_of(w.customers[0]);
  EXPECT_NE(joined, alone);
  EXPECT_EQ(joined, person_of(w.customers[1]));
  const auto kept = w.store->recipient(id, joined).value();
  EXPECT_EQ(kept.state, DeliveryState::kExcluded);
  EXPECT_EQ(kept.reply, "deceased");
  const auto counts = s.status(w.lead, id).value().counts;
  EXPECT_EQ(counts[static_cast<std::size_t>(DeliveryState::kExcluded)], 1U);
  EXPECT_EQ(counts[static_cast<std::size_t>(DeliveryState::kPending)], 2U);

  // And when the carriers' contacts part them again.
  auto other = w.answer(requests[1]);
  for (auto& c : other.contacts) c.email = "other@x.test";
  ASSERT_TRUE(s.import_bundle(w.lead, id, w.signed_bundle(other, "otsu")));
  ASSERT_TRUE(s.freeze(w.lead, id, w.incident(), {}));
  EXPECT_EQ(w.store->recipient(id, person_of(w.customers[0])).value().state,
            DeliveryState::kExcluded);
}

TEST_F(Campaign, ARefusalIsOfTheVersionThatWasRead) {
  freeze();
  const Viewer callco("ito", Role::kParty, "callco");
  const auto& v = frozen.version;
  auto root = v.root;
  root[1] ^= 1;
  EXPECT_EQ(code(s.refuse(callco, id, "callco", "no", {v.version, root})), Errc::kConflict);
  EXPECT_EQ(code(s.refuse(callco, id, "callco", "no", {v.version + 1, v.root})), Errc::kConflict);
  ASSERT_TRUE(s.freeze(w.lead, id, w.incident(), {}));
  EXPECT_EQ(code(s.refuse(callco, id, "callco", "no", {v.version, v.root})), Errc::kConflict)
      << "it changed while it was read";
  EXPECT_TRUE(w.store->refusals(id, v.version + 1).value().empty());
  EXPECT_TRUE(s.refuse(callco, id, "callco", "no", {v.version + 1, std::nullopt}));
  EXPECT_EQ(w.store->refusals(id, v.version + 1).value().size(), 1U);
}

TEST_F(Campaign, TheStatusCountsWhatTheRowsSay) {
  freeze();
  for (const auto& r : frozen.requests) ASSERT_TRUE(s.approve(w.lead, id, w.approval(r)));
  ASSERT_TRUE(s.start(w.lead, id));
  const auto recipients = w.store->recipients(id, "").value();
  std::vector<DeliveryStep> steps;
  for (const auto& r : recipients) {
    if (r.state != DeliveryState::kPending) continue;
    for (const auto& [from, to] : {std::pair{DeliveryState::kPending, DeliveryState::kSending},
                                   std::pair{DeliveryState::kSending, DeliveryState::kPending},
                                   std::pair{DeliveryState::kPending, DeliveryState::kSending},
                                   std::pair{DeliveryState::kSending, DeliveryState::kCommitting},
                                   std::pair{DeliveryState::kCommitting, DeliveryState::kAccepted}})
      steps.push_back({r.person, from, to, "run", 0, "", "smtp"});
    ASSERT_TRUE(w.store->deliver(id, steps, "a", w.clock.now()));
    steps.clear();
    w.clock.advance(std::chrono::seconds(2));
  }
  const auto kou = Viewer("k", Role::kParty, "kou");
  for (const auto& viewer : {w.lead, kou}) {
    const auto only = viewer.sees_all_parties() ? std::string() : viewer.party();
    CampaignStore::Counts plain{};
    for (const auto& r : testing::must(w.store->recipients(id, only)))
      ++plain[static_cast<std::size_t>(r.state)];
    const auto status = s.status(viewer, id).value();
    EXPECT_EQ(status.counts, plain);
    EXPECT_GT(status.per_second, 0.4);
    EXPECT_LT(status.per_second, 0.6);
    EXPECT_EQ(status.retried, viewer.sees_all_parties() ? 3U : 2U);
  }
}

TEST_F(Campaign, TheStatusShowsABuildThatGoesOnElsewhere) {
  import();
  const auto json = [&](const Viewer& viewer) { return to_json(s.status(viewer, id).value()); };
  EXPECT_NE(json(w.lead).find(R"("build":null)"), std::string::npos);
  const auto now = w.clock.now();
  ASSERT_TRUE(
      w.store->note_build(id, BuildRow{"hash", 250, 1000, now - std::chrono::seconds(10), now}));
  const auto shown = json(w.lead);
  EXPECT_NE(shown.find(R"("stage":"hash","done":250,"total":1000)"), std::string::npos) << shown;
  EXPECT_NE(shown.find(R"("remaining_seconds":31)"), std::string::npos) << shown;
  EXPECT_NE(json(Viewer("k", Role::kParty, "kou")).find(R"("build":null)"), std::string::npos);
  w.clock.advance(std::chrono::minutes(16));
  EXPECT_NE(json(w.lead).find(R"("build":null)"), std::string::npos) << "it must have crashed";
  // The next build takes the word away.
  ASSERT_TRUE(w.store->note_build(id, std::nullopt));
  EXPECT_NE(json(w.lead).find(R"("build":null)"), std::string::npos);
}

TEST_F(Campaign, TheSecondOfTwoChangesAtOnceIsRefused) {
  create();
  const auto row = w.store->load(id).value();
  CampaignChange change;
  change.campaign = id;
  change.revision = row.revision;
  change.state = CampaignState::kResolving;
  EXPECT_TRUE(w.store->change(change, {"a", "campaign/" + id, "campaign.x", "{}"}, w.clock.now()));
  EXPECT_EQ(
      code(w.store->change(change, {"a", "campaign/" + id, "campaign.x", "{}"}, w.clock.now())),
      Errc::kConflict);
}

}  // namespace
}  // namespace hitokoe::incident
