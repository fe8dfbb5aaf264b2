// How long what is kept of an incident lives, and its destruction by key. For users:
// docs/retention.md.
//
// Everything but the keys themselves is events of the stream "retention/INC-…": holds, the intent
// to destroy, the destruction. A crash between them is taken up again by the next call.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/language.h"
#include "hitokoe/base/time.h"
#include "hitokoe/crawler/capture.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/incident/audit.h"
#include "hitokoe/incident/campaign_store.h"
#include "hitokoe/incident/incident_store.h"

namespace hitokoe::incident {

enum class KeptKind {
  kSubjects,  // affected subjects, contributions of exposures: the incident's key
  kContacts,  // the campaign's key
  kDesk,      // call notes: the desk's key of the incident
};
inline constexpr KeptKind kKeptKinds[] = {KeptKind::kSubjects, KeptKind::kContacts,
                                          KeptKind::kDesk};
std::string_view to_string(KeptKind kind);  // "subjects", "contacts", "desk"
Words words_of(KeptKind kind);
Result<KeptKind> kept_kind_by_name(std::string_view name);  // kUsage lists them

struct RetentionRule {
  KeptKind kind = KeptKind::kSubjects;
  std::uint32_t days = 0;  // [1, 36500] after the Japanese day of the end
  Words basis;
  bool by_itself = false;  // the daemon destroys what is due without being told
};

class RetentionPlan {
 public:
  // kBadInput: every problem with its line; a kind twice or missing.
  static Result<RetentionPlan> parse(std::string_view yaml, std::string_view file);
  // `folder`/retention.yaml; where it is not there, the one that was built in.
  static Result<RetentionPlan> load(const std::filesystem::path& folder);
  static const std::string_view kBuiltIn;  // config/rules/retention.yaml as it was built

  const std::string& version() const { return version_; }
  const std::vector<RetentionRule>& rules() const { return rules_; }  // one a kind
  const RetentionRule& of(KeptKind kind) const;

 private:
  std::string version_;
  std::vector<RetentionRule> rules_;
};

struct LegalHold {
  std::string reason, by;
  UtcTime at{};
  JstDay until{};  // the last day on which it holds
};

struct Destruction {
  KeptKind kind = KeptKind::kSubjects;
  std::string key_kind, key_name;
  std::uint64_t records = 0;  // sealed with it
  JstDay due{};
  std::string by;
  UtcTime at{};
  std::uint64_t event = 0;  // of the audit log
  crypto::Digest hash{};    // of that event
};

enum class RetentionState { kRunning, kDue, kHeld, kInterrupted, kDestroyed };
std::string_view to_string(RetentionState state);

// One key of one incident that is over.
struct RetentionItem {
  std::string incident;
  KeptKind kind = KeptKind::kSubjects;
  std::string key_kind, key_name;
  std::uint64_t records = 0;
  JstDay closed{}, due{};
  RetentionState state = RetentionState::kRunning;
  std::optional<LegalHold> hold;
  std::optional<Destruction> destroyed;
};
std::string to_json(const RetentionItem& item);

class RetentionService {
 public:
  struct Parts {
    IncidentStore& incidents;
    CampaignStore& campaigns;
    AuditLog& log;
    identity::KeyStore& keys;
    crawler::CaptureStore& captures;
    const Clock& clock;
  };
  RetentionService(Parts parts, RetentionPlan plan) : p_(parts), plan_(std::move(plan)) {}
  const RetentionPlan& plan() const { return plan_; }

  // Of all incidents that are over, in the order of their days; keys that never were are left out.
  // kForbidden: neither a coordinator nor an auditor.
  Result<std::vector<RetentionItem>> items(const Viewer& viewer);

  // The keys of `incident` that are due (of `kind` alone where given), for good. The intent is
  // durable before the key goes, the event after; what a crash left in between is finished first.
  // kForbidden: no coordinator. kConflict: a hold, or not due. kNotFound: nothing of it.
  Result<std::vector<Destruction>> destroy(const Viewer& viewer, const std::string& incident,
                                           std::optional<KeptKind> kind);

  // kBadInput: no reason, or a last day that has passed. kConflict: a destruction has begun.
  Result<void> hold(const Viewer& viewer, const std::string& incident, JstDay until,
                    std::string_view reason);
  Result<void> release(const Viewer& viewer, const std::string& incident, std::string_view reason);

  // What was destroyed of the incident. kNotFound: nothing. As JSON, signed by the service.
  Result<std::string> certificate(const Viewer& viewer, const std::string& incident);

 private:
  Result<std::vector<RetentionItem>> of(const std::string& incident);

  Parts p_;
  RetentionPlan plan_;
};

// The text of a certificate for people, in both languages (Markdown). kBadInput: no certificate.
Result<std::string> certificate_text(std::string_view certificate);
// kBadInput: no certificate; kCorrupt: altered, or signed by another service.
Result<void> check_certificate(std::string_view certificate, const crypto::SignPublicKey& service);
// kCorrupt: the log has no such events, or others.
Result<void> check_certificate_events(std::string_view certificate, AuditLog& log);

}  // namespace hitokoe::incident
