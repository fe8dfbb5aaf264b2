#include "drill/mail_spool.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <charconv>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/file.h"

namespace hitokoe::drill {
namespace {

// A mail is "mail <bytes> <sha256>\n", then as many bytes: "<to>\n<message>".
constexpr std::string_view kMark = "mail ";
constexpr std::size_t kDigestHex = 64;

std::string_view message_id(std::string_view message) {
  const std::size_t head_end = std::min(message.find("\r\n\r\n"), message.size());
  static constexpr std::string_view kName = "message-id:";
  for (std::size_t line = 0; line < head_end;) {
    const std::size_t end = std::min(message.find("\r\n", line), head_end);
    const std::string_view text = message.substr(line, end - line);
    bool same = text.size() > kName.size();
    for (std::size_t i = 0; same && i < kName.size(); ++i) {
      same = std::tolower(static_cast<unsigned char>(text[i])) == kName[i];
    }
    if (same) {
      const std::size_t from = text.find('<');
      return from == std::string_view::npos ? text.substr(kName.size()) : text.substr(from);
    }
    line = end + 2;
  }
  return {};
}

// The size of the record at the start of `data`; 0 where it is cut or does not hold.
std::size_t whole_record(std::string_view data, std::string_view& body) {
  if (!data.starts_with(kMark)) return 0;
  const std::size_t end = data.substr(0, 128).find('\n');
  if (end == std::string_view::npos) return 0;
  const std::string_view head = data.substr(kMark.size(), end - kMark.size());
  std::uint64_t size = 0;
  const auto parsed = std::from_chars(head.data(), head.data() + head.size(), size);
  const auto used = static_cast<std::size_t>(parsed.ptr - head.data());
  if (parsed.ec != std::errc() || used + 1 + kDigestHex != head.size()) return 0;
  if (data.size() - end - 1 < size) return 0;
  body = data.substr(end + 1, size);
  if (crypto::sha256_hex(as_bytes(body)) != head.substr(used + 1)) return 0;
  return end + 1 + size;
}

bool has_whole_record(std::string_view data) {
  for (std::size_t at = data.find(kMark); at != std::string_view::npos;
       at = data.find(kMark, at + 1)) {
    std::string_view body;
    if (whole_record(data.substr(at), body) > 0) return true;
  }
  return false;
}

}  // namespace

MailSpool::MailSpool(MailSpool&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      accepted_(other.accepted_),
      duplicates_(other.duplicates_),
      recipients_(std::move(other.recipients_)),
      message_ids_(std::move(other.message_ids_)) {}

MailSpool::~MailSpool() {
  if (fd_ >= 0) ::close(fd_);
}

Result<MailSpool> MailSpool::open(const std::filesystem::path& file) {
  TRYV(make_private_dir(file.parent_path()));
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0)
    return fail(Errc::kIo, shown(file) + ": cannot be opened", shown(file) + ": 開けません");
  MailSpool spool(fd);
  TRY(const auto bytes, read_file(file));
  const std::string_view all = as_text(bytes);
  std::size_t at = 0;
  while (at < all.size()) {
    std::string_view body;
    const std::size_t size = whole_record(all.substr(at), body);
    if (size == 0) break;
    const std::size_t end = body.find('\n');
    if (end == std::string_view::npos) break;
    spool.count(std::string(body.substr(0, end)), body.substr(end + 1));
    at += size;
  }
  if (at < all.size()) {
    if (has_whole_record(all.substr(at + 1))) {
      return fail(Errc::kCorrupt,
                  shown(file) + " byte " + std::to_string(at) +
                      ": a mail in the middle of the spool does not hold",
                  shown(file) + " " + std::to_string(at) + " バイト目: 途中のメールが壊れています");
    }
    if (::ftruncate(fd, static_cast<off_t>(at)) != 0 || ::fdatasync(fd) != 0) {
      return fail(Errc::kIo, shown(file) + ": cannot be cut to its last whole mail",
                  shown(file) + ": 最後の完全なメールまで切り詰められません");
    }
  }
  return spool;
}

void MailSpool::count(const std::string& to, std::string_view message) {
  ++accepted_;
  ++recipients_[to];
  const auto id = message_id(message);
  auto it = message_ids_.find(id);
  if (it == message_ids_.end()) it = message_ids_.emplace(std::string(id), 0).first;
  if (++it->second > 1) ++duplicates_;
}

Result<void> MailSpool::add(const net::ReceivedMail& mail) {
  for (const auto& to : mail.to) {
    const std::string body = to + "\n" + mail.message;
    const std::string record = std::string(kMark) + std::to_string(body.size()) + " " +
                               crypto::sha256_hex(as_bytes(body)) + "\n" + body;
    std::string_view left = record;
    while (!left.empty()) {
      const auto n = ::write(fd_, left.data(), left.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0)
        return fail(Errc::kIo, "the mail spool cannot be written",
                    "メールの保管ファイルに書けません");
      left.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  if (::fdatasync(fd_) != 0)
    return fail(Errc::kIo, "the mail spool cannot be synced",
                "メールの保管ファイルを同期できません");
  for (const auto& to : mail.to) count(to, mail.message);
  return ok();
}

}  // namespace hitokoe::drill
