// The desk over real parts: index, key store, database.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <set>

#include "hitokoe/base/file.h"
#include "tests/integration/desk/desk_world.h"

namespace hitokoe::incident {
namespace {

using identity::FieldId;
using ::testing::HasSubstr;
using ::testing::Not;

using Desk = DeskWorld;

TEST_F(Desk, TellsAVerifiedCallerWhatLeakedAndNobodyElse) {
  for (unsigned n = 0; n < kAffected; ++n) {
    rest();
    const auto a = check(said(person(n)));
    ASSERT_TRUE(a) << a.error().detail;
    EXPECT_EQ(a.value().outcome, DeskOutcome::kAffected) << n;
    ASSERT_EQ(a.value().customers.size(), 1U) << "the number is kou's alone";
    EXPECT_EQ(a.value().customers[0].items,
              (identity::FieldSet{FieldId::kName, FieldId::kPhone, FieldId::kEmail}));
    EXPECT_FALSE(a.value().customers[0].notice);
  }
  for (unsigned n = kAffected; n < kCustomers; ++n) {
    rest();
    EXPECT_EQ(check(said(person(n))).value().outcome, DeskOutcome::kNotAffected) << n;
  }
  rest();
  const Person both = person(3);
  const auto a =
      check("name=" + both.name + "\nphone=" + both.phone + "\nbirthdate=" + both.birthdate);
  ASSERT_TRUE(a);
  EXPECT_EQ(a.value().customers.size(), 2U) << "customer of both carriers";
}

std::string without_id(const DeskAnswer& a) {
  auto o = boost::json::parse(to_json(a)).as_object();
  o.erase("check");
  o.erase("at");
  return boost::json::serialize(o);
}

TEST_F(Desk, AnswersTheSameAfterTheSameTimeWhetherOrNotThereIsSuchACustomer) {
  std::set<std::string> answers;
  std::set<Duration> times;
  for (const auto& text :
       {said(person(1), "1901-01-01"),                                  // affected, wrong day
        said(person(kAffected + 1), "1901-01-01"),                      // a customer, wrong day
        said(person(900'000)),                                          // nobody
        "ref=" + person(1).ref + "\nbirthdate=" + person(2).birthdate,  // two halves
        "name=" + person(1).name + "\nphone=" + person(2).phone +
            "\nbirthdate=" + person(1).birthdate}) {
    rest();
    const auto begin = clock.now();
    const auto a = check(text);
    ASSERT_TRUE(a);
    EXPECT_FALSE(a.value().verified());
    answers.insert(without_id(a.value()));
    times.insert(clock.now() - begin);
  }
  EXPECT_EQ(answers.size(), 1U);
  rest();
  const auto begin = clock.now();
  EXPECT_TRUE(check(said(person(1))).value().verified());
  times.insert(clock.now() - begin);
  ASSERT_EQ(times.size(), 1U) << "verified or not";
  EXPECT_EQ(*times.begin(), options.answer_after);
}

// A part whose work moves the clock: the answer comes after a whole number of slots.
TEST_F(Desk, RoundsALongerCheckUpToAMultipleOfItsTime) {
  for (const auto took : {std::chrono::milliseconds(1), std::chrono::milliseconds(1999),
                          std::chrono::milliseconds(2000), std::chrono::milliseconds(2001),
                          std::chrono::milliseconds(5500)}) {
    rest();
    desk = std::make_unique<DeskService>(
        DeskService::Parts{*incidents, *store, world.keys(),
                           [&]() -> Result<std::shared_ptr<const matcher::Index>> {
                             clock.advance(took);
                             return std::shared_ptr<const matcher::Index>(world.index());
                           },
                           clock, random},
        options);
    const auto begin = clock.now();
    ASSERT_TRUE(check(said(person(1))));
    const Duration slot = options.answer_after;
    const Duration all = clock.now() - begin;
    EXPECT_EQ(all % slot, Duration(0));
    EXPECT_EQ(all / slot, std::max<std::int64_t>(1, (Duration(took) + slot - Duration(1)) / slot));
  }
}

TEST_F(Desk, LocksAClaimedCustomerAndACoordinatorUnlocks) {
  std::string last;
  for (std::uint32_t i = 0; i < options.customer_failures; ++i) {
    rest();
    const auto a = check(said(person(1), "19" + std::to_string(10 + i) + "-01-01"));
    ASSERT_EQ(a.value().outcome, DeskOutcome::kNotVerified);
  }
  rest();
  // Not even the right answer; not from another operator; however the number is written.
  const auto locked = check(said(person(1)), other_op);
  ASSERT_TRUE(locked);
  EXPECT_EQ(locked.value().outcome, DeskOutcome::kLocked);
  EXPECT_TRUE(locked.value().customers.empty());
  rest();
  EXPECT_EQ(check(said(person(2))).value().outcome, DeskOutcome::kAffected) << "others go on";
  const auto id = locked.value().check;
  EXPECT_EQ(desk->unlock_customer(op, id, "asked").error().code, Errc::kForbidden);
  EXPECT_EQ(desk->unlock_customer(lead, id, "").error().code, Errc::kBadInput);
  EXPECT_EQ(desk->unlock_customer(lead, "CHK-000000000000", "x").error().code, Errc::kNotFound);
  ASSERT_TRUE(desk->unlock_customer(lead, id, "the carrier called back"));
  rest();
  EXPECT_EQ(check(said(person(1))).value().outcome, DeskOutcome::kAffected);
}

TEST_F(Desk, UnlocksByItselfWhenTheWindowHasPassed) {
  for (std::uint32_t i = 0; i < options.customer_failures; ++i) {
    rest();
    check(said(person(1), "1910-01-01")).value();
  }
  rest();
  EXPECT_EQ(check(said(person(1))).value().outcome, DeskOutcome::kLocked);
  clock.advance(options.window);
  EXPECT_EQ(check(said(person(1))).value().outcome, DeskOutcome::kAffected);
}

TEST_F(Desk, LocksAnOperatorWhoFailsOnAndOn) {
  options.operator_failures = 6;
  reopen();
  for (unsigned n = 0; n < 6; ++n) {
    rest();
    EXPECT_EQ(check(said(person(n), "1910-01-01")).value().outcome, DeskOutcome::kNotVerified);
  }
  rest();
  EXPECT_EQ(check(said(person(9))).value().outcome, DeskOutcome::kLocked);
  EXPECT_EQ(check(said(person(9)), other_op).value().outcome, DeskOutcome::kAffected);
  ASSERT_TRUE(desk->unlock_operator(lead, "okada", "a training call"));
  rest();
  EXPECT_EQ(check(said(person(9))).value().outcome, DeskOutcome::kAffected);
}

TEST_F(Desk, TakesNoMoreChecksAMinuteThanConfigured) {
  options.answer_after = std::chrono::milliseconds(100);
  reopen();
  for (std::uint32_t i = 0; i < options.operator_per_minute; ++i) {
    ASSERT_TRUE(check(said(person(i))));
  }
  const auto begin = clock.now();
  EXPECT_EQ(check(said(person(1))).error().code, Errc::kLimit);
  EXPECT_EQ(clock.now() - begin, options.answer_after) << "refusals take the same time";
  EXPECT_TRUE(check(said(person(1)), other_op)) << "of one operator";
  clock.advance(std::chrono::minutes(1));
  EXPECT_TRUE(check(said(person(1))));
}

TEST_F(Desk, IsForTheDeskAndCoordinatorsOnly) {
  for (const auto* who : {&auditor, &party, &runner}) {
    EXPECT_EQ(check(said(person(1)), *who).error().code, Errc::kForbidden);
    EXPECT_EQ(desk->note(*who, "CHK-1", "x", 1).error().code, Errc::kForbidden);
    EXPECT_EQ(desk->notes(*who, "CHK-1").error().code, Errc::kForbidden);
  }
  rest();
  const auto a = check(said(person(1))).value();
  EXPECT_EQ(desk->checks(auditor, incident, 10).value().size(), 1U);
  for (const auto* who : {&party, &runner}) {
    EXPECT_TRUE(desk->checks(*who, incident, 10).value().empty());
    EXPECT_TRUE(desk->follow_ups(*who, "").value().empty());
    EXPECT_TRUE(desk->statistics(*who, "").value().days.empty());
    EXPECT_EQ(store->check(*who, a.check).error().code, Errc::kNotFound);
  }
}

TEST_F(Desk, WantsEveryFieldOfASetOfQuestions) {
  EXPECT_EQ(check("ref=K00000001").error().code, Errc::kBadInput);
  EXPECT_EQ(check("").error().code, Errc::kBadInput);
  const auto error = check("name=山田太郎\nphone=090-0000-0001").error();
  EXPECT_THAT(error.detail, HasSubstr("[ref, birthdate]"));
  incident = "INC-20990101-0001";
  EXPECT_EQ(check(said(person(1))).error().code, Errc::kNotFound);
}

TEST_F(Desk, KeepsNotesSealedAndCountsCalls) {
  rest();
  const auto first = check(said(person(1), "1910-01-01")).value();
  const auto second = check(said(person(1)), op, first.check).value();
  EXPECT_EQ(check(said(person(1)), other_op, first.check).error().code, Errc::kNotFound)
      << "another's call";
  const std::string text = "折り返しは夕方。\nmade-up note";
  ASSERT_TRUE(desk->note(op, second.check, text, 7));
  ASSERT_TRUE(desk->note(op, second.check, "more", 2));
  rest();
  const auto third = check(said(person(2))).value();
  ASSERT_TRUE(desk->note(op, third.check, "short", 4));
  const auto notes = desk->notes(lead, second.check).value();
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes[0].text, text);
  EXPECT_EQ(notes[1].note.number, 2U);
  EXPECT_THAT(std::string(as_text(store->notes(lead, second.check).value()[0].sealed)),
              Not(HasSubstr("made-up")));

  EXPECT_EQ(desk->note(op, second.check, "", 1).error().code, Errc::kBadInput);
  EXPECT_EQ(desk->note(op, second.check, std::string(4097, 'x'), 1).error().code, Errc::kBadInput);
  EXPECT_TRUE(desk->note(op, second.check, std::string(4096, 'x'), 0));
  EXPECT_EQ(desk->note(op, second.check, "\xff", 1).error().code, Errc::kBadInput);
  EXPECT_EQ(desk->note(op, "CHK-none", "x", 1).error().code, Errc::kNotFound);

  const auto numbers = desk->statistics(lead, incident).value();
  ASSERT_EQ(numbers.days.size(), 1U);
  EXPECT_EQ(numbers.days[0], (DeskDay{jst_day(clock.now()), 2, 2, 2, 3, 0}));
  EXPECT_EQ(numbers.median_minutes, 6.5) << "9 and 4";
  EXPECT_THAT(to_csv(numbers), HasSubstr("sum,2,2,2,3,0\r\n"));
}

TEST_F(Desk, RemindsOfCallsBack) {
  rest();
  const auto a = check(said(person(1))).value();
  const auto soon = clock.now() + std::chrono::hours(2);
  EXPECT_EQ(desk->follow_up(op, a.check, clock.now()).error().code, Errc::kBadInput);
  EXPECT_EQ(desk->follow_up(op, a.check, clock.now() + std::chrono::days(400)).error().code,
            Errc::kBadInput);
  const auto task = desk->follow_up(op, a.check, soon).value();
  EXPECT_EQ(desk->statistics(op, incident).value().follow_ups_open, 1U);
  EXPECT_EQ(desk->statistics(op, incident).value().follow_ups_overdue, 0U);
  clock.advance(std::chrono::hours(3));
  EXPECT_EQ(desk->statistics(op, incident).value().follow_ups_overdue, 1U);
  ASSERT_TRUE(desk->follow_up_done(other_op, task.id));
  EXPECT_EQ(desk->follow_up_done(op, task.id).error().code, Errc::kConflict);
  EXPECT_EQ(desk->follow_ups(op, incident).value().at(0).done_by, "ogawa");
  EXPECT_EQ(desk->statistics(op, incident).value().follow_ups_open, 0U);
}

TEST_F(Desk, WritesNothingOfWhatWasSaidIntoTheLogOrTheDatabase) {
  rest();
  const Person p = person(1);
  const auto a = check(said(p)).value();
  ASSERT_TRUE(desk->note(op, a.check, "a secret note", 3));
  std::string all;
  ASSERT_TRUE(log->for_each([&](const Event& e) -> Result<void> {
    all += e.stream + e.kind + e.body;
    return ok();
  }));
  EXPECT_THAT(all, HasSubstr("desk.checked"));
  EXPECT_THAT(all, HasSubstr("\"fields\":[\"ref\",\"birthdate\"]"));
  db.reset(), store.reset(), desk.reset(), incidents.reset(), log.reset();
  for (const auto* file : {"hitokoe.db", "hitokoe.db-wal"}) {
    const auto bytes = read_file(folder.path() / file);
    if (bytes) all += as_text(bytes.value());
  }
  for (const auto& value : {p.ref, p.birthdate, p.phone, p.name, std::string("a secret note")}) {
    EXPECT_THAT(all, Not(HasSubstr(value)));
  }
}

TEST_F(Desk, SaysNothingAnyMoreWhenTheIncidentsKeyIsGone) {
  ASSERT_TRUE(world.keys().destroy(identity::KeyKind::kIncident, incident));
  EXPECT_EQ(check(said(person(1))).error().code, Errc::kForbidden);
}

}  // namespace
}  // namespace hitokoe::incident
