// How the desk's answers, lists and numbers are written.
#include <boost/json.hpp>

#include "hitokoe/incident/desk_service.h"

namespace hitokoe::incident {

namespace json = boost::json;

namespace {

json::string text(std::string_view s) { return json::string(s.data(), s.size()); }

json::value time_of(const std::optional<UtcTime>& t) {
  return t ? json::value(format_utc(*t)) : json::value(nullptr);
}

// What the operator tells of the notice.
Words notice_words(const std::optional<DeskNotice>& notice) {
  if (!notice || !notice->frozen) {
    return {"No notice has been prepared yet.", "お知らせはまだ準備中です。"};
  }
  switch (notice->state) {
    case DeliveryState::kAccepted:
      return {"A notice was sent by e-mail.", "お知らせをメールでお送りしました。"};
    case DeliveryState::kRefused:
    case DeliveryState::kBounced:
      return {"A notice was sent by e-mail and came back; another way is being prepared.",
              "お知らせのメールが届きませんでした。別の方法を準備しています。"};
    case DeliveryState::kUnknownHeld:
      return {"A notice was sent by e-mail; whether it arrived is being looked into.",
              "お知らせのメールが届いたかどうかを確認しています。"};
    case DeliveryState::kNoContact:
      return {"There is no e-mail address; another way is being prepared.",
              "メールアドレスの登録がないため、別の方法を準備しています。"};
    case DeliveryState::kExported:
      return {"A notice goes out by letter, SMS or telephone.",
              "お知らせを郵便・SMS・電話のいずれかでお送りします。"};
    case DeliveryState::kReturned:
      return {"A letter was sent and came back; another way is being prepared.",
              "お知らせの郵便が届きませんでした。別の方法を準備しています。"};
    case DeliveryState::kAlternative:
      return {
          "A notice could not be delivered; it is replaced by a public announcement or by this "
          "desk.",
          "お知らせをお届けできなかったため、公表またはこの窓口でのご案内に代えています。"};
    case DeliveryState::kExcluded:
      return {"No further notice is sent; the reason is on record with the coordinator.",
              "新たなお知らせはお送りしません。理由は取りまとめ役が記録しています。"};
    case DeliveryState::kPending:
    case DeliveryState::kSending:
    case DeliveryState::kCommitting:
      break;
  }
  return {"A notice will be sent by e-mail.", "お知らせをこれからメールでお送りします。"};
}

json::object notice_object(const DeskNotice& n) {
  return {{"campaign", n.campaign},
          {"person", n.person},
          {"campaign_state", text(to_string(n.campaign_state))},
          {"channel", "email"},
          {"state", n.frozen ? json::value(text(to_string(n.state))) : json::value(nullptr)},
          {"version", n.frozen ? json::value(n.version) : json::value(nullptr)},
          {"settled", time_of(n.settled)}};
}

}  // namespace

std::string_view to_string(DeskOutcome outcome) {
  switch (outcome) {
    case DeskOutcome::kNotVerified:
      return "not_verified";
    case DeskOutcome::kNotAffected:
      return "not_affected";
    case DeskOutcome::kAffected:
      return "affected";
    case DeskOutcome::kLocked:
      return "locked";
  }
  return "not_verified";
}

Result<DeskOutcome> desk_outcome_by_name(std::string_view name) {
  for (const auto o : {DeskOutcome::kNotVerified, DeskOutcome::kNotAffected, DeskOutcome::kAffected,
                       DeskOutcome::kLocked}) {
    if (to_string(o) == name) return o;
  }
  return fail(Errc::kCorrupt, "the desk: an outcome that this version does not know",
              "窓口: この版の知らない結果です");
}

std::string desk_stream(std::string_view incident) { return "desk/" + std::string(incident); }

bool sees_desk(const Viewer& viewer) {
  using registry::Role;
  return viewer.role() == Role::kCoordinator || viewer.role() == Role::kDesk ||
         viewer.role() == Role::kAuditor;
}

Words words_of(const DeskAnswer& answer) {
  switch (answer.outcome) {
    case DeskOutcome::kNotVerified:
      return {
          "What was said does not prove who is calling. Nothing can be said about anybody. Ask "
          "again, or call back at the number that the carrier has.",
          "お申し出の内容ではご本人と確認できません。どなたについても、対象かどうかは"
          "お答えできません。もう一度お尋ねするか、ご登録の電話番号へ折り返してください。"};
    case DeskOutcome::kLocked:
      return {"Too many checks could not be verified. A coordinator must unlock.",
              "確認できない照会が続いたため止めています。取りまとめ役が解除します。"};
    case DeskOutcome::kNotAffected:
      return {
          "The caller is verified. Nothing of this customer is in what leaked, as far as is "
          "known now.",
          "ご本人と確認できました。現在わかっている範囲では、このお客さまの情報は"
          "含まれていません。"};
    case DeskOutcome::kAffected:
      break;
  }
  Words out{"The caller is verified. This customer's data are in what leaked:",
            "ご本人と確認できました。次の情報が含まれていました。"};
  for (const auto& c : answer.customers) {
    if (!c.affected) continue;
    out = out + Words{" ", ""} + c.controller + Words{": ", "："};
    bool first = true;
    for (const auto f : c.items) {
      const auto& info = identity::field_info(f);
      out = out + Words{(first ? "" : ", ") + std::string(info.name),
                        (first ? "" : "、") + std::string(info.name_ja)};
      first = false;
    }
    out = out + Words{". ", "。"} + notice_words(c.notice);
  }
  return out;
}

std::string to_json(const DeskAnswer& answer) {
  const auto words = words_of(answer);
  json::object out{{"check", answer.check},
                   {"at", format_utc(answer.at)},
                   {"verified", answer.verified()},
                   {"outcome", text(to_string(answer.outcome))},
                   {"say", words.en},
                   {"say_ja", words.ja}};
  if (answer.verified()) {
    out["affected"] = answer.outcome == DeskOutcome::kAffected;
    json::array customers;
    for (const auto& c : answer.customers) {
      json::array items;
      for (const auto f : c.items) items.push_back(text(identity::field_info(f).name));
      customers.push_back(json::object{
          {"carrier", c.controller},
          {"affected", c.affected},
          {"items", std::move(items)},
          {"notice", c.notice ? json::value(notice_object(*c.notice)) : json::value(nullptr)}});
    }
    out["customers"] = std::move(customers);
  }
  return json::serialize(out);
}

std::string to_json(const DeskCheck& c) {
  return json::serialize(json::object{{"check", c.id},
                                      {"call", c.call},
                                      {"incident", c.incident},
                                      {"operator", c.user},
                                      {"outcome", text(to_string(c.outcome))},
                                      {"at", format_utc(c.at)}});
}

std::string to_json(const DeskTask& t) {
  return json::serialize(json::object{{"task", t.id},
                                      {"check", t.check},
                                      {"incident", t.incident},
                                      {"call_by", format_utc(t.call_by)},
                                      {"operator", t.user},
                                      {"at", format_utc(t.at)},
                                      {"done", time_of(t.done)},
                                      {"done_by", t.done_by}});
}

std::string to_json(const ReadNote& n) {
  return json::serialize(json::object{{"check", n.note.check},
                                      {"number", n.note.number},
                                      {"operator", n.note.user},
                                      {"at", format_utc(n.note.at)},
                                      {"minutes", n.note.minutes},
                                      {"text", n.text}});
}

std::string to_json(const DeskStatistics& s) {
  json::array days;
  for (const auto& d : s.days) {
    days.push_back(json::object{{"day", format_day(d.day)},
                                {"calls", d.calls},
                                {"verified", d.verified},
                                {"affected", d.affected},
                                {"checks", d.checks},
                                {"locked", d.locked}});
  }
  json::object out{{"days", std::move(days)},
                   {"follow_ups_open", s.follow_ups_open},
                   {"follow_ups_overdue", s.follow_ups_overdue}};
  out["median_minutes"] = s.median_minutes ? json::value(*s.median_minutes) : json::value(nullptr);
  return json::serialize(out);
}

std::string to_csv(const DeskStatistics& s) {
  std::string out = "day,calls,verified,affected,checks,locked\r\n";
  DeskDay sum;
  const auto line = [&](const std::string& day, const DeskDay& d) {
    out += day;
    for (const auto n : {d.calls, d.verified, d.affected, d.checks, d.locked}) {
      out += "," + std::to_string(n);
    }
    out += "\r\n";
  };
  for (const auto& d : s.days) {
    line(format_day(d.day), d);
    sum.calls += d.calls;
    sum.verified += d.verified;
    sum.affected += d.affected;
    sum.checks += d.checks;
    sum.locked += d.locked;
  }
  line("sum", sum);
  return out;
}

}  // namespace hitokoe::incident
