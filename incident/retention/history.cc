#include "incident/retention/history.h"

#include "incident/canonical_json.h"

namespace hitokoe::incident::retention {

std::string stream_of(std::string_view incident) { return "retention/" + std::string(incident); }

namespace {

Result<std::pair<KeptKind, History::Intent>> intent_of(const BodyReader& body) {
  TRY(const auto name, body.text("kind"));
  TRY(const auto kind, kept_kind_by_name(name));
  History::Intent intent;
  TRY(intent.key_kind, body.text("key_kind"));
  TRY(intent.key_name, body.text("key_name"));
  TRY(intent.records, body.number("records"));
  TRY(const auto due, body.text("due"));
  TRY(intent.due, parse_day(due));
  return std::pair(kind, std::move(intent));
}

}  // namespace

Result<History> fold(std::span<const Event> events) {
  History out;
  for (const auto& e : events) {
    TRY(const auto body, BodyReader::parse(e.body));
    if (e.kind == "retention.held") {
      LegalHold hold;
      TRY(hold.reason, body.text("reason"));
      TRY(const auto until, body.text("until"));
      TRY(hold.until, parse_day(until));
      hold.by = e.actor;
      hold.at = e.at;
      out.hold = std::move(hold);
    } else if (e.kind == "retention.released") {
      out.hold.reset();
    } else if (e.kind == "retention.begun") {
      TRY(auto intent, intent_of(body));
      intent.second.by = e.actor;
      const History::Key key{intent.first, intent.second.key_name};
      out.begun.insert_or_assign(key, std::move(intent.second));
    } else if (e.kind == "retention.stopped") {
      TRY(const auto name, body.text("kind"));
      TRY(const auto kind, kept_kind_by_name(name));
      TRY(const auto key_name, body.text("key_name"));
      out.begun.erase({kind, key_name});
    } else if (e.kind == "retention.destroyed") {
      TRY(const auto intent, intent_of(body));
      TRY(const auto by, body.text("by"));
      const History::Key key{intent.first, intent.second.key_name};
      out.begun.erase(key);
      out.destroyed.emplace(
          key, Destruction{intent.first, intent.second.key_kind, intent.second.key_name,
                           intent.second.records, intent.second.due, by, e.at, e.seq, e.hash});
    } else {
      return fail(Errc::kCorrupt, "audit event " + std::to_string(e.seq) + ": no retention has it",
                  "監査記録 " + std::to_string(e.seq) + ": 保存期間の記録ではありません");
    }
  }
  return out;
}

}  // namespace hitokoe::incident::retention
