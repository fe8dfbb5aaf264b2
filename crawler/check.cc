#include "crawler/listing.h"
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
    if (!answer.robots.allows(source.url.target())) {
      out.warnings.push_back("robots");
      co_return out;
    }
  }
  auto request = make_request(source, source.url.text(), source.list_cap);
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
  const auto listing = read_list(source, base, response.value().body);
  if (!listing) {
    out.warnings.push_back("bad_feed");
    co_return out;
  }
  out.items = listing.value().items.size();
  if (out.items == 0) out.warnings.push_back("lists_nothing");
  if (listing.value().too_long) out.warnings.push_back("list_too_long");
  bool foreign = false;
  for (const auto& item : listing.value().items) {
    if (out.first_urls.size() < kShown) out.first_urls.push_back(item.url.text());
    foreign = foreign || !is_home(source, item.url);
  }
  if (foreign) out.warnings.push_back("foreign_host");
  co_return out;
}

}  // namespace hitokoe::crawler
