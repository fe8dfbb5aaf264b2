#include "incident/reports/facts.h"

#include <algorithm>

namespace hitokoe::incident::reports {
namespace {

std::string name_of(const registry::Registry& registry, const std::string& party) {
  const auto* p = registry.party(party);
  return p == nullptr || p->name.empty() ? party : p->name;
}

// The newest word on this carrier; else the newest on the whole incident.
std::uint64_t fact_of(const Incident& in, const std::string& carrier, Fact fact) {
  std::uint64_t general = 0;
  std::optional<std::uint64_t> own;
  for (const auto& f : in.facts) {
    if (f.fact != fact) continue;
    if (f.controller.empty()) general = f.value;
    if (f.controller == carrier) own = f.value;
  }
  return own.value_or(general);
}

struct People {
  std::uint64_t counted = 0, possible = 0;
  std::optional<UtcTime> at;
};

People people_of(const Facts& f) {
  People p;
  for (const auto& c : f.incident.counts) {
    if (c.controller != f.carrier) continue;
    p.counted = c.people;
    p.possible = std::max(c.people, c.possible);
    p.at = c.at;
  }
  p.possible = std::max(p.possible, fact_of(f.incident, f.carrier, Fact::kPossiblePeople));
  return p;
}

std::vector<Words> outline(const Facts& f) {
  std::vector<Words> out;
  const auto line = [&](std::string ja, std::string en) {
    out.push_back({std::move(en), std::move(ja)});
  };
  line("事案番号: " + f.incident.id, "Incident: " + f.incident.id);
  std::optional<UtcTime> found;
  for (const auto& k : f.incident.knowledge) {
    if (k.party == f.carrier && k.basis == "opened" && (!found || k.known < *found)) {
      found = k.known;
    }
  }
  if (found) line("検知した日時: " + format_jst(*found), "Found: " + format_jst(*found));
  const auto known = f.view.known_at.find(f.carrier);
  if (known != f.view.known_at.end()) {
    line("知った日時: " + format_jst(known->second), "Known since: " + format_jst(known->second));
  }
  line(
      "発覚の経緯: 流通しているデータを監視する仕組みが、当社のお客さまの情報を含むデータを見つけた"
      "（取得物 " +
          std::to_string(f.view.captures.size()) + " 件、流通 " +
          std::to_string(f.view.exposures.size()) + " 件）。",
      "How it came to light: a watch over circulating data found data with information about our "
      "customers (captures: " +
          std::to_string(f.view.captures.size()) +
          ", exposures: " + std::to_string(f.view.exposures.size()) + ").");
  bool named = false;
  for (const auto& h : f.view.holders) {
    if (!h.nameable) continue;
    named = true;
    const auto name = name_of(f.registry, h.party);
    if (h.party == f.carrier) {
      line("流出元: 当社が管理する写しと推定される。",
           "Source: a copy held by ourselves, as far as can be told.");
    } else {
      line("流出元: " + name + "が管理する写しと推定される。",
           "Source: a copy held by " + name + ", as far as can be told.");
    }
  }
  if (!named) line("流出元: 調査中。", "Source: under investigation.");

  Words kinds;
  const auto add = [&](std::string_view ja, std::string_view en) {
    kinds.ja += (kinds.ja.empty() ? "" : "、") + std::string(ja);
    kinds.en += (kinds.en.empty() ? "" : "; ") + std::string(en);
  };
  const auto is = [&](Fact fact) { return fact_of(f.incident, f.carrier, fact) != 0; };
  if (is(Fact::kSensitive)) add("①要配慮個人情報", "(1) sensitive data");
  if (is(Fact::kProperty)) add("②財産的被害のおそれ", "(2) risk of damage to property");
  if (is(Fact::kWrongful)) add("③不正の目的によるおそれ", "(3) may be for a wrongful purpose");
  if (people_of(f).possible > 1000) add("④1,000人超", "(4) more than 1,000 people");
  if (!kinds.ja.empty()) {
    line("該当する事態（施行規則第7条）: " + kinds.ja, "Cases of rule 7: " + kinds.en);
  }
  if (is(Fact::kSecrecy)) line("通信の秘密を含む。", "Secrecy of communications is concerned.");
  if (is(Fact::kDesignated)) {
    line("特定利用者情報を含む。", "Specified user information is concerned.");
  }
  return out;
}

std::vector<Words> data(const Facts& f) {
  const auto items = f.incident.items.find(f.carrier);
  if (items == f.incident.items.end() || items->second.empty()) return {};
  Words all;
  for (const auto field : items->second) {
    const auto& info = identity::field_info(field);
    all.ja += (all.ja.empty() ? "" : "、") + std::string(info.name_ja);
    all.en += (all.en.empty() ? "" : ", ") + std::string(info.name);
  }
  return {all};
}

std::vector<Words> people(const Facts& f) {
  const People p = people_of(f);
  std::vector<Words> out;
  if (p.counted > 0) {
    out.push_back({std::to_string(p.counted) + " people, counted once each.",
                   std::to_string(p.counted) + " 人（重複を除く）"});
  }
  if (p.possible > p.counted) {
    out.push_back({"It may be up to " + std::to_string(p.possible) + ".",
                   "最大で " + std::to_string(p.possible) + " 人の可能性がある。"});
  }
  return out;
}

std::vector<Words> response(const Facts& f) {
  if (!f.notices) return {};
  const auto& [state, counts] = *f.notices;
  const auto of = [&, &n = counts](DeliveryState s) { return n[static_cast<std::size_t>(s)]; };
  std::uint64_t all = 0;
  for (const auto n : counts) all += n;
  const bool begun = state == CampaignState::kSending || state == CampaignState::kPaused ||
                     state == CampaignState::kSent;
  if (!begun) {
    return {{"One notice to each person is being prepared.",
             "本人への通知（一人一通）を準備している。"}};
  }
  const auto accepted = std::to_string(of(DeliveryState::kAccepted));
  const auto without = std::to_string(of(DeliveryState::kNoContact) + of(DeliveryState::kRefused));
  return {{"Notices by mail: " + accepted + " of " + std::to_string(all) +
               " people; without a usable address: " + without + ".",
           "電子メールによる通知: " + std::to_string(all) + " 人のうち " + accepted +
               " 人に送達。宛先のない者・届かなかった者: " + without + " 人。"}};
}

}  // namespace

std::vector<Words> found_for(const Facts& f, ReportItem item) {
  switch (item) {
    case ReportItem::kName: {
      const auto name = name_of(f.registry, f.carrier);
      return {Words::same(name)};
    }
    case ReportItem::kOutline:
      return outline(f);
    case ReportItem::kData:
      return data(f);
    case ReportItem::kPeople:
      return people(f);
    case ReportItem::kResponse:
      return response(f);
    default:
      return {};
  }
}

bool settled_by_facts(const Facts& f, ReportItem item) {
  switch (item) {
    case ReportItem::kName:
    case ReportItem::kOutline:
    case ReportItem::kOther:
      return true;
    case ReportItem::kData:
      return !data(f).empty();
    case ReportItem::kPeople:
      return people_of(f).counted > 0;
    case ReportItem::kResponse:
      return f.notices && f.notices->first == CampaignState::kSent;
    default:
      return false;
  }
}

std::vector<std::string> rules_of(ReportForm form, ReportKind kind) {
  const bool first = kind == ReportKind::kPreliminary;
  if (form == ReportForm::kPpc) {
    if (first) return {"appi-preliminary"};
    return {"appi-final-30", "appi-final-60"};
  }
  if (first) return {"mic-secrecy-first", "mic-user-info-first"};
  return {"mic-secrecy-details", "mic-user-info-details"};
}

std::vector<ReportDuty> duties_of(const IncidentView& view, const std::string& carrier,
                                  ReportForm form, ReportKind kind) {
  const auto rules = rules_of(form, kind);
  std::vector<ReportDuty> out;
  for (const auto& c : view.clocks) {
    if (c.controller != carrier || c.status == ClockStatus::kSuperseded) continue;
    if (std::ranges::find(rules, c.rule) == rules.end()) continue;
    out.push_back({c.rule, {c.text_en, c.text_ja}, c.started, c.due});
  }
  return out;
}

Result<void> check_names(const Words& text, const registry::Registry& registry,
                         const IncidentView& view, const std::string& carrier) {
  std::string allowed = name_of(registry, carrier) + "\n";
  for (const auto& h : view.holders) {
    if (h.nameable) allowed += name_of(registry, h.party) + "\n";
  }
  for (const auto& party : registry.parties()) {
    // A name that is part of one that may stand there cannot be told from it.
    if (party.name.empty() || allowed.find(party.name) != std::string::npos) continue;
    if (text.ja.find(party.name) == std::string::npos &&
        text.en.find(party.name) == std::string::npos) {
      continue;
    }
    // Not which: whoever asks may not know of it.
    return fail(Errc::kConflict,
                "the text names a party that may not be named in this report: another carrier's "
                "business, or one whom the incident does not allow to be named",
                "この報告で名指しできない事業者の名前が文中にあります（ほかの通信会社に関わるもの、"
                "または名指しの条件を満たさないもの）");
  }
  return ok();
}

}  // namespace hitokoe::incident::reports
