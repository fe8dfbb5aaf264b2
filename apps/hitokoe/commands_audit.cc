#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "apps/hitokoe/environment.h"
#include "hitokoe/incident/incident_service.h"

namespace hitokoe::app {
namespace {

namespace json = boost::json;
using incident::AuditFinding;
using incident::AuditHead;
using incident::Event;

struct Expected {
  std::uint64_t seq = 0;
  std::string hash;  // hex
};

// "SEQ:HASH", as an earlier `audit verify` printed it.
Result<std::optional<Expected>> parse_expected(const std::string& text) {
  if (text.empty()) return std::optional<Expected>();
  const auto at = text.find(':');
  const bool digits = at != std::string::npos && at > 0 && at < 19 &&
                      text.substr(0, at).find_first_not_of("0123456789") == std::string::npos;
  const auto hash = digits ? from_hex(text.substr(at + 1)) : Result<Bytes>(Bytes());
  if (!digits || !hash || hash.value().size() != crypto::Digest{}.size()) {
    return fail(Errc::kUsage, "--expect SEQ:HASH, as audit verify printed it",
                "--expect は audit verify が表示した 番号:ハッシュ");
  }
  return std::optional(Expected{std::stoull(text.substr(0, at)), to_hex(hash.value())});
}

Result<std::optional<AuditFinding>> against(incident::AuditLog& log, const Expected& expected) {
  std::string found;
  TRYV(log.for_each([&](const Event& e) -> Result<void> {
    if (e.seq == expected.seq) found = to_hex(e.hash);
    return ok();
  }));
  using Kind = AuditFinding::Kind;
  if (found.empty()) {
    return std::optional(AuditFinding{Kind::kCut, expected.seq,
                                      "event " + std::to_string(expected.seq) + " is gone"});
  }
  if (found != expected.hash) {
    return std::optional(
        AuditFinding{Kind::kRewritten, expected.seq,
                     "event " + std::to_string(expected.seq) + " had another hash"});
  }
  return std::optional<AuditFinding>();
}

Result<int> verify(Environment& env, const std::string& expect) {
  TRY(const auto expected, parse_expected(expect));
  TRY(auto keys, env.open_key_store());
  TRY(const auto service, keys.service_sign());
  TRY(const auto db, env.open_database());
  const auto log = storage::make_audit_log(db);
  const auto store = storage::make_incident_store(db);
  AuditHead head;
  TRY(auto finding, log->verify(service.public_key, &head));
  if (!finding && expected) {
    TRY(finding, against(*log, *expected));
  }
  if (!finding) {
    TRY(finding, incident::verify_incidents(*store, *log));
  }
  const std::string hash = to_hex(head.hash);
  if (env.json) {
    json::value told = nullptr;
    if (finding) {
      told = json::object{{"seq", finding->seq},
                          {"kind", std::string(to_string(finding->kind))},
                          {"what", finding->what}};
    }
    std::cout << json::serialize(json::object{{"ok", !finding.has_value()},
                                              {"events", head.events},
                                              {"hash", hash},
                                              {"checkpoints", head.checkpoints},
                                              {"checkpoint_seq", head.checkpoint_seq},
                                              {"finding", std::move(told)}})
              << '\n';
  } else if (finding) {
    std::cout << say(env.language, "監査記録に異常があります: 記録 ",
                     "the audit log is broken at event ")
              << finding->seq << ": " << explain(finding->kind, env.language) << '\n'
              << "  " << finding->what << '\n';
  } else {
    std::cout << say(env.language, "監査記録は正常です: ", "the audit log holds: ") << head.events
              << say(env.language, "件、署名済み ", " events, signed up to ") << head.checkpoint_seq
              << say(env.language, "件まで\n控え（--expect）: ", "\nto keep (--expect): ")
              << head.events << ":" << hash << '\n';
  }
  return finding ? 1 : 0;
}

Result<int> show(Environment& env, const std::string& stream) {
  TRY(const auto keys, env.open_key_store());
  TRY(const auto db, env.open_database());
  const auto log = storage::make_audit_log(db);
  TRYV(log->for_each([&](const Event& e) -> Result<void> {
    if (!stream.empty() && e.stream != stream) return ok();
    if (env.json) {
      json::error_code broken;
      json::value body = json::parse(e.body, broken);
      if (broken) body = nullptr;  // altered: `audit verify` says so
      std::cout << json::serialize(json::object{{"seq", e.seq},
                                                {"at", format_utc(e.at)},
                                                {"actor", e.actor},
                                                {"stream", e.stream},
                                                {"kind", e.kind},
                                                {"body", std::move(body)},
                                                {"hash", to_hex(e.hash)}})
                << '\n';
    } else {
      std::cout << e.seq << "  " << format_jst(e.at) << "  " << e.actor << "  " << e.stream << "  "
                << e.kind << "  " << e.body << '\n';
    }
    return ok();
  }));
  return 0;
}

Result<int> rebuild(Environment& env) {
  TRY(const auto keys, env.open_key_store());
  TRY(const auto db, env.open_database());
  TRYV(storage::make_incident_store(db)->rebuild());
  std::cerr << say(env.language, "事案の表を監査記録から作り直しました。\n",
                   "The tables of incidents were made anew from the audit log.\n");
  if (env.json) std::cout << R"({"rebuilt":true})" << '\n';
  return 0;
}

}  // namespace

void add_audit_commands(CLI::App& app, Environment& env) {
  auto* group = app.add_subcommand(
      "audit", env.text("監査記録：誰が何をしたかの証明", "The audit log: who did what, provably"));
  group->require_subcommand(1);

  auto expect = std::make_shared<std::string>();
  auto* verify_command = group->add_subcommand(
      "verify", env.text("記録全体を検証する。壊れていれば最初の箇所を示して終了コード 1",
                         "Checks the whole log; exit 1 names the first broken event"));
  verify_command->add_option(
      "--expect", *expect,
      env.text("以前の verify が表示した SEQ:HASH", "SEQ:HASH that an earlier verify printed"));
  verify_command->callback(
      [&env, expect] { env.action = [&env, expect] { return verify(env, *expect); }; });

  auto stream = std::make_shared<std::string>();
  auto* show_command =
      group->add_subcommand("show", env.text("出来事を順に表示する（--json では一行に一つの JSON）",
                                             "Events in order (NDJSON with --json)"));
  show_command->add_option(
      "--stream", *stream,
      env.text("この系列だけ（incident/INC-… など）", "Only this stream, such as incident/INC-…"));
  show_command->callback(
      [&env, stream] { env.action = [&env, stream] { return show(env, *stream); }; });

  auto* rebuild_command = group->add_subcommand(
      "rebuild",
      env.text("事案の表を記録から作り直す", "Makes the tables of incidents anew from the log"));
  rebuild_command->callback([&env] { env.action = [&env] { return rebuild(env); }; });
}

}  // namespace hitokoe::app
