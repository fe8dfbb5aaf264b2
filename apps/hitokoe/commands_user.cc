#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>

#include "apps/hitokoe/environment.h"
#include "apps/hitokoe/silent_prompt.h"
#include "hitokoe/base/file.h"
#include "hitokoe/service/accounts.h"
#include "hitokoe/storage/accounts.h"

namespace hitokoe::app {
namespace {

namespace json = boost::json;

struct UserArguments {
  std::string user;
  std::string role;
  std::string party;
  bool no_password = false;
};

// HITOKOE_USER_PASSWORD_FILE, HITOKOE_USER_PASSWORD, or typed twice.
Result<SecretText> new_password(const Environment& env) {
  if (const char* file = std::getenv("HITOKOE_USER_PASSWORD_FILE"); file != nullptr && *file != 0) {
    TRY(const auto bytes, read_file(file, service::kPasswordBytes + 2));
    SecretText password{std::string(as_text(bytes))};
    while (!password.expose().empty() &&
           (password.expose().back() == '\n' || password.expose().back() == '\r')) {
      password.expose().pop_back();
    }
    return password;
  }
  if (const char* set = std::getenv("HITOKOE_USER_PASSWORD"); set != nullptr && *set != 0) {
    return SecretText(std::string(set));
  }
  if (::isatty(STDIN_FILENO) == 0) {
    return fail(Errc::kUsage,
                "set HITOKOE_USER_PASSWORD_FILE (or HITOKOE_USER_PASSWORD), or say --no-password "
                "for an account that only has tokens",
                "HITOKOE_USER_PASSWORD_FILE（または "
                "HITOKOE_USER_PASSWORD）を設定するか、トークンだけのアカウントなら --no-password "
                "を付けてください");
  }
  TRY(auto first, silent_prompt(say(env.language, "パスワード: ", "Password: ")));
  TRY(const auto second, silent_prompt(say(env.language, "もう一度: ", "Again: ")));
  if (first.expose() != second.expose()) {
    return fail(Errc::kUsage, "the two passwords are not the same", "二つのパスワードが違います");
  }
  return first;
}

// The parts that every command of this file needs: the accounts, and who acts.
template <class F>
Result<int> with_accounts(Environment& env, F f) {
  TRY(auto keys, env.open_key_store());
  TRY(auto db, env.open_database());
  const auto store = storage::make_account_store(db);
  service::Accounts accounts({*store, keys, env.clock, env.random});
  const auto viewer = env.local_viewer(keys);
  return f(accounts, viewer.user());
}

Result<int> add(Environment& env, const UserArguments& a) {
  TRY(const auto role, registry::role_by_name(a.role));
  service::NewAccount account{a.user, role, a.party, std::nullopt};
  if (!a.party.empty()) {
    TRY(const auto registry, env.load_registry());
    if (registry.party(a.party) == nullptr) {
      return fail(Errc::kNotFound, "the registry has no party of this id",
                  "この id の事業者は台帳にありません");
    }
  }
  if (!a.no_password) {
    TRY(account.password, new_password(env));
  }
  return with_accounts(env, [&](service::Accounts& accounts, auto& actor) -> Result<int> {
    TRYV(accounts.add(account, actor));
    if (env.json) {
      std::cout << json::object{{"user", a.user}, {"role", a.role}, {"party", a.party}} << '\n';
    } else {
      std::cerr << say(env.language, "アカウントを作成しました: ", "account made: ") << a.user
                << '\n';
    }
    return 0;
  });
}

Result<int> token(Environment& env, const UserArguments& a) {
  return with_accounts(env, [&](service::Accounts& accounts, auto& actor) -> Result<int> {
    TRY(const auto issued, accounts.issue_token(a.user, actor));
    if (env.json) {
      std::cout << json::object{{"user", a.user}, {"token", issued.expose()}} << '\n';
    } else {
      std::cout << issued.expose() << '\n';
      std::cerr << say(env.language, "このトークンは二度と表示されません。\n",
                       "This token is not shown again.\n");
    }
    return 0;
  });
}

Result<int> disable(Environment& env, const UserArguments& a) {
  return with_accounts(env, [&](service::Accounts& accounts, auto& actor) -> Result<int> {
    TRYV(accounts.disable(a.user, actor));
    if (env.json) {
      std::cout << json::object{{"user", a.user}, {"disabled", true}} << '\n';
    } else {
      std::cerr << say(env.language, "アカウントを無効にしました: ", "account disabled: ") << a.user
                << '\n';
    }
    return 0;
  });
}

Result<int> list(Environment& env) {
  return with_accounts(env, [&](service::Accounts& accounts, auto&) -> Result<int> {
    TRY(const auto all, accounts.list());
    if (env.json) {
      json::array out;
      for (const auto& account : all) {
        out.push_back({{"user", account.user},
                       {"role", registry::to_string(account.role)},
                       {"party", account.party},
                       {"password", !account.password_hash.empty()},
                       {"disabled", account.disabled},
                       {"created", format_utc(account.created)}});
      }
      std::cout << json::object{{"users", std::move(out)}} << '\n';
      return 0;
    }
    for (const auto& account : all) {
      std::cout << account.user << '\t' << registry::to_string(account.role) << '\t'
                << (account.party.empty() ? "-" : account.party) << '\t'
                << (account.disabled ? say(env.language, "無効", "disabled")
                                     : say(env.language, "有効", "active"))
                << '\n';
    }
    return 0;
  });
}

}  // namespace

void add_user_commands(CLI::App& app, Environment& env) {
  auto* user =
      app.add_subcommand("user", env.text("常駐サービスのアカウント", "Accounts of the service"));
  user->require_subcommand(1);
  auto a = std::make_shared<UserArguments>();
  const auto act = [&env, a](CLI::App* command, auto f) {
    command->callback([&env, a, f] { env.action = [&env, a, f] { return f(env, *a); }; });
  };
  auto* adding = user->add_subcommand("add", env.text("アカウントを作る", "Make an account"));
  adding->add_option("NAME", a->user, env.text("アカウントの名前", "Name of the account"))
      ->required();
  adding
      ->add_option("--role", a->role,
                   env.text("役割（operator、coordinator、party、desk、auditor）",
                            "Role: operator, coordinator, party, desk or auditor"))
      ->required();
  adding->add_option("--party", a->party,
                     env.text("役割 party のとき：どの事業者の分を見るか",
                              "Of the role party: whose part the account sees"));
  adding->add_flag("--no-password", a->no_password,
                   env.text("パスワードなし（トークンだけで使う）", "Tokens only"));
  act(adding, add);
  auto* issuing = user->add_subcommand(
      "token", env.text("新しい API トークンを一度だけ表示する", "Print a new API token, once"));
  issuing->add_option("NAME", a->user, env.text("アカウントの名前", "Name of the account"))
      ->required();
  act(issuing, token);
  auto* disabling = user->add_subcommand(
      "disable",
      env.text("アカウントを止め、トークンを無効にする", "Lock an account and forget its tokens"));
  disabling->add_option("NAME", a->user, env.text("アカウントの名前", "Name of the account"))
      ->required();
  act(disabling, disable);
  auto* listing = user->add_subcommand("list", env.text("アカウントの一覧", "All accounts"));
  act(listing, [](Environment& e, const UserArguments&) { return list(e); });
}

}  // namespace hitokoe::app
