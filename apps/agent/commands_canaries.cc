// `hitokoe-agent canaries`: decoy rows before a handover.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "apps/agent/commands.h"

namespace hitokoe::agent {
namespace {

using identity::Agent;

struct Options {
  std::string columns;
  std::vector<std::string> refs, phones, domains, addresses, values;
  identity::CanaryJob job;
};

// "plan=S|M": one of these values stands in the column.
Result<void> add_values(const std::string& text, identity::DecoyRules& rules) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) {
    return fail(Errc::kUsage, "--values: FIELD=VALUE|VALUE…", "--values: 項目=値|値… の形です");
  }
  TRY(const auto field, identity::supported_column(text.substr(0, equals)));
  auto& out = rules.values[field];
  for (std::size_t at = equals + 1; at <= text.size();) {
    const auto end = std::min(text.find('|', at), text.size());
    if (end > at) out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return ok();
}

void show(const Context& c, const identity::CanaryReport& report, const Options& o) {
  if (report.default_rules) {
    std::cerr << say(
        c.language,
        "注意：番号とドメインは初期設定のままです。この製品を知る人には見分けられます。"
        "自社の使っていない番号帯と監視するドメインを --refs、--phones、--domains で"
        "指定してください。\n",
        "note: numbers and domains are the built-in ones, which whoever knows this "
        "product can tell. Give ranges that you do not use, and a domain that you "
        "watch: --refs, --phones, --domains.\n");
  }
  if (c.json) {
    std::cout << boost::json::serialize(boost::json::object{{"snapshot", o.job.snapshot},
                                                            {"list", report.header.snapshot},
                                                            {"count", report.header.records},
                                                            {"out", o.job.out.string()},
                                                            {"sealed", o.job.sealed.string()}})
              << '\n';
    return;
  }
  std::cerr << say(c.language, "おとりの行 ", "decoy rows ") << report.header.records << " -> "
            << o.job.out.string()
            << say(c.language, "（渡すファイルに混ぜ、印は付けない）",
                   " (mix them into the file that is handed over, unmarked)")
            << '\n'
            << say(c.language, "封緘した一覧 ", "sealed list ") << report.header.snapshot << " -> "
            << o.job.sealed.string()
            << say(c.language, "（サービスで hitokoe index add）",
                   " (for `hitokoe index add` at the service)")
            << '\n';
}

Result<int> canaries(const Context& c, Options& o) {
  if (!o.columns.empty()) {
    TRY(o.job.columns, identity::ColumnMap::parse(o.columns));
  }
  const auto set = [](std::vector<std::string>& rule, const std::vector<std::string>& given) {
    if (!given.empty()) rule = given;
  };
  set(o.job.rules.refs, o.refs);
  set(o.job.rules.phones, o.phones);
  set(o.job.rules.domains, o.domains);
  set(o.job.rules.addresses, o.addresses);
  for (const auto& text : o.values) {
    TRYV(add_values(text, o.job.rules));
  }
  TRY(const auto passphrase, Agent::passphrase_from_environment());
  TRY(auto agent, Agent::open(c.home, passphrase, c.clock, c.random));
  TRY(const auto report, agent.canaries(o.job));
  show(c, report, o);
  return 0;
}

}  // namespace

void add_canary_command(CLI::App& app, Context& c) {
  auto* command = app.add_subcommand(
      "canaries", c.text("受け渡しの前に、おとりの行を作る", "Make decoy rows before a handover"));
  const auto o = std::make_shared<Options>();
  command
      ->add_option("--key", o->job.key,
                   c.text("渡す側の鍵ファイル", "Key file of the party that hands over"))
      ->required();
  command
      ->add_option("--snapshot", o->job.snapshot,
                   c.text("台帳にある受け渡し", "The handover, by its id in the registry"))
      ->required();
  command->add_option("--count", o->job.count, c.text("行の数", "How many rows"))->required();
  command->add_option("--out", o->job.out, c.text("委託先に渡す行（CSV）", "Rows for the delegate"))
      ->required();
  command
      ->add_option("--sealed", o->job.sealed,
                   c.text("サービスに渡す封緘した一覧", "Sealed list for the service"))
      ->required();
  command->add_option("--columns", o->columns,
                      c.text("列（見出し=項目）。省くと鍵が許す項目すべて",
                             "HEADER=FIELD, …; all that the key allows where not given"));
  command->add_option("--refs", o->refs,
                      c.text("使っていないお客様番号の型。# は数字一つ",
                             "Customer numbers that are not in use; # is a digit"));
  command->add_option(
      "--phones", o->phones,
      c.text("使っていない電話番号の型。# は数字一つ", "Telephone numbers that are not in use"));
  command->add_option("--domains", o->domains,
                      c.text("監視しているメールのドメイン", "Mail domains that you watch"));
  command->add_option("--addresses", o->addresses,
                      c.text("存在しない住所の型（'100-0005 東京都…#-#'）",
                             "Postal code and address that do not exist; # is a digit"));
  command->add_option("--values", o->values,
                      c.text("ほかの列の値（'plan=S|M'）", "Values of other columns: 'plan=S|M'"));
  command->callback([&c, o] { c.action = [&c, o] { return canaries(c, *o); }; });
}

}  // namespace hitokoe::agent
