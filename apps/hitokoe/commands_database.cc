#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "apps/command_line/progress_line.h"
#include "apps/hitokoe/database_commands.h"
#include "hitokoe/base/file.h"
#include "hitokoe/storage/database_move.h"

namespace hitokoe::app {
namespace {

namespace json = boost::json;
using storage::DatabasePlace;

struct DatabaseCommand {
  std::string server;
  bool file = false;
};

Result<int> show(Environment& env) {
  TRY(const auto place, storage::database_of(env.data));
  // Opening it says what is wrong with it.
  TRYV(env.open_database());
  if (env.json) {
    std::cout << json::serialize(
                     json::object{{"kind", place.server.empty() ? "sqlite" : "postgresql"},
                                  {"place", place.shown()}})
              << '\n';
  } else {
    std::cout << (place.server.empty() ? "SQLite: " : "PostgreSQL: ") << place.shown() << '\n';
  }
  return 0;
}

Result<DatabasePlace> wanted(const DatabaseCommand& o) {
  if (o.file != o.server.empty()) {
    return fail(Errc::kUsage, "database move: give --to or --to-file",
                "database move: --to か --to-file のどちらかを指定");
  }
  if (o.file) return DatabasePlace{};
  return storage::server_at(o.server);
}

void tell(Environment& env, const DatabasePlace& place, const storage::Copied& copied,
          const std::string& aside) {
  if (env.json) {
    std::cout << json::serialize(json::object{{"place", place.shown()},
                                              {"tables", copied.tables},
                                              {"rows", copied.rows},
                                              {"put_aside", aside}})
              << '\n';
    return;
  }
  std::cerr << say(env.language, "移行しました: ", "moved to ") << place.shown() << ": "
            << copied.tables << say(env.language, " 表、", " tables, ") << copied.rows
            << say(env.language, " 行（読み戻して照合済み）\n", " rows, read back and compared\n");
  if (!aside.empty()) {
    std::cerr << say(env.language, "元のファイルは残っています。確認後に消してください: ",
                     "The old file is still there; delete it when you are satisfied: ")
              << aside << '\n';
  }
}

Result<int> move(Environment& env, const DatabaseCommand& o) {
  TRY(const auto to, wanted(o));
  TRYV(make_private_dir(env.data));
  storage::Move moved;
  {
    command_line::ProgressLine line(env.language, command_line::Amount::kCount, env.clock,
                                    std::cerr, command_line::wants_progress(env.json));
    TRY(moved,
        storage::move_database(env.data, to, env.clock.now(), [&](const storage::CopyProgress& p) {
          line.tell(p.rows, p.total);
        }));
  }
  tell(env, to, moved.copied, moved.aside);
  return 0;
}

}  // namespace

void add_database_commands(CLI::App& app, Environment& env) {
  auto* group = app.add_subcommand(
      "database", env.text("データベースの置き場所（SQLite のファイルか PostgreSQL のサーバー）",
                           "Where the database is: a file of SQLite's, or a PostgreSQL server"));
  group->require_subcommand(1);
  auto o = std::make_shared<DatabaseCommand>();
  group->add_subcommand("show", env.text("今の置き場所", "Where it is now"))->callback([&env] {
    env.action = [&env] { return show(env); };
  });
  auto* moving = group->add_subcommand(
      "move", env.text("全部を写し、読み戻して照合してから切り替える。常駐サービスは止めておく",
                       "Copies everything, reads it back, compares, then switches; no daemon may "
                       "be running"));
  moving->add_option("--to", o->server,
                     env.text("libpq の接続文字列（host=… dbname=… user=… passfile=…）",
                              "libpq connection string (host=… dbname=… user=… passfile=…)"));
  moving->add_flag(
      "--to-file", o->file,
      env.text("データフォルダのファイルに戻す", "Back into a file of the data folder"));
  moving->callback([&env, o] { env.action = [&env, o] { return move(env, *o); }; });
}

}  // namespace hitokoe::app
