#include "hitokoe/identity/agent.h"

#include <algorithm>
#include <utility>

#include "hitokoe/base/file.h"
#include "hitokoe/base/secret_source.h"
#include "identity/agent/agent_state.h"
#include "identity/agent/canary_job.h"
#include "identity/agent/fingerprint_job.h"
#include "identity/agent/resolve_job.h"

namespace hitokoe::identity {
namespace {

constexpr std::uint64_t kMostKeyFile = 64U << 10;
constexpr std::uint64_t kMostRequest = 1ULL << 30;

}  // namespace

Result<OpenedKey> open_issued_key(const std::filesystem::path& path, const Home& home,
                                  Random& random) {
  TRY(const auto file, read_file(path, kMostKeyFile));
  auto decoded = decode_issued_key(file, home.box());
  if (!decoded) return fail(decoded.error().code, shown(path) + ": " + decoded.error().words());
  OpenedKey out{std::move(decoded).value(), false};
  if (out.key.party != home.party()) {
    return fail(Errc::kForbidden,
                shown(path) + ": was issued to party " + out.key.party + ", this is the agent of " +
                    home.party(),
                shown(path) + ": 事業者 " + out.key.party + " に渡された鍵。このエージェントは " +
                    home.party() + " のもの");
  }
  if (out.key.tables != tables_digest()) {
    return fail(Errc::kUnsupported,
                shown(path) +
                    ": was issued by a service with other tables than this agent's: "
                    "agent and service must be of the same release",
                shown(path) +
                    ": このエージェントと違う変換表を使うサービスが渡した鍵: "
                    "エージェントとサービスは同じ版が必要");
  }
  TRY(out.pinned, home.pin({out.key.service_sign, out.key.service_box}, random));
  return out;
}

Agent::Agent(std::unique_ptr<State> state) : state_(std::move(state)) {}
Agent::Agent(Agent&&) noexcept = default;
Agent& Agent::operator=(Agent&&) noexcept = default;
Agent::~Agent() = default;

Result<SecretText> Agent::passphrase_from_environment() {
  return secret_from_environment("HITOKOE_AGENT_PASSPHRASE");
}

Result<void> Agent::init(const std::filesystem::path& home, std::string_view party,
                         const SecretText& passphrase, const Clock&, Random& random,
                         crypto::Argon2Cost cost) {
  return Home::init(home, party, passphrase, random, cost);
}

Result<Agent> Agent::open(const std::filesystem::path& home, const SecretText& passphrase,
                          const Clock& clock, Random& random) {
  TRY(auto opened, Home::open(home, passphrase));
  return Agent(std::make_unique<State>(std::move(opened), clock, random));
}

Bytes Agent::enrolment_file() const {
  return encode_enrolment(state_->home.enrolment(), state_->home.sign());
}

Result<AgentStatus> Agent::status() const {
  TRY(auto home, state_->home.state());
  AgentStatus out;
  out.enrolment = state_->home.enrolment();
  out.fingerprint = enrolment_fingerprint(out.enrolment);
  if (home.service) {
    out.service_fingerprint =
        enrolment_fingerprint({"service", home.service->box, home.service->sign});
  }
  out.sequences = std::move(home.sequences);
  return out;
}

Result<FingerprintReport> Agent::fingerprint(const FingerprintJob& job) {
  return run_fingerprint(job, state_->home, state_->clock, state_->random);
}

Result<CanaryReport> Agent::canaries(const CanaryJob& job) {
  return run_canaries(job, state_->home, state_->clock, state_->random);
}

Result<HkfHeader> Agent::verify(const std::filesystem::path& hkf) { return verify_hkf(hkf); }

Result<ResolveReport> Agent::resolve(
    const ResolveJob& job, const std::function<Result<void>(const ContactRequest&)>& confirm) {
  return run_resolve(job, state_->home, state_->clock, state_->random, confirm);
}

Result<Agent::Approvable> Agent::read_approval_request(const std::filesystem::path& request) const {
  TRY(const auto home, state_->home.state());
  if (!home.service) {
    return fail(Errc::kNotFound,
                "this agent does not know its service yet: use a key of the service first "
                "(`hitokoe-agent fingerprint --key`)",
                "このエージェントはまだサービスを知りません: "
                "先にサービスの鍵を使ってください（`hitokoe-agent fingerprint --key`）");
  }
  TRY(const auto file, read_file(request, kMostRequest));
  auto decoded = decode_approval_request(file, home.service->sign);
  if (!decoded) return fail(decoded.error().code, shown(request) + ": " + decoded.error().words());
  Approvable out{std::move(decoded).value(), {}};
  if (out.request.party != state_->home.party()) {
    return fail(Errc::kForbidden,
                shown(request) + ": is addressed to party " + out.request.party +
                    ", this is the agent of " + state_->home.party(),
                shown(request) + ": 宛先は事業者 " + out.request.party + "。このエージェントは " +
                    state_->home.party() + " のもの");
  }
  TRY(out.slice, check_evidence(out.request));
  return out;
}

Result<void> Agent::approve(const ApprovalRequest& request,
                            const std::filesystem::path& out) const {
  const Approval approval{request.incident, request.campaign, state_->home.party(),
                          request.version,  request.root,     state_->clock.now()};
  return write_file_durably(out, encode_approval(approval, state_->home.sign()), 0644);
}

}  // namespace hitokoe::identity
