#include "apps/agent/commands.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <memory>
#include <optional>

#include "apps/command_line/progress_line.h"
#include "hitokoe/base/file.h"

namespace hitokoe::agent {
namespace {

using identity::Agent;

Result<Agent> open(const Context& c) {
  TRY(const auto passphrase, Agent::passphrase_from_environment());
  return Agent::open(c.home, passphrase, c.clock, c.random);
}

// Only a terminal is asked.
Result<void> confirm(const Context& c, bool yes, const std::string& question) {
  if (yes) return ok();
  if (::isatty(STDIN_FILENO) == 0) {
    return fail(Errc::kUsage, question + ": needs a confirmation; use --yes without a terminal",
                question + ": 確認が必要です。端末がないときは --yes");
  }
  std::cerr << question << say(c.language, "。よろしいですか [yes/N] ", ". Go on? [yes/N] ");
  std::string answer;
  std::getline(std::cin, answer);
  if (answer != "yes") {
    return fail(Errc::kCancelled, "nothing was done", "中止しました");
  }
  return ok();
}

Result<int> init(const Context& c, const std::string& party, const std::filesystem::path& out) {
  TRY(const auto passphrase, Agent::passphrase_from_environment());
  const auto made = Agent::init(c.home, party, passphrase, c.clock, c.random);
  if (!made && made.error().code != Errc::kExists) return made.error();
  TRY(const auto agent, Agent::open(c.home, passphrase, c.clock, c.random));
  TRY(const auto status, agent.status());
  // The same party again: its request is written again, the keys stay.
  if (status.enrolment.party != party) return made.error();
  TRYV(write_file_durably(out, agent.enrolment_file(), 0644));
  if (c.json) {
    std::cout << boost::json::serialize(boost::json::object{{"party", party},
                                                            {"fingerprint", status.fingerprint},
                                                            {"made", bool(made)},
                                                            {"out", out.string()}})
              << '\n';
  } else {
    std::cerr << say(c.language, "登録申請: ", "enrolment request: ") << out.string() << '\n'
              << say(c.language, "電話で読み上げる指紋: ", "fingerprint to be read out by phone: ")
              << status.fingerprint << '\n';
  }
  return 0;
}

struct CustomerOptions {
  std::string columns;
  std::filesystem::path path;
  std::string encoding;
  std::string delimiter = ",";
  bool header = false;
  std::filesystem::path rejects;
};

void add_customer_options(const Context& c, CLI::App& command, CustomerOptions& o) {
  command
      .add_option("--columns", o.columns,
                  c.text("列の割り当て。見出し=項目 または 位置=項目（例 '顧客番号=ref,3=phone'）",
                         "HEADER=FIELD or POSITION=FIELD, as in 'number=ref,3=phone'"))
      ->required();
  command.add_option("--encoding", o.encoding,
                     c.text("文字コード（UTF-8、Shift_JIS など）。省くと判定する",
                            "Character set: UTF-8, Shift_JIS, …; detected where not given"));
  command
      .add_option("--delimiter", o.delimiter,
                  c.text("区切り文字。一文字、または 'tab'",
                         "What separates columns: one character, or 'tab'"))
      ->capture_default_str();
  command.add_flag("--header", o.header,
                   c.text("位置で指定しても、先頭の行は見出し",
                          "The first row is a header though positions are given"));
  command.add_option("--rejects", o.rejects,
                     c.text("除外した行の番号と理由を書くファイル",
                            "File for line and reason of every rejected row"));
}

Result<identity::CustomerFile> customer_file(const CustomerOptions& o) {
  identity::CustomerFile file;
  file.path = o.path;
  TRY(file.columns, identity::ColumnMap::parse(o.columns));
  if (!o.encoding.empty()) {
    TRY(file.encoding, text::charset_by_name(o.encoding));
    if (*file.encoding == text::Charset::kBinary) {
      return fail(Errc::kUsage, "--encoding: \"binary\" is no text",
                  "--encoding: \"binary\" は文字コードではありません");
    }
  }
  const std::string delimiter = o.delimiter == "tab" ? "\t" : o.delimiter;
  constexpr std::string_view kNever{"\"\r\n\0", 4};
  if (delimiter.size() != 1 || kNever.find(delimiter[0]) != kNever.npos ||
      static_cast<unsigned char>(delimiter[0]) >= 0x80) {
    return fail(Errc::kUsage, "--delimiter: one ASCII character, or 'tab'",
                "--delimiter: ASCII の一文字、または 'tab'");
  }
  file.delimiter = delimiter[0];
  file.header = o.header;
  file.rejects = o.rejects;
  return file;
}

struct FingerprintOptions {
  std::filesystem::path key, out;
  std::string snapshot, as_of;
  std::optional<std::uint64_t> sequence;
  std::uint64_t sort_memory = 96;
  CustomerOptions customers;
};

Result<int> fingerprint(const Context& c, const FingerprintOptions& o) {
  identity::FingerprintJob job;
  job.key = o.key;
  job.snapshot = o.snapshot;
  job.out = o.out;
  job.sequence = o.sequence;
  job.sort_memory = o.sort_memory << 20;
  TRY(job.customers, customer_file(o.customers));
  if (!o.as_of.empty()) {
    TRY(job.as_of, parse_day(o.as_of));
  }
  TRY(auto agent, open(c));
  command_line::ProgressLine line(c.language, command_line::Amount::kBytes, c.clock, std::cerr,
                                  command_line::wants_progress(c.json));
  job.progress = line.progress();
  TRY(const auto report, agent.fingerprint(job));
  line.erase();
  if (report.pinned) {
    TRY(const auto status, agent.status());
    std::cerr << say(c.language,
                     "このサービスを信頼先として登録しました。指紋を電話で照合してください: ",
                     "This service is trusted from now on; compare its fingerprint by phone: ")
              << status.service_fingerprint.value_or("") << '\n';
  }
  show(c, report, o.out.string());
  return report.rows.rejected == 0 ? 0 : 1;
}

Result<int> verify(const Context& c, const std::filesystem::path& path) {
  TRY(const auto header, Agent::verify(path));
  show(c, header);
  return 0;
}

Result<int> status(const Context& c) {
  TRY(const auto agent, open(c));
  TRY(const auto status, agent.status());
  show(c, status);
  return 0;
}

struct ResolveOptions {
  std::filesystem::path key, request, out;
  CustomerOptions customers;
  bool yes = false;
};

Result<int> resolve(const Context& c, const ResolveOptions& o) {
  identity::ResolveJob job{o.key, o.request, {}, o.out};
  TRY(job.customers, customer_file(o.customers));
  TRY(auto agent, open(c));
  TRY(const auto report, agent.resolve(job, [&](const identity::ContactRequest& r) -> Result<void> {
    const std::string count = std::to_string(r.subjects.size());
    return confirm(c, o.yes,
                   c.language == Language::kJapanese
                       ? "事案 " + r.incident + "・一元連絡 " + r.campaign + " のために顧客 " +
                             count + " 人の連絡先を渡します"
                       : "Contacts of " + count + " customers will be given out for incident " +
                             r.incident + ", campaign " + r.campaign);
  }));
  show(c, report, o.out.string());
  return report.rows.rejected == 0 ? 0 : 1;
}

struct ApproveOptions {
  std::filesystem::path request, out;
  bool yes = false;
};

Result<int> approve(const Context& c, const ApproveOptions& o) {
  TRY(const auto agent, open(c));
  TRY(const auto approvable, agent.read_approval_request(o.request));
  show(c, approvable);
  const auto& r = approvable.request;
  TRYV(confirm(c, o.yes,
               c.language == Language::kJapanese
                   ? "一元連絡 " + r.campaign + " 第" + std::to_string(r.version) + "版に署名します"
                   : "Campaign " + r.campaign + " version " + std::to_string(r.version) +
                         " will be signed"));
  std::filesystem::path out = o.out;
  if (out.empty()) {
    out = o.request;
    out += ".approval";
  }
  TRYV(agent.approve(r, out));
  if (c.json) {
    std::cout << boost::json::serialize(boost::json::object{{"incident", r.incident},
                                                            {"campaign", r.campaign},
                                                            {"party", r.party},
                                                            {"version", r.version},
                                                            {"root", to_hex(r.root)},
                                                            {"out", out.string()}})
              << '\n';
  } else {
    std::cerr << say(c.language, "承認書: ", "approval: ") << out.string() << '\n';
  }
  return 0;
}

}  // namespace

void add_commands(CLI::App& app, Context& c) {
  const auto add = [&](const char* name, std::string_view ja, std::string_view en) {
    return app.add_subcommand(name, std::string(say(c.language, ja, en)));
  };

  struct InitOptions {
    std::string party;
    std::filesystem::path out;
  };
  auto* init_cmd =
      add("init", "自社の鍵と登録申請を作る", "Make this party's keys and its request");
  const auto i = std::make_shared<InitOptions>();
  init_cmd->add_option("--party", i->party, c.text("事業者の名前（ID）", "Id of the party"))
      ->required();
  init_cmd->add_option("--out", i->out, c.text("書き出す登録申請", "Enrolment request to write"))
      ->required();
  init_cmd->callback([&c, i] { c.action = [&c, i] { return init(c, i->party, i->out); }; });

  auto* make = add("fingerprint", "顧客ファイルから指紋ファイルを作る",
                   "Make the fingerprint file of a customer file");
  const auto f = std::make_shared<FingerprintOptions>();
  make->add_option("--key", f->key,
                   c.text("サービスから受け取った鍵ファイル", "Key file from the service"))
      ->required();
  make->add_option("--snapshot", f->snapshot, c.text("台帳の断面", "Snapshot of the registry"))
      ->required();
  add_customer_options(c, *make, f->customers);
  make->add_option("csv", f->customers.path,
                   c.text("顧客ファイル（一行に一人）", "Customer file, a customer a row"))
      ->required();
  make->add_option("--out", f->out, c.text("書き出す指紋ファイル", "Fingerprint file to write"))
      ->required();
  make->add_option("--as-of", f->as_of,
                   c.text("データの基準日（2026-06-30 の形）。省くと今日",
                          "Day of the data, as in 2026-06-30; today where not given"));
  make->add_option("--sequence", f->sequence,
                   c.text("版の番号。省くと前回の次",
                          "Number of the version; one more than the last where not given"));
  make->add_option("--sort-memory", f->sort_memory,
                   c.text("ディスクに移して並べ替えるまでのメモリ（MiB）",
                          "Memory (MiB) before rows are sorted on disk"))
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  make->callback([&c, f] { c.action = [&c, f] { return fingerprint(c, *f); }; });

  auto* verify_cmd = add("verify", "指紋ファイルを検証する", "Verify a fingerprint file");
  const auto v = std::make_shared<std::filesystem::path>();
  verify_cmd->add_option("hkf", *v, c.text("指紋ファイル", "Fingerprint file"))->required();
  verify_cmd->callback([&c, v] { c.action = [&c, v] { return verify(c, *v); }; });

  add("status", "自社の指紋、信頼先、送付済みの版", "Own fingerprint, trusted service, sequences")
      ->callback([&c] { c.action = [&c] { return status(c); }; });

  auto* approve_cmd = add("approve", "確定した一元連絡を確認し署名する",
                          "Show and sign the frozen campaign for this party");
  const auto a = std::make_shared<ApproveOptions>();
  approve_cmd
      ->add_option("--request", a->request,
                   c.text("サービスからの承認依頼", "Approval request of the service"))
      ->required();
  approve_cmd->add_option("--out", a->out,
                          c.text("書き出す承認書。省くと 依頼のファイル名.approval",
                                 "Approval to write; REQUEST.approval where not given"));
  approve_cmd->add_flag("--yes", a->yes, c.text("確認を尋ねない", "Do not ask"));
  approve_cmd->callback([&c, a] { c.action = [&c, a] { return approve(c, *a); }; });

  auto* resolve_cmd = add("resolve", "対象の顧客の連絡先を封緘して渡す",
                          "Seal the contacts of the customers asked for");
  const auto r = std::make_shared<ResolveOptions>();
  resolve_cmd
      ->add_option("--key", r->key,
                   c.text("自社の顧客台帳の鍵ファイル", "Key file for the own customer base"))
      ->required();
  resolve_cmd
      ->add_option("--request", r->request,
                   c.text("サービスからの連絡先の照会", "Contact request of the service"))
      ->required();
  resolve_cmd->add_option("--customers", r->customers.path, c.text("顧客ファイル", "Customer file"))
      ->required();
  add_customer_options(c, *resolve_cmd, r->customers);
  resolve_cmd->add_option("--out", r->out, c.text("書き出す連絡先の束", "Bundle to write"))
      ->required();
  resolve_cmd->add_flag("--yes", r->yes, c.text("確認を尋ねない", "Do not ask"));
  resolve_cmd->callback([&c, r] { c.action = [&c, r] { return resolve(c, *r); }; });

  add_canary_command(app, c);
  add_approval_command(app, c);
}

}  // namespace hitokoe::agent
