#include "tests/property/crawler/day_world.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <functional>

#include "hitokoe/base/crypto/digest.h"

namespace hitokoe::testing {

namespace {

using crawler::FetchOutcome;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const UtcTime kMorning = parse_utc("2026-04-01T00:00:00Z").value();
constexpr std::chrono::duration<std::uint64_t> kMostWrong = hours(3);  // the clock, for a while
constexpr std::chrono::duration<std::uint64_t> kLongestSleep = seconds(2430);
const SecretText kPassphrase{std::string("a passphrase for tests")};

// The captures, with a book of what was put.
class BookedCaptures final : public crawler::CaptureStore {
 public:
  BookedCaptures(std::unique_ptr<CaptureStore> inner,
                 std::map<std::string, std::map<std::string, std::set<std::string>>>& book,
                 std::uint64_t& refused)
      : inner_(std::move(inner)), book_(book), refused_(refused) {}
  Result<void> put(const crawler::CaptureMeta& meta, ByteView body) override {
    auto done = inner_->put(meta, body);
    if (done) book_[meta.source][meta.item].insert(meta.sha256);
    if (!done) ++refused_;
    return done;
  }
  Result<crawler::CaptureMeta> meta(const std::string& id) override { return inner_->meta(id); }
  Result<Bytes> read(const std::string& id) override { return inner_->read(id); }
  Result<void> keep_for_incident(const std::string& id, const std::string& incident) override {
    return inner_->keep_for_incident(id, incident);
  }
  Result<std::vector<std::string>> list() override { return inner_->list(); }

 private:
  std::unique_ptr<CaptureStore> inner_;
  std::map<std::string, std::map<std::string, std::set<std::string>>>& book_;
  std::uint64_t& refused_;
};

std::uint64_t store_errors(MetricsRegistry& metrics) {
  const auto page = metrics.render();
  const std::string name = "\nhitokoe_crawler_storage_errors_total ";
  const auto at = page.find(name);
  return at == std::string::npos ? 0 : std::stoull(page.substr(at + name.size()));
}

std::uint64_t limit_files(std::uint64_t bytes) {
  struct rlimit limit {};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  const std::uint64_t before = limit.rlim_cur;
  limit.rlim_cur = std::min<rlim_t>(bytes, limit.rlim_max);
  ::setrlimit(RLIMIT_FSIZE, &limit);
  return before;
}

}  // namespace

FullDisk::FullDisk(std::uint64_t bytes) : before_(limit_files(bytes)) {}
FullDisk::~FullDisk() { limit_files(before_); }

struct DayWorld::Stores {
  Stores(const std::filesystem::path& data, const Clock& clock, Random& random,
         BookedFrontier::Book& book,
         std::map<std::string, std::map<std::string, std::set<std::string>>>& captured,
         std::uint64_t& refused)
      : keys(identity::KeyStore::open(data, kPassphrase, clock, random).value()),
        db(storage::Database::open(data / "hitokoe.db").value()),
        frontier(storage::make_frontier(db), book),
        queue(storage::make_work_queue(db)),
        captures(storage::make_capture_store(data, keys, clock, random), captured, refused) {}

  identity::KeyStore keys;
  std::shared_ptr<storage::Database> db;
  BookedFrontier frontier;
  std::unique_ptr<crawler::WorkQueue> queue;
  BookedCaptures captures;
};

DayWorld::DayWorld(std::uint64_t seed, DayStory story)
    : story_(story),
      start_(kMorning),
      time_(kMorning),
      clock_(clock_source_, time_),
      random_(seed + 1),
      fate_(seed + 2),
      sites_(std::make_unique<DaySites>(time_, seed, story.sources, story.publishing)),
      configured_(crawler::parse_sources(sites_->yaml(), "day.yaml").value()) {
  // A file that may not grow says so with a signal, which by itself ends the program.
  std::signal(SIGXFSZ, SIG_IGN);
  clock_source_ = sites_.get();
  EXPECT_TRUE(
      identity::KeyStore::init(folder_.path(), kPassphrase, clock_, random_, {1, 8U << 20}));
}

DayWorld::~DayWorld() = default;

void DayWorld::open_stores() {
  stores_.reset();
  stores_ = std::make_unique<Stores>(folder_.path(), clock_, random_, book_, captured_,
                                     seen.refused_by_disk);
  stores_->frontier.on_done = [this](const auto& job, auto outcome) {
    fetched_only_with_a_capture(job, outcome);
  };
}

void DayWorld::fetched_only_with_a_capture(const crawler::FetchJob& job, FetchOutcome outcome) {
  if (outcome != FetchOutcome::kFetched) return;
  if (captured_[job.source][job.item].empty())
    sites_->broken.insert("seen before it was captured: " + job.source + " " + job.item);
}

void DayWorld::live(UtcTime until) {
  open_stores();
  MetricsRegistry metrics;
  TaskGroup group(io_.get_executor());
  crawler::Crawler crawler(configured_, {},
                           {*sites_, stores_->frontier, *stores_->queue, stores_->captures, clock_,
                            time_, random_, metrics},
                           Logger::silent(), group);
  ASSERT_TRUE(crawler.start());
  double per_day = 0;
  for (const double one : {story_.full_disks, story_.clock_steps, story_.sleeps}) per_day += one;
  const auto pass = [&](UtcTime to) {
    time_.run(io_, to, [] { return false; });
    EXPECT_EQ(time_.clock.now(), to) << "the crawler sleeps for ever";
  };
  if (time_.clock.now() >= start_ + story_.publishing) {
    pass(time_.clock.now() + seconds(1));
    clock_.wrong = {};
  }
  while (time_.clock.now() < until) {
    const bool calm = time_.clock.now() >= start_ + story_.publishing;
    const auto wait =
        per_day > 0 && !calm
            ? Duration(static_cast<std::int64_t>(86'400e6 / per_day * 2 * fate_.unit()) + 1)
            : Duration(until - time_.clock.now());
    const auto to = std::min<UtcTime>(until, time_.clock.now() + wait);
    pass(to);
    if (to == until || calm) continue;
    const double what = fate_.unit() * per_day;
    if (what < story_.full_disks) {
      ++seen.full_disks;
      const FullDisk full(fate_.below(std::array{256U, 4096U, 256U << 10}.at(fate_.below(3))));
      sites_->forgetful(true);
      pass(std::min<UtcTime>(until, to + seconds(1 + fate_.below(240))));
      sites_->forgetful(false);
    } else if (what < story_.full_disks + story_.clock_steps) {
      ++seen.clock_steps;
      const auto kind = fate_.below(4);
      const auto far = kind == 0 ? Duration(hours(24 * 400))
                                 : Duration(seconds(fate_.below(kMostWrong.count())));
      // It is right again after the next step.
      clock_.wrong = clock_.wrong != Duration{} ? Duration{} : kind == 1 ? -far : far;
    } else {
      ++seen.sleeps;
      sites_->suspend(seconds(30 + fate_.below(kLongestSleep.count() - 30)));
    }
  }
  seen.store_errors += store_errors(metrics);
  group.stop();
  io_.restart();
  io_.poll();
  ASSERT_EQ(group.running(), 0U);
  sites_->crawler_died();
}

void DayWorld::live_through() {
  const auto end = start_ + story_.publishing;
  while (time_.clock.now() < end && !::testing::Test::HasFatalFailure()) {
    const auto life = Duration(
        static_cast<std::int64_t>(86'400e6 / std::max(story_.crashes, 0.1) * 2 * fate_.unit()) + 1);
    live(std::min<UtcTime>(end, time_.clock.now() + life));
    ++seen.crashes;
  }
  sites_->calm_down();
  live(end + story_.after);
}

void DayWorld::audit() {
  open_stores();
  EXPECT_TRUE(sites_->broken.empty())
      << sites_->broken.size() << " times, first: " << *sites_->broken.begin();
  // What is on the disk is what the books say, byte for byte.
  std::map<std::string, std::map<std::string, std::set<std::string>>> bodies;
  std::set<std::string> handed_on;
  const auto items = stores_->queue->claim("w", 10'000'000, clock_.now(), minutes(1)).value();
  for (const auto& item : items) {
    EXPECT_TRUE(handed_on.insert(item.capture).second) << "queued twice";
  }
  const auto ids = stores_->captures.list().value();
  for (const auto& id : ids) {
    EXPECT_TRUE(handed_on.contains(id)) << "captured, not handed on";
    const auto meta = stores_->captures.meta(id).value();
    const auto body = stores_->captures.read(id).value();
    ++seen.captures;
    if (meta.cut) ++seen.cut;
    bodies[meta.source][meta.item].insert((meta.cut ? "cut " : "") + std::string(as_text(body)));
  }
  EXPECT_EQ(handed_on.size(), seen.captures);
  const auto coverage = stores_->frontier.coverage().value();
  ASSERT_EQ(coverage.size(), sites_->sites().size());
  std::map<std::string, const crawler::Frontier::Coverage*> lines;
  for (const auto& line : coverage) lines[line.source] = &line;
  for (const auto& site : sites_->sites()) {
    SCOPED_TRACE(site.source);
    ASSERT_TRUE(lines.contains(site.source));
    audit_source(site, *lines.at(site.source));
    const auto& book = book_[site.source];
    for (const auto& [item, version] : sites_->shown[site.source]) {
      const auto found = book.find(item);
      if (found == book.end()) {
        ADD_FAILURE() << "listed, and not in the ledger: " << item;
        continue;
      }
      const auto& entry = found->second;
      if (!entry.outcome) {
        ADD_FAILURE() << "listed, and nothing became of it: " << item;
        continue;
      }
      if (*entry.outcome != FetchOutcome::kFetched) continue;
      const auto number = std::stoull(item);
      const auto whole = sites_->body(site, number, version);
      const auto& have = bodies[site.source][item];
      const bool right = std::ranges::any_of(have, [&](const std::string& text) {
        return text == whole || (text.starts_with("cut ") && whole.starts_with(text.substr(4)));
      });
      EXPECT_TRUE(right) << "item " << item << " version " << version << ", " << have.size()
                         << " captures";
    }
  }
}

void DayWorld::audit_source(const DaySite& site, const crawler::Frontier::Coverage& line) {
  const auto& book = book_[site.source];
  EXPECT_EQ(line.listed, book.size());
  EXPECT_EQ(line.pending, 0U);
  EXPECT_EQ(line.listed, line.fetched + line.missed);
  std::uint64_t fetched = 0;
  for (const auto& [item, entry] : book) {
    std::uint64_t number = 0;
    const bool plain = !item.empty() && item.size() < 10 &&
                       std::ranges::all_of(item, [](char c) { return c >= '0' && c <= '9'; });
    EXPECT_TRUE(plain) << "an item that nobody published: " << item;
    if (!plain) continue;
    number = std::stoull(item);
    EXPECT_TRUE(number >= 1 && number <= sites_->published(site)) << item;
    if (!entry.outcome) continue;
    if (*entry.outcome == FetchOutcome::kFetched) {
      ++fetched;
      continue;
    }
    ++seen.missed_by_reason[entry.reason];
    const auto fate = sites_->fate(site, number);
    // The reason is the one that the site gave.
    if (fate == Fate::kPrivate) {
      EXPECT_EQ(entry.reason, "robots");
    } else if (fate == Fate::kForeign) {
      EXPECT_EQ(entry.reason, "foreign_host");
    } else {
      // The last time it may have been robots.txt that could not be had.
      if (!entry.reason.starts_with("robots_")) {
        EXPECT_EQ(entry.reason, sites_->last_answer[site.source][item]) << item;
      }
      EXPECT_NE(fate, Fate::kFine)
          << "given up, though it is there: " << item << " " << entry.reason;
    }
  }
  EXPECT_EQ(line.fetched, fetched);
  std::uint64_t reasons = 0;
  for (const auto& [reason, count] : line.missed_by_reason) {
    EXPECT_FALSE(reason.empty());
    reasons += count;
  }
  EXPECT_EQ(reasons, line.missed);
  seen.listed += line.listed;
  seen.fetched += line.fetched;
  seen.missed += line.missed;
  const auto unseen = sites_->published(site) - book.size();
  const auto silence = sites_->longest_silence[site.source];
  // What was published is unseen only where no list came whole for as long as it stood there.
  if (sites_->longest_unread[site.source] <= site.shown) {
    EXPECT_EQ(unseen, 0U) << site.source;
  }
  EXPECT_LE(silence, longest_by_design(site)) << site.source;
  seen.unseen += unseen;
  seen.longest_silence = std::max(seen.longest_silence, silence);
}

// From list to list: while nobody answers, robots.txt is asked for and no list; then a wait of at
// most the schedule or a quarter of an hour, ±25 %; what the host asked for, read by a clock that
// may be as wrong as it was set; the machine's sleep (two in a row); and the host's other work.
Duration DayWorld::longest_by_design(const DaySite& site) const {
  const auto wait = std::max<Duration>(site.schedule, minutes(15)) / 4 * 5;
  const auto wrong = seen.clock_steps > 0 ? Duration(kMostWrong) : Duration{};
  const auto asleep = std::min<Duration>(sites_->suspended(), 2 * kLongestSleep);
  return (site.down_to - site.down_from) + wait + DaySites::kLongestAsked + wrong + asleep +
         minutes(30);
}

}  // namespace hitokoe::testing
