#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cerrno>
#include <cstdio>
#include <iostream>
#include <memory>

#include "apps/hitokoe/commands_supervision.h"
#include "hitokoe/base/file.h"
#include "hitokoe/incident/json_list.h"
#include "hitokoe/storage/supervision.h"

namespace hitokoe::app {
namespace {

namespace json = boost::json;
using registry::AccessLog;
using registry::AccessQuery;
using registry::AccessRow;

struct AddOptions {
  std::string delegation;
  std::filesystem::path file;
  std::string encoding;
};

Result<int> add(Environment& env, const AddOptions& options) {
  std::optional<text::Charset> charset;
  if (!options.encoding.empty()) {
    TRY(charset, text::charset_by_name(options.encoding));
  }
  TRY(const auto desk, open_supervision_desk(env));
  TRY(const auto registry, env.load_registry());
  TRY(const auto* delegation, delegation_of(registry, options.delegation));
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(options.file.c_str(), "rbe"), &std::fclose);
  if (file == nullptr) {
    return fail(errno == ENOENT ? Errc::kNotFound : Errc::kIo,
                shown(options.file) + ": " + step_failed("open", errno));
  }
  Bytes buffer(1U << 16);
  const auto read = [&]() -> Result<ByteView> {
    const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), file.get());
    if (n == 0 && std::ferror(file.get()) != 0)
      return fail(Errc::kIo, shown(options.file) + ": " + step_failed("read", errno));
    return ByteView(buffer.data(), n);
  };
  const auto store = storage::make_access_log_store(desk->db, env.data, desk->keys, env.random);
  TRY(const auto log,
      store->add(desk->viewer, *delegation, shown(options.file), charset, read, env.clock.now()));
  TRYV(desk->sign(env));
  if (env.json) {
    std::cout << registry::to_json(log) << '\n';
  } else {
    std::cerr << log.id << ": " << log.rows << say(env.language, "行、", " rows, ")
              << format_jst(log.first) << " – " << format_jst(log.last) << '\n';
  }
  return 0;
}

Result<int> list(Environment& env, const std::string& delegation) {
  TRY(const auto desk, open_supervision_desk(env));
  const auto store = storage::make_access_log_store(desk->db, env.data, desk->keys, env.random);
  TRY(const auto all, store->list(desk->viewer, delegation));
  if (env.json) {
    std::cout << incident::json_list("access_logs", all) << '\n';
    return 0;
  }
  for (const auto& log : all) {
    std::cout << log.id << "  " << log.delegation << "  " << log.rows
              << say(env.language, "行  ", " rows  ") << format_jst(log.first) << " – "
              << format_jst(log.last) << '\n';
  }
  return 0;
}

struct QueryOptions {
  AccessQuery query;
  std::string from, to;
};

// A day is all of it; otherwise a time.
Result<UtcTime> moment(const std::string& text, const char* option, bool end_of_day) {
  if (const auto day = parse_day(text); day)
    return jst_midnight(day.value() + std::chrono::days(end_of_day ? 1 : 0));
  if (const auto time = registry::parse_access_time(text)) return *time;
  return fail(Errc::kUsage,
              std::string(option) + ": a day (2026-07-01) or a time (2026-07-01T09:00:00)",
              std::string(option) + ": 日付（2026-07-01）か日時（2026-07-01T09:00:00）");
}

Result<int> query(Environment& env, QueryOptions options) {
  auto& q = options.query;
  if (!options.from.empty()) {
    TRY(q.from, moment(options.from, "--from", false));
  }
  if (!options.to.empty()) {
    TRY(q.until, moment(options.to, "--to", true));
  }
  TRY(const auto desk, open_supervision_desk(env));
  const auto store = storage::make_access_log_store(desk->db, env.data, desk->keys, env.random);
  std::uint64_t rows = 0;
  TRY(const auto more,
      store->query(desk->viewer, q, env.clock.now(), [&](const AccessLog& log, const AccessRow& r) {
        ++rows;
        if (env.json) {
          std::cout << json::serialize(json::object{{"log", log.id},
                                                    {"delegation", log.delegation},
                                                    {"worker", r.worker},
                                                    {"time", format_utc(r.at)},
                                                    {"data_set", r.data_set},
                                                    {"operation", r.operation},
                                                    {"count", r.count}})
                    << '\n';
        } else {
          std::cout << format_jst(r.at) << "  " << r.worker << "  " << r.data_set << "  "
                    << r.operation << "  " << r.count << "  " << log.delegation << '\n';
        }
      }));
  TRYV(desk->sign(env));
  if (more) {
    std::cerr << say(env.language, "ほかにもあります（--limit）: ", "there are more (--limit): ")
              << rows << say(env.language, "行まで表示\n", " rows were shown\n");
  } else if (!env.json) {
    std::cerr << rows << say(env.language, "行\n", " rows\n");
  }
  return more ? 1 : 0;
}

}  // namespace

void add_access_log_commands(CLI::App& registry, Environment& env) {
  auto* group = registry.add_subcommand(
      "access-log",
      env.text("委託先の作業者の記録（アクセスログ）", "Access logs of a delegate's workers"));
  group->require_subcommand(1);

  auto* add_command = group->add_subcommand(
      "add", env.text("CSV（作業者、日時、データ、操作、件数）を委託に付ける",
                      "Attach a CSV (worker, time, data_set, operation, count) to a delegation"));
  auto added = std::make_shared<AddOptions>();
  add_command
      ->add_option("--delegation", added->delegation,
                   env.text("台帳の委託", "Delegation of the registry"))
      ->required();
  add_command->add_option("FILE", added->file, env.text("CSV ファイル", "The CSV"))->required();
  add_command->add_option("--encoding", added->encoding,
                          env.text("文字コード。なければ判定する", "Charset; detected otherwise"));
  add_command->callback([&env, added] { env.action = [&env, added] { return add(env, *added); }; });

  auto* list_command =
      group->add_subcommand("list", env.text("付けた記録の一覧", "The logs that are there"));
  auto of = std::make_shared<std::string>();
  list_command->add_option("--delegation", *of,
                           env.text("この委託のものだけ", "Only those of this delegation"));
  list_command->callback([&env, of] { env.action = [&env, of] { return list(env, *of); }; });

  auto* query_command = group->add_subcommand(
      "query", env.text("作業者、データ、期間で探す（--json では一行に一つの JSON）",
                        "Search by worker, data set and time (NDJSON with --json)"));
  auto asked = std::make_shared<QueryOptions>();
  query_command->add_option("--delegation", asked->query.delegation,
                            env.text("この委託のものだけ", "Only those of this delegation"));
  query_command->add_option("--worker", asked->query.worker, env.text("作業者", "Worker"));
  query_command->add_option("--data-set", asked->query.data_set, env.text("データ", "Data set"));
  query_command->add_option("--from", asked->from,
                            env.text("この日（時）から", "From this day or time"));
  query_command->add_option("--to", asked->to,
                            env.text("この日まで、または、この時より前",
                                     "Up to the end of this day, or before this time"));
  query_command
      ->add_option("--limit", asked->query.limit, env.text("行数の上限", "At most so many rows"))
      ->check(CLI::Range(std::size_t{1}, std::size_t{10'000'000}))
      ->capture_default_str();
  query_command->add_option("--purpose", asked->query.purpose,
                            env.text("調べる目的。監査記録に残る", "Why; kept in the audit log"));
  query_command->callback(
      [&env, asked] { env.action = [&env, asked] { return query(env, *asked); }; });
}

}  // namespace hitokoe::app
