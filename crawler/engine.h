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
#include <span>
#include <string>
#include <vector>

#include "crawler/adapters/adapter.h"
#include "crawler/circuit.h"
#include "crawler/hosts.h"
#include "crawler/listing.h"
#include "crawler/probe.h"
#include "crawler/request.h"
#include "crawler/seats.h"
#include "hitokoe/crawler/crawler.h"
#include "hitokoe/crawler/frontier_order.h"
#include "hitokoe/crawler/frontier_restarts.h"
#include "hitokoe/crawler/frontier_waits.h"

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
        : source(std::move(s)),
          circuit(source, random),
          probe(metrics, source.id),
          seats(source, random) {}
    Source source;
    Circuit circuit;
    SourceProbe probe;
    SourceRound round;
    Seats seats;         // empty where nobody signs in
    std::string memory;  // of the list
    // Items that came as another media type, since one came as it should.
    std::set<std::string> foreign;
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
    Slot(Engine& engine, std::string host, Seats* seats, Seat* seat);
    Slot(Slot&& other) noexcept;
    Slot& operator=(Slot&&) = delete;
    ~Slot();

   private:
    Engine* engine_;
    std::string host_;
    Seats* seats_;
    Seat* seat_;  // its account, given back with the host; null: none
  };

  // --- engine.cc
  Result<void> begin();
  Result<void> queue_lists();  // those that are not queued
  Result<void> keep_lists();   // the same, where what keeps the frontier may have forgotten them
  Result<void> push_orphans();
  Result<void> push_last(std::span<const std::string> ids);
  Result<void> push_kept();
  Result<void> know_rests();      // hosts that asked to be left alone, before this process
  Duration longest_wait() const;  // that a job may be given
  Result<void> notice_clock();    // that was set: what waits by it waits no longer for that
  Result<void> set_waits(UtcTime now, Duration step);  // that were of the clock as it was
  // Others, with clocks of their own, queue jobs and write down rests here, too.
  bool shared() const { return ports_.politeness != nullptr; }
  FetchJob list_job(const State& state, UtcTime due) const;
  UtcTime horizon() const;  // jobs that are due later do not belong to this round
  void pump();
  Result<void> know_paused();  // which sources may begin something now
  bool gate_open() const { return ports_.gate == nullptr || ports_.gate->open(); }
  Result<bool> pump_one(SteadyTime now);  // false: nothing to start now
  // Of the offered sources and the hosts that may be asked now.
  Result<std::optional<FetchJob>> next_job(SteadyTime now);
  Result<std::optional<UtcTime>> next_job_due(SteadyTime now);
  void offer();  // in the frontier's order, where that changed
  Result<void> set_alarm_for_next(SteadyTime now);
  void set_alarm(SteadyTime at);
  Task<Result<void>> alarm(SteadyTime at);
  Task<Result<void>> pump_again();
  void free_host(const std::string& host);
  Result<bool> round_is_over();
  void storage_failed(const Error& error);
  void warn(State& state, std::string what);
  void note_foreign(const FetchJob& job, State& state, const net::Response& response);

  // --- turns.cc: hosts that are shared with other processes
  // The job that may be fetched now; none where it is another's turn, or where another process did
  // it in the meantime: one looks again.
  Result<std::optional<FetchJob>> take_turn(const FetchJob& job, SteadyTime now);
  bool may_ask(const Host& host) const;
  Result<void> still_ours(const Host& host) const;  // kCancelled where it may not be asked
  // Told at once, so that whoever takes over after our death lets the host rest as well.
  void owe(Host& host);
  void give_back(Host& host);
  Task<Result<void>> keep_turns();
  Result<void> renew_turns();

  // --- attempt.cc
  Task<Result<void>> attempt(FetchJob job, Slot slot);
  Task<Result<void>> serve(const FetchJob& job, State& state, Host& host);
  // False: robots.txt cannot be had; the job was put back.
  Task<Result<bool>> know_robots(const FetchJob& job, State& state, Host& host);
  Task<Result<RobotsAnswer>> ask_for_robots(const FetchJob& job, State& state, Host& host);
  // Whether robots.txt allows this very request; what is not known allows it.
  bool robots_allow(const State& state, const Host& host, const std::string& url) const;
  Task<Result<net::Response>> ask(State& state, Host& host, net::Request request);
  Task<Result<net::Response>> ask_twice(State& state, Host& host, net::Request request);
  // The source's delay and what robots.txt wants.
  Duration least_pause(const State& state, const Host& host) const;
  Duration patience_of(const net::Response& response) const;
  Result<void> remember_rest(const std::string& host, SteadyTime until);
  Task<Result<void>> wait_for(const Host& host);
  // Whether its host could be reached, for the history.
  Result<void> note_answer(const FetchJob& job, State& state,
                           const Result<net::Response>& response);
  Result<void> no_answer(const FetchJob& job, State& state, const Error& error);
  Result<void> bad_status(const FetchJob& job, State& state, const net::Response& response);

  // --- list_round.cc
  Task<Result<void>> serve_list(const FetchJob& job, State& state, Host& host);
  // Queues the items of a page, keeps those that came with it, and notes the pages that follow.
  Result<void> take_page(const FetchJob& job, State& state, const Host& host, ListRound& round,
                         const net::Response& response);
  Result<void> keep_listed(State& state, const Host& host, const std::vector<ListedItem>& items,
                           const net::Response& response, ListRound& round);
  void turn_pages(const FetchJob& job, State& state, const std::vector<net::Url>& next,
                  ListRound& round);
  Result<void> list_over(const FetchJob& job, State& state, const ListRound& round);
  Result<void> list_done(const FetchJob& job, State& state, FetchOutcome outcome,
                         const std::string& reason);

  // --- item_round.cc
  Task<Result<void>> serve_item(const FetchJob& job, State& state, Host& host);
  Result<void> take_reading(const FetchJob& job, State& state, const Host& host,
                            const net::Response& response, ItemReading reading);
  // A capture: stored, pushed, and the links in it followed.
  Result<void> keep(const FetchJob& job, State& state, const Host& host,
                    const net::Response& response, Piece piece);
  Result<void> follow(const State& state, const std::string& content_type, const Piece& piece,
                      const std::string& from);
  // As it may stand in the frontier.
  Result<std::string> sealed(const std::string& link);

  // --- attempt.cc
  Result<void> miss(const FetchJob& job, State& state, FetchOutcome outcome,
                    const std::string& reason);
  Result<void> put_back(const FetchJob& job, State& state, FetchOutcome at_last,
                        const std::string& reason, Duration not_before);
  Duration backoff(std::uint32_t tries, Duration most);

  // --- visit.cc
  class Doorway;
  static const Circuit& circuit_of(const State& state, const Host& host);
  static Circuit& circuit_of(State& state, Host& host);
  Result<void> know_accounts();
  std::vector<std::string> offered() const;  // of the active ones, those that an attempt is for
  // Nobody's from now on.
  void shut(Seat& seat);
  Result<bool> open_seat(Seat& seat);
  Result<void> note_seat(State& state, Seat& seat, AccountState now, const std::string& reason,
                         Duration wait);
  Task<Result<std::string>> sign_in_seat(State& state, Host& host);
  Task<Result<std::string>> enter(State& state, Host& host);
  struct Asked {
    Result<net::Response> answer = net::Response{};  // the fetch, and its error
    std::string kept_out;  // why there is no answer to be read; empty: there is
  };
  // Fails only where a store fails, and when the group stops.
  Task<Result<Asked>> ask_as(State& state, Host& host, net::Request request);
  Result<void> put_off(const FetchJob& job, State& state, const std::string& why);
  Result<void> nobody_to_go(const FetchJob& job, State& state);
  Result<void> kept_out_of(const FetchJob& job, State& state, Host& host, const std::string& why);

  // --- overlay.cc
  Task<Result<void>> renew_circuit(State& state, Host& host);
  Task<Result<net::Response>> ask_through(State& state, Host& host, net::Request request);
  Result<void> note_reach(State& state, const std::string& host, const std::string& why_not);

  CrawlerOptions options_;
  CrawlerPorts ports_;
  FrontierWaits* waits_;              // of the frontier; null: it keeps none
  FrontierOrder* order_;              // of the frontier; null: it keeps none
  FrontierRestarts* restarts_;        // of the frontier; null: it never forgets
  std::uint64_t known_restarts_ = 0;  // after which all lists were queued
  Logger log_;
  TaskGroup& group_;
  CrawlerProbe probe_;
  std::vector<std::string> ids_;
  std::vector<std::string> active_;  // of them, those that nobody paused
  std::vector<std::string> told_;    // what the frontier's order offers
  std::vector<State*> linked_;       // sources without a list of their own
  std::vector<State*> signing_in_;   // sources with accounts
  std::map<std::string, std::unique_ptr<State>> states_;
  Hosts hosts_;
  std::vector<CrawlWarning> warnings_;

  std::string unpushed_;  // a capture that the queue did not take when it was kept; "": none
  bool running_ = false;
  bool pumping_ = false;
  bool pump_wanted_ = false;
  std::size_t in_flight_ = 0;
  std::multiset<SteadyTime> alarms_;
  SteadyTime paused_until_{};
  Duration wall_ahead_{};                // of the steady clock, when it was looked at last
  std::optional<SteadyTime> signalled_;  // when Tor was asked for new circuits
  SteadyTime begun_{};
  std::optional<OnceOptions> once_;
  UtcTime round_start_{};
  std::optional<Error> round_error_;
  std::shared_ptr<asio::steady_timer> round_over_;
};

}  // namespace hitokoe::crawler
