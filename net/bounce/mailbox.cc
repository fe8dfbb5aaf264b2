#include "hitokoe/net/mailbox.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace hitokoe::net {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnvelope = "From ";

ByteView bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// One line with its end, of which at most `most` bytes are kept. False: there is none.
bool next_line(std::istream& in, std::size_t most, std::string& line) {
  line.clear();
  auto* buffer = in.rdbuf();
  for (;;) {
    const int c = buffer->sbumpc();
    if (c == std::char_traits<char>::eof()) {
      in.setstate(std::ios::eofbit);
      return !line.empty();
    }
    if (line.size() < most || c == '\n') line += static_cast<char>(c);
    if (c == '\n') return true;
  }
}

// A regular file's first `most` bytes. A link or a pipe is none.
bool read_beginning(const fs::path& path, std::size_t most, Bytes& out) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return false;
  struct stat about {};
  bool fine = ::fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
  out.resize(fine ? std::min<std::size_t>(static_cast<std::size_t>(about.st_size), most) : 0);
  std::size_t have = 0;
  while (fine && have < out.size()) {
    const auto n = ::read(fd, out.data() + have, out.size() - have);
    fine = n >= 0;
    if (n <= 0) break;
    have += static_cast<std::size_t>(n);
  }
  out.resize(have);
  ::close(fd);
  return fine;
}

}  // namespace

Result<std::uint64_t> read_mbox(std::istream& in, std::size_t most, const TakeMail& take) {
  std::string line, mail;
  std::uint64_t mails = 0;
  bool mbox = false, first = true, after_empty = true;
  const auto flush = [&]() -> Result<void> {
    if (mail.empty()) return ok();
    ++mails;
    TRYV(take(bytes_of(mail)));
    mail.clear();
    return ok();
  };
  while (next_line(in, most, line)) {
    const bool envelope = line.starts_with(kEnvelope) && after_empty;
    if (first) mbox = envelope;
    first = false;
    after_empty = line == "\n" || line == "\r\n";
    if (mbox && envelope) {
      TRYV(flush());
      continue;
    }
    std::string_view text = line;
    if (mbox && text.starts_with(">From ")) text.remove_prefix(1);
    mail += text.substr(0, most - std::min(mail.size(), most));
  }
  if (in.bad())
    return fail(Errc::kIo, "reading the mails failed", "メールの読み込みに失敗しました");
  TRYV(flush());
  return mails;
}

Result<std::uint64_t> read_maildir(const fs::path& dir, std::size_t most, std::size_t group,
                                   const TakeMail& take,
                                   const std::function<Result<void>()>& done) {
  std::error_code error;
  fs::directory_iterator entries(dir / "new", error);
  if (error || !fs::is_directory(dir / "cur", error)) {
    return fail(Errc::kNotFound, "no Maildir there: it has the folders new and cur",
                "Maildir がありません: new と cur のフォルダーが必要");
  }
  std::uint64_t mails = 0;
  std::vector<fs::path> taken;
  const auto settle = [&]() -> Result<void> {
    if (taken.empty()) return ok();
    TRYV(done());
    for (const auto& path : taken) {
      fs::rename(path, dir / "cur" / (path.filename().string() + ":2,S"), error);
      std::error_code gone;
      if (error && !fs::exists(path, gone) && !gone) {
        error.clear();  // another reader of the same Maildir was faster
        continue;
      }
      if (error) {
        return fail(Errc::kIo, "a mail of the Maildir cannot be moved to cur",
                    "Maildir のメールを cur に移せません");
      }
    }
    taken.clear();
    return ok();
  };
  Bytes mail;
  for (; entries != fs::directory_iterator(); entries.increment(error)) {
    if (!read_beginning(entries->path(), most, mail)) continue;
    ++mails;
    TRY(const bool settled, take(mail));
    if (!settled) continue;
    taken.push_back(entries->path());
    if (taken.size() >= group) {
      TRYV(settle());
    }
  }
  if (error)
    return fail(Errc::kIo, "reading the Maildir failed", "Maildir の読み込みに失敗しました");
  TRYV(settle());
  return mails;
}

}  // namespace hitokoe::net
