// The crawler's insides: a pump that starts attempts for free hosts, and the attempts.
//
// The pump is a plain function: it runs when something may have become possible (an attempt ended,
// an alarm went off, the start) and never waits. Alarms are tasks that sleep on the injected
// Sleeper; a new one is set only when none is set for an earlier moment.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "crawler/adapters/adapter.h"
#include "crawler/circuit.h"
#include "crawler/hosts.h"
#include "crawler/listing.h"
#include "crawler/probe.h"
#include "hitokoe/crawler/crawler.h"

namespace hitokoe::crawler {

class Crawler::Engine {
 public:
  Engine(std::vector<Source> sources, CrawlerOptions options, CrawlerPorts ports, const Logger& log,
         TaskGroup& group);

  Result<void> start();
  Task<Result<CrawlReport>> run_once(OnceOptions once);
  CrawlReport report() const;

 private:
  struct State {
    State(Source s, MetricsRegistry& metrics, Random& random)
        : source(std::move(s)), circuit(source, random), probe(metrics, source.id) {}
    Source source;
    Circuit circuit;
    SourceProbe probe;
    SourceRound round;
    std::string memory;  // of the list
    bool listed_before = false;
  };

  // The pages of one list, read in one attempt.
  struct ListRound {
    ListMemory memory;
    std::deque<Ask> pages;   // still to ask for
    std::uint32_t read = 0;  // pages
    std::uint64_t seen = 0;  // entries, known ones too
    std::uint64_t added = 0;
    bool cut = false;
    std::string reason;  // what looked wrong; empty: nothing
    Validators validators;
  };

  // Holds a host while an attempt runs; whatever ends the attempt frees it.
  class Slot {
   public:
    Slot(Engine& engine, std::string host);
    Slot(Slot&& other) noexcept;
    Slot& operator=(Slot&&) = delete;
    ~Slot();

   private:
    Engine* engine_;
    std::string host_;
  };

  // --- engine.cc
  Result<void> begin();
  Result<void> push_orphans();
  FetchJob list_job(const State& state, UtcTime due) const;
  UtcTime horizon() const;  // jobs that are due later do not belong to this round
  void pump();
  Result<void> know_paused();  // which sources may begin something now
  bool gate_open() const { return ports_.gate == nullptr || ports_.gate->open(); }
  Result<bool> pump_one(SteadyTime now);  // false: nothing to start now
  Result<void> set_alarm_for_next(SteadyTime now);
  void set_alarm(SteadyTime at);
  Task<Result<void>> alarm(SteadyTime at);
  Task<Result<void>> pump_again();
  void free_host(const std::string& host);
  Result<bool> round_is_over();
  void storage_failed(const Error& error);
  void warn(State& state, std::string what);

  // --- attempt.cc
  Task<Result<void>> attempt(FetchJob job, Slot slot);
  Task<Result<void>> serve(const FetchJob& job, State& state, Host& host);
  // False: robots.txt cannot be had; the job was put back.
  Task<Result<bool>> know_robots(const FetchJob& job, State& state, Host& host);
  // Whether robots.txt allows this very request; what is not known allows it.
  bool robots_allow(const State& state, const Host& host, const std::string& url) const;
  Task<Result<net::Response>> ask(State& state, Host& host, net::Request request);
  Task<Result<net::Response>> ask_twice(State& state, Host& host, net::Request request);
  Task<Result<void>> wait_for(const Host& host);
  // Whether its host could be reached, for the history.
  Result<void> note_answer(const FetchJob& job, State& state,
                           const Result<net::Response>& response);
  Result<void> no_answer(const FetchJob& job, State& state, const Error& error);
  Result<void> bad_status(const FetchJob& job, State& state, const net::Response& response);

  // --- list_round.cc
  Task<Result<void>> serve_list(const FetchJob& job, State& state, Host& host);
  // Queues the items of a page, keeps those that came with it, and notes the pages that follow.
  Result<void> take_page(const FetchJob& job, State& state, ListRound& round,
                         const net::Response& response);
  Result<void> keep_listed(State& state, const std::vector<ListedItem>& items,
                           const net::Response& response, ListRound& round);
  void turn_pages(const FetchJob& job, State& state, const std::vector<net::Url>& next,
                  ListRound& round);
  Result<void> list_over(const FetchJob& job, State& state, const ListRound& round);
  Result<void> list_done(const FetchJob& job, State& state, FetchOutcome outcome,
                         const std::string& reason);

  // --- item_round.cc
  Task<Result<void>> serve_item(const FetchJob& job, State& state, Host& host);
  Result<void> take_reading(const FetchJob& job, State& state, const net::Response& response,
                            ItemReading reading);
  // A capture: stored, pushed, and the links in it followed.
  Result<void> keep(const FetchJob& job, State& state, const net::Response& response, Piece piece);
  Result<void> follow(const State& state, ByteView text);
  // As it may stand in the frontier.
  Result<std::string> sealed(const std::string& link);

  // --- attempt.cc
  Result<void> miss(const FetchJob& job, State& state, FetchOutcome outcome,
                    const std::string& reason);
  Result<void> put_back(const FetchJob& job, State& state, FetchOutcome at_last,
                        const std::string& reason, Duration not_before);
  Duration backoff(std::uint32_t tries, Duration most);

  // --- overlay.cc
  Task<Result<void>> renew_circuit(State& state);
  Task<Result<net::Response>> ask_through(State& state, Host& host, net::Request request);
  Result<void> note_reach(State& state, const std::string& host, const std::string& why_not);

  CrawlerOptions options_;
  CrawlerPorts ports_;
  Logger log_;
  TaskGroup& group_;
  CrawlerProbe probe_;
  std::vector<std::string> ids_;
  std::vector<std::string> active_;  // of them, those that nobody paused
  std::vector<State*> linked_;       // sources without a list of their own
  std::map<std::string, std::unique_ptr<State>> states_;
  Hosts hosts_;
  std::vector<CrawlWarning> warnings_;

  bool running_ = false;
  bool pumping_ = false;
  bool pump_wanted_ = false;
  std::size_t in_flight_ = 0;
  std::multiset<SteadyTime> alarms_;
  SteadyTime paused_until_{};
  std::optional<SteadyTime> signalled_;  // when Tor was asked for new circuits
  SteadyTime begun_{};
  std::optional<OnceOptions> once_;
  UtcTime round_start_{};
  std::optional<Error> round_error_;
  std::shared_ptr<asio::steady_timer> round_over_;
};

}  // namespace hitokoe::crawler
