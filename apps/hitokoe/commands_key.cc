#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "apps/hitokoe/environment.h"
#include "hitokoe/base/file.h"
#include "hitokoe/identity/ceremony.h"
#include "hitokoe/identity/field.h"
#include "hitokoe/identity/issue.h"
#include "hitokoe/registry/supervision.h"

namespace hitokoe::app {
namespace {

namespace json = boost::json;
using identity::KeyKind;
using identity::KeyStore;

constexpr std::uint64_t kMostEnrolment = 64U << 10;

std::string own(const std::string& party) { return "own:" + party; }

// The service as its agents know it: the same kind of fingerprint as a party's.
Result<std::string> service_fingerprint(KeyStore& keys) {
  TRY(const auto sign, keys.service_sign());
  TRY(const auto box, keys.service_box());
  return identity::enrolment_fingerprint({"service", box.public_key, sign.public_key});
}

Result<int> init(Environment& env) {
  TRY(const auto passphrase, KeyStore::passphrase_from_environment());
  TRYV(make_private_dir(env.data));
  TRYV(KeyStore::init(env.data, passphrase, env.clock, env.random));
  TRY(auto keys, KeyStore::open(env.data, passphrase, env.clock, env.random));
  TRY(const auto fingerprint, service_fingerprint(keys));
  if (env.json) {
    std::cout << json::serialize(json::object{{"data", env.data.string()},
                                              {"service_fingerprint", fingerprint},
                                              {"epochs", json::array{1}}})
              << '\n';
    return 0;
  }
  std::cerr << say(env.language, "鍵庫を作りました。パスフレーズを失うと復旧できません。\n",
                   "The key store is made. Without its passphrase nothing can be recovered.\n")
            << say(env.language, "サービスの指紋: ", "fingerprint of the service: ") << fingerprint
            << '\n';
  return 0;
}

struct IssueOptions {
  std::filesystem::path enrol;
  std::string delegation;
  std::string own;
  std::filesystem::path out;
  bool replace = false;
};

// Who gets the key, for whose customers, with which fields.
using identity::Grant;

Result<Grant> grant_of(const registry::Registry& registry, const IssueOptions& options) {
  if (!options.delegation.empty()) {
    const auto* d = registry.delegation(options.delegation);
    if (d == nullptr) {
      return fail(Errc::kNotFound,
                  "delegation " + options.delegation +
                      " is not in the registry: `hitokoe registry apply` first",
                  "委託 " + options.delegation +
                      " は台帳にありません: 先に `hitokoe registry apply` を実行してください");
    }
    return Grant{d->to, d->controller, d->id, d->items};
  }
  if (registry.party(options.own) == nullptr) {
    return fail(Errc::kNotFound,
                "party " + options.own + " is not in the registry: `hitokoe registry apply` first",
                "事業者 " + options.own +
                    " は台帳にありません: 先に `hitokoe registry apply` を実行してください");
  }
  return identity::own_grant(options.own);
}

Result<identity::Enrolment> enrolment_for(KeyStore& keys, const Grant& grant,
                                          const IssueOptions& options) {
  if (options.enrol.empty()) return keys.enrolment(grant.party);
  TRY(const auto file, read_file(options.enrol, kMostEnrolment));
  auto enrolment = identity::decode_enrolment(file);
  if (!enrolment) {
    return fail(enrolment.error().code, shown(options.enrol) + ": " + enrolment.error().words());
  }
  if (enrolment.value().party != grant.party) {
    return fail(Errc::kForbidden,
                shown(options.enrol) + ": is the enrolment of " + enrolment.value().party +
                    ", but the key is for " + grant.party,
                shown(options.enrol) + ": " + enrolment.value().party + " の登録ファイル。鍵は " +
                    grant.party + " のもの");
  }
  TRYV(keys.enrol(enrolment.value(), options.replace));
  return std::move(enrolment).value();
}

Result<int> issue(Environment& env, const IssueOptions& options) {
  if (options.delegation.empty() == options.own.empty()) {
    return fail(Errc::kUsage, "key issue: give either --delegation or --own",
                "key issue: --delegation か --own のどちらか一方を指定してください");
  }
  TRY(auto keys, env.open_key_store());
  TRY(const auto registry, env.load_registry());
  TRY(const auto grant, grant_of(registry, options));
  TRY(const auto enrolment, enrolment_for(keys, grant, options));

  TRY(const auto key, identity::make_issued_key(keys, grant, env.clock.now()));
  TRY(const auto sign, keys.service_sign());
  TRYV(write_file_durably(options.out, identity::encode_issued_key(key, enrolment, sign)));

  const auto fingerprint = identity::enrolment_fingerprint(enrolment);
  TRY(const auto service, service_fingerprint(keys));
  if (env.json) {
    json::array items;
    for (const auto item : key.items) items.emplace_back(identity::field_info(item).name);
    json::array epochs;
    for (const auto& e : key.epochs) epochs.emplace_back(e.epoch);
    std::cout << json::serialize(json::object{{"party", key.party},
                                              {"controller", key.controller},
                                              {"delegation", key.delegation},
                                              {"items", items},
                                              {"epochs", epochs},
                                              {"enrolment_fingerprint", fingerprint},
                                              {"service_fingerprint", service},
                                              {"out", options.out.string()}})
              << '\n';
    return 0;
  }
  const bool ja = env.language == Language::kJapanese;
  if (ja) {
    std::cerr << key.party << " への鍵 (" << key.delegation << ") を " << shown(options.out)
              << " に書きました。\n"
              << "渡す前に電話で照合してください。\n"
              << "  " << key.party << " の指紋:   " << fingerprint << "\n"
              << "  サービスの指紋: " << service << '\n';
  } else {
    std::cerr << "The key of " << key.party << " (" << key.delegation << ") is in "
              << shown(options.out) << ".\n"
              << "Compare by phone before it is handed over:\n"
              << "  fingerprint of " << key.party << ": " << fingerprint << "\n"
              << "  fingerprint of the service: " << service << '\n';
  }
  return 0;
}

struct Target {
  std::vector<std::string> delegations, snapshots, indexes, campaigns, incidents, days, access_logs;
  std::vector<std::uint32_t> epochs;
  bool new_epoch = false;
  bool yes = false;
};

// The caches hold values of all holders of a carrier: under a new key the old files are noise, and
// the next change of the index builds them again from the entries that can still be read.
Result<void> renew_caches(KeyStore& keys, const std::set<std::string>& controllers) {
  const auto renew = [&](KeyKind kind, const std::string& name) -> Result<void> {
    const auto done = keys.replace(kind, name);
    if (!done && done.error().code != Errc::kNotFound && done.error().code != Errc::kForbidden) {
      return done.error();
    }
    return ok();
  };
  for (const auto& controller : controllers) {
    TRYV(renew(KeyKind::kIndex, controller));
  }
  return renew(KeyKind::kFilter, "all");
}

Result<int> told(Environment& env, const json::object& what, std::string_view ja,
                 std::string_view en) {
  if (env.json) {
    std::cout << json::serialize(what) << '\n';
  } else {
    std::cerr << say(env.language, ja, en) << '\n';
  }
  return 0;
}

Result<int> rotate(Environment& env, const Target& target) {
  TRY(auto keys, env.open_key_store());
  json::array rotated;
  for (const auto& d : target.delegations) {
    TRYV(keys.replace(KeyKind::kDelegation, d));
    rotated.push_back(json::object{{"kind", "delegation"}, {"name", d}});
  }
  if (!target.indexes.empty()) {
    for (const auto& t : target.indexes) {
      TRYV(keys.replace(KeyKind::kIndex, t));
      rotated.push_back(json::object{{"kind", "index"}, {"name", t}});
    }
    TRYV(renew_caches(keys, {}));
  }
  if (target.new_epoch) {
    TRY(const auto epoch, keys.add_epoch());
    rotated.push_back(json::object{{"kind", "epoch"}, {"name", std::to_string(epoch)}});
  }
  if (rotated.empty()) {
    return fail(
        Errc::kUsage, "key rotate: give --delegation D, --index CONTROLLER or --epoch",
        "key rotate: --delegation D、--index 通信会社、--epoch のいずれかを指定してください");
  }
  const bool issue_again = !target.delegations.empty() || target.new_epoch;
  return told(env, {{"rotated", rotated}, {"issue_again", issue_again}},
              issue_again
                  ? "鍵を更新しました。該当する事業者へ `key issue` で鍵を渡し直してください。"
                    "取り込み済みの断面はそのまま使えます。"
                  : "鍵を更新しました。索引は次の更新時に作り直されます。",
              issue_again ? "Rotated. Issue the keys of the parties concerned again (`key issue`); "
                            "snapshots that were added stay usable."
                          : "Rotated. The index is built again at its next change.");
}

Result<void> confirm(const Environment& env, bool yes, const std::string& question) {
  if (yes) return ok();
  if (::isatty(STDIN_FILENO) == 0) {
    return fail(Errc::kUsage, question + ": not confirmed; use --yes where nobody can be asked",
                question + ": 確認が必要です。尋ねられないときは --yes");
  }
  std::cerr << question << say(env.language, "。よろしいですか [yes/N] ", ". Go on? [yes/N] ");
  std::string answer;
  std::getline(std::cin, answer);
  if (answer != "yes")
    return fail(Errc::kCancelled, "nothing was destroyed", "何も破棄していません");
  return ok();
}

// By whose choice the key of a contract went; the choice itself stands in the registry.
Result<void> record_destroyed(Environment& env, KeyStore& keys, const registry::Registry& registry,
                              const std::vector<std::string>& delegations) {
  TRY(const auto db, env.open_database());
  const auto log = storage::make_audit_log(db);
  for (const auto& d : delegations) {
    const auto* supervision = registry.supervision().of(d);
    if (supervision == nullptr || !supervision->closed) continue;  // a carrier's own
    const auto& closed = *supervision->closed;
    const json::object body{{"delegation", d},
                            {"chosen_by", closed.by},
                            {"chosen_on", format_day(closed.on)},
                            {"ref", closed.ref}};
    TRYV(log->append(
        {env.local_viewer(keys).user(), "delegation/" + d, "key.destroyed", json::serialize(body)},
        env.clock.now()));
  }
  return ok();
}

Result<void> record_logs_destroyed(Environment& env, KeyStore& keys,
                                   const std::vector<std::string>& delegations) {
  if (delegations.empty()) return ok();
  TRY(const auto db, env.open_database());
  const auto log = storage::make_audit_log(db);
  for (const auto& d : delegations) {
    TRYV(log->append({env.local_viewer(keys).user(), "delegation/" + d, "access_log.key_destroyed",
                      json::serialize(json::object{{"delegation", d}})},
                     env.clock.now()));
  }
  return ok();
}

Result<int> destroy(Environment& env, const Target& target) {
  TRY(auto keys, env.open_key_store());
  TRY(const auto registry, env.load_registry());
  std::vector<std::pair<KeyKind, std::string>> doomed;
  std::set<std::string> controllers;
  const auto doom_snapshot = [&](const registry::Snapshot& s) {
    doomed.emplace_back(KeyKind::kStore, s.id);
    controllers.insert(s.controller);
  };
  for (const auto& d : target.delegations) {
    // A carrier's key for its own customers is no contractor's, and ends with no contract.
    if (!d.starts_with("own:")) {
      TRYV(registry::may_destroy_key(registry, d, jst_day(env.clock.now())));
    }
    doomed.emplace_back(KeyKind::kDelegation, d);
    for (const auto& s : registry.snapshots()) {
      if ((s.own ? own(s.holder) : s.delegation) == d) doom_snapshot(s);
    }
  }
  for (const auto& id : target.snapshots) {
    const auto* s = registry.snapshot(id);
    if (s != nullptr) {
      doom_snapshot(*s);
    } else {  // no longer in the registry: its key is what counts
      doomed.emplace_back(KeyKind::kStore, id);
      for (const auto& p : registry.parties()) controllers.insert(p.id);
    }
  }
  for (const auto& t : target.indexes) doomed.emplace_back(KeyKind::kIndex, t);
  for (const auto& c : target.campaigns) doomed.emplace_back(KeyKind::kCampaign, c);
  for (const auto& i : target.incidents) doomed.emplace_back(KeyKind::kIncident, i);
  for (const auto& d : target.days) doomed.emplace_back(KeyKind::kCaptureDay, d);
  for (const auto& d : target.access_logs) doomed.emplace_back(KeyKind::kAccessLog, d);
  for (const auto e : target.epochs) doomed.emplace_back(KeyKind::kEpoch, std::to_string(e));
  if (doomed.empty()) {
    return fail(Errc::kUsage,
                "key destroy: give --delegation, --snapshot, --index, --epoch, --campaign, "
                "--incident, --capture-day or --access-logs",
                "key destroy: --delegation、--snapshot、--index、--epoch、--campaign、--incident、"
                "--capture-day、--access-logs のいずれかを指定してください");
  }
  std::string names;
  for (const auto& [kind, name] : doomed) {
    names += " " + std::string(identity::to_string(kind)) + "/" + name;
  }
  TRYV(confirm(env, target.yes,
               std::string(say(env.language, "次の鍵を永久に破棄します:",
                               "These keys will be destroyed for good:")) +
                   names));
  json::array destroyed;
  for (const auto& [kind, name] : doomed) {
    const auto done = keys.destroy(kind, name);
    // A snapshot of the registry whose file never came has no key.
    const bool by_delegation = kind == KeyKind::kStore && !target.delegations.empty();
    if (!done && !(by_delegation && done.error().code == Errc::kNotFound)) return done.error();
    if (done) {
      destroyed.push_back(json::object{{"kind", identity::to_string(kind)}, {"name", name}});
    }
  }
  TRYV(record_destroyed(env, keys, registry, target.delegations));
  TRYV(record_logs_destroyed(env, keys, target.access_logs));
  if (!target.epochs.empty()) {
    for (const auto& p : registry.parties()) controllers.insert(p.id);
  }
  if (!controllers.empty()) {
    TRYV(renew_caches(keys, controllers));
  }
  return told(env, {{"destroyed", destroyed}},
              "破棄しました。これより前に取ったバックアップも廃棄してください。",
              "Destroyed. Destroy the backups that were made before, too.");
}

Result<int> backup(Environment& env, const std::filesystem::path& out) {
  TRY(const auto keys, env.open_key_store());
  TRYV(keys.backup(out));
  return told(env, {{"out", out.string()}}, "バックアップを書きました。", "The backup is written.");
}

Result<int> restore(Environment& env, const std::filesystem::path& from) {
  TRY(const auto passphrase, KeyStore::passphrase_from_environment());
  TRYV(KeyStore::restore(from, env.data, passphrase, env.clock, env.random));
  return told(env, {{"restored", from.string()}},
              "復元しました。索引は次の更新時に作り直されます。",
              "Restored. The index is built again at its next change.");
}

Result<int> list(Environment& env) {
  TRY(auto keys, env.open_key_store());
  TRY(const auto service, service_fingerprint(keys));
  if (env.json) {
    json::array entries;
    for (const auto& e : keys.list()) {
      json::object o{{"kind", identity::to_string(e.kind)},
                     {"name", e.name},
                     {"generation", e.generation},
                     {"created", format_utc(e.created)}};
      o["destroyed"] = e.destroyed ? json::value(format_utc(*e.destroyed)) : json::value(nullptr);
      entries.push_back(std::move(o));
    }
    json::array parties;
    for (const auto& e : keys.enrolments()) {
      parties.push_back(json::object{{"party", e.enrolment.party},
                                     {"fingerprint", identity::enrolment_fingerprint(e.enrolment)},
                                     {"at", format_utc(e.at)}});
    }
    std::cout << json::serialize(json::object{
                     {"service_fingerprint", service}, {"keys", entries}, {"enrolments", parties}})
              << '\n';
    return 0;
  }
  const auto l = env.language;
  std::cout << say(l, "サービスの指紋  ", "service  ") << service << '\n';
  for (const auto& e : keys.list()) {
    std::cout << identity::to_string(e.kind) << "  " << e.name << "  "
              << say(l, "世代 ", "generation ") << e.generation << "  " << format_jst(e.created);
    if (e.destroyed) {
      std::cout << "  " << say(l, "破棄 ", "destroyed ") << format_jst(*e.destroyed);
    }
    std::cout << '\n';
  }
  for (const auto& e : keys.enrolments()) {
    std::cout << say(l, "登録  ", "enrolled  ") << e.enrolment.party << "  "
              << identity::enrolment_fingerprint(e.enrolment) << "  " << format_jst(e.at) << '\n';
  }
  return 0;
}

}  // namespace

void add_key_commands(CLI::App& app, Environment& env) {
  auto* key = app.add_subcommand(
      "key", std::string(say(env.language, "鍵庫: 鍵と登録", "Key store: keys and enrolments")));
  key->require_subcommand(1);
  const auto add = [&](const char* name, std::string_view ja, std::string_view en) {
    return key->add_subcommand(name, std::string(say(env.language, ja, en)));
  };

  add("init", "鍵庫を作る", "Make the key store")->callback([&env] {
    env.action = [&env] { return init(env); };
  });

  auto* issue_cmd = add("issue", "事業者へ渡す鍵を作る", "Make the key file of a party");
  const auto options = std::make_shared<IssueOptions>();
  issue_cmd->add_option("--enrol", options->enrol,
                        env.text("登録申請（登録済みの事業者なら不要）",
                                 "Enrolment request (not needed when the party is enrolled)"));
  issue_cmd->add_option("--delegation", options->delegation,
                        env.text("台帳の委託", "Delegation of the registry"));
  issue_cmd->add_option(
      "--own", options->own,
      env.text("通信会社自身の顧客台帳：その事業者", "The carrier's own customer base: its party"));
  issue_cmd->add_option("--out", options->out, env.text("書き出す鍵ファイル", "Key file to write"))
      ->required();
  issue_cmd->add_flag(
      "--replace", options->replace,
      env.text("事業者が自分の鍵を作り直した", "The party has new keys of its own"));
  issue_cmd->callback(
      [&env, options] { env.action = [&env, options] { return issue(env, *options); }; });

  const auto target = std::make_shared<Target>();
  auto* rotate_cmd = add("rotate", "鍵を更新する", "Replace keys by new ones");
  rotate_cmd->add_option("--delegation", target->delegations,
                         env.text("委託の鍵 k[d]。再送は不要", "k[d]: no new upload"));
  rotate_cmd->add_option(
      "--index", target->indexes,
      env.text("委託元の索引の鍵 k_idx。再送は不要", "k_idx of a controller: no new upload"));
  rotate_cmd->add_flag("--epoch", target->new_epoch,
                       env.text("世代の鍵 G。今の世代と並べて新しい世代を始める",
                                "G: a new epoch beside the live ones"));
  rotate_cmd->callback(
      [&env, target] { env.action = [&env, target] { return rotate(env, *target); }; });

  auto* destroy_cmd = add("destroy", "鍵を永久に破棄する", "Destroy keys for good");
  destroy_cmd->add_option(
      "--delegation", target->delegations,
      env.text("委託の鍵 k[d] と、そのすべての断面", "k[d] and all its snapshots"));
  destroy_cmd->add_option("--snapshot", target->snapshots,
                          env.text("一つの断面の記録", "Entries of one snapshot"));
  destroy_cmd->add_option("--index", target->indexes,
                          env.text("一つの委託元の索引", "Index of one controller"));
  destroy_cmd->add_option("--epoch", target->epochs,
                          env.text("使い終えた世代の鍵 G", "A retired G"));
  destroy_cmd->add_option("--campaign", target->campaigns,
                          env.text("一元連絡の連絡先", "Contact data of a campaign"));
  destroy_cmd->add_option("--incident", target->incidents,
                          env.text("事案の取得物", "Captures of an incident"));
  destroy_cmd->add_option("--capture-day", target->days,
                          env.text("一日分の取得物", "Captures of one day"));
  destroy_cmd->add_option(
      "--access-logs", target->access_logs,
      env.text("この委託に添付した作業者のアクセス記録（以後の添付もできなくなる）",
               "Worker access logs of this delegation; none can be attached to it after that"));
  destroy_cmd->add_flag("--yes", target->yes, env.text("確認を尋ねない", "Do not ask"));
  destroy_cmd->callback(
      [&env, target] { env.action = [&env, target] { return destroy(env, *target); }; });

  const auto path = std::make_shared<std::filesystem::path>();
  auto* backup_cmd =
      add("backup", "鍵庫のバックアップを書く", "Write a backup, without cache keys");
  backup_cmd->add_option("--out", *path, env.text("書き出すファイル", "File to write"))->required();
  backup_cmd->callback([&env, path] { env.action = [&env, path] { return backup(env, *path); }; });

  auto* restore_cmd = add("restore", "バックアップから復元する",
                          "Restore a backup; what is destroyed stays destroyed");
  restore_cmd->add_option("--from", *path, env.text("読み込むバックアップ", "Backup to read"))
      ->required();
  restore_cmd->callback(
      [&env, path] { env.action = [&env, path] { return restore(env, *path); }; });

  add("list", "鍵と登録を一覧する", "List keys and enrolments")->callback([&env] {
    env.action = [&env] { return list(env); };
  });
}

}  // namespace hitokoe::app
