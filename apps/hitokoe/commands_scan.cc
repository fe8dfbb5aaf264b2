#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>

#include "apps/command_line/progress_line.h"
#include "apps/hitokoe/alert_tables.h"
#include "apps/hitokoe/copy_text.h"
#include "apps/hitokoe/environment.h"
#include "apps/hitokoe/incident_desk.h"
#include "apps/hitokoe/input_paths.h"
#include "apps/hitokoe/load_config.h"
#include "apps/hitokoe/percent.h"
#include "apps/hitokoe/scan_alerts.h"
#include "apps/hitokoe/scan_explanation.h"
#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/file.h"
#include "hitokoe/incident/known_leaks.h"
#include "hitokoe/matcher/matcher.h"
#include "hitokoe/storage/captures.h"

namespace hitokoe::app {
namespace {

using matcher::ScanReport;
using matcher::Verdict;

std::string_view verdict_text(Language l, Verdict verdict) {
  switch (verdict) {
    case Verdict::kNamed:
      return say(l, "流出元を特定", "source named");
    case Verdict::kIndistinguishable:
      return say(l, "候補を区別できない", "several holders cannot be told apart");
    case Verdict::kUnknown:
      return say(l, "流出元は不明", "source unknown");
    case Verdict::kNoMatch:
      return say(l, "一致なし", "nothing matched");
  }
  return {};
}

void show(const Environment& env, const ScanReport& r) {
  const Language l = env.language;
  const auto name = [&](std::string_view ja, std::string_view en) {
    std::cout << say(l, ja, en) << say(l, "：", ": ");
  };
  name("判定", "Verdict");
  std::cout << verdict_text(l, r.verdict) << '\n';
  name("文書", "Documents");
  std::cout << r.documents << " (" << r.bytes << say(l, " バイト", " bytes") << ")\n";
  name("行", "Rows");
  std::cout << r.rows << say(l, "、特定 ", ", resolved ") << r.matched_rows
            << say(l, "、あいまい ", ", ambiguous ") << r.ambiguous_rows << '\n';
  name("お客さま", "Customers");
  std::cout << r.matched_subjects << '\n';
  // Holders that nothing speaks for are in the JSON.
  for (const auto& h : r.holders) {
    if (h.probability < 0.001) continue;
    std::cout << "  " << h.party << "  " << percent(h.probability)
              << copy_text(l, h.probability, static_cast<double>(h.passed_on)) << "  "
              << say(l, "一致行 ", "rows ") << h.matched_rows << say(l, "、固有 ", ", exclusive ")
              << h.exclusive_rows;
    for (const auto& s : h.snapshots) std::cout << "  " << s;
    if (!h.indistinguishable_from.empty()) {
      std::cout << say(l, "  区別できない相手：", "  cannot be told from:");
      for (const auto& other : h.indistinguishable_from) std::cout << ' ' << other;
    }
    std::cout << '\n';
  }
  if (r.verdict != Verdict::kNoMatch) {
    std::cout << "  " << say(l, "未登録の流出元", "unknown source") << "  "
              << percent(r.unknown_probability) << '\n';
  }
  show_sources(std::cout, l, r);
  if (r.snapshot) {
    name("写しの時点", "Copy made between");
    std::cout << format_day(r.snapshot->from) << say(l, " から ", " and ")
              << format_day(r.snapshot->to) << " (" << percent(r.snapshot->confidence) << ")\n";
  }
  if (r.rows_needed > 0) {
    name("上位二者の区別に要る追加行", "More rows needed to tell the first two apart");
    std::cout << r.rows_needed << '\n';
  }
  for (const auto& note : r.notes) std::cerr << say(l, "注記: ", "note: ") << note.in(l) << '\n';
  for (const auto& w : r.warnings) {
    std::cerr << say(l, "警告: ", "warning: ") << w.file << ": " << w.what.in(l) << '\n';
  }
}

// Files that are handed in with --open-incident become captures: evidence. Each is read once, so
// that what is kept is what was matched.
class Evidence {
 public:
  Evidence(Environment& env, IncidentDesk& desk)
      : env_(env),
        store_(storage::make_capture_store(env.data, desk.keys, env.clock, env.random)) {}

  Result<void> add(const std::filesystem::path& path, matcher::Exposure& exposure) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) return add_file(path, exposure);
    std::vector<std::filesystem::path> items;
    for (std::filesystem::directory_iterator at(path, error), end; !error && at != end;
         at.increment(error)) {
      items.push_back(at->path());
    }
    if (error)
      warn(path,
           Words{"folder cannot be listed: ", "フォルダの一覧が読めません: "} + error.message());
    std::ranges::sort(items);
    for (const auto& item : items) {
      const auto kind = std::filesystem::symlink_status(item, error);
      if (std::filesystem::is_directory(kind) || std::filesystem::is_regular_file(kind)) {
        TRYV(add(item, exposure));
      } else {  // also links: as a scan without evidence
        warn(item, {"neither a file nor a folder: left out",
                    "ファイルでもフォルダでもないため読んでいません"});
      }
    }
    return ok();
  }

  crawler::CaptureStore& store() { return *store_; }
  // Name of a document in a report → the capture that it became.
  const std::map<std::string, std::string>& documents() const { return documents_; }
  // Into the report: what was kept, and what could not be read.
  void tell(ScanReport& report) {
    report.captures = std::move(captures_);
    for (auto& w : warnings_) report.warnings.push_back(std::move(w));
  }

 private:
  Result<void> add_file(const std::filesystem::path& path, matcher::Exposure& exposure) {
    auto body = read_file(path, kMostEvidence);
    if (!body && body.error().code == Errc::kIo) {
      warn(path, body.error().words());
      return ok();
    }
    if (!body && body.error().code == Errc::kLimit) {
      return fail(
          Errc::kLimit,
          path.string() +
              ": over 2 GiB, too large to be kept as evidence; hand it in "
              "in parts, or scan it without --open-incident",
          path.string() +
              ": 2 GiB を超え、証拠として残すには大きすぎます。分けて渡すか、--open-incident "
              "なしで照合してください");
    }
    TRY(const auto bytes, std::move(body));
    crawler::CaptureMeta meta;
    meta.source = "scan";
    meta.sha256 = crypto::sha256_hex(bytes);
    meta.item = meta.sha256;  // the same bytes under another name are the same capture
    meta.id = crawler::capture_id(meta.source, meta.item, bytes);
    meta.url = meta.final_url = "file://" + std::filesystem::absolute(path).string();
    meta.fetched = env_.clock.now();
    meta.size = bytes.size();
    TRYV(store_->put(meta, bytes));
    captures_.push_back(meta.id);
    documents_.emplace(path.string(), meta.id);
    return exposure.add(path.string(), bytes, "");
  }
  void warn(const std::filesystem::path& path, Words what) {
    warnings_.push_back({path.string(), std::move(what)});
  }

  static constexpr std::uint64_t kMostEvidence = 2ULL << 30;
  Environment& env_;
  std::unique_ptr<crawler::CaptureStore> store_;
  std::vector<std::string> captures_;
  std::map<std::string, std::string> documents_;
  std::vector<matcher::Warning> warnings_;
};

Result<std::optional<std::string>> open_or_join(Environment& env, IncidentDesk& desk,
                                                Evidence& evidence, const ScanReport& report,
                                                const registry::Registry& registry,
                                                const matcher::Index& index,
                                                const matcher::Options& matching,
                                                const service::Config& config) {
  const auto contributions = storage::make_contribution_store(desk.db);
  incident::IncidentService incidents(
      {*desk.store, desk.keys, &evidence.store(), desk.rules.clocks, desk.rules.holidays, env.clock,
       env.random, contributions.get()},
      {config.open, config.matcher.naming_threshold});
  TRY(const auto opening, incidents.open_or_join(report, "scan", desk.viewer.user(), registry));
  if (!opening.incident.empty()) {
    TRYV(incidents.judge_together(opening.incident, report, index, registry, matching,
                                  desk.viewer.user()));
  }
  TRYV(desk.sign(env));
  const Language l = env.language;
  if (opening.incident.empty()) {
    std::cerr << say(l, "事案を開く基準に達していません。\n",
                     "Too little to open an incident by the rule.\n");
    return std::optional<std::string>();
  }
  std::cerr << say(l, "事案: ", "incident: ") << opening.incident << " ("
            << incident::to_string(opening.outcome) << ")\n";
  return std::optional(opening.incident);
}

// What a long scan of files needs to go on where it stopped; nothing for a short one, which is done
// again as fast, or for a pipe, which is not there a second time.
std::optional<matcher::Resume> resume_of(Environment& env, const std::vector<std::string>& names,
                                         std::uint64_t bytes, bool fresh) {
  constexpr std::uint64_t kLong = 64ULL << 20;
  if (bytes < kLong) return std::nullopt;
  matcher::Resume resume;
  resume.folder = env.data / "scans";
  resume.today = jst_day(env.clock.now());
  resume.random = &env.random;
  resume.fresh = fresh;
  std::error_code none;
  for (const auto& name : names) {
    const auto path = path_of(name);
    std::string input = std::filesystem::absolute(path, none).string();
    if (std::filesystem::is_regular_file(path, none)) {
      const auto changed = std::filesystem::last_write_time(path, none).time_since_epoch().count();
      input += '\0' + std::to_string(std::filesystem::file_size(path, none)) + '\0' +
               std::to_string(changed);
    }
    resume.inputs.push_back(std::move(input));
  }
  return resume;
}

struct ScanOrder {
  std::vector<std::string> paths;
  bool open_incident = false;
  bool fresh = false;
  bool explain = false;
  std::string password_file;
  std::string terms;  // a file instead of those that were applied
  bool no_terms = false;
};

Result<int> scan(Environment& env, const ScanOrder& order) {
  TRY(const auto config, load_config(env));
  TRY(const auto desk, open_incident_desk(env));
  TRY(auto loaded, env.load_registry());
  const auto registry = std::make_shared<const registry::Registry>(std::move(loaded));
  TRY(auto index, matcher::Index::open(env.data, desk->keys));
  std::shared_ptr<const matcher::TermSet> term_set;
  if (!order.no_terms) {
    TRY(term_set, terms_for_scan(env, desk->db, *registry, order.terms));
  }
  std::optional<matcher::TermCollector> terms;
  if (term_set) terms.emplace(term_set);
  command_line::ProgressLine line(env.language, command_line::Amount::kBytes, env.clock, std::cerr,
                                  command_line::wants_progress(env.json));
  auto options = config.matcher;
  if (!order.password_file.empty()) {
    TRY(options.archive_passwords, matcher::read_archive_passwords(order.password_file));
  }
  TRY(const auto older, incident::known_leaks(*desk->store, desk->keys));
  options.known_leaks = older.leaks;
  options.seen = jst_day(env.clock.now());
  options.progress = line.progress();
  options.expected_bytes = bytes_of(order.paths);
  options.resume = resume_of(env, order.paths, options.expected_bytes, order.fresh);
  if (terms) options.observe = terms->observe();
  options.keep_contribution = order.open_incident;
  auto exposure = matcher::Exposure::begin(index, registry, desk->keys, options);
  if (exposure->rows_known() > 0) {
    const auto rows = std::to_string(exposure->rows_known());
    std::cerr << env.text("中断した照合を続けます。照合済みの行：",
                          "going on with an interrupted scan; rows that are matched already: ")
              << rows << '\n';
  }
  std::optional<Evidence> evidence;
  if (order.open_incident) evidence.emplace(env, *desk);
  for (const auto& name : order.paths) {
    const auto path = path_of(name);
    TRYV(evidence ? evidence->add(path, *exposure) : exposure->add_file(path));
  }
  TRY(auto report, exposure->finish());
  line.erase();
  for (const auto& unread : older.unread) {
    report.warnings.push_back(
        {unread.incident, Words{"older incident, left out: what is kept of it cannot be read: ",
                                "過去の事案を除きました。保存データが読めません："} +
                              unread.why.words()});
  }
  std::optional<std::string> incident;
  if (evidence) {
    evidence->tell(report);
    TRY(incident, open_or_join(env, *desk, *evidence, report, *registry, *index, options, config));
  }
  ScanAlerts alerts;
  if (terms) {
    alerts = ScanAlerts(*term_set, terms->take(), env.clock.now());
    if (evidence) {
      TRYV(alerts.keep(desk->db, evidence->documents()));
    }
  }
  if (env.json) {
    std::cout << alerts.with(matcher::to_json(report, incident)) << '\n';
  } else {
    show(env, report);
    if (order.explain) show_explanation(std::cout, env.language, report);
    alerts.print(std::cout, env.language);
  }
  return report.warnings.empty() ? 0 : 1;
}

}  // namespace

void add_scan_commands(CLI::App& app, Environment& env) {
  auto* command = app.add_subcommand(
      "scan", env.text("流出データを索引と照合し、流出元を推定する",
                       "Whose copy leaked: dumps and folders against the index"));
  auto order = std::make_shared<ScanOrder>();
  command
      ->add_option(
          "PATH", order->paths,
          env.text("ファイルやフォルダ。- は標準入力", "Files and folders, or - for stdin"))
      ->required();
  command->add_flag("--open-incident", order->open_incident,
                    env.text("事案を開く、または既存の事案に加える", "Open or join an incident"));
  command->add_option("--terms", order->terms,
                      env.text("適用済みの監視語の代わりに使うファイル",
                               "A terms file, instead of the terms that were applied"));
  command->add_flag("--no-terms", order->no_terms,
                    env.text("監視語を探さない", "Look for no watch terms"));
  command->add_flag("--fresh", order->fresh,
                    env.text("中断した照合の続きからではなく、最初から照合する",
                             "Begin anew instead of going on with an interrupted scan"));
  command->add_flag(
      "--explain", order->explain,
      env.text("根拠を説明する（--json には常に含まれる）", "Say why; the JSON always does"));
  command->add_option("--password-file", order->password_file,
                      env.text("暗号化された書庫に試すパスワードのファイル（一行に一つ）",
                               "Passwords to try on encrypted archives, one a line"));
  command->callback([&env, order] { env.action = [&env, order] { return scan(env, *order); }; });
}

}  // namespace hitokoe::app
