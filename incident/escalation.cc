#include "hitokoe/incident/escalation.h"

#include <algorithm>
#include <boost/json.hpp>

namespace hitokoe::incident {
namespace {

constexpr std::string_view kBefore = "before-";
constexpr std::string_view kLate = "late-";
constexpr std::string_view kSilent = "silent-";
constexpr std::string_view kGuideline = "guideline-";

std::string hours_of(Duration d) {
  const auto hours = std::chrono::ceil<std::chrono::hours>(d).count();
  return std::to_string(hours) + "h";
}

std::string number_behind(const std::string& step, std::string_view prefix) {
  return step.substr(prefix.size());
}

// The law gives these no date: nothing is overdue by a guideline.
Words head_of_guideline(const std::string& step) {
  if (step.starts_with(kBefore)) {
    const auto h = number_behind(step, kBefore);
    const auto n = h.substr(0, h.size() - 1);
    return {"Guideline date within " + n + " hours (the law gives no date)",
            "目安の日まで " + n + " 時間以内（法令に日数の定めはありません）"};
  }
  if (step == "due") {
    return {"The guideline date has passed (the law gives no date)",
            "目安の日を過ぎました（法令に日数の定めはありません）"};
  }
  const auto n = number_behind(step, kLate);
  return {
      "Not done after the guideline date (reminder " + n + "; the law gives no date)",
      "目安の日を過ぎても完了していません（" + n + " 回目の督促。法令に日数の定めはありません）"};
}

// What a step says: before a colon and the duty.
Words head_of(const Escalation& e) {
  if (is_guideline(e.step)) return head_of_guideline(number_behind(e.step, kGuideline));
  if (e.step.starts_with(kBefore)) {
    const auto h = number_behind(e.step, kBefore);
    const auto n = h.substr(0, h.size() - 1);
    return {"Due within " + n + " hours", "期限まで " + n + " 時間以内"};
  }
  if (e.step == "due") return {"The due date has passed", "期限を過ぎました"};
  if (e.step.starts_with(kLate)) {
    const auto n = number_behind(e.step, kLate);
    return {"Still overdue (reminder " + n + ")", "期限を過ぎたままです（" + n + " 回目の督促）"};
  }
  const auto n = number_behind(e.step, kSilent);
  return {"An approval is missing (reminder " + n + ")",
          "承認がありません（" + n + " 回目の督促）"};
}

bool runs(const ClockView& c) {
  return c.status == ClockStatus::kRunning || c.status == ClockStatus::kOverdue ||
         c.status == ClockStatus::kLate;
}

// The first step after `now` of a duty that is due at `due`.
std::optional<std::pair<UtcTime, std::string>> next_of(UtcTime due, const DeadlineSteps& steps,
                                                       UtcTime now) {
  std::optional<std::pair<UtcTime, std::string>> next;
  const auto offer = [&](UtcTime at, const std::string& step) {
    if (at > now && (!next || at < next->first)) next.emplace(at, step);
  };
  for (const auto before : steps.before) {
    offer(due - before, std::string(kBefore) + hours_of(before));
  }
  if (steps.at) offer(due + Duration(1), "due");
  if (steps.every.count() > 0) {
    const auto periods = now < due ? 1 : (now - due) / steps.every + 1;
    offer(due + periods * steps.every, std::string(kLate) + std::to_string(periods));
  }
  return next;
}

}  // namespace

bool is_guideline(std::string_view step) { return step.starts_with(kGuideline); }

std::optional<UtcTime> due_or_guideline(const ClockView& clock, const DeadlineSteps& steps) {
  if (clock.due || !steps.guideline) return clock.due;
  // Day 1 is the day on which it started; a day ends at its last moment in Japan.
  const auto after = jst_day(clock.started) + std::chrono::days{*steps.guideline};
  return jst_midnight(after) - Duration{1};
}

std::string Escalation::key() const {
  // A clock is known by its due date; an approval by the version, which its text names.
  const std::string which = !campaign.empty() ? text.en : due ? format_utc(*due) : "";
  return incident + "|" + campaign + "|" + rule + "|" + party + "|" + to + "|" + which + "|" + step;
}

std::string to_json(const Escalation& e) {
  namespace json = boost::json;
  json::value due = nullptr;
  if (e.due) due = json::string(format_utc(*e.due));
  json::value campaign = nullptr;
  if (!e.campaign.empty()) campaign = json::string(e.campaign);
  return json::serialize(json::object{{"incident", e.incident},
                                      {"campaign", std::move(campaign)},
                                      {"rule", e.rule},
                                      {"party", e.party},
                                      {"to_whom", e.to},
                                      {"step", e.step},
                                      {"guideline", is_guideline(e.step)},
                                      {"due", std::move(due)},
                                      {"raised", format_utc(e.raised)},
                                      {"mails", e.mails},
                                      {"text_ja", e.text.ja},
                                      {"text_en", e.text.en}});
}

std::optional<std::string> step_of(const ClockView& clock, const DeadlineSteps& steps,
                                   UtcTime now) {
  const auto due = due_or_guideline(clock, steps);
  if (!runs(clock) || !due) return std::nullopt;
  std::string step(clock.due ? std::string_view() : kGuideline);
  if (now > *due) {
    const auto periods = steps.every.count() > 0 ? (now - *due) / steps.every : 0;
    if (periods > 0) return step.append(kLate).append(std::to_string(periods));
    if (!steps.at) return std::nullopt;
    return step.append("due");
  }
  std::optional<Duration> nearest;
  for (const auto before : steps.before) {
    if (*due - now <= before && (!nearest || before < *nearest)) nearest = before;
  }
  if (!nearest) return std::nullopt;
  return step.append(kBefore).append(hours_of(*nearest));
}

std::vector<Escalation> escalations_of(const IncidentView& incident, const EscalationPlan& plan,
                                       UtcTime now) {
  std::vector<Escalation> out;
  if (is_over(incident.state)) return out;
  for (const auto& c : incident.clocks) {
    const auto steps = plan.of(c.rule, c.controller);
    const auto step = step_of(c, steps, now);
    if (!step) continue;
    Escalation e;
    e.incident = incident.id;
    e.rule = c.rule;
    e.party = c.controller;
    e.to = c.to_whom;
    e.step = *step;
    e.due = due_or_guideline(c, steps);
    e.text = {c.text_en, c.text_ja};
    e.raised = now;
    out.push_back(std::move(e));
  }
  return out;
}

std::vector<ComingStep> coming_steps(const IncidentView& incident, const EscalationPlan& plan,
                                     UtcTime now) {
  std::vector<ComingStep> out;
  if (is_over(incident.state)) return out;
  for (const auto& c : incident.clocks) {
    const auto steps = plan.of(c.rule, c.controller);
    const auto due = due_or_guideline(c, steps);
    if (!runs(c) || !due) continue;
    auto next = next_of(*due, steps, now);
    if (!next) continue;
    if (!c.due) next->second.insert(0, kGuideline);
    out.push_back(
        {c.rule, c.controller, c.to_whom, next->second, next->first, *due, {c.text_en, c.text_ja}});
  }
  std::ranges::stable_sort(out, {}, &ComingStep::at);
  return out;
}

std::string to_json(const ComingStep& s) {
  return boost::json::serialize(boost::json::object{{"rule", s.rule},
                                                    {"party", s.party},
                                                    {"to_whom", s.to},
                                                    {"step", s.step},
                                                    {"guideline", is_guideline(s.step)},
                                                    {"at", format_utc(s.at)},
                                                    {"due", format_utc(s.due)},
                                                    {"text_ja", s.text.ja},
                                                    {"text_en", s.text.en}});
}

std::string escalation_json(std::span<const Escalation> raised,
                            std::span<const ComingStep> coming) {
  namespace json = boost::json;
  json::array steps;
  steps.reserve(raised.size());
  for (const auto& e : raised) steps.push_back(json::parse(to_json(e)));
  json::array next;
  next.reserve(coming.size());
  for (const auto& s : coming) next.push_back(json::parse(to_json(s)));
  return json::serialize(
      json::object{{"escalations", std::move(steps)}, {"coming", std::move(next)}});
}

std::optional<UtcTime> final_due(const IncidentView& incident) {
  std::optional<UtcTime> first;
  for (const auto& c : incident.clocks) {
    if (!c.rule.starts_with("appi-final") || !runs(c) || !c.due) continue;
    if (!first || *c.due < *first) first = c.due;
  }
  return first;
}

std::vector<Escalation> silent_escalations(const SilentApprovals& campaign,
                                           std::optional<UtcTime> final_report,
                                           const SilenceRules& rules, UtcTime now) {
  std::vector<Escalation> out;
  UtcTime first = campaign.frozen + rules.silent_after;
  if (final_report) {
    first = std::max(campaign.frozen, std::min(first, *final_report - rules.silent_before));
  }
  if (now < first) return out;
  const auto periods = rules.silent_every.count() > 0 ? (now - first) / rules.silent_every : 0;
  for (const auto& party : campaign.silent) {
    Escalation e;
    e.incident = campaign.incident;
    e.campaign = campaign.campaign;
    e.rule = "approval";
    e.party = party;
    e.step = std::string(kSilent) + std::to_string(periods + 1);
    e.due = final_report;
    const auto version = std::to_string(campaign.version);
    e.text = {"Approval of the notice " + campaign.campaign + ", version " + version,
              "一元連絡 " + campaign.campaign + " 第 " + version + " 版の承認"};
    e.raised = now;
    out.push_back(std::move(e));
  }
  return out;
}

Result<std::vector<SilentApprovals>> silent_approvals(CampaignStore& store) {
  std::vector<SilentApprovals> out;
  TRY(const auto campaigns, store.list());
  for (const auto& row : campaigns) {
    if (row.state != CampaignState::kFrozen || row.version == 0) continue;
    TRY(const auto version, store.version(row.id, row.version));
    TRY(const auto given, store.approvals(row.id, row.version));
    TRY(const auto refused, store.refusals(row.id, row.version));
    SilentApprovals one{row.id, row.incident, row.version, version.at, {}};
    for (const auto& party : version.concerned) {
      const bool approved = std::ranges::any_of(
          given, [&](const ApprovalRow& a) { return a.party == party && a.root == version.root; });
      const bool said_no = std::ranges::find(refused, party, &RefusalRow::party) != refused.end();
      if (!approved && !said_no) one.silent.push_back(party);
    }
    if (!one.silent.empty()) out.push_back(std::move(one));
  }
  return out;
}

std::string escalation_subject(const Escalation& e) {
  const auto head = head_of(e);
  return "[Hitokoe] " + e.incident + " " + e.party + " " + head.ja + " / " + head.en;
}

std::string escalation_text(const Escalation& e) {
  std::string out;
  const auto head = head_of(e);
  for (const auto l : {Language::kJapanese, Language::kEnglish}) {
    const auto line = [&](std::string_view ja, std::string_view en, const std::string& value) {
      if (!value.empty()) out += std::string(say(l, ja, en)) + ": " + value + "\n";
    };
    out += std::string(head.in(l)) + "\n";
    line("事案", "Incident", e.incident);
    line("義務", "Duty", std::string(e.text.in(l)));
    line("義務を負う者", "Who", e.party);
    if (e.rule == "approval") {
      line("確報の期限", "Final report due", e.due ? format_jst(*e.due) : "");
    } else if (is_guideline(e.step)) {
      line("目安の日", "Guideline date", e.due ? format_jst(*e.due) : "");
    } else {
      line("期限", "Due", e.due ? format_jst(*e.due) : "");
    }
    out += say(l, "詳しくはコンソールの事案の画面をご覧ください。法的助言ではありません。\n\n",
               "See the incident in the console. This is not legal advice.\n");
  }
  return out;
}

}  // namespace hitokoe::incident
