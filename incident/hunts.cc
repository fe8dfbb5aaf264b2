#include "hitokoe/incident/hunts.h"

#include <boost/json.hpp>

namespace hitokoe::incident {
namespace {

namespace json = boost::json;

Draft draft(const Hunt& hunt, std::string_view actor, std::string_view what,
            const json::object& body) {
  return {std::string(actor), "hunt/" + hunt.id, "hunt." + std::string(what),
          json::serialize(body)};
}

json::object counts_of(const Hunt& h) {
  return {{"alerts", h.alerts},        {"done", h.done},     {"gone", h.gone},
          {"joined", h.joined},        {"opened", h.opened}, {"total", h.total},
          {"unreadable", h.unreadable}};
}

}  // namespace

std::string_view to_string(HuntState state) {
  switch (state) {
    case HuntState::kRunning:
      return "running";
    case HuntState::kPaused:
      return "paused";
    case HuntState::kDone:
      return "done";
  }
  return "";
}

std::string_view to_string(HuntCause cause) {
  switch (cause) {
    case HuntCause::kPerson:
      return "person";
    case HuntCause::kTerms:
      return "terms";
    case HuntCause::kIndex:
      return "index";
  }
  return "";
}

std::optional<Duration> Hunt::remaining() const {
  const auto over = settled();
  if (over == 0 || over >= total) return std::nullopt;
  return worked / static_cast<std::int64_t>(over) * static_cast<std::int64_t>(total - over);
}

Draft hunt_started(const Hunt& h) {
  json::object body{{"captures", h.total},
                    {"cause", to_string(h.cause)},
                    {"fingerprints", h.fingerprints},
                    {"terms", h.terms}};
  if (h.since) body["since"] = format_day(*h.since);
  return draft(h, h.by, "started", body);
}

Draft hunt_changed(const Hunt& h, std::string_view actor) {
  return draft(h, actor, h.state == HuntState::kPaused ? "paused" : "resumed", counts_of(h));
}

Draft hunt_done(const Hunt& h) { return draft(h, "service", "done", counts_of(h)); }

void count_step(Hunt& hunt, const HuntStep& step) {
  switch (step.kind) {
    case HuntStep::Kind::kDone:
      ++hunt.done;
      break;
    case HuntStep::Kind::kUnreadable:
      ++hunt.unreadable;
      break;
    case HuntStep::Kind::kGone:
      ++hunt.gone;
      break;
  }
  hunt.alerts += step.alerts;
  hunt.opened += step.opened ? 1 : 0;
  hunt.joined += step.joined ? 1 : 0;
  hunt.worked += step.worked;
}

Error no_such_hunt() {
  return {Errc::kNotFound, "there is no such hunt", "そのような遡及調査はありません"};
}

std::string to_json(const Hunt& h) {
  const auto time = [](const std::optional<UtcTime>& t) {
    return t ? json::value(format_utc(*t)) : json::value(nullptr);
  };
  const auto left = h.remaining();
  json::object body{{"id", h.id},
                    {"state", to_string(h.state)},
                    {"cause", to_string(h.cause)},
                    {"terms", h.terms},
                    {"fingerprints", h.fingerprints},
                    {"since", h.since ? json::value(format_day(*h.since)) : json::value(nullptr)},
                    {"by", h.by},
                    {"started", format_utc(h.started)},
                    {"ended", time(h.ended)},
                    {"notified", time(h.notified)},
                    {"total", h.total},
                    {"done", h.done},
                    {"unreadable", h.unreadable},
                    {"gone", h.gone},
                    {"alerts", h.alerts},
                    {"opened", h.opened},
                    {"joined", h.joined},
                    {"remaining_seconds",
                     left ? json::value(std::chrono::ceil<std::chrono::seconds>(*left).count())
                          : json::value(nullptr)}};
  return json::serialize(body);
}

}  // namespace hitokoe::incident
