// The fixed wording. {{ }} is filled in when the campaign is frozen, [[ ]] for each person.
#pragma once

#include <array>
#include <string_view>

namespace hitokoe::incident::campaign {

extern const std::string_view kNoticeJa;
extern const std::string_view kNoticeEn;
// What a text of one's own says to the guardian of a minor where it has no words for that.
extern const std::string_view kGuardianJa, kGuardianEn;

inline constexpr std::array<std::string_view, 8> kHeadingsJa = {
    "お詫び",   "事案の概要",          "お客さまの情報の項目",
    "原因",     "二次被害の有無",      "お客さまへのお願い",
    "再発防止", "専用お問い合わせ窓口"};
inline constexpr std::array<std::string_view, 5> kHeadingsEn = {
    "What Happened", "What Information Was Involved", "What We Are Doing", "What You Can Do",
    "For More Information"};

}  // namespace hitokoe::incident::campaign
