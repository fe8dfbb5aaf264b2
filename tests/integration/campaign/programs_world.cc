#include "tests/integration/campaign/programs_world.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>

namespace hitokoe::testing {
namespace {

namespace json = boost::json;

constexpr const char* kColumns = "お客様番号=ref,氏名=name,電話番号=phone,メール=email";

std::string csv_of(const std::vector<ProgramsPerson>& people, bool ProgramsPerson::*whose,
                   const std::string& prefix) {
  std::string out = "お客様番号,氏名,電話番号,メール\n";
  std::size_t i = 1000;
  for (const auto& p : people) {
    ++i;
    if (p.*whose) {
      out += prefix + std::to_string(i) + "," + p.name + "," + p.phone + "," + p.email + "\n";
    }
  }
  return out;
}

// Customers whom the contractor never had: they are what its list is told from the carriers' by.
constexpr std::size_t kOthers = 300;
std::string others_of(const std::string& prefix) {
  std::string out;
  for (std::size_t i = 0; i < kOthers; ++i) {
    char phone[16];
    std::snprintf(phone, sizeof phone, "0902%03zu%04zu",
                  prefix == "K" ? std::size_t{1} : std::size_t{2}, i);
    out += prefix + std::to_string(5000 + i) + ",木村" + (i % 2 == 0 ? "進" : "桜") + "," + phone +
           "," + prefix + std::to_string(i) + "@b.test\n";
  }
  return out;
}

std::string registry_of(std::size_t kou, std::size_t otsu) {
  const auto n = [](std::size_t records) { return std::to_string(records); };
  return R"(parties:
  - {id: kou, name: 甲通信株式会社}
  - {id: otsu, name: 乙モバイル株式会社}
  - {id: callco, name: 丙コール株式会社}
delegations:
  - {id: D1, controller: kou, from: kou, to: callco, type: A, purposes: [コールセンター], items: [ref, name, phone, email], begins: 2024-04-01}
  - {id: D2, controller: otsu, from: otsu, to: callco, type: A, purposes: [コールセンター], items: [ref, name, phone, email], begins: 2024-04-01}
snapshots:
  - {id: K0, controller: kou, holder: kou, own: true, as_of: 2026-06-30, records: )" +
         n(kou + kOthers) + R"(, items: [ref, name, phone, email]}
  - {id: O0, controller: otsu, holder: otsu, own: true, as_of: 2026-06-30, records: )" +
         n(otsu + kOthers) + R"(, items: [ref, name, phone, email]}
  - {id: K1, holder: callco, delegation: D1, source: K0, as_of: 2026-06-30, on: 2026-07-01, records: )" +
         n(kou) +
         R"(, items: [ref, name, phone, email], medium: sftp, encrypted: true, confirmed: [kou, callco]}
  - {id: O1, holder: callco, delegation: D2, source: O0, as_of: 2026-06-30, on: 2026-07-01, records: )" +
         n(otsu) +
         R"(, items: [ref, name, phone, email], medium: sftp, encrypted: true, confirmed: [otsu, callco]}
)";
}

constexpr const char* kSpec = R"(from: notice@kou.test
desk:
  name: 専用お問い合わせ窓口
  phone: 0120-000-000
  email: desk@kou.test
  hours: 9:00-18:00 (JST)
summary:
  ja: |
    お客さまの情報を含むデータが掲載されていることを確認しました。
    これは作られた例です。
  en: |
    Data about you was found on a public page.
    This is a made-up example.
secondary_damage: {ja: 確認されていません。, en: None is known so far.}
prevention: {ja: 委託先の管理を見直します。, en: We are reviewing our contractors.}
)";

std::string text_of(const json::object& o, const char* key) {
  return std::string(o.at(key).as_string());
}

}  // namespace

std::vector<ProgramsPerson> made_up_people(std::size_t n) {
  constexpr const char* kFamily[] = {"山田", "佐藤", "鈴木", "高橋", "田中",
                                     "伊藤", "渡辺", "中村", "小林", "加藤"};
  constexpr const char* kGiven[] = {"太郎", "花子", "一郎", "美咲", "健",
                                    "葵",   "翔",   "由美", "誠",   "恵"};
  std::vector<ProgramsPerson> out;
  for (std::size_t i = 0; i < n; ++i) {
    char phone[16];
    std::snprintf(phone, sizeof phone, "0901000%04zu", 1000 + i);
    ProgramsPerson p;
    p.name = std::string(kFamily[i % 10]) + kGiven[(i / 10 + i) % 10];
    p.phone = phone;
    p.email = "p" + std::to_string(i) + "@a.test";
    p.kou = i % 3 != 2;
    p.otsu = i % 3 != 1;
    out.push_back(std::move(p));
  }
  return out;
}

ProgramsWorld::ProgramsWorld(std::vector<ProgramsPerson> made)
    : people(std::move(made)), data(folder / "data") {
  environment = {"LANG=en_US.UTF-8", "HITOKOE_PASSPHRASE=made-up for a test",
                 "HITOKOE_AGENT_PASSPHRASE=another one for a test"};
  write("config.yaml", "{}\n");
}

void ProgramsWorld::write(const std::string& name, const std::string& content) const {
  std::ofstream(folder / name, std::ios::binary) << content;
}

std::vector<std::string> ProgramsWorld::service_words(std::vector<std::string> words) const {
  words.insert(words.begin(), {"--data", data.string(), "--config", file("config.yaml")});
  return words;
}

Outcome ProgramsWorld::service(std::vector<std::string> words) const {
  return run("hitokoe", service_words(std::move(words)), environment);
}

Outcome ProgramsWorld::agent(const std::string& party, std::vector<std::string> words) const {
  words.insert(words.begin(), {"--home", file("home-" + party)});
  return run("hitokoe-agent", words, environment);
}

json::object ProgramsWorld::told(std::vector<std::string> words, int code) const {
  std::string line;
  for (const auto& w : words) line += " " + w;
  words.push_back("--json");
  const auto done = service(std::move(words));
  EXPECT_EQ(done.code, code) << line << "\n" << done.err << done.out;
  boost::system::error_code broken;
  auto value = json::parse(done.out, broken);
  EXPECT_FALSE(broken) << line << "\n" << done.out;
  return value.is_object() ? std::move(value.as_object()) : json::object();
}

void ProgramsWorld::ceremony() {
  const auto works = [](const Outcome& done) { ASSERT_EQ(done.code, 0) << done.err; };
  write("K1.csv", csv_of(people, &ProgramsPerson::kou, "K"));
  write("O1.csv", csv_of(people, &ProgramsPerson::otsu, "O"));
  write("kou.csv", csv_of(people, &ProgramsPerson::kou, "K") + others_of("K"));
  write("otsu.csv", csv_of(people, &ProgramsPerson::otsu, "O") + others_of("O"));
  std::size_t kou = 0, otsu = 0;
  for (const auto& p : people) kou += p.kou ? 1 : 0, otsu += p.otsu ? 1 : 0;
  write("registry.yaml", registry_of(kou, otsu));
  works(service({"key", "init"}));
  works(service({"registry", "apply", file("registry.yaml")}));
  for (const char* party : {"kou", "otsu", "callco"}) {
    works(agent(party, {"init", "--party", party, "--out", file(std::string(party) + ".enrol")}));
  }
  struct Holding {
    const char *party, *snapshot, *how, *name, *csv;
  };
  for (const auto& h : {Holding{"kou", "K0", "--own", "kou", "kou.csv"},
                        Holding{"otsu", "O0", "--own", "otsu", "otsu.csv"},
                        Holding{"callco", "K1", "--delegation", "D1", "K1.csv"},
                        Holding{"callco", "O1", "--delegation", "D2", "O1.csv"}}) {
    const std::string key = file(std::string(h.snapshot) + ".hkk");
    const std::string hkf = file(std::string(h.snapshot) + ".hkf");
    works(service({"key", "issue", "--enrol", file(std::string(h.party) + ".enrol"), h.how, h.name,
                   "--out", key}));
    works(agent(h.party, {"fingerprint", "--key", key, "--snapshot", h.snapshot, "--as-of",
                          "2026-06-30", "--columns", kColumns, file(h.csv), "--out", hkf}));
  }
  works(service({"index", "add", file("K0.hkf"), file("O0.hkf"), file("K1.hkf"), file("O1.hkf")}));
}

void ProgramsWorld::find() {
  std::string leaked = "氏名,電話番号,メール\n";
  for (const auto& p : people) leaked += p.name + "," + p.phone + "," + p.email + "\n";
  write("leak.csv", leaked);
  const auto found = told({"scan", file("leak.csv"), "--open-incident"});
  EXPECT_EQ(text_of(found, "verdict"), "named");
  incident = text_of(found, "incident");
  told({"incident", "advance", incident, "--to", "triaged"});
  told({"incident", "advance", incident, "--to", "confirmed"});
}

void ProgramsWorld::begin() {
  write("spec.yaml", kSpec);
  campaign = text_of(told({"campaign", "new", "--incident", incident, "--lead", "kou", "--spec",
                           file("spec.yaml")}),
                     "campaign");
}

void ProgramsWorld::contacts() {
  told({"campaign", "resolve", campaign, "--out", file("requests")});
  for (const std::string party : {"kou", "otsu"}) {
    const auto done = agent(party, {"resolve", "--key", file(party == "kou" ? "K0.hkk" : "O0.hkk"),
                                    "--request", file("requests/" + party + ".contacts.request"),
                                    "--customers", file(party + ".csv"), "--columns", kColumns,
                                    "--out", file(party + ".bundle"), "--yes"});
    ASSERT_EQ(done.code, 0) << done.err;
  }
  told({"campaign", "resolve", campaign, "--import", file("kou.bundle"), file("otsu.bundle")});
}

void ProgramsWorld::freeze() { told({"campaign", "freeze", campaign, "--out", file("requests")}); }

void ProgramsWorld::approve() {
  std::vector<std::string> words{"campaign", "approve", campaign, "--import"};
  for (const std::string party : {"kou", "otsu", "callco"}) {
    const auto request = file("requests/" + party + ".approval.request");
    const auto done = agent(
        party, {"approve", "--request", request, "--out", file(party + ".approval"), "--yes"});
    ASSERT_EQ(done.code, 0) << done.err;
    words.push_back(file(party + ".approval"));
  }
  EXPECT_TRUE(told(words).at("complete").as_bool());
}

void ProgramsWorld::approved() {
  ceremony();
  find();
  begin();
  contacts();
  freeze();
  approve();
}

void ProgramsWorld::use_relay(const SmtpSink& sink, const std::string& more) {
  use_relay(sink.url(), sink.certificate(), more);
}

void ProgramsWorld::use_relay(const std::string& url, const std::filesystem::path& certificate,
                              const std::string& more) {
  write("config.yaml", "smtp:\n  url: " + url + "\n  ca_file: " + certificate.string() +
                           "\n  helo: notice.kou.test\n  backoff_least: 10ms\n" + more);
}

json::object ProgramsWorld::status() const {
  const auto done = service({"campaign", "status", campaign, "--json"});
  EXPECT_TRUE(done.code == 0 || done.code == 1) << done.err;
  return json::parse(done.out).as_object();
}

std::map<std::string, std::vector<json::object>> ProgramsWorld::outcomes() const {
  std::map<std::string, std::vector<json::object>> out;
  std::map<std::string, int> seen;
  const auto proof = told({"campaign", "proof", campaign});
  for (const auto& p : proof.at("persons").as_array()) {
    const auto& person = p.as_object();
    const auto state = text_of(person, "state");
    EXPECT_EQ(seen[text_of(person, "person")]++, 0);
    EXPECT_TRUE(state == "accepted" || state == "refused" || state == "unknown_held") << state;
    out[state].push_back(person);
  }
  return out;
}

ProgramsCopy::ProgramsCopy(ProgramsWorld& world, const std::string& name)
    : world_(world), before_(world.data) {
  world_.data = world_.folder / ("data-" + name);
  std::filesystem::copy(before_, world_.data, std::filesystem::copy_options::recursive);
}

ProgramsCopy::~ProgramsCopy() {
  std::error_code ignored;
  std::filesystem::remove_all(world_.data, ignored);
  world_.data = before_;
}

bool comes_true(const std::function<bool()>& what) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  while (!what()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace hitokoe::testing
