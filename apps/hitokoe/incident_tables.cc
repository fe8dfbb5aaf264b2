#include "apps/hitokoe/incident_tables.h"

#include <boost/json.hpp>
#include <ostream>

#include "apps/hitokoe/copy_text.h"
#include "apps/hitokoe/percent.h"

namespace hitokoe::app {
namespace {

namespace json = boost::json;
using incident::ClockStatus;
using incident::ClockView;
using incident::IncidentView;

bool is_overdue(const ClockView& c) {
  return c.status == ClockStatus::kOverdue || c.status == ClockStatus::kLate;
}

std::string_view shown(ClockStatus status, Language l) {
  switch (status) {
    case ClockStatus::kRunning:
      return say(l, "進行中", "running");
    case ClockStatus::kOverdue:
      return say(l, "期限超過", "OVERDUE");
    case ClockStatus::kLate:
      return say(l, "遅延", "LATE");
    case ClockStatus::kDone:
      return say(l, "完了", "done");
    case ClockStatus::kSuperseded:
      return say(l, "対象外", "superseded");
  }
  return "";
}

std::string_view shown(matcher::Verdict verdict, Language l) {
  switch (verdict) {
    case matcher::Verdict::kNamed:
      return say(l, "流出元を特定", "named");
    case matcher::Verdict::kIndistinguishable:
      return say(l, "区別できない", "indistinguishable");
    case matcher::Verdict::kUnknown:
      return say(l, "流出元は不明", "unknown source");
    case matcher::Verdict::kNoMatch:
      return say(l, "一致なし", "no match");
  }
  return "";
}

std::uint64_t people(const IncidentView& v) {
  std::uint64_t n = 0;
  for (const auto& [controller, count] : v.subjects) n += count;
  return n;
}

void print_clock(std::ostream& out, const ClockView& c, Language l) {
  out << "  " << (c.due ? format_jst(*c.due) : std::string(say(l, "速やかに", "promptly"))) << "  ["
      << shown(c.status, l) << "]  " << c.controller << "  " << say(l, c.text_ja, c.text_en) << "  "
      << c.rule;
  if (c.before_roll) {
    out << say(l, "  （閉庁日のため ", "  (moved from ") << format_day(*c.before_roll)
        << say(l, " から繰下げ）", ", offices closed)");
  }
  if (c.uncertain) {
    out << say(l, "  （祝日データの範囲外）", "  (outside the holiday data)");
  }
  if (c.done) out << say(l, "  完了 ", "  done ") << format_jst(*c.done);
  if (c.status == ClockStatus::kSuperseded && !c.reason.empty()) {
    out << say(l, "  理由: ", "  reason: ") << c.reason;
  }
  out << '\n' << "      " << c.source << '\n';
}

}  // namespace

void print_incidents(std::ostream& out, const std::vector<IncidentView>& views, Language l) {
  if (views.empty()) {
    out << say(l, "事案はありません。\n", "No incidents.\n");
    return;
  }
  for (const auto& v : views) {
    out << v.id << "  " << incident::shown(v.state, l) << "  " << say(l, "発生 ", "opened ")
        << format_jst(v.opened) << "  " << people(v) << say(l, "人", " people");
    if (v.attribution_shown) out << "  " << shown(v.verdict, l);
    for (const auto& h : v.holders) {
      if (!h.nameable) continue;
      out << " " << h.party << " " << percent(h.probability)
          << copy_text(l, h.probability, h.passed_on());
    }
    out << '\n';
  }
  bool heading = false;
  for (const auto& v : views) {
    for (const auto& c : v.clocks) {
      if (!is_overdue(c)) continue;
      if (!heading) out << say(l, "\n期限を過ぎたもの\n", "\nOverdue\n");
      heading = true;
      out << "  " << v.id;
      print_clock(out, c, l);
    }
  }
}

void print_judging(std::ostream& out, const incident::DueVerdict& judging, Language l) {
  switch (judging.state) {
    case incident::DueState::kWaiting:
      out << say(l, "全流通の判定: やり直し待ち", "verdict over all exposures: to be made again");
      break;
    case incident::DueState::kJudging:
      out << say(l, "全流通の判定: やり直し中", "verdict over all exposures: being made again");
      break;
    case incident::DueState::kFailed:
      out << say(l, "全流通の判定: やり直せません。直した後に incident judge を実行してください",
                 "verdict over all exposures: cannot be made; put it right, then: incident judge");
      break;
  }
  out << say(l, "（", " (") << format_jst(judging.asked) << say(l, " から", " on");
  if (!judging.why.empty()) out << say(l, "、理由 ", ", why: ") << judging.why;
  out << say(l, "）\n", ")\n");
}

void print_incident(std::ostream& out, const IncidentView& v, Language l) {
  out << v.id << "  " << incident::shown(v.state, l) << "  " << say(l, "発生 ", "opened ")
      << format_jst(v.opened) << '\n';
  if (v.attribution_shown) {
    out << say(l, "流出元の判定: ", "source: ") << shown(v.verdict, l)
        << say(l, "（不明の確率 ", " (unknown ") << percent(v.unknown_probability)
        << say(l, "）\n", ")\n");
  }
  for (const auto& h : v.holders) {
    out << "  " << h.party << "  " << percent(h.probability)
        << copy_text(l, h.probability, h.passed_on());
    if (h.counts_shown) {
      out << "  " << h.matched_rows << say(l, "行（うち専有 ", " rows (") << h.exclusive_rows
          << say(l, "）", " exclusive)");
    }
    for (const auto& s : h.snapshots) out << "  " << s;
    if (!h.nameable) out << say(l, "  ※名指しの条件を満たさない", "  (may not be named)");
    out << '\n';
  }
  out << say(l, "本人の数:", "people:");
  for (const auto& [controller, n] : v.subjects) out << "  " << controller << " " << n;
  out << '\n' << say(l, "項目:", "items:");
  for (const auto& item : v.items) out << "  " << item;
  out << '\n'
      << say(l, "流通: ", "exposures: ") << v.exposures.size()
      << say(l, "、取得物: ", ", captures: ") << v.captures.size() << '\n';
  for (const auto& [party, at] : v.known_at) {
    out << say(l, "知った時: ", "known: ") << party << "  " << format_jst(at) << '\n';
  }
  out << say(l, "期限\n", "Clocks\n");
  for (const auto& c : v.clocks) print_clock(out, c, l);
  if (!v.transitions.empty()) out << say(l, "経過\n", "History\n");
  for (const auto& t : v.transitions) {
    out << "  " << format_jst(t.at) << "  " << incident::shown(t.to, l) << "  " << t.by << "  "
        << t.note << '\n';
  }
}

void print_escalations(std::ostream& out, const std::vector<incident::Escalation>& raised,
                       const std::vector<incident::ComingStep>& coming, Language l) {
  if (!raised.empty()) out << say(l, "督促\n", "Escalation\n");
  for (const auto& e : raised) {
    out << "  " << format_jst(e.raised) << "  " << e.party << "  " << e.step << "  " << e.text.in(l)
        << say(l, "  メール ", "  mails ") << e.mails << '\n';
  }
  if (!coming.empty()) out << say(l, "次の督促\n", "Next steps of escalation\n");
  for (const auto& s : coming) {
    out << "  " << format_jst(s.at) << "  " << s.party << "  " << s.step << "  " << s.text.in(l)
        << '\n';
  }
}

std::string incident_with_escalations(const IncidentView& view,
                                      const std::vector<incident::Escalation>& raised,
                                      const std::vector<incident::ComingStep>& coming) {
  auto out = json::parse(to_json(view)).as_object();
  auto steps = json::parse(incident::escalation_json(raised, coming)).as_object();
  for (auto& [key, list] : steps) out[key] = std::move(list);
  return json::serialize(out);
}

std::string incidents_to_json(const std::vector<IncidentView>& views,
                              const std::optional<std::string>& warning) {
  json::array incidents;
  json::array overdue;
  for (const auto& v : views) {
    incidents.push_back(json::parse(to_json(v)));
    for (const auto& c : v.clocks) {
      if (!is_overdue(c)) continue;
      overdue.push_back(json::object{{"incident", v.id},
                                     {"rule", c.rule},
                                     {"controller", c.controller},
                                     {"due", format_utc(*c.due)},
                                     {"status", std::string(to_string(c.status))}});
    }
  }
  json::array warnings;
  if (warning) warnings.emplace_back(*warning);
  return json::serialize(json::object{{"incidents", std::move(incidents)},
                                      {"overdue", std::move(overdue)},
                                      {"warnings", std::move(warnings)}});
}

}  // namespace hitokoe::app
