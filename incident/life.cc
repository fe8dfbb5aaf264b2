#include <algorithm>
#include <utility>

#include "hitokoe/incident/incident.h"

namespace hitokoe::incident {
namespace {

struct Name {
  State state;
  std::string_view id, ja, en;
};
constexpr Name kNames[] = {
    {State::kOpen, "open", "発生", "open"},
    {State::kTriaged, "triaged", "一次判断済み", "triaged"},
    {State::kConfirmed, "confirmed", "確認済み", "confirmed"},
    {State::kContained, "contained", "封じ込め済み", "contained"},
    {State::kNotified, "notified", "通知済み", "notified"},
    {State::kClosed, "closed", "終結", "closed"},
    {State::kDismissed, "dismissed", "非該当", "dismissed"},
    {State::kMerged, "merged", "統合済み", "merged"},
};

constexpr std::pair<State, State> kSteps[] = {
    {State::kOpen, State::kTriaged},        {State::kTriaged, State::kConfirmed},
    {State::kConfirmed, State::kContained}, {State::kContained, State::kNotified},
    {State::kNotified, State::kClosed},     {State::kOpen, State::kDismissed},
    {State::kTriaged, State::kDismissed},
};

const Name& name_of(State state) {
  return *std::find_if(std::begin(kNames), std::end(kNames),
                       [&](const Name& n) { return n.state == state; });
}

}  // namespace

std::string_view to_string(State state) { return name_of(state).id; }

std::string_view shown(State state, Language language) {
  return say(language, name_of(state).ja, name_of(state).en);
}

Result<State> state_by_name(std::string_view name) {
  std::string known;
  for (const auto& n : kNames) {
    if (n.id == name) return n.state;
    known += known.empty() ? "" : ", ";
    known += n.id;
  }
  return fail(Errc::kUsage, "no such state; known are " + known,
              "そのような状態はありません。使えるもの: " + known);
}

bool may_become(State from, State to) {
  return std::find(std::begin(kSteps), std::end(kSteps), std::pair(from, to)) != std::end(kSteps);
}

bool opens(const matcher::ScanReport& report, const OpenRule& rule) {
  std::set<std::pair<std::string_view, identity::Fingerprint>> subjects;
  for (const auto& s : report.subjects) {
    if (s.canary || s.agreeing >= rule.agreeing_fields) return true;
    subjects.emplace(s.controller, s.y_ref);
    if (subjects.size() >= rule.subjects) return true;
  }
  return false;
}

std::string exposure_id(const matcher::ScanReport& report) {
  crypto::Sha256 hash;
  const auto add = [&](ByteView bytes) {
    Bytes framed;
    put_u32(framed, static_cast<std::uint32_t>(bytes.size()));
    put_bytes(framed, bytes);
    hash.update(framed);
  };
  if (!report.captures.empty()) {
    const std::set<std::string> captures(report.captures.begin(), report.captures.end());
    for (const auto& c : captures) add(as_bytes(c));
  } else {
    std::set<std::pair<std::string_view, identity::Fingerprint>> subjects;
    for (const auto& s : report.subjects) subjects.emplace(s.controller, s.y_ref);
    for (const auto& [controller, y_ref] : subjects) {
      add(as_bytes(controller));
      add(y_ref);
    }
  }
  return "exp-" + to_hex(hash.finish()).substr(0, 24);
}

}  // namespace hitokoe::incident
