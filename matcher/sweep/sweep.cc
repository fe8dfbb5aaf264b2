#include "hitokoe/matcher/sweep.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include "matcher/decode/archive/archive_kind.h"
#include "matcher/decode/kind.h"
#include "matcher/sweep/found_counts.h"
#include "matcher/sweep/pieces.h"
#include "matcher/sweep/scanner.h"

namespace hitokoe::matcher {

namespace {

using namespace sweep;
using How = DocumentKind::How;

constexpr std::size_t kHead = 64U << 10;
constexpr std::size_t kMostThreads = 64;

// One thread's way from bytes to counts.
class Worker {
 public:
  Worker(const SweptIndex& index, SeenSet& seen)
      : counts_(index, seen), prober_(index.plan(), counts_), tokens_(prober_), scanner_(tokens_) {}

  void sweep(Pieces& pieces, std::mutex& turn, const std::function<void()>& after_read) {
    for (;;) {
      {
        const std::scoped_lock lock(turn);
        if (!pieces.next(piece_)) break;
        after_read();
      }
      const auto bytes = ByteView(piece_.bytes).first(piece_.size);
      if (piece_.charset) {
        text_.clear();
        text::StreamDecoder decoder(*piece_.charset);
        decoder.feed(bytes, text_);
        decoder.finish(text_);
        undecodable_ += decoder.undecodable();
        scanner_.scan(text_);
      } else {
        scanner_.scan(as_text(bytes));
      }
    }
    tokens_.flush();
  }

  const FoundCounts& counts() const { return counts_; }
  const Prober& prober() const { return prober_; }
  std::uint64_t take_undecodable() { return std::exchange(undecodable_, 0); }

 private:
  FoundCounts counts_;
  Prober prober_;
  Tokens tokens_;
  Scanner scanner_;
  Pieces::Piece piece_;
  std::string text_;
  std::uint64_t undecodable_ = 0;
};

class SweepImpl final : public Sweep {
 public:
  SweepImpl(std::shared_ptr<const IndexImpl> index, SweepOptions options)
      : index_(std::move(index)), options_(std::move(options)) {
    std::size_t threads = options_.threads;
    if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < std::min(threads, kMostThreads); ++i) {
      workers_.push_back(std::make_unique<Worker>(index_, seen_));
    }
  }

  Result<void> add_file(const std::filesystem::path& path) override;
  void add(std::string_view name, ByteView document) override;
  Result<SweepReport> finish() override;

 private:
  void add_folder(const std::filesystem::path& path);
  void add_open(const std::string& name, int fd);
  // The rest of the document comes from `read`.
  void document(const std::string& name, Bytes head, const Pieces::Read& read, bool large);
  void warn(const std::string& name, Words what) {
    report_.warnings.push_back({name, std::move(what)});
  }
  void tell() {
    if (!options_.progress) return;
    const std::uint64_t total = options_.expected_bytes;
    options_.progress(total == 0 ? report_.bytes : std::min(report_.bytes, total), total);
  }

  SweptIndex index_;
  SweepOptions options_;
  SeenSet seen_;
  std::vector<std::unique_ptr<Worker>> workers_;
  SweepReport report_;
  bool as_text_ = false;  // something with tags or escapes was read as it stands
};

void SweepImpl::document(const std::string& name, Bytes head, const Pieces::Read& read,
                         bool large) {
  ++report_.documents;
  const auto unreadable = [&](const std::string& what, const std::string& what_ja) {
    warn(name, {what + ": a sweep does not open it; use `hitokoe scan`",
                what_ja + ": sweep では開けません。hitokoe scan を使ってください"});
  };
  if (archive_kind(head, name)) {
    unreadable("an archive or compressed file", "書庫または圧縮ファイル");
    return;
  }
  const DocumentKind kind = kind_of(head, {});
  if (kind.how == How::kUnreadable) {
    unreadable(std::string(kind.what), std::string(kind.what_ja));
    return;
  }
  as_text_ = as_text_ || kind.how != How::kText;
  text::Charset charset = text::detect(ByteView(head).first(std::min(head.size(), kHead)));
  const bool binary = charset == text::Charset::kBinary;
  if (binary) {
    warn(name, {"binary data: only the text in it was looked at",
                "バイナリデータ: 中の文字だけを調べました"});
    charset = text::Charset::kUtf8;
  }
  report_.bytes += head.size();
  std::uint64_t more = 0;
  const auto counted = [&](std::uint8_t* to, std::size_t size) {
    const std::size_t n = read(to, size);
    more += n;
    return n;
  };
  Pieces pieces(std::move(head), charset, counted);
  std::mutex turn;
  const auto after_read = [&] {
    report_.bytes += std::exchange(more, 0);
    tell();
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; large && i < workers_.size(); ++i) {
      others.emplace_back([&, i] { workers_[i]->sweep(pieces, turn, after_read); });
    }
    workers_[0]->sweep(pieces, turn, after_read);
  }
  report_.bytes += more;
  std::uint64_t undecodable = pieces.undecodable();
  for (const auto& worker : workers_) undecodable += worker->take_undecodable();
  if (undecodable > 0) {
    const std::string set(text::iana_name(charset));
    warn(name, {std::to_string(undecodable) + " bytes could not be decoded as " + set,
                set + " として読めないバイトが " + std::to_string(undecodable) + " あります"});
  }
}

void SweepImpl::add(std::string_view name, ByteView bytes) {
  const std::size_t head = std::min(bytes.size(), kHead);
  std::size_t at = head;
  document(
      std::string(name), Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(head)),
      [&](std::uint8_t* to, std::size_t size) {
        const std::size_t n = std::min(size, bytes.size() - at);
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), n, to);
        at += n;
        return n;
      },
      false);
}

void SweepImpl::add_open(const std::string& name, int fd) {
  // Also after the end or an error: others may ask once more.
  bool ended = false;
  int error = 0;
  const auto read = [&](std::uint8_t* to, std::size_t size) -> std::size_t {
    while (!ended) {
      const ssize_t n = ::read(fd, to, size);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) error = errno;
      ended = n <= 0;
      if (n > 0) return static_cast<std::size_t>(n);
    }
    return 0;
  };
  Bytes head(kHead);
  std::size_t size = 0;
  while (size < head.size()) {
    const std::size_t n = read(head.data() + size, head.size() - size);
    if (n == 0) break;
    size += n;
  }
  const bool large = size == head.size();
  head.resize(size);
  document(name, std::move(head), read, large);
  if (error != 0) {
    warn(name, Words{"reading stopped: ", "読み取りが止まりました: "} +
                   std::string_view(std::strerror(error)));
  }
}

void SweepImpl::add_folder(const std::filesystem::path& path) {
  std::vector<std::filesystem::path> items;
  std::error_code error;
  for (std::filesystem::directory_iterator at(path, error), end; !error && at != end;
       at.increment(error)) {
    items.push_back(at->path());
  }
  if (error) {
    warn(path.string(),
         Words{"folder cannot be listed: ", "フォルダの一覧が読めません: "} + error.message());
  }
  std::ranges::sort(items);
  for (const auto& item : items) {
    std::error_code ignored;
    // As a scan: links are not followed.
    const auto status = std::filesystem::symlink_status(item, ignored);
    if (std::filesystem::is_directory(status) || std::filesystem::is_regular_file(status)) {
      (void)add_file(item);  // what is gone meanwhile is noted there
    } else {
      warn(item.string(), {"neither a file nor a folder: left out",
                           "ファイルでもフォルダでもないため読んでいません"});
    }
  }
}

Result<void> SweepImpl::add_file(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    return fail(Errc::kNotFound, "no such file or folder: " + path.string(),
                "そのようなファイルまたはフォルダはありません: " + path.string());
  }
  if (std::filesystem::is_directory(status)) {
    add_folder(path);
    return ok();
  }
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    warn(path.string(),
         Words{"cannot be opened: ", "開けません: "} + std::string_view(std::strerror(errno)));
    return ok();
  }
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  add_open(path.string(), fd);
  ::close(fd);
  return ok();
}

Result<SweepReport> SweepImpl::finish() {
  TRYV(index_.index().sound());
  FoundCounts all(index_, seen_);
  std::array<std::uint64_t, 256> tokens{};
  for (const auto& worker : workers_) {
    all.add(worker->counts());
    const auto of_one = worker->prober().tokens();
    for (std::size_t f = 0; f < tokens.size(); ++f) tokens[f] += of_one[f];
  }
  report_.carriers = all.carriers();
  // A number is looked up as both kinds: it counts once.
  tokens[static_cast<std::uint8_t>(FieldId::kRefToken)] = 0;
  for (std::size_t f = 0; f < tokens.size(); ++f) {
    if (tokens[f] > 0) report_.tokens.push_back({static_cast<FieldId>(f), tokens[f]});
  }
  report_.notes.push_back(
      {"a count of identifiers, no attribution: `hitokoe scan` says whose copy it is",
       "識別子の数であり、流出元の推定ではありません。推定は hitokoe scan で行います"});
  if (as_text_) {
    report_.notes.push_back(
        {"pages, SQL, JSON and XML were read as plain text, escapes and entities as they stand",
         "HTML、SQL、JSON、XML は文字としてそのまま読みました（エスケープや実体参照は戻していません"
         "）"});
  }
  if (report_.carriers.empty()) {
    report_.notes.push_back({"the index is empty", "索引は空です"});
  }
  if (options_.progress) {
    const std::uint64_t total = options_.expected_bytes;
    options_.progress(total == 0 ? report_.bytes : total, total);
  }
  return std::move(report_);
}

}  // namespace

std::unique_ptr<Sweep> Sweep::begin(std::shared_ptr<const Index> index, SweepOptions options) {
  // The only implementation; the contract hides what the index is made of.
  return std::make_unique<SweepImpl>(std::static_pointer_cast<const IndexImpl>(std::move(index)),
                                     std::move(options));
}

}  // namespace hitokoe::matcher
