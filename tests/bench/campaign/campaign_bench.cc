// How long a campaign takes to be built, how fast it is sent, and how fast bounces are read; with
// the memory of each step.
//
//   campaign_bench build PERSONS CARRIERS    resolve, import, freeze, approve; database on disk
//   campaign_bench look FOLDER CARRIERS      what is seen of a campaign that a cut off build left
//   campaign_bench send PERSONS CONNECTIONS  the real relay over TLS into a sink of another process
//   campaign_bench bounces PERSONS MAILS     mails that came back: a Maildir of them
//
// HITOKOE_BENCH_DATABASE: a libpq connection string of an empty PostgreSQL database, instead of a
// file. Its server's CPU is not in the figures: only ours is.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "hitokoe/base/run_alone.h"
#include "hitokoe/incident/campaign_bounces.h"
#include "hitokoe/incident/campaign_delivery.h"
#include "hitokoe/incident/campaign_proofs.h"
#include "hitokoe/net/bounce.h"
#include "hitokoe/net/mailbox.h"
#include "hitokoe/net/smtp_relay.h"
#include "hitokoe/net/smtp_server.h"
#include "hitokoe/net/tls_certificate.h"
#include "hitokoe/storage/sql.h"
#include "tests/registry_parts.h"

namespace {

using namespace hitokoe;
using namespace hitokoe::incident;

template <class T>
T must(Result<T> r, const char* what) {
  if (r) return std::move(r.value());
  std::fprintf(stderr, "%s: %s\n", what, r.error().detail.c_str());
  std::exit(1);
}
void must(Result<void> r, const char* what) {
  if (r) return;
  std::fprintf(stderr, "%s: %s\n", what, r.error().detail.c_str());
  std::exit(1);
}

// Seconds since the last call, CPU seconds of the process since then, and its peak memory so far.
class Steps {
 public:
  void done(const char* what, std::uint64_t n) {
    const auto now = std::chrono::steady_clock::now();
    rusage use{};
    ::getrusage(RUSAGE_SELF, &use);
    const double cpu = static_cast<double>(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
                       static_cast<double>(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
    const double wall = std::chrono::duration<double>(now - last_).count();
    std::printf("%-22s %9.2f s  %9.2f s CPU  %10.0f a second  peak %6ld MB\n", what, wall,
                cpu - cpu_, static_cast<double>(n) / wall, use.ru_maxrss / 1024);
    std::fflush(stdout);
    last_ = std::chrono::steady_clock::now();
    cpu_ = cpu;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  double cpu_ = 0;
};

struct World {
  // `kept`: a folder of an earlier run.
  World(const std::filesystem::path& folder, std::size_t carriers, bool kept = false) : random(1) {
    std::vector<registry::Party> parties{{"callco", "丙コール株式会社", {}}};
    std::vector<registry::Delegation> delegations;
    std::vector<registry::Snapshot> snapshots;
    for (std::size_t i = 0; i < carriers; ++i) {
      const auto id = "c" + std::to_string(i);
      parties.push_back({id, "通信" + std::to_string(i) + "号株式会社", {}});
      delegations.push_back(made_delegation("D" + id, id, id, "callco"));
      snapshots.push_back(made_snapshot("S" + id, id, id));
      snapshots.push_back(made_snapshot("T" + id, id, "callco", "D" + id, "S" + id));
      holder.snapshots.push_back("T" + id);
      names.push_back(id);
    }
    registry = registry::Registry(parties, delegations, snapshots);
    const SecretText passphrase(std::string("made up for a figure"));
    if (!kept)
      must(identity::KeyStore::init(folder, passphrase, clock, random, crypto::Argon2Cost{1, 8192}),
           "keys");
    keys = std::make_unique<identity::KeyStore>(
        must(identity::KeyStore::open(folder, passphrase, clock, random), "keys"));
    const char* server = std::getenv("HITOKOE_BENCH_DATABASE");
    db = server == nullptr ? must(storage::Database::open(folder / "hitokoe.db"), "database")
                           : must(storage::Database::open_server(server), "server");
    store = storage::make_campaign_store(db);
    if (kept) return;
    names.push_back("callco");
    for (const auto& party : names) {
      sign.emplace(party, crypto::make_sign_keys(random));
      must(keys->enrol({party, {}, sign.at(party).public_key}), "enrol");
    }
    names.pop_back();
    for (const auto& party : names) {
      if (!keys->get_or_make(identity::KeyKind::kDelegation, "own:" + party)) std::exit(1);
    }
    holder.party = "callco";
    holder.probability = 0.99;
    holder.nameable = true;
    view.id = "INC-1";
    view.state = State::kConfirmed;
    view.opened = clock.now();
    view.holders = {holder};
  }
  CampaignService::Parts parts() { return {*store, registry, *keys, clock, random}; }

  SystemClock clock;
  SeededRandom random;
  registry::Registry registry{{}, {}, {}};
  std::unique_ptr<identity::KeyStore> keys;
  std::shared_ptr<storage::Database> db;
  std::unique_ptr<CampaignStore> store;
  std::vector<std::string> names;
  std::map<std::string, crypto::SignKeyPair> sign;
  IncidentHolder holder;
  IncidentView view;
  const registry::Viewer lead = registry::Viewer::local("bench");
};

// Every tenth person is a customer of two carriers, with a leaked row in common. A customer's y_ref
// holds the number of the person, so that the answer can be made from what is asked for.
constexpr std::uint64_t kEvery = 10, kNext = 7;

identity::Fingerprint y_ref_of(std::uint64_t person) {
  identity::Fingerprint out{};
  for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<std::uint8_t>(person >> (8 * i));
  return out;
}

std::vector<AffectedSubject> affected(const World& w, std::uint64_t persons, std::size_t carrier) {
  std::vector<AffectedSubject> out;
  const auto n = w.names.size();
  const auto add = [&](std::uint64_t i) {
    out.push_back({w.names[carrier],
                   y_ref_of(i),
                   {identity::FieldId::kName, identity::FieldId::kPhone},
                   {i}});
  };
  for (std::uint64_t i = 0; i < persons; ++i) {
    if (i % n == carrier) add(i);
    if (i % kEvery == 0 && n > 1 && (i + kNext) % n == carrier && kNext % n != 0) add(i);
  }
  return out;
}

// A bundle with a contact for each customer that is asked for.
Bytes answer(World& w, const RequestFile& file) {
  const auto request =
      must(identity::decode_request(file.file, must(w.keys->service_sign(), "key").public_key),
           "request");
  const crypto::Aes128 own(
      must(w.keys->key128(identity::KeyKind::kDelegation, "own:" + file.party), "own key"));
  identity::ContactBundle bundle;
  bundle.incident = request.incident;
  bundle.campaign = request.campaign;
  bundle.controller = file.party;
  bundle.contacts.reserve(request.subjects.size());
  for (const auto& u : request.subjects) {
    identity::Fingerprint y_ref = u;
    own.decrypt({&y_ref, 1}, {&y_ref, 1});
    std::uint64_t person = 0;
    for (std::size_t i = 8; i-- > 0;) person = person << 8U | y_ref[i];
    const auto id = std::to_string(person);
    bundle.contacts.push_back({u, "山田太郎" + id, "山田太郎" + id, "p" + id + "@mail.test",
                               "+8190" + id, "1000001", "東京都千代田区千代田1-" + id});
  }
  const auto box = must(w.keys->box(identity::KeyKind::kCampaign, bundle.campaign), "box");
  return identity::encode_bundle(bundle, box.public_key, w.sign.at(file.party));
}

// What a carrier does with its slice, and what it and the lead see.
void look(World& w, const std::string& id, const Bytes& slice, Steps& steps) {
  CampaignService service(w.parts());
  if (!slice.empty()) {
    const auto request = must(
        identity::decode_approval_request(slice, must(w.keys->service_sign(), "key").public_key),
        "slice");
    const auto checked = must(identity::check_evidence(request), "check of a slice");
    steps.done("a carrier's slice", checked.own_customers);
  }
  const registry::Viewer carrier("bench", registry::Role::kParty, w.names.front());
  for (int i = 0; i < 10; ++i) (void)must(service.status(carrier, id), "status of a carrier");
  steps.done("its status, ten times", 10);
  std::uint64_t persons = 0;
  const auto count = [&](const PersonProof&) -> Result<void> {
    ++persons;
    return ok();
  };
  must(each_proof(*w.store, carrier, id, count), "proofs of a carrier");
  steps.done("its proofs", persons);
  persons = 0;
  must(each_proof(*w.store, w.lead, id, count), "proofs");
  steps.done("everybody's proofs", persons);
}

std::string build(World& w, std::uint64_t persons, Steps& steps) {
  CampaignService service(w.parts());
  CampaignSpec spec;
  spec.lead = w.names.front();
  spec.from = "notice@lead.test";
  spec.desk = {"窓口", "0120-000-000", "desk@lead.test", "9:00-18:00"};
  const auto id = must(service.create(w.lead, "INC-1", spec), "create").id;
  steps.done("begin", persons);
  auto requests =
      must(service.resolve(w.lead, id, w.view, w.names,
                           [&](const std::string& carrier) {
                             const auto at = std::stoul(carrier.substr(1));
                             return Result<std::vector<AffectedSubject>>(affected(w, persons, at));
                           }),
           "resolve");
  std::uint64_t customers = 0;
  for (const auto& request : requests) customers += request.customers;
  steps.done("resolve", persons);
  double made = 0;
  for (auto& request : requests) {
    const auto begin = std::chrono::steady_clock::now();
    const auto bundle = answer(w, request);
    request.file = {};
    made += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    (void)must(service.import_bundle(w.lead, id, bundle), "import");
  }
  steps.done("answers and import", persons);
  std::printf("  of it the carriers' answers %.2f s; %lu customers\n", made, customers);
  FreezeOptions options;
  std::uint64_t bytes = 0;
  Bytes slice;  // of the lead, which is a carrier
  options.take = [&](const RequestFile& file) -> Result<void> {
    bytes += file.file.size();
    if (file.party == w.names.front()) slice = file.file;
    return ok();
  };
  const auto frozen = must(service.freeze(w.lead, id, w.view, options), "freeze");
  steps.done("freeze", persons);
  std::printf("  joined %lu; requests %.0f MB\n", frozen.joined, static_cast<double>(bytes) / 1e6);
  for (const auto& request : frozen.requests) {
    const identity::Approval approval{
        "INC-1", id, request.party, frozen.version.version, frozen.version.root, w.clock.now()};
    (void)must(
        service.approve(w.lead, id, identity::encode_approval(approval, w.sign.at(request.party))),
        "approve");
  }
  steps.done("approve", frozen.requests.size());
  for (int i = 0; i < 10; ++i) (void)must(service.status(w.lead, id), "status");
  steps.done("status, ten times", 10);
  look(w, id, slice, steps);
  return id;
}

// By turns a delivery report, and the plain words of a mail server with the notice's head behind
// them.
std::string returned(std::uint64_t i, const std::string& person) {
  const auto head = "Delivered-To: bounce+" + person +
                    "@b.lead.test\r\nFrom: MAILER-DAEMON@relay.test\r\nMIME-Version: 1.0\r\n";
  if (i % 2 == 0)
    return head +
           "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n"
           "Content-Type: text/plain\r\n\r\nIt could not be delivered.\r\n--b\r\n"
           "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.test\r\n\r\n"
           "Final-Recipient: rfc822; x@a.test\r\nAction: failed\r\nStatus: 5.1.1\r\n--b--\r\n";
  return head +
         "Subject: Mail System Error - Returned Mail\r\n"
         "Content-Type: text/plain; charset=UTF-8\r\n\r\n"
         "次のあて先へのメッセージはエラーのため送信できませんでした。\r\n\r\n"
         "<x@a.test>: 宛先不明\r\n";
}

// Everybody is accepted; then every mail comes back, again and again.
void bounces(World& w, const std::filesystem::path& folder, std::uint64_t persons,
             std::uint64_t mails) {
  Steps steps;
  const auto id = build(w, persons, steps);
  CampaignService service(w.parts());
  must(service.start(w.lead, id), "start");
  const auto recipients = must(w.store->recipients(id, ""), "recipients");
  const std::pair<DeliveryState, DeliveryState> ways[] = {
      {DeliveryState::kPending, DeliveryState::kSending},
      {DeliveryState::kSending, DeliveryState::kCommitting},
      {DeliveryState::kCommitting, DeliveryState::kAccepted}};
  for (std::size_t begin = 0; begin < recipients.size(); begin += 500) {
    for (const auto& [from, to] : ways) {
      std::vector<DeliveryStep> group;
      for (std::size_t i = begin; i < std::min(begin + 500, recipients.size()); ++i)
        group.push_back({recipients[i].person, from, to, "run", 250, "", "smtp"});
      (void)must(w.store->deliver(id, group, "bench", w.clock.now()), "deliver");
    }
  }
  steps.done("accepted", recipients.size());
  const auto maildir = folder / "Maildir";
  for (const char* sub : {"new", "cur", "tmp"}) std::filesystem::create_directories(maildir / sub);
  for (std::uint64_t i = 0; i < mails; ++i) {
    std::ofstream(maildir / "new" / std::to_string(i), std::ios::binary)
        << returned(i, recipients[i % recipients.size()].person);
  }
  steps.done("Maildir written", mails);
  // As the daemon reads it.
  auto desk = must(BounceDesk::open({*w.store, w.clock}, w.lead, "", "b.lead.test"), "desk");
  const auto read =
      must(net::read_maildir(
               maildir, net::kMostBounce, 500, [&](ByteView mail) { return desk.take(mail); },
               [&] { return desk.flush(); }),
           "Maildir");
  const auto counts = must(desk.finish(), "finish");
  steps.done("bounces", mails);
  std::printf("read %lu: hard %lu, repeated %lu, soft %lu, foreign %lu; left in new: %s\n", read,
              counts.hard, counts.repeated, counts.soft, counts.foreign,
              std::filesystem::is_empty(maildir / "new") ? "none" : "some");
}

[[noreturn]] void sink(const std::filesystem::path& folder, const net::CertificateFiles& files) {
  asio::io_context io(1);
  net::SmtpServerOptions options;
  options.certificate = files.certificate;
  options.private_key = files.private_key;
  net::SmtpServer server(io.get_executor(), options,
                         {[](const std::string&) { return net::SmtpReply{}; },
                          [](const net::ReceivedMail&) {
                            return net::SmtpReply{250, "2.0.0 queued"};
                          }},
                         Logger::silent());
  must(server.start(), "sink");
  std::ofstream(folder / "port.new") << server.port();
  std::filesystem::rename(folder / "port.new", folder / "port");
  io.run();
  std::_Exit(0);
}

void send(const std::filesystem::path& folder, std::uint64_t persons, std::size_t connections) {
  const SystemClock clock;
  const auto files = must(net::make_certificate(folder, {"127.0.0.1"}, clock.now()), "certificate");
  const pid_t child = ::fork();
  if (child == 0) sink(folder, files);
  while (!std::filesystem::exists(folder / "port")) ::usleep(1000);
  std::string port;
  std::ifstream(folder / "port") >> port;
  World w(folder, 4);
  Steps steps;
  const auto id = build(w, persons, steps);
  net::SmtpOptions smtp;
  smtp.url = "smtp://127.0.0.1:" + port;
  smtp.ca_file = files.certificate;
  smtp.connections = connections;
  const auto relay = must(net::make_smtp_relay(std::move(smtp)), "relay");
  CampaignService service(w.parts());
  must(service.start(w.lead, id), "start");
  asio::io_context io;
  CpuPool pool(connections);
  SystemSleeper sleeper;
  DeliveryOptions options;
  options.connections = connections;
  auto run = must(CampaignDelivery::prepare(
                      w.parts(), "代表", w.lead, id,
                      {*w.store, *relay, w.clock, sleeper, &pool, Logger::silent()}, options),
                  "prepare");
  steps.done("prepare", persons);
  const auto report = must(run_alone(io, run->run()), "send");
  steps.done("send", report.accepted);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::strcmp(argv[1], "look") == 0) {
    Steps steps;
    World w(argv[2], std::strtoull(argv[3], nullptr, 10), true);
    steps.done("open", 1);
    CampaignService service(w.parts());
    const auto id = must(service.list(w.lead), "list").at(0).id;
    for (int i = 0; i < 10; ++i) (void)must(service.status(w.lead, id), "status");
    steps.done("status, ten times", 10);
    look(w, id, {}, steps);
    return 0;
  }
  if (argc != 4) {
    std::fprintf(stderr,
                 "usage: campaign_bench build PERSONS CARRIERS | look FOLDER CARRIERS | send "
                 "PERSONS CONNECTIONS | "
                 "bounces PERSONS MAILS\n");
    return 2;
  }
  auto name = (std::filesystem::temp_directory_path() / "campaign-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return 1;
  const std::filesystem::path folder = name;
  const auto n = std::strtoull(argv[2], nullptr, 10);
  const auto m = std::strtoull(argv[3], nullptr, 10);
  if (std::strcmp(argv[1], "bounces") == 0) {
    World w(folder, 4);
    bounces(w, folder, n, m);
  } else if (std::strcmp(argv[1], "build") == 0) {
    World w(folder, m);
    Steps steps;
    (void)build(w, n, steps);
    std::error_code elsewhere;
    const auto size = std::filesystem::file_size(folder / "hitokoe.db", elsewhere);
    if (!elsewhere) std::printf("database %.0f MB\n", static_cast<double>(size) / 1e6);
  } else {
    send(folder, n, m);
  }
  std::filesystem::remove_all(folder);
  return 0;
}
