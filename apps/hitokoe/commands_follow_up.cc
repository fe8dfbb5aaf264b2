#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "apps/hitokoe/campaign_desk.h"

namespace hitokoe::app {
namespace {

namespace json = boost::json;
using incident::Difference;
using incident::FollowKind;

struct Arguments {
  std::string incident, lead, kind = "new_people", controller, reason;
  std::filesystem::path spec;
  std::vector<std::string> items;
  std::uint32_t version = 0;
};

void print_difference(std::ostream& out, const Difference& d, Language l) {
  for (const auto& [carrier, n] : d.carriers) {
    out << carrier << say(l, "  本人 ", "  people ") << n.people << say(l, "（通知済み ", " (told ")
        << n.told << say(l, "、未了 ", ", waiting ") << n.waiting
        << say(l, "、対象外 ", ", left out ") << n.excluded
        << say(l, "）  新しい人 ", ")  new people ") << n.new_people
        << say(l, "  新しい項目のある人 ", "  told, with new items ") << n.new_items;
    if (d.over_thousand(carrier)) out << say(l, "  1,000 人超（④）", "  over 1,000 (case 4)");
    out << '\n';
  }
}

std::uint64_t new_ones(const Difference& d) {
  std::uint64_t n = 0;
  for (const auto& [carrier, count] : d.carriers) n += count.new_people + count.new_items;
  return n;
}

Result<Difference> difference_of(Environment& env, CampaignDesk& desk, const std::string& id) {
  auto incidents = desk.incidents->service(env);
  TRY(const auto view, incidents.show(desk.viewer(), id));
  return desk.follow_up(env).difference(
      desk.viewer(), view.id, incident::carriers_of(view),
      [&](const std::string& carrier) { return incidents.subjects(view.id, carrier); });
}

Result<int> difference(Environment& env, const Arguments& a) {
  TRY(const auto desk, open_campaign_desk(env));
  TRY(const auto d, difference_of(env, *desk, a.incident));
  if (env.json) {
    std::cout << incident::to_json(d) << '\n';
  } else {
    print_difference(std::cout, d, env.language);
  }
  return new_ones(d) > 0 ? 1 : 0;
}

Result<int> follow(Environment& env, const Arguments& a) {
  incident::FollowRow row;
  TRY(row.kind, incident::follow_kind_by_name(a.kind));
  const bool chooses = !a.items.empty() || a.version != 0 || !a.controller.empty();
  if (chooses && row.kind != FollowKind::kCorrection) {
    return fail(Errc::kUsage, "--item, --version and --carrier choose whom a correction is for",
                "--item、--version、--carrier は correction の対象を選ぶ指定です");
  }
  for (const auto& name : a.items) {
    TRY(const auto field, identity::field_by_name(name));
    row.choice.items.insert(field);
  }
  row.choice.version = a.version;
  row.choice.controller = a.controller;
  row.reason = a.reason;
  TRY(const auto spec, read_spec(a.spec, a.lead));
  TRY(const auto desk, open_campaign_desk(env));
  TRY(const auto d, difference_of(env, *desk, a.incident));
  TRY(const auto made, desk->follow_up(env).create(desk->viewer(), a.incident, spec, row));
  TRYV(desk->incidents->sign(env));
  if (env.json) {
    std::cout << json::serialize(json::object{{"campaign", made.id},
                                              {"incident", made.incident},
                                              {"kind", to_string(row.kind)},
                                              {"state", to_string(made.state)},
                                              {"lead", made.spec.lead}})
              << '\n';
    return 0;
  }
  print_difference(std::cerr, d, env.language);
  std::cerr << say(env.language, "後からの連絡を始めました: ", "later campaign begun: ") << made.id
            << '\n';
  return 0;
}

}  // namespace

void add_follow_up_commands(CLI::App& group, Environment& env) {
  const auto a = std::make_shared<Arguments>();
  const auto take_incident = [&](CLI::App* command) {
    command
        ->add_option("incident,--incident", a->incident,
                     env.text("事案の番号（INC-YYYYMMDD-NNNN）", "Incident: INC-YYYYMMDD-NNNN"))
        ->required();
  };
  auto* shown = group.add_subcommand(
      "difference",
      env.text(
          "後から見つかった分：会社ごとに、通知済みの人、新しい人、新しい項目。あれば終了コード 1",
          "What came later: by carrier, who was told, new people, new items; "
          "exit 1 where there are some"));
  take_incident(shown);
  shown->callback([&env, a] { env.action = [&env, a] { return difference(env, *a); }; });

  auto* made = group.add_subcommand(
      "follow-up", env.text("後からの連絡を始める（新しい人、新しい項目、訂正）",
                            "Begin a later campaign: new people, new items, or a correction"));
  take_incident(made);
  made->add_option("--lead", a->lead,
                   env.text("代表して送信する事業者", "Party that sends for all"))
      ->required();
  made->add_option("--spec", a->spec,
                   env.text("差出人・窓口・文面の YAML ファイル", "YAML file: sender, desk, texts"))
      ->required();
  made->add_option("--kind", a->kind,
                   env.text("new_people、supplement（追加の項目だけ）、correction のいずれか",
                            "new_people, supplement (only the new items) or correction"));
  made->add_option("--item", a->items,
                   env.text("correction：この項目を知らせた人だけ",
                            "correction: only who was told one of these items"));
  made->add_option("--version", a->version,
                   env.text("correction：直前の連絡のこの版を受け取った人だけ",
                            "correction: only who got this version of the one before"));
  made->add_option(
      "--carrier", a->controller,
      env.text("correction：この通信会社の顧客だけ", "correction: only customers of this carrier"));
  made->add_option("--reason", a->reason,
                   env.text("理由。監査記録に残る", "Why; goes into the audit log"))
      ->required();
  made->callback([&env, a] { env.action = [&env, a] { return follow(env, *a); }; });
}

}  // namespace hitokoe::app
