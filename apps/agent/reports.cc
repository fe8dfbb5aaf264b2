#include <boost/json.hpp>
#include <iostream>

#include "apps/agent/commands.h"
#include "hitokoe/base/bytes.h"
#include "hitokoe/identity/field.h"

namespace hitokoe::agent {
namespace {

namespace json = boost::json;

json::object rows_json(const identity::RowReport& r) {
  json::object reasons;
  for (const auto& [reason, count] : r.reasons) reasons[reason] = count;
  json::array first;
  for (const auto& reject : r.first) {
    first.push_back(json::object{{"line", reject.line}, {"reason", reject.reason}});
  }
  json::object unreadable;
  for (const auto& [field, count] : r.unreadable) {
    unreadable[identity::field_info(field).name] = count;
  }
  return {{"encoding", text::iana_name(r.encoding)},
          {"rows", r.rows},
          {"rejected", r.rejected},
          {"reasons", std::move(reasons)},
          {"first_rejects", std::move(first)},
          {"unreadable_values", std::move(unreadable)}};
}

json::object header_json(const identity::HkfHeader& h) {
  json::array columns;
  for (const auto column : h.columns) columns.emplace_back(identity::field_info(column).name);
  return {{"party", h.party},
          {"controller", h.controller},
          {"delegation", h.delegation},
          {"snapshot", h.snapshot},
          {"sequence", h.sequence},
          {"as_of", format_day(h.as_of)},
          {"epoch", h.epoch},
          {"columns", std::move(columns)},
          {"records", h.records},
          {"rejected", h.rejected},
          {"keys", h.keys},
          {"check_tags", h.checks},
          {"body_bytes", h.body_bytes},
          {"body_sha256", to_hex(h.body)},
          {"tables", to_hex(h.tables)},
          {"signer", to_hex(h.signer)}};
}

void print(const json::object& o) { std::cout << json::serialize(o) << '\n'; }

std::string_view reason_text(Language l, std::string_view reason) {
  if (reason == "column_count") return say(l, "列数が違う", "another number of columns");
  if (reason == "nul_byte") return say(l, "NUL バイトがある", "holds a NUL byte");
  if (reason == "invalid_utf8") return say(l, "UTF-8 として不正", "is no valid UTF-8");
  if (reason == "undecodable") {
    return say(l, "文字コードとして不正", "does not fit the character set");
  }
  if (reason == "text_after_quote") {
    return say(l, "閉じ引用符の後に文字がある", "text after a closing quote");
  }
  if (reason == "field_too_long") return say(l, "項目が長すぎる", "a field is too long");
  if (reason == "row_too_long") return say(l, "行が長すぎる", "the row is too long");
  if (reason == "too_many_fields") return say(l, "列が多すぎる", "too many columns");
  if (reason == "nothing_readable") {
    return say(l, "使える値がない", "no value in it can be used");
  }
  return reason;
}

void show_rows(Language l, const identity::RowReport& r) {
  for (const auto& reject : r.first) {
    std::cerr << say(l, "除外 行 ", "rejected line ") << reject.line << ": "
              << reason_text(l, reject.reason) << '\n';
  }
  if (r.rejected > r.first.size()) {
    std::cerr << say(l, "… 他 ", "... and ") << r.rejected - r.first.size()
              << say(l, " 行", " more") << '\n';
  }
  for (const auto& [reason, count] : r.reasons) {
    std::cerr << say(l, "  除外 ", "  rejected ") << count << ": " << reason_text(l, reason)
              << '\n';
  }
  for (const auto& [field, count] : r.unreadable) {
    const auto& info = identity::field_info(field);
    std::cerr << say(l, "  読めない値 ", "  unreadable values ") << count << ": "
              << say(l, info.name_ja, info.name) << '\n';
  }
}

}  // namespace

void show(const Context& c, const identity::FingerprintReport& report, const std::string& out) {
  if (c.json) {
    json::object o = header_json(report.header);
    o["input"] = rows_json(report.rows);
    o["without_ref"] = report.without_ref;
    o["service_pinned"] = report.pinned;
    o["out"] = out;
    print(o);
    return;
  }
  const Language l = c.language;
  show_rows(l, report.rows);
  if (report.without_ref != 0) {
    std::cerr << say(l, "  お客様番号のない記録 ", "  records without a customer number ")
              << report.without_ref << '\n';
  }
  std::cerr << say(l, "記録 ", "records ") << report.header.records
            << say(l, "、除外 ", ", rejected ") << report.header.rejected
            << say(l, "、断面 ", ", snapshot ") << report.header.snapshot
            << say(l, " 第", " sequence ") << report.header.sequence << say(l, "版 → ", " -> ")
            << out << '\n';
}

void show(const Context& c, const identity::HkfHeader& h) {
  if (c.json) {
    json::object o = header_json(h);
    o["verified"] = true;
    print(o);
    return;
  }
  const Language l = c.language;
  std::cout << say(l, "署名と本文は正しい\n", "signature and body hold\n")
            << say(l, "事業者    ", "party       ") << h.party << '\n'
            << say(l, "委託元    ", "controller  ") << h.controller << '\n'
            << say(l, "委託      ", "delegation  ") << h.delegation << '\n'
            << say(l, "断面      ", "snapshot    ") << h.snapshot << say(l, " 第", " sequence ")
            << h.sequence << say(l, "版", "") << '\n'
            << say(l, "基準日    ", "as of       ") << format_day(h.as_of) << '\n'
            << say(l, "記録      ", "records     ") << h.records << say(l, "（除外 ", " (rejected ")
            << h.rejected << say(l, "）", ")") << '\n'
            << say(l, "項目      ", "columns     ");
  for (const auto column : h.columns) std::cout << identity::field_info(column).name << ' ';
  std::cout << '\n' << say(l, "署名者    ", "signer      ") << to_hex(h.signer) << '\n';
}

void show(const Context& c, const identity::AgentStatus& s) {
  if (c.json) {
    json::object sequences;
    for (const auto& [snapshot, sequence] : s.sequences) sequences[snapshot] = sequence;
    json::object o{{"party", s.enrolment.party},
                   {"fingerprint", s.fingerprint},
                   {"signer", to_hex(s.enrolment.sign)},
                   {"sequences", std::move(sequences)}};
    o["service_fingerprint"] =
        s.service_fingerprint ? json::value(*s.service_fingerprint) : json::value(nullptr);
    print(o);
    return;
  }
  const Language l = c.language;
  std::cout << say(l, "事業者          ", "party        ") << s.enrolment.party << '\n'
            << say(l, "指紋            ", "fingerprint  ") << s.fingerprint << '\n'
            << say(l, "サービスの指紋  ", "service      ")
            << (s.service_fingerprint ? *s.service_fingerprint
                                      : std::string(say(l, "未登録", "not known yet")))
            << '\n';
  for (const auto& [snapshot, sequence] : s.sequences) {
    std::cout << say(l, "断面            ", "snapshot     ") << snapshot
              << say(l, " 第", " sequence ") << sequence << say(l, "版", "") << '\n';
  }
}

void show(const Context& c, const identity::ResolveReport& r, const std::string& out) {
  if (c.json) {
    json::object o{{"incident", r.request.incident},
                   {"campaign", r.request.campaign},
                   {"controller", r.request.controller},
                   {"requested", r.request.subjects.size()},
                   {"contacts", r.contacts},
                   {"unresolved", r.unresolved},
                   {"duplicates", r.duplicates},
                   {"input", rows_json(r.rows)},
                   {"out", out}};
    print(o);
    return;
  }
  const Language l = c.language;
  show_rows(l, r.rows);
  std::cerr << say(l, "照会 ", "requested ") << r.request.subjects.size()
            << say(l, "、連絡先あり ", ", found ") << r.contacts
            << say(l, "、該当なし ", ", not found ") << r.unresolved << " → " << out << '\n';
}

void show(const Context& c, const identity::Agent::Approvable& a) {
  const Language l = c.language;
  const auto& r = a.request;
  std::cerr << say(l, "事案 ", "incident ") << r.incident << say(l, "  一元連絡 ", "  campaign ")
            << r.campaign << say(l, "  第", "  version ") << r.version << say(l, "版", "") << '\n'
            << say(l, "ルート ", "root ") << to_hex(r.root) << '\n'
            << say(l, "通知先 ", "persons to be notified ") << a.slice.persons
            << say(l, "、うち自社の顧客 ", ", of them customers of this party ")
            << a.slice.own_customers << '\n';
  for (const auto& named : a.slice.named) {
    std::cerr << say(l, "漏えい元の記載 ", "named as the source: ") << named << '\n';
  }
  std::cerr << say(l, "--- 日本語の本文 ---\n", "--- Japanese text ---\n") << r.text_ja
            << say(l, "\n--- 英語の本文 ---\n", "\n--- English text ---\n") << r.text_en
            << say(l, "\n--- 専用窓口 ---\n", "\n--- desk ---\n") << r.desk << '\n';
}

}  // namespace hitokoe::agent
