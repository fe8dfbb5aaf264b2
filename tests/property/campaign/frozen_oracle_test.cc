// The fast way to freeze a campaign gives the same persons, salts, root, proofs and slices as the
// plain one, to the last byte, on made-up worlds of all shapes.
#include <gtest/gtest.h>

#include "incident/campaign/frozen_tree.h"
#include "tests/integration/campaign/world.h"
#include "tests/oracle/campaign/slow_frozen_set.h"

namespace hitokoe::incident::campaign {
namespace {

using hitokoe::testing::CampaignWorld;

// People with several contracts, families, namesakes, rows that hit many, carriers that do not
// know a customer, addresses that cannot be used.
void populate(CampaignWorld& w, SeededRandom& dice, std::size_t customers) {
  const char* names[] = {"山田太郎", "山田花子", "佐藤一郎", ""};
  const auto some = [&](std::uint64_t of) { return std::to_string(dice.below(of)); };
  for (std::size_t i = 0; i < customers; ++i) {
    std::vector<std::uint64_t> rows;
    for (auto n = 1 + dice.below(3); n > 0; --n) rows.push_back(dice.below(customers / 2 + 1));
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    auto email = dice.below(3) == 0 ? "" : (dice.below(2) == 0 ? "A" : "a") + some(4) + "@x.test";
    if (dice.below(8) == 0) email = "not an address";
    auto& c = w.add(dice.below(2) == 0 ? "kou" : "otsu", names[dice.below(4)], email,
                    dice.below(3) == 0 ? "" : "+8190" + some(4), rows);
    if (dice.below(2) == 0) c.items = {identity::FieldId::kEmail, identity::FieldId::kNamePhone4};
    if (dice.below(3) == 0) {
      c.postal = "1000001";
      c.address = "千代田区千代田" + some(9);
    }
    c.known = dice.below(10) != 0;
  }
}

VersionRow version_of(std::uint32_t number) {
  VersionRow v;
  v.version = number;
  v.texts = {"日本語の文面", "the English text"};
  v.desk = "窓口";
  v.namings = {{{1}, "kou", "甲通信株式会社", "", "", {}},
               {{2}, "kou", "甲通信株式会社", "callco", "丙コール株式会社", {"callco"}},
               {{3}, "otsu", "乙モバイル株式会社", "", "", {}}};
  v.concerned = {"callco", "kou", "otsu"};
  return v;
}

TEST(FrozenOracle, PersonsRootAndSlicesAreThoseOfThePlainWay) {
  std::uint64_t joined = 0, alone = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    CampaignWorld w(seed);
    SeededRandom dice(seed * 7);
    populate(w, dice, 1 + dice.below(seed % 5 == 0 ? 400 : 60));
    auto service = w.service();
    const auto id = service.create(w.lead, "INC-1", w.spec()).value().id;
    const auto requests = service.resolve(w.lead, id, w.incident(), w.affected()).value();
    for (const auto& r : requests) {
      if (dice.below(6) != 0) {
        ASSERT_TRUE(service.import_bundle(w.lead, id, w.bundle(r)));
      }
    }
    const auto row = w.store->load(id).value();
    const auto vault = ContactVault::open(*w.keys, row).value();
    auto version = version_of(1);

    SeededRandom slow_random(seed), fast_random(seed);
    auto plain = slow::OpenSubjects::open(vault, w.store->subjects(id, "").value()).value();
    const auto expected = slow::join_and_name(plain, vault, 1, slow_random);
    const auto leaves = slow::frozen_leaves(row, version, plain, expected.recipients);
    const auto hashes = slow::leaf_hashes(leaves);

    const BuildProgress silent(*w.store, w.clock, id, {}, {});
    auto persons = join_all(*w.store, row, vault, fast_random, silent).value();
    auto tree = hash_leaves(*w.store, row, version, vault, persons, Chosen::kFirst,
                            FrozenAddress::kAll, &silent)
                    .value();
    EXPECT_EQ(tree.root(), identity::merkle_root(hashes));
    EXPECT_EQ(persons.no_contact, expected.no_contact);
    EXPECT_EQ(persons.joined, expected.joined);
    joined += persons.joined;
    alone += persons.ids.size() - persons.joined;

    version.root = tree.root();
    version.persons = persons.ids.size();
    version.customers = persons.u.size();
    CampaignChange change;
    change.campaign = id;
    change.revision = row.revision;
    change.state = CampaignState::kFrozen;
    change.version = version;
    change.recipient = recipient_rows(persons, 1);
    change.subject = subject_rows(persons);
    change.member = member_rows(persons);
    ASSERT_TRUE(
        w.store->change(change, {"a", "campaign/" + id, "campaign.frozen", "{}"}, w.clock.now()));

    const auto recipients = w.store->recipients(id, "").value();
    ASSERT_EQ(recipients.size(), expected.recipients.size());
    for (std::size_t i = 0; i < recipients.size(); ++i) {
      const auto &got = recipients[i], &want = expected.recipients[i];
      EXPECT_EQ(
          std::tie(got.person, got.version, got.salt, got.controller, got.u, got.state),
          std::tie(want.person, want.version, want.salt, want.controller, want.u, want.state));
    }
    const auto subjects = w.store->subjects(id, "").value();
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      EXPECT_EQ(subjects[i].person, plain.rows[i].person);
      EXPECT_EQ(subjects[i].salt, plain.rows[i].salt);
    }
    for (const auto& r : recipients) {
      std::vector<identity::Fingerprint> want, got;
      for (const auto& s : subjects) {
        if (s.person == r.person) want.push_back(s.u);
      }
      for (const auto& m : hitokoe::testing::must(w.store->members(id, r.person)))
        got.push_back(m.u);
      EXPECT_EQ(got, want);
    }
    for (const auto* party : {"kou", "otsu", "callco", "stranger"}) {
      const auto want = slow::slice_of(party, row, version, plain, leaves, hashes);
      const auto got =
          slice_of(*w.store, party, row, version, prove(party, version, persons, tree)).value();
      EXPECT_EQ(got.evidence, want.evidence) << party;
      EXPECT_EQ(got.own_recipients, want.own_recipients);
      EXPECT_EQ(got.recipients, want.recipients);
      EXPECT_TRUE(identity::check_evidence(got)) << party;
    }

    // Read back, for the check before the sending.
    auto again = read_persons(*w.store, id).value();
    for (const auto form : {FrozenAddress::kAll, FrozenAddress::kMailOnly}) {
      const auto slow_form =
          form == FrozenAddress::kAll ? slow::FrozenAddress::kAll : slow::FrozenAddress::kMailOnly;
      const auto root =
          hash_leaves(*w.store, row, version, vault, again, Chosen::kKept, form, nullptr)
              .value()
              .root();
      EXPECT_EQ(root, identity::merkle_root(slow::leaf_hashes(slow::frozen_leaves(
                          row, version, plain, expected.recipients, slow_form))));
    }
  }
  EXPECT_GT(joined, 20U);
  EXPECT_GT(alone, 200U);
}

TEST(FrozenOracle, ABuildThatIsStoppedChangesNothingAndCanBegin) {
  CampaignWorld w(3);
  w.populate(30);
  auto service = w.service();
  const auto id = service.create(w.lead, "INC-1", w.spec()).value().id;
  for (const auto& r :
       hitokoe::testing::must(service.resolve(w.lead, id, w.incident(), w.affected())))
    ASSERT_TRUE(service.import_bundle(w.lead, id, w.bundle(r)));
  const auto before = w.store->load(id).value();
  // Asked a few times: at every one of them the build can end.
  for (int after = 0; after < 3; ++after) {
    FreezeOptions options;
    int asked = 0;
    options.stop = [&] { return asked++ >= after; };
    const auto stopped = service.freeze(w.lead, id, w.incident(), options);
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, Errc::kCancelled);
    EXPECT_EQ(w.store->load(id).value().revision, before.revision);
    EXPECT_TRUE(w.store->recipients(id, "").value().empty());
    EXPECT_FALSE(w.store->build(id).value());
  }
  std::uint64_t last = 0, total = 0;
  FreezeOptions options;
  options.progress = [&](std::uint64_t done, std::uint64_t of) {
    EXPECT_GE(done, last);
    EXPECT_LE(done, of);
    last = done;
    total = of;
  };
  ASSERT_TRUE(service.freeze(w.lead, id, w.incident(), options));
  EXPECT_GT(total, 0U);
  EXPECT_EQ(last, total);
}

}  // namespace
}  // namespace hitokoe::incident::campaign
