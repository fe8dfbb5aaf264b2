#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "apps/hitokoe/commands_supervision.h"
#include "hitokoe/base/file.h"
#include "hitokoe/incident/json_list.h"
#include "hitokoe/storage/supervision.h"

namespace hitokoe::app {
namespace {

using registry::Instruction;

constexpr std::uint64_t kLargestText = 256U << 10;

struct InstructOptions {
  std::string delegation;
  std::string subject;
  std::string text;
  std::string file;
};

Result<std::string> text_of(const InstructOptions& options) {
  if (options.text.empty() == options.file.empty()) {
    return fail(Errc::kUsage, "registry instruct: give either --text or --file",
                "registry instruct: --text か --file のどちらか一方を指定してください");
  }
  if (!options.text.empty()) return options.text;
  if (options.file != "-") {
    TRY(const auto bytes, read_file(options.file, kLargestText));
    return std::string(as_text(bytes));
  }
  std::string all;
  char buffer[4096];
  while (std::cin.read(buffer, sizeof buffer) || std::cin.gcount() > 0) {
    all.append(buffer, static_cast<std::size_t>(std::cin.gcount()));
    if (all.size() > kLargestText) {
      return fail(Errc::kLimit, "stdin: more than 256 KiB", "標準入力: 256 KiB を超えています");
    }
  }
  return all;
}

void show(const Environment& env, const Instruction& i) {
  std::cout << i.id << "  " << i.delegation << "  " << i.from << " → " << i.to << "  "
            << format_jst(i.at) << "  " << i.by << '\n'
            << "  " << i.subject << '\n'
            << "  " << say(env.language, "監査記録 ", "audit event ") << i.event << "  " << i.hash
            << "\n\n"
            << i.text << (i.text.ends_with('\n') ? "\n" : "\n\n");
}

Result<int> instruct(Environment& env, const InstructOptions& options) {
  TRY(auto text, text_of(options));
  TRY(const auto desk, open_supervision_desk(env));
  TRY(const auto registry, env.load_registry());
  TRY(const auto* delegation, delegation_of(registry, options.delegation));
  TRY(const auto given,
      storage::make_instruction_store(desk->db)->give(desk->viewer, *delegation, options.subject,
                                                      std::move(text), env.clock.now()));
  TRYV(desk->sign(env));
  if (env.json) {
    std::cout << registry::to_json(given) << '\n';
  } else {
    std::cerr << say(env.language, "指示を記録しました: ", "the instruction is on record: ")
              << given.id << "  " << given.hash << '\n';
  }
  return 0;
}

Result<int> instructions(Environment& env, const std::string& delegation, const std::string& id) {
  TRY(const auto desk, open_supervision_desk(env));
  const auto store = storage::make_instruction_store(desk->db);
  std::vector<Instruction> all;
  if (!id.empty()) {
    TRY(auto one, store->load(desk->viewer, id));
    all.push_back(std::move(one));
  } else {
    registry::InstructionFilter filter;
    filter.delegation = delegation;
    for (;;) {
      TRY(auto some, store->list(desk->viewer, filter));
      const bool last = some.size() < filter.limit;
      if (!some.empty()) filter.after = some.back().event;
      all.insert(all.end(), std::make_move_iterator(some.begin()),
                 std::make_move_iterator(some.end()));
      if (last) break;
    }
  }
  if (env.json) {
    std::cout << incident::json_list("instructions", all) << '\n';
    return 0;
  }
  for (const auto& i : all) show(env, i);
  return 0;
}

struct ConfirmOptions {
  std::string snapshot;
  std::string by;
  std::string on;
  std::uint64_t records = 0;
  std::vector<std::string> items;
};

Result<int> confirm(Environment& env, const ConfirmOptions& options) {
  registry::Statement statement;
  statement.by = options.by;
  statement.records = options.records;
  const auto day = parse_day(options.on);
  if (!day)
    return fail(Errc::kUsage, "--on: a day such as 2026-07-01", "--on: 2026-07-01 の形の日付");
  statement.on = day.value();
  for (const auto& name : options.items) {
    TRY(const auto field, identity::field_by_name(name));
    statement.items.push_back(field);
  }
  TRY(const auto desk, open_supervision_desk(env));
  TRY(const auto registry, env.load_registry());
  const auto* handover = registry.snapshot(options.snapshot);
  const auto* delegation =
      handover == nullptr ? nullptr : registry.delegation(handover->delegation);
  if (delegation == nullptr) {
    return fail(Errc::kNotFound, "there is no such handover in the registry that is in force",
                "有効な台帳にその授受がありません");
  }
  const auto store = storage::make_statement_store(desk->db);
  TRYV(store->state(desk->viewer, *delegation, *handover, statement, env.clock.now()));
  TRYV(desk->sign(env));
  TRY(const auto statements, store->latest());
  const auto now = registry::with_statements(registry, statements);
  std::size_t differing = 0;
  for (const auto& f : now.findings(jst_day(env.clock.now()))) {
    if (f.kind != registry::Finding::Kind::kHandoverMismatch || f.where != options.snapshot)
      continue;
    ++differing;
    std::cerr << say(env.language, "要確認 ", "finding ") << to_string(f.kind) << ": "
              << say(env.language, f.text_ja, f.text_en) << '\n';
  }
  if (env.json) {
    std::cout << "{\"snapshot\":\"" << handover->id << "\",\"by\":\"" << statement.by
              << "\",\"differs\":" << (differing > 0 ? "true" : "false") << "}\n";
  } else if (differing == 0) {
    std::cerr << say(env.language, "授受の確認を記録しました\n", "the confirmation is on record\n");
  }
  return differing == 0 ? 0 : 1;
}

}  // namespace

void add_instruction_commands(CLI::App& registry, Environment& env) {
  auto* instruct_command = registry.add_subcommand(
      "instruct", env.text("委託先への指示を、変えられない形で残す",
                           "Record an instruction to a delegate, for good"));
  auto options = std::make_shared<InstructOptions>();
  instruct_command
      ->add_option("--delegation", options->delegation,
                   env.text("台帳の委託", "Delegation of the registry"))
      ->required();
  instruct_command
      ->add_option("--subject", options->subject, env.text("件名（一行）", "Subject, one line"))
      ->required();
  instruct_command->add_option(
      "--text", options->text,
      env.text("本文。お客さまの情報は書かないでください", "Text; no customer data"));
  instruct_command->add_option(
      "--file", options->file,
      env.text("本文のファイル。- は標準入力", "File with the text; - is stdin"));
  instruct_command->callback(
      [&env, options] { env.action = [&env, options] { return instruct(env, *options); }; });

  auto* list_command = registry.add_subcommand(
      "instructions", env.text("委託先への指示を読む", "Read the instructions to delegates"));
  auto delegation = std::make_shared<std::string>();
  auto id = std::make_shared<std::string>();
  list_command->add_option("--delegation", *delegation,
                           env.text("この委託のものだけ", "Only those of this delegation"));
  list_command->add_option("--id", *id, env.text("この指示だけ", "Only this instruction"));
  list_command->callback([&env, delegation, id] {
    env.action = [&env, delegation, id] { return instructions(env, *delegation, *id); };
  });

  auto* confirm_command = registry.add_subcommand(
      "confirm", env.text("授受の一方の側が、渡した（受け取った）ものを記録する",
                          "Record what one side of a handover gave or got"));
  auto statement = std::make_shared<ConfirmOptions>();
  confirm_command
      ->add_option("SNAPSHOT", statement->snapshot,
                   env.text("授受の断面", "Snapshot of the handover"))
      ->required();
  confirm_command
      ->add_option("--by", statement->by, env.text("その側の事業者", "The party on that side"))
      ->required();
  confirm_command->add_option("--on", statement->on, env.text("授受日", "Day of the handover"))
      ->required();
  confirm_command->add_option("--records", statement->records, env.text("件数", "Records"))
      ->required();
  confirm_command
      ->add_option("--items", statement->items,
                   env.text("項目（カンマ区切り）", "Items, with commas"))
      ->required()
      ->delimiter(',');
  confirm_command->callback(
      [&env, statement] { env.action = [&env, statement] { return confirm(env, *statement); }; });
}

}  // namespace hitokoe::app
