// One list: its pages one after the other, what is in them queued, and what was remembered kept.
#include <algorithm>

#include "crawler/blindness.h"
#include "crawler/engine.h"
#include "crawler/found_items.h"
#include "crawler/request.h"
#include "hitokoe/crawler/frontier_texts.h"
#include "hitokoe/crawler/reasons.h"

namespace hitokoe::crawler {

namespace {

// What a server says and we say again; what is no plain ASCII is not kept, and not said.
std::string kept_text(std::string_view header) {
  const bool plain = std::ranges::all_of(header, [](char c) { return c >= ' ' && c <= '~'; });
  return plain ? std::string(header) : std::string();
}

bool is_success(int status) { return status >= 200 && status < 300; }
bool is_gone(int status) { return status == 404 || status == 410; }

}  // namespace

Task<Result<void>> Crawler::Engine::serve_list(const FetchJob& job, State& state, Host& host) {
  const Source& source = state.source;
  // Another process may have read this list since we did.
  if (ports_.politeness != nullptr) state.memory = job.memory;
  ListRound round;
  round.memory = {state.memory, state.memory};
  round.pages.push_back(source.adapter->ask_list(source, state.memory));
  for (; !round.pages.empty(); ++round.read) {
    if (round.read == source.max_pages) {
      // The first time there is always more than is wanted.
      if (!state.memory.empty()) round.reason = "list_too_long";
      break;
    }
    if (round.read > 0) {
      CO_TRYV(co_await wait_for(host));
    }
    const auto wish = std::move(round.pages.front());
    round.pages.pop_front();
    if (!robots_allow(state, host, wish.url)) {
      if (round.read == 0)
        co_return put_back(job, state, FetchOutcome::kRefused, "robots", source.schedule);
      warn(state, "robots");
      continue;
    }
    auto request = make_request(source, wish, source.list_cap);
    // What is compared is this very page; a page that depends on what was read has none.
    const bool conditional = round.read == 0 && wish.url == job.url;
    if (conditional) {
      CO_TRY(auto validators, ports_.frontier.validators(job.url));
      if (validators) {
        request.etag = std::move(validators->etag);
        request.last_modified = std::move(validators->last_modified);
      }
    }
    CO_TRY(const auto asked, co_await ask_as(state, host, std::move(request)));
    if (!asked.kept_out.empty()) co_return kept_out_of(job, state, host, asked.kept_out);
    const auto& response = asked.answer;
    CO_TRYV(note_answer(job, state, response));
    if (!response) co_return no_answer(job, state, response.error());
    const int status = response.value().status;
    if (status == 304) {
      if (round.read > 0) continue;
      co_return list_done(job, state, FetchOutcome::kUnchanged, "");
    }
    if (round.read > 0 && is_gone(status)) {
      warn(state, "status_" + std::to_string(status));
      continue;
    }
    if (!is_success(status)) co_return bad_status(job, state, response.value());
    if (conditional) {
      round.validators = {
          .etag = kept_text(net::header(response.value().headers, "etag")),
          .last_modified = kept_text(net::header(response.value().headers, "last-modified"))};
    }
    CO_TRYV(take_page(job, state, host, round, response.value()));
    if (is_blind(round.reason)) break;
  }
  co_return list_over(job, state, round);
}

Result<void> Crawler::Engine::take_page(const FetchJob& job, State& state, const Host& host,
                                        ListRound& round, const net::Response& response) {
  TRY(const auto url, net::Url::parse(response.final_url));
  const bool cut = response.cut != net::Cut::kNone;
  const Answer answer{response.status, response.headers, response.body, response.cut, url};
  const auto listing = state.source.adapter->read_list(state.source, answer, round.memory);
  if (cut) {
    round.cut = true;
    round.reason = "list_cut";
  }
  if (!listing || !listing.value().blind.empty() || listing.value().seen == 0) {
    std::string why(why_blind(response.body));
    if (why.empty() && !listing) why = state.source.kind == "feed" ? "bad_feed" : "blind_shape";
    if (why.empty()) why = listing.value().blind;
    if (!why.empty() && !cut) round.reason = why;
    if (!listing || !why.empty()) return ok();
  }
  const auto& found = listing.value();
  std::vector<FetchJob> jobs;
  jobs.reserve(found.items.size());
  for (const auto& item : found.items) {
    if (item.piece) continue;
    jobs.push_back({.source = state.source.id,
                    .item = item.key,
                    .url = item.url.text(),
                    .host = item.url.origin(),
                    .tries = 0,
                    .due = horizon(),
                    .version = item.version});
  }
  TRY(const auto added, queue_found(ports_.frontier, log_, state.source.id, jobs));
  round.added += added;
  round.seen += found.seen;
  state.round.listed += found.items.size();
  state.round.added += added;
  state.probe.listed.add(added);
  TRYV(keep_listed(state, host, found.items, response, round));
  if (found.too_long && !cut) round.reason = "list_too_long";
  turn_pages(job, state, found.next, round);
  return ok();
}

// What came with the list is captured as it is; again after a crash, it is the same capture.
Result<void> Crawler::Engine::keep_listed(State& state, const Host& host,
                                          const std::vector<ListedItem>& items,
                                          const net::Response& response, ListRound& round) {
  for (const auto& item : items) {
    if (!item.piece) continue;
    const FetchJob job{.source = state.source.id,
                       .item = item.key,
                       .url = item.url.text(),
                       .host = item.url.origin(),
                       .tries = 0,
                       .due = horizon(),
                       .version = item.version};
    TRYV(keep(job, state, host, response, *item.piece));
    TRYV(ports_.frontier.done(job, FetchOutcome::kFetched, ports_.clock.now(), ""));
    ++round.added;
    ++state.round.added;
    state.probe.listed.add(1);
  }
  return ok();
}

// A host is asked one thing at a time, and this attempt holds one host: pages elsewhere are not
// turned to.
void Crawler::Engine::turn_pages(const FetchJob& job, State& state,
                                 const std::vector<net::Url>& next, ListRound& round) {
  for (const auto& url : next) {
    if (url.origin() != job.host) {
      warn(state, "foreign_host");
    } else if (round.pages.size() <= state.source.max_pages) {
      round.pages.push_back({.url = url.text()});
    }
  }
}

Result<void> Crawler::Engine::list_over(const FetchJob& job, State& state, const ListRound& round) {
  auto reason = round.reason;
  if (round.seen == 0 && reason.empty() && state.listed_before) reason = "blind?";
  if (round.seen > 0) state.listed_before = true;
  state.probe.blind.set(is_blind(reason) ? 1 : 0);
  log_.info("list_read",
            {{"source", state.source.id}, {"listed", round.seen}, {"added", round.added}});
  if (reason == "bad_feed")
    return put_back(job, state, FetchOutcome::kFailed, reason, Duration::zero());
  if (!reason.empty()) warn(state, reason);
  auto done = job;
  if (!is_blind(reason) && !round.cut && is_memory(round.memory.after))
    done.memory = state.memory = round.memory.after;
  if (reason.empty()) {
    // After all items are queued: a crash before must not turn the next answer into a 304. And
    // never for a list that looks wrong.
    TRYV(ports_.frontier.set_validators(job.url, round.validators));
  }
  const bool blind = is_blind(reason) && reason != "blind?";
  return list_done(done, state, blind ? FetchOutcome::kFailed : FetchOutcome::kFetched, reason);
}

Result<void> Crawler::Engine::list_done(const FetchJob& job, State& state, FetchOutcome outcome,
                                        const std::string& reason) {
  const auto now = ports_.clock.now();
  auto next = list_job(state, now + state.source.schedule);
  next.memory = job.memory;
  TRYV(ports_.frontier.list_done(next, outcome, now, reason));
  if (outcome == FetchOutcome::kFailed) return ok();
  state.probe.last_success.set(
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
  return ok();
}

}  // namespace hitokoe::crawler
