// Who is it that says this? Against the people themselves, field by field.
#include "hitokoe/matcher/identify.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/matcher/people.h"

namespace hitokoe::matcher::test {
namespace {

std::vector<Person> people(unsigned from, unsigned to) {
  std::vector<Person> out;
  for (unsigned n = from; n < to; ++n) out.push_back(person(n));
  return out;
}

// kou has 0 … 399 in its own base. callco has 0 … 99 of them, with the telephone, the mailbox and
// the birth date of somebody else: a contractor that would speak for them. 7000 … are decoys.
class Identify : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = std::make_unique<World>(kRegistry);
    world_->add("K0", held(people(0, 400), kAllColumns));
    auto forged = people(0, 100);
    for (unsigned n = 0; n < forged.size(); ++n) {
      const Person other = person(n + 100'000);
      forged[n].phone = other.phone;
      forged[n].email = other.email;
      forged[n].birthdate = other.birthdate;
    }
    const auto decoys = people(7000, 7003);
    forged.insert(forged.end(), decoys.begin(), decoys.end());
    world_->add("S1", held(forged, kAllColumns));
    world_->add("canaries:S1:1", held(decoys, kAllColumns),
                {.signer = "kou", .party = "kou", .delegation = "own:kou"});
    std::vector<Person> theirs;
    for (unsigned n = 0; n < 50; ++n) theirs.push_back(person(n, "O"));
    world_->add("O0", held(theirs, kAllColumns));
    index_ = world_->index();
  }
  static void TearDownTestSuite() {
    index_.reset();
    world_.reset();
  }

  static std::vector<Identified> who(const Person& p, const std::vector<FieldId>& fields) {
    std::vector<identity::FieldValue> said;
    for (const auto f : fields) said.push_back({f, p.field(f)});
    auto found = identify(*index_, said);
    EXPECT_TRUE(found);
    return found.value();
  }
  // What agrees with the one customer of the carrier with whom most does.
  static identity::FieldSet agreed(const Person& p, const std::vector<FieldId>& fields,
                                   const std::string& carrier = "kou") {
    identity::FieldSet most;
    for (const auto& one : who(p, fields)) {
      if (one.controller == carrier && one.agreed.size() > most.size()) most = one.agreed;
    }
    return most;
  }
  static identity::FieldSet set_of(const std::vector<FieldId>& fields) {
    identity::FieldSet set;
    for (const auto f : fields) set.add(f);
    return set;
  }
  static std::unique_ptr<World> world_;
  static std::shared_ptr<const Index> index_;
};
std::unique_ptr<World> Identify::world_;
std::shared_ptr<const Index> Identify::index_;

TEST_F(Identify, FindsTheCustomerOfEachCarrierByWhatIsSaid) {
  const std::vector<FieldId> said = {FieldId::kName, FieldId::kPhone, FieldId::kBirthdate};
  std::set<identity::Fingerprint> kou;
  for (unsigned n = 0; n < 50; ++n) {
    EXPECT_EQ(agreed(person(n), said, "kou"), set_of(said)) << n;
    EXPECT_EQ(agreed(person(n), said, "otsu"), set_of(said)) << n;
    for (const auto& one : who(person(n), said)) {
      if (one.controller == "kou" && one.agreed == set_of(said)) kou.insert(one.y_ref);
    }
  }
  EXPECT_EQ(kou.size(), 50U) << "each is another one";
  EXPECT_EQ(agreed(person(60), said, "otsu"), identity::FieldSet());
}

// The oracle: a field agrees where its value is the customer's, whichever fields are another's.
TEST_F(Identify, AgreesInAFieldWhereTheWholeValueIsTheCustomersAndNowhereElse) {
  for (unsigned n = 0; n < 120; ++n) {
    const Person mine = person(n);
    const Person other = person(n + 300'000);
    // The customer number leads to the customer; of the rest every other one is another's.
    for (unsigned mask = 0; mask < 128; mask += 1 + n % 7) {
      Person p = mine;
      identity::FieldSet expected{FieldId::kRef};
      const auto mix = [&](unsigned bit, FieldId field, std::string Person::*value) {
        if ((mask >> bit & 1U) != 0) p.*value = other.*value;
        if (p.*value == mine.*value) expected.add(field);
      };
      mix(0, FieldId::kName, &Person::name);
      mix(1, FieldId::kKana, &Person::kana);
      mix(2, FieldId::kPhone, &Person::phone);
      mix(3, FieldId::kEmail, &Person::email);
      mix(4, FieldId::kPostal, &Person::postal);
      mix(5, FieldId::kAddress, &Person::address);
      mix(6, FieldId::kBirthdate, &Person::birthdate);
      identity::FieldSet found;
      for (const auto& one : who(p, kAllColumns)) {
        if (one.controller == "kou" && one.agreed.contains(FieldId::kRef)) found = one.agreed;
      }
      EXPECT_EQ(found, expected) << n << " " << mask;
    }
  }
}

TEST_F(Identify, TakesTheEndOfATelephoneOrTheTownOfAnAddressForNothing) {
  Person p = person(7);
  // The last four digits are right.
  p.phone = "070-0000" + p.phone.substr(p.phone.rfind('-'));
  EXPECT_EQ(agreed(p, {FieldId::kRef, FieldId::kName, FieldId::kPhone}),
            set_of({FieldId::kRef, FieldId::kName}));
  p = person(7);
  p.address += "-909";  // another room of the house
  EXPECT_EQ(agreed(p, {FieldId::kRef, FieldId::kAddress}), set_of({FieldId::kRef}));
}

TEST_F(Identify, BelievesNoContractorsFile) {
  for (unsigned n = 0; n < 100; ++n) {
    Person p = person(n);
    const Person other = person(n + 100'000);
    p.phone = other.phone;
    p.email = other.email;
    p.birthdate = other.birthdate;
    EXPECT_EQ(agreed(p, {FieldId::kRef, FieldId::kPhone, FieldId::kEmail, FieldId::kBirthdate}),
              set_of({FieldId::kRef}))
        << n;
  }
}

TEST_F(Identify, TakesADecoyForNobody) {
  for (unsigned n = 7000; n < 7003; ++n) {
    for (const auto& one : who(person(n), kAllColumns)) {  // who have its name and street
      EXPECT_FALSE(one.agreed.contains(FieldId::kRef));
      EXPECT_FALSE(one.agreed.contains(FieldId::kPhone));
    }
    EXPECT_TRUE(who(person(n), {FieldId::kRef, FieldId::kPhone, FieldId::kEmail}).empty());
  }
}

TEST_F(Identify, SaysNothingOfSomebodyElseAndOfNothing) {
  EXPECT_TRUE(who(person(900'000), {FieldId::kRef, FieldId::kPhone, FieldId::kEmail}).empty());
  EXPECT_TRUE(identify(*index_, {}).value().empty());
  EXPECT_TRUE(identify(*Index::empty(), {}).value().empty());
  const std::string long_one(1 << 20, 'x');
  const std::vector<identity::FieldValue> said = {
      {FieldId::kRef, long_one}, {FieldId::kName, "\xff\xfe\x00"}, {FieldId::kAddress, long_one}};
  EXPECT_TRUE(identify(*index_, said).value().empty());
}

}  // namespace
}  // namespace hitokoe::matcher::test
