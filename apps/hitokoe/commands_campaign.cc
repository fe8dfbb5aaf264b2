#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <iostream>
#include <memory>

#include "apps/command_line/interrupt.h"
#include "apps/command_line/progress_line.h"
#include "apps/hitokoe/campaign_desk.h"
#include "apps/hitokoe/campaign_tables.h"
#include "hitokoe/base/file.h"
#include "hitokoe/incident/campaign_proofs.h"

namespace hitokoe::app {
namespace {

namespace json = boost::json;
using command_line::Interrupt;
using command_line::ProgressLine;
using incident::CampaignSpec;
using incident::RequestFile;

struct CampaignOptions {
  std::string campaign, incident, lead, person, state, reason;
  std::filesystem::path spec, out, relay_log, signed_out;
  std::vector<std::filesystem::path> import;
  std::size_t samples = 3;
  bool without_missing = false;
  bool requests = false;
};

void print(const json::object& o) { std::cout << json::serialize(o) << '\n'; }

Result<int> begin(Environment& env, const CampaignOptions& o) {
  TRY(const auto spec, read_spec(o.spec, o.lead));
  TRY(const auto desk, open_campaign_desk(env));
  TRY(const auto view, desk->incidents->service(env).show(desk->viewer(), o.incident));
  TRY(const auto row, desk->service(env).create(desk->viewer(), view.id, spec));
  TRYV(desk->incidents->sign(env));
  if (env.json) {
    print({{"campaign", row.id},
           {"incident", row.incident},
           {"state", to_string(row.state)},
           {"lead", row.spec.lead}});
  } else {
    std::cerr << say(env.language, "一元連絡を始めました: ", "campaign begun: ") << row.id << '\n';
  }
  return 0;
}

std::filesystem::path request_path(const std::filesystem::path& dir, const std::string& party,
                                   const char* kind) {
  return dir / (party + "." + kind + ".request");  // "kou.contacts.request"
}

json::array tell_requests(Environment& env, const std::vector<RequestFile>& files,
                          const std::filesystem::path& dir, const char* kind) {
  json::array told;
  for (const auto& f : files) {
    const auto path = request_path(dir, f.party, kind).string();
    told.push_back(json::object{{"party", f.party}, {"customers", f.customers}, {"file", path}});
    if (env.json) continue;
    std::cerr << f.party << say(env.language, "  顧客 ", "  customers ") << f.customers << "  "
              << path << '\n';
  }
  return told;
}

// In `dir`, one file for each party, as they are made.
incident::TakeRequest request_writer(const std::filesystem::path& dir, const char* kind) {
  return [dir, kind](const RequestFile& f) -> Result<void> {
    return write_file_durably(request_path(dir, f.party, kind), f.file);
  };
}

Result<int> ask_for_contacts(Environment& env, CampaignDesk& desk, const std::string& campaign,
                             const std::filesystem::path& out) {
  TRY(const auto view, desk.incident_of(env, campaign));
  std::vector<std::string> carriers;
  carriers.reserve(view.subjects.size());
  for (const auto& [carrier, n] : view.subjects) carriers.push_back(carrier);
  auto incidents = desk.incidents->service(env);
  auto follow = desk.follow_up(env);
  ProgressLine line(env.language, command_line::Amount::kCount, env.clock, std::cerr,
                    command_line::wants_progress(env.json));
  const Interrupt interrupt;
  // A later campaign asks for those that the ones before have not told.
  const auto subjects_of =
      [&](const std::string& carrier) -> Result<std::vector<incident::AffectedSubject>> {
    TRY(auto all, incidents.subjects(view.id, carrier));
    return follow.subjects(campaign, std::move(all));
  };
  TRY(const auto files,
      desk.service(env).resolve(desk.viewer(), campaign, view, carriers, subjects_of,
                                {line.progress(), &Interrupt::asked}));
  line.erase();
  TRYV(make_private_dir(out));
  const auto write = request_writer(out, "contacts");
  for (const auto& f : files) {
    TRYV(write(f));
  }
  auto told = tell_requests(env, files, out, "contacts");
  TRYV(desk.incidents->sign(env));
  if (env.json) print({{"campaign", campaign}, {"requests", std::move(told)}});
  return 0;
}

// A file that is refused does not hinder the others. `take` tells about one that was taken; one
// that is there already is no error. @return was any refused?
struct Import {
  json::array told;
  bool refused = false;
};
Result<Import> import_all(Environment& env, const std::vector<std::filesystem::path>& files,
                          const std::function<Result<json::object>(ByteView)>& take) {
  Import out;
  for (const auto& path : files) {
    auto file = read_file(path);
    Result<json::object> taken = file ? take(file.value()) : Result<json::object>(file.error());
    json::object entry{{"file", path.string()}};
    if (taken) {
      entry["outcome"] = "imported";
      for (const auto& [key, value] : taken.value()) entry[key] = value;
    } else if (taken.error().code == Errc::kExists) {
      entry["outcome"] = "known";
      std::cerr << hitokoe::shown(path)
                << say(env.language, ": 取り込み済み\n", ": imported before\n");
    } else if (exit_code(taken.error().code) == 3) {
      entry["outcome"] = "refused";
      entry["what"] = taken.error().detail;
      entry["what_ja"] = taken.error().text(Language::kJapanese);
      out.refused = true;
      std::cerr << hitokoe::shown(path) << ": " << taken.error().text(env.language) << '\n';
    } else {
      return taken.error();
    }
    out.told.push_back(std::move(entry));
  }
  return out;
}

Result<int> import_contacts(Environment& env, CampaignDesk& desk, const std::string& campaign,
                            const std::vector<std::filesystem::path>& files) {
  auto service = desk.service(env);
  TRY(auto import, import_all(env, files, [&](ByteView file) -> Result<json::object> {
        TRY(const auto row, service.import_bundle(desk.viewer(), campaign, file));
        return json::object{{"party", row.controller},
                            {"contacts", row.contacts},
                            {"unresolved", row.unresolved},
                            {"missing", row.missing}};
      }));
  TRYV(desk.incidents->sign(env));
  TRY(const auto status, service.status(desk.viewer(), campaign));
  std::uint64_t without = 0;
  for (const auto& b : status.bundles) without += b.unresolved + b.missing;
  if (env.json) {
    print({{"campaign", campaign},
           {"bundles", std::move(import.told)},
           {"unanswered", json::array(status.unanswered.begin(), status.unanswered.end())}});
  } else {
    print_status(std::cerr, status, env.language);
  }
  if (import.refused) return exit_code(Errc::kBadInput);
  return without > 0 ? 1 : 0;
}

Result<int> resolve(Environment& env, const CampaignOptions& o) {
  if (o.out.empty() == o.import.empty()) {
    return fail(
        Errc::kUsage, "campaign resolve: give either --out DIR or --import BUNDLE…",
        "campaign resolve: --out フォルダ か --import 回答… のどちらか一方を指定してください");
  }
  TRY(const auto desk, open_campaign_desk(env));
  TRY(const auto campaign, desk->id_of(env, o.campaign));
  if (o.import.empty()) return ask_for_contacts(env, *desk, campaign, o.out);
  return import_contacts(env, *desk, campaign, o.import);
}

// A freeze that wrote its version and failed after it, with the requests: that is on record, and
// the version is what the next command works with. @return the error, with how it goes on
Result<int> end_half_frozen(Environment& env, CampaignDesk& desk, const std::string& campaign,
                            std::uint32_t version, const Error& error) {
  TRY(const auto frozen, desk.store->version(campaign, version));
  TRYV(desk.incidents->sign(env));
  const auto root = to_hex(frozen.root);
  const auto number = std::to_string(version);
  return fail(error.code, Words{"version " + number + " is frozen (root " + root +
                                    "), but not all requests were written; \"campaign freeze "
                                    "--requests\" writes them: ",
                                "第 " + number + " 版は凍結済み（ルート " + root +
                                    "）ですが、書き出せなかった承認依頼があります。campaign freeze "
                                    "--requests で書き出せます: "} +
                              error.words());
}

Result<int> freeze(Environment& env, const CampaignOptions& o) {
  if (o.requests && (o.without_missing || !o.spec.empty())) {
    return fail(
        Errc::kUsage, "campaign freeze --requests writes what is frozen and nothing else",
        "campaign freeze --requests は凍結済みの依頼を書き直すだけで、ほかの指定と併用できません");
  }
  TRY(const auto desk, open_campaign_desk(env));
  TRY(const auto campaign, desk->id_of(env, o.campaign));
  auto service = desk->service(env);
  if (o.requests) {
    TRYV(make_private_dir(o.out));
    TRY(const auto files,
        service.approval_requests(desk->viewer(), campaign, request_writer(o.out, "approval")));
    auto told = tell_requests(env, files, o.out, "approval");
    if (env.json) print({{"campaign", campaign}, {"requests", std::move(told)}});
    return 0;
  }
  incident::FreezeOptions options;
  options.without_missing = o.without_missing;
  if (!o.spec.empty()) {
    TRY(const auto row, desk->store->load(campaign));
    TRY(auto spec, read_spec(o.spec, row.spec.lead));
    TRY(options.spec, desk->follow_up(env).worded(campaign, std::move(spec)));
  }
  TRY(const auto view, desk->incident_of(env, campaign));
  TRYV(make_private_dir(o.out));
  options.take = request_writer(o.out, "approval");
  ProgressLine line(env.language, command_line::Amount::kCount, env.clock, std::cerr,
                    command_line::wants_progress(env.json));
  options.progress = line.progress();
  const Interrupt interrupt;
  options.stop = &Interrupt::asked;
  TRY(const auto before, desk->store->load(campaign));
  const auto done = service.freeze(desk->viewer(), campaign, view, options);
  line.erase();
  if (!done) {
    TRY(const auto after, desk->store->load(campaign));
    if (after.version == before.version) return done.error();
    return end_half_frozen(env, *desk, campaign, after.version, done.error());
  }
  const auto& frozen = done.value();
  TRYV(desk->follow_up(env).exclude_told(desk->viewer(), campaign));
  TRYV(desk->incidents->sign(env));
  if (!env.json) {
    const Language l = env.language;
    std::cerr << say(l, "第", "version ") << frozen.version.version
              << say(l, "版を凍結: 顧客 ", " frozen: customers ") << frozen.version.customers
              << say(l, "、本人 ", ", persons ") << frozen.version.persons
              << say(l, "（複数社 ", " (of several carriers ") << frozen.joined
              << say(l, "、宛先なし ", ", without an address ") << frozen.no_contact
              << say(l, "）\nルート ", ")\nroot ") << to_hex(frozen.version.root) << '\n';
  }
  auto told = tell_requests(env, frozen.requests, o.out, "approval");
  if (env.json) {
    print({{"campaign", campaign},
           {"version", frozen.version.version},
           {"root", to_hex(frozen.version.root)},
           {"customers", frozen.version.customers},
           {"persons", frozen.version.persons},
           {"recipients", frozen.recipients},
           {"no_contact", frozen.no_contact},
           {"joined", frozen.joined},
           {"requests", std::move(told)}});
  }
  return frozen.no_contact > 0 ? 1 : 0;
}

// What an auditor checks without us (`hitokoe-agent check-approval`): the files as they were
// signed.
Result<json::array> export_approvals(const incident::ApprovalState& state,
                                     const std::filesystem::path& folder) {
  TRYV(make_private_dir(folder));
  json::array told;
  told.reserve(state.given.size());
  for (const auto& given : state.given) {
    if (given.means != "key") continue;  // a log-in leaves nothing that others can check
    const auto path = folder / (given.party + ".approval");
    TRYV(write_file_durably(path, given.file));
    told.push_back(json::object{{"party", given.party}, {"file", path.string()}});
  }
  return told;
}

Result<int> approve(Environment& env, const CampaignOptions& o) {
  TRY(const auto desk, open_campaign_desk(env));
  TRY(const auto campaign, desk->id_of(env, o.campaign));
  auto service = desk->service(env);
  TRY(auto import, import_all(env, o.import, [&](ByteView file) -> Result<json::object> {
        TRY(const auto state, service.approve(desk->viewer(), campaign, file));
        return json::object{{"party", state.given.back().party}};
      }));
  if (!o.import.empty()) {
    TRYV(desk->incidents->sign(env));
  }
  TRY(const auto state, service.approvals(desk->viewer(), campaign));
  json::array exported;
  if (!o.signed_out.empty()) {
    TRY(exported, export_approvals(state, o.signed_out));
  }
  if (env.json) {
    auto out = to_object(state);
    out["campaign"] = campaign;
    out["files"] = std::move(import.told);
    out["exported"] = std::move(exported);
    print(out);
  } else {
    print_approvals(std::cerr, state, env.language);
  }
  return import.refused ? exit_code(Errc::kBadInput) : 0;
}

Result<int> preview(Environment& env, const CampaignOptions& o) {
  TRY(const auto desk, open_campaign_desk(env));
  TRY(const auto campaign, desk->id_of(env, o.campaign));
  TRY(const auto mails, desk->service(env).preview(desk->viewer(), campaign, o.samples));
  if (!env.json) {
    print_previews(std::cout, mails, env.language);
    return 0;
  }
  json::array told;
  for (const auto& m : mails) {
    told.push_back(
        json::object{{"person", m.person}, {"to", m.to}, {"subject", m.subject}, {"body", m.body}});
  }
  print({{"campaign", campaign}, {"mails", std::move(told)}});
  return 0;
}

Result<int> send(Environment& env, const CampaignOptions& o) {
  TRY(const auto desk, open_campaign_desk(env));
  TRY(const auto campaign, desk->id_of(env, o.campaign));
  return send_campaign(env, *desk, campaign);
}

Result<int> tell_status(Environment& env, CampaignDesk& desk, const std::string& campaign) {
  TRY(const auto status, desk.service(env).status(desk.viewer(), campaign));
  if (env.json) {
    print(to_object(status));
  } else {
    print_status(std::cout, status, env.language);
  }
  return needs_a_person(status.counts) ? 1 : 0;
}

Result<int> status(Environment& env, const CampaignOptions& o) {
  TRY(const auto desk, open_campaign_desk(env));
  TRY(const auto campaign, desk->id_of(env, o.campaign));
  return tell_status(env, *desk, campaign);
}

Result<int> pause(Environment& env, const CampaignOptions& o) {
  TRY(const auto desk, open_campaign_desk(env));
  TRY(const auto campaign, desk->id_of(env, o.campaign));
  TRYV(desk->service(env).pause(desk->viewer(), campaign));
  TRYV(desk->incidents->sign(env));
  if (env.json) {
    print({{"campaign", campaign}, {"state", "paused"}});
  } else {
    std::cerr << campaign
              << say(env.language, " を一時停止しました。campaign send で続きます。\n",
                     " is paused; campaign send goes on.\n");
  }
  return 0;
}

Result<incident::RelayLogReport> read_relay_log(Environment& env, CampaignDesk& desk,
                                                const std::string& campaign,
                                                const std::filesystem::path& path) {
  if (path == "-") return desk.service(env).reconcile(desk.viewer(), campaign, std::cin);
  std::ifstream in(path, std::ios::binary);
  std::error_code ignored;
  if (!in || std::filesystem::is_directory(path, ignored)) {
    return fail(Errc::kNotFound, hitokoe::shown(path) + ": cannot be read",
                hitokoe::shown(path) + ": 読めません");
  }
  return desk.service(env).reconcile(desk.viewer(), campaign, in);
}

Result<int> reconcile(Environment& env, const CampaignOptions& o) {
  if (o.relay_log.empty() == o.person.empty()) {
    return fail(Errc::kUsage,
                "campaign reconcile: give either --relay-log FILE, or --person P --state "
                "accepted|refused --reason TEXT",
                "campaign reconcile: --relay-log ファイル か、--person 本人 --state "
                "accepted|refused --reason 理由 のどちらかを指定してください");
  }
  if (!o.person.empty() && (o.state.empty() || o.reason.empty())) {
    return fail(Errc::kUsage, "campaign reconcile --person needs --state and --reason",
                "campaign reconcile --person には --state と --reason が必要");
  }
  TRY(const auto desk, open_campaign_desk(env));
  TRY(const auto campaign, desk->id_of(env, o.campaign));
  const Language l = env.language;
  json::object told{{"campaign", campaign}};
  if (!o.person.empty()) {
    const auto state = incident::delivery_state_by_name(o.state);
    if (!state)
      return fail(Errc::kUsage, "--state accepted or --state refused",
                  "--state は accepted または refused");
    TRYV(desk->service(env).settle(desk->viewer(), campaign, o.person, state.value(), o.reason));
    told["person"] = o.person;
    told["state"] = o.state;
    if (!env.json) std::cerr << o.person << "  " << shown(state.value(), l) << '\n';
  } else {
    TRY(const auto report, read_relay_log(env, *desk, campaign, o.relay_log));
    told["lines"] = report.lines;
    told["accepted"] = report.accepted;
    told["refused"] = report.refused;
    if (!env.json) {
      std::cerr << say(l, "ログ ", "lines ") << report.lines
                << say(l, "行から: 受理 ", " read: accepted ") << report.accepted
                << say(l, "、拒否 ", ", refused ") << report.refused << '\n';
    }
  }
  TRYV(desk->incidents->sign(env));
  TRY(const auto after, desk->service(env).status(desk->viewer(), campaign));
  const auto held = count_of(after.counts, incident::DeliveryState::kUnknownHeld);
  told["still_held"] = held;
  if (env.json) {
    print(told);
  } else {
    std::cerr << say(l, "結果不明のまま保留: ", "still unknown and held: ") << held << '\n';
  }
  return held > 0 ? 1 : 0;
}

Result<int> proof(Environment& env, const CampaignOptions& o) {
  TRY(const auto desk, open_campaign_desk(env));
  TRY(const auto campaign, desk->id_of(env, o.campaign));
  auto service = desk->service(env);
  TRY(const auto status, service.status(desk->viewer(), campaign));
  ProofPrinter printer(std::cout, env.json, env.language);
  if (o.person.empty()) {
    bool begun = false;
    TRYV(incident::each_proof(*desk->store, desk->viewer(), campaign,
                              [&](const incident::PersonProof& p) -> Result<void> {
                                if (!begun) printer.begin(status);
                                begun = true;
                                return printer.add(p);
                              }));
    if (!begun) printer.begin(status);
  } else {
    TRY(const auto proofs, service.proof(desk->viewer(), campaign, o.person));
    printer.begin(status);
    for (const auto& p : proofs) {
      TRYV(printer.add(p));
    }
  }
  printer.end();
  return 0;
}

Result<int> list(Environment& env) {
  TRY(const auto desk, open_campaign_desk(env));
  TRY(const auto rows, desk->service(env).list(desk->viewer()));
  if (!env.json) {
    print_campaigns(std::cout, rows, env.language);
    return 0;
  }
  json::array told;
  for (const auto& row : rows) {
    told.push_back(json::object{{"campaign", row.id},
                                {"incident", row.incident},
                                {"state", to_string(row.state)},
                                {"version", row.version},
                                {"lead", row.spec.lead},
                                {"created", format_utc(row.created)}});
  }
  print({{"campaigns", std::move(told)}});
  return 0;
}

class CampaignGroup {
 public:
  CampaignGroup(CLI::App& app, Environment& env)
      : env_(env),
        group_(
            app.add_subcommand("campaign", std::string(say(env.language, "一元連絡: 一人に一通だけ",
                                                           "The one notice for an incident")))) {
    group_->require_subcommand(1);
  }

  using Action = Result<int> (*)(Environment&, const CampaignOptions&);
  CLI::App* add(const char* name, std::string_view ja, std::string_view en, Action action) {
    auto* command = group_->add_subcommand(name, std::string(say(env_.language, ja, en)));
    command->callback([&env = env_, o = options_, action] {
      env.action = [&env, o, action] { return action(env, *o); };
    });
    return command;
  }
  CLI::App* add_for_one(const char* name, std::string_view ja, std::string_view en, Action action) {
    auto* command = add(name, ja, en, action);
    command
        ->add_option("campaign,--campaign", options_->campaign,
                     env_.text("一元連絡（CMP-…）、またはその事案（INC-…）",
                               "Campaign CMP-…, or its incident INC-…"))
        ->required();
    return command;
  }
  CampaignOptions& options() { return *options_; }

 private:
  Environment& env_;
  CLI::App* group_;
  std::shared_ptr<CampaignOptions> options_ = std::make_shared<CampaignOptions>();
};

}  // namespace

void add_campaign_commands(CLI::App& app, Environment& env) {
  CampaignGroup group(app, env);
  auto& o = group.options();

  auto* command =
      group.add("new", "事案の一元連絡を始める", "Begin the campaign of an incident", begin);
  command
      ->add_option("--incident", o.incident,
                   env.text("事案の番号（INC-YYYYMMDD-NNNN）", "Incident: INC-YYYYMMDD-NNNN"))
      ->required();
  command
      ->add_option("--lead", o.lead, env.text("代表して送信する事業者", "Party that sends for all"))
      ->required();
  command
      ->add_option("--spec", o.spec,
                   env.text("差出人・窓口・文面の YAML ファイル", "YAML file: sender, desk, texts"))
      ->required();

  command = group.add_for_one("resolve", "通信会社に連絡先を照会し、回答を取り込む",
                              "Ask the carriers for contacts, and take their answers", resolve);
  command->add_option("--out", o.out,
                      env.text("通信会社ごとの照会ファイルを置くフォルダ",
                               "Folder for one request file per carrier"));
  command->add_option("--import", o.import,
                      env.text("`hitokoe-agent resolve` が作った連絡先の束",
                               "Bundles that `hitokoe-agent resolve` made"));

  command = group.add_for_one("freeze", "文面と宛先を凍結し、承認依頼を書き出す",
                              "Freeze text and recipients; write the approval requests", freeze);
  command
      ->add_option(
          "--out", o.out,
          env.text("事業者ごとの承認依頼を置くフォルダ", "Folder for one request file per party"))
      ->required();
  command->add_option(
      "--spec", o.spec,
      env.text("文面や窓口を替える：新しい版になる", "Another text or desk: a new version"));
  command->add_flag("--without-missing", o.without_missing,
                    env.text("回答のない通信会社があっても進める：その顧客には届かない",
                             "Although a carrier has not answered: its customers get no mail"));
  command->add_flag("--requests", o.requests,
                    env.text("凍結した版の承認依頼をもう一度書くだけ",
                             "Only write the requests of the frozen version again"));

  command = group.add_for_one("approve", "署名済みの承認を取り込み、状況を示す",
                              "Take signed approvals; show who approved", approve);
  command->add_option("--import", o.import,
                      env.text("`hitokoe-agent approve` が作った承認書",
                               "Approvals that `hitokoe-agent approve` made"));
  command->add_option("--export", o.signed_out,
                      env.text("署名済みの承認書を監査用に書き出すフォルダ",
                               "A folder for the signed approvals, for an auditor"));

  command = group.add_for_one("preview", "通知を伏せ字で見る", "Some notices, masked", preview);
  command->add_option("--samples", o.samples, env.text("見る通数", "How many notices"))
      ->capture_default_str()
      ->check(CLI::Range(1, 100));

  group.add_for_one("send", "送信する。中断後は続きから", "Send; after a stop it goes on", send);
  group.add_for_one("pause", "送信を一時停止する", "Pause the sending", pause);

  command = group.add_for_one("reconcile", "結果不明の人を確定する",
                              "Settle persons whose outcome is unknown", reconcile);
  command->add_option("--relay-log", o.relay_log,
                      env.text("中継サーバの記録（Postfix）。- は標準入力",
                               "Log of the relay (Postfix), or - for stdin"));
  command->add_option("--person", o.person,
                      env.text("判断によって確定する一人", "One person, by a decision"));
  command->add_option(
      "--state", o.state,
      env.text("確定する結果（accepted または refused）", "Outcome: accepted or refused"));
  command->add_option("--reason", o.reason,
                      env.text("理由。監査記録に残る", "Why; goes into the audit log"));

  group.add_for_one("status", "状況。人の判断が要れば終了コード 1",
                    "Where it stands; exit 1 where a person is needed", status);
  command = group.add_for_one("proof", "一人ひとりの送信の証跡",
                              "Who got which version, when, and what the server said", proof);
  command->add_option("--person", o.person, env.text("この人だけ", "Only this person"));

  group.add("list", "一元連絡の一覧", "All campaigns",
            [](Environment& e, const CampaignOptions&) { return list(e); });
  add_channel_commands(*app.get_subcommand("campaign"), env);
  add_decision_commands(*app.get_subcommand("campaign"), env);
  add_follow_up_commands(*app.get_subcommand("campaign"), env);
}

}  // namespace hitokoe::app
