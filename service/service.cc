#include "hitokoe/service/service.h"

#include <atomic>
#include <optional>
#include <thread>
#include <utility>

#include "hitokoe/storage/accounts.h"
#include "hitokoe/storage/alerts.h"
#include "hitokoe/storage/captures.h"
#include "hitokoe/storage/desk.h"
#include "hitokoe/storage/duties.h"
#include "hitokoe/storage/follow_up.h"
#include "hitokoe/storage/moves.h"
#include "hitokoe/storage/outbox_targets.h"
#include "hitokoe/storage/reach.h"
#include "hitokoe/storage/retention.h"
#include "hitokoe/storage/shares.h"
#include "hitokoe/storage/source_accounts.h"
#include "hitokoe/storage/source_control.h"
#include "hitokoe/storage/supervision.h"
#include "service/alert_mail.h"
#include "service/api.h"
#include "service/api_alerts.h"
#include "service/api_campaigns.h"
#include "service/api_casework.h"
#include "service/api_desk.h"
#include "service/api_events.h"
#include "service/api_export.h"
#include "service/api_intake.h"
#include "service/api_moves.h"
#include "service/api_registry.h"
#include "service/api_reports.h"
#include "service/api_retention.h"
#include "service/api_shares.h"
#include "service/api_sources.h"
#include "service/bounce_watch.h"
#include "service/disk_gate.h"
#include "service/escalator.h"
#include "service/hunt_loop.h"
#include "service/index_merge.h"
#include "service/intake_folder.h"
#include "service/match_loop.h"
#include "service/outbox_mail.h"
#include "service/redis_watch.h"
#include "service/retention_loop.h"
#include "service/retention_watch.h"
#include "service/role_lock.h"
#include "service/source_watch.h"
#include "service/supervision_watch.h"
#include "service/tick.h"
#include "service/verdict_watch.h"
#include "service/webhooks.h"

namespace hitokoe::service {
namespace {

std::size_t pool_threads(const Config& config) {
  if (config.cpu_threads > 0) return config.cpu_threads;
  // Two, so that a large capture that is matched does not keep everybody else waiting.
  return std::max(3U, std::thread::hardware_concurrency()) - 1;
}

// A large capture is matched by as many threads as other work may take.
matcher::Options matching_options(const Config& config) {
  matcher::Options options = config.matcher;
  if (options.threads == 0) options.threads = static_cast<unsigned>(pool_threads(config));
  return options;
}

incident::RetentionPlan plan_of(const ServiceParts& parts) {
  if (parts.retention) return *parts.retention;
  return incident::RetentionPlan::parse(incident::RetentionPlan::kBuiltIn, "retention.yaml")
      .value();
}

incident::EscalationPlan plan_of(const ServiceParts& parts, const EscalationOptions& options) {
  auto plan = parts.escalation ? *parts.escalation : incident::EscalationPlan::built_in().value();
  plan.replace_default(options.old_before, options.old_every);
  return plan;
}

// Beside the folder of sources; without it, no link is one of a file host.
Result<std::vector<crawler::FileHost>> file_hosts(const Config& config) {
  auto hosts = crawler::load_file_hosts(config.sources.parent_path() / "file-hosts.yaml");
  if (hosts || hosts.error().code != Errc::kNotFound) return hosts;
  return std::vector<crawler::FileHost>();
}

// One that is broken is refused by begin().
std::vector<crawler::FileHost> known_file_hosts(const Config& config) {
  auto hosts = file_hosts(config);
  return hosts ? std::move(hosts).value() : std::vector<crawler::FileHost>();
}

// Process ids come again, in containers with every start.
std::string worker_name(Random& random) { return "serve-" + std::to_string(random.u64()); }

}  // namespace

struct Service::Impl {
  Impl(const asio::any_io_executor& executor, ServiceParts parts, Config c, Roles r)
      : p(std::move(parts)),
        config(std::move(c)),
        roles(r),
        pool(pool_threads(config)),
        crawling(executor),
        matching(executor),
        hunting(executor),
        merging(executor),
        ticking(executor),
        listening(executor),
        watching(executor),
        account_store(storage::make_account_store(p.db)),
        registry(storage::make_registry_store(p.db, p.clock)),
        statements(storage::make_statement_store(p.db)),
        instructions(storage::make_instruction_store(p.db)),
        frontier(p.shared.frontier(p.db)),
        reach(storage::make_reach_log(p.db)),
        source_control(storage::make_source_control(p.db)),
        notices(storage::make_source_notices(p.db)),
        source_accounts(storage::make_source_accounts(p.db, p.keys, p.random)),
        shares(storage::make_share_store(p.db, p.keys, p.random)),
        share_watch(*shares, known_file_hosts(config), metrics),
        queue(p.shared.work_queue(p.db)),
        politeness(p.shared.politeness()),
        captures(storage::make_capture_store(p.data, p.keys, p.clock, p.random)),
        incident_store(storage::make_incident_store(p.db)),
        contributions(storage::make_contribution_store(p.db)),
        casework_store(storage::make_casework_store(p.db)),
        audit(storage::make_audit_log(p.db)),
        move_store(storage::make_move_store(p.db)),
        verdicts_due(storage::make_due_verdicts(p.db)),
        term_store(storage::make_term_store(p.db)),
        alerts(storage::make_alert_store(p.db)),
        hunts(storage::make_hunt_store(p.db)),
        campaign_store(storage::make_campaign_store(p.db)),
        follow_store(storage::make_follow_store(p.db)),
        report_store(storage::make_report_store(p.db)),
        plan(plan_of(p, config.escalation)),
        escalations(storage::make_escalation_store(p.db)),
        outbox(storage::make_outbox(p.db)),
        accounts({*account_store, p.keys, p.clock, p.random}),
        casework({*casework_store, *incident_store, p.rules->clocks, p.rules->holidays, p.clock}),
        incidents({*incident_store, p.keys, captures.get(), p.rules->clocks, p.rules->holidays,
                   p.clock, p.random, contributions.get(), &casework},
                  {config.open, config.matcher.naming_threshold}),
        moves({*move_store, *incident_store, *casework_store, *contributions, *audit, p.keys,
               *captures, p.rules->clocks, p.rules->holidays, p.clock, p.random,
               verdicts_due.get()}),
        reports({*report_store, *incident_store, *registry, campaign_store.get(), p.rules->clocks,
                 p.rules->holidays, p.clock, follow_store.get()}),
        index(p.data, p.keys),
        terms(*term_store, *registry),
        older(*incident_store, p.keys, p.clock, metrics, p.log.named("matcher")),
        match_loop({*queue, *captures, index, *registry, p.keys, incidents, p.clock, sleeper, pool,
                    metrics, p.log.named("matcher"), worker_name(p.random), &terms, alerts.get(),
                    &older, &share_watch},
                   config.match_loop, matching_options(config)),
        hunter({*captures, p.keys, incidents, alerts.get(), p.clock, metrics, p.log.named("hunt"),
                &older, &share_watch},
               matching_options(config)),
        hunt_loop({p.data, *hunts, *term_store, terms, index, *registry, *captures, *queue, hunter,
                   p.clock, sleeper, pool, metrics, p.log.named("hunt")},
                  config.hunts),
        verdicts({p.data,
                  {{*incident_store, p.keys, captures.get(), p.rules->clocks, p.rules->holidays,
                    p.clock, p.random, contributions.get()},
                   index,
                   *registry},
                  *verdicts_due,
                  sleeper,
                  pool,
                  metrics,
                  p.log.named("matcher")},
                 config.matcher.naming_threshold, config.tick.every),
        tick({incidents, *audit, p.keys, p.clock, sleeper, pool, metrics, p.log.named("incident")},
             config.tick),
        escalator({incidents, *campaign_store, *escalations, *outbox, p.rules->holidays, plan,
                   p.clock, sleeper, pool, metrics, p.log.named("escalation")},
                  config.escalation, config.tick.every),
        party_alerts(
            {*outbox, *audit, incidents, p.clock, sleeper, pool, metrics, p.log.named("incident")},
            config.escalation, config.tick.every),
        retention_watch({{*incident_store, *campaign_store, *audit, p.keys, p.clock},
                         plan_of(p),
                         sleeper,
                         pool,
                         metrics,
                         p.log.named("retention")},
                        config.tick.every),
        index_merge({p.data, p.keys, p.clock, sleeper, metrics, p.log.named("index")},
                    config.tick.every),
        api({accounts, incidents, pool, metrics, p.clock, p.log.named("api"),
             [this] { return readiness(); }},
            config.api),
        casework_api({api, casework, pool, p.log.named("api")}),
        moves_api({api, moves, pool, p.log.named("api")}),
        retention_api({api,
                       {*incident_store, *campaign_store, *audit, p.keys, p.clock},
                       plan_of(p),
                       pool,
                       p.log.named("api")}),
        registry_watch(*registry, *statements),
        supervision({registry_watch, p.clock, sleeper, pool, metrics, p.log.named("registry")},
                    config.tick.every),
        registry_api(
            {api, registry_watch, *statements, *instructions, pool, p.clock, p.log.named("api")}),
        alerts_api({api, *alerts, *hunts, hunt_loop, pool, p.clock, p.log.named("api")}),
        campaigns_api({api, *campaign_store, *follow_store, incidents, *registry, p.keys, pool,
                       p.clock, p.random, p.log.named("api")}),
        reports_api({api, reports, incidents, *escalations, plan, *outbox, pool, p.clock,
                     p.log.named("api")}),
        export_api({api,
                    {incidents, *alerts, *campaign_store, *audit, *registry},
                    pool,
                    p.log.named("api")}),
        desk_store(storage::make_desk_store(p.db)),
        desk({*incident_store, *desk_store, p.keys, [this] { return index.current(); }, p.clock,
              p.random},
             config.desk),
        desk_api({api, desk, p.clock, sleeper, pool, metrics, p.log.named("desk")}),
        live_events({executor, *audit, *alerts, *hunts, incidents, pool, sleeper, p.random, metrics,
                     p.log.named("api")},
                    {}),
        events_api(api, live_events, p.clock),
        link_seal(p.keys, p.clock, p.random),
        purge(storage::make_capture_purge(p.data, p.keys)),
        capture_use(storage::make_capture_use(p.db)),
        intake({*captures, *queue, p.clock, metrics}),
        gate(p.data, config.disk, metrics, p.log.named("disk")),
        intake_api({api, intake, gate, pool, p.random, p.log.named("api")}, config.intake.bytes),
        sources_api({api, *frontier, *reach, *source_control, *source_accounts, pool, p.clock,
                     p.log.named("api")}),
        shares_api({api, *shares, pool, p.log.named("api")}),
        server(executor, config.http, p.log.named("http")),
        resolver(net::make_system_resolver(executor)),
        fetcher(net::make_fetcher(executor, *resolver, p.clock, config.fetcher)),
        renewer(net::make_circuit_renewer(executor)),
        poster(net::make_fetcher(executor, *resolver, p.clock, {})) {}

  ServiceParts p;
  Config config;
  Roles roles;
  std::vector<RoleLock> locks;  // until the loops are gone
  MetricsRegistry metrics;
  SystemSleeper sleeper;
  CpuPool pool;
  TaskGroup crawling;
  TaskGroup matching;
  TaskGroup hunting;
  TaskGroup merging;
  TaskGroup ticking;
  TaskGroup listening;
  TaskGroup watching;
  std::unique_ptr<AccountStore> account_store;
  std::unique_ptr<registry::RegistryStore> registry;
  std::unique_ptr<registry::StatementStore> statements;
  std::unique_ptr<registry::InstructionStore> instructions;
  std::unique_ptr<crawler::Frontier> frontier;
  std::unique_ptr<crawler::ReachLog> reach;
  std::unique_ptr<crawler::SourceControl> source_control;
  std::unique_ptr<crawler::SourceNotices> notices;
  std::unique_ptr<crawler::SourceAccounts> source_accounts;
  std::unique_ptr<crawler::ShareStore> shares;
  ShareWatch share_watch;
  std::unique_ptr<crawler::WorkQueue> queue;
  std::unique_ptr<crawler::HostPoliteness> politeness;  // null: hosts are not shared
  std::unique_ptr<crawler::CaptureStore> captures;
  std::unique_ptr<incident::IncidentStore> incident_store;
  std::unique_ptr<incident::ContributionStore> contributions;
  std::unique_ptr<incident::CaseworkStore> casework_store;
  std::unique_ptr<incident::AuditLog> audit;
  std::unique_ptr<incident::MoveStore> move_store;
  std::unique_ptr<incident::DueVerdicts> verdicts_due;
  std::unique_ptr<incident::TermStore> term_store;
  std::unique_ptr<incident::AlertStore> alerts;
  std::unique_ptr<incident::HuntStore> hunts;
  std::unique_ptr<incident::CampaignStore> campaign_store;
  std::unique_ptr<incident::FollowStore> follow_store;
  std::unique_ptr<incident::ReportStore> report_store;
  incident::EscalationPlan plan;  // of deadlines
  std::unique_ptr<incident::EscalationStore> escalations;
  std::unique_ptr<incident::Outbox> outbox;
  Accounts accounts;
  incident::CaseworkService casework;
  incident::IncidentService incidents;
  incident::MoveService moves;
  incident::ReportService reports;
  IndexWatch index;
  TermWatch terms;
  KnownLeakWatch older;
  MatchLoop match_loop;
  CaptureMatcher hunter;
  HuntLoop hunt_loop;
  VerdictWatch verdicts;
  Tick tick;
  Escalator escalator;
  PartyAlerts party_alerts;
  RetentionWatch retention_watch;
  IndexMerge index_merge;
  Api api;
  CaseworkApi casework_api;
  MovesApi moves_api;
  RetentionApi retention_api;
  RegistryWatch registry_watch;
  SupervisionWatch supervision;
  RegistryApi registry_api;
  AlertsApi alerts_api;
  CampaignsApi campaigns_api;
  ReportsApi reports_api;
  ExportApi export_api;
  std::unique_ptr<incident::DeskStore> desk_store;
  incident::DeskService desk;
  DeskApi desk_api;
  LiveEvents live_events;
  EventsApi events_api;
  crawler::LinkSeal link_seal;
  std::unique_ptr<crawler::CapturePurge> purge;
  std::unique_ptr<crawler::CaptureUse> capture_use;
  crawler::Intake intake;
  DiskGate gate;
  IntakeApi intake_api;
  SourcesApi sources_api;
  SharesApi shares_api;
  std::unique_ptr<net::MailRelay> relay;  // of alerts; null: none
  std::optional<AlertMail> alert_mail;
  std::optional<BounceWatch> bounce_watch;
  std::unique_ptr<net::MailRelay> escalation_relay;  // null: none
  std::optional<OutboxMail> outbox_mail;
  net::HttpServer server;
  std::unique_ptr<net::Resolver> resolver;
  std::unique_ptr<net::Fetcher> fetcher;
  std::unique_ptr<net::CircuitRenewer> renewer;
  std::unique_ptr<net::Fetcher> poster;  // of webhooks, apart from the crawler's connections
  std::optional<Webhooks> webhooks;
  std::optional<crawler::Crawler> crawler;
  std::optional<SourceWatch> source_watch;
  std::optional<RetentionLoop> retention;
  std::optional<IntakeFolder> intake_folder;
  std::optional<RedisWatch> redis_watch;
  // A loop that ended with an error: it does not come back by itself.
  std::atomic<bool> crawler_failed{false};
  std::atomic<bool> matcher_failed{false};
  bool signs = false;  // the audit log, since the role is ours

  Readiness readiness();
  void watch(TaskGroup& group, std::string_view name, std::atomic<bool>* failed);
  Result<void> take_roles();
  Result<void> start_crawler();
  Result<void> start_telling();
  Result<void> start_sharing();
  Result<std::vector<crawler::Source>> load_sources();
  Result<void> start_crawler(std::vector<crawler::Source> sources);
  Result<void> begin();
};

Readiness Service::Impl::readiness() {
  Readiness parts;
  const auto note = [&](std::string name, const auto& result) {
    if (result) {
      parts.emplace(std::move(name), ok());
    } else {
      parts.emplace(std::move(name), outcome::failure(result.error()));
    }
  };
  note("database", registry->version());
  note("keys", p.keys.get(identity::KeyKind::kServiceSign, "service"));
  note("index", index.current());
  note("terms", terms.current());
  const auto alive = [](const std::atomic<bool>& failed) -> Result<void> {
    if (failed) return fail(Errc::kUnavailable, "the loop has ended", "処理が終了しています");
    return ok();
  };
  if (roles.crawler) note("crawler", alive(crawler_failed));
  if (roles.matcher) note("matcher", alive(matcher_failed));
  if (redis_watch) note("redis", redis_watch->readiness());
  return parts;
}

void Service::Impl::watch(TaskGroup& group, std::string_view name, std::atomic<bool>* failed) {
  group.on_failure([log = p.log.named(name), failed](const std::string& task, const Error& error) {
    log.error("loop.failed", {{"task", task}, {"error", to_string(error.code)}});
    if (failed != nullptr) *failed = true;
  });
}

// No file or folder: none.
Result<std::vector<crawler::Source>> Service::Impl::load_sources() {
  auto sources = crawler::load_sources(config.sources);
  if (sources || sources.error().code != Errc::kNotFound) return sources;
  p.log.warn("crawler.no_sources", {});
  return std::vector<crawler::Source>();
}

Result<void> Service::Impl::start_crawler(std::vector<crawler::Source> sources) {
  source_watch.emplace(
      SourceWatch::Parts{*frontier, *reach, *source_control, *notices, p.clock, sleeper, pool,
                         metrics, p.log.named("sources"), &gate, source_accounts.get()},
      sources, config.tick.every);
  crawling.spawn("sources", source_watch->run());
  retention.emplace(RetentionLoop::Parts{*captures, *purge, *capture_use, p.clock, sleeper, pool,
                                         metrics, p.log.named("retention")},
                    sources, config.retention);
  crawling.spawn("retention", retention->run());
  if (!config.intake.folder.empty()) {
    intake_folder.emplace(
        IntakeFolder::Parts{intake, gate, p.clock, sleeper, pool, metrics, p.log.named("intake")},
        config.intake);
    crawling.spawn("intake", intake_folder->run());
  }
  crawler.emplace(
      std::move(sources), config.crawler,
      crawler::CrawlerPorts{*fetcher, *frontier, *queue, *captures, p.clock, sleeper, p.random,
                            metrics, reach.get(), renewer.get(), source_control.get(), &gate,
                            &link_seal, politeness.get(), source_accounts.get()},
      p.log.named("crawler"), crawling);
  return crawler->start();
}

// Two crawlers would visit a host twice as often, and a matcher takes over what others hold.
Result<void> Service::Impl::take_roles() {
  const std::pair<bool, const char*> all[] = {
      {roles.crawler, "crawler"}, {roles.matcher, "matcher"}, {roles.incident, "incident"}};
  for (const auto& [wanted, name] : all) {
    if (!wanted) continue;
    TRY(auto lock, RoleLock::take(p.data, name));
    locks.push_back(std::move(lock));
  }
  return ok();
}

// Who is told of deadlines and of what happens.
Result<void> Service::Impl::start_telling() {
  for (const auto& [old, key] : {std::pair(config.escalation.old_before.has_value(), "before"),
                                 std::pair(config.escalation.old_every.has_value(), "every")}) {
    if (!old) continue;
    p.log.warn("config.old_setting",
               {{"section", "escalation"}, {"key", key}, {"now", "rules/escalation.yaml"}});
  }
  TRYV(OutboxMail::check(config.escalation, config.smtp));
  if (!config.escalation.contacts.empty()) {
    TRY(escalation_relay, operator_relay(config));
  }
  outbox_mail.emplace(OutboxMail::Parts{*outbox, escalation_relay.get(), p.clock, sleeper, p.random,
                                        pool, metrics, p.log.named("escalation"), &party_alerts},
                      config.escalation);
  TRY(auto secrets, Webhooks::load_secrets(config.webhooks));
  // Before anything is raised: what an endpoint is told begins here.
  std::vector<std::string> names;
  names.reserve(config.webhooks.endpoints.size());
  for (const auto& endpoint : config.webhooks.endpoints) {
    TRYV(outbox->cursor(endpoint.name));
    names.push_back(endpoint.name);
  }
  // Nobody would ever send what waits for an endpoint that was taken out.
  TRY(const auto given_up,
      storage::make_outbox_targets(p.db)->retire(incident::OutChannel::kWebhook, names,
                                                 "not_configured", p.clock.now()));
  if (given_up > 0) p.log.warn("webhook.endpoints_removed", {{"messages", given_up}});
  webhooks.emplace(Webhooks::Parts{*outbox, *audit, incidents, *poster, p.clock, sleeper, p.random,
                                   pool, metrics, p.log.named("webhook"), &party_alerts},
                   config.webhooks, std::move(secrets));
  // Before anything is found: what parties are told begins here.
  TRYV(party_alerts.begin());
  ticking.spawn("party_alerts", party_alerts.run());
  ticking.spawn("escalate", escalator.run());
  ticking.spawn("escalation_mail", outbox_mail->run());
  for (std::size_t i = 0; i < webhooks->size(); ++i) ticking.spawn("webhook", webhooks->run(i));
  return ok();
}

// Where Redis cannot be had at the start, the operator is told at once; later it is waited for.
Result<void> Service::Impl::start_sharing() {
  if (!p.shared.redis) return ok();
  redis_watch.emplace(
      RedisWatch::Parts{*p.shared.redis, dynamic_cast<storage::RedisWorkQueue*>(queue.get()),
                        *captures, p.clock, sleeper, pool, metrics, p.log.named("redis")});
  TRYV(redis_watch->look());
  watching.spawn("redis", redis_watch->run());
  return ok();
}

Result<void> Service::Impl::begin() {
  watch(crawling, "crawler", &crawler_failed);
  watch(matching, "matcher", &matcher_failed);
  watch(merging, "index", nullptr);
  watch(ticking, "incident", nullptr);
  watch(hunting, "hunt", nullptr);
  watch(listening, "api", nullptr);
  watch(watching, "redis", nullptr);
  TRYV(file_hosts(config));
  TRYV(take_roles());
  TRYV(start_sharing());
  std::vector<crawler::Source> sources;
  if (roles.crawler || roles.api) {
    TRY(sources, load_sources());
  }
  if (roles.crawler || roles.api) {
    TRYV(gate.look());
    crawling.spawn("disk", gate.run(pool, sleeper));
  }
  // The server first: where the address is taken, nothing has begun.
  if (roles.api) {
    reports_api.install(server);  // calendar.ics, before {id}: the first that fits is taken
    api.install(server);
    alerts_api.install(server);
    casework_api.install(server);
    moves_api.install(server);
    retention_api.install(server);
    campaigns_api.install(server);
    desk_api.install(server);
    registry_api.install(server);
    events_api.install(server);
    export_api.install(server);
    sources_api.know(sources);
    sources_api.install(server);
    shares_api.install(server);
    TRY(auto spool, SealedSpool::open(p.data / "uploads", p.clock, p.random));
    intake_api.install(server, std::move(spool));
    TRYV(server.start());
    listening.spawn("events", live_events.run());
  }
  if (roles.crawler) {
    TRYV(start_crawler(std::move(sources)));
  }
  if (roles.matcher) {
    matching.spawn("match", match_loop.run());
    matching.spawn("claims", match_loop.keep_claims());
    matching.spawn("verdicts", verdicts.run());
    hunting.spawn("hunt", hunt_loop.run());
    merging.spawn("merge", index_merge.run());
  }
  if (roles.incident) {
    signs = true;
    TRY(relay, alert_relay(config));
    alert_mail.emplace(AlertMail::Parts{*alerts, *hunts, relay.get(), p.clock, sleeper, p.random,
                                        pool, metrics, p.log.named("alert"), notices.get()},
                       config.alerts);
    TRYV(start_telling());
    ticking.spawn("mail", alert_mail->run());
    ticking.spawn("tick", tick.run());
    if (!config.bounces.maildir.empty()) {
      bounce_watch.emplace(BounceWatch::Parts{*campaign_store, p.clock, sleeper, pool, metrics,
                                              p.log.named("bounces")},
                           config.bounces, config.delivery.bounce_domain);
      ticking.spawn("bounces", bounce_watch->run());
    }
    ticking.spawn("supervision", supervision.run());
    ticking.spawn("retention", retention_watch.run());
  }
  return ok();
}

Service::Service(const asio::any_io_executor& executor, ServiceParts parts, Config config,
                 Roles roles)
    : impl_(std::make_unique<Impl>(executor, std::move(parts), std::move(config), roles)) {}
Service::~Service() = default;

Result<void> Service::start() { return impl_->begin(); }

std::string Service::base_url() const {
  return impl_->roles.api ? impl_->server.base_url() : std::string();
}

Task<void> Service::stop() {
  Impl& s = *impl_;
  s.crawling.stop();
  s.matching.stop();
  s.hunting.stop();
  s.merging.stop();
  s.index_merge.stop();
  s.ticking.stop();
  s.watching.stop();
  co_await s.server.stop(s.config.api.stop_grace);
  s.listening.stop();
  co_await s.listening.join();
  co_await s.crawling.join();
  co_await s.matching.join();
  co_await s.hunting.join();
  co_await s.merging.join();
  co_await s.ticking.join();
  co_await s.watching.join();
  if (!s.signs) co_return;
  if (const auto signed_off = s.tick.checkpoint(); !signed_off) {
    s.p.log.error("audit.checkpoint_failed", {{"error", to_string(signed_off.error().code)}});
  }
}

}  // namespace hitokoe::service
