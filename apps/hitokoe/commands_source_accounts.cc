#include "apps/hitokoe/commands_source_accounts.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "apps/hitokoe/incident_desk.h"
#include "apps/hitokoe/load_config.h"
#include "apps/hitokoe/network.h"
#include "apps/hitokoe/silent_prompt.h"
#include "hitokoe/base/file.h"
#include "hitokoe/base/secret_source.h"
#include "hitokoe/crawler/account_check.h"
#include "hitokoe/crawler/cookie_file.h"
#include "hitokoe/crawler/reasons.h"
#include "hitokoe/crawler/source_json.h"
#include "hitokoe/crawler/source_status.h"
#include "hitokoe/storage/source_accounts.h"

namespace hitokoe::app {

namespace {

using crawler::Source;
using crawler::SourceAccount;

struct AccountArguments {
  std::string source;
  std::string name;
  std::string username;
  std::string file;
  bool password_stdin = false;
};

// The source as configured, and among its accounts this one: a slip of the pen adds nothing.
Result<Source> named(Environment& env, const AccountArguments& o) {
  TRY(const auto config, load_config(env));
  TRY(auto sources, crawler::load_sources(config.sources));
  const auto found = std::ranges::find(sources, o.source, &Source::id);
  if (found == sources.end())
    return fail(Errc::kNotFound,
                Words{"no such source: ", "そのような情報源はありません: "} + o.source);
  if (std::ranges::find(found->accounts, o.name) == found->accounts.end()) {
    return fail(Errc::kNotFound,
                Words{"the source's configuration names no such account (account, accounts): ",
                      "情報源の設定（account、accounts）にそのアカウントがありません: "} +
                    o.name);
  }
  return std::move(*found);
}

// HITOKOE_SOURCE_PASSWORD_FILE, HITOKOE_SOURCE_PASSWORD, a line of stdin, or typed without echo.
Result<SecretText> password_of(const Environment& env, const AccountArguments& o) {
  const char* set = std::getenv("HITOKOE_SOURCE_PASSWORD");
  const char* file = std::getenv("HITOKOE_SOURCE_PASSWORD_FILE");
  if ((set != nullptr && *set != 0) || (file != nullptr && *file != 0))
    return secret_from_environment("HITOKOE_SOURCE_PASSWORD");
  if (o.password_stdin) {
    SecretText line;
    line.expose().reserve(4096);
    std::getline(std::cin, line.expose());
    if (line.expose().ends_with('\r')) line.expose().pop_back();
    return line;
  }
  if (::isatty(STDIN_FILENO) == 0) {
    return fail(Errc::kUsage,
                "set HITOKOE_SOURCE_PASSWORD_FILE (or HITOKOE_SOURCE_PASSWORD), or say "
                "--password-stdin and give it as the first line of stdin",
                "HITOKOE_SOURCE_PASSWORD_FILE（または HITOKOE_SOURCE_PASSWORD）を設定するか、"
                "--password-stdin を付けて標準入力の 1 行目に渡してください");
  }
  return silent_prompt(say(env.language, "サイトのパスワード: ", "Password at the site: "));
}

Result<SecretText> username_of(const Environment& env, const AccountArguments& o) {
  if (!o.username.empty()) return SecretText(o.username);
  if (::isatty(STDIN_FILENO) == 0)
    return fail(Errc::kUsage, "say --username", "--username を付けてください");
  std::cerr << say(env.language, "サイトのユーザー名: ", "User name at the site: ") << std::flush;
  SecretText line;
  std::getline(std::cin, line.expose());
  return line;
}

void print(const Environment& env, const SourceAccount& a) {
  const auto l = env.language;
  const auto state = a.version == 0 ? Words{"not added yet", "未登録"} : crawler::in_words(a.state);
  std::cout << a.source << " / " << a.name << ": " << state.in(l);
  if (!a.reason.empty()) {
    const auto meaning = crawler::in_words(a.reason);
    std::cout << " (" << a.reason;
    if (!meaning.en.empty()) std::cout << ": " << meaning.in(l);
    std::cout << ')';
  }
  if (a.version == 0) {
    std::cout << '\n';
    return;
  }
  std::cout << say(l, "、", " since ") << format_jst(a.since) << say(l, " から", "");
  if (a.last_sign_in)
    std::cout << say(l, "、ログイン ", ", last log-in ") << format_jst(*a.last_sign_in);
  std::cout << say(l, "、Cookie ", ", cookies ") << a.cookies;
  if (a.from_browser) std::cout << say(l, "（ブラウザから）", " (of a browser)");
  if (a.cookies_until)
    std::cout << say(l, "、期限 ", ", the first ends ") << format_jst(*a.cookies_until);
  if (!a.has_password) std::cout << say(l, "、パスワードなし", ", no password");
  if (a.next_try) std::cout << say(l, "、次の試行 ", ", tried again ") << format_jst(*a.next_try);
  std::cout << '\n';
}

bool needs_a_person(const SourceAccount& a) {
  return a.version == 0 || !crawler::is_usable(a.state) ||
         a.state == crawler::AccountState::kFailed;
}

Result<int> list(Environment& env) {
  TRY(const auto config, load_config(env));
  TRY(const auto sources, crawler::load_sources(config.sources));
  TRY(auto keys, env.open_key_store());
  TRY(auto db, env.open_database());
  TRY(const auto all, storage::make_source_accounts(db, keys, env.random)->list());
  bool findings = false;
  std::string lines;
  for (const auto& source : sources) {
    for (const auto& account : crawler::accounts_of(source, all)) {
      findings = findings || needs_a_person(account);
      if (env.json) {
        lines += (lines.empty() ? "" : ",") + crawler::account_to_json(account);
      } else {
        print(env, account);
      }
    }
  }
  if (env.json) std::cout << "{\"accounts\":[" << lines << "]}\n";
  return findings ? 1 : 0;
}

Result<int> shown(Environment& env, crawler::SourceAccounts& accounts, const AccountArguments& o) {
  TRY(const auto all, accounts.list());
  for (const auto& account : all) {
    if (account.source != o.source || account.name != o.name) continue;
    if (env.json) {
      std::cout << crawler::account_to_json(account) << '\n';
    } else {
      print(env, account);
    }
  }
  return 0;
}

Result<int> add(Environment& env, const AccountArguments& o) {
  TRY(const auto source, named(env, o));
  crawler::AccountSecrets secrets;
  TRY(secrets.username, username_of(env, o));
  TRY(secrets.password, password_of(env, o));
  TRY(const auto desk, open_incident_desk(env));
  const auto accounts = storage::make_source_accounts(desk->db, desk->keys, env.random);
  TRYV(accounts->put(source.id, o.name, secrets, desk->viewer.user(), env.clock.now()));
  TRYV(desk->sign(env));
  return shown(env, *accounts, o);
}

Result<int> remove(Environment& env, const AccountArguments& o) {
  TRY(const auto desk, open_incident_desk(env));
  const auto accounts = storage::make_source_accounts(desk->db, desk->keys, env.random);
  TRY(const bool gone, accounts->remove(o.source, o.name, desk->viewer.user(), env.clock.now()));
  if (!gone) {
    return fail(Errc::kNotFound, Words{"no such account: ", "そのようなアカウントはありません: "} +
                                     (o.source + "/" + o.name));
  }
  TRYV(desk->sign(env));
  if (!env.json)
    std::cout << say(env.language, "削除しました。鍵は破棄しました。\n",
                     "Removed; its key is destroyed.\n");
  return 0;
}

void report(const Environment& env, const crawler::ImportedCookies& taken) {
  constexpr std::size_t kShown = 20;
  const auto l = env.language;
  std::cerr << say(l, "取り込んだ Cookie: ", "Cookies taken: ") << taken.taken
            << say(l, "、期限切れ ", ", expired ") << taken.expired
            << say(l, "、使えないもの ", ", unusable ") << taken.unusable << '\n';
  std::size_t shown = 0;
  for (const auto& [domain, count] : taken.foreign) {
    if (++shown > kShown) {
      std::cerr << say(l, "  ほかのドメイン: ", "  more domains: ") << taken.foreign.size() - kShown
                << '\n';
      break;
    }
    std::cerr << say(l, "  この情報源のホストでないため除外: ", "  left out, not of this source: ")
              << domain << " (" << count << ")\n";
  }
}

Result<int> import_cookies(Environment& env, const AccountArguments& o) {
  TRY(const auto source, named(env, o));
  TRY(auto bytes, read_file(o.file, crawler::kLargestCookieFile));
  auto taken = crawler::read_cookie_file(bytes, source, env.clock.now());
  wipe_value(bytes);
  if (!taken) {
    const auto& error = taken.error();
    return fail(error.code, hitokoe::shown(o.file) + ": " + error.words());
  }
  if (!env.json) report(env, taken.value());
  if (taken.value().taken == 0) {
    return fail(Errc::kBadInput,
                "no cookie of this source's hosts is in the file: nothing was changed",
                "この情報源のホストの Cookie がファイルにありません。何も変えていません");
  }
  TRY(const auto desk, open_incident_desk(env));
  const auto accounts = storage::make_source_accounts(desk->db, desk->keys, env.random);
  SourceAccount account;
  account.source = source.id;
  account.name = o.name;
  account.cookies = static_cast<std::uint32_t>(taken.value().taken);
  account.cookies_until = taken.value().until;
  TRYV(accounts->put_cookies(account, taken.value().lines, desk->viewer.user(), env.clock.now()));
  TRYV(desk->sign(env));
  return shown(env, *accounts, o);
}

Result<int> check(Environment& env, const AccountArguments& o) {
  TRY(const auto source, named(env, o));
  TRY(const auto desk, open_incident_desk(env));
  const auto accounts = storage::make_source_accounts(desk->db, desk->keys, env.random);
  SystemSleeper sleeper;
  Network network(env);
  TRY(const auto checked,
      network.run(crawler::check_account(source, *accounts, o.name, desk->viewer.user(),
                                         network.fetcher(), env.clock, sleeper, env.random)));
  TRYV(desk->sign(env));
  if (env.json) {
    std::cout << crawler::account_to_json(checked.account) << '\n';
  } else {
    print(env, checked.account);
  }
  return needs_a_person(checked.account) ? 1 : 0;
}

}  // namespace

void add_source_account_commands(CLI::App& sources, Environment& env) {
  auto* account = sources.add_subcommand(
      "account",
      env.text("情報源にログインするアカウント", "Accounts with which sources are signed in to"));
  account->require_subcommand(1);
  const auto o = std::make_shared<AccountArguments>();
  const auto command = [&](const char* name, const char* ja, const char* en,
                           Result<int> (*action)(Environment&, const AccountArguments&)) {
    auto* out = account->add_subcommand(name, env.text(ja, en));
    out->add_option("SOURCE", o->source, env.text("情報源の id", "The source's id"))->required();
    out->add_option("NAME", o->name,
                    env.text("アカウントの名前（設定の account）", "The account's name (account)"))
        ->required();
    out->callback(
        [&env, o, action] { env.action = [&env, o, action] { return action(env, *o); }; });
    return out;
  };
  auto* all = account->add_subcommand(
      "list", env.text("すべてのアカウント：状態と理由、最後のログイン、Cookie の期限",
                       "All accounts: state and why, last log-in, when cookies end"));
  all->callback([&env] { env.action = [&env] { return list(env); }; });
  auto* add_command = command("add", "ユーザー名とパスワードを登録する（封をして保存）",
                              "Takes a user name and a password; kept sealed", add);
  add_command->add_option("--username", o->username,
                          env.text("サイトのユーザー名", "The user name at the site"));
  add_command->add_flag(
      "--password-stdin", o->password_stdin,
      env.text("パスワードを標準入力の 1 行目から読む", "The password is the first line of stdin"));
  command("remove", "アカウントを削除し、その鍵を破棄する",
          "Removes an account and destroys its key", remove);
  auto* import_command = command("import-cookies", "ブラウザから書き出した Cookie を取り込む",
                                 "Takes cookies that a browser exported", import_cookies);
  import_command
      ->add_option("FILE", o->file,
                   env.text("cookies.txt（Netscape 形式）または拡張機能の JSON",
                            "cookies.txt (Netscape), or the JSON of an extension"))
      ->required();
  command("check", "いまログインしてみて、一覧が見えるか報告する",
          "Signs in now and says whether the list can be seen", check);
}

}  // namespace hitokoe::app
