#include "matcher/pipeline.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "matcher/resolve/resolver.h"
#include "matcher/scan_journal.h"

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kBatchesAThread = 4;
constexpr std::uint64_t kAlone = 2;  // batches that are done before more threads are worth it

}  // namespace

struct MatchPipeline::State {
  struct Job {
    std::unique_ptr<RowBatch> rows;
    std::uint64_t number = 0;
    std::uint64_t first_row = 0;
  };

  State(std::shared_ptr<const IndexImpl> i, unsigned t, ScanJournal* j,
        std::shared_ptr<const KnownSubjects> k)
      : index(std::move(i)),
        older(std::move(k)),
        threads(std::max(1U, t)),
        journal(j),
        sum(*index),
        own(index, older),
        filling(std::make_unique<RowBatch>()) {}

  Result<void> submit();
  Result<bool> known_already(const Job& job);
  void match_here(Job job);
  void hand_over(Job job);
  void work();
  void do_one(Resolver& resolver, std::unique_lock<std::mutex>& hold);
  void merge_ready();
  void recycle(std::unique_ptr<RowBatch> rows) {
    rows->clear();
    if (spare.size() < kBatchesAThread * threads) spare.push_back(std::move(rows));
  }

  std::shared_ptr<const IndexImpl> index;
  std::shared_ptr<const KnownSubjects> older;  // customers of older leaks
  unsigned threads;
  ScanJournal* journal;
  FindingsSum sum;
  Resolver own;  // the caller's
  std::unique_ptr<RowBatch> filling;
  std::uint64_t next_batch = 0;
  std::uint64_t next_row = 0;
  std::uint64_t left_out = 0;   // rows
  std::optional<Error> failed;  // the first of submit(); nothing is taken after it

  // What the threads share.
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Job> waiting;
  struct Matched {
    Findings findings;
    std::uint64_t digest = 0;
  };
  std::map<std::uint64_t, Matched> done;  // by number, until those before are merged
  std::uint64_t merged = 0;               // batches
  bool ending = false;
  std::vector<std::unique_ptr<RowBatch>> spare;
  std::vector<std::thread> workers;
};

// Under the mutex: merging is short beside matching.
void MatchPipeline::State::merge_ready() {
  for (auto it = done.begin(); it != done.end() && it->first == merged; it = done.erase(it)) {
    sum.add(it->second.findings);
    // What was found, or not found, on a damaged index is not kept.
    if (journal != nullptr && index->sound()) {
      journal->note(it->first, it->second.digest, it->second.findings);
    }
    ++merged;
  }
}

void MatchPipeline::State::do_one(Resolver& resolver, std::unique_lock<std::mutex>& hold) {
  Job job = std::move(waiting.front());
  waiting.pop_front();
  hold.unlock();
  Matched result;
  result.findings = resolver.resolve(*job.rows, job.first_row);
  if (journal != nullptr) result.digest = job.rows->digest();
  hold.lock();
  done.emplace(job.number, std::move(result));
  recycle(std::move(job.rows));
  merge_ready();
  changed.notify_all();
}

void MatchPipeline::State::work() {
  Resolver resolver(index, older);
  std::unique_lock hold(mutex);
  for (;;) {
    changed.wait(hold, [this] { return ending || !waiting.empty(); });
    if (waiting.empty()) return;
    do_one(resolver, hold);
  }
}

// A batch whose findings a run before has kept is not matched again.
Result<bool> MatchPipeline::State::known_already(const Job& job) {
  if (journal == nullptr || job.number >= journal->known()) return false;
  TRY(const auto kept, journal->take(job.number, job.rows->digest()));
  const std::lock_guard hold(mutex);
  if (kept) {
    for (const auto& subject : kept->subjects) {
      if (subject.carrier >= index->carriers().size()) {
        return fail(Errc::kCorrupt, "scan journal: of another index; begin anew with --fresh",
                    "照合の記録が別の索引のものです。--fresh で最初からやり直してください");
      }
    }
    sum.add(*kept);
  } else {
    left_out += job.rows->size();
    Findings nothing;
    nothing.counts.rows = job.rows->size();
    sum.add(nothing);
  }
  ++merged;
  return true;
}

void MatchPipeline::State::match_here(Job job) {
  const bool careful = journal != nullptr && journal->careful(job.number);
  if (careful) journal->begin(job.number);
  Matched result;
  result.findings = own.resolve(*job.rows, job.first_row);
  if (journal != nullptr) result.digest = job.rows->digest();
  const std::lock_guard hold(mutex);
  done.emplace(job.number, std::move(result));
  recycle(std::move(job.rows));
  merge_ready();
}

void MatchPipeline::State::hand_over(Job job) {
  std::unique_lock hold(mutex);
  while (workers.size() + 1 < threads) {
    try {
      workers.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
      threads = static_cast<unsigned>(workers.size()) + 1;  // the caller does what nobody else does
    }
  }
  const std::uint64_t number = job.number;
  waiting.push_back(std::move(job));
  changed.notify_all();
  // More than that are not held: the caller helps, or waits for the slowest.
  while (number + 1 - merged > kBatchesAThread * threads) {
    if (!waiting.empty()) {
      do_one(own, hold);
    } else {
      changed.wait(hold);
    }
  }
}

Result<void> MatchPipeline::State::submit() {
  if (filling->empty()) return ok();
  Job job{std::move(filling), next_batch++, next_row};
  next_row += job.rows->size();
  TRY(const bool known, known_already(job));
  if (known) {
    const std::lock_guard hold(mutex);
    recycle(std::move(job.rows));
  } else if (threads == 1 || job.number < kAlone ||
             (journal != nullptr && journal->careful(job.number))) {
    match_here(std::move(job));
  } else {
    hand_over(std::move(job));
  }
  const std::lock_guard hold(mutex);
  if (spare.empty()) {
    filling = std::make_unique<RowBatch>();
  } else {
    filling = std::move(spare.back());
    spare.pop_back();
  }
  return ok();
}

MatchPipeline::MatchPipeline(std::shared_ptr<const IndexImpl> index, unsigned threads,
                             ScanJournal* journal, std::shared_ptr<const KnownSubjects> known)
    : state_(std::make_unique<State>(std::move(index), threads, journal, std::move(known))) {}

MatchPipeline::~MatchPipeline() {
  {
    const std::lock_guard hold(state_->mutex);
    state_->ending = true;
    state_->waiting.clear();  // of a scan that was given up
  }
  state_->changed.notify_all();
  for (auto& worker : state_->workers) worker.join();
}

Result<void> MatchPipeline::add(std::span<const identity::FieldValue> values) {
  State& s = *state_;
  if (s.failed) return outcome::failure(*s.failed);
  if (s.filling->add(values)) return ok();
  if (auto done = s.submit(); !done) {
    s.failed = done.error();
    return done;
  }
  s.filling->add(values);
  return ok();
}

Result<void> MatchPipeline::finish() {
  State& s = *state_;
  if (s.failed) return outcome::failure(*s.failed);
  TRYV(s.submit());
  std::unique_lock hold(s.mutex);
  while (s.merged < s.next_batch) {
    if (!s.waiting.empty()) {
      s.do_one(s.own, hold);
    } else {
      s.changed.wait(hold);
    }
  }
  return ok();
}

FindingsSum& MatchPipeline::sum() { return state_->sum; }
std::uint64_t MatchPipeline::rows_left_out() const { return state_->left_out; }

}  // namespace hitokoe::matcher
