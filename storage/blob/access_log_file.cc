#include "storage/blob/access_log_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>

#include "hitokoe/base/file.h"
#include "storage/blob/new_file.h"

namespace hitokoe::storage {
namespace {

constexpr std::string_view kMagic = "HKALOG1\n";
constexpr std::size_t kBlock = 64U << 10;
constexpr std::size_t kLargestSealed = kBlock + 2048;  // a row over the edge, and the tag
constexpr std::uint8_t kRows = 1;
constexpr std::uint8_t kEnd = 2;

auto failed(std::string_view step) {
  return fail(Errc::kIo, Words::same("access-logs: ") + step_failed(step, errno));
}

Error altered(const std::filesystem::path& path) {
  return Error{Errc::kCorrupt, shown(path) + ": the access log was altered or cut",
               shown(path) + ": アクセス記録が変えられたか、途中で切れています"};
}

Result<bool> read_rows(ByteReader& reader,
                       const std::function<bool(const registry::AccessRow&)>& each,
                       std::uint64_t& rows) {
  while (reader.remaining() > 0) {
    registry::AccessRow row;
    TRY(const auto at, reader.get_u64());
    row.at = UtcTime(Duration(static_cast<std::int64_t>(at)));
    TRY(row.worker, reader.get_string());
    TRY(row.data_set, reader.get_string());
    TRY(row.operation, reader.get_string());
    TRY(row.count, reader.get_u64());
    ++rows;
    if (!each(row)) return false;
  }
  return true;
}

}  // namespace

Result<AccessLogWriter> AccessLogWriter::create(const std::filesystem::path& folder,
                                                const Key256& key, std::string delegation,
                                                Random& random) {
  TRYV(make_private_dir(folder));
  std::string temporary = (folder / (std::string(kUnfinished) + "XXXXXX")).string();
  Descriptor fd(::mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600
  if (fd.get() < 0) return failed("create");
  const auto salt = crypto::random_salt(random);
  AccessLogWriter writer(folder, std::move(temporary), std::move(fd), crypto::BlockSeal(key, salt),
                         std::move(delegation));
  TRYV(writer.write(as_bytes(kMagic)));
  TRYV(writer.write(salt));
  return writer;
}

AccessLogWriter::AccessLogWriter(std::filesystem::path folder, std::string temporary, Descriptor fd,
                                 crypto::BlockSeal seal, std::string delegation)
    : folder_(std::move(folder)),
      temporary_(std::move(temporary)),
      fd_(std::move(fd)),
      seal_(std::move(seal)),
      delegation_(std::move(delegation)),
      plain_{kRows} {}

AccessLogWriter::~AccessLogWriter() {
  // A descriptor tells apart what was moved away.
  if (fd_.get() >= 0 && !temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<void> AccessLogWriter::write(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed("write");
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return ok();
}

Result<void> AccessLogWriter::seal_block() {
  seal_.seal(block_++, plain_, as_bytes(delegation_), sealed_);
  Bytes length;
  put_u32(length, static_cast<std::uint32_t>(sealed_.size()));
  TRYV(write(length));
  return write(sealed_);
}

Result<void> AccessLogWriter::add(const registry::AccessRow& row) {
  put_u64(plain_, static_cast<std::uint64_t>(row.at.time_since_epoch().count()));
  put_string(plain_, row.worker);
  put_string(plain_, row.data_set);
  put_string(plain_, row.operation);
  put_u64(plain_, row.count);
  ++rows_;
  if (plain_.size() < kBlock) return ok();
  TRYV(seal_block());
  plain_.assign(1, kRows);
  return ok();
}

Result<void> AccessLogWriter::finish(const std::string& name) {
  if (plain_.size() > 1) {
    TRYV(seal_block());
  }
  plain_.assign(1, kEnd);
  put_u64(plain_, rows_);
  TRYV(seal_block());
  if (::fsync(fd_.get()) != 0) return failed("sync");
  const auto path = folder_ / name;
  if (::rename(temporary_.c_str(), path.c_str()) != 0) return failed("rename");
  temporary_.clear();
  return make_durable(path);
}

Result<void> read_access_log(const std::filesystem::path& path, const Key256& key,
                             const std::string& delegation,
                             const std::function<bool(const registry::AccessRow&)>& each) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return fail(Errc::kNotFound, shown(path) + ": the access log is gone",
                shown(path) + ": アクセス記録のファイルがありません");
  }
  const auto read = [&](Bytes& out, std::size_t size) {
    out.resize(size);
    in.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(size));
    return static_cast<std::size_t>(in.gcount()) == size;
  };
  Bytes bytes;
  if (!read(bytes, kMagic.size()) || as_text(bytes) != kMagic) {
    return outcome::failure(altered(path));
  }
  crypto::FileSalt salt;
  if (!read(bytes, salt.size())) return outcome::failure(altered(path));
  std::copy(bytes.begin(), bytes.end(), salt.begin());
  crypto::BlockSeal seal(key, salt);
  std::uint64_t rows = 0;
  Bytes plain;
  for (std::uint64_t block = 0;; ++block) {
    if (!read(bytes, 4)) return outcome::failure(altered(path));
    TRY(const auto length, ByteReader(bytes).get_u32());
    if (length > kLargestSealed || !read(bytes, length) ||
        !seal.open(block, bytes, as_bytes(delegation), plain) || plain.empty()) {
      return outcome::failure(altered(path));
    }
    ByteReader reader(ByteView(plain).subspan(1));
    if (plain.front() == kEnd) {
      TRY(const auto said, reader.get_u64());
      const bool whole = said == rows && in.peek() == std::ifstream::traits_type::eof();
      if (!whole) return outcome::failure(altered(path));
      return ok();
    }
    const auto more = read_rows(reader, each, rows);
    if (!more) return outcome::failure(altered(path));
    if (!more.value()) return ok();
  }
}

}  // namespace hitokoe::storage
