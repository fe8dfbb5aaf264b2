// What an exercise tells at its end.
#include <algorithm>
#include <boost/json.hpp>

#include "drill/steps.h"
#include "drill/words.h"
#include "hitokoe/drill/drill.h"

namespace hitokoe::drill {
namespace {

namespace json = boost::json;

constexpr std::size_t kNameWidth = 18;
constexpr std::size_t kTimeWidth = 9;

double in_seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

std::string right(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, display_width(text)), ' ') + text;
}

std::string step_name(const std::string& id, Language language) {
  for (const auto& step : steps()) {
    if (step.id == id) return std::string(say(language, step.ja, step.en));
  }
  return id;
}

std::string verdict_name(const std::string& verdict, Language language) {
  if (verdict == "named") return std::string(say(language, "流出元を特定", "named"));
  if (verdict == "indistinguishable") {
    return std::string(say(language, "区別できない", "cannot be told apart"));
  }
  if (verdict == "unknown") return std::string(say(language, "流出元は不明", "unknown source"));
  return std::string(say(language, "一致なし", "no match"));
}

std::string finding_text(const std::string& finding, Language language) {
  static constexpr std::pair<std::string_view, std::string_view> kJapanese[] = {
      {"another party than the culprit ranks first", "流出させた事業者とは別の者が首位です"},
      {"persons found differ from the people whose rows leaked",
       "見つけた本人の数が、実際に漏れた人数と違います"},
      {"the outcomes do not add up to the persons", "結果の合計が本人の数と合いません"},
      {"the mail server has a mail twice", "メールサーバに同じ通知が二通あります"},
      {"the mail server holds other mails than the proof says",
       "メールサーバの受信数が証跡と合いません"},
  };
  if (language == Language::kJapanese) {
    for (const auto& [en, ja] : kJapanese) {
      if (en == finding) return std::string(ja);
    }
  }
  return finding;
}

}  // namespace

std::string render(const DrillOutcome& o, Language l) {
  std::size_t text_width = 20;
  for (const auto& step : o.steps) {
    text_width = std::max(text_width, display_width(l == Language::kJapanese ? step.ja : step.en));
  }
  const std::string rule(kNameWidth + text_width + kTimeWidth + 4, '-');
  std::string out = rule + "\n" + fitted(say(l, "手順", "Step"), kNameWidth) + "  " +
                    fitted(say(l, "起きたこと", "What happened"), text_width) + "  " +
                    right(std::string(say(l, "秒", "seconds")), kTimeWidth) + "\n" + rule + "\n";
  Duration total{};
  for (const auto& step : o.steps) {
    total += step.took;
    out += fitted(step_name(step.id, l), kNameWidth) + "  " +
           fitted(l == Language::kJapanese ? step.ja : step.en, text_width) + "  " +
           right(seconds(in_seconds(step.took)), kTimeWidth) + "\n";
  }
  out += rule + "\n" + fitted(say(l, "合計", "Total"), kNameWidth) + "  " + fitted("", text_width) +
         "  " + right(seconds(in_seconds(total)), kTimeWidth) + "\n\n";

  if (l == Language::kJapanese) {
    out += "流出元の推定  " + (o.named.empty() ? "なし" : o.named) + "（確からしさ " +
           percent(o.copy_probability) + "、うち保有者自身から " + percent(o.probability) +
           "、判定: " + verdict_name(o.verdict, l) + "）\n";
    out += "実際の流出元  " + o.truth + "（" + o.truth_snapshot + "）→ " +
           (o.right() ? "的中" : "不一致") + "\n";
    out += "本人          " + count(o.persons) + " 人（実際に漏れた人 " + count(o.people_leaked) +
           " 人）\n";
    out += "通知          受理 " + count(o.accepted) + "、拒否 " + count(o.refused) +
           "、結果不明で保留 " + count(o.held) + "、宛先なし " + count(o.no_contact) + "\n";
    if (o.own_mail_server) {
      out += "メールサーバ  受信 " + count(o.received) + " 通、重複 " + count(o.duplicates) + "\n";
    }
  } else {
    out += "Likely source   " + (o.named.empty() ? "none" : o.named) + " (its copy " +
           percent(o.copy_probability) + ", itself " + percent(o.probability) +
           ", verdict: " + verdict_name(o.verdict, l) + ")\n";
    out += "The truth       " + o.truth + " (" + o.truth_snapshot +
           "): " + (o.right() ? "right" : "WRONG") + "\n";
    out += "Persons         " + count(o.persons) +
           " (people whose rows leaked: " + count(o.people_leaked) + ")\n";
    out += "Notices         " + count(o.accepted) + " accepted, " + count(o.refused) +
           " refused, " + count(o.held) + " unknown and held, " + count(o.no_contact) +
           " without an address\n";
    if (o.own_mail_server) {
      out +=
          "Mail server     " + count(o.received) + " received, " + count(o.duplicates) + " twice\n";
    }
  }
  for (const auto& finding : o.findings) {
    out += std::string(say(l, "要確認: ", "Look at this: ")) + finding_text(finding, l) + "\n";
  }
  return out;
}

std::string to_json(const DrillOutcome& o, std::uint64_t seed) {
  json::array all;
  for (const auto& step : o.steps) {
    all.push_back(
        {{"id", step.id}, {"ja", step.ja}, {"en", step.en}, {"seconds", in_seconds(step.took)}});
  }
  json::object out{{"seed", seed},
                   {"steps", std::move(all)},
                   {"verdict", o.verdict},
                   {"named", o.named},
                   {"probability", o.probability},
                   {"copy_probability", o.copy_probability},
                   {"truth", json::object{{"party", o.truth}, {"snapshot", o.truth_snapshot}}},
                   {"right", o.right()},
                   {"people_leaked", o.people_leaked},
                   {"persons", o.persons},
                   {"accepted", o.accepted},
                   {"refused", o.refused},
                   {"held", o.held},
                   {"no_contact", o.no_contact},
                   {"received", o.own_mail_server ? json::value(o.received) : nullptr},
                   {"duplicates", o.own_mail_server ? json::value(o.duplicates) : nullptr},
                   {"audit_events", o.audit_events},
                   {"findings", json::array(o.findings.begin(), o.findings.end())}};
  return json::serialize(out) + "\n";
}

}  // namespace hitokoe::drill
