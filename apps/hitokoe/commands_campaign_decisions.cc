#include <algorithm>
#include <boost/json.hpp>
#include <iostream>
#include <map>
#include <memory>

#include "apps/hitokoe/campaign_desk.h"
#include "apps/hitokoe/campaign_tables.h"
#include "hitokoe/base/file.h"
#include "hitokoe/identity/canonical.h"
#include "hitokoe/incident/campaign_prior.h"
#include "hitokoe/text/charset.h"
#include "hitokoe/text/csv.h"

namespace hitokoe::app {
namespace {

namespace json = boost::json;
using identity::FieldId;
using incident::CampaignPrior;
using incident::PriorDecision;
using incident::PriorMatch;
using incident::PriorRow;

constexpr std::uint64_t kMostSpec = 1U << 20;
constexpr std::uint64_t kMostList = 1U << 30;

struct DecisionOptions {
  std::string campaign, party, reason, to, columns, decision;
  std::filesystem::path spec, file;
  std::uint32_t of_version = 0;
};

void print(const json::object& o) { std::cout << json::serialize(o) << '\n'; }

Result<int> lint(Environment& env, const DecisionOptions& o) {
  if (o.campaign.empty()) {
    TRYV(read_spec(o.spec, "lead"));
  } else {
    TRY(const auto desk, open_campaign_desk(env));
    TRY(const auto campaign, desk->id_of(env, o.campaign));
    TRY(const auto row, desk->store->load(campaign));
    TRY(const auto spec, read_spec(o.spec, row.spec.lead));
    TRY(const auto view, desk->incident_of(env, campaign));
    TRYV(desk->service(env).lint(desk->viewer(), campaign, view, spec));
  }
  if (env.json) {
    print({{"file", o.spec.string()}, {"ok", true}});
  } else {
    std::cerr << hitokoe::shown(o.spec)
              << say(env.language, ": 問題はありません\n", ": nothing is wrong with it\n");
  }
  return 0;
}

Result<int> test_send(Environment& env, const DecisionOptions& o) {
  TRY(const auto desk, open_campaign_desk(env));
  TRY(const auto campaign, desk->id_of(env, o.campaign));
  return send_test(env, *desk, campaign, o.to);
}

Result<int> refuse(Environment& env, const DecisionOptions& o) {
  TRY(const auto desk, open_campaign_desk(env));
  TRY(const auto campaign, desk->id_of(env, o.campaign));
  // Without a word about which: the one in force now.
  incident::ShownVersion shown{o.of_version, std::nullopt};
  if (shown.version == 0) {
    TRY(const auto row, desk->store->load(campaign));
    shown.version = row.version;
  }
  TRY(const auto state,
      desk->service(env).refuse(desk->viewer(), campaign, o.party, o.reason, shown));
  TRYV(desk->incidents->sign(env));
  if (env.json) {
    auto told = to_object(state);
    told["campaign"] = campaign;
    print(told);
  } else {
    print_approvals(std::cerr, state, env.language);
  }
  return 1;  // somebody has to talk with them
}

// "氏名=name,電話番号=phone" → which field a header has.
Result<std::map<std::string, FieldId>> columns_of(const std::string& text) {
  const std::map<std::string, FieldId> known = {
      {"name", FieldId::kName}, {"email", FieldId::kEmail}, {"phone", FieldId::kPhone}};
  std::map<std::string, FieldId> out;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find(',', at), text.size());
    const auto one = text.substr(at, end - at);
    const auto equal = one.rfind('=');
    const auto field = equal == std::string::npos ? known.end() : known.find(one.substr(equal + 1));
    if (field == known.end()) {
      return fail(Errc::kUsage, "--columns 'Name=name,Phone=phone,Mail=email'",
                  "--columns は '氏名=name,電話番号=phone,メール=email' の形で指定");
    }
    out[one.substr(0, equal)] = field->second;
    at = end + 1;
  }
  return out;
}

std::string canonical(FieldId field, std::string_view raw) {
  std::vector<std::string> out;
  identity::normalize(field, raw, identity::Side::kHolder, out);
  return out.empty() ? std::string() : std::move(out.front());
}

// Reads the list row by row into the matcher. @return rows that could not be read
Result<std::uint64_t> read_list(const DecisionOptions& o, CampaignPrior::Matcher& matcher) {
  TRY(const auto wanted, columns_of(o.columns));
  TRY(const auto bytes, read_file(o.file, kMostList));
  const auto head = ByteView(bytes).first(std::min<std::size_t>(bytes.size(), 1U << 16));
  const auto decoded = text::decode(bytes, text::detect(head));
  std::vector<std::optional<FieldId>> fields;
  std::uint64_t faults = 0;
  text::CsvReader reader(
      {},
      [&](const text::CsvRow& row) -> Result<void> {
        if (fields.empty()) {
          std::size_t found = 0;
          for (const auto header : row.fields) {
            const auto at = wanted.find(std::string(header));
            fields.push_back(at == wanted.end() ? std::nullopt : std::optional(at->second));
            found += fields.back() ? 1U : 0U;
          }
          if (found < wanted.size())
            return fail(Errc::kBadInput, hitokoe::shown(o.file) + ":1: a column is missing",
                        hitokoe::shown(o.file) + ":1: 指定した列がありません");
          return ok();
        }
        PriorRow prior;
        for (std::size_t i = 0; i < std::min(fields.size(), row.fields.size()); ++i) {
          if (fields[i] == FieldId::kName) prior.name = canonical(FieldId::kName, row.fields[i]);
          if (fields[i] == FieldId::kEmail) prior.email = canonical(FieldId::kEmail, row.fields[i]);
          if (fields[i] == FieldId::kPhone) prior.phone = canonical(FieldId::kPhone, row.fields[i]);
        }
        matcher.add(prior);
        return ok();
      },
      [&](std::uint64_t, text::CsvFault) { ++faults; });
  TRYV(reader.feed(decoded.utf8));
  TRYV(reader.finish());
  return faults;
}

Result<int> compare_and_decide(Environment& env, const DecisionOptions& o) {
  if (!o.decision.empty() && o.decision != "exclude" && o.decision != "correct")
    return fail(Errc::kUsage, "--decision exclude or correct", "--decision は exclude か correct");
  if (o.decision.empty() != o.reason.empty())
    return fail(Errc::kUsage, "a decision needs --reason, and a reason --decision",
                "--decision と --reason は一緒に指定してください");
  TRY(const auto desk, open_campaign_desk(env));
  TRY(const auto campaign, desk->id_of(env, o.campaign));
  CampaignPrior prior(desk->parts(env));
  TRY(auto matcher, prior.matcher(desk->viewer(), campaign));
  TRY(const auto unreadable, read_list(o, matcher));
  const auto match = matcher.take();
  std::uint64_t decided = 0;
  if (!o.decision.empty()) {
    TRY(decided,
        prior.decide(desk->viewer(), campaign, match,
                     o.decision == "exclude" ? PriorDecision::kExclude : PriorDecision::kCorrect,
                     o.reason));
    TRYV(desk->incidents->sign(env));
  }
  if (env.json) {
    print({{"campaign", campaign},
           {"rows", match.rows},
           {"persons", json::array(match.persons.begin(), match.persons.end())},
           {"unmatched", match.unmatched},
           {"ambiguous", match.ambiguous},
           {"unreadable", unreadable},
           {"decision", o.decision.empty() ? json::value(nullptr) : json::value(o.decision)},
           {"decided", decided}});
  } else {
    const Language l = env.language;
    std::cerr << say(l, "行 ", "rows ") << match.rows << say(l, "、該当する本人 ", "; persons ")
              << match.persons.size() << say(l, "、該当なし ", "; of nobody here ")
              << match.unmatched << say(l, "、区別できない ", "; not told apart ")
              << match.ambiguous << say(l, "、読めない ", "; unreadable ") << unreadable << '\n';
    if (!o.decision.empty()) {
      std::cerr << (o.decision == "exclude"
                        ? say(l, "通知の対象から外した人 ", "excluded: ")
                        : say(l, "訂正として通知する人 ", "notified as a correction: "))
                << decided << '\n';
    } else if (!match.persons.empty()) {
      std::cerr << say(l, "--decision exclude または correct で決めてください。\n",
                       "Decide with --decision exclude or correct.\n");
    }
  }
  const bool open = o.decision.empty() && !match.persons.empty();
  return open || match.ambiguous + unreadable > 0 ? 1 : 0;
}

Result<int> exclude(Environment& env, const DecisionOptions& given) {
  auto o = given;
  o.decision = "exclude";
  return compare_and_decide(env, o);
}

}  // namespace

Result<incident::CampaignSpec> read_spec(const std::filesystem::path& path, std::string lead) {
  TRY(const auto bytes, read_file(path, kMostSpec));
  return incident::parse_spec(as_text(bytes), hitokoe::shown(path), std::move(lead));
}

void add_decision_commands(CLI::App& group, Environment& env) {
  const auto o = std::make_shared<DecisionOptions>();
  using Action = Result<int> (*)(Environment&, const DecisionOptions&);
  const auto add = [&](const char* name, std::string_view ja, std::string_view en, Action action) {
    auto* command = group.add_subcommand(name, std::string(say(env.language, ja, en)));
    command->callback(
        [&env, o, action] { env.action = [&env, o, action] { return action(env, *o); }; });
    return command;
  };
  const auto campaign_text = env.text("一元連絡（CMP-…）、またはその事案（INC-…）",
                                      "Campaign CMP-…, or its incident INC-…");
  const auto add_for_one = [&](const char* name, std::string_view ja, std::string_view en,
                               Action action) {
    auto* command = add(name, ja, en, action);
    command->add_option("campaign,--campaign", o->campaign, campaign_text)->required();
    return command;
  };
  const auto reason_text = env.text("理由。監査記録に残る", "Why; goes into the audit log");
  auto* command = add("lint", "文面のファイルを調べる", "Look at a file of texts", lint);
  command->add_option("spec", o->spec, env.text("文面の YAML ファイル", "YAML file with the texts"))
      ->required();
  command->add_option("--campaign", o->campaign,
                      env.text("この一元連絡で示せない名前も調べる",
                               "Also for names that may not stand in this campaign"));
  command = add_for_one("test-send", "伏せ字の 1 通を自分の宛先に送って試す",
                        "One masked notice to an address of your own", test_send);
  command->add_option("--to", o->to, env.text("試験の宛先", "Where to"))->required();
  command = add_for_one("refuse", "承認しないという回答を記録する",
                        "A party withholds its approval, and why", refuse);
  command->add_option("--party", o->party, env.text("事業者", "Party"))->required();
  command->add_option("--reason", o->reason, reason_text)->required();
  command->add_option("--of-version", o->of_version,
                      env.text("読んだ版の番号。その後に変わっていれば拒否（省略時は有効な版）",
                               "The version that was read; refused where it changed since "
                               "(default: the one in force)"));
  const auto columns = [&](CLI::App* to) {
    to->add_option("file", o->file, env.text("CSV の一覧", "List as CSV"))->required();
    to->add_option("--columns", o->columns,
                   env.text("列と項目: 氏名=name,電話番号=phone,メール=email",
                            "Columns and fields, as Name=name,Phone=phone,Mail=email"))
        ->required();
  };
  command = add_for_one("import-notified", "先に連絡を受けた人の一覧と比べ、扱いを決める",
                        "Compare with a list of people who were notified before; decide",
                        compare_and_decide);
  columns(command);
  command->add_option("--decision", o->decision,
                      env.text("exclude（送らない）または correct（訂正として送る）",
                               "exclude (no notice) or correct (it corrects the earlier one)"));
  command->add_option("--reason", o->reason, reason_text);
  command =
      add_for_one("exclude", "送ってはいけない人（故人など）の一覧を除く",
                  "Leave out people who must not be written to (deceased, for example)", exclude);
  columns(command);
  command->add_option("--reason", o->reason, reason_text)->required();
}

}  // namespace hitokoe::app
