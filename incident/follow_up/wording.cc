#include "incident/follow_up/wording.h"

#include "incident/campaign/notice.h"
#include "incident/campaign/notice_templates.h"

namespace hitokoe::incident {
namespace {

constexpr std::string_view kSupplementHeadJa =
    R"(【重要・追加のお知らせ】お客さまの情報の流通について新たに判明したこと
[[name]] 様

先にお知らせした件（事案番号 {{incident}}）について、お客さまの情報のうち、先のお知らせに書かれていなかった項目が新たに判明しました。このお知らせには、新たに判明した項目だけを書いています。関係する事業者を代表して{{lead}}がお送りしています。

■ お詫び
重ねてご迷惑とご心配をおかけし、深くお詫び申し上げます。
)";
constexpr std::string_view kCorrectionHeadJa =
    R"(【重要・訂正】先にお送りしたお知らせの内容を訂正します
[[name]] 様

先にお知らせした件（事案番号 {{incident}}）について、内容に誤りがありました。訂正の内容は「事案の概要」のとおりです。関係する事業者を代表して{{lead}}がお送りしています。

■ お詫び
誤った内容をお知らせし、深くお詫び申し上げます。
)";
// Up to where it is the first notice's own text.
constexpr std::string_view kOpeningJa =
    R"(
■ 事案の概要
{{#summary}}{{summary}}{{/summary}}

■ お客さまの情報の項目
[[#carriers]]・[[carrier]]：[[items]]
[[/carriers]]
)";

constexpr std::string_view kSupplementHeadEn =
    R"(Further notice about your personal information
Dear [[name]],

We wrote to you before about incident {{incident}}. It has come to light that more of your information was in the data than that notice said. This notice lists only what is new. {{lead}} sends it on behalf of all companies concerned. We sincerely apologize once more.
)";
constexpr std::string_view kCorrectionHeadEn =
    R"(Correction of our notice about your personal information
Dear [[name]],

Our notice about incident {{incident}} was not right. What is corrected stands under "What Happened". {{lead}} sends this on behalf of all companies concerned. We sincerely apologize for the mistake.
)";
constexpr std::string_view kOpeningEn =
    R"(
What Happened
{{#summary}}{{summary}}{{/summary}}
{{#cause}}Cause: {{cause}}{{/cause}}{{^cause}}Cause: under investigation.{{/cause}}
{{#secondary}}Misuse: {{secondary}}{{/secondary}}{{^secondary}}Misuse of the data: under investigation.{{/secondary}}
)";

// The rest is the first notice's, from this heading on: what it warns of holds here, too.
std::string text(const std::string& head, std::string_view opening, std::string_view notice,
                 std::string_view from) {
  return std::string(head).append(opening).append(notice.substr(notice.find(from)));
}
std::string in_japanese(std::string_view head) {
  return text(campaign::with_guardian(head, campaign::kGuardianJa), kOpeningJa, campaign::kNoticeJa,
              "■ 原因");
}
std::string in_english(std::string_view head) {
  return text(campaign::with_guardian(head, campaign::kGuardianEn), kOpeningEn, campaign::kNoticeEn,
              "\nWhat Information Was Involved");
}

}  // namespace

CampaignSpec dressed(CampaignSpec spec, FollowKind kind) {
  if (!spec.notice.ja.empty() || kind == FollowKind::kNewPeople) return spec;
  if (kind == FollowKind::kSupplement) {
    spec.notice = {in_japanese(kSupplementHeadJa), in_english(kSupplementHeadEn)};
  } else {
    spec.notice = {in_japanese(kCorrectionHeadJa), in_english(kCorrectionHeadEn)};
  }
  return spec;
}

}  // namespace hitokoe::incident
