#include <CLI/CLI.hpp>
#include <iostream>

#include "apps/command_line/progress_line.h"
#include "apps/hitokoe/environment.h"
#include "hitokoe/base/file.h"
#include "hitokoe/evaluation/evaluate.h"

namespace hitokoe::app {
namespace {

struct EvaluateArguments {
  std::string world = "base";
  double rates = 1;
  bool no_baselines = false;
  bool no_oracle = false;
  std::string svg;
  std::string json;
  evaluation::RunOptions options;
};

Result<int> run(Environment& env, EvaluateArguments& a) {
  TRY(const auto preset, evaluation::preset_by_name(a.world));
  if (!(a.rates >= 0.1 && a.rates <= 10)) {
    return fail(Errc::kUsage, "--rates must lie within 0.1 and 10",
                "--rates は 0.1 から 10 で指定してください");
  }
  a.options.world = preset.world;
  a.options.leaks = preset.leaks;
  evaluation::scale_rates(a.options.world, a.options.leaks, a.rates);
  a.options.baselines = !a.no_baselines;
  a.options.oracle = !a.no_oracle;
  command_line::ProgressLine line(env.language, command_line::Amount::kCount, env.clock, std::cerr,
                                  command_line::wants_progress(env.json));
  TRY(const auto done, evaluation::evaluate(a.options, line.progress()));
  line.erase();
  if (!a.svg.empty()) {
    const auto plot = evaluation::calibration_svg(done, env.language);
    TRYV(write_file_durably(a.svg, as_bytes(plot)));
  }
  if (!a.json.empty()) {
    const auto document = evaluation::to_json(done, a.options, a.world);
    TRYV(write_file_durably(a.json, as_bytes(document)));
  }
  if (env.json) {
    std::cout << evaluation::to_json(done, a.options, a.world) << std::flush;
  } else {
    std::cout << evaluation::render(done, env.language) << std::flush;
  }
  return 0;
}

}  // namespace

void add_evaluate_commands(CLI::App& app, Environment& env) {
  auto* command = app.add_subcommand(
      "evaluate", env.text("流出元の推定を、答えの分かっている架空の流出で測る",
                           "Measures attribution on made-up leaks whose source is known"));
  auto a = std::make_shared<EvaluateArguments>();
  std::string worlds;
  for (const auto& p : evaluation::presets()) {
    worlds += "\n" + std::string(p.name) + ": " + std::string(say(env.language, p.ja, p.en));
  }
  command->add_option("--world", a->world, env.text("世界の種類：", "Kind of world:") + worlds)
      ->capture_default_str();
  command
      ->add_option("--rates", a->rates,
                   env.text("世界の率を何倍にするか（モデルの仮定は変えない）",
                            "The world's rates times this; the model's stay as they are"))
      ->capture_default_str();
  command
      ->add_option("--assume", a->options.assumed,
                   env.text("モデルの仮定する率を何倍にするか（世界は変えない）",
                            "The rates that the model assumes times this; the worlds stay"))
      ->capture_default_str();
  command->add_option("--leaks", a->options.count, env.text("流出の数", "How many leaks"))
      ->capture_default_str();
  command
      ->add_option("--per-world", a->options.leaks_per_world,
                   env.text("一つの世界から出る流出の数", "Leaks of one world"))
      ->capture_default_str();
  command
      ->add_option("--seed", a->options.seed,
                   env.text("乱数の種。学習に使った種で測らないこと",
                            "Never measure with a seed that something was fitted on"))
      ->capture_default_str();
  command
      ->add_option("--threads", a->options.threads,
                   env.text("スレッド数（0：プロセッサ数）", "Threads; 0: one for each processor"))
      ->capture_default_str();
  command->add_option("--svg", a->svg,
                      env.text("較正の図を書くファイル", "Writes the calibration plot here"));
  command->add_option(
      "--write-json", a->json,
      env.text("表のほかに JSON を書くファイル", "Writes the JSON here, beside the table"));
  command->add_flag("--files", a->options.files,
                    env.text("実際のファイルでも測る（エージェント・索引・照合を通す。遅い）",
                             "Through real files, too: agents, index, scan; slow"));
  command->add_flag("--no-baselines", a->no_baselines,
                    env.text("比較用の手法を省く", "Without the methods to compare with"));
  command->add_flag("--no-oracle", a->no_oracle,
                    env.text("理論上の限界の計算を省く", "Without the oracle"));
  command->callback([&env, a] { env.action = [&env, a] { return run(env, *a); }; });
}

}  // namespace hitokoe::app
