#include <boost/json.hpp>

#include "hitokoe/incident/campaign.h"
#include "hitokoe/net/smtp_relay.h"
#include "incident/campaign/lint.h"
#include "incident/campaign/notice.h"
#include "incident/campaign/spec_rules.h"

namespace hitokoe::incident {

namespace {

namespace json = boost::json;

constexpr std::size_t kMostText = 8192;
constexpr std::size_t kMostNotice = 32768;

// What is wrong with a text; empty: nothing.
Words text_problem(std::string_view text, bool lines, bool marks = false) {
  const auto most = marks ? kMostNotice : kMostText;
  if (text.size() > most) {
    return {"longer than " + std::to_string(most) + " bytes",
            std::to_string(most) + " バイトを超えています"};
  }
  if (!marks && campaign::has_mark(text))
    return {"[[ ]] and {{ }} may not stand in it", "[[ ]] と {{ }} は使えません"};
  for (char c : text) {
    const auto b = static_cast<unsigned char>(c);
    if ((b < 0x20 && !(lines && c == '\n')) || b == 0x7f)
      return {"a control character in it", "制御文字があります"};
  }
  return {};
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

std::vector<campaign::SpecProblem> campaign::spec_problems(const CampaignSpec& s) {
  std::vector<SpecProblem> out;
  const auto bad = [&](std::string part, Words what) {
    if (!what.en.empty()) out.push_back({std::move(part), std::move(what)});
  };
  if (s.lead.empty())
    bad("lead", {"the party that sends is missing", "送る事業者（代表）がありません"});
  if (!net::usable_address(s.from)) {
    bad("from", {"a mail address such as notice@lead.example is needed",
                 "notice@lead.example のようなメールアドレスが必要"});
  }
  bad("desk.name", text_problem(s.desk.name, false));
  if (!phone_like(s.desk.phone)) {
    bad("desk.phone", {"the number of the inquiry desk is needed", "専用窓口の電話番号が必要"});
  }
  if (!net::usable_address(s.desk.email)) {
    bad("desk.email",
        {"the address of the inquiry desk is needed", "専用窓口のメールアドレスが必要"});
  }
  bad("desk.hours", text_problem(s.desk.hours, false));
  for (const auto& t : kTextParts) {
    const auto& both = s.*(t.text);
    const std::string key = t.key;
    bad(key + ".ja", text_problem(both.ja, true));
    bad(key + ".en", text_problem(both.en, true));
    if (both.ja.empty() != both.en.empty())
      bad(key, {"Japanese and English belong together", "日本語と英語は両方必要"});
    for (const auto& [part, text] : {std::pair(".ja", &both.ja), std::pair(".en", &both.en)}) {
      for (const auto& p : lint_contacts(*text, s)) out.push_back({key + part, p.what, p.line});
    }
  }
  if (s.notice.ja.empty() != s.notice.en.empty())
    bad("notice", {"Japanese and English belong together", "日本語と英語は両方必要"});
  const auto whole_text = [&](const std::string& part, const std::string& text, Language language) {
    if (text.empty()) return;
    bad(part, text_problem(text, true, true));
    for (const auto& p : lint_template(text, language)) out.push_back({part, p.what, p.line});
    for (const auto& p : lint_contacts(text, s)) out.push_back({part, p.what, p.line});
  };
  whole_text("notice.ja", s.notice.ja, Language::kJapanese);
  whole_text("notice.en", s.notice.en, Language::kEnglish);
  return out;
}

Result<void> check_spec(const CampaignSpec& spec) {
  const auto problems = campaign::spec_problems(spec);
  if (problems.empty()) return ok();
  return fail(Errc::kBadInput, problems.front().part + ": " + problems.front().what);
}

std::string spec_to_json(const CampaignSpec& s) {
  json::object o{{"lead", s.lead},
                 {"from", s.from},
                 {"desk", json::object{{"name", s.desk.name},
                                       {"phone", s.desk.phone},
                                       {"email", s.desk.email},
                                       {"hours", s.desk.hours}}}};
  for (const auto& t : campaign::kTextParts) o[t.key] = to_object(s.*(t.text));
  if (!s.notice.ja.empty()) o["notice"] = to_object(s.notice);
  return json::serialize(o);
}

Result<CampaignSpec> spec_from_json(std::string_view text) {
  boost::system::error_code ec;
  const auto v = json::parse({text.data(), text.size()}, ec);
  if (ec || !v.is_object())
    return fail(Errc::kCorrupt, "the campaign's texts cannot be read",
                "一元連絡の文面が読めません");
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
  for (const auto& t : campaign::kTextParts) s.*(t.text) = both(t.key);
  s.notice = both("notice");
  return s;
}

}  // namespace hitokoe::incident
