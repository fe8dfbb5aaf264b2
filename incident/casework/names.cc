// The words of casework, in code and for people.
#include <algorithm>
#include <array>
#include <span>

#include "hitokoe/incident/casework.h"

namespace hitokoe::incident {
namespace {

template <class T>
struct Name {
  T value;
  std::string_view id, ja, en;
};

constexpr std::array<Name<TaskKind>, kTaskKinds> kTasks = {{
    {TaskKind::kRecovery, "recovery", "漏えい情報の回収・削除", "recovery and takedown"},
    {TaskKind::kNotice, "notice", "本人への連絡", "notice to the people"},
    {TaskKind::kSecondaryDamage, "secondary_damage", "二次被害の防止", "secondary damage"},
    {TaskKind::kCause, "cause", "原因の調査", "cause"},
    {TaskKind::kPrevention, "prevention", "再発防止", "recurrence prevention"},
    {TaskKind::kReports, "reports", "報告", "reports"},
    {TaskKind::kPublication, "publication", "公表", "publication"},
}};

constexpr std::array<Name<TaskState>, 4> kTaskStates = {{
    {TaskState::kOpen, "open", "未着手", "open"},
    {TaskState::kWorking, "working", "対応中", "in work"},
    {TaskState::kDone, "done", "完了", "done"},
    {TaskState::kNotNeeded, "not_needed", "不要", "not needed"},
}};

constexpr std::array<Name<TakedownState>, 5> kTakedowns = {{
    {TakedownState::kDrafted, "drafted", "下書き", "drafted"},
    {TakedownState::kSent, "sent", "依頼済み", "sent"},
    {TakedownState::kAnswered, "answered", "回答あり", "answered"},
    {TakedownState::kRemoved, "removed", "削除を確認", "removed"},
    {TakedownState::kRefused, "refused", "拒否", "refused"},
}};

constexpr std::array<Name<LinkKind>, 2> kLinks = {{
    {LinkKind::kRecirculation, "recirculation", "再流通", "the same data again"},
    {LinkKind::kRelated, "related", "関連", "related"},
}};

template <class T>
const Name<T>& named(std::span<const Name<T>> names, T value) {
  return *std::ranges::find(names, value, &Name<T>::value);
}

template <class T>
Result<T> by_name(std::span<const Name<T>> names, std::string_view id) {
  std::string known;
  for (const auto& n : names) {
    if (n.id == id) return n.value;
    known += (known.empty() ? "" : ", ") + std::string(n.id);
  }
  return fail(Errc::kUsage, "no such name; known are " + known,
              "そのような名前はありません。使えるもの: " + known);
}

}  // namespace

std::string_view to_string(TaskKind k) { return named<TaskKind>(kTasks, k).id; }
std::string_view shown(TaskKind k, Language l) {
  return say(l, named<TaskKind>(kTasks, k).ja, named<TaskKind>(kTasks, k).en);
}
Result<TaskKind> task_kind_by_name(std::string_view name) {
  return by_name<TaskKind>(kTasks, name);
}

std::string_view to_string(TaskState s) { return named<TaskState>(kTaskStates, s).id; }
std::string_view shown(TaskState s, Language l) {
  return say(l, named<TaskState>(kTaskStates, s).ja, named<TaskState>(kTaskStates, s).en);
}
Result<TaskState> task_state_by_name(std::string_view name) {
  return by_name<TaskState>(kTaskStates, name);
}

std::string_view to_string(TakedownState s) { return named<TakedownState>(kTakedowns, s).id; }
std::string_view shown(TakedownState s, Language l) {
  return say(l, named<TakedownState>(kTakedowns, s).ja, named<TakedownState>(kTakedowns, s).en);
}
Result<TakedownState> takedown_state_by_name(std::string_view name) {
  return by_name<TakedownState>(kTakedowns, name);
}

std::string_view to_string(LinkKind k) { return named<LinkKind>(kLinks, k).id; }
std::string_view shown(LinkKind k, Language l) {
  return say(l, named<LinkKind>(kLinks, k).ja, named<LinkKind>(kLinks, k).en);
}
Result<LinkKind> link_kind_by_name(std::string_view name) {
  return by_name<LinkKind>(kLinks, name);
}

}  // namespace hitokoe::incident
