#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>

#include "apps/hitokoe/environment.h"
#include "apps/hitokoe/incident_desk.h"
#include "hitokoe/base/file.h"
#include "hitokoe/matcher/terms.h"
#include "hitokoe/storage/alerts.h"
#include "hitokoe/storage/database_move.h"

namespace hitokoe::app {
namespace {

namespace json = boost::json;
using matcher::Term;

constexpr std::uint64_t kLargestFile = 16ULL << 20;

std::size_t texts_of(const std::vector<Term>& terms) {
  std::size_t n = 0;
  for (const auto& t : terms) n += t.texts.size();
  return n;
}

// Parsed, put together with the registry's names, and compiled: what is told to be good is.
Result<std::vector<Term>> checked(Environment& env, const std::string& file) {
  TRY(const auto content, read_file(file, kLargestFile));
  TRY(const auto parsed, matcher::parse_terms(as_text(content), shown(file)));
  registry::Registry registry({}, {}, {});
  TRY(const bool kept, storage::has_database(env.data));
  if (kept) {
    TRY(registry, env.load_registry());
    for (const auto& term : parsed.terms) {
      for (const auto& carrier : term.carriers) {
        if (registry.parties().empty() || registry.party(carrier) != nullptr) continue;
        return fail(Errc::kBadInput, Words{"term ", "監視語 "} + (term.id + ": ") +
                                         Words{"the registry has no party ", "台帳にない事業者: "} +
                                         carrier);
      }
    }
  }
  auto terms = matcher::terms_in_force(parsed, registry);
  TRYV(matcher::TermSet::compile(terms));
  return terms;
}

void tell(const Environment& env, const std::vector<Term>& terms) {
  std::cerr << say(env.language, "監視語 ", "terms ") << terms.size()
            << say(env.language, "、語・パターン・ドメイン ", ", texts ") << texts_of(terms)
            << '\n';
}

Result<int> check(Environment& env, const std::string& file) {
  TRY(const auto terms, checked(env, file));
  if (env.json) {
    std::cout << json::serialize(json::object{{"terms", terms.size()}, {"texts", texts_of(terms)}})
              << '\n';
  } else {
    tell(env, terms);
  }
  return 0;
}

Result<int> apply(Environment& env, const std::string& file) {
  TRY(const auto terms, checked(env, file));
  TRY(const auto content, read_file(file, kLargestFile));
  TRY(const auto desk, open_incident_desk(env));
  const auto store = storage::make_term_store(desk->db);
  TRY(const auto before, store->version());
  TRY(const auto version,
      store->apply(as_text(content), shown(file), desk->viewer.user(), env.clock.now()));
  TRYV(desk->sign(env));
  if (env.json) {
    std::cout << json::serialize(json::object{{"version", version},
                                              {"changed", version != before},
                                              {"terms", terms.size()},
                                              {"texts", texts_of(terms)}})
              << '\n';
    return 0;
  }
  std::cerr << say(env.language, "監視語 第", "terms version ") << version
            << say(env.language, "版", "")
            << (version != before ? "" : say(env.language, "（変更なし）", " (unchanged)")) << '\n';
  tell(env, terms);
  if (version != before) {
    std::cerr << say(env.language,
                     "保存済みの取得物は hitokoe hunt start、または常駐サービスが調べます\n",
                     "captures that are kept: hitokoe hunt start, or the daemon looks by itself\n");
  }
  return 0;
}

json::object described(const Term& t) {
  json::array texts;
  for (const auto& text : t.texts) texts.emplace_back(text);
  json::array carriers;
  for (const auto& c : t.carriers) carriers.emplace_back(c);
  return {{"id", t.id},
          {"kind", matcher::to_string(t.kind)},
          {"severity", matcher::to_string(t.severity)},
          {"texts", texts},
          {"carriers", carriers},
          {"note", t.note}};
}

Result<int> list(Environment& env, bool versions) {
  TRY(const auto desk, open_incident_desk(env));
  const auto store = storage::make_term_store(desk->db);
  TRY(const auto file, store->load());
  TRY(const auto registry, env.load_registry());
  const auto terms = matcher::terms_in_force(file, registry);
  TRY(const auto all, store->versions());
  if (env.json) {
    json::array listed;
    for (const auto& t : terms) listed.push_back(described(t));
    json::array applied;
    for (const auto& v : all) {
      applied.push_back({{"version", v.version},
                         {"file", v.file_name},
                         {"by", v.actor},
                         {"applied", format_utc(v.applied)}});
    }
    std::cout << json::serialize(json::object{{"version", all.empty() ? 0 : all.back().version},
                                              {"terms", listed},
                                              {"versions", applied}})
              << '\n';
    return 0;
  }
  if (versions) {
    for (const auto& v : all) {
      std::cout << v.version << "  " << format_jst(v.applied) << "  " << v.actor << "  "
                << v.file_name << '\n';
    }
    return 0;
  }
  for (const auto& t : terms) {
    std::cout << t.id << "  " << matcher::to_string(t.kind) << "  "
              << matcher::to_string(t.severity);
    for (const auto& text : t.texts) std::cout << "  " << text;
    std::cout << '\n';
  }
  return 0;
}

}  // namespace

void add_terms_commands(CLI::App& app, Environment& env) {
  auto* group = app.add_subcommand(
      "terms", env.text("監視語：社名、案件名、パターン、ドメインとその類似",
                        "Watch terms: names, projects, patterns, domains and their look-alikes"));
  group->require_subcommand(1);
  auto file = std::make_shared<std::string>();
  const auto of_file = [&](const char* name, const char* ja, const char* en,
                           Result<int> (*run)(Environment&, const std::string&)) {
    auto* command = group->add_subcommand(name, env.text(ja, en));
    command->add_option("FILE", *file, env.text("監視語のファイル（YAML）", "Terms file (YAML)"))
        ->required();
    command->callback(
        [&env, file, run] { env.action = [&env, file, run] { return run(env, *file); }; });
  };
  of_file("check", "ファイルを調べるだけで、何も変えない", "Look at a file, change nothing", check);
  of_file("apply", "監視語を置き換える。以前の版は残る", "Replace the terms; older versions stay",
          apply);
  auto versions = std::make_shared<bool>(false);
  auto* list_command = group->add_subcommand(
      "list", env.text("使われている監視語の一覧", "The terms that are in force"));
  list_command->add_flag("--versions", *versions, env.text("版の一覧", "The versions instead"));
  list_command->callback(
      [&env, versions] { env.action = [&env, versions] { return list(env, *versions); }; });
}

}  // namespace hitokoe::app
