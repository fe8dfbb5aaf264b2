#include "hitokoe/incident/calendar.h"

#include <libical/ical.h>

#include <memory>

#include "hitokoe/base/crypto/digest.h"

namespace hitokoe::incident {
namespace {

struct FreeComponent {
  void operator()(icalcomponent* c) const { icalcomponent_free(c); }
};
using Component = std::unique_ptr<icalcomponent, FreeComponent>;

constexpr int kAlarmHours = 24;

icaltimetype instant(UtcTime t) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
  return icaltime_from_timet_with_zone(static_cast<time_t>(seconds), 0,
                                       icaltimezone_get_utc_timezone());
}

icaltimetype whole_day(JstDay day) {
  const std::chrono::year_month_day ymd{day};
  icaltimetype t = icaltime_null_date();
  t.year = static_cast<int>(ymd.year());
  t.month = static_cast<int>(static_cast<unsigned>(ymd.month()));
  t.day = static_cast<int>(static_cast<unsigned>(ymd.day()));
  t.is_date = 1;
  return t;
}

// The last moment of a Japanese day: the deadline is the day.
bool is_day(UtcTime due) {
  return jst_midnight(jst_day(due) + std::chrono::days{1}) - due == Duration{1};
}

std::string uid_of(const std::string& incident, const ClockView& c) {
  const std::string all = incident + "\n" + c.rule + "\n" + c.controller + "\n" + c.to_whom;
  return crypto::sha256_hex(as_bytes(all)).substr(0, 32) + "@hitokoe";
}

Component alarm_of(const std::string& summary) {
  Component alarm(icalcomponent_new_valarm());
  icalcomponent_add_property(alarm.get(), icalproperty_new_action(ICAL_ACTION_DISPLAY));
  icalcomponent_add_property(alarm.get(), icalproperty_new_description(summary.c_str()));
  icaltriggertype trigger = icaltriggertype_from_int(-kAlarmHours * 3600);
  icalcomponent_add_property(alarm.get(), icalproperty_new_trigger(trigger));
  return alarm;
}

Component event_of(const IncidentView& incident, const ClockView& c, UtcTime now, Language l) {
  Component event(icalcomponent_new_vevent());
  const auto add = [&](icalproperty* p) { icalcomponent_add_property(event.get(), p); };
  const bool off = c.status == ClockStatus::kDone || c.status == ClockStatus::kSuperseded;
  const std::string summary =
      incident.id + " " + c.controller + " " + std::string(say(l, c.text_ja, c.text_en));
  std::string description(say(l, c.text_ja, c.text_en));
  description += "\n" + c.source;
  if (c.before_roll) {
    description +=
        std::string(say(l, "\n閉庁日のため繰下げ: ", "\nMoved to a business day from ")) +
        format_day(*c.before_roll);
  }
  if (!c.reason.empty() && c.status == ClockStatus::kSuperseded) {
    description += std::string(say(l, "\n対象外: ", "\nDoes not apply: ")) + c.reason;
  }
  add(icalproperty_new_uid(uid_of(incident.id, c).c_str()));
  add(icalproperty_new_dtstamp(instant(now)));
  add(icalproperty_new_sequence(static_cast<int>(incident.revision)));
  if (is_day(*c.due)) {
    const auto day = jst_day(*c.due);
    add(icalproperty_new_dtstart(whole_day(day)));
    add(icalproperty_new_dtend(whole_day(day + std::chrono::days{1})));
  } else {
    add(icalproperty_new_dtstart(instant(*c.due)));
    add(icalproperty_new_dtend(instant(*c.due)));
  }
  add(icalproperty_new_summary(summary.c_str()));
  add(icalproperty_new_description(description.c_str()));
  add(icalproperty_new_status(off ? ICAL_STATUS_CANCELLED : ICAL_STATUS_CONFIRMED));
  add(icalproperty_new_transp(ICAL_TRANSP_TRANSPARENT));
  if (!off) icalcomponent_add_component(event.get(), alarm_of(summary).release());
  return event;
}

}  // namespace

std::string calendar_of(std::span<const IncidentView> incidents, const std::string& party,
                        UtcTime now, Language l) {
  Component calendar(icalcomponent_new_vcalendar());
  const auto add = [&](icalproperty* p) { icalcomponent_add_property(calendar.get(), p); };
  add(icalproperty_new_version("2.0"));
  add(icalproperty_new_prodid("-//Hitokoe//Clocks//EN"));
  add(icalproperty_new_method(ICAL_METHOD_PUBLISH));
  icalproperty* name =
      icalproperty_new_x(std::string(say(l, "一声 期限", "Hitokoe deadlines")).c_str());
  icalproperty_set_x_name(name, "X-WR-CALNAME");
  add(name);
  for (const auto& incident : incidents) {
    for (const auto& c : incident.clocks) {
      if (!c.due || (!party.empty() && c.controller != party)) continue;
      icalcomponent_add_component(calendar.get(), event_of(incident, c, now, l).release());
    }
  }
  const std::unique_ptr<char, void (*)(void*)> text(icalcomponent_as_ical_string_r(calendar.get()),
                                                    [](void* p) { icalmemory_free_buffer(p); });
  return text ? std::string(text.get()) : std::string();
}

}  // namespace hitokoe::incident
