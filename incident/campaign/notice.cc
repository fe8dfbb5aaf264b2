#include "incident/campaign/notice.h"

#include <algorithm>
#include <kainjow/mustache.hpp>
#include <mutex>
#include <utility>

#include "hitokoe/identity/guardian.h"
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
mustache::mustache parsed(const std::string& text) {
  mustache::mustache m(text);
  m.set_custom_escape([](const std::string& s) { return s; });
  return m;
}

Result<std::string> render(mustache::mustache& m, const mustache::data& data) {
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
  auto m = parsed(std::string(text));
  auto out = render(m, facts_data(facts, language));
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

// Texts that were frozen by an older release say nothing of guardians.
bool speaks_of_guardians(std::string_view text) {
  return text.find("[[#guardian]]") != std::string_view::npos;
}

mustache::data person_data(const NoticePerson& p, bool ja, bool text_says_guardian) {
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
  std::string name = p.name;
  if (!ja && text_says_guardian && p.guardian && identity::is_to_guardian(name)) {
    name.resize(name.size() - identity::kGuardian.size());  // the English text says it itself
  }
  d.set("name", name);
  d.set("reference", p.reference);
  d.set("carriers", carriers);
  return d;
}

template <class Texts>
Texts texts_for(const BothTexts& frozen, bool guardian) {
  return {parsed(std::string(kPersonMarks) + variant_of(frozen.ja, guardian)),
          parsed(std::string(kPersonMarks) + variant_of(frozen.en, guardian))};
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
  return {frozen(own.ja.empty() ? std::string(kNoticeJa) : with_guardian(own.ja, kGuardianJa),
                 facts, &BothTexts::ja),
          frozen(own.en.empty() ? std::string(kNoticeEn) : with_guardian(own.en, kGuardianEn),
                 facts, &BothTexts::en)};
}

std::string with_guardian(std::string_view text, std::string_view words) {
  std::string out(text);
  if (text.find("[[#guardian]]") != std::string_view::npos) return out;
  const auto name = std::min(text.find("[[name]]"), text.size());
  return out.insert(std::min(text.find('\n', name), text.size()), words);
}

std::string variant_of(std::string_view text, bool guardian, bool keep_lines) {
  constexpr std::string_view kOnly = "[[#guardian]]", kOthers = "[[^guardian]]",
                             kEnd = "[[/guardian]]";
  std::string out;
  while (!text.empty()) {
    const auto begin = std::min(text.find(kOnly), text.find(kOthers));
    if (begin == std::string_view::npos) break;
    out += text.substr(0, begin);
    const bool shown = (text.substr(begin, kOnly.size()) == kOnly) == guardian;
    text.remove_prefix(begin + kOnly.size());
    const auto end = std::min(text.find(kEnd), text.size());
    const auto inside = text.substr(0, end);
    if (shown) {
      out += inside;
    } else if (keep_lines) {
      out.append(static_cast<std::size_t>(std::ranges::count(inside, '\n')), '\n');
    }
    text.remove_prefix(std::min(end + kEnd.size(), text.size()));
  }
  return out += text;
}

struct NoticeTemplate::State {
  struct Texts {
    mustache::mustache ja, en;
  };
  std::mutex mutex;  // rendering writes into them
  Texts everybody, guardian;
  bool en_says_guardian = false;
};

NoticeTemplate::NoticeTemplate(const BothTexts& frozen)
    : state_(new State{{},
                       texts_for<State::Texts>(frozen, false),
                       texts_for<State::Texts>(frozen, true),
                       speaks_of_guardians(frozen.en)}) {}
NoticeTemplate::~NoticeTemplate() = default;
NoticeTemplate::NoticeTemplate(NoticeTemplate&&) noexcept = default;

Result<Notice> notice_for(const BothTexts& frozen, const NoticePerson& person) {
  return NoticeTemplate(frozen).notice_for(person);
}

Result<Notice> NoticeTemplate::notice_for(const NoticePerson& person) const {
  const auto data_ja = person_data(person, true, false);
  const auto data_en = person_data(person, false, state_->en_says_guardian);
  std::unique_lock lock(state_->mutex);
  auto& texts = person.guardian ? state_->guardian : state_->everybody;
  TRY(auto ja, render(texts.ja, data_ja));
  TRY(auto en, render(texts.en, data_en));
  lock.unlock();
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
  for (const bool guardian : {false, true}) {
    TRYV(check_one(variant_of(frozen.ja, guardian), kHeadingsJa, desk, {"Japanese", "日本語"}));
    TRYV(check_one(variant_of(frozen.en, guardian), kHeadingsEn, desk, {"English", "英語"}));
  }
  for (const auto* text : {&frozen.ja, &frozen.en}) {
    if (text->find("[[#guardian]]") == std::string::npos)
      return fail(Errc::kConflict, "the text has no words for the guardian of a minor",
                  "未成年のお客さまの保護者様への文がありません");
  }
  return ok();
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
