#include <boost/json.hpp>

#include "hitokoe/incident/campaign.h"
#include "hitokoe/net/smtp_relay.h"
#include "incident/campaign/notice.h"

namespace hitokoe::incident {

namespace {

namespace json = boost::json;

constexpr std::size_t kMostText = 8192;

struct NamedText {
  const char* name;
  const BothTexts CampaignSpec::*text;
};
constexpr NamedText kTexts[] = {{"summary", &CampaignSpec::summary},
                                {"cause", &CampaignSpec::cause},
                                {"secondary_damage", &CampaignSpec::secondary},
                                {"prevention", &CampaignSpec::prevention}};

Result<void> check_text(std::string_view name, std::string_view text, bool lines) {
  const auto bad = [&](const char* what) {
    return fail(Errc::kBadInput, std::string(name) + ": " + what);
  };
  if (text.size() > kMostText) return bad("longer than 8192 bytes");
  if (campaign::has_mark(text)) return bad("[[ ]] and {{ }} may not stand in it");
  for (char c : text) {
    const auto b = static_cast<unsigned char>(c);
    if ((b < 0x20 && !(lines && c == '\n')) || b == 0x7f) return bad("a control character in it");
  }
  return ok();
}

bool phone_like(std::string_view phone) {
  std::size_t digits = 0;
  for (char c : phone) {
    if (c >= '0' && c <= '9') {
      ++digits;
    } else if (std::string_view("+-() ").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return digits >= 3 && digits <= 20;
}

json::object to_object(const BothTexts& t) { return {{"ja", t.ja}, {"en", t.en}}; }

std::string text_of(const json::object& o, const char* key) {
  const auto* v = o.if_contains(key);
  return v != nullptr && v->is_string() ? std::string(v->as_string()) : std::string();
}

}  // namespace

Result<void> check_spec(const CampaignSpec& s) {
  if (s.lead.empty()) return fail(Errc::kBadInput, "lead: the party that sends is missing");
  if (!net::usable_address(s.from))
    return fail(Errc::kBadInput, "from: a mail address such as notice@lead.example is needed");
  if (!phone_like(s.desk.phone))
    return fail(Errc::kBadInput, "desk phone: the number of the inquiry desk is needed");
  if (!net::usable_address(s.desk.email))
    return fail(Errc::kBadInput, "desk email: the address of the inquiry desk is needed");
  TRYV(check_text("desk name", s.desk.name, false));
  TRYV(check_text("desk hours", s.desk.hours, false));
  for (const auto& t : kTexts) {
    const auto& both = s.*(t.text);
    TRYV(check_text(std::string(t.name) + " ja", both.ja, true));
    TRYV(check_text(std::string(t.name) + " en", both.en, true));
    if (both.ja.empty() != both.en.empty())
      return fail(Errc::kBadInput, std::string(t.name) + ": Japanese and English belong together");
  }
  return ok();
}

std::string spec_to_json(const CampaignSpec& s) {
  json::object o{{"lead", s.lead},
                 {"from", s.from},
                 {"desk", json::object{{"name", s.desk.name},
                                       {"phone", s.desk.phone},
                                       {"email", s.desk.email},
                                       {"hours", s.desk.hours}}}};
  for (const auto& t : kTexts) o[t.name] = to_object(s.*(t.text));
  return json::serialize(o);
}

Result<CampaignSpec> spec_from_json(std::string_view text) {
  boost::system::error_code ec;
  const auto v = json::parse({text.data(), text.size()}, ec);
  if (ec || !v.is_object()) return fail(Errc::kCorrupt, "the campaign's texts cannot be read");
  const auto& o = v.as_object();
  CampaignSpec s;
  s.lead = text_of(o, "lead");
  s.from = text_of(o, "from");
  if (const auto* desk = o.if_contains("desk"); desk != nullptr && desk->is_object()) {
    const auto& d = desk->as_object();
    s.desk = {text_of(d, "name"), text_of(d, "phone"), text_of(d, "email"), text_of(d, "hours")};
  }
  const auto both = [&](const char* key) -> BothTexts {
    const auto* t = o.if_contains(key);
    if (t == nullptr || !t->is_object()) return {};
    return {text_of(t->as_object(), "ja"), text_of(t->as_object(), "en")};
  };
  s.summary = both("summary");
  s.cause = both("cause");
  s.secondary = both("secondary_damage");
  s.prevention = both("prevention");
  return s;
}

}  // namespace hitokoe::incident
