#include "hitokoe/evaluation/evaluate.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "evaluation/baselines/baselines.h"
#include "evaluation/leaks/truth.h"
#include "evaluation/metrics/figures.h"
#include "evaluation/model/model.h"
#include "evaluation/model/scratch.h"
#include "evaluation/oracle/oracle.h"
#include "evaluation/product/run.h"

namespace hitokoe::evaluation {

namespace {

enum Method : std::size_t {
  kModel,
  kFiles,
  kOracle,
  kMostMatches,
  kSmallestSet,
  kJaccard,
  kGuilt,
  kMethods
};
constexpr std::array<const char*, kMethods> kIds = {
    "model", "files", "oracle", "most_matches", "smallest_set", "jaccard", "guilt"};

struct OfWorld {
  std::array<std::vector<Judged>, kMethods> judged;
};

class Run {
 public:
  Run(const RunOptions& options, const Progress& progress)
      : options_(options),
        rates_(scaled(matcher::AttributionInput::default_rates(), options.assumed)),
        progress_(progress),
        worlds_((options.count + options.leaks_per_world - 1) / options.leaks_per_world),
        results_(worlds_) {}

  Result<Evaluation> run() {
    unsigned threads =
        options_.threads != 0 ? options_.threads : std::thread::hardware_concurrency();
    threads = std::clamp(threads, 1U, std::max(1U, worlds_));
    {
      std::vector<std::jthread> workers;
      workers.reserve(threads);
      for (unsigned i = 0; i < threads; ++i) workers.emplace_back([this] { work(); });
    }
    if (error_) return *error_;
    return sum();
  }

 private:
  void work() {
    for (std::uint32_t w = next_++; w < worlds_ && !failed_; w = next_++) {
      auto done = judge_world(w);
      if (done) continue;
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::move(done).error();
      failed_ = true;
    }
  }

  Result<void> judge_world(std::uint32_t w) {
    // Worlds of different seeds and purposes have nothing in common.
    const std::uint64_t seed = (options_.seed << 32) | (std::uint64_t{w} << 1);
    const World world(options_.world, seed);
    LeakMaker maker(world, options_.leaks, seed | 1);
    MadeIndex index(world, maker.dumps());
    const std::uint32_t count =
        std::min(options_.leaks_per_world, options_.count - w * options_.leaks_per_world);
    std::vector<MadeLeak> leaks;
    std::vector<matcher::Leak> resolved;
    for (std::uint32_t i = 0; i < count; ++i) {
      leaks.push_back(maker.make());
      resolved.push_back(index.resolve(leaks.back().rows));
    }
    TRY(const auto scratch, Scratch::make());
    TRYV(index.open(scratch.path()));
    const Oracle oracle(world, maker);
    std::unique_ptr<ProductRun> product;
    if (options_.files) {
      TRY(product, ProductRun::make(world, maker.dumps(), scratch.path() / "files", seed));
    }
    for (std::uint32_t i = 0; i < count; ++i) {
      auto truth = truth_of(world, maker.dumps(), leaks[i]);
      truth.world = w;
      truth.rows = resolved[i].rows();
      auto& out = results_[w].judged;
      out[kModel].push_back(
          judge(truth, ask_model(world, index, resolved[i], leaks[i].rows, rates_)));
      if (product) {
        TRY(const auto report, product->scan(leaks[i], seed + i));
        const bool nothing = report.verdict == matcher::Verdict::kNoMatch;
        out[kFiles].push_back(judge(
            truth, answer_of(world, report.holders, nothing ? 1 : report.unknown_probability)));
      }
      if (options_.oracle) {
        out[kOracle].push_back(judge(truth, oracle.answer(leaks[i].rows, leaks[i].columns)));
      }
      if (options_.baselines) {
        const auto overlap = overlap_of(world, leaks[i].rows);
        out[kMostMatches].push_back(judge(truth, most_matches(world, overlap)));
        out[kSmallestSet].push_back(judge(truth, smallest_set(world, overlap)));
        out[kJaccard].push_back(judge(truth, jaccard(world, overlap)));
        out[kGuilt].push_back(judge(truth, guilt(world, overlap)));
      }
      tell();
    }
    return ok();
  }

  void tell() {
    const std::lock_guard lock(mutex_);
    ++done_;
    if (progress_) progress_(done_, options_.count);
  }

  Evaluation sum() const {
    Evaluation out;
    out.worlds = worlds_;
    for (std::size_t m = 0; m < kMethods; ++m) {
      std::vector<Judged> all;
      for (const auto& world : results_) {
        all.insert(all.end(), world.judged[m].begin(), world.judged[m].end());
      }
      if (all.empty()) continue;
      if (m == kModel) count(all, out);
      out.methods.push_back(figures_of(kIds[m], all, worlds_));
    }
    return out;
  }

  static void count(std::span<const Judged> all, Evaluation& out) {
    out.leaks = all.size();
    for (const auto& j : all) {
      auto& n = j.kind == LeakKind::kOneSource    ? out.one
                : j.kind == LeakKind::kTwoSources ? out.two
                : j.kind == LeakKind::kKnownOld   ? out.known_old
                                                  : out.unregistered;
      ++n;
      if (j.twin) ++out.twins;
    }
  }

  const RunOptions& options_;
  const matcher::Rates rates_;  // of the model
  const Progress& progress_;
  std::uint32_t worlds_;
  std::vector<OfWorld> results_;
  std::atomic<std::uint32_t> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::uint64_t done_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Result<Evaluation> evaluate(const RunOptions& options, const Progress& progress) {
  TRYV(check(options));
  return Run(options, progress).run();
}

}  // namespace hitokoe::evaluation
