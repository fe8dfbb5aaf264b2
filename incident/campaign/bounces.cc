#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <optional>

#include "hitokoe/incident/campaign_bounces.h"
#include "hitokoe/net/bounce.h"
#include "incident/campaign/access.h"

namespace hitokoe::incident {

using namespace campaign;

namespace {

constexpr std::size_t kBatch = 500;
constexpr std::size_t kPersonDigits = 20;

bool hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// "p0123…" as mail systems may write it → the person's id.
std::optional<std::string> person_in(std::string_view text) {
  if (text.size() != kPersonDigits + 1 || (text[0] != 'p' && text[0] != 'P')) return std::nullopt;
  if (!hex(text.substr(1))) return std::nullopt;
  return "P" + std::string(text.substr(1));
}

// Of bounce+PERSON@domain.
std::optional<std::string> person_of_address(std::string_view address, std::string_view domain) {
  constexpr std::string_view kBox = "bounce+";
  if (domain.empty() || !address.starts_with(kBox)) return std::nullopt;
  const auto at = address.rfind('@');
  if (at == std::string_view::npos || address.substr(at + 1) != domain) return std::nullopt;
  return person_in(address.substr(kBox.size(), at - kBox.size()));
}

struct NoticeId {
  std::string campaign, person;
  std::uint32_t version = 0;
};
// Of CAMPAIGN.PERSON.vN@domain (notice_message_id).
std::optional<NoticeId> notice_of(std::string_view id) {
  const auto at = id.rfind('@');
  if (at == std::string_view::npos) return std::nullopt;
  id = id.substr(0, at);
  const auto first = id.find('.');
  const auto second = first == std::string_view::npos ? first : id.find('.', first + 1);
  if (second == std::string_view::npos || second + 2 > id.size() || id[second + 1] != 'v')
    return std::nullopt;
  NoticeId out;
  out.campaign = id.substr(0, first);
  auto person = person_in(id.substr(first + 1, second - first - 1));
  const auto number = id.substr(second + 2);
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), out.version);
  if (!person || error != std::errc() || end != number.data() + number.size() ||
      !out.campaign.starts_with("CMP-"))
    return std::nullopt;
  out.person = std::move(*person);
  return out;
}

bool mailed(CampaignState s) {
  return s == CampaignState::kSending || s == CampaignState::kPaused || s == CampaignState::kSent;
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

}  // namespace

BounceCounts& BounceCounts::operator+=(const BounceCounts& o) {
  messages += o.messages;
  hard += o.hard;
  soft += o.soft;
  repeated += o.repeated;
  foreign += o.foreign;
  no_bounce += o.no_bounce;
  unreadable += o.unreadable;
  return *this;
}

Result<BounceDesk> BounceDesk::open(Parts parts, const registry::Viewer& viewer,
                                    const std::string& campaign, std::string domain) {
  TRYV(must_lead(viewer));
  BounceDesk desk(parts, viewer.user(), lower(std::move(domain)));
  if (!campaign.empty()) {
    TRY(const auto row, parts.store.load(campaign));
    desk.campaigns_.push_back({row.id, {}, {}});
    return desk;
  }
  TRY(const auto rows, parts.store.list());
  for (const auto& row : rows) {
    if (mailed(row.state)) desk.campaigns_.push_back({row.id, {}, {}});
  }
  return desk;
}

Result<BounceDesk::Whose> BounceDesk::settle(Known& campaign, const Tag& tag, bool hard,
                                             const std::string& words) {
  auto found = parts_.store.recipient(campaign.id, tag.person);
  if (!found && found.error().code == Errc::kNotFound) return Whose::kNotOurs;
  if (!found) return found.error();
  const auto& r = found.value();
  if (tag.version != 0 && tag.version != r.version) return Whose::kNotOurs;
  if (r.state == DeliveryState::kSending || r.state == DeliveryState::kCommitting) {
    return Whose::kLater;
  }
  const bool sent = r.state == DeliveryState::kAccepted || r.state == DeliveryState::kUnknownHeld;
  const bool before = r.state == DeliveryState::kBounced || r.state == DeliveryState::kExported ||
                      r.state == DeliveryState::kReturned || r.state == DeliveryState::kAlternative;
  if (!sent && !before) return Whose::kNotOurs;  // nothing was mailed that could come back
  ++campaign.counts.messages;
  if (!hard) {
    ++campaign.counts.soft;
  } else if (before) {
    ++campaign.counts.repeated;
  } else {
    campaign.steps.push_back(
        {tag.person, r.state, DeliveryState::kBounced, "", 0, words, "bounce"});
  }
  return Whose::kOurs;
}

Result<bool> BounceDesk::take(ByteView mail) {
  const auto bounce = net::read_bounce(mail);
  const auto elsewhere = [&](std::uint64_t& kind) -> Result<bool> {
    ++counts_.messages;
    ++kind;
    return true;
  };
  if (!bounce) return elsewhere(counts_.unreadable);
  const auto& b = bounce.value();
  if (b.kind == net::Bounce::Kind::kNone) return elsewhere(counts_.no_bounce);

  std::optional<Tag> tag;
  bool agree = true;
  for (const auto& address : b.came_to) {
    auto person = person_of_address(address, domain_);
    if (!person) continue;
    agree = agree && (!tag || tag->person == *person);
    tag = Tag{"", std::move(*person), 0};
  }
  for (const auto& id : b.message_ids) {
    auto notice = notice_of(id);
    if (!notice) continue;
    const bool same = !tag || (tag->person == notice->person &&
                               (tag->campaign.empty() || tag->campaign == notice->campaign));
    agree = agree && same;
    tag = Tag{std::move(notice->campaign), std::move(notice->person), notice->version};
  }
  if (!tag || !agree) return elsewhere(counts_.foreign);
  const bool hard = b.kind == net::Bounce::Kind::kHard;
  const auto words = b.status.empty() ? b.words : b.status + " " + b.words;
  for (auto& campaign : campaigns_) {
    if (!tag->campaign.empty() && tag->campaign != campaign.id) continue;
    TRY(const auto whose, settle(campaign, *tag, hard, words));
    if (whose == Whose::kNotOurs) continue;
    if (campaign.steps.size() >= kBatch) {
      TRYV(flush(campaign));
    }
    return whose == Whose::kOurs;
  }
  return elsewhere(counts_.foreign);
}

Result<void> BounceDesk::flush(Known& campaign) {
  if (campaign.steps.empty()) return ok();
  TRY(const auto done,
      parts_.store.deliver(campaign.id, campaign.steps, user_, parts_.clock.now()));
  for (const bool was : done) ++(was ? campaign.counts.hard : campaign.counts.repeated);
  campaign.steps.clear();
  return ok();
}

Result<void> BounceDesk::flush() {
  for (auto& campaign : campaigns_) {
    TRYV(flush(campaign));
  }
  return ok();
}

Result<BounceCounts> BounceDesk::finish() {
  TRYV(flush());
  auto all = std::exchange(counts_, {});
  for (auto& campaign : campaigns_) {
    const auto counts = std::exchange(campaign.counts, {});
    all += counts;
    if (counts.messages == 0) continue;
    const boost::json::object body{
        {"hard", counts.hard}, {"soft", counts.soft}, {"repeated", counts.repeated}};
    TRYV(parts_.store.note(
        {user_, "campaign/" + campaign.id, "campaign.bounces", boost::json::serialize(body)},
        parts_.clock.now()));
  }
  return all;
}

}  // namespace hitokoe::incident
