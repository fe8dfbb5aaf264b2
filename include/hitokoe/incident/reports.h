// Reports to the authorities (docs/reports.md): what a carrier must tell the PPC (nine items,
// enforcement rule 8 of the APPI) and the MIC (ten items of its first report), drafted from the
// facts of the incident and from what people record, kept as versions that nobody can change.
//
// A report is one carrier's: it is drafted with that carrier's own eyes, whoever asks for it, so
// that it holds its own numbers, names no co-tenant, and nobody who may not be named.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/bytes.h"
#include "hitokoe/incident/campaign_store.h"
#include "hitokoe/incident/incident_store.h"
#include "hitokoe/registry/registry_store.h"

namespace hitokoe::incident {

class FollowStore;

enum class ReportForm { kPpc, kMic };
std::string_view to_string(ReportForm form);  // "ppc", "mic"
Result<ReportForm> report_form_by_name(std::string_view name);

enum class ReportKind { kPreliminary, kFinal };
std::string_view to_string(ReportKind kind);  // "preliminary", "final"
Result<ReportKind> report_kind_by_name(std::string_view name);

enum class ReportItem {
  kName,         // MIC 1: legal name
  kNumber,       // MIC 2: number of the registration or notification
  kOutline,      // PPC 1, MIC 3
  kData,         // PPC 2, MIC 4
  kPeople,       // PPC 3, MIC 5
  kCause,        // PPC 4, MIC 6
  kSecondary,    // PPC 5, MIC 7
  kPublication,  // PPC 7, MIC 8
  kResponse,     // PPC 6, MIC 9
  kPrevention,   // PPC 8, MIC 10
  kOther,        // PPC 9
};
std::string_view to_string(ReportItem item);                    // "name", "number", "outline", …
Result<ReportItem> report_item_by_name(std::string_view name);  // kUsage lists them
std::span<const ReportItem> items_of(ReportForm form);          // in the form's order
Words title_of(ReportItem item);

// What a person recorded for an item. The newest of an item counts; all are kept.
struct ReportEntry {
  ReportItem item = ReportItem::kOutline;
  Words text;  // either language may be empty, not both
  std::string by;
  UtcTime at{};
};

struct ReportSection {
  ReportItem item = ReportItem::kOutline;
  std::vector<Words> found;   // from the facts of the incident
  Words said;                 // by a person
  std::optional<UtcTime> at;  // of what was said
  bool open = false;          // under investigation
};
// A section as one text; where a language is missing, the other one stands for it; where nothing is
// known, that it is under investigation.
std::string text_of(const ReportSection& section, Language language);

struct ReportDuty {  // the clock that the report answers
  std::string rule;
  Words text;
  UtcTime started{};
  std::optional<UtcTime> due;
};

struct ReportDifference {
  ReportItem item = ReportItem::kOutline;
  Words before, after;
};

struct ReportContent {
  std::string incident, carrier, carrier_name;
  ReportForm form = ReportForm::kPpc;
  ReportKind kind = ReportKind::kPreliminary;
  std::vector<ReportSection> sections;  // all items of the form
  std::vector<ReportDuty> duties;
  std::uint32_t compared = 0;  // a final report: the preliminary version it was compared with
  std::vector<ReportDifference> differences;

  std::vector<ReportItem> open() const;  // what is still to be found out
};
std::string content_to_json(const ReportContent& content);  // canonical: equal contents, equal text
Result<ReportContent> content_from_json(std::string_view json);  // kCorrupt

struct ReportSubmission {
  UtcTime at{};           // when the authority had it
  std::string reference;  // the authority's receipt number; may be empty
  std::string by;
  UtcTime recorded{};
  std::vector<std::string> rules;  // clocks that it completed
};

struct ReportVersion {
  std::uint32_t number = 0;  // 1, 2, 3 … of this carrier, over all forms and kinds
  ReportContent content;
  std::string sha256;  // hex, of content_to_json
  std::string by;
  UtcTime at{};
  std::optional<ReportSubmission> submitted;
};

// The fold of the stream "report/INC-…/CARRIER".
struct ReportFile {
  std::string incident, carrier;
  std::uint64_t revision = 0;  // seq of its newest event; 0: none
  std::vector<ReportEntry> entries;
  std::vector<ReportVersion> versions;

  const ReportEntry* newest(ReportItem item) const;
  const ReportVersion* version(std::uint32_t number) const;
  // The newest of a form and kind; a submitted one before a draft.
  const ReportVersion* latest(ReportForm form, ReportKind kind) const;
};
std::string report_stream(std::string_view incident, std::string_view carrier);
Result<ReportFile> fold_reports(std::string incident, std::string carrier,
                                std::span<const Event> events);

struct ReportChange {
  std::string incident, carrier;
  std::uint64_t revision = 0;  // of the file that was decided on
  Draft event;
  std::uint64_t incident_revision = 0;  // looked at only with `clocks`
  std::vector<Draft> clocks;            // incident.clock_done, in the same transaction
};

// Port. Implementation: storage/sql.
class ReportStore {
 public:
  virtual ~ReportStore() = default;
  // Carriers of the incident whose reports the viewer may see. Empty: none, or no such incident.
  virtual Result<std::vector<std::string>> carriers(const Viewer& viewer,
                                                    const std::string& incident) = 0;
  // kNotFound: no such incident or carrier in it, or none of the viewer's business. Names of
  // persons only for who sees all parties.
  virtual Result<ReportFile> load(const Viewer& viewer, const std::string& incident,
                                  const std::string& carrier) = 0;
  // kConflict: somebody was faster. kCorrupt: the fold refuses the event.
  virtual Result<void> commit(const ReportChange& change, UtcTime at) = 0;
};

class ReportService {
 public:
  struct Parts {
    ReportStore& store;
    IncidentStore& incidents;
    registry::RegistryStore& registry;
    CampaignStore* campaigns;  // null: nothing is said of notices
    const ClockRules& rules;
    const Holidays& holidays;
    const Clock& clock;
    FollowStore* follows = nullptr;  // null: every campaign is the first of its incident
  };
  static constexpr std::size_t kMostText = 20'000;  // bytes of a recorded text

  explicit ReportService(Parts parts) : p_(parts) {}

  // Carriers that the viewer may report for, each with its file. kNotFound: no such incident.
  Result<std::vector<ReportFile>> list(const Viewer& viewer, const std::string& incident);
  Result<ReportFile> show(const Viewer& viewer, const std::string& incident,
                          const std::string& carrier);

  // Records what only a person can know. kForbidden: neither a coordinator nor of this carrier.
  // kBadInput: empty, or control characters; kLimit: over kMostText; kConflict: it names a party
  // that may not be named in this report. The same text again changes nothing.
  Result<void> record(const Viewer& viewer, const std::string& incident, const std::string& carrier,
                      ReportItem item, const Words& text);

  // What a report would say now; keeps nothing.
  Result<ReportContent> preview(const Viewer& viewer, const std::string& incident,
                                const std::string& carrier, ReportForm form, ReportKind kind);
  // The same, kept as a version. Where nothing changed since the newest one, that one is given.
  Result<ReportVersion> draft(const Viewer& viewer, const std::string& incident,
                              const std::string& carrier, ReportForm form, ReportKind kind);
  // Records that the authority has it, and completes the clocks that it answers. kNotFound: no such
  // version; kConflict: another submission of it is on record; kBadInput: a time to come.
  Result<ReportVersion> submit(const Viewer& viewer, const std::string& incident,
                               const std::string& carrier, std::uint32_t version, UtcTime at,
                               const std::string& reference);

 private:
  Result<ReportContent> content(const ReportFile& file, ReportForm form, ReportKind kind);

  Parts p_;
};

// The report as people read it. `language`: none gives Japanese, and then English.
std::string report_markdown(const ReportVersion& version, std::optional<Language> language);
// Errors: print::Document::pdf.
Result<Bytes> report_pdf(const ReportVersion& version, std::optional<Language> language);
// One object; keys: docs/openapi.yaml, ReportVersion.
std::string to_json(const ReportVersion& version);
// {"incident","carrier","items":[…],"versions":[…]}; versions without their sections.
std::string to_json(const ReportFile& file);

}  // namespace hitokoe::incident
