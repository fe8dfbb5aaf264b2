#include "hitokoe/crawler/account_check.h"

#include <algorithm>

#include "crawler/adapters/adapter.h"
#include "crawler/request.h"
#include "crawler/seats.h"
#include "crawler/sign_in.h"

namespace hitokoe::crawler {

namespace {

class Desk final : public SignInAsks {
 public:
  Desk(const Source& source, Seat& seat, net::Fetcher& fetcher, Sleeper& sleeper)
      : source_(source), seat_(seat), fetcher_(fetcher), sleeper_(sleeper) {}

  Task<Result<void>> know_robots() {
    if (!source_.obey_robots) co_return ok();
    ++requests;
    CO_TRY(auto answer,
           co_await ask_robots(source_, source_.url.origin(), fetcher_, seat_.circuit.name()));
    trouble_ = std::move(answer.trouble);
    robots_ = std::move(answer.robots);
    co_return ok();
  }
  // Why nothing may be asked for now: robots.txt cannot be had. Empty: it is known.
  const std::string& trouble() const { return trouble_; }

  Task<Result<net::Response>> ask(net::Request request) override {
    if (requests > 0) {
      CO_TRYV(co_await sleeper_.sleep_for(source_.delay));
    }
    ++requests;
    request.cookies = seat_.jar;
    request.isolation = seat_.circuit.name();
    co_return co_await fetcher_.fetch(std::move(request));
  }

  bool robots_allow(const std::string& text) override {
    const auto url = net::Url::parse(text);
    return !robots_ || !url || robots_->allows(url.value().target());
  }

  int requests = 0;

 private:
  const Source& source_;
  Seat& seat_;
  net::Fetcher& fetcher_;
  Sleeper& sleeper_;
  std::optional<Robots> robots_;
  std::string trouble_;
};

// The list as it is shown to the account.
Task<Result<std::string>> looked_in(const Source& source, Desk& desk) {
  const auto wish = source.adapter->ask_list(source, "");
  if (!desk.robots_allow(wish.url)) co_return "robots";
  const auto response = co_await desk.ask(make_request(source, wish, source.list_cap));
  if (!response) {
    if (response.error().code == Errc::kCancelled) co_return outcome::failure(response.error());
    co_return std::string(net::fault_name(response.error()));
  }
  switch (standing_of(source, response.value())) {
    case Standing::kBanned:
      co_return "banned";
    case Standing::kSignedOut:
      co_return "login_page";
    case Standing::kUnknown:
      co_return "foreign_host";
    case Standing::kSignedIn:
      break;
  }
  const int status = response.value().status;
  if (status < 200 || status > 299) co_return "status_" + std::to_string(status);
  co_return "";
}

AccountState state_after(const SourceAccount& account, const std::string& reason) {
  if (reason.empty()) return AccountState::kSignedIn;
  if (reason == "banned") return AccountState::kBanned;
  if (reason == "login_refused") return AccountState::kRefused;
  if (reason == "login_page" && !account.has_password) return AccountState::kExpired;
  return AccountState::kFailed;
}

}  // namespace

Task<Result<AccountCheck>> check_account(const Source& source, SourceAccounts& accounts,
                                         std::string name, std::string by, net::Fetcher& fetcher,
                                         const Clock& clock, Sleeper& sleeper, Random& random) {
  CO_TRY(const auto all, accounts.list());
  CO_TRY(const auto opened, accounts.open(source.id, name));
  const auto own = std::ranges::find_if(all, [&](const SourceAccount& account) {
    return account.source == source.id && account.name == name;
  });
  if (own == all.end())
    co_return fail(Errc::kNotFound, "no such account", "そのようなアカウントはありません");
  Seat seat(*own, source, random);
  seat.jar->add(opened.cookies);
  Desk desk(source, seat, fetcher, sleeper);
  CO_TRYV(co_await desk.know_robots());
  std::string reason = desk.trouble();
  auto& account = seat.account;
  // That says nothing of the account: nothing is noted.
  if (!reason.empty()) {
    account.state = AccountState::kFailed;
    account.reason = reason;
    co_return AccountCheck{account, desk.requests};
  }
  bool seen = false;
  if (account.from_browser) {
    CO_TRY(reason, co_await looked_in(source, desk));
    seen = reason.empty();
  } else {
    seat.jar->clear();
  }
  if (!seen && account.has_password) {
    CO_TRY(reason, co_await sign_in(source, opened.secrets, desk));
    if (reason.empty()) {
      ++account.sign_ins;
      account.last_sign_in = clock.now();
      CO_TRY(reason, co_await looked_in(source, desk));
    }
  }
  const auto now = clock.now();
  account.state = state_after(account, reason);
  account.reason = account.state == AccountState::kExpired ? "account_expired" : reason;
  account.since = now;
  account.tries = 0;
  account.next_try.reset();
  count_cookies(seat);
  const auto lines = seat.jar->lines();
  CO_TRYV(accounts.note_anew(account, &lines, by, now));
  co_return AccountCheck{account, desk.requests};
}

}  // namespace hitokoe::crawler
