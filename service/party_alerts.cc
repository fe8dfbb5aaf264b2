#include "service/party_alerts.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <set>

#include "hitokoe/incident/moves.h"
#include "hitokoe/incident/receipts.h"

namespace hitokoe::service {

using incident::Event;
using incident::ExposureRecord;
using incident::OutMessage;

namespace {

constexpr std::size_t kEventsAtOnce = 500;
constexpr const char* kCursor = "alert:parties";  // no webhook can have these names
constexpr const char* kBegin = "alert:begin";     // never moved: where the first one began
constexpr int kMostMerges = 100;                  // one into the other
constexpr std::string_view kCause = "alert/";
constexpr std::string_view kEvent = "event/";
constexpr std::string_view kStream = "incident/";

// Parties for which the event is the alert.
std::vector<std::string> alerted_by(const Event& event) {
  const bool finding = event.kind == "incident.opened" || event.kind == "incident.joined" ||
                       event.kind == "incident.updated" || event.kind == "incident.attributed";
  if (!finding || !event.stream.starts_with(kStream)) return {};
  auto record = incident::decode_exposure(event.body);
  return record ? std::move(record.value().known) : std::vector<std::string>();
}

std::string incident_of(const Event& event) { return event.stream.substr(kStream.size()); }

// "incident/INC-1", "escalation/INC-1", "report/INC-1/kou" → "INC-1"; of anything else nothing.
std::string incident_told_of(std::string_view stream) {
  for (const std::string_view head : {"incident/", "escalation/", "report/"}) {
    if (!stream.starts_with(head)) continue;
    const auto rest = stream.substr(head.size());
    return std::string(rest.substr(0, rest.find('/')));
  }
  return {};
}

bool names(const Event& event, std::string_view member, std::string_view value) {
  boost::system::error_code error;
  const auto body = boost::json::parse(event.body, error);
  if (error || !body.is_object()) return false;
  const auto* found = body.get_object().if_contains(member);
  return found != nullptr && found->is_string() && std::string_view(found->get_string()) == value;
}

// Where what was told of an incident lives, and what happened to it.
struct Place {
  std::string incident;
  bool moved = false;        // it was merged, parted or restored
  std::uint64_t opened = 0;  // seq of its first event
};

Result<Place> place_of(incident::AuditLog& log, const std::string& told_of) {
  Place place{told_of};
  for (int i = 0; i < kMostMerges; ++i) {
    TRY(const auto events, log.read(incident::stream_of(place.incident)));
    if (events.empty()) break;
    place.opened = events.front().seq;
    std::string into;
    for (const auto& e : events) {
      if (!incident::is_move(e.kind)) continue;
      place.moved = true;
      if (e.kind == "incident.restored") into.clear();
      if (e.kind != "incident.merged_into") continue;
      TRY(const auto move, incident::decode_move(e.body));
      into = move.other;
    }
    if (into.empty()) return place;
    place.incident = into;
  }
  return fail(Errc::kNotFound, "there is no such incident", "そのような事案はありません");
}

std::string text_of(const std::string& incident, const std::string& party, UtcTime at) {
  const auto found = format_jst(at);
  std::string out = "貴社に関係する情報漏えいの事案を検知しました。\n事案: ";
  out.append(incident).append("\n対象の事業者: ").append(party).append("\n検知: ").append(found);
  out +=
      "\nこのメールを受け取った時が、報告期限の起算点（知った時）として記録されます。詳しくは"
      "コンソールの事案の画面をご覧ください。法的助言ではありません。\n\n"
      "A leak was found that concerns your company.\nIncident: ";
  out.append(incident).append("\nCompany concerned: ").append(party);
  out.append("\nFound: ").append(found);
  out +=
      "\nThe receipt of this mail is recorded as the time since when you know, from which the "
      "deadlines for reports run. See the incident in the console. This is not legal advice.\n";
  return out;
}

}  // namespace

PartyAlerts::PartyAlerts(Parts parts, EscalationOptions options, Duration every)
    : p_(std::move(parts)),
      options_(std::move(options)),
      every_(every),
      made_(p_.metrics.counter("hitokoe_party_alerts_total",
                               "Mails to parties that an incident concerns")),
      received_(p_.metrics.counter("hitokoe_party_alerts_received_total",
                                   "Parties of which the first receipt was recorded")) {}

Task<Result<void>> PartyAlerts::run() {
  for (;;) {
    const auto looked = co_await p_.pool.run([this] { return look(); });
    // What another process fed is fed.
    if (!looked && looked.error().code != Errc::kConflict) {
      p_.log.error("party_alert.failed", {{"error", to_string(looked.error().code)}});
    }
    CO_TRYV(co_await p_.sleeper.sleep_for(every_));
  }
}

std::vector<OutMessage> PartyAlerts::mails_for(const Event& event) const {
  std::vector<OutMessage> out;
  for (const auto& party : alerted_by(event)) {
    std::set<std::string> addresses;
    for (const auto& contact : options_.contacts) {
      if (contact.party == party) addresses.insert(contact.mail.begin(), contact.mail.end());
    }
    const auto incident = incident_of(event);
    for (const auto& address : addresses) {
      OutMessage m;
      m.channel = incident::OutChannel::kMail;
      m.target = address;
      m.cause = kCause;
      m.cause.append(incident).append("/").append(party);
      m.id = incident::out_message_id(m.channel, m.target, m.cause);
      m.event = "incident.alert";
      m.subject = "[Hitokoe] ";
      m.subject.append(incident).append(" ").append(party);
      m.subject += " 情報漏えいの検知 / a leak that concerns you";
      m.body = text_of(incident, party, event.at);
      m.created = m.next = event.at;
      out.push_back(std::move(m));
    }
  }
  return out;
}

Result<std::size_t> PartyAlerts::look() {
  std::size_t made = 0;
  for (;;) {
    TRY(const auto from, p_.outbox.cursor(kCursor));
    TRY(const auto events, p_.audit.after(from, kEventsAtOnce));
    if (events.empty()) return made;
    std::vector<OutMessage> mails;
    for (const auto& event : events) {
      auto some = mails_for(event);
      std::ranges::move(some, std::back_inserter(mails));
    }
    TRYV(p_.outbox.feed(kCursor, from, events.back().seq, mails));
    made_.add(mails.size());
    made += mails.size();
    if (events.size() < kEventsAtOnce) return made;
  }
}

Result<void> PartyAlerts::begin() {
  TRYV(p_.outbox.cursor(kBegin));
  TRYV(p_.outbox.cursor(kCursor));
  return ok();
}

// Did the party get or do something of which no receipt is kept?
Result<bool> PartyAlerts::knew_before(const std::string& incident, const std::string& party,
                                      std::uint64_t opened, const OutMessage& message) {
  TRY(const auto begin, p_.outbox.cursor(kBegin));
  if (opened <= begin) return true;  // receipts were not kept then
  TRY(const auto reports, p_.audit.read("report/" + incident + "/" + party));
  if (!reports.empty()) return true;
  for (const auto* stream : {"escalation/", "casework/"}) {
    TRY(const auto events, p_.audit.read(stream + incident));
    const bool theirs =
        std::ranges::any_of(events, [&](const Event& e) { return names(e, "party", party); });
    if (theirs) return true;
  }
  TRY(const auto outbox, p_.audit.read("outbox"));
  return std::ranges::any_of(outbox, [&](const Event& e) {
    return e.kind == "outbox.retried" && names(e, "message", message.id);
  });
}

Result<void> PartyAlerts::record(const std::string& told_of, const std::string& party, UtcTime at,
                                 const OutMessage& message) {
  const registry::Viewer service("service", registry::Role::kCoordinator, "");
  TRY(const auto place, place_of(p_.audit, told_of));
  TRY(const auto view, p_.incidents.show(service, place.incident));
  const auto known = view.known_at.find(party);
  if (known == view.known_at.end() || incident::is_over(view.state)) return ok();
  if (at > known->second) {
    if (place.moved || !incident::receipt_counts(known->second, at)) return ok();
    TRY(const bool knew, knew_before(place.incident, party, place.opened, message));
    if (knew) return ok();
  }
  TRYV(
      p_.incidents.alert_received(place.incident, party, at, incident::to_string(message.channel)));
  TRY(const auto after, p_.incidents.show(service, place.incident));
  if (after.revision != view.revision && after.known_at.at(party) == at) received_.add();
  return ok();
}

void PartyAlerts::told(const Result<void>& recorded, const std::string& incident,
                       const std::string& party) {
  if (recorded) return;
  p_.log.error(
      "party_alert.not_recorded",
      {{"incident", incident}, {"party", party}, {"error", to_string(recorded.error().code)}});
}

// A mail about a deadline is none that counts: where a step was raised, the finding does.
void PartyAlerts::mail_taken(const OutMessage& mail, UtcTime at) {
  if (!mail.cause.starts_with(kCause)) return;
  const auto rest = mail.cause.substr(kCause.size());
  const auto slash = rest.find('/');
  if (slash == std::string::npos) return;
  const auto incident = rest.substr(0, slash);
  const auto party = rest.substr(slash + 1);
  told(record(incident, party, at, mail), incident, party);
}

void PartyAlerts::webhook_taken(const OutMessage& message, const std::string& party, UtcTime at) {
  if (party.empty() || !message.cause.starts_with(kEvent)) return;
  std::uint64_t seq = 0;
  const char* end = message.cause.data() + message.cause.size();
  const auto parsed = std::from_chars(message.cause.data() + kEvent.size(), end, seq);
  if (parsed.ec != std::errc() || seq == 0) return;
  const auto events = p_.audit.after(seq - 1, 1);
  if (!events || events.value().empty() || events.value().front().seq != seq) return;
  const auto incident = incident_told_of(events.value().front().stream);
  if (incident.empty()) return;
  told(record(incident, party, at, message), incident, party);
}

}  // namespace hitokoe::service
