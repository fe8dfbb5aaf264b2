#include "service/api_intake.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "hitokoe/base/crypto/digest.h"
#include "service/answers.h"

namespace hitokoe::service {
namespace {

namespace json = boost::json;
using crawler::HandedIn;
using crawler::Taken;
using net::HttpRequest;
using net::HttpResponse;

bool is_digest(std::string_view text) {
  return text.size() == 64 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string asked(const HttpRequest& request, const char* name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? std::string() : found->second;
}

std::optional<std::uint64_t> offset_of(const HttpRequest& request) {
  const auto text = asked(request, "offset");
  std::uint64_t out = 0;
  if (text.empty()) return out;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

// Lets go of an upload on every way out.
class Held {
 public:
  Held(SealedSpool& spool, std::string name) : spool_(spool), name_(std::move(name)) {}
  ~Held() {
    if (over_) {
      spool_.remove(name_);
    } else {
      spool_.let_go(name_);
    }
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  void over() { over_ = true; }  // it is not wanted any more

 private:
  SealedSpool& spool_;
  std::string name_;
  bool over_ = false;
};

}  // namespace

void IntakeApi::install(net::HttpServer& server, std::unique_ptr<SealedSpool> spool) {
  spool_ = std::move(spool);
  server.route("GET", "/api/v1/intake/{digest}", [this](const Request& r) { return state(r); });
  server.route_upload("POST", "/api/v1/intake", most_,
                      [this](const Request& r, net::HttpBody& b) { return post(r, b); });
  // Base64 is a third longer, and gzip may be longer than what it holds.
  server.route_upload("POST", "/api/v1/import/json/item", most_ + most_ / 2 + (1U << 20),
                      [this](const Request& r, net::HttpBody& b) { return post_ail(r, b); });
}

HttpResponse IntakeApi::failed(const Error& error, const Request& request) {
  const auto l = request.language();
  if (error.code == Errc::kUnavailable)
    return net::problem(400, {"the upload was cut", "アップロードが途切れました"}, l);
  if (error.code == Errc::kLimit)
    return net::problem(413,
                        {"longer than what is taken, or too many unfinished uploads",
                         "上限より長いか、未完了のアップロードが多すぎます"},
                        l);
  // Ours, or of intake.h: they repeat nothing of what came.
  if (error.code == Errc::kBadInput) return net::problem(400, error.words(), l);
  if (error.code == Errc::kConflict)
    return net::problem(409,
                        {"that upload is going on, or stands elsewhere: ask for its state",
                         "そのアップロードは進行中か、位置が違います。状態を確かめてください"},
                        l);
  p_.log.error("api.intake_failed", {{"error", to_string(error.code)}});
  return problem_for(error, l);
}

Task<std::optional<HttpResponse>> IntakeApi::refused(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const auto role = who.value().role();
  if (role != Role::kOperator && role != Role::kCoordinator)
    co_return problem_for(Error{Errc::kForbidden, "", ""}, request.language());
  if (p_.gate.open()) co_return std::nullopt;
  auto full = net::problem(503,
                           {"the disk's budget is used up; nothing is taken in",
                            "ディスクの上限に達したため、受け付けていません"},
                           request.language());
  full.headers.emplace_back("Retry-After", "300");
  co_return full;
}

Task<Result<void>> IntakeApi::receive(const std::string& name, net::HttpBody& body) {
  for (;;) {
    CO_TRY(const auto piece, co_await body.next());
    if (!piece) co_return ok();
    if (spool_->size(name).value_or(0) + piece->size() > most_ + most_ / 2 + (1U << 20))
      co_return fail(Errc::kLimit, "too long", "長すぎます");
    CO_TRYV(co_await p_.pool.run([&] { return spool_->append(name, as_bytes(*piece)); }));
  }
}

Result<Taken> IntakeApi::take(const std::string& name, const HandedIn& what,
                              const std::string& digest) {
  const std::scoped_lock lock(one_at_a_time_);
  TRY(const auto body, spool_->read(name));
  if (body.size() > most_) return fail(Errc::kLimit, "too long", "長すぎます");
  if (!digest.empty() && crypto::sha256_hex(body) != digest)
    return fail(Errc::kBadInput, "what came is not what sha256 says", "sha256 と一致しません");
  return p_.intake.take(what, body);
}

Result<Taken> IntakeApi::take_ail(const std::string& name) {
  const std::scoped_lock lock(one_at_a_time_);
  TRY(const auto text, spool_->read(name));
  TRY(const auto item, crawler::read_ail_item(text, most_));
  return p_.intake.take(item.what, item.body);
}

HttpResponse IntakeApi::answer(const Result<Taken>& taken, const Request& request) {
  if (!taken) return failed(taken.error(), request);
  const auto& t = taken.value();
  const json::object out{
      {"capture", t.capture}, {"sha256", t.sha256}, {"bytes", t.bytes}, {"known", t.known}};
  return json_response(json::serialize(out) + "\n", t.known ? 200 : 201);
}

Task<HttpResponse> IntakeApi::post(const Request& request, net::HttpBody& body) {
  if (auto no = co_await refused(request)) co_return std::move(*no);
  spool_->tidy();
  const auto digest = asked(request, "sha256");
  const auto offset = offset_of(request);
  HandedIn what{.feed = asked(request, "feed"),
                .name = asked(request, "name"),
                .url = asked(request, "url"),
                .content_type = std::string(request.header("Content-Type").value_or(""))};
  if ((!digest.empty() && !is_digest(digest)) || !offset || (*offset > 0 && digest.empty()) ||
      !crawler::is_feed_name(what.feed)) {
    co_return net::problem(
        400,
        {"feed: at most 32 of a-z 0-9 -; sha256: 64 hex digits; offset: a number, with sha256",
         "feed は a-z 0-9 - で 32 文字まで、sha256 は 16 進 64 桁、offset は sha256 とともに数"},
        request.language());
  }
  const auto name = digest.empty() ? "u-" + std::to_string(p_.random.u64()) : digest;
  const auto there = spool_->begin(name);
  if (!there) co_return failed(there.error(), request);
  Held held(*spool_, name);
  if (there.value() != *offset) co_return failed(Error{Errc::kConflict, "", ""}, request);
  const auto received = co_await receive(name, body);
  // Cut: what is there stays for who knows its digest.
  if (!received && (digest.empty() || received.error().code != Errc::kUnavailable)) held.over();
  if (!received) co_return failed(received.error(), request);
  held.over();
  const auto taken = co_await p_.pool.run([&] { return take(name, what, digest); });
  co_return answer(taken, request);
}

Task<HttpResponse> IntakeApi::post_ail(const Request& request, net::HttpBody& body) {
  if (auto no = co_await refused(request)) co_return std::move(*no);
  spool_->tidy();
  const auto name = "a-" + std::to_string(p_.random.u64());
  const auto there = spool_->begin(name);
  if (!there) co_return failed(there.error(), request);
  Held held(*spool_, name);
  held.over();
  const auto received = co_await receive(name, body);
  if (!received) co_return failed(received.error(), request);
  const auto taken = co_await p_.pool.run([&] { return take_ail(name); });
  co_return answer(taken, request);
}

Task<HttpResponse> IntakeApi::state(const Request& request) {
  if (auto no = co_await refused(request)) co_return std::move(*no);
  const auto& digest = request.params.at("digest");
  const auto bytes = is_digest(digest) ? spool_->size(digest) : std::nullopt;
  if (!bytes) co_return problem_for(Error{Errc::kNotFound, "", ""}, request.language());
  co_return json_response(json::serialize(json::object{{"sha256", digest}, {"bytes", *bytes}}) +
                          "\n");
}

}  // namespace hitokoe::service
