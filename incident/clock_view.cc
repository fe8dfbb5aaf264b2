// Which clocks run for an incident. The rules' conditions are looked at as they were at every
// change of a fact or a count, so that a clock that ran and no longer does is still shown.
#include <algorithm>

#include "hitokoe/incident/incident.h"

namespace hitokoe::incident {
namespace {

enum class Holds { kNo, kByFact, kByCount };

class Evaluation {
 public:
  Evaluation(const Incident& incident, std::string controller, UtcTime now)
      : in_(incident), controller_(std::move(controller)) {
    for (const auto& f : in_.facts) {
      if (concerns(f)) times_.insert(f.recorded);
    }
    for (const auto& c : in_.counts) {
      if (c.controller == controller_) times_.insert(c.at);
    }
    std::erase_if(times_, [&](UtcTime t) { return t > now; });
  }

  const std::set<UtcTime>& times() const { return times_; }

  Holds holds(const ClockRule& rule, UtcTime t) const {
    const auto is = [&](Fact f) { return fact(f, t) != 0; };
    if (std::any_of(rule.unless.begin(), rule.unless.end(), is)) return Holds::kNo;
    if (!std::all_of(rule.all.begin(), rule.all.end(), is)) return Holds::kNo;
    if (rule.all_over && people(t) <= *rule.all_over) return Holds::kNo;
    const Holds all = rule.all_over ? Holds::kByCount : Holds::kByFact;
    if (rule.any.empty() && !rule.any_over) return all;
    if (std::any_of(rule.any.begin(), rule.any.end(), is)) return all;
    if (rule.any_over && people(t) > *rule.any_over) return Holds::kByCount;
    return Holds::kNo;
  }

  // The first moment at which the count that the rule asks for was passed.
  UtcTime passed(const ClockRule& rule) const {
    const auto over = std::max(rule.any_over.value_or(0), rule.all_over.value_or(0));
    for (const UtcTime t : times_) {
      if (people(t) > over) return t;
    }
    return {};
  }

  // Why a rule stopped to hold at `t`.
  std::string reason_at(UtcTime t) const {
    std::string reason;
    for (const auto& f : in_.facts) {
      if (concerns(f) && f.recorded == t) reason = f.reason;
    }
    return reason;
  }

 private:
  bool concerns(const FactRecord& f) const {
    return f.controller.empty() || f.controller == controller_;
  }

  // The newest word on this carrier; else the newest on the whole incident.
  std::uint64_t fact(Fact fact, UtcTime t) const {
    std::uint64_t general = 0;
    std::optional<std::uint64_t> own;
    for (const auto& f : in_.facts) {
      if (f.fact != fact || f.recorded > t) continue;
      if (f.controller.empty()) general = f.value;
      if (f.controller == controller_) own = f.value;
    }
    return own.value_or(general);
  }

  std::uint64_t people(UtcTime t) const {
    std::uint64_t n = fact(Fact::kPossiblePeople, t);
    std::uint64_t counted = 0;
    for (const auto& c : in_.counts) {
      if (c.controller == controller_ && c.at <= t) counted = std::max(c.people, c.possible);
    }
    return std::max(n, counted);
  }

  const Incident& in_;
  std::string controller_;
  std::set<UtcTime> times_;
};

struct Actor {
  std::string party, to, controller;
};

std::optional<ClockView> clock_of(const Incident& in, const Actor& actor, const ClockRule& rule,
                                  const Evaluation& evaluation, UtcTime known,
                                  const Holidays& holidays) {
  Holds last = Holds::kNo;
  std::optional<UtcTime> stopped;
  for (const UtcTime t : evaluation.times()) {
    const Holds now = evaluation.holds(rule, t);
    if (now != Holds::kNo) {
      last = now;
      stopped.reset();
    } else if (last != Holds::kNo && !stopped) {
      stopped = t;
    }
  }
  if (last == Holds::kNo) return std::nullopt;

  ClockView c;
  c.rule = rule.id;
  c.effective = rule.effective;
  c.source = rule.law + " / " + rule.source;
  c.controller = actor.party;
  c.to_whom = actor.to.empty() ? rule.to_en : actor.to;
  c.text_ja = rule.name_ja + "（" + (actor.to.empty() ? rule.to_ja : actor.to) + "宛て）";
  c.text_en = rule.name_en + " (to " + c.to_whom + ")";
  c.started = last == Holds::kByCount ? std::max(known, evaluation.passed(rule)) : known;
  const Deadline d = deadline(rule, c.started, holidays);
  c.due = d.due;
  c.late = d.late;
  c.before_roll = d.before_roll;
  c.uncertain = d.uncertain;
  for (const auto& done : in.done) {
    if (done.rule == rule.id && done.party == actor.party &&
        (done.to.empty() || done.to == actor.to)) {
      c.done = done.at;
      break;
    }
  }
  if (c.done) {
    c.status = ClockStatus::kDone;
  } else if (in.state == State::kDismissed || in.state == State::kMerged) {
    c.status = ClockStatus::kSuperseded;
    c.reason = in.transitions.empty() ? "" : in.transitions.back().note;
  } else if (stopped) {
    c.status = ClockStatus::kSuperseded;
    c.reason = evaluation.reason_at(*stopped);
  }
  return c;
}

}  // namespace

std::string_view to_string(ClockStatus status) {
  switch (status) {
    case ClockStatus::kRunning:
      return "running";
    case ClockStatus::kOverdue:
      return "overdue";
    case ClockStatus::kLate:
      return "late";
    case ClockStatus::kDone:
      return "done";
    case ClockStatus::kSuperseded:
      return "superseded";
  }
  return "running";
}

std::vector<ClockView> clocks_of(const Incident& in, const ClockRules& rules,
                                 const Holidays& holidays, UtcTime now) {
  const auto known = in.known_at();
  std::vector<std::pair<Actor, ClockRule::Who>> actors;
  for (const auto& [controller, people] : in.people()) {
    actors.push_back({{controller, "", controller}, ClockRule::Who::kController});
  }
  for (const auto& edge : in.delegates) {
    actors.push_back({{edge.delegate, edge.delegator, edge.controller}, ClockRule::Who::kDelegate});
  }

  std::vector<ClockView> out;
  for (const auto& [actor, who] : actors) {
    const auto since = known.find(actor.party);
    if (since == known.end()) continue;
    const Evaluation evaluation(in, actor.controller, now);
    for (const ClockRule* rule : rules.in_force(jst_day(since->second))) {
      if (rule->who != who) continue;
      auto clock = clock_of(in, actor, *rule, evaluation, since->second, holidays);
      if (!clock) continue;
      clock->rule_version = rules.version();
      if (clock->status == ClockStatus::kRunning && clock->due && now > *clock->due) {
        clock->status =
            clock->late && now > *clock->late ? ClockStatus::kLate : ClockStatus::kOverdue;
      }
      // One delegation may lead to several carriers: the delegate tells its delegator once.
      const auto same = std::find_if(out.begin(), out.end(), [&](const ClockView& c) {
        return who == ClockRule::Who::kDelegate && c.rule == clock->rule &&
               c.controller == clock->controller && c.to_whom == clock->to_whom;
      });
      if (same == out.end()) {
        out.push_back(std::move(*clock));
      } else if (same->status == ClockStatus::kSuperseded || clock->started < same->started) {
        if (clock->status != ClockStatus::kSuperseded) *same = std::move(*clock);
      }
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const ClockView& a, const ClockView& b) {
    const auto key = [](const ClockView& c) {
      return std::tuple(c.due.value_or(UtcTime::max()), c.rule, c.controller, c.to_whom);
    };
    return key(a) < key(b);
  });
  return out;
}

}  // namespace hitokoe::incident
