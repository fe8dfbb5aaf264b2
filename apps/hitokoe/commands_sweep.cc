// sweep: how much of whose is in a dump, at a glance.
#include <CLI/CLI.hpp>
#include <iostream>

#include "apps/command_line/progress_line.h"
#include "apps/hitokoe/environment.h"
#include "apps/hitokoe/input_paths.h"
#include "hitokoe/matcher/sweep.h"

namespace hitokoe::app {
namespace {

using matcher::SweepCount;

struct SweepArguments {
  std::vector<std::string> paths;
  std::size_t threads = 0;
};

void show_fields(Language l, const std::vector<SweepCount>& counts) {
  const char* between = "  (";
  for (const auto& c : counts) {
    const auto& field = identity::field_info(c.field);
    std::cout << between << say(l, field.name_ja, field.name) << ' ' << c.identifiers;
    between = ", ";
  }
  std::cout << (counts.empty() ? "\n" : ")\n");
}

void show(const Environment& env, const matcher::SweepReport& r) {
  const Language l = env.language;
  std::cout << say(l, "文書：", "Documents: ") << r.documents << " (" << r.bytes
            << say(l, " バイト", " bytes") << ")\n"
            << say(l, "調べた識別子（重複を含む）：", "Looked up, repeats counted: ");
  std::uint64_t tokens = 0;
  for (const auto& t : r.tokens) tokens += t.identifiers;
  std::cout << tokens << '\n';
  for (const auto& c : r.carriers) {
    std::cout << c.controller << "  " << c.identifiers;
    show_fields(l, c.fields);
    for (const auto& h : c.holders) {
      std::cout << "  " << h.party << "  " << h.identifiers;
      show_fields(l, h.fields);
    }
  }
  for (const auto& note : r.notes) std::cerr << say(l, "注記: ", "note: ") << note.in(l) << '\n';
  for (const auto& w : r.warnings) {
    std::cerr << say(l, "警告: ", "warning: ") << w.file << ": " << w.what.in(l) << '\n';
  }
}

Result<int> sweep(Environment& env, const SweepArguments& arguments) {
  TRY(auto keys, env.open_key_store());
  TRY(auto index, matcher::Index::open(env.data, keys));
  command_line::ProgressLine line(env.language, command_line::Amount::kBytes, env.clock, std::cerr,
                                  command_line::wants_progress(env.json));
  matcher::SweepOptions options;
  options.threads = arguments.threads;
  options.progress = line.progress();
  if (options.progress) options.expected_bytes = bytes_of(arguments.paths);
  auto work = matcher::Sweep::begin(std::move(index), std::move(options));
  for (const auto& name : arguments.paths) {
    TRYV(work->add_file(path_of(name)));
  }
  TRY(const auto report, work->finish());
  line.erase();
  if (env.json) {
    std::cout << matcher::to_json(report) << '\n';
  } else {
    show(env, report);
  }
  return report.warnings.empty() ? 0 : 1;
}

}  // namespace

void add_sweep_commands(CLI::App& app, Environment& env) {
  auto* command = app.add_subcommand(
      "sweep", env.text("流出データに、どの事業者・保有者の識別子がいくつあるかを素早く数える",
                        "A quick look: how many identifiers of each carrier and holder are in it"));
  auto arguments = std::make_shared<SweepArguments>();
  command
      ->add_option(
          "PATH", arguments->paths,
          env.text("ファイルやフォルダ。- は標準入力", "Files and folders, or - for stdin"))
      ->required();
  command
      ->add_option("--threads", arguments->threads,
                   env.text("スレッド数。0 は CPU の数", "Threads; 0: as many as processors"))
      ->check(CLI::Range(0, 64))
      ->capture_default_str();
  command->callback(
      [&env, arguments] { env.action = [&env, arguments] { return sweep(env, *arguments); }; });
}

}  // namespace hitokoe::app
