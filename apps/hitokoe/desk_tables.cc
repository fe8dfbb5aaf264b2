#include "apps/hitokoe/desk_tables.h"

#include <ostream>

namespace hitokoe::app {

using incident::DeskOutcome;

namespace {

std::string_view shown(DeskOutcome outcome, Language l) {
  switch (outcome) {
    case DeskOutcome::kNotVerified:
      return say(l, "本人確認できず", "not verified");
    case DeskOutcome::kNotAffected:
      return say(l, "対象外", "not affected");
    case DeskOutcome::kAffected:
      return say(l, "対象", "affected");
    case DeskOutcome::kLocked:
      return say(l, "停止中", "locked");
  }
  return {};
}

}  // namespace

void print_answer(std::ostream& out, const incident::DeskAnswer& answer, Language l) {
  out << words_of(answer).in(l) << '\n' << say(l, "照会番号 ", "check ") << answer.check << '\n';
}

void print_notes(std::ostream& out, const std::vector<incident::ReadNote>& notes, Language l) {
  for (const auto& n : notes) {
    out << n.note.number << "  " << format_jst(n.note.at) << "  " << n.note.user;
    if (n.note.minutes > 0) out << "  " << n.note.minutes << say(l, " 分", " min");
    out << "\n" << n.text << "\n";
  }
}

void print_checks(std::ostream& out, const std::vector<incident::DeskCheck>& checks, Language l) {
  for (const auto& c : checks) {
    out << c.id << "  " << format_jst(c.at) << "  " << c.incident << "  " << c.user << "  "
        << shown(c.outcome, l) << '\n';
  }
}

void print_tasks(std::ostream& out, const std::vector<incident::DeskTask>& tasks, UtcTime now,
                 Language l) {
  for (const auto& t : tasks) {
    out << t.id << "  " << say(l, "折り返し期限 ", "call back by ") << format_jst(t.call_by) << "  "
        << t.check << "  ";
    if (t.done) {
      out << say(l, "完了 ", "done ") << format_jst(*t.done) << " " << t.done_by;
    } else {
      out << (t.call_by < now ? say(l, "遅れ", "late") : say(l, "未了", "open"));
    }
    out << '\n';
  }
}

void print_statistics(std::ostream& out, const incident::DeskStatistics& numbers, Language l) {
  out << say(l, "日\t通話\t本人確認\t対象\t照会\t停止\n",
             "day\tcalls\tverified\taffected\tchecks\tlocked\n");
  for (const auto& d : numbers.days) {
    out << format_day(d.day) << '\t' << d.calls << '\t' << d.verified << '\t' << d.affected << '\t'
        << d.checks << '\t' << d.locked << '\n';
  }
  out << say(l, "未了の折り返し ", "calls back that are open: ") << numbers.follow_ups_open
      << say(l, "、うち遅れ ", ", late: ") << numbers.follow_ups_overdue << '\n';
  out << say(l, "所要時間の中央値 ", "median minutes: ");
  if (numbers.median_minutes) {
    out << *numbers.median_minutes << say(l, " 分", "") << '\n';
  } else {
    out << "—\n";
  }
}

}  // namespace hitokoe::app
