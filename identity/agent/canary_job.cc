#include "identity/agent/canary_job.h"

#include <algorithm>
#include <filesystem>

#include "hitokoe/base/file.h"
#include "hitokoe/identity/canary_list.h"
#include "identity/agent/agent_state.h"
#include "identity/agent/fingerprint_job.h"
#include "identity/agent/made_people.h"

namespace hitokoe::identity {

namespace {

constexpr std::uint64_t kMostCanaries = 100'000;

// A value is quoted where it must be; what is made up has no line's end.
void put_cell(std::string& out, const std::string& value) {
  if (value.find_first_of(",\"") == std::string::npos) {
    out += value;
    return;
  }
  out += '"';
  for (const char c : value) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

// What the key allows and can be made up, under the fields' Japanese names.
ColumnMap columns_of_key(const IssuedKey& key) {
  ColumnMap out;
  for (const FieldId field : made_fields()) {
    if (std::ranges::find(key.items, field) == key.items.end()) continue;
    out.columns.push_back({std::string(field_info(field).name_ja), 0, field});
  }
  return out;
}

std::string rows_of(MadePeople& people, const ColumnMap& columns, std::uint64_t count) {
  std::string csv;
  for (const auto& c : columns.columns) {
    if (&c != columns.columns.data()) csv += ',';
    put_cell(csv, c.header.empty() ? std::string(field_info(c.field).name_ja) : c.header);
  }
  csv += "\r\n";
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto row = people.next();
    for (std::size_t j = 0; j < row.size(); ++j) {
      if (j > 0) csv += ',';
      put_cell(csv, row[j]);
    }
    csv += "\r\n";
  }
  return csv;
}

}  // namespace

Result<CanaryReport> run_canaries(const CanaryJob& job, const Home& home, const Clock& clock,
                                  Random& random) {
  if (job.count == 0 || job.count > kMostCanaries) {
    return fail(Errc::kUsage, "canaries: --count is 1 to 100,000",
                "canaries: --count は 1 から 100,000");
  }
  if (job.snapshot.empty() || job.snapshot.find(':') != std::string::npos) {
    return fail(Errc::kUsage, "canaries: --snapshot is the handover's id in the registry",
                "canaries: --snapshot は台帳にある受け渡しの ID です");
  }
  FingerprintJob list;
  {
    TRY(const auto opened, open_issued_key(job.key, home, random));
    list.customers.columns = job.columns.columns.empty() ? columns_of_key(opened.key) : job.columns;
  }
  std::vector<FieldId> fields;
  fields.reserve(list.customers.columns.columns.size());
  for (const auto& c : list.customers.columns.columns) fields.push_back(c.field);
  // Positions name the order of the delegate's file; the rows are written in the order given.
  for (auto& c : list.customers.columns.columns) {
    if (c.header.empty()) c.header = std::string(field_info(c.field).name_ja);
    c.position = 0;
  }
  TRY(auto people, MadePeople::plan(job.rules, fields, job.count, random));

  const std::string counter = "canaries:" + job.snapshot;
  TRY(const auto state, home.state());
  const auto last = state.sequences.find(counter);
  const std::uint64_t number = last == state.sequences.end() ? 1 : last->second + 1;
  TRYV(home.note_sequence(counter, number, random));

  const std::string csv = rows_of(people, list.customers.columns, job.count);
  TRYV(write_file_durably(job.out, as_bytes(csv)));
  list.key = job.key;
  list.snapshot = canary_list_id(job.snapshot, number);
  list.sequence = 1;
  list.customers.path = job.out;
  list.customers.encoding = text::Charset::kUtf8;
  list.out = job.sealed;
  auto made = run_fingerprint(list, home, clock, random);
  if (!made || made.value().rows.rejected > 0) {
    std::error_code ignored;
    std::filesystem::remove(job.out, ignored);
    if (!made) return made.error();
    std::filesystem::remove(job.sealed, ignored);
    return fail(Errc::kInternal, "canaries: a row that was made up was refused",
                "canaries: 作った行が拒否されました");
  }
  CanaryReport report;
  report.header = std::move(made.value().header);
  report.pinned = made.value().pinned;
  report.default_rules = job.rules == DecoyRules();
  return report;
}

}  // namespace hitokoe::identity
