#include "service/webhook_feed.h"

#include <algorithm>
#include <boost/json.hpp>

namespace hitokoe::service {
namespace {

namespace json = boost::json;
using incident::Event;

// What may be told of each kind of event: members of its body, and what it is called.
struct Kind {
  std::string_view kind;
  std::string_view ja, en;
  std::string_view party;                 // the member that names whose event it is, or lists them
                                          // ("[]" before it); "": nobody's
  std::vector<std::string_view> members;  // that go into the message
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"alert.found",
       "監視語が見つかりました",
       "A watch term was seen",
       "[]carriers",
       {"alert", "term", "severity", "source", "count"}},
      {"incident.opened", "事案が発生しました", "An incident was opened", "", {}},
      {"incident.joined", "事案に流通が加わりました", "An exposure joined an incident", "", {}},
      {"incident.updated", "事案の流通が更新されました", "An exposure was updated", "", {}},
      {"incident.attributed", "流出元の判定が変わりました", "The verdict changed", "", {}},
      {"incident.merged", "事案が統合されました", "An incident took in another one", "", {}},
      {"incident.merged_into",
       "事案が別の事案に統合されました",
       "An incident goes on as a part of another one",
       "",
       {}},
      {"incident.unmerged", "事案の統合が取り消されました", "A merge was undone", "", {}},
      {"incident.restored", "事案が統合前に戻りました", "An incident goes on alone again", "", {}},
      {"incident.split_off", "流通が別の事案に分けられました", "Exposures were taken out", "", {}},
      {"incident.split_from",
       "分けられた流通の事案です",
       "An incident of what was taken out",
       "",
       {}},
      {"incident.advanced",
       "事案の状態が変わりました",
       "The state of an incident changed",
       "",
       {"from", "to"}},
      {"incident.known",
       "知った時が記録されました",
       "A time of knowledge was recorded",
       "party",
       {"party"}},
      {"incident.fact",
       "事実が記録されました",
       "A fact was recorded",
       "controller",
       {"fact", "value", "controller"}},
      {"incident.clock_done",
       "義務の完了が記録されました",
       "A duty was recorded as done",
       "party",
       {"rule", "party"}},
      {"escalation.raised",
       "期限または承認の督促です",
       "A deadline or an approval needs attention",
       "party",
       {"rule", "party", "step", "due", "campaign"}},
      {"report.item",
       "報告の項目が記録されました",
       "An item of a report was recorded",
       "*",
       {"item"}},
      {"report.drafted",
       "報告の版ができました",
       "A version of a report was made",
       "*",
       {"version", "form", "kind"}},
      {"report.submitted", "報告が提出されました", "A report was submitted", "*", {"version"}},
      {"campaign.created", "一元連絡が始まりました", "A campaign was begun", "-", {}},
      {"campaign.frozen", "一元連絡が凍結されました", "A campaign was frozen", "-", {"version"}},
      {"campaign.approved", "一元連絡が承認されました", "A campaign was approved", "-", {}},
      {"campaign.sending",
       "一元連絡の送信が始まりました",
       "The sending of a campaign began",
       "-",
       {}},
      {"campaign.paused", "一元連絡が一時停止されました", "A campaign was paused", "-", {}},
      {"campaign.gave_up",
       "一元連絡の送信が止まりました",
       "The sending of a campaign gave up",
       "-",
       {}},
      {"campaign.sent", "一元連絡の送信が終わりました", "The sending of a campaign ended", "-", {}},
  };
  return all;
}

const Kind* kind_of(std::string_view name) {
  const auto found = std::ranges::find_if(kinds(), [&](const Kind& k) { return k.kind == name; });
  return found == kinds().end() ? nullptr : &*found;
}

bool covers(std::string_view pattern, std::string_view kind) {
  if (!pattern.ends_with(".*")) return pattern == kind;
  return kind.starts_with(pattern.substr(0, pattern.size() - 1));
}

// "incident/INC-1" → "INC-1"; "report/INC-1/kou" → "INC-1" and "kou".
struct Place {
  std::string incident, campaign, carrier;
};
Place place_of(std::string_view stream) {
  Place p;
  const auto slash = stream.find('/');
  const auto head = stream.substr(0, slash);
  const auto rest = slash == std::string_view::npos ? std::string_view() : stream.substr(slash + 1);
  const auto second = rest.find('/');
  if (head == "campaign") {
    p.campaign = rest;
  } else if (head == "report" && second != std::string_view::npos) {
    p.incident = rest.substr(0, second);
    p.carrier = rest.substr(second + 1);
  } else if (head != "alerts") {
    p.incident = rest;
  }
  return p;
}

// Does the endpoint's party learn of this event?
bool for_party(const WebhookEndpoint& endpoint, const Kind& kind, const Place& place,
               const json::object& body, const SeesIncident& sees) {
  if (kind.party == "-") return false;  // campaigns are told to those who lead them
  if (kind.party == "*") return place.carrier == endpoint.party;
  if (kind.party.starts_with("[]")) {
    const auto member = kind.party.substr(2);
    const auto* all = body.if_contains(json::string_view(member.data(), member.size()));
    return all != nullptr && all->is_array() &&
           std::ranges::any_of(all->get_array(), [&](const json::value& one) {
             return one.is_string() && std::string_view(one.get_string()) == endpoint.party;
           });
  }
  if (!kind.party.empty()) {
    const auto* whose = body.if_contains(json::string_view(kind.party.data(), kind.party.size()));
    const bool own = whose != nullptr && whose->is_string() &&
                     std::string_view(whose->as_string()) == endpoint.party;
    if (!own) return false;
  }
  return sees(place.incident);
}

}  // namespace

bool webhook_pattern_known(std::string_view pattern) {
  return std::ranges::any_of(kinds(), [&](const Kind& k) { return covers(pattern, k.kind); });
}

bool webhook_wants(const WebhookEndpoint& endpoint, std::string_view kind) {
  return std::ranges::any_of(endpoint.events, [&](const auto& p) { return covers(p, kind); });
}

std::optional<incident::OutMessage> webhook_message(const Event& event,
                                                    const WebhookEndpoint& endpoint,
                                                    const SeesIncident& sees) {
  const Kind* kind = kind_of(event.kind);
  if (kind == nullptr || !webhook_wants(endpoint, event.kind)) return std::nullopt;
  json::error_code error;
  const auto parsed = json::parse(event.body, error);
  if (error || !parsed.is_object()) return std::nullopt;
  const auto& body = parsed.as_object();
  const auto place = place_of(event.stream);
  if (!endpoint.party.empty() && !for_party(endpoint, *kind, place, body, sees)) {
    return std::nullopt;
  }

  incident::OutMessage m;
  m.channel = incident::OutChannel::kWebhook;
  m.target = endpoint.name;
  m.cause = "event/" + std::to_string(event.seq);
  m.event = event.kind;
  m.id = incident::out_message_id(m.channel, m.target, m.cause);
  m.created = event.at;
  m.next = event.at;
  json::object out{
      {"delivery", m.id}, {"event", event.kind}, {"seq", event.seq}, {"at", format_utc(event.at)}};
  if (!place.incident.empty()) out["incident"] = place.incident;
  if (!place.campaign.empty()) out["campaign"] = place.campaign;
  if (!place.carrier.empty()) out["carrier"] = place.carrier;
  for (const auto member : kind->members) {
    const auto* value = body.if_contains(json::string_view(member.data(), member.size()));
    const bool told = value != nullptr && (value->is_number() || value->is_bool() ||
                                           (value->is_string() && !value->as_string().empty()));
    if (told) out[json::string_view(member.data(), member.size())] = *value;
  }
  out["text"] = json::object{{"ja", json::string(kind->ja.data(), kind->ja.size())},
                             {"en", json::string(kind->en.data(), kind->en.size())}};
  m.body = json::serialize(out);
  return m;
}

}  // namespace hitokoe::service
