#include "incident/campaign/notice.h"

#include <algorithm>
#include <kainjow/mustache.hpp>
#include <utility>

#include "incident/campaign/notice_templates.h"

namespace hitokoe::incident::campaign {

namespace {

namespace mustache = kainjow::mustache;

constexpr std::string_view kPersonMarks = "{{=[[ ]]=}}";

struct ItemName {
  identity::FieldId id;
  const char* en;
};
constexpr ItemName kItemNames[] = {
    {identity::FieldId::kRef, "customer number"},
    {identity::FieldId::kContract, "contract number"},
    {identity::FieldId::kEmail, "e-mail address"},
    {identity::FieldId::kPhone, "phone number"},
    {identity::FieldId::kCard, "card number"},
    {identity::FieldId::kBank, "bank account"},
    {identity::FieldId::kImei, "device number (IMEI)"},
    {identity::FieldId::kIccid, "SIM number (ICCID)"},
    {identity::FieldId::kImsi, "subscriber number (IMSI)"},
    {identity::FieldId::kAddress, "address"},
    {identity::FieldId::kName, "name"},
    {identity::FieldId::kKana, "name in kana"},
    {identity::FieldId::kRomaji, "name in Latin letters"},
    {identity::FieldId::kPostal, "postal code"},
    {identity::FieldId::kBirthdate, "date of birth"},
    {identity::FieldId::kPlan, "contracted plan"},
    {identity::FieldId::kCorporate, "corporate number"},
    {identity::FieldId::kMynumber, "individual number"},
};

// These texts are no HTML: nothing is escaped.
Result<std::string> render(const std::string& text, const mustache::data& data) {
  mustache::mustache m(text);
  m.set_custom_escape([](const std::string& s) { return s; });
  if (!m.is_valid())
    return fail(Errc::kBadInput, "the notice's text is no template",
                "通知の文面がひな形として読めません");
  auto out = m.render(data);
  if (!m.is_valid())
    return fail(Errc::kBadInput, "the notice's text is no template",
                "通知の文面がひな形として読めません");
  return out;
}

mustache::data facts_data(const NoticeFacts& f, std::string BothTexts::*language) {
  mustache::data d;
  const auto set = [&](const char* key, const std::string& value) {
    if (value.empty()) {
      d.set(key, mustache::data(false));
    } else {
      d.set(key, value);
    }
  };
  set("lead", f.lead_name);
  set("incident", f.incident);
  set("found", format_day(f.found));
  set("summary", f.spec.summary.*language);
  set("cause", f.spec.cause.*language);
  set("secondary", f.spec.secondary.*language);
  set("prevention", f.spec.prevention.*language);
  set("desk_name", f.spec.desk.name);
  set("desk_phone", f.spec.desk.phone);
  set("desk_email", f.spec.desk.email);
  set("desk_hours", f.spec.desk.hours);
  return d;
}

std::string frozen(std::string_view text, const NoticeFacts& facts,
                   std::string BothTexts::*language) {
  auto out = render(std::string(text), facts_data(facts, language));
  return out ? std::move(out.value()) : std::string();
}

std::string joined(const std::vector<std::string>& names, std::string_view between) {
  std::string out;
  for (const auto& n : names) {
    if (!out.empty()) out += between;
    out += n;
  }
  return out;
}

mustache::data person_data(const NoticePerson& p, bool ja) {
  mustache::data carriers{mustache::data::type::list};
  for (const auto& c : p.carriers) {
    std::string shown = c.name;
    if (!c.holder_names.empty()) {
      shown += ja ? "（業務委託先：" + joined(c.holder_names, "、") + "）"
                  : " (contractor: " + joined(c.holder_names, ", ") + ")";
    }
    mustache::data entry;
    entry.set("carrier", shown);
    entry.set("items", ja ? items_ja(c.items) : items_en(c.items));
    carriers.push_back(entry);
  }
  mustache::data d;
  d.set("name", p.name);
  d.set("reference", p.reference);
  d.set("carriers", carriers);
  return d;
}

Result<void> check_one(std::string_view text, std::span<const std::string_view> headings,
                       const Desk& desk, const Words& language) {
  const auto lacks = [&](const Words& what) {
    return fail(Errc::kConflict,
                Words{"the " + std::string(language.en) + " text cannot be frozen: ",
                      std::string(language.ja) + "の文面は凍結できません: "} +
                    what);
  };
  for (auto heading : headings) {
    if (text.find(heading) == std::string_view::npos)
      return lacks({"the heading \"" + std::string(heading) + "\" is missing",
                    "見出し「" + std::string(heading) + "」がありません"});
  }
  if (desk.phone.empty() || text.find(desk.phone) == std::string_view::npos)
    return lacks({"the desk's phone number is missing", "専用窓口の電話番号がありません"});
  if (desk.email.empty() || text.find(desk.email) == std::string_view::npos)
    return lacks({"the desk's mail address is missing", "専用窓口のメールアドレスがありません"});
  for (auto mark : {"[[name]]", "[[#carriers]]", "[[/carriers]]", "[[carrier]]", "[[items]]"}) {
    if (text.find(mark) == std::string_view::npos)
      return lacks(std::string(mark) + Words{" is missing", " がありません"});
  }
  for (std::size_t at = 0; (at = text.find("[[", at)) != std::string_view::npos; at += 2) {
    const auto end = text.find("]]", at);
    const auto name = end == std::string_view::npos ? "" : text.substr(at + 2, end - at - 2);
    constexpr std::string_view kKnown[] = {"name",      "reference", "#carriers",
                                           "/carriers", "items",     "carrier"};
    if (std::find(std::begin(kKnown), std::end(kKnown), name) == std::end(kKnown))
      return lacks({"there is an unknown mark in [[ ]]", "[[ ]] の中に知らない語があります"});
  }
  return ok();
}

}  // namespace

BothTexts frozen_texts(const NoticeFacts& facts) {
  const auto& own = facts.spec.notice;
  return {frozen(own.ja.empty() ? kNoticeJa : own.ja, facts, &BothTexts::ja),
          frozen(own.en.empty() ? kNoticeEn : own.en, facts, &BothTexts::en)};
}

Result<Notice> notice_for(const BothTexts& frozen, const NoticePerson& person) {
  TRY(auto ja, render(std::string(kPersonMarks) + frozen.ja, person_data(person, true)));
  TRY(auto en, render(std::string(kPersonMarks) + frozen.en, person_data(person, false)));
  const auto cut = [](const std::string& text) {
    const auto line = std::min(text.find('\n'), text.size());
    return std::pair(text.substr(0, line), text.substr(std::min(line + 1, text.size())));
  };
  const auto [subject_ja, body_ja] = cut(ja);
  const auto [subject_en, body_en] = cut(en);
  return Notice{
      subject_ja + " / " + subject_en,
      body_ja + "\n――――――――――――――――――――\nEnglish follows.\n\n" + subject_en + "\n\n" + body_en,
      {subject_ja, subject_en},
      {body_ja, body_en}};
}

Result<void> check_frozen(const BothTexts& frozen, const Desk& desk) {
  TRYV(check_one(frozen.ja, kHeadingsJa, desk, {"Japanese", "日本語"}));
  return check_one(frozen.en, kHeadingsEn, desk, {"English", "英語"});
}

std::string items_ja(std::span<const identity::FieldId> items) {
  std::vector<std::string> names;
  for (auto id : items) names.emplace_back(identity::field_info(id).name_ja);
  return joined(names, "、");
}

std::string items_en(std::span<const identity::FieldId> items) {
  std::vector<std::string> names;
  for (auto id : items) {
    const auto* it = std::find_if(std::begin(kItemNames), std::end(kItemNames),
                                  [&](const ItemName& n) { return n.id == id; });
    names.emplace_back(it == std::end(kItemNames) ? std::string(identity::field_info(id).name)
                                                  : it->en);
  }
  return joined(names, ", ");
}

bool has_mark(std::string_view text) {
  for (auto mark : {"[[", "]]", "{{", "}}"}) {
    if (text.find(mark) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace hitokoe::incident::campaign
