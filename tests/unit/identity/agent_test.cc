#include "hitokoe/identity/agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "hitokoe/base/file.h"
#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/identity/record_keys.h"
#include "tests/scratch_folder.h"

namespace hitokoe::identity {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr crypto::Argon2Cost kCheap{1, 64U << 10};

// A service and one party that it has issued a key to.
class AgentTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(Agent::init(home(), "callco", pass(), clock_, random_, kCheap));
    issue("K.hkk", "D1", {FieldId::kRef, FieldId::kName, FieldId::kPhone});
  }

  std::filesystem::path home() const { return dir_ / "home"; }
  static SecretText pass(const char* text = "agent") { return SecretText(text); }
  Agent agent() {
    auto a = Agent::open(home(), pass(), clock_, random_);
    EXPECT_TRUE(a) << a.error().detail;
    return std::move(a).value();
  }

  IssuedKey key(std::string delegation, std::vector<FieldId> items) {
    IssuedKey k;
    k.party = "callco";
    k.controller = "kou";
    k.delegation = std::move(delegation);
    k.delegation_key = k_d_.clone();
    k.epochs.push_back({1, g_.clone()});
    k.tables = tables_digest();
    k.items = std::move(items);
    k.service_sign = service_sign_.public_key;
    k.service_box = service_box_.public_key;
    return k;
  }
  void put_key(const std::string& name, const IssuedKey& k) {
    const auto enrolment = agent().status().value().enrolment;
    dir_.put(name, encode_issued_key(k, enrolment, service_sign_));
  }
  void issue(const std::string& name, std::string delegation, std::vector<FieldId> items) {
    put_key(name, key(std::move(delegation), std::move(items)));
  }

  FingerprintJob job(std::string_view content, std::string_view columns) {
    FingerprintJob j;
    j.key = dir_ / "K.hkk";
    j.snapshot = "S1";
    j.customers.path = dir_.put("in.csv", as_bytes(content));
    j.customers.columns = ColumnMap::parse(columns).value();
    j.out = dir_ / "out.hkf";
    return j;
  }

  std::vector<HkfRecord> read(const std::filesystem::path& path) {
    std::vector<HkfRecord> out;
    const auto r = read_hkf(path, service_box_, [&](const HkfRecord& record) -> Result<void> {
      out.push_back(record);
      return ok();
    });
    EXPECT_TRUE(r) << r.error().detail;
    return out;
  }

  ScratchFolder dir_;
  SimulatedClock clock_{parse_utc("2026-06-30T16:00:00Z").value()};  // 1 July in Japan
  SeededRandom random_{2};
  crypto::SignKeyPair service_sign_ = crypto::make_sign_keys(random_);
  crypto::BoxKeyPair service_box_ = crypto::make_box_keys(random_);
  Key256 g_ = crypto::random_key256(random_);
  Key128 k_d_ = crypto::random_key128(random_);
};

TEST_F(AgentTest, MakesTheFileThatTheDefinitionDescribes) {
  auto a = agent();
  const auto r =
      a.fingerprint(job("番号,氏名,電話\nC1,山田太郎,090-1234-5678\nC2,鈴木花子,03-1234-5678\n",
                        "番号=ref,氏名=name,電話=phone"));
  ASSERT_TRUE(r) << r.error().detail;
  const HkfHeader& h = r.value().header;
  EXPECT_EQ(h.party, "callco");
  EXPECT_EQ(h.controller, "kou");
  EXPECT_EQ(h.delegation, "D1");
  EXPECT_EQ(h.snapshot, "S1");
  EXPECT_EQ(h.sequence, 1U);
  EXPECT_EQ(format_day(h.as_of), "2026-07-01");
  EXPECT_EQ(h.records, 2U);
  EXPECT_EQ(h.signer, a.status().value().enrolment.sign);
  EXPECT_EQ(h.key, key_check(k_d_));
  EXPECT_THAT(h.columns, ElementsAre(FieldId::kRef, FieldId::kPhone, FieldId::kName));

  // Row by row with single calls, against the batches of the job.
  const Fingerprinter fingerprinter(1, g_);
  const crypto::Aes128 aes(k_d_);
  const auto encrypt = [&](const Fingerprint& y) {
    Fingerprint u;
    aes.encrypt({&y, 1}, {&u, 1});
    return u;
  };
  RecordEncoder encoder(Side::kHolder);
  const auto records = read(dir_ / "out.hkf");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_LT(records[0].u_ref, records[1].u_ref);
  const std::vector<std::vector<FieldValue>> rows{
      {{FieldId::kRef, "C1"}, {FieldId::kName, "山田太郎"}, {FieldId::kPhone, "090-1234-5678"}},
      {{FieldId::kRef, "C2"}, {FieldId::kName, "鈴木花子"}, {FieldId::kPhone, "03-1234-5678"}}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const RecordKeys& keys = encoder.encode(rows[i]);
    const auto y_ref = fingerprinter.subject("kou", keys.ref);
    const auto found = std::find_if(records.begin(), records.end(), [&](const HkfRecord& record) {
      return record.u_ref == encrypt(y_ref);
    });
    ASSERT_NE(found, records.end());
    EXPECT_TRUE(found->has_ref);
    EXPECT_EQ(found->order, i);
    ASSERT_EQ(found->keys.size(), keys.index.size());
    EXPECT_GE(keys.index.size(), 2U);
    for (std::size_t k = 0; k < keys.index.size(); ++k) {
      EXPECT_EQ(found->keys[k].field, keys.index[k].field);
      EXPECT_EQ(found->keys[k].u,
                encrypt(fingerprinter.of(keys.index[k].field, keys.index[k].value)));
    }
    ASSERT_EQ(found->checks.size(), keys.checks.size());
    for (std::size_t k = 0; k < keys.checks.size(); ++k) {
      EXPECT_EQ(found->checks[k].tag,
                Fingerprinter::check_tag(y_ref, keys.checks[k].field, keys.checks[k].value));
    }
  }
}

TEST_F(AgentTest, KeepsBothRecordsOfACustomerNumberThatComesTwice) {
  ASSERT_TRUE(agent().fingerprint(job("C1,090-1234-5678\nC1,090-8765-4321\n", "1=ref,2=phone")));
  const auto records = read(dir_ / "out.hkf");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].u_ref, records[1].u_ref);
  EXPECT_EQ(records[0].order, 0U);
}

TEST_F(AgentTest, GivesRowsWithoutACustomerNumberSubjectsOfTheirOwn) {
  const auto r = agent().fingerprint(
      job("山田太郎,090-1234-5678\n山田太郎,090-1234-5678\n", "1=name,2=phone"));
  ASSERT_TRUE(r) << r.error().detail;
  EXPECT_EQ(r.value().without_ref, 2U);
  const auto records = read(dir_ / "out.hkf");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_FALSE(records[0].has_ref);
  EXPECT_NE(records[0].u_ref, records[1].u_ref);
}

TEST_F(AgentTest, GivesTheSameRecordsWhateverTheMemoryOfTheSort) {
  std::string content;
  for (int i = 0; i < 9000; ++i) {
    content += "C" + std::to_string(i * 7 % 9001) + ",山田太郎,090-1234-" +
               std::to_string(1000 + i) + "\n";
  }
  auto big = job(content, "1=ref,2=name,3=phone");
  ASSERT_TRUE(agent().fingerprint(big));
  auto small = big;
  small.out = dir_ / "small.hkf";
  small.sort_memory = 1;
  ASSERT_TRUE(agent().fingerprint(small));
  const auto a = read(big.out);
  const auto b = read(small.out);
  ASSERT_EQ(a.size(), 9000U);
  ASSERT_EQ(b.size(), a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i].u_ref, b[i].u_ref);
    ASSERT_EQ(a[i].order, b[i].order);
  }
}

TEST_F(AgentTest, TellsReadingAndWritingUpToTheSizeOfTheFile) {
  std::string content;
  for (int i = 0; i < 9000; ++i) content += "C" + std::to_string(i) + ",090-1234-5678\n";
  auto j = job(content, "1=ref,2=phone");
  std::vector<std::uint64_t> told;
  j.progress = [&](std::uint64_t done, std::uint64_t total) {
    EXPECT_EQ(total, content.size());
    told.push_back(done);
  };
  ASSERT_TRUE(agent().fingerprint(j));
  EXPECT_TRUE(std::ranges::is_sorted(told));
  ASSERT_GT(told.size(), 10U);
  EXPECT_EQ(told.back(), content.size());
  EXPECT_NE(std::ranges::find(told, content.size() * 4 / 5), told.end()) << "all is read";
}

TEST_F(AgentTest, CountsUpTheSequenceOfEachSnapshot) {
  auto j = job("C1,090-1234-5678\n", "1=ref,2=phone");
  EXPECT_EQ(agent().fingerprint(j).value().header.sequence, 1U);
  EXPECT_EQ(agent().fingerprint(j).value().header.sequence, 2U);
  j.sequence = 10;
  EXPECT_EQ(agent().fingerprint(j).value().header.sequence, 10U);
  j.sequence.reset();
  EXPECT_EQ(agent().fingerprint(j).value().header.sequence, 11U);
  j.snapshot = "S2";
  EXPECT_EQ(agent().fingerprint(j).value().header.sequence, 1U);
  EXPECT_EQ(agent().status().value().sequences.at("S1"), 11U);
}

TEST_F(AgentTest, RefusesItemsThatTheDelegationDoesNotAllow) {
  const auto r = agent().fingerprint(job("C1,1980-01-02\n", "1=ref,2=birthdate"));
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Errc::kForbidden);
  EXPECT_THAT(r.error().detail, HasSubstr("D1 does not allow: birthdate"));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "out.hkf"));
}

TEST_F(AgentTest, LeavesNothingWhenTheFileIsRefused) {
  const auto r = agent().fingerprint(job("C1,090-1234-5678\nC2,\"0\n", "1=ref,2=phone"));
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Errc::kBadInput);
  EXPECT_FALSE(std::filesystem::exists(dir_ / "out.hkf"));
  EXPECT_EQ(agent().status().value().sequences.size(), 0U);
}

TEST_F(AgentTest, PinsTheFirstServiceAndRefusesAnother) {
  auto j = job("C1,090-1234-5678\n", "1=ref,2=phone");
  EXPECT_FALSE(agent().status().value().service_fingerprint);
  EXPECT_TRUE(agent().fingerprint(j).value().pinned);
  EXPECT_FALSE(agent().fingerprint(j).value().pinned);
  EXPECT_EQ(agent().status().value().service_fingerprint,
            enrolment_fingerprint({"service", service_box_.public_key, service_sign_.public_key}));

  const auto mine = service_sign_.public_key;
  service_sign_ = crypto::make_sign_keys(random_);
  issue("other.hkk", "D1", {FieldId::kRef, FieldId::kPhone});
  j.key = dir_ / "other.hkk";
  const auto r = agent().fingerprint(j);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Errc::kForbidden);
  EXPECT_THAT(r.error().detail, HasSubstr("from another service"));
  EXPECT_NE(mine, service_sign_.public_key);
}

TEST_F(AgentTest, RefusesKeysOfOthersAndOfOtherReleases) {
  auto j = job("C1,090-1234-5678\n", "1=ref,2=phone");
  auto other = key("D1", {FieldId::kRef, FieldId::kPhone});
  other.party = "nightdesk";
  put_key("nightdesk.hkk", other);
  j.key = dir_ / "nightdesk.hkk";
  EXPECT_EQ(agent().fingerprint(j).error().code, Errc::kForbidden);

  auto old = key("D1", {FieldId::kRef, FieldId::kPhone});
  old.tables[0] ^= 1;
  put_key("old.hkk", old);
  j.key = dir_ / "old.hkk";
  EXPECT_EQ(agent().fingerprint(j).error().code, Errc::kUnsupported);

  dir_.put("stranger.hkk",
           encode_issued_key(key("D1", {}), {"x", crypto::make_box_keys(random_).public_key, {}},
                             service_sign_));
  j.key = dir_ / "stranger.hkk";
  EXPECT_EQ(agent().fingerprint(j).error().code, Errc::kForbidden);
  EXPECT_FALSE(agent().status().value().service_fingerprint);
}

TEST_F(AgentTest, OpensItsHomeOnlyWithThePassphrase) {
  EXPECT_EQ(Agent::open(home(), pass("wrong"), clock_, random_).error().code, Errc::kUnauthorized);
  EXPECT_EQ(Agent::open(dir_ / "none", pass(), clock_, random_).error().code, Errc::kNotFound);
  EXPECT_EQ(Agent::init(home(), "callco", pass(), clock_, random_, kCheap).error().code,
            Errc::kExists);
  const auto text = std::string(as_text(read_file(home() / "agent.json").value()));
  for (std::size_t i = 0; i < text.size(); i += 5) {
    auto damaged = text;
    damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
    dir_.put("home/agent.json", as_bytes(damaged));
    EXPECT_FALSE(Agent::open(home(), pass(), clock_, random_)) << i;
    dir_.put("home/agent.json", as_bytes(text.substr(0, i)));
    EXPECT_FALSE(Agent::open(home(), pass(), clock_, random_)) << i;
  }
}

// The controller's own agent, and a request for three of its customers.
class ResolveTest : public AgentTest {
 protected:
  void SetUp() override {
    ASSERT_TRUE(Agent::init(home(), "callco", pass(), clock_, random_, kCheap));
    issue("K.hkk", "own:callco", {FieldId::kRef, FieldId::kName, FieldId::kPhone});
    request_.incident = "I1";
    request_.campaign = "C1";
    request_.controller = "callco";
    request_.delegation = "own:callco";
    request_.epoch = 1;
    request_.key = key_check(k_d_);
    request_.campaign_key = campaign_.public_key;
    for (const auto* ref : {"C1", "C3", "C9"}) request_.subjects.push_back(u_of(ref));
  }
  IssuedKey own() {
    auto k = key("own:callco", {FieldId::kRef, FieldId::kName, FieldId::kPhone, FieldId::kEmail});
    k.controller = "callco";
    return k;
  }
  Fingerprint u_of(std::string_view ref) const {
    const auto y = Fingerprinter(1, g_).subject("callco", ref);
    Fingerprint u;
    crypto::Aes128(k_d_).encrypt({&y, 1}, {&u, 1});
    return u;
  }
  ResolveJob job() {
    put_key("own.hkk", own());
    dir_.put("R", encode_request(request_, service_sign_));
    ResolveJob j;
    j.key = dir_ / "own.hkk";
    j.request = dir_ / "R";
    j.customers.path = dir_.put(
        "base.csv", as_bytes("番号,氏名,電話,メール\nC1,山田 太郎,090-1234-5678,T@Example.jp\n"
                             "C2,鈴木,090-0000-0000,x@example.jp\nC3,田中,不明,\n"
                             "C1,山田 太郎,090-1111-2222,\n"));
    j.customers.columns = ColumnMap::parse("番号=ref,氏名=name,電話=phone,メール=email").value();
    j.out = dir_ / "bundle";
    return j;
  }
  static Result<void> yes(const ContactRequest&) { return ok(); }

  ContactRequest request_;
  crypto::BoxKeyPair campaign_ = crypto::make_box_keys(random_);
};

TEST_F(ResolveTest, AddressesTheGuardianOfWhoIsUnderEighteenWhereTheBirthdayIsGiven) {
  auto j = job();
  auto k = own();
  k.items.push_back(FieldId::kBirthdate);
  put_key("own.hkk", k);
  const auto today = std::chrono::year_month_day(jst_day(clock_.now()));
  const auto born = [&](int age, int days) {
    const JstDay day(std::chrono::local_days(today - std::chrono::years(age)) +
                     std::chrono::days(days));
    return format_day(day);
  };
  j.customers.path =
      dir_.put("base.csv", as_bytes("番号,氏名,生年月日\nC1,山田 花子," + born(18, 1) +
                                    "\nC3,田中 次郎," + born(18, 0) + "\nC9,佐藤 三郎,不明\n"));
  j.customers.columns = ColumnMap::parse("番号=ref,氏名=name,生年月日=birthdate").value();
  ASSERT_TRUE(agent().resolve(j, yes));
  const auto bundle = decode_bundle(read_file(dir_ / "bundle").value(), campaign_,
                                    agent().status().value().enrolment.sign);
  ASSERT_TRUE(bundle) << bundle.error().detail;
  std::map<Fingerprint, Contact> contacts;
  for (const auto& c : bundle.value().contacts) contacts.emplace(c.u, c);
  EXPECT_EQ(contacts.at(u_of("C1")).name, "山田 花子様の保護者") << "of age tomorrow";
  EXPECT_EQ(contacts.at(u_of("C1")).name_key, "山田花子") << "joined as who they are";
  EXPECT_EQ(contacts.at(u_of("C3")).name, "田中 次郎") << "of age today";
  EXPECT_EQ(contacts.at(u_of("C9")).name, "佐藤 三郎");
}

TEST_F(ResolveTest, SealsTheContactsOfTheCustomersAskedForAndOfNobodyElse) {
  const auto r = agent().resolve(job(), yes);
  ASSERT_TRUE(r) << r.error().detail;
  EXPECT_EQ(r.value().contacts, 2U);
  EXPECT_EQ(r.value().unresolved, 1U);
  EXPECT_EQ(r.value().duplicates, 1U);
  const auto bundle = decode_bundle(read_file(dir_ / "bundle").value(), campaign_,
                                    agent().status().value().enrolment.sign);
  ASSERT_TRUE(bundle) << bundle.error().detail;
  ASSERT_EQ(bundle.value().contacts.size(), 2U);
  const Contact& c = bundle.value().contacts[0];
  EXPECT_EQ(c.u, u_of("C1"));
  EXPECT_EQ(c.name, "山田 太郎");
  EXPECT_EQ(c.name_key, "山田太郎");
  EXPECT_EQ(c.email, "t@example.jp");
  EXPECT_EQ(c.phone, "+819012345678");
  EXPECT_EQ(bundle.value().contacts[1].phone, "");
  EXPECT_THAT(bundle.value().unresolved, ElementsAre(u_of("C9")));
}

TEST_F(ResolveTest, GivesNothingWithoutConsent) {
  const auto r = agent().resolve(job(), [](const ContactRequest& request) -> Result<void> {
    EXPECT_EQ(request.subjects.size(), 3U);
    return fail(Errc::kCancelled, "no", "no");
  });
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Errc::kCancelled);
  EXPECT_FALSE(std::filesystem::exists(dir_ / "bundle"));
}

TEST_F(ResolveTest, RefusesRequestsThatTheServiceDidNotSignOrThatAreNotForThisCarrier) {
  const auto code = [&] {
    auto j = job();
    const auto r = agent().resolve(j, yes);
    EXPECT_FALSE(std::filesystem::exists(j.out));
    return r ? Errc::kInternal : r.error().code;
  };
  request_.controller = "kou";
  EXPECT_EQ(code(), Errc::kForbidden);
  request_.controller = "callco";
  request_.delegation = "D1";
  EXPECT_EQ(code(), Errc::kForbidden);
  request_.delegation = "own:callco";
  request_.key[0] ^= 1;
  EXPECT_EQ(code(), Errc::kConflict);
  request_.key[0] ^= 1;
  request_.epoch = 2;
  EXPECT_EQ(code(), Errc::kConflict);
  request_.epoch = 1;

  const auto j = job();
  dir_.put("R", encode_request(request_, crypto::make_sign_keys(random_)));
  const auto r = agent().resolve(j, yes);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Errc::kForbidden);
}

TEST_F(AgentTest, ApprovesOnlyWhatThePinnedServiceSentToThisParty) {
  ApprovalRequest request{"I1", "C1", "callco", 1, {}, "ja", "en", "desk", 1, 1, {}};
  dir_.put("Q", encode_approval_request(request, service_sign_));
  EXPECT_EQ(agent().read_approval_request(dir_ / "Q").error().code, Errc::kNotFound);
  ASSERT_TRUE(agent().fingerprint(job("C1,090-1234-5678\n", "1=ref,2=phone")));  // pins
  // Without a proof it shows something that its root does not stand for.
  EXPECT_EQ(agent().read_approval_request(dir_ / "Q").error().code, Errc::kCorrupt);
  request.party = "kou";
  dir_.put("Q", encode_approval_request(request, service_sign_));
  EXPECT_EQ(agent().read_approval_request(dir_ / "Q").error().code, Errc::kForbidden);
  dir_.put("Q", encode_approval_request(request, crypto::make_sign_keys(random_)));
  EXPECT_EQ(agent().read_approval_request(dir_ / "Q").error().code, Errc::kForbidden);

  request.party = "callco";
  ASSERT_TRUE(agent().approve(request, dir_ / "A"));
  const auto approval =
      decode_approval(read_file(dir_ / "A").value(), agent().status().value().enrolment.sign);
  ASSERT_TRUE(approval) << approval.error().detail;
  EXPECT_EQ(approval.value().party, "callco");
  EXPECT_EQ(approval.value().at, clock_.now());
}

}  // namespace
}  // namespace hitokoe::identity
