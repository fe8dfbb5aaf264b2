#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <thread>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/file.h"
#include "hitokoe/matcher/matcher.h"
#include "matcher/attribute/attribution.h"
#include "matcher/attribute/row_order.h"
#include "matcher/contribution/take.h"
#include "matcher/decode/archive/archive_keys.h"
#include "matcher/decode/document.h"
#include "matcher/index/index.h"
#include "matcher/pipeline.h"
#include "matcher/resolve/known_subjects.h"
#include "matcher/scan_journal.h"
#include "matcher/verdict.h"

namespace hitokoe::matcher {

namespace {

// Of a regular file; 0: another kind.
std::uint64_t size_of(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return 0;
  return static_cast<std::uint64_t>(info.st_size);
}

// How the carriers write their numbers, each way once.
std::vector<identity::NumberPattern> own_numbers(const registry::Registry& registry) {
  std::vector<identity::NumberPattern> all;
  for (const auto& party : registry.parties()) {
    for (const auto& number : party.numbers) {
      if (std::ranges::find(all, number) == all.end()) all.push_back(number);
    }
  }
  return all;
}

class ExposureImpl final : public Exposure {
 public:
  ExposureImpl(std::shared_ptr<const IndexImpl> index,
               std::shared_ptr<const registry::Registry> registry, Options options,
               identity::KeyStore& keys)
      : index_(std::move(index)),
        registry_(std::move(registry)),
        options_(std::move(options)),
        key_store_(keys),
        keys_(options_.archive_passwords) {
    read_numbers();
    take_known_leaks();
    open_journal(keys);
    const unsigned threads = options_.threads != 0
                                 ? options_.threads
                                 : std::max(1U, std::thread::hardware_concurrency());
    pipeline_.emplace(index_, threads, journal_.get(), known_);
  }

  Result<void> add(std::string_view name, ByteView document,
                   std::string_view content_type) override;
  Result<void> add_file(const std::filesystem::path& path) override;
  Result<ScanReport> finish() override;
  bool announces_passwords() const override { return keys_.found() > 0; }
  std::uint64_t rows_known() const override { return rows_known_; }

 private:
  void read_numbers();
  void take_known_leaks();
  void open_journal(identity::KeyStore& keys);
  void end_journal();
  void take_findings();
  Result<void> open_what_is_locked();
  VerdictBasis basis() const {
    return {*index_,       *registry_,  key_store_, options_.naming_threshold,
            options_.seen, known_.get()};
  }
  Result<void> add_folder(const std::filesystem::path& path);
  Result<void> add_stream(const std::filesystem::path& path, int fd);
  void tell(std::uint64_t done);  // bytes, of this and all documents before
  RowSink sink() {
    return {[this](std::span<const identity::FieldValue> values) -> Result<void> {
              order_.see(values);
              return pipeline_->add(values);
            },
            numbers_};
  }

  std::unique_ptr<TextObserver> observer_of(std::string_view document) const {
    return options_.observe ? options_.observe(document) : nullptr;
  }

  std::shared_ptr<const IndexImpl> index_;
  std::shared_ptr<const registry::Registry> registry_;
  Options options_;
  RowSink::Numbers numbers_;  // as the carriers of the registry write them
  identity::KeyStore& key_store_;
  std::shared_ptr<const KnownSubjects> known_;  // null: no older leaks
  ColumnOrder order_;
  std::unique_ptr<ScanJournal> journal_;
  std::optional<MatchPipeline> pipeline_;
  ArchiveKeys keys_;  // passwords seen so far, and archives that wait for one
  ScanReport report_;
  std::uint64_t rows_known_ = 0;
  std::uint64_t done_ = 0;  // bytes of the documents that are done with
};

void ExposureImpl::read_numbers() {
  const auto all = own_numbers(*registry_);
  if (all.empty()) return;
  auto numbers = identity::NumberPatterns::compile(all);
  if (numbers) {
    numbers_ = std::make_shared<const identity::NumberPatterns>(std::move(numbers.value()));
    return;
  }
  report_.notes.push_back(Words{"numbers of the carriers were looked for behind labels only: ",
                                "事業者の番号は見出しのあるものだけを探しました: "} +
                          numbers.error().words());
}

void ExposureImpl::take_known_leaks() {
  const auto prepared = std::static_pointer_cast<const KnownSubjects>(options_.prepared_leaks);
  if (prepared && prepared->index() == index_.get()) {
    if (!prepared->empty()) known_ = prepared;
  } else if (options_.known_leaks && !options_.known_leaks->empty()) {
    known_ = std::make_shared<const KnownSubjects>(*index_, *options_.known_leaks);
  }
}

void ExposureImpl::tell(std::uint64_t done) {
  if (!options_.progress) return;
  const std::uint64_t total = options_.expected_bytes;
  options_.progress(total == 0 ? done : std::min(done, total), total);
}

Result<void> ExposureImpl::add(std::string_view name, ByteView document,
                               std::string_view content_type) {
  ++report_.documents;
  report_.bytes += document.size();
  const std::uint64_t end = done_ + document.size();
  const auto observer = observer_of(name);
  Reading reading(sink(), report_.warnings, NestingLimits{}, &keys_);
  reading.set_observer(observer.get());
  DocumentReader reader(reading, std::string(name), std::string(content_type));
  const std::size_t block = std::max<std::size_t>(1, options_.block_bytes);
  while (!document.empty() && !reader.refused()) {
    const auto piece = document.first(std::min(document.size(), block));
    document = document.subspan(piece.size());
    TRYV(reader.feed(piece));
    tell(end - document.size());
  }
  done_ = end;
  TRYV(reader.finish());
  if (observer) observer->end();
  return ok();
}

Result<void> ExposureImpl::add_stream(const std::filesystem::path& path, int fd) {
  ++report_.documents;
  const auto observer = observer_of(path.string());
  Reading reading(sink(), report_.warnings, NestingLimits{}, &keys_);
  reading.set_observer(observer.get());
  DocumentReader reader(reading, path.string(), {});
  Bytes block(std::clamp<std::size_t>(options_.block_bytes, 1, 64U << 20));
  std::uint64_t read = 0;
  for (;;) {
    const ssize_t n = ::read(fd, block.data(), block.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      report_.warnings.push_back(
          {path.string(), Words{"reading stopped: ", "読み取りが止まりました: "} +
                              std::string_view(std::strerror(errno))});
      break;
    }
    if (n == 0) break;
    read += static_cast<std::uint64_t>(n);
    report_.bytes += static_cast<std::uint64_t>(n);
    TRYV(reader.feed(ByteView(block).first(static_cast<std::size_t>(n))));
    tell(done_ + read);
    if (reader.refused()) break;
  }
  done_ += std::max(read, size_of(fd));  // what was left out counts too
  TRYV(reader.finish());
  if (observer) observer->end();
  return ok();
}

Result<void> ExposureImpl::add_folder(const std::filesystem::path& path) {
  std::vector<std::filesystem::path> items;
  std::error_code error;
  for (std::filesystem::directory_iterator at(path, error), end; !error && at != end;
       at.increment(error)) {
    items.push_back(at->path());
  }
  if (error) {
    report_.warnings.push_back(
        {path.string(),
         Words{"folder cannot be listed: ", "フォルダの一覧が読めません: "} + error.message()});
  }
  std::ranges::sort(items);
  for (const auto& item : items) {
    std::error_code ignored;
    // Links are not followed: they could lead round in a circle, or out of what was meant.
    const auto status = std::filesystem::symlink_status(item, ignored);
    if (std::filesystem::is_directory(status) || std::filesystem::is_regular_file(status)) {
      TRYV(add_file(item));
    } else {
      report_.warnings.push_back({item.string(),
                                  {"neither a file nor a folder: left out",
                                   "ファイルでもフォルダでもないため読んでいません"}});
    }
  }
  return ok();
}

Result<void> ExposureImpl::add_file(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    return fail(Errc::kNotFound, "no such file or folder: " + path.string(),
                "そのようなファイルまたはフォルダはありません: " + path.string());
  }
  if (std::filesystem::is_directory(status)) return add_folder(path);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    report_.warnings.push_back({path.string(), Words{"cannot be opened: ", "開けません: "} +
                                                   std::string_view(std::strerror(errno))});
    return ok();
  }
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  const auto done = add_stream(path, fd);
  ::close(fd);
  return done;
}

void ExposureImpl::open_journal(identity::KeyStore& keys) {
  if (!options_.resume) return;
  const Resume& resume = *options_.resume;
  crypto::Sha256 names;
  crypto::Sha256 scan;
  scan.update(as_bytes("digests of batches, 2"));  // others' journals begin anew
  for (const auto& input : resume.inputs) {
    Bytes framed;
    put_u64(framed, input.size());
    put_bytes(framed, as_bytes(input));
    names.update(framed);
    scan.update(framed);
  }
  for (const auto& number : own_numbers(*registry_)) {
    scan.update(as_bytes(std::to_string(static_cast<int>(number.field)) + number.pattern + '\0'));
  }
  // All that the numbers of customers and classes depend on.
  scan.update(as_bytes(encode_manifest(index_->manifest())));
  if (known_) {
    Bytes older;
    put_u64(older, known_->digest());
    scan.update(older);
  }
  const auto path = resume.folder / (to_hex(names.finish()).substr(0, 32) + ".scan");
  std::error_code none;
  if (resume.fresh) std::filesystem::remove(path, none);
  auto journal = ScanJournal::open(path, scan.finish(), keys, resume.today, *resume.random);
  if (!journal) {
    // The scan itself is not hindered.
    report_.notes.push_back(Words{"this scan cannot be resumed: ", "この照合は再開できません: "} +
                            journal.error().words());
    return;
  }
  journal_ = std::move(journal.value());
  rows_known_ = journal_->known_rows();
}

void ExposureImpl::end_journal() {
  if (const auto& trouble = journal_->trouble()) {
    report_.notes.push_back(Words{"this scan could not have been resumed: ",
                                  "この照合は中断しても再開できませんでした: "} +
                            trouble->words());
  }
  journal_->remove();
}

// From the pipeline into the report.
void ExposureImpl::take_findings() {
  FindingsSum& sum = pipeline_->sum();
  ScanReport& r = report_;
  r.rows = sum.counts().rows;
  r.tokens = sum.counts().tokens;
  r.matched_rows = sum.counts().matched;
  r.ambiguous_rows = sum.counts().ambiguous;
  r.matched_subjects = sum.distinct_subjects();
  const auto found = sum.take_subjects();
  name_subjects(*index_, found, r);
  tell_canaries(basis(), found, r);
  sum.leak().set_subjects(sum.distinct_subjects());
  const auto order = without_older(basis(), found, r.subjects);
  const KnownLeaksView& view = known_ ? known_->view() : AttributionInput::no_known_leaks();
  tell_sources(basis(), sum.leak(), view, {order, order_.sorted()}, r);
  tell_unread(options_.known_leaks.get(), r);
  if (options_.keep_contribution) {
    r.contribution = encode(
        take_contribution(*index_, sum.leak(), view, found, r, options_.seen, order_.sorted()));
  }
  if (pipeline_->rows_left_out() > 0) {
    const auto rows = std::to_string(pipeline_->rows_left_out());
    r.warnings.push_back(
        {"",
         {rows + " rows were left out: matching them had ended the program twice",
          "照合中に二度プログラムが異常終了したため、" + rows + " 行を除きました"}});
  }
}

Result<void> ExposureImpl::open_what_is_locked() {
  TRYV(keys_.retry(sink(), report_.warnings, options_.observe));
  if (keys_.any_locked() && options_.hints) {
    const std::size_t known = keys_.found();
    std::vector<Warning> nobodys;
    NestingLimits flat;
    flat.depth = 0;
    TRYV(options_.hints([&](ByteView page, std::string_view content_type) -> Result<void> {
      Reading reading([](std::span<const identity::FieldValue>) { return Result<void>(ok()); },
                      nobodys, flat, &keys_);
      DocumentReader reader(reading, "", std::string(content_type));
      TRYV(reader.feed(page));
      return reader.finish();
    }));
    if (keys_.found() > known) {
      TRYV(keys_.retry(sink(), report_.warnings, options_.observe));
    }
  }
  keys_.give_up(sink(), report_.warnings);
  return ok();
}

Result<ScanReport> ExposureImpl::finish() {
  TRYV(open_what_is_locked());
  TRYV(pipeline_->finish());
  if (auto sound = index_->sound(); !sound) {
    if (journal_) journal_->remove();
    return outcome::failure(sound.error());
  }
  take_findings();
  if (journal_) end_journal();
  tell(options_.expected_bytes == 0 ? done_ : options_.expected_bytes);
  return std::move(report_);
}

}  // namespace

std::unique_ptr<Exposure> Exposure::begin(std::shared_ptr<const Index> index,
                                          std::shared_ptr<const registry::Registry> registry,
                                          identity::KeyStore& keys, Options options) {
  // The only implementation; the contract hides what the index is made of.
  return std::make_unique<ExposureImpl>(std::static_pointer_cast<const IndexImpl>(std::move(index)),
                                        std::move(registry), std::move(options), keys);
}

std::optional<std::uint64_t> Exposure::bytes_at(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  const auto size_at = [](const std::filesystem::path& file) -> std::uint64_t {
    std::error_code unreadable;
    const auto size = std::filesystem::file_size(file, unreadable);
    return unreadable ? 0 : size;
  };
  if (std::filesystem::is_regular_file(status)) return size_at(path);
  if (!std::filesystem::is_directory(status)) return {};
  std::uint64_t sum = 0;
  for (std::filesystem::recursive_directory_iterator
           at(path, std::filesystem::directory_options::skip_permission_denied, error),
       end;
       !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(at->symlink_status(ignored))) sum += size_at(at->path());
  }
  return sum;
}

}  // namespace hitokoe::matcher
