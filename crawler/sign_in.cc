#include "crawler/sign_in.h"

#include "crawler/login_form.h"
#include "crawler/request.h"

namespace hitokoe::crawler {

namespace {

constexpr std::uint64_t kMostPage = 4u << 20;
constexpr int kMostRedirects = 6;

bool is_success(int status) { return status >= 200 && status < 300; }
bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// A page that is to be had, or the reason why it is not.
struct Page {
  net::Response response;
  std::string reason;
};

Result<Page> page_of(Result<net::Response> response) {
  if (response) return Page{std::move(response).value(), ""};
  if (response.error().code == Errc::kCancelled) return outcome::failure(response.error());
  return Page{{}, "login_" + std::string(net::fault_name(response.error()))};
}

// After the form: where the site leads, on the source's own hosts, by GET and step by step.
Task<Result<Page>> follow(const Source& source, Page page, SignInAsks& asks) {
  for (int hops = 0; page.reason.empty() && is_redirect(page.response.status); ++hops) {
    const auto at = net::Url::parse(page.response.final_url);
    const auto to = at ? at.value().resolve(net::header(page.response.headers, "location")) : at;
    if (!to || hops == kMostRedirects) {
      page.reason = "login_too_many_redirects";
      break;
    }
    const bool down = at.value().scheme() == "https" && to.value().scheme() != "https";
    if (down || !is_home(source, to.value())) {
      page.reason = "login_foreign";
      break;
    }
    auto request = make_request(source, to.value().text(), kMostPage);
    request.keep_redirect = true;
    CO_TRY(page, page_of(co_await asks.ask(std::move(request))));
  }
  co_return page;
}

// Without a mark of success: no longer at the form.
bool looks_signed_in(const Source& source, const net::Response& response) {
  const auto& rules = *source.login;
  if (!is_success(response.status) || is_login_page(rules, response.final_url)) return false;
  return standing_of(source, response) == Standing::kSignedIn &&
         !find_login_form(rules, response.body);
}

Task<Result<std::string>> judged(const Source& source, const net::Response& response,
                                 SignInAsks& asks) {
  const auto& rules = *source.login;
  const auto page = looked_at(response);
  const auto standing = standing_of(source, response);
  if (standing == Standing::kBanned) co_return "banned";
  if (found(rules.failure, page)) co_return "login_refused";
  if (!rules.success) {
    if (looks_signed_in(source, response)) co_return "";
    co_return is_success(response.status) ? "login_refused"
                                          : "login_status_" + std::to_string(response.status);
  }
  if (is_success(response.status) && found(rules.success, page)) co_return "";
  // The form was shown again: where nothing says why, it was not taken.
  if (is_login_page(rules, response.final_url) && find_login_form(rules, response.body))
    co_return "login_refused";
  // Some sites answer a form with next to nothing: the list shows who one is.
  auto request = make_request(source, source.url.text(), kMostPage);
  CO_TRY(const auto list, page_of(co_await asks.ask(std::move(request))));
  if (!list.reason.empty()) co_return list.reason;
  const auto again = standing_of(source, list.response);
  if (again == Standing::kBanned) co_return "banned";
  if (again == Standing::kSignedIn && found(rules.success, looked_at(list.response))) co_return "";
  co_return "login_unclear";
}

}  // namespace

Task<Result<std::string>> sign_in(const Source& source, const AccountSecrets& secrets,
                                  SignInAsks& asks) {
  const auto& rules = *source.login;
  if (!asks.robots_allow(rules.page.text())) co_return "login_robots";
  auto request = make_request(source, rules.page.text(), kMostPage);
  CO_TRY(const auto shown, page_of(co_await asks.ask(std::move(request))));
  if (!shown.reason.empty()) co_return shown.reason;
  const auto& at = shown.response;
  const auto text = looked_at(at);
  if (found(rules.banned, text)) co_return "banned";
  const auto form = find_login_form(rules, at.body);
  // Who is signed in already may be led elsewhere.
  if (!form && is_success(at.status) && (found(rules.success, text) || found(rules.mark, text)))
    co_return "";
  // Some log-in pages come with 401 or 403.
  if (!form && !is_success(at.status)) co_return "login_status_" + std::to_string(at.status);
  if (!form) co_return "login_form";
  const auto base = net::Url::parse(at.final_url);
  const auto to =
      base ? base.value().resolve(form->action.empty() ? at.final_url : form->action) : base;
  if (!to) co_return "login_form";
  if (to.value().origin() != rules.page.origin()) co_return "login_foreign";
  auto post = make_request(source, to.value().text(), kMostPage);
  auto body = filled_in(*form, rules, secrets.username, secrets.password);
  post.post = std::move(body.expose());
  post.keep_redirect = true;
  post.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  post.headers.emplace_back("Referer", base.value().text());
  const auto origin = rules.page.text().substr(0, rules.page.text().find('/', 8));
  post.headers.emplace_back("Origin", origin);
  CO_TRY(auto answered, page_of(co_await asks.ask(std::move(post))));
  CO_TRY(const auto page, co_await follow(source, std::move(answered), asks));
  if (!page.reason.empty()) co_return page.reason;
  co_return co_await judged(source, page.response, asks);
}

}  // namespace hitokoe::crawler
