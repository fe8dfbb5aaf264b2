// What a carrier or contractor does with its own data: `hitokoe-agent` is a command line around
// this class, and `hitokoe drill` calls it for ten parties in one process.
//
//   TRYV(Agent::init(home, "callco", passphrase, clock, random));
//   TRY(auto agent, Agent::open(home, passphrase, clock, random));
//   TRYV(write_file_durably("callco.enrol", agent.enrolment_file()));
//   ...                                     // key issue, at the service
//   TRY(const auto report, agent.fingerprint({.key = "callco.hkk", .snapshot = "S1", ...}));
//
// The home folder holds the party's keys under the passphrase, the service that it trusts (pinned
// by the first key that is used; another service is refused from then on), and the sequence of the
// last file of every snapshot. No plain value leaves the process but in a contact bundle, sealed to
// the campaign. Not thread-safe; several processes may use one home.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/progress.h"
#include "hitokoe/base/random.h"
#include "hitokoe/base/secret.h"
#include "hitokoe/base/time.h"
#include "hitokoe/identity/approval_evidence.h"
#include "hitokoe/identity/campaign_files.h"
#include "hitokoe/identity/ceremony.h"
#include "hitokoe/identity/hkf.h"
#include "hitokoe/text/charset.h"

namespace hitokoe::identity {

// Which column of a CSV file is what.
struct ColumnMap {
  struct Column {
    std::string header;        // empty where the position is given
    std::size_t position = 0;  // 1, 2, …; 0 where the header is given
    FieldId field;
  };
  std::vector<Column> columns;
  bool by_header() const;

  // "顧客番号=ref,氏名=name,3=phone". kUsage: syntax, no such field, a column twice, more than 32;
  // kUnsupported: a field that this release cannot handle.
  static Result<ColumnMap> parse(std::string_view text);
};

// A CSV file with one customer a row. The first row is a header where a column is named by header.
struct CustomerFile {
  std::filesystem::path path;
  ColumnMap columns;
  std::optional<text::Charset> encoding;  // detected where not given
  char delimiter = ',';
  bool header = false;            // the first row is a header though columns are given by position
  std::filesystem::path rejects;  // "line,reason" of every refused row; not written when empty
};

// What happened to the rows. A refused row is named by line and reason, never by content.
struct RowReport {
  text::Charset encoding = text::Charset::kUtf8;
  std::uint64_t rows = 0;                        // data rows of the file, refused ones included
  std::uint64_t rejected = 0;                    // refused
  std::map<std::string, std::uint64_t> reasons;  // "column_count": 3, …
  struct Reject {
    std::uint64_t line;
    std::string reason;
  };
  std::vector<Reject> first;  // the first 20
  // Values that are no such thing (a phone number with 5 digits), by field; the row is kept.
  std::map<FieldId, std::uint64_t> unreadable;
};

struct FingerprintJob {
  std::filesystem::path key;
  std::string snapshot;
  CustomerFile customers;
  std::filesystem::path out;
  std::optional<JstDay> as_of;            // today
  std::optional<std::uint64_t> sequence;  // one more than the last for this snapshot
  std::size_t sort_memory = 96U << 20;    // bytes; more rows than that are sorted on disk, sealed
  // Bytes of the customer file: four fifths of each count as it is read, the rest as its records
  // are sorted and written.
  Progress progress;
};
struct FingerprintReport {
  HkfHeader header;
  RowReport rows;
  std::uint64_t without_ref = 0;  // records without the carrier's customer number
  bool pinned = false;            // the service was pinned by this call
};

struct ResolveJob {
  std::filesystem::path key;
  std::filesystem::path request;
  CustomerFile customers;
  std::filesystem::path out;
};
struct ResolveReport {
  ContactRequest request;
  RowReport rows;
  std::uint64_t contacts = 0;
  std::uint64_t unresolved = 0;
  std::uint64_t duplicates = 0;  // further rows of a customer that was found already
};

// What made-up people are made of. '#' is any digit.
struct DecoyRules {
  std::vector<std::string> refs = {"99########"};  // customer numbers that the carrier never gives
  // 0X0 is never followed by 0 in the numbering plan of Japan: nobody has such a number.
  std::vector<std::string> phones = {"090-0###-####"};
  std::vector<std::string> domains = {"example.jp"};  // that the carrier, or nobody, reads
  // Postal code, space, address: places that are, with numbers of houses that are not.
  std::vector<std::string> addresses = {
      "100-0005 東京都千代田区丸の内1-9#-9#", "220-0012 神奈川県横浜市西区みなとみらい2-9#-8#",
      "530-0001 大阪府大阪市北区梅田3-9#-7#", "460-0008 愛知県名古屋市中区栄3-9#-8#",
      "810-0001 福岡県福岡市中央区天神2-9#-7#"};
  // Of other columns, or instead of the above: any of these.
  std::map<FieldId, std::vector<std::string>> values;

  friend bool operator==(const DecoyRules&, const DecoyRules&) = default;
};

struct CanaryJob {
  std::filesystem::path key;  // the delegator's
  std::string snapshot;       // the handover that they go into
  std::uint64_t count = 0;    // [1, 100,000]
  std::filesystem::path out;  // rows for the delegate, CSV in UTF-8
  std::filesystem::path sealed;
  ColumnMap columns;  // empty: all that the key allows and can be made up
  DecoyRules rules;
};
struct CanaryReport {
  HkfHeader header;  // of the sealed list
  bool pinned = false;
  bool default_rules = false;  // who knows this product knows them too
};

struct AgentStatus {
  Enrolment enrolment;
  std::string fingerprint;                         // of the party, to be read out by phone
  std::optional<std::string> service_fingerprint;  // of the pinned service
  std::map<std::string, std::uint64_t> sequences;  // last file of each snapshot
};

class Agent {
 public:
  // HITOKOE_AGENT_PASSPHRASE_FILE or HITOKOE_AGENT_PASSPHRASE. kUsage with what to set.
  static Result<SecretText> passphrase_from_environment();

  // Makes the home. kExists; kUsage: `party` is not 1 to 128 bytes.
  static Result<void> init(const std::filesystem::path& home, std::string_view party,
                           const SecretText& passphrase, const Clock& clock, Random& random,
                           crypto::Argon2Cost cost = {});
  // kNotFound: no such home. kUnauthorized: wrong passphrase. kCorrupt.
  static Result<Agent> open(const std::filesystem::path& home, const SecretText& passphrase,
                            const Clock& clock, Random& random);
  Agent(Agent&&) noexcept;
  Agent& operator=(Agent&&) noexcept;
  ~Agent();

  Bytes enrolment_file() const;
  Result<AgentStatus> status() const;

  // Makes the fingerprint file. Nothing stands at `out` on failure. Memory: `sort_memory` and some
  // 30 MiB, whatever the file's size. At least 50,000 rows of nine fields a second on one core.
  // Rows with the same customer number are kept, each as a record.
  // kForbidden: the key belongs to another party or service, or a column that the delegation does
  // not allow. kUnsupported: key made for other tables. kBadInput: the CSV file cannot be read as
  // a whole (an unclosed quote, a missing column, binary data, no usable row): names the line.
  Result<FingerprintReport> fingerprint(const FingerprintJob& job);

  // Makes decoy rows for a handover, and the list of them sealed to the service. No two calls make
  // the same rows. Nothing stands at `out` or `sealed` on failure. kUsage, kLimit: rules that give
  // no valid or too few values; else as fingerprint().
  Result<CanaryReport> canaries(const CanaryJob& job);

  // What `verify` shows: header and digest hold; the records cannot be read without the service.
  static Result<HkfHeader> verify(const std::filesystem::path& hkf);

  // Finds the contacts of the subjects asked for. `confirm` sees the request before anything is
  // read; its Error ends the call. Columns: ref, and any of name, email, phone, postal, address.
  // kForbidden: the service did not sign it, or it is not about this party's own customers.
  // kConflict: made under another key than `key`.
  Result<ResolveReport> resolve(const ResolveJob& job,
                                const std::function<Result<void>(const ContactRequest&)>& confirm);

  struct Approvable {
    ApprovalRequest request;
    CheckedSlice slice;  // computed from the proof, not believed
  };
  // kForbidden: not signed by the pinned service, or for another party; kNotFound: no service is
  // pinned yet; kCorrupt: what it shows is not what its root stands for.
  Result<Approvable> read_approval_request(const std::filesystem::path& request) const;
  Result<void> approve(const ApprovalRequest& request, const std::filesystem::path& out) const;

 private:
  struct State;
  explicit Agent(std::unique_ptr<State>);
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::identity
