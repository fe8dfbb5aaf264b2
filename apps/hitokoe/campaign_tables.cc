#include "apps/hitokoe/campaign_tables.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>

#include "hitokoe/incident/campaign_json.h"

namespace hitokoe::app {
namespace {

namespace json = boost::json;
using incident::ApprovalState;
using incident::CampaignState;
using incident::CampaignStatus;
using incident::CampaignStore;
using incident::DeliveryReport;
using incident::DeliveryState;
using incident::PersonProof;

json::array names(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& t : texts) out += (out.empty() ? "" : ", ") + t;
  return out;
}

json::object to_object(const PersonProof& p) {
  json::object o{{"person", p.person},
                 {"version", p.version},
                 {"message_id", p.message_id},
                 {"controllers", names(p.controllers)},
                 {"channel", to_string(p.channel)},
                 {"state", to_string(p.state)},
                 {"attempts", p.attempts},
                 {"code", p.code},
                 {"reply", p.reply},
                 {"settled_by", p.settled_by}};
  if (p.state == DeliveryState::kNoContact) o["channel"] = nullptr;
  o["settled"] = p.settled ? json::value(format_utc(*p.settled)) : json::value(nullptr);
  o["event"] = p.event == 0 ? json::value(nullptr) : json::value(p.event);
  return o;
}

std::string rate(double per_second) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", per_second);
  return text;
}

std::string_view shown(DeliveryReport::End end, Language l) {
  switch (end) {
    case DeliveryReport::End::kDone:
      return say(l, "送信を終えました", "everything was sent");
    case DeliveryReport::End::kLeftPending:
      return say(l, "中継サーバが後回しにした人が残っています。時間をおいて再実行してください",
                 "the relay put some off; run it again later");
    case DeliveryReport::End::kPaused:
      return say(l, "一時停止されました。再実行で続きます", "paused; run it again to go on");
    case DeliveryReport::End::kStopped:
      return say(l, "停止しました。再実行で続きます", "stopped; run it again to go on");
    case DeliveryReport::End::kGaveUp:
      return say(l, "中継サーバが受け付けません。設定を確かめ、再実行してください",
                 "the relay takes nothing; check its settings and run it again");
  }
  return "";
}

}  // namespace

std::string_view shown(CampaignState state, Language l) {
  switch (state) {
    case CampaignState::kDraft:
      return say(l, "下書き", "draft");
    case CampaignState::kResolving:
      return say(l, "連絡先照会中", "resolving");
    case CampaignState::kFrozen:
      return say(l, "凍結（承認待ち）", "frozen");
    case CampaignState::kApproved:
      return say(l, "承認済み", "approved");
    case CampaignState::kSending:
      return say(l, "送信中", "sending");
    case CampaignState::kPaused:
      return say(l, "一時停止", "paused");
    case CampaignState::kSent:
      return say(l, "送信完了", "sent");
  }
  return "";
}

std::string_view shown(DeliveryState state, Language l) {
  switch (state) {
    case DeliveryState::kPending:
      return say(l, "未送信", "pending");
    case DeliveryState::kSending:
      return say(l, "送信中", "sending");
    case DeliveryState::kCommitting:
      return say(l, "結果待ち", "committing");
    case DeliveryState::kAccepted:
      return say(l, "受理", "accepted");
    case DeliveryState::kRefused:
      return say(l, "拒否", "refused");
    case DeliveryState::kUnknownHeld:
      return say(l, "結果不明・保留", "unknown, held");
    case DeliveryState::kNoContact:
      return say(l, "宛先なし", "no address");
    case DeliveryState::kBounced:
      return say(l, "不達", "bounced");
    case DeliveryState::kExported:
      return say(l, "書き出し済み", "exported");
    case DeliveryState::kReturned:
      return say(l, "返戻", "returned");
    case DeliveryState::kAlternative:
      return say(l, "代替措置", "alternative measure");
    case DeliveryState::kExcluded:
      return say(l, "送信対象外", "excluded");
  }
  return "";
}

std::uint64_t count_of(const CampaignStore::Counts& counts, DeliveryState state) {
  return counts[static_cast<std::size_t>(state)];
}

bool needs_a_person(const CampaignStore::Counts& counts) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0 && incident::needs_somebody(static_cast<DeliveryState>(i))) return true;
  }
  return false;
}

json::object to_object(const ApprovalState& approvals) {
  return json::parse(incident::to_json(approvals)).as_object();
}

json::object to_object(const CampaignStatus& status) {
  return json::parse(incident::to_json(status)).as_object();
}

json::object to_object(const DeliveryReport& r) {
  return {{"end", to_string(r.end)},
          {"accepted", r.accepted},
          {"refused", r.refused},
          {"held", r.held},
          {"put_off", r.put_off},
          {"recovered_pending", r.recovered_pending},
          {"recovered_held", r.recovered_held},
          {"last_reply", r.last_reply}};
}

void print_campaigns(std::ostream& out, const std::vector<incident::CampaignRow>& rows,
                     Language l) {
  if (rows.empty()) out << say(l, "一元連絡はありません。\n", "No campaigns.\n");
  for (const auto& r : rows) {
    out << r.id << "  " << r.incident << "  " << shown(r.state, l) << "  "
        << say(l, "代表 ", "lead ") << r.spec.lead;
    if (r.version > 0) out << say(l, "  第", "  version ") << r.version << say(l, "版", "");
    out << "  " << format_jst(r.created) << '\n';
  }
}

void print_approvals(std::ostream& out, const ApprovalState& approvals, Language l) {
  if (approvals.version == 0) return;
  out << say(l, "第", "version ") << approvals.version << say(l, "版 ルート ", ", root ")
      << to_hex(approvals.root) << '\n';
  for (const auto& a : approvals.given) {
    out << say(l, "  承認  ", "  approved  ") << a.party << "  " << format_jst(a.at) << "  "
        << (a.means == "key" ? say(l, "署名", "signed file") : say(l, "ログイン", "signed in"))
        << '\n';
  }
  for (const auto& party : approvals.silent) {
    const auto no = std::find_if(approvals.refused.begin(), approvals.refused.end(),
                                 [&](const auto& r) { return r.party == party; });
    if (no == approvals.refused.end()) {
      out << say(l, "  未承認  ", "  silent    ") << party << say(l, "  依頼 ", "  asked ")
          << format_jst(approvals.asked) << '\n';
    } else {
      out << say(l, "  承認せず  ", "  refused   ") << party << "  " << format_jst(no->at) << "  "
          << no->reason << '\n';
    }
  }
}

void print_status(std::ostream& out, const CampaignStatus& s, Language l) {
  out << s.row.id << "  " << s.row.incident << "  " << shown(s.row.state, l) << "  "
      << say(l, "代表 ", "lead ") << s.row.spec.lead << '\n';
  out << say(l, "顧客:", "customers:");
  for (const auto& [carrier, n] : s.customers) out << "  " << carrier << " " << n;
  out << '\n';
  for (const auto& b : s.bundles) {
    out << say(l, "  連絡先  ", "  contacts  ") << b.controller << "  " << b.contacts
        << say(l, "、該当なし ", ", not found ") << b.unresolved
        << say(l, "、未回答 ", ", missing ") << b.missing << "  " << format_jst(b.at) << '\n';
  }
  if (!s.unanswered.empty()) {
    out << say(l, "  回答待ち  ", "  no answer yet  ") << joined(s.unanswered) << '\n';
  }
  print_approvals(out, s.approvals, l);
  if (s.build) {
    const auto& b = *s.build;
    out << (b.stage == "stopped"
                ? say(l, "作成が途中で終わった可能性: ", "a build that may have ended: ")
                : say(l, "作成中: ", "being built: "))
        << b.stage << "  " << (b.total == 0 ? 0 : 100 * b.done / b.total) << " %  "
        << format_jst(b.at) << '\n';
  }
  if (s.persons == 0) return;
  out << say(l, "本人: ", "persons: ") << s.persons << '\n';
  for (std::size_t i = 0; i < s.counts.size(); ++i) {
    if (s.counts[i] == 0) continue;
    out << "  " << shown(static_cast<DeliveryState>(i), l) << "  " << s.counts[i] << '\n';
  }
  if (s.retried > 0) out << say(l, "再試行: ", "retried: ") << s.retried << '\n';
  if (s.per_second > 0) out << say(l, "毎秒: ", "per second: ") << rate(s.per_second) << '\n';
  if (s.remaining) {
    out << say(l, "残り時間: ", "remaining: ")
        << std::chrono::ceil<std::chrono::seconds>(*s.remaining).count() << say(l, "秒\n", " s\n");
  }
}

void print_previews(std::ostream& out, const std::vector<incident::PreviewMail>& mails,
                    Language l) {
  for (const auto& m : mails) {
    out << "── " << m.person << say(l, "  宛先 ", "  to ") << m.to << '\n'
        << m.subject << "\n\n"
        << m.body << '\n';
  }
  if (mails.empty()) out << say(l, "宛先のある人がいません。\n", "Nobody has an address.\n");
}

void print_report(std::ostream& out, const DeliveryReport& r, Language l) {
  if (r.recovered_pending + r.recovered_held > 0) {
    out << say(l, "前回の中断から: 送り直す ", "of a run that was cut off: ") << r.recovered_pending
        << say(l, "、結果不明で保留 ", " to be sent, unknown and held ") << r.recovered_held
        << '\n';
  }
  out << say(l, "今回: 受理 ", "this run: accepted ") << r.accepted
      << say(l, "、拒否 ", ", refused ") << r.refused << say(l, "、保留 ", ", held ") << r.held
      << say(l, "、後回し ", ", put off ") << r.put_off << '\n'
      << shown(r.end, l) << '\n';
  if (!r.last_reply.empty()) {
    out << say(l, "中継サーバの最後の返答: ", "last words of the relay: ") << r.last_reply << '\n';
  }
}

void ProofPrinter::begin(const CampaignStatus& status) {
  if (!json_) {
    print_approvals(out_, status.approvals, language_);
    return;
  }
  auto text = json::serialize(json::object{{"campaign", status.row.id},
                                           {"incident", status.row.incident},
                                           {"approvals", to_object(status.approvals)}});
  text.pop_back();
  out_ << text << R"(,"persons":[)";
}

Result<void> ProofPrinter::add(const PersonProof& p) {
  const Language l = language_;
  if (json_) {
    if (!first_) out_ << ',';
    out_ << json::serialize(to_object(p));
  } else {
    out_ << p.person << "  " << shown(p.state, l) << say(l, "  第", "  version ") << p.version
         << say(l, "版  ", "  ") << joined(p.controllers) << say(l, "  試行 ", "  attempts ")
         << p.attempts;
    if (p.settled) out_ << "  " << format_jst(*p.settled) << "  " << p.settled_by;
    if (p.code != 0) out_ << "  " << p.code;
    if (!p.reply.empty()) out_ << "  " << p.reply;
    out_ << '\n' << "    Message-ID: " << p.message_id;
    if (p.event > 0) out_ << say(l, "  監査記録 ", "  audit event ") << p.event;
    out_ << '\n';
  }
  first_ = false;
  if (out_) return ok();
  return fail(Errc::kIo, "the proofs cannot be written", "証跡を書き出せません");
}

void ProofPrinter::end() {
  if (json_) out_ << "]}\n";
}

}  // namespace hitokoe::app
