#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "apps/hitokoe/duty_commands.h"
#include "apps/hitokoe/incident_desk.h"
#include "hitokoe/incident/json_list.h"
#include "hitokoe/storage/duties.h"

namespace hitokoe::app {
namespace {

using incident::OutChannel;
using incident::OutMessage;
using incident::OutState;

constexpr std::size_t kMostListed = 1000;

struct WebhookCommand {
  std::string state;
  bool mails = false, all = false;
  std::vector<std::string> ids;
};

void print(std::ostream& out, const OutMessage& m) {
  out << m.id << "  " << to_string(m.state) << "  " << m.target << "  " << m.event << "  "
      << format_jst(m.created) << "  " << m.attempts << "  " << m.last << '\n';
}

// Messages that were given up need a person: exit 1.
Result<int> list(Environment& env, const WebhookCommand& o) {
  std::optional<OutState> state;
  if (!o.state.empty()) {
    TRY(state, incident::out_state_by_name(o.state));
  }
  TRY(const auto desk, open_incident_desk(env));
  const auto outbox = storage::make_outbox(desk->db);
  const auto channel = o.mails ? OutChannel::kMail : OutChannel::kWebhook;
  TRY(const auto all, outbox->list(desk->viewer, channel, state, kMostListed));
  TRY(const auto counts, outbox->counts(channel));
  if (env.json) {
    std::cout << incident::json_list("messages", all) << '\n';
  } else {
    for (const auto& m : all) print(std::cout, m);
    if (all.empty()) std::cout << say(env.language, "送信はありません。\n", "No messages.\n");
  }
  return counts.dead > 0 ? 1 : 0;
}

Result<int> retry(Environment& env, const WebhookCommand& o) {
  if (o.all == !o.ids.empty()) {
    return fail(Errc::kUsage, "webhook retry: give ids of messages, or --all",
                "webhook retry: 送信の番号か --all を指定");
  }
  TRY(const auto desk, open_incident_desk(env));
  const auto outbox = storage::make_outbox(desk->db);
  auto ids = o.ids;
  if (o.all) {
    for (const auto channel : {OutChannel::kWebhook, OutChannel::kMail}) {
      TRY(const auto dead, outbox->list(desk->viewer, channel, OutState::kDead, kMostListed));
      for (const auto& m : dead) ids.push_back(m.id);
    }
  }
  std::vector<OutMessage> again;
  for (const auto& id : ids) {
    TRY(auto message, outbox->retry(desk->viewer, id, env.clock.now()));
    again.push_back(std::move(message));
  }
  TRYV(desk->sign(env));
  if (env.json) {
    std::cout << incident::json_list("messages", again) << '\n';
  } else {
    for (const auto& m : again) print(std::cerr, m);
  }
  return 0;
}

}  // namespace

void add_webhook_commands(CLI::App& app, Environment& env) {
  auto* group = app.add_subcommand("webhook", env.text("Webhook と督促メールの送信の状況",
                                                       "What was told outward, and what was not"));
  group->require_subcommand(1);
  auto o = std::make_shared<WebhookCommand>();

  auto* listed = group->add_subcommand(
      "list", env.text("送信の一覧。断念したものがあれば終了コード 1",
                       "Messages, newest first; exit 1 where some were given up"));
  listed->add_option("--state", o->state,
                     env.text("waiting、sent、dead のどれか", "waiting, sent or dead"));
  listed->add_flag("--mails", o->mails,
                   env.text("Webhook でなく督促メール", "Mails about deadlines instead"));
  listed->callback([&env, o] { env.action = [&env, o] { return list(env, *o); }; });

  auto* retried = group->add_subcommand(
      "retry", env.text("断念した送信をやり直す", "Send anew what was given up"));
  retried->add_option("ids", o->ids, env.text("送信の番号（MSG-…）", "Messages: MSG-…"));
  retried->add_flag("--all", o->all, env.text("断念したものすべて", "All that were given up"));
  retried->callback([&env, o] { env.action = [&env, o] { return retry(env, *o); }; });
}

}  // namespace hitokoe::app
