// How long a campaign takes to be built, how fast it is sent, and how fast bounces are read; with
// the memory of each step.
//
//   campaign_bench build PERSONS CARRIERS    resolve, import, freeze, approve; database on disk
//   campaign_bench send PERSONS CONNECTIONS  the real relay over TLS into a sink of another process
//   campaign_bench bounces PERSONS MAILS     mails that came back, one after another
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
  World(const std::filesystem::path& folder, std::size_t carriers) : random(1) {
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
    (void)identity::KeyStore::init(folder, passphrase, clock, random, crypto::Argon2Cost{1, 8192});
    keys = std::make_unique<identity::KeyStore>(
        must(identity::KeyStore::open(folder, passphrase, clock, random), "keys"));
    db = must(storage::Database::open(folder / "hitokoe.db"), "database");
    store = storage::make_campaign_store(db);
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

// A bundle with a contact for each customer that is asked for.
Bytes answer(World& w, const RequestFile& file) {
  const auto request =
      must(identity::decode_request(file.file, must(w.keys->service_sign(), "key").public_key),
           "request");
  identity::ContactBundle bundle;
  bundle.incident = request.incident;
  bundle.campaign = request.campaign;
  bundle.controller = file.party;
  bundle.contacts.reserve(request.subjects.size());
  std::uint64_t n = 0;
  for (const auto& u : request.subjects) {
    const auto id = std::to_string(n++);
    bundle.contacts.push_back({u, "山田太郎" + id, "山田太郎" + id,
                               "p" + id + "@" + file.party + ".test", "+8190" + id, "1000001",
                               "東京都千代田区千代田1-" + id});
  }
  const auto box = must(w.keys->box(identity::KeyKind::kCampaign, bundle.campaign), "box");
  return identity::encode_bundle(bundle, box.public_key, w.sign.at(file.party));
}

std::string build(World& w, std::uint64_t persons, Steps& steps) {
  CampaignService service(w.parts());
  CampaignSpec spec;
  spec.lead = w.names.front();
  spec.from = "notice@lead.test";
  spec.desk = {"窓口", "0120-000-000", "desk@lead.test", "9:00-18:00"};
  const auto id = must(service.create(w.lead, "INC-1", spec), "create").id;
  std::vector<RequestFile> requests;
  {
    std::vector<AffectedSubject> subjects(persons);
    for (std::uint64_t i = 0; i < persons; ++i) {
      auto& s = subjects[i];
      s.controller = w.names[i % w.names.size()];
      w.random.fill(s.y_ref);
      s.items = {identity::FieldId::kName, identity::FieldId::kPhone};
      s.row_keys = {i};
    }
    steps.done("made up", persons);
    requests = must(service.resolve(w.lead, id, w.view, subjects), "resolve");
  }
  steps.done("resolve", persons);
  for (const auto& request : requests) {
    const auto bundle = answer(w, request);
    (void)must(service.import_bundle(w.lead, id, bundle), "import");
  }
  steps.done("answers and import", persons);
  auto frozen = must(service.freeze(w.lead, id, w.view, {}), "freeze");
  steps.done("freeze", persons);
  for (const auto& request : frozen.requests) {
    const identity::Approval approval{
        "INC-1", id, request.party, frozen.version.version, frozen.version.root, w.clock.now()};
    (void)must(
        service.approve(w.lead, id, identity::encode_approval(approval, w.sign.at(request.party))),
        "approve");
  }
  steps.done("approve", frozen.requests.size());
  return id;
}

// Everybody is accepted; then every mail comes back, again and again.
void bounces(World& w, std::uint64_t persons, std::uint64_t mails) {
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
  auto desk = must(BounceDesk::open({*w.store, w.clock}, w.lead, id, "b.lead.test"), "desk");
  for (std::uint64_t i = 0; i < mails; ++i) {
    const auto mail =
        "Delivered-To: bounce+" + recipients[i % recipients.size()].person +
        "@b.lead.test\r\nFrom: MAILER-DAEMON@relay.test\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n"
        "Content-Type: text/plain\r\n\r\nIt could not be delivered.\r\n--b\r\n"
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.test\r\n\r\n"
        "Final-Recipient: rfc822; x@a.test\r\nAction: failed\r\nStatus: 5.1.1\r\n--b--\r\n";
    must(desk.take(as_bytes(mail)), "take");
  }
  const auto counts = must(desk.finish(), "finish");
  steps.done("bounces", mails);
  std::printf("hard %lu, repeated %lu, foreign %lu\n", counts.hard, counts.repeated,
              counts.foreign);
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
  CpuPool pool(1);
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
  if (argc != 4) {
    std::fprintf(stderr,
                 "usage: campaign_bench build PERSONS CARRIERS | send PERSONS CONNECTIONS | "
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
    bounces(w, n, m);
  } else if (std::strcmp(argv[1], "build") == 0) {
    World w(folder, m);
    Steps steps;
    (void)build(w, n, steps);
    std::printf("database %.0f MB\n",
                static_cast<double>(std::filesystem::file_size(folder / "hitokoe.db")) / 1e6);
  } else {
    send(folder, n, m);
  }
  std::filesystem::remove_all(folder);
  return 0;
}
