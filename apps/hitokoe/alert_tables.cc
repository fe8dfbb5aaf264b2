#include "apps/hitokoe/alert_tables.h"

#include <ostream>

namespace hitokoe::app {
namespace {

using incident::Alert;
using incident::AlertState;
using incident::Hunt;
using incident::HuntState;
using matcher::Likeness;
using matcher::Severity;

std::string_view shown(AlertState state, Language l) {
  switch (state) {
    case AlertState::kOpen:
      return say(l, "未対応", "open");
    case AlertState::kAcknowledged:
      return say(l, "対応中", "acknowledged");
    case AlertState::kClosed:
      return say(l, "終了", "closed");
  }
  return "";
}

std::string_view shown(Likeness likeness, Language l) {
  switch (likeness) {
    case Likeness::kSame:
      return "";
    case Likeness::kBelow:
      return say(l, "サブドメイン", "below the domain");
    case Likeness::kConfusable:
      return say(l, "見間違えやすい文字", "letters that look alike");
    case Likeness::kTypo:
      return say(l, "一文字違い", "one letter differs");
    case Likeness::kHyphen:
      return say(l, "ハイフン違い", "hyphens differ");
    case Likeness::kOtherEnding:
      return say(l, "末尾違い", "another ending");
    case Likeness::kEmbedded:
      return say(l, "名前を含む", "has the name within");
  }
  return "";
}

std::string_view shown(HuntState state, Language l) {
  switch (state) {
    case HuntState::kRunning:
      return say(l, "実行中", "running");
    case HuntState::kPaused:
      return say(l, "一時停止", "paused");
    case HuntState::kDone:
      return say(l, "完了", "done");
  }
  return "";
}

}  // namespace

std::string_view shown(Severity severity, Language l) {
  switch (severity) {
    case Severity::kLow:
      return say(l, "低", "low");
    case Severity::kMedium:
      return say(l, "中", "medium");
    case Severity::kHigh:
      return say(l, "高", "high");
    case Severity::kCritical:
      return say(l, "緊急", "critical");
  }
  return "";
}

void print_alert(std::ostream& out, const Alert& a, Language l) {
  out << a.id << "  " << shown(a.state, l) << "  " << shown(a.severity, l) << "  " << a.term << "  "
      << a.count << say(l, " 件", a.count == 1 ? " time" : " times") << "  " << a.source << "  "
      << a.capture << "  " << format_jst(a.found);
  if (a.likeness != Likeness::kSame) out << "  (" << shown(a.likeness, l) << ")";
  if (a.muted) out << say(l, "  （抑制）", "  (muted)");
  out << '\n';
  for (const auto& p : a.places) {
    out << "    " << say(l, "行 ", "line ") << p.line << ": " << p.context << '\n';
  }
  if (a.changed) out << "    " << a.changed_by << ": " << a.note << '\n';
}

void print_hunt(std::ostream& out, const Hunt& h, Language l) {
  out << h.id << "  " << shown(h.state, l) << "  " << h.settled() << '/' << h.total
      << say(l, " 件、警報 ", " captures, alerts ") << h.alerts
      << say(l, "、事案の発生 ", ", incidents opened ") << h.opened
      << say(l, "・追加 ", ", joined ") << h.joined << say(l, "、読めない ", ", unreadable ")
      << h.unreadable << say(l, "、鍵の破棄 ", ", keys destroyed ") << h.gone;
  if (const auto left = h.remaining(); left && h.state == HuntState::kRunning) {
    out << say(l, "、残り約 ", ", about ") << std::chrono::ceil<std::chrono::seconds>(*left).count()
        << say(l, " 秒", " s left");
  }
  out << '\n';
}

}  // namespace hitokoe::app
