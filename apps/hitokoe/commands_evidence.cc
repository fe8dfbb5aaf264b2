#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "apps/hitokoe/casework_commands.h"
#include "apps/hitokoe/incident_desk.h"
#include "apps/hitokoe/incident_option.h"
#include "apps/hitokoe/new_file.h"
#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/file.h"
#include "hitokoe/base/secret_source.h"
#include "hitokoe/incident/evidence_bundle.h"
#include "hitokoe/storage/captures.h"
#include "hitokoe/text/charset.h"

namespace hitokoe::app {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

struct Arguments {
  std::string incident, file, open, out, purpose, capture, approve, refuse, show;
  std::vector<std::string> captures;
  std::uint64_t line = 1, lines = 20;
};

Result<SecretText> passphrase() { return secret_from_environment("HITOKOE_EVIDENCE_PASSPHRASE"); }

// --- evidence ---

struct Held {
  std::vector<crawler::CaptureMeta> readable;
  std::vector<std::string> destroyed;
};

Result<Held> held(crawler::CaptureStore& store, const std::set<std::string>& captures) {
  Held out;
  for (const auto& id : captures) {
    auto meta = store.meta(id);
    const bool gone =
        !meta && (meta.error().code == Errc::kForbidden || meta.error().code == Errc::kNotFound);
    if (gone) {
      out.destroyed.push_back(id);
      continue;
    }
    if (!meta) return outcome::failure(meta.error());
    out.readable.push_back(std::move(meta.value()));
  }
  return out;
}

json::object custody_json(const incident::Custody& c) {
  json::array captures(c.captures.begin(), c.captures.end());
  return {{"what", c.what},        {"captures", std::move(captures)},
          {"purpose", c.purpose},  {"by", c.by},
          {"sha256", c.to},        {"request", c.request},
          {"at", format_utc(c.at)}};
}

int print_evidence(Environment& env, const std::string& incident, const Held& all,
                   const std::vector<incident::Custody>& custody) {
  if (env.json) {
    json::array captures;
    for (const auto& m : all.readable) {
      captures.push_back({{"capture", m.id},
                          {"source", m.source},
                          {"fetched", format_utc(m.fetched)},
                          {"size", m.size},
                          {"sha256", m.sha256},
                          {"cut", m.cut}});
    }
    json::array chain;
    for (const auto& c : custody) chain.push_back(custody_json(c));
    std::cout << json::serialize(json::object{
                     {"incident", incident},
                     {"captures", std::move(captures)},
                     {"destroyed", json::array(all.destroyed.begin(), all.destroyed.end())},
                     {"custody", std::move(chain)}})
              << '\n';
    return 0;
  }
  const auto l = env.language;
  for (const auto& m : all.readable) {
    std::cout << m.id << "  " << m.source << "  " << format_jst(m.fetched) << "  " << m.size
              << say(l, " バイト", " bytes") << "  SHA-256 " << m.sha256 << '\n';
  }
  for (const auto& id : all.destroyed) {
    std::cout << id << "  " << say(l, "鍵が破棄されている", "its key was destroyed") << '\n';
  }
  if (!custody.empty()) std::cout << say(l, "取り扱いの記録", "Custody") << '\n';
  for (const auto& c : custody) {
    std::cout << "  " << format_jst(c.at) << "  " << c.by << "  "
              << (c.what == "exported" ? say(l, "持ち出し", "exported") : say(l, "閲覧", "viewed"))
              << "  " << c.captures.size() << say(l, " 件", " captures") << "  " << c.purpose
              << '\n';
  }
  return 0;
}

Result<void> write_bundle(Environment& env, IncidentDesk& desk, const Arguments& a,
                          crawler::CaptureStore& store,
                          const std::vector<crawler::CaptureMeta>& metas) {
  TRY(const auto secret, passphrase());
  TRY(const auto service, desk.keys.service_sign());
  TRY(auto file, NewFile::create(a.file));
  crypto::Sha256 digest;
  const auto sink = [&](ByteView bytes) {
    digest.update(bytes);
    return file.write(bytes);
  };
  TRY(auto bundle, incident::EvidenceBundleWriter::begin(
                       sink, {a.incident, a.purpose, desk.viewer.user(), env.clock.now()}, metas,
                       service, secret, env.random));
  std::vector<std::string> ids;
  for (const auto& meta : metas) {
    TRY(auto body, store.read(meta.id));
    auto added = bundle.add(meta, body);
    wipe(body.data(), body.size());
    TRYV(std::move(added));
    ids.push_back(meta.id);
  }
  // On record first: what is not on record must not be out.
  TRYV(desk.casework(env).exported(desk.viewer, a.incident, ids, a.purpose,
                                   to_hex(digest.finish())));
  TRYV(desk.sign(env));
  return file.finish();
}

Result<int> open_bundle(Environment& env, const Arguments& a) {
  if (a.out.empty()) {
    return fail(Errc::kUsage, "--open needs --out: a folder that is not there yet",
                "--open には --out（まだないフォルダー）が必要");
  }
  TRY(const auto secret, passphrase());
  TRY(const auto file, read_file(a.open));
  std::error_code ignored;
  if (fs::exists(a.out, ignored)) {
    return fail(Errc::kBadInput, shown(a.out) + ": is there already; nothing is replaced",
                shown(a.out) + ": すでにあります。置き換えません");
  }
  TRYV(make_private_dir(a.out));
  const auto put = [&](const std::string& name, ByteView bytes) -> Result<void> {
    TRY(auto out, NewFile::create(fs::path(a.out) / name));
    TRYV(out.write(bytes));
    return out.finish();
  };
  TRY(const auto opened,
      incident::open_evidence_bundle(
          file, secret,
          [&](const std::string& capture, const std::string& meta, ByteView body) -> Result<void> {
            TRYV(put(capture + ".json", as_bytes(meta)));
            return put(capture + ".bin", body);
          }));
  TRYV(put("list.json", as_bytes(opened.list)));
  if (env.json) {
    std::cout << opened.list << '\n';
  } else {
    std::cout << opened.captures
              << say(env.language, " 件を検証して書き出しました。作成元の鍵 ",
                     " captures verified and written; signed by the service ")
              << to_hex(opened.service) << '\n';
  }
  return 0;
}

Result<int> evidence(Environment& env, const Arguments& a) {
  if (!a.open.empty()) return open_bundle(env, a);
  if (a.incident.empty()) {
    return fail(Errc::kUsage, "incident evidence: which incident?",
                "incident evidence: 事案の番号が必要");
  }
  TRY(const auto desk, open_incident_desk(env));
  TRY(const auto in, desk->store->load(desk->viewer, a.incident));
  const auto captures = storage::make_capture_store(env.data, desk->keys, env.clock, env.random);
  auto wanted = in.captures();
  for (const auto& id : a.captures) {
    if (!wanted.contains(id)) {
      return fail(Errc::kNotFound, a.incident + ": no such capture: " + id,
                  a.incident + ": この取得物はありません: " + id);
    }
  }
  if (!a.captures.empty()) wanted = {a.captures.begin(), a.captures.end()};
  TRY(const auto all, held(*captures, wanted));
  if (!a.file.empty()) {
    if (all.readable.empty()) {
      return fail(Errc::kNotFound, a.incident + ": no capture can be read",
                  a.incident + ": 読める取得物がありません");
    }
    TRYV(write_bundle(env, *desk, a, *captures, all.readable));
  }
  TRY(const auto view, desk->casework(env).show(desk->viewer, a.incident));
  print_evidence(env, a.incident, all, view.work.custody);
  return all.destroyed.empty() ? 0 : 1;
}

// --- view ---

// A terminal obeys control characters: leaked text must not speak to it.
std::string harmless(std::string_view line) {
  std::string out;
  for (const char c : line) {
    const auto u = static_cast<unsigned char>(c);
    out += (u < 0x20 && c != '\t') || u == 0x7f ? '.' : c;
  }
  // C1 controls, as UTF-8.
  for (std::size_t at = 0; (at = out.find('\xc2', at)) != std::string::npos; ++at) {
    const auto next = at + 1 < out.size() ? static_cast<unsigned char>(out[at + 1]) : 0;
    if (next >= 0x80 && next < 0xa0) out.replace(at, 2, ".");
  }
  return out;
}

Result<int> show_lines(Environment& env, IncidentDesk& desk, const Arguments& a) {
  TRY(const auto capture, desk.casework(env).begin_view(desk.viewer, a.incident, a.show));
  TRYV(desk.sign(env));
  const auto store = storage::make_capture_store(env.data, desk.keys, env.clock, env.random);
  TRY(auto body, store->read(capture));
  auto text = text::decode(body, text::detect(body)).utf8;
  wipe(body.data(), body.size());
  std::string_view rest = text;
  for (std::uint64_t number = 1; !rest.empty() && number < a.line + a.lines; ++number) {
    const auto end = rest.find('\n');
    if (number >= a.line) std::cout << number << '\t' << harmless(rest.substr(0, end)) << '\n';
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  wipe(text.data(), text.size());
  std::cerr << say(env.language,
                   "漏えいした内容です。この閲覧は記録されました。写しを残さないでください。",
                   "This is leaked text. That you looked is on record. Keep no copy.")
            << '\n';
  return 0;
}

Result<int> view(Environment& env, const Arguments& a) {
  TRY(const auto desk, open_incident_desk(env));
  const auto& viewer = desk->viewer;
  if (!a.show.empty()) return show_lines(env, *desk, a);
  if (!a.approve.empty() || !a.refuse.empty()) {
    const bool approve = !a.approve.empty();
    TRYV(desk->casework(env).decide_view(viewer, a.incident, approve ? a.approve : a.refuse,
                                         approve));
    return 0;
  }
  if (a.capture.empty() || a.purpose.empty()) {
    return fail(Errc::kUsage,
                "incident view: --capture and --purpose, --approve, --refuse or --show",
                "incident view: --capture と --purpose、または --approve、--refuse、--show が必要");
  }
  TRY(const auto id, desk->casework(env).request_view(viewer, a.incident, a.capture, a.purpose));
  if (env.json) {
    std::cout << json::serialize(json::object{{"request", id}}) << '\n';
  } else {
    std::cout << id
              << say(env.language, "：別の人の承認を待っています", ": waits for a second person")
              << '\n';
  }
  return 0;
}

}  // namespace

void add_evidence_commands(CLI::App& group, Environment& env) {
  const auto e = std::make_shared<Arguments>();
  auto* command = group.add_subcommand(
      "evidence", env.text("証拠（取得物）と取り扱いの記録。封緘した束の書き出しと検証",
                           "Evidence and its custody; a sealed bundle, written or verified"));
  take_incident(command, env, e->incident);
  auto* file = command->add_option(
      "--export", e->file,
      env.text("封緘した束をこのファイルに書く。HITOKOE_EVIDENCE_PASSPHRASE_FILE が要る",
               "Write a sealed bundle; needs HITOKOE_EVIDENCE_PASSPHRASE_FILE"));
  auto* purpose = command->add_option("--purpose", e->purpose, env.text("目的", "What for"));
  file->needs(purpose);
  command->add_option(
      "--capture", e->captures,
      env.text("この取得物だけ。繰り返し指定できる", "Only this capture; may be given again"));
  command->add_option("--open", e->open,
                      env.text("束を検証して開く（鍵庫は要らない）",
                               "Verify and open a bundle (needs no key store)"));
  command->add_option("--out", e->out,
                      env.text("--open の書き出し先フォルダー", "Folder for --open"));
  command->callback([&env, e] { env.action = [&env, e] { return evidence(env, *e); }; });

  const auto v = std::make_shared<Arguments>();
  auto* look = group.add_subcommand(
      "view", env.text("漏えいした内容の閲覧：目的と別の人の承認が要り、1 時間だけ、記録される",
                       "Look at leaked text: with a purpose and a second person's approval, for "
                       "an hour, on record"));
  take_incident(look, env, v->incident)->required();
  look->add_option("--capture", v->capture, env.text("どの取得物か", "Which capture"));
  look->add_option("--purpose", v->purpose, env.text("目的", "What for"));
  look->add_option("--approve", v->approve,
                   env.text("この請求（VR-1 など）を承認する", "Approve this request (VR-1, …)"));
  look->add_option("--refuse", v->refuse, env.text("この請求を断る", "Refuse this request"));
  look->add_option("--show", v->show, env.text("承認された請求で表示する", "Show, once approved"));
  look->add_option("--line", v->line, env.text("この行から", "From this line on"))
      ->check(CLI::PositiveNumber);
  look->add_option("--lines", v->lines, env.text("何行（1000 まで）", "How many lines, up to 1000"))
      ->check(CLI::Range(1, 1000));
  look->callback([&env, v] { env.action = [&env, v] { return view(env, *v); }; });
}

}  // namespace hitokoe::app
