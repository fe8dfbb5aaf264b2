#include "service/bounce_watch.h"

#include "hitokoe/net/bounce.h"
#include "hitokoe/net/mailbox.h"
#include "hitokoe/registry/viewer.h"

namespace hitokoe::service {
namespace {

constexpr std::size_t kGroup = 500;
constexpr const char* kName = "hitokoe_campaign_bounces_total";
constexpr const char* kHelp = "Mails that came back, by kind";

}  // namespace

BounceWatch::BounceWatch(Parts parts, BounceOptions options, std::string domain)
    : p_(std::move(parts)),
      options_(std::move(options)),
      domain_(std::move(domain)),
      hard_(p_.metrics.counter(kName, kHelp, {{"kind", "hard"}})),
      soft_(p_.metrics.counter(kName, kHelp, {{"kind", "soft"}})),
      foreign_(p_.metrics.counter(kName, kHelp, {{"kind", "foreign"}})),
      other_(p_.metrics.counter(kName, kHelp, {{"kind", "other"}})) {}

Result<incident::BounceCounts> BounceWatch::look() {
  const registry::Viewer self("service:bounces", registry::Role::kCoordinator, "");
  TRY(auto desk, incident::BounceDesk::open({p_.campaigns, p_.clock}, self, "", domain_));
  TRYV(net::read_maildir(
      options_.maildir, net::kMostBounce, kGroup, [&](ByteView mail) { return desk.take(mail); },
      [&] { return desk.flush(); }));
  return desk.finish();
}

Task<Result<void>> BounceWatch::run() {
  for (;;) {
    const auto counts = co_await p_.pool.run([this] { return look(); });
    if (!counts) {
      p_.log.error("bounces.failed", {{"error", to_string(counts.error().code)}});
    } else if (counts.value().messages > 0) {
      const auto& c = counts.value();
      hard_.add(c.hard);
      soft_.add(c.soft);
      foreign_.add(c.foreign);
      other_.add(c.repeated + c.no_bounce + c.unreadable);
      p_.log.info(
          "bounces.read",
          {{"messages", c.messages}, {"hard", c.hard}, {"soft", c.soft}, {"foreign", c.foreign}});
    }
    CO_TRYV(co_await p_.sleeper.sleep_for(options_.every));
  }
}

}  // namespace hitokoe::service
