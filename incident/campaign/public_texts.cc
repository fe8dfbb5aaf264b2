#include "incident/campaign/public_texts.h"

namespace hitokoe::incident::campaign {
namespace {

constexpr std::string_view kSmsMark = "\n\nSMS: ";
constexpr std::string_view kRule = "\n――――――――――――――――――――\n";

std::string or_else(const std::string& text, std::string_view otherwise) {
  return text.empty() ? std::string(otherwise) : text;
}

std::string japanese(const NoticeFacts& f) {
  const auto& s = f.spec;
  std::string out = "お客さまの情報の流通に関するお詫びとお知らせ\n" + f.lead_name + "\n\n";
  out +=
      "■ お詫び\nお客さまの情報が外部に流通していることを確認しました。お客さまに多大なご迷惑と"
      "ご心配をおかけし、深くお詫び申し上げます。\n\n";
  out += "■ 事案の概要\n" + format_day(f.found) +
         "、お客さまの情報を含むデータが外部に流通していることを確認しました（事案番号 " +
         f.incident + "）。\n";
  if (!s.summary.ja.empty()) out += s.summary.ja + "\n";
  out += "該当するお客さまには、関係する事業者を代表して" + f.lead_name +
         "から、お一人に一通だけご連絡します。\n\n";
  out += "■ 原因\n" + or_else(s.cause.ja, "現在、調査中です。") + "\n\n";
  out += "■ 二次被害の有無\n" + or_else(s.secondary.ja, "現在、調査中です。") + "\n\n";
  out += "■ 再発防止\n" + or_else(s.prevention.ja, "原因の調査とあわせて検討しています。") + "\n\n";
  out += "■ 専用お問い合わせ窓口\n" + (s.desk.name.empty() ? "" : s.desk.name + "\n");
  out += "電話：" + s.desk.phone + "\nメール：" + s.desk.email + "\n";
  if (!s.desk.hours.empty()) out += "受付時間：" + s.desk.hours + "\n";
  return out;
}

std::string english(const NoticeFacts& f) {
  const auto& s = f.spec;
  std::string out = "Notice and apology about customers' information\n" + f.lead_name + "\n\n";
  out += "What Happened\nOn " + format_day(f.found) +
         " (Japan time) we confirmed that data about customers is circulating outside (incident " +
         f.incident + "). We sincerely apologize.\n";
  if (!s.summary.en.empty()) out += s.summary.en + "\n";
  out += "Each person concerned gets one notice, from " + f.lead_name +
         " on behalf of all companies concerned.\n";
  out += "Cause: " + or_else(s.cause.en, "under investigation.") + "\n";
  out += "Misuse: " + or_else(s.secondary.en, "under investigation.") + "\n\n";
  out += "What We Are Doing\n" +
         or_else(s.prevention.en, "We are investigating the cause and how to prevent this.") +
         "\n\n";
  out += "For More Information\n" + (s.desk.name.empty() ? "" : s.desk.name + "\n");
  out += "Phone: " + s.desk.phone + "\nE-mail: " + s.desk.email + "\n";
  if (!s.desk.hours.empty()) out += "Hours: " + s.desk.hours + "\n";
  return out;
}

}  // namespace

PublicTexts public_texts(const NoticeFacts& f) {
  const auto& d = f.spec.desk;
  return {d.name + "\n" + d.phone + "\n" + d.email + "\n" + d.hours,
          f.lead_name + "からの重要なお知らせ：お客さまの情報の流通について、専用窓口 " + d.phone +
              " へ番号 [[reference]] をお伝えください。 Important notice about your data: please "
              "call " +
              d.phone + ", reference [[reference]].",
          japanese(f) + std::string(kRule.substr(1)) + "\n" + english(f)};
}

std::string join(const PublicTexts& t) {
  return t.desk + std::string(kSmsMark) + t.sms + "\n\n" + t.publication;
}

Result<PublicTexts> split_public_texts(std::string_view frozen) {
  const auto sms = frozen.find(kSmsMark);
  const auto end = sms == std::string_view::npos ? sms : frozen.find('\n', sms + kSmsMark.size());
  if (end == std::string_view::npos || end + 2 > frozen.size()) {
    return fail(Errc::kConflict,
                "this version was frozen without a short text and a publication text: freeze again",
                "短い文面と公表文のない版です: もう一度凍結してください");
  }
  return PublicTexts{std::string(frozen.substr(0, sms)),
                     std::string(frozen.substr(sms + kSmsMark.size(), end - sms - kSmsMark.size())),
                     std::string(frozen.substr(end + 2))};
}

}  // namespace hitokoe::incident::campaign
