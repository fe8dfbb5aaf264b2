#include "crawler/adapters/adapter.h"
#include "crawler/blindness.h"
#include "crawler/request.h"
#include "hitokoe/crawler/crawler.h"

namespace hitokoe::crawler {

Task<Result<SourceCheck>> check_source(const Source& source, net::Fetcher& fetcher) {
  constexpr std::size_t kShown = 5;
  SourceCheck out;
  out.source = source.id;
  const std::string circuit = "check-" + source.id;
  if (source.obey_robots) {
    CO_TRY(const auto answer, co_await ask_robots(source, source.url.origin(), fetcher, circuit));
    if (!answer.trouble.empty()) out.warnings.push_back(answer.trouble);
    const auto wish = net::Url::parse(source.adapter->ask_list(source, "").url);
    if (!wish || !answer.robots.allows(wish.value().target())) {
      out.warnings.push_back("robots");
      co_return out;
    }
  }
  out.lists = source.adapter->lists();
  if (!out.lists) co_return out;
  auto request = make_request(source, source.adapter->ask_list(source, ""), source.list_cap);
  request.isolation = circuit;
  const auto response = co_await fetcher.fetch(std::move(request));
  if (!response) {
    if (response.error().code == Errc::kCancelled) co_return outcome::failure(response.error());
    out.warnings.emplace_back(net::fault_name(response.error()));
    co_return out;
  }
  out.status = response.value().status;
  out.bytes = response.value().body.size();
  if (response.value().cut != net::Cut::kNone) out.warnings.push_back("list_cut");
  if (out.status < 200 || out.status > 299) {
    out.warnings.push_back("status_" + std::to_string(out.status));
    co_return out;
  }
  CO_TRY(const auto base, net::Url::parse(response.value().final_url));
  const Answer answer{out.status, response.value().headers, response.value().body,
                      response.value().cut, base};
  ListMemory memory;
  const auto listing = source.adapter->read_list(source, answer, memory);
  std::string why;
  if (!listing || !listing.value().blind.empty() || listing.value().seen == 0)
    why = why_blind(response.value().body);
  if (why.empty() && !listing) why = source.kind == "feed" ? "bad_feed" : "blind_shape";
  if (why.empty()) why = listing.value().blind;
  if (!why.empty()) {
    out.warnings.push_back(why);
    co_return out;
  }
  out.pages = listing.value().next.size();
  out.items = listing.value().items.size();
  if (listing.value().seen == 0) out.warnings.push_back("lists_nothing");
  if (listing.value().too_long) out.warnings.push_back("list_too_long");
  bool foreign = false;
  for (const auto& item : listing.value().items) {
    if (out.first_urls.size() < kShown) out.first_urls.push_back(item.url.text());
    if (item.piece) {
      ++out.with_list;
    } else {
      foreign = foreign || !is_home(source, item.url);
    }
  }
  if (foreign) out.warnings.push_back("foreign_host");
  co_return out;
}

}  // namespace hitokoe::crawler
