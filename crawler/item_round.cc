// One item: asked for as its adapter wants it, and what is new in it kept.
#include <algorithm>

#include "crawler/blindness.h"
#include "crawler/engine.h"
#include "crawler/links.h"
#include "crawler/request.h"
#include "hitokoe/base/crypto/digest.h"

namespace hitokoe::crawler {

namespace {

bool is_readable(const net::Response& response, const Ask& ask) {
  const int status = response.status;
  if (status == 416) return !net::header(ask.headers, "range").empty();
  return (status >= 200 && status < 300) || status == 304;
}

bool is_gone(int status) { return status == 404 || status == 410; }

CaptureMeta capture_of(const FetchJob& job, const net::Response& response, const Piece& piece,
                       const std::string& circuit, UtcTime now) {
  const auto item = piece.name.empty() ? job.item : job.item + "#" + piece.name;
  return {.id = capture_id(job.source, item, piece.body),
          .source = job.source,
          .item = item,
          .url = job.url,
          .final_url = response.final_url,
          .fetched = now,
          .status = response.status,
          .request_headers = response.request_headers,
          .response_headers = response.headers,
          .content_type = piece.content_type.empty()
                              ? std::string(net::header(response.headers, "content-type"))
                              : piece.content_type,
          .remote_address = response.remote_address,
          .circuit = circuit,
          .protocol = response.protocol,
          .certificates = response.certificates,
          .sha256 = crypto::sha256_hex(piece.body),
          .size = piece.body.size(),
          .cut = response.cut != net::Cut::kNone,
          .cut_reason = std::string(net::to_string(response.cut))};
}

// A session is a secret: the names of its cookies stay, their values do not.
void hide_cookies(net::Headers& headers) {
  for (auto& [name, value] : headers) {
    std::string lower = name;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) {
      return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    });
    if (lower != "set-cookie") continue;
    // Without '=' all of it is the value.
    const auto equals = value.substr(0, value.find(';')).find('=');
    value = equals == std::string::npos ? "(hidden)" : value.substr(0, equals) + "=(hidden)";
  }
}

std::string cut_reason(const net::Response& response) {
  return response.cut == net::Cut::kNone ? "" : "cut_" + std::string(net::to_string(response.cut));
}

}  // namespace

Task<Result<void>> Crawler::Engine::serve_item(const FetchJob& job, State& state, Host& host) {
  const Source& source = state.source;
  FetchJob now = job;
  if (ports_.seal != nullptr) {
    auto link = ports_.seal->open(job.url);
    if (!link) co_return miss(job, state, FetchOutcome::kRefused, "no_key");
    now.url = std::move(link).value();
  }
  bool again = false;
  for (std::uint32_t pages = 1;;) {
    const auto wish = source.adapter->ask_item(source, now.url, now.memory);
    if (!wish.refused.empty()) co_return miss(now, state, FetchOutcome::kRefused, wish.refused);
    if (!robots_allow(state, host, wish.url))
      co_return miss(now, state, FetchOutcome::kRefused, "robots");
    auto request = make_request(source, wish, source.body_cap);
    CO_TRY(const auto asked, co_await ask_as(state, host, std::move(request)));
    if (!asked.kept_out.empty()) co_return kept_out_of(now, state, host, asked.kept_out);
    const auto& response = asked.answer;
    CO_TRYV(note_answer(now, state, response));
    if (!response) co_return no_answer(now, state, response.error());
    if (is_gone(response.value().status) && !again) {
      if (auto memory = source.adapter->memory_without_page(now.memory)) {
        again = true;
        now.memory = std::move(*memory);
        CO_TRYV(co_await wait_for(host));
        continue;
      }
    }
    if (!is_readable(response.value(), wish)) co_return bad_status(now, state, response.value());
    CO_TRY(const auto url, net::Url::parse(response.value().final_url));
    const Answer answer{response.value().status, response.value().headers, response.value().body,
                        response.value().cut, url};
    auto reading = source.adapter->read_item(source, answer, now.url, now.memory);
    if (reading.what == ItemReading::What::kAgain && !again) {
      again = true;
      now.memory = std::move(reading.memory);
      CO_TRYV(co_await wait_for(host));
      continue;
    }
    if (reading.what == ItemReading::What::kMore && pages < source.max_pages) {
      // Captured before the next page is asked for: what fails later loses nothing.
      for (auto& piece : reading.pieces) {
        CO_TRYV(keep(now, state, host, response.value(), std::move(piece)));
      }
      now.memory = std::move(reading.memory);
      ++pages;
      CO_TRYV(co_await wait_for(host));
      continue;
    }
    co_return take_reading(now, state, host, response.value(), std::move(reading));
  }
}

Result<void> Crawler::Engine::take_reading(const FetchJob& job, State& state, const Host& host,
                                           const net::Response& response, ItemReading reading) {
  using What = ItemReading::What;
  auto now = job;
  now.memory = std::move(reading.memory);
  // This order loses nothing at a crash: each step can be done again.
  for (auto& piece : reading.pieces) {
    TRYV(keep(now, state, host, response, std::move(piece)));
  }
  switch (reading.what) {
    case What::kMore: {
      // So much in one go: the rest is read a little later, and other items come first.
      now.tries = 0;
      TRY(now.url, sealed(now.url));
      return ports_.frontier.retry(now, ports_.clock.now() + state.source.schedule, "");
    }
    case What::kTaken:
    case What::kNothingNew:
      state.foreign.clear();
      if (!reading.reason.empty()) {
        log_.info("item_remark", {{"source", job.source}, {"reason", reading.reason}});
      }
      now.tries = 0;
      now.url = without_fragment(now.url);
      return ports_.frontier.done(now, FetchOutcome::kFetched, ports_.clock.now(),
                                  cut_reason(response));
    case What::kGone:
      return miss(now, state, FetchOutcome::kGone, reading.reason);
    case What::kRefused:
      return miss(now, state, FetchOutcome::kRefused, reading.reason);
    case What::kBlind:
      warn(state, reading.reason);
      return put_back(now, state, FetchOutcome::kFailed, reading.reason, Duration::zero());
    case What::kForeign:
      note_foreign(now, state, response);
      return put_back(now, state, FetchOutcome::kFailed, reading.reason, Duration::zero());
    case What::kLater:
    case What::kAgain:
      break;
  }
  const auto reason = reading.reason.empty() ? "not_ready" : reading.reason;
  return put_back(now, state, FetchOutcome::kFailed, reason, reading.wait);
}

// One is a dead link that is answered with 200; several one after the other, and the site gives us
// none of them.
void Crawler::Engine::note_foreign(const FetchJob& job, State& state,
                                   const net::Response& response) {
  constexpr std::size_t kSeveral = 3;
  if (state.foreign.size() < kSeveral) state.foreign.insert(job.item);
  if (state.foreign.size() < kSeveral) return;
  const auto why = why_blind(response.body);
  warn(state, why.empty() ? "item_type" : std::string(why));
}

Result<void> Crawler::Engine::keep(const FetchJob& job, State& state, const Host& host,
                                   const net::Response& response, Piece piece) {
  // What the queue did not take before comes first: when it is asked for again, it may be gone.
  TRYV(push_kept());
  const auto now = ports_.clock.now();
  auto meta = capture_of(job, response, piece, circuit_of(state, host).name(), now);
  if (state.source.login) hide_cookies(meta.response_headers);
  TRYV(ports_.captures.put(meta, piece.body));
  unpushed_ = meta.id;
  TRYV(push_kept());
  TRYV(follow(state, meta.content_type, piece, response.final_url));
  ++state.round.captures;
  state.round.bytes += meta.size;
  state.probe.captures.add();
  state.probe.bytes.add(meta.size);
  if (meta.cut) {
    ++state.round.cut;
    state.probe.cut.add();
    log_.info("capture_cut", {{"source", job.source}, {"reason", meta.cut_reason}});
  }
  return ok();
}

Result<std::string> Crawler::Engine::sealed(const std::string& link) {
  if (ports_.seal == nullptr) return link;
  return ports_.seal->seal(link);
}

// One step deep: what a linked source gives is not looked through for more.
Result<void> Crawler::Engine::follow(const State& state, const std::string& content_type,
                                     const Piece& piece, const std::string& from) {
  if (linked_.empty() || !state.source.adapter->lists()) return ok();
  const auto links = links_of(piece, content_type, from);
  for (auto* to : linked_) {
    std::vector<FetchJob> jobs;
    for (const auto& link : links) {
      auto found = to->source.adapter->linked(to->source, link);
      if (!found) continue;
      const auto url = net::Url::parse(found->url);
      if (!url) continue;
      TRY(found->url, sealed(found->url));
      jobs.push_back({.source = to->source.id,
                      .item = std::move(found->key),
                      .url = std::move(found->url),
                      .host = url.value().origin(),
                      .tries = 0,
                      .due = horizon()});
    }
    if (jobs.empty()) continue;
    TRY(const auto added, ports_.frontier.add(jobs));
    to->round.listed += jobs.size();
    to->round.added += added;
    to->probe.listed.add(added);
  }
  return ok();
}

}  // namespace hitokoe::crawler
