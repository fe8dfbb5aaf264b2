#include <algorithm>
#include <map>

#include "crawler/check_stores.h"
#include "crawler/check_witness.h"
#include "hitokoe/crawler/crawler.h"
#include "hitokoe/crawler/reasons.h"
#include "hitokoe/crawler/source_check.h"

namespace hitokoe::crawler {

namespace {

constexpr std::uint32_t kPages = 2;  // of a list, and of an item
// How long a host may want to be left alone, beside the longest delay that is configured.
constexpr auto kPatience = std::chrono::seconds(30);
constexpr auto kLongestDelay = std::chrono::minutes(5);

}  // namespace

struct SourceChecker::Parts {
  Parts(std::vector<Source> sources, CheckOptions options, CheckPorts ports, const Logger& log,
        TaskGroup& group)
      : frontier(notes) {
    if (ports.accounts != nullptr) accounts.emplace(*ports.accounts);
    ids.reserve(sources.size());
    witnesses.reserve(sources.size());
    for (auto& source : sources) {
      auto& own = notes[source.id];
      own.check.source = source.id;
      own.check.lists = source.adapter->lists();
      ids.push_back(source.id);
      witnesses.push_back(std::make_unique<CheckWitness>(*source.adapter, options.items, own));
      source.adapter = witnesses.back().get();
      source.max_pages = std::min(source.max_pages, kPages);
      patience = std::max(patience, kPatience + std::min<Duration>(source.delay, kLongestDelay));
    }
    crawler.emplace(
        std::move(sources), CrawlerOptions{},
        CrawlerPorts{ports.fetcher, frontier, queue, captures, ports.clock, ports.sleeper,
                     ports.random, metrics, nullptr, ports.renewer, nullptr, nullptr, nullptr,
                     nullptr, accounts ? &*accounts : nullptr},
        log, group);
  }

  std::map<std::string, CheckNotes> notes;  // by source; read by all below
  std::vector<std::string> ids;
  std::vector<std::unique_ptr<CheckWitness>> witnesses;
  CheckFrontier frontier;
  CheckQueue queue;
  CheckCaptures captures;
  std::optional<CheckAccounts> accounts;
  MetricsRegistry metrics;
  Duration patience = kPatience;
  std::optional<Crawler> crawler;
};

SourceChecker::SourceChecker(std::vector<Source> sources, CheckOptions options, CheckPorts ports,
                             const Logger& log, TaskGroup& group)
    : parts_(std::make_unique<Parts>(std::move(sources), options, ports, log, group)) {}

SourceChecker::~SourceChecker() = default;

Task<Result<std::vector<SourceCheck>>> SourceChecker::run() {
  CO_TRY(const auto report, co_await parts_->crawler->run_once({.patience = parts_->patience}));
  for (const auto& warning : report.warnings) {
    auto& warnings = parts_->notes[warning.source].check.warnings;
    if (std::ranges::find(warnings, warning.what) == warnings.end())
      warnings.push_back(warning.what);
  }
  for (const auto& round : report.sources) {
    parts_->notes[round.source].check.requests = round.requests;
  }
  std::vector<SourceCheck> out;
  out.reserve(parts_->ids.size());
  for (const auto& id : parts_->ids) {
    auto& check = parts_->notes[id].check;
    auto& warnings = check.warnings;
    if (parts_->frontier.left_over(id) && check.looked.empty()) warnings.emplace_back("host_waits");
    if (std::ranges::any_of(warnings, is_blind)) std::erase(warnings, "lists_nothing");
    out.push_back(std::move(check));
  }
  co_return out;
}

}  // namespace hitokoe::crawler
