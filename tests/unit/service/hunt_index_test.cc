// What the index has to do with hunts: another content starts one, other caches of the same do not,
// and one that was begun on an index never stands for another.
#include <gtest/gtest.h>

#include <map>

#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/incident/clocks.h"
#include "hitokoe/storage/alerts.h"
#include "hitokoe/storage/memory.h"
#include "hitokoe/storage/sql.h"
#include "service/hunt_loop.h"
#include "tests/database_under_test.h"
#include "tests/unit/matcher/people.h"

namespace hitokoe::service {
namespace {

using incident::HuntCause;
using incident::HuntState;
using matcher::test::held;
using matcher::test::kAllColumns;
using matcher::test::Person;
using matcher::test::person;

std::vector<Person> people(unsigned from, unsigned to) {
  std::vector<Person> out;
  for (unsigned n = from; n < to; ++n) out.push_back(person(n));
  return out;
}

// Each is one customer's line.
class Pages final : public crawler::CaptureStore {
 public:
  Result<void> put(const crawler::CaptureMeta&, ByteView) override { return ok(); }
  Result<crawler::CaptureMeta> meta(const std::string& id) override {
    crawler::CaptureMeta m;
    m.id = id;
    m.source = "pastes";
    m.content_type = "text/plain";
    return m;
  }
  Result<Bytes> read(const std::string& id) override {
    ++looks[id];
    const auto text = matcher::test::csv(people(0, 40), kAllColumns);
    return Bytes(text.begin(), text.end());
  }
  Result<void> keep_for_incident(const std::string&, const std::string&) override { return ok(); }
  Result<std::vector<std::string>> list() override { return ids; }

  std::vector<std::string> ids = {"a", "b", "c"};
  std::map<std::string, int> looks;
};

class HuntIndex : public ::testing::Test {
 protected:
  HuntIndex() { EXPECT_TRUE(registry_->apply(matcher::test::kRegistry, "registry.yaml")); }

  matcher::test::World world_{matcher::test::kRegistry};
  SimulatedClock clock_{parse_utc("2026-11-25T00:00:00Z").value()};
  SystemRandom random_;
  SystemSleeper sleeper_;
  CpuPool pool_{1};
  MetricsRegistry metrics_;
  std::shared_ptr<storage::Database> db_ = testing::open_own_database().value();
  incident::LegalRules rules_ = incident::built_in_rules().value();
  Pages captures_;
  std::unique_ptr<registry::RegistryStore> registry_ = storage::make_registry_store(db_, clock_);
  std::unique_ptr<incident::IncidentStore> incident_store_ = storage::make_incident_store(db_);
  std::unique_ptr<incident::TermStore> term_store_ = storage::make_term_store(db_);
  std::unique_ptr<incident::AlertStore> alerts_ = storage::make_alert_store(db_);
  std::unique_ptr<incident::HuntStore> hunts_ = storage::make_hunt_store(db_);
  std::unique_ptr<crawler::WorkQueue> queue_ = storage::make_memory_work_queue();
  incident::IncidentService incidents_{{*incident_store_, world_.keys(), &captures_, rules_.clocks,
                                        rules_.holidays, clock_, random_},
                                       incident::IncidentOptions{}};
  IndexWatch index_{world_.data(), world_.keys()};
  TermWatch terms_{*term_store_, *registry_};
  CaptureMatcher matcher_{
      {captures_, world_.keys(), incidents_, alerts_.get(), clock_, metrics_, Logger::silent()},
      matcher::Options{}};
  HuntLoop loop_{{world_.data(), *hunts_, *term_store_, terms_, index_, *registry_, captures_,
                  *queue_, matcher_, clock_, sleeper_, pool_, metrics_, Logger::silent()},
                 HuntOptions{}};
};

TEST_F(HuntIndex, AnotherContentStartsAHuntAndAMergeOfTheSameNone) {
  world_.add("K0", held(people(0, 300), kAllColumns));
  const auto first = loop_.start_what_is_due().value();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->cause, HuntCause::kIndex);
  EXPECT_EQ(first->total, 3U);
  world_.add("S1", held(people(290, 320), kAllColumns));
  const auto second = loop_.start_what_is_due().value();
  ASSERT_TRUE(second) << "it was begun on another index";
  EXPECT_EQ(second->total, 3U);
  const auto before = index_.current().value();
  ASSERT_EQ(matcher::merge_index(world_.data(), world_.keys()).value().carriers, 1U);
  const auto after = index_.current().value();
  EXPECT_NE(after->generation(), before->generation());
  EXPECT_EQ(after->content(), before->content());
  EXPECT_FALSE(loop_.start_what_is_due().value()) << "the same, merged";
  ASSERT_TRUE(world_.writer()->drop("S1"));
  EXPECT_TRUE(loop_.start_what_is_due().value());
}

TEST_F(HuntIndex, AHuntThatWasHalfDoneIsNoHuntOverTheNextIndex) {
  world_.add("K0", held(people(100, 300), kAllColumns));  // nobody of the pages
  const auto first = loop_.start_what_is_due().value();
  ASSERT_TRUE(first);
  int steps = 0;
  struct Killed {};
  try {
    (void)loop_.work(first->id, [&](const incident::Hunt&) {
      if (++steps == 2) throw Killed{};
    });
  } catch (const Killed&) {
  }
  EXPECT_EQ(hunts_->load(first->id).value().done, 2U);
  world_.add("K1", held(people(0, 300), kAllColumns));
  const auto second = loop_.start_what_is_due().value();
  ASSERT_TRUE(second);
  EXPECT_NE(second->id, first->id);
  // The first goes on over what is left; the second looks at all again, and finds them.
  EXPECT_EQ(loop_.work(first->id, {}).value().state, HuntState::kDone);
  const auto end = loop_.work(second->id, {}).value();
  EXPECT_EQ(end.done, 3U);
  EXPECT_EQ(captures_.looks["a"], 2);
  EXPECT_EQ(captures_.looks["b"], 2);
  EXPECT_EQ(
      incident_store_->ids(registry::Viewer("s", registry::Role::kCoordinator, "")).value().size(),
      1U);
  EXPECT_FALSE(loop_.start_what_is_due().value());
}

}  // namespace
}  // namespace hitokoe::service
