#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <iostream>

#include "apps/command_line/progress_line.h"
#include "apps/hitokoe/environment.h"
#include "hitokoe/base/file.h"
#include "hitokoe/matcher/matcher.h"

namespace hitokoe::app {
namespace {

namespace json = boost::json;
using matcher::IndexWriter;
using matcher::SnapshotEntry;

std::string_view shown_result(Language l, IndexWriter::Added added) {
  switch (added) {
    case IndexWriter::Added::kNew:
      return say(l, "追加", "added");
    case IndexWriter::Added::kReplaced:
      return say(l, "差し替え", "replaced");
    case IndexWriter::Added::kUnchanged:
      return say(l, "変更なし", "unchanged");
  }
  return {};
}

std::string_view key_result(IndexWriter::Added added) {
  return shown_result(Language::kEnglish, added);
}

// What a person must look at in a snapshot of the index. Each as English and Japanese.
std::vector<std::pair<std::string, std::string>> findings_of(const SnapshotEntry& e) {
  std::vector<std::pair<std::string, std::string>> out;
  const std::uint64_t rows = e.records + e.rejected;
  if (!e.canaries && rows != e.ledger) {
    out.emplace_back("snapshot " + e.snapshot + ": the file has " + std::to_string(rows) +
                         " records, the ledger " + std::to_string(e.ledger),
                     "断面 " + e.snapshot + "：ファイルは " + std::to_string(rows) +
                         " 件、管理簿は " + std::to_string(e.ledger) + " 件");
  }
  if (e.rejected > 0) {
    out.emplace_back("snapshot " + e.snapshot + ": the holder's agent refused " +
                         std::to_string(e.rejected) + " rows",
                     "断面 " + e.snapshot + "：保有者側で " + std::to_string(e.rejected) +
                         " 行が拒否されました");
  }
  if (e.unlinked * 50 > e.records) {
    out.emplace_back("snapshot " + e.snapshot + ": " + std::to_string(e.unlinked) +
                         " records belong to no known customer (over 2 %): the holder is never "
                         "named with certainty",
                     "断面 " + e.snapshot + "：どのお客さまとも結び付かないレコードが " +
                         std::to_string(e.unlinked) + " 件（2 % 超）：保有者は断定されません");
  }
  return out;
}

command_line::ProgressLine progress_of(const Environment& env) {
  return {env.language, command_line::Amount::kBytes, env.clock, std::cerr,
          command_line::wants_progress(env.json)};
}

Result<int> add(Environment& env, const std::vector<std::filesystem::path>& files) {
  TRY(auto keys, env.open_key_store());
  TRY(const auto registry, env.load_registry());
  auto line = progress_of(env);
  TRY(auto writer, IndexWriter::open(env.data, keys, registry, line.progress()));
  const auto results = writer->add_all(files);
  line.erase();
  TRY(const auto list, writer->list());
  int code = 0;
  json::array shown_files;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto& r = results[i];
    json::object item{{"file", files[i].string()}};
    if (r) {
      item["result"] = key_result(r.value());
      std::cerr << shown(files[i]) << ": " << shown_result(env.language, r.value()) << '\n';
    } else {
      item["result"] = "refused";
      item["error"] = to_string(r.error().code);
      item["detail"] = r.error().detail;
      item["detail_ja"] = r.error().text(Language::kJapanese);
      std::cerr << shown(files[i]) << ": " << say(env.language, "拒否: ", "refused: ")
                << r.error().text(env.language) << '\n';
      code = std::max(code, exit_code(r.error().code));
    }
    shown_files.push_back(std::move(item));
  }
  json::array findings;
  for (const auto& e : list) {
    for (const auto& [en, ja] : findings_of(e)) {
      std::cerr << say(env.language, "要確認 ", "finding ") << say(env.language, ja, en) << '\n';
      findings.push_back(json::string(en));
      code = std::max(code, 1);
    }
  }
  if (env.json) {
    std::cout << json::serialize(json::object{{"files", shown_files}, {"findings", findings}})
              << '\n';
  }
  return code;
}

Result<json::array> carriers_of(Environment& env) {
  TRY(const auto carriers, matcher::index_carriers(env.data));
  json::array out;
  for (const auto& c : carriers) {
    json::array segments;
    for (const auto keys : c.segment_keys) segments.emplace_back(json::object{{"keys", keys}});
    out.push_back({{"controller", c.controller},
                   {"epoch", c.epoch},
                   {"keys", c.keys},
                   {"subjects", c.subjects},
                   {"bytes", c.bytes},
                   {"segments", segments},
                   {"merge_due", c.merge_due}});
  }
  return out;
}

Result<int> merge(Environment& env) {
  TRY(auto keys, env.open_key_store());
  auto line = progress_of(env);
  matcher::MergeOptions options;
  options.progress = line.progress();
  TRY(const auto merged, matcher::merge_index(env.data, keys, options));
  line.erase();
  if (env.json) {
    std::cout << json::serialize(json::object{{"carriers", merged.carriers}, {"left", merged.left}})
              << '\n';
  } else {
    std::cerr << say(env.language, "統合した通信会社 ", "carriers merged: ") << merged.carriers
              << '\n';
    if (merged.left > 0) {
      std::cerr << say(env.language, "その間に変わったため、そのままの通信会社 ",
                       "changed meanwhile and left as they are: ")
                << merged.left << '\n';
    }
  }
  return merged.left > 0 ? 1 : 0;
}

Result<int> list(Environment& env) {
  TRY(auto keys, env.open_key_store());
  TRY(const auto registry, env.load_registry());
  TRY(auto writer, IndexWriter::open(env.data, keys, registry));
  TRY(const auto entries, writer->list());
  int code = 0;
  json::array items;
  for (const auto& e : entries) {
    json::array findings;
    for (const auto& [en, ja] : findings_of(e)) {
      findings.push_back(json::string(en));
      if (!env.json) {
        std::cerr << say(env.language, "要確認 ", "finding ") << say(env.language, ja, en) << '\n';
      }
      code = 1;
    }
    items.push_back({{"snapshot", e.snapshot},
                     {"party", e.party},
                     {"controller", e.controller},
                     {"delegation", e.delegation},
                     {"own", e.own},
                     {"sequence", e.sequence},
                     {"as_of", format_day(e.as_of)},
                     {"records", e.records},
                     {"rejected", e.rejected},
                     {"ledger", e.ledger},
                     {"linked", e.linked},
                     {"unlinked", e.unlinked},
                     {"keys", e.keys},
                     {"findings", std::move(findings)}});
    if (!env.json) {
      std::cout << e.snapshot << "  " << e.party << "  "
                << say(env.language, "委託元 ", "controller ") << e.controller << "  "
                << format_day(e.as_of) << "  " << e.records << say(env.language, " 件", " records")
                << "  " << say(env.language, "未結合 ", "unlinked ") << e.unlinked << "  "
                << say(env.language, "通番 ", "sequence ") << e.sequence << '\n';
    }
  }
  if (env.json) {
    TRY(auto carriers, carriers_of(env));
    std::cout << json::serialize(json::object{{"snapshots", items}, {"carriers", carriers}})
              << '\n';
  }
  return code;
}

Result<int> change(Environment& env, const std::function<Result<void>(IndexWriter&)>& what,
                   std::string_view done_ja, std::string_view done_en) {
  TRY(auto keys, env.open_key_store());
  TRY(const auto registry, env.load_registry());
  auto line = progress_of(env);
  TRY(auto writer, IndexWriter::open(env.data, keys, registry, line.progress()));
  TRYV(what(*writer));
  line.erase();
  if (env.json) {
    std::cout << "{\"done\":true}\n";
  } else {
    std::cerr << say(env.language, done_ja, done_en) << '\n';
  }
  return 0;
}

}  // namespace

void add_index_commands(CLI::App& app, Environment& env) {
  auto* group = app.add_subcommand(
      "index",
      env.text("索引：各保有者の指紋ファイル", "The index: fingerprint files of the holders"));
  group->require_subcommand(1);

  auto* add_command = group->add_subcommand(
      "add", env.text("指紋ファイル（.hkf）を取り込む", "Take in fingerprint files (.hkf)"));
  auto files = std::make_shared<std::vector<std::filesystem::path>>();
  add_command->add_option("FILE", *files, env.text("指紋ファイル", "Fingerprint files"))
      ->required();
  add_command->callback([&env, files] { env.action = [&env, files] { return add(env, *files); }; });

  auto* list_command =
      group->add_subcommand("list", env.text("索引にある断面と、結び付かない記録の数",
                                             "What is in the index, and what is unlinked"));
  list_command->callback([&env] { env.action = [&env] { return list(env); }; });

  auto* drop_command =
      group->add_subcommand("drop", env.text("断面を索引から外す", "Take a snapshot out"));
  auto snapshot = std::make_shared<std::string>();
  drop_command->add_option("--snapshot", *snapshot, env.text("断面の名前", "Id of the snapshot"))
      ->required();
  drop_command->callback([&env, snapshot] {
    env.action = [&env, snapshot] {
      return change(
          env, [&](IndexWriter& w) { return w.drop(*snapshot); }, "索引から外しました", "dropped");
    };
  });

  auto* merge_command = group->add_subcommand(
      "merge", env.text("分かれた区画を一つにまとめる（照合も登録も続けられる）",
                        "Make one segment of several; scans and additions go on"));
  merge_command->callback([&env] { env.action = [&env] { return merge(env); }; });

  auto* verify_command = group->add_subcommand(
      "verify", env.text("保管しているすべてを検証する", "Check every byte at rest"));
  verify_command->callback([&env] {
    env.action = [&env] {
      return change(
          env, [](IndexWriter& w) { return w.verify(); }, "索引に異常はありません",
          "the index is sound");
    };
  });

  auto* rebuild_command = group->add_subcommand(
      "rebuild", env.text("保管している記録から索引を作り直す",
                          "Make the merged index anew from the entries at rest"));
  rebuild_command->callback([&env] {
    env.action = [&env] {
      return change(
          env, [](IndexWriter& w) { return w.rebuild(); }, "索引を作り直しました", "rebuilt");
    };
  });
}

}  // namespace hitokoe::app
