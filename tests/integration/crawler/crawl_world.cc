#include "tests/integration/crawler/crawl_world.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <optional>

#include "hitokoe/storage/source_accounts.h"
#include "tests/server_folder.h"

namespace hitokoe::testing {

struct CrawlWorld::Stores {
  explicit Stores(const std::filesystem::path& data)
      : keys(made_keys(data)),
        db(testing::open_database(data / "hitokoe.db").value()),
        frontier(storage::make_frontier(db)),
        reach(storage::make_reach_log(db)),
        control(storage::make_source_control(db)),
        accounts(storage::make_source_accounts(db, keys, random)),
        queue(storage::make_work_queue(db)),
        captures(storage::make_capture_store(data, keys, clock, random)) {}

  identity::KeyStore made_keys(const std::filesystem::path& data) {
    const SecretText passphrase{std::string(kPassphrase)};
    EXPECT_TRUE(identity::KeyStore::init(data, passphrase, clock, random, {1, 8u << 20}));
    return identity::KeyStore::open(data, passphrase, clock, random).value();
  }

  SystemClock clock;
  SystemRandom random;
  identity::KeyStore keys;
  crawler::LinkSeal seal{keys, clock, random};
  std::shared_ptr<storage::Database> db;
  std::unique_ptr<crawler::Frontier> frontier;
  std::unique_ptr<crawler::ReachLog> reach;
  std::unique_ptr<crawler::SourceControl> control;
  std::unique_ptr<crawler::SourceAccounts> accounts;
  std::unique_ptr<crawler::WorkQueue> queue;
  std::unique_ptr<crawler::CaptureStore> captures;
};

CrawlWorld::CrawlWorld() : stores_(std::make_unique<Stores>(data)) { name_database(data); }

CrawlWorld::~CrawlWorld() = default;

namespace {

Task<Result<void>> keep(crawler::Crawler& crawler, crawler::OnceOptions options, TaskGroup& group,
                        std::optional<Result<crawler::CrawlReport>>& out) {
  out.emplace(co_await crawler.run_once(options));
  group.stop();
  co_return ok();
}

}  // namespace

Result<crawler::CrawlReport> CrawlWorld::crawl(const std::string& sources_yaml,
                                               crawler::OnceOptions options) {
  TRY(auto sources, crawler::parse_sources(sources_yaml, "test.yaml"));
  asio::io_context io;
  const auto resolver = net::make_system_resolver(io.get_executor());
  const auto fetcher = net::make_fetcher(io.get_executor(), *resolver, stores_->clock);
  const auto renewer = net::make_circuit_renewer(io.get_executor());
  SystemSleeper sleeper;
  MetricsRegistry metrics;
  TaskGroup group(io.get_executor());
  crawler::Crawler crawler(
      std::move(sources), {},
      {*fetcher, *stores_->frontier, *stores_->queue, *stores_->captures, stores_->clock, sleeper,
       stores_->random, metrics, stores_->reach.get(), renewer.get(), stores_->control.get(),
       nullptr, &stores_->seal, nullptr,
       accounts_instead != nullptr ? accounts_instead : stores_->accounts.get()},
      Logger::silent(), group);
  std::optional<Result<crawler::CrawlReport>> out;
  group.spawn("crawl", keep(crawler, options, group, out));
  io.run();
  return std::move(*out);
}

std::vector<CrawlWorld::Captured> CrawlWorld::captured() {
  std::vector<Captured> out;
  const auto ids = stores_->captures->list().value();
  for (const auto& id : ids) {
    const auto body = stores_->captures->read(id).value();
    out.push_back({stores_->captures->meta(id).value(), std::string(as_text(body))});
  }
  return out;
}

CrawlWorld::Captured CrawlWorld::item(const std::string& key) {
  const auto all = captured();
  for (const auto& one : all) {
    if (one.meta.item == key) return one;
  }
  ADD_FAILURE() << "no capture of " << key;
  return {};
}

crawler::Frontier::Coverage CrawlWorld::coverage(const std::string& source) {
  const auto lines = stores_->frontier->coverage().value();
  for (const auto& line : lines) {
    if (line.source == source) return line;
  }
  return {};
}

std::uint64_t CrawlWorld::reason(const std::string& source, const std::string& reason) {
  const auto line = coverage(source);
  for (const auto& [name, count] : line.missed_by_reason) {
    if (name == reason) return count;
  }
  return 0;
}

std::vector<crawler::ReachChange> CrawlWorld::reach() {
  return stores_->reach->changes(100).value();
}

crawler::SourceControl& CrawlWorld::control() { return *stores_->control; }

crawler::SourceAccounts& CrawlWorld::accounts() { return *stores_->accounts; }

crawler::SourceAccount CrawlWorld::account(const std::string& source, const std::string& name) {
  const auto all = stores_->accounts->list().value();
  for (const auto& one : all) {
    if (one.source == source && one.name == name) return one;
  }
  return {};
}

std::uint64_t CrawlWorld::queued() { return stores_->queue->depth().value(); }

std::string list_page(const std::vector<std::string>& keys) {
  std::string out = "<html><body>\n";
  for (const auto& key : keys) out += "<a href=\"/raw/" + key + "\">" + key + "</a>\n";
  return out + "</body></html>\n";
}

std::string list_source(const std::string& id, const std::string& base, const std::string& more,
                        const std::string& first_byte) {
  return "sources:\n  - id: " + id + "\n    kind: list\n    url: " + base +
         "/list\n    item: {link: 'href=\"/raw/([a-z0-9-]+)\"', key: '\\1', url: '/raw/\\1'}\n"
         "    delay: 0s\n    allow_networks: [127.0.0.2/32]\n"
         "    timeouts: {connect: 20s, first_byte: " +
         first_byte + ", total: 1m}\n" + more;
}

}  // namespace hitokoe::testing
