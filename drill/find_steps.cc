// From a planted dump to a confirmed incident: leak, crawl, match, confirm.
#include <algorithm>
#include <string>

#include "drill/steps.h"
#include "drill/words.h"
#include "hitokoe/base/file.h"
#include "hitokoe/base/run_alone.h"
#include "hitokoe/crawler/crawler.h"
#include "hitokoe/net/fetcher.h"
#include "hitokoe/service/config.h"
#include "service/index_watch.h"
#include "service/match_loop.h"
#include "service/role_lock.h"

namespace hitokoe::drill {
namespace {

std::string field_names(const std::vector<FieldId>& fields, bool japanese) {
  std::string out;
  for (const FieldId field : fields) {
    const auto& info = identity::field_info(field);
    out += (out.empty() ? ""
            : japanese  ? "・"
                        : ", ") +
           std::string(japanese ? info.name_ja : info.name);
  }
  return out;
}

Result<std::string> list_url(Context& c) {
  if (!c.options.paste_url.empty()) return c.options.paste_url;
  TRY(auto* loopback, c.loopback());
  return loopback->paste_list_url();
}

// One source; another one where the server has moved, since what is queued names the old address.
Result<std::string> source_id(Context& c, const std::string& url) {
  if (!c.journal.note("paste_url")) {
    TRYV(c.journal.set_note("paste_url", url));
  }
  if (c.journal.note("paste_url") == url) return std::string("drill-paste");
  return "drill-paste-" + crypto::sha256_hex(as_bytes(url)).substr(0, 8);
}

std::string yaml_text(std::string_view text) {
  std::string out = "'";
  for (const char ch : text) out += ch == '\'' ? std::string("''") : std::string(1, ch);
  return out + "'";
}

Result<void> write_sources(Context& c, const std::string& url, const std::string& id) {
  const std::string yaml = "sources:\n  - id: " + id +
                           "\n    kind: list\n    url: " + yaml_text(url) +
                           "\n    item: {link: " + yaml_text(c.options.paste_link) +
                           ", key: '\\1', url: " + yaml_text(c.options.paste_raw) +
                           "}\n    delay: 5ms\n    schedule: 1m\n    robots: obey\n"
                           "    allow_networks: [127.0.0.1/32]\n";
  return write_file_durably(c.sources_yaml(), as_bytes(yaml));
}

// A server that asked for patience (503, Retry-After) is asked again, so many times.
constexpr int kRounds = 20;

Task<Result<void>> crawl_to_the_end(Context& c, crawler::Crawler& crawler,
                                    crawler::Frontier& frontier, const std::string& source) {
  crawler::OnceOptions options;
  for (int round = 0; round < kRounds; ++round) {
    CO_TRYV(co_await crawler.run_once(options));
    CO_TRY(const auto coverage, frontier.coverage());
    const auto mine = std::find_if(coverage.begin(), coverage.end(),
                                   [&](const auto& of) { return of.source == source; });
    if (mine == coverage.end() || mine->pending == 0) break;
    options.lists_now = false;
    CO_TRYV(co_await c.sleeper.sleep_for(std::chrono::milliseconds(250)));
  }
  co_return ok();
}

Result<void> crawl_source(Context& c, crawler::Frontier& frontier, crawler::WorkQueue& queue,
                          const std::string& source) {
  TRY(auto* captures, c.captures());
  TRY(auto sources, crawler::load_sources(c.sources_yaml()));
  asio::io_context io;
  const auto resolver = net::make_system_resolver(io.get_executor());
  const auto fetcher = net::make_fetcher(io.get_executor(), *resolver, c.parts.clock);
  TaskGroup group(io.get_executor());
  crawler::CrawlerOptions options;
  options.backoff_least = std::chrono::milliseconds(200);
  crawler::Crawler crawler(
      std::move(sources), options,
      {*fetcher, frontier, queue, *captures, c.parts.clock, c.sleeper, c.parts.random, c.metrics},
      c.parts.log.named("crawler"), group);
  return run_alone(io, crawl_to_the_end(c, crawler, frontier, source), [&] { group.stop(); });
}

}  // namespace

Result<StepRecord> plant_leak(Context& c) {
  const auto pastes = make_pastes(c.leak, c.options.seed);
  if (c.options.paste_url.empty()) {
    TRYV(c.loopback());
  }
  StepRecord r;
  r.facts = {{"pages", std::to_string(pastes.size())},
             {"rows", std::to_string(c.leak.rows)},
             {"junk", std::to_string(c.leak.junk)},
             {"people", std::to_string(c.leak.people.size())},
             {"columns", field_names(c.leak.columns, false)},
             {"charset", c.leak.cp932 ? "Shift_JIS" : "UTF-8"}};
  const std::string charset = c.leak.cp932 ? "Shift_JIS (CP932)" : "UTF-8";
  r.ja = "何者かが " + count(c.leak.rows + c.leak.junk) + " 行の名簿を貼り付けた (" + charset +
         "、" + field_names(c.leak.columns, true) + "、うち無関係 " + count(c.leak.junk) +
         " 行)、ほか " + count(pastes.size() - 1) + " ページ";
  r.en = "somebody pasted a list of " + count(c.leak.rows + c.leak.junk) + " rows (" + charset +
         "; " + field_names(c.leak.columns, false) + "; " + count(c.leak.junk) +
         " rows of junk) among " + count(pastes.size() - 1) + " other pages";
  return r;
}

Result<StepRecord> crawl(Context& c) {
  TRY(auto database, c.db());
  TRY(const auto url, list_url(c));
  TRY(const auto id, source_id(c, url));
  TRYV(write_sources(c, url, id));
  const auto frontier = storage::make_frontier(database);
  const auto queue = storage::make_work_queue(database);
  TRYV(crawl_source(c, *frontier, *queue, id));
  // What is told is what is kept, so that it is the same after a crash.
  TRY(const auto coverage, frontier->coverage());
  TRY(auto* store, c.captures());
  TRY(const auto captures, store->list());
  std::uint64_t missed = 0;
  std::uint64_t pending = 0;
  for (const auto& source : coverage) {
    missed += source.missed;
    if (source.source == id) pending += source.pending;
  }
  if (captures.empty())
    return fail(Errc::kUnavailable, "the crawler found no page to keep",
                "巡回で保全するページが見つかりませんでした");
  StepRecord r;
  r.facts = {{"captures", std::to_string(captures.size())},
             {"missed", std::to_string(missed)},
             {"pending", std::to_string(pending)}};
  r.ja = "一覧を巡回し " + count(captures.size()) + " ページを暗号化して保全 (取りこぼし " +
         count(missed + pending) + ")";
  r.en = "list crawled, " + count(captures.size()) + " pages kept encrypted (" +
         count(missed + pending) + " missed)";
  return r;
}

Result<StepRecord> match(Context& c) {
  TRY(auto database, c.db());
  TRY(auto* keys, c.keys());
  TRY(auto* captures, c.captures());
  TRY(auto* incidents, c.incidents());
  const auto queue = storage::make_work_queue(database);
  const auto registry = storage::make_registry_store(database, c.parts.clock);
  service::IndexWatch index(c.data(), *keys);
  const auto incident_store = storage::make_incident_store(database);
  service::KnownLeakWatch older(*incident_store, *keys, c.parts.clock, c.metrics,
                                c.parts.log.named("matcher"));
  asio::io_context io;
  CpuPool pool(1);
  TRY(const auto role, service::RoleLock::take(c.data(), "matcher"));
  service::MatchLoopOptions options;
  options.visibility = Duration(0);  // a page that failed is tried again at once
  service::MatchLoop loop(
      {*queue, *captures, index, *registry, *keys, *incidents, c.parts.clock, c.sleeper, pool,
       c.metrics, c.parts.log.named("matcher"), "drill-" + std::to_string(c.parts.random.u64()),
       nullptr, nullptr, &older},
      options, {});
  TRY(const auto counts, run_alone(io, loop.drain()));
  TRY(const auto depth, queue->depth());
  if (depth > 0 || counts.set_aside > 0) {
    return fail(Errc::kInternal, "some pages could not be matched: see the log",
                "照合できないページがあります: ログを見てください");
  }
  TRY(const auto view, c.incident());
  TRY(const auto kept, captures->list());
  std::uint64_t subjects = 0;
  std::string per_carrier;
  for (const auto& [carrier, n] : view.subjects) {
    subjects += n;
    per_carrier += (per_carrier.empty() ? "" : ", ") + carrier + " " + count(n);
  }
  StepRecord r;
  r.facts = {{"pages", std::to_string(kept.size())},
             {"subjects", std::to_string(subjects)},
             {"per_carrier", per_carrier},
             {"verdict", std::string(matcher::to_string(view.verdict))}};
  if (!view.holders.empty()) {
    r.facts["holder"] = view.holders.front().party;
    const auto& first = view.holders.front();
    r.facts["certainty"] = percent(first.probability + first.passed_on());
  }
  r.ja = count(kept.size()) + " ページを照合し事案を自動検知: 本人 " + count(subjects) + " 件 (" +
         per_carrier + ")";
  r.en = count(kept.size()) + " pages matched; an incident opened by itself: " + count(subjects) +
         " customers (" + per_carrier + ")";
  return r;
}

Result<StepRecord> confirm_incident(Context& c) {
  TRY(auto* incidents, c.incidents());
  TRY(auto view, c.incident());
  if (view.state == incident::State::kOpen) {
    TRYV(incidents->advance(c.coordinator(), view.id, incident::State::kTriaged,
                            "訓練: 内容を確認 / exercise: looked at"));
    TRY(view, c.incident());
  }
  if (view.state == incident::State::kTriaged) {
    TRYV(incidents->advance(c.coordinator(), view.id, incident::State::kConfirmed,
                            "訓練: 漏えいと判断 / exercise: it is a leak"));
    TRY(view, c.incident());
  }
  const auto running =
      std::count_if(view.clocks.begin(), view.clocks.end(),
                    [](const incident::ClockView& clock) { return clock.due.has_value(); });
  StepRecord r;
  r.facts = {{"state", std::string(incident::to_string(view.state))},
             {"deadlines", std::to_string(running)}};
  r.ja = "担当者が漏えいと判断、法定期限 " + std::to_string(running) + " 件が進行";
  r.en = "confirmed by a person; " + std::to_string(running) + " legal deadlines run";
  return r;
}

}  // namespace hitokoe::drill
