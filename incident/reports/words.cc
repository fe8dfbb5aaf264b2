// Names of forms, kinds and items.
#include <array>

#include "hitokoe/incident/reports.h"

namespace hitokoe::incident {
namespace {

struct ItemName {
  ReportItem item;
  std::string_view name, ja, en;
};
constexpr ItemName kItems[] = {
    {ReportItem::kName, "name", "法人名", "Legal name"},
    {ReportItem::kNumber, "number", "登録又は届出番号",
     "Number of the registration or notification"},
    {ReportItem::kOutline, "outline", "概要", "Outline"},
    {ReportItem::kData, "data", "漏えい等した情報の項目", "Items of data"},
    {ReportItem::kPeople, "people", "本人の数", "Number of people"},
    {ReportItem::kCause, "cause", "原因", "Cause"},
    {ReportItem::kSecondary, "secondary", "二次被害又はそのおそれの有無及びその内容",
     "Secondary damage, or the risk of it"},
    {ReportItem::kPublication, "publication", "公表の実施状況", "Publication"},
    {ReportItem::kResponse, "response", "本人への対応の実施状況", "Response to the people"},
    {ReportItem::kPrevention, "prevention", "再発防止のための措置", "Prevention of recurrence"},
    {ReportItem::kOther, "other", "その他参考となる事項", "Other"},
};

// 個人情報の保護に関する法律施行規則 第8条第1項 各号.
constexpr std::array kPpc = {
    ReportItem::kOutline,     ReportItem::kData,       ReportItem::kPeople,
    ReportItem::kCause,       ReportItem::kSecondary,  ReportItem::kResponse,
    ReportItem::kPublication, ReportItem::kPrevention, ReportItem::kOther,
};
// 総務省「電気通信事業における通信の秘密の漏えい事案の報告」第一報.
constexpr std::array kMic = {
    ReportItem::kName,       ReportItem::kNumber,      ReportItem::kOutline,
    ReportItem::kData,       ReportItem::kPeople,      ReportItem::kCause,
    ReportItem::kSecondary,  ReportItem::kPublication, ReportItem::kResponse,
    ReportItem::kPrevention,
};

}  // namespace

std::string_view to_string(ReportForm form) { return form == ReportForm::kPpc ? "ppc" : "mic"; }

Result<ReportForm> report_form_by_name(std::string_view name) {
  if (name == "ppc") return ReportForm::kPpc;
  if (name == "mic") return ReportForm::kMic;
  return fail(Errc::kUsage, "a report is ppc or mic", "報告は ppc か mic");
}

std::string_view to_string(ReportKind kind) {
  return kind == ReportKind::kPreliminary ? "preliminary" : "final";
}

Result<ReportKind> report_kind_by_name(std::string_view name) {
  if (name == "preliminary") return ReportKind::kPreliminary;
  if (name == "final") return ReportKind::kFinal;
  return fail(Errc::kUsage, "a report is preliminary or final",
              "報告の種類は preliminary（速報）か final（確報）");
}

std::string_view to_string(ReportItem item) {
  for (const auto& one : kItems) {
    if (one.item == item) return one.name;
  }
  return "";
}

Result<ReportItem> report_item_by_name(std::string_view name) {
  std::string known;
  for (const auto& one : kItems) {
    if (one.name == name) return one.item;
    known += known.empty() ? "" : ", ";
    known += one.name;
  }
  return fail(Errc::kUsage, "no such item of a report; known are " + known,
              "報告にそのような項目はありません。使えるもの: " + known);
}

std::span<const ReportItem> items_of(ReportForm form) {
  if (form == ReportForm::kPpc) return kPpc;
  return kMic;
}

Words title_of(ReportItem item) {
  for (const auto& one : kItems) {
    if (one.item == item) return {std::string(one.en), std::string(one.ja)};
  }
  return {};
}

std::string text_of(const ReportSection& section, Language language) {
  std::string out;
  const auto add = [&](const Words& words) {
    const auto& own = language == Language::kJapanese ? words.ja : words.en;
    const auto& other = language == Language::kJapanese ? words.en : words.ja;
    const auto& text = own.empty() ? other : own;
    if (text.empty()) return;
    if (!out.empty()) out += "\n";
    out += text;
  };
  for (const auto& line : section.found) add(line);
  add(section.said);
  if (section.open)
    add({"Under investigation. It will be reported when it is known.",
         "調査中。判明し次第、報告します。"});
  if (out.empty()) add({"None.", "なし。"});
  return out;
}

}  // namespace hitokoe::incident
