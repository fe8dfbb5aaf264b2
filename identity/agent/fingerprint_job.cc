#include "identity/agent/fingerprint_job.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "hitokoe/base/file.h"
#include "hitokoe/identity/record_keys.h"
#include "identity/agent/customer_rows.h"
#include "identity/agent/record_sort.h"

namespace hitokoe::identity {
namespace {

// Rows whose values are encrypted with one call.
constexpr std::size_t kBatch = 512;

Result<void> check_columns(const ColumnMap& columns, const IssuedKey& key) {
  std::string refused;
  for (const auto& c : columns.columns) {
    if (std::find(key.items.begin(), key.items.end(), c.field) == key.items.end()) {
      refused += " " + std::string(field_info(c.field).name);
    }
  }
  if (refused.empty()) return ok();
  return fail(Errc::kForbidden,
              "delegation " + key.delegation + " does not allow:" + refused +
                  "; leave those columns out of --columns",
              "委託 " + key.delegation + " で許されていない項目:" + refused +
                  "。その列を --columns から外してください");
}

// One row after the other → records, in batches.
class RecordMaker {
 public:
  RecordMaker(const IssuedKey& key, RecordSort& sort, RowReport& rows, Random& random)
      : encoder_(Side::kHolder),
        fingerprinter_(key.epochs.back().epoch, key.epochs.back().g),
        aes_(key.delegation_key),
        sort_(sort),
        rows_(rows),
        random_(random),
        subject_(key.controller + '\x1f'),
        prefix_(subject_.size()) {}

  // False where nothing of the row can be used.
  Result<bool> add(std::span<const FieldValue> values) {
    const RecordKeys& keys = encoder_.encode(values);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if ((keys.unreadable >> i & 1U) != 0)
        ++unreadable_[static_cast<std::size_t>(values[i].field)];
    }
    if (keys.ref.empty() && keys.index.empty()) return false;
    if (order_ == std::numeric_limits<std::uint32_t>::max()) {
      return fail(Errc::kLimit, "more than 4,294,967,295 rows in one file",
                  "一つのファイルの行が 4,294,967,295 を超えています");
    }

    Row row{!keys.ref.empty(), order_++, keys.index.size(), keys.checks.size()};
    const std::size_t at = y_.size();
    if (row.has_ref) {
      subject_.resize(prefix_);
      subject_.append(keys.ref);
      views_.assign(1, {FieldId::kRef, subject_, 0});
      views_.insert(views_.end(), keys.index.begin(), keys.index.end());
      y_.resize(at + views_.size());
      fingerprinter_.of_many(views_, std::span(y_).subspan(at));
    } else {
      ++without_ref;
      y_.resize(at + 1 + keys.index.size());
      random_.fill(y_[at]);  // a subject of this file alone
      fingerprinter_.of_many(keys.index, std::span(y_).subspan(at + 1));
    }
    for (const KeyView& k : keys.index) fields_.push_back(k.field);

    tags_.resize(keys.checks.size());
    Fingerprinter::check_tags(y_[at], keys.checks, tags_);
    for (std::size_t i = 0; i < tags_.size(); ++i) {
      checks_.push_back({keys.checks[i].field, tags_[i]});
    }
    batch_.push_back(row);
    if (batch_.size() == kBatch) {
      TRYV(flush());
    }
    return true;
  }

  Result<void> finish() {
    TRYV(flush());
    for (std::size_t f = 0; f < unreadable_.size(); ++f) {
      if (unreadable_[f] != 0) rows_.unreadable[static_cast<FieldId>(f)] = unreadable_[f];
    }
    return ok();
  }

  std::uint64_t without_ref = 0;

 private:
  struct Row {
    bool has_ref;
    std::uint32_t order;
    std::size_t keys;
    std::size_t checks;
  };

  Result<void> flush() {
    aes_.encrypt(y_, y_);
    std::size_t y = 0;
    std::size_t field = 0;
    std::size_t check = 0;
    for (const Row& row : batch_) {
      record_.u_ref = y_[y++];
      record_.has_ref = row.has_ref;
      record_.order = row.order;
      record_.keys.resize(row.keys);
      for (HkfKey& k : record_.keys) k = {fields_[field++], y_[y++]};
      const auto first = checks_.begin() + static_cast<std::ptrdiff_t>(check);
      record_.checks.assign(first, first + static_cast<std::ptrdiff_t>(row.checks));
      check += row.checks;
      TRYV(sort_.add(record_));
    }
    batch_.clear();
    y_.clear();
    fields_.clear();
    checks_.clear();
    return ok();
  }

  RecordEncoder encoder_;
  Fingerprinter fingerprinter_;
  crypto::Aes128 aes_;
  RecordSort& sort_;
  RowReport& rows_;
  Random& random_;
  std::string subject_;  // controller, separator, then the customer number of the row
  std::size_t prefix_;
  std::uint32_t order_ = 0;
  std::array<std::uint64_t, 256> unreadable_{};

  // One batch: per row its subject and keys in y_, the fields of the keys, its check tags.
  std::vector<Row> batch_;
  std::vector<Fingerprint> y_;
  std::vector<FieldId> fields_;
  std::vector<HkfCheck> checks_;

  std::vector<KeyView> views_;
  std::vector<std::uint32_t> tags_;
  HkfRecord record_;
};

std::vector<FieldId> columns_of(const ColumnMap& map) {
  std::vector<FieldId> out;
  out.reserve(map.columns.size());
  for (const auto& c : map.columns) out.push_back(c.field);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

Result<FingerprintReport> run_fingerprint(const FingerprintJob& job, const Home& home,
                                          const Clock& clock, Random& random) {
  TRY(const auto opened, open_issued_key(job.key, home, random));
  const IssuedKey& key = opened.key;
  TRYV(check_columns(job.customers.columns, key));

  FingerprintReport report;
  report.pinned = opened.pinned;
  HkfHeader header;
  header.party = key.party;
  header.controller = key.controller;
  header.delegation = key.delegation;
  header.snapshot = job.snapshot;
  header.as_of = job.as_of.value_or(jst_day(clock.now()));
  header.epoch = key.epochs.back().epoch;
  header.tables = key.tables;
  header.key = key_check(key.delegation_key);
  header.columns = columns_of(job.customers.columns);
  if (job.sequence) {
    header.sequence = *job.sequence;
  } else {
    TRY(const auto state, home.state());
    const auto last = state.sequences.find(job.snapshot);
    header.sequence = last == state.sequences.end() ? 1 : last->second + 1;
  }

  std::uint64_t bytes = 0;
  const OnProgress reading = [&](std::uint64_t read, std::uint64_t size) {
    bytes = size;
    ProgressShare(job.progress, size).part(0, 4, 5).at(read, size);
  };
  RecordSort sort(job.out.parent_path(), job.sort_memory, random);
  {
    RowReport unreadable;
    RecordMaker maker(key, sort, unreadable, random);
    TRY(report.rows,
        read_customers(
            job.customers, [&](std::span<const FieldValue> values) { return maker.add(values); },
            reading));
    TRYV(maker.finish());
    report.rows.unreadable = std::move(unreadable.unreadable);
    report.without_ref = maker.without_ref;
  }
  header.rejected = report.rows.rejected;

  // Noted before the file stands: a crash may skip a number, never use one twice.
  TRYV(home.note_sequence(job.snapshot, header.sequence, random));
  TRY(auto writer, HkfWriter::create(job.out, std::move(header), key.service_box, random));
  const ProgressShare writing(job.progress, bytes);
  std::uint64_t written = 0;
  TRYV(sort.drain([&](const HkfRecord& record) {
    if (++written % kBatch == 0) writing.part(4, 5, 5).at(written, sort.size());
    return writer.add(record);
  }));
  TRY(report.header, writer.finish(home.sign()));
  writing.done();
  return report;
}

}  // namespace hitokoe::identity
