#include "matcher/decode/formats/isolated_program.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "hitokoe/base/descriptor.h"

namespace hitokoe::matcher {

namespace {

constexpr int kNotStarted = 127;
constexpr std::size_t kMostErrors = 4096;
constexpr std::size_t kMostSecret = 4096;  // a pipe takes more, always

bool write_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

void limit(int what, std::uint64_t most) {
  const rlimit l{static_cast<rlim_t>(most), static_cast<rlim_t>(most)};
  ::setrlimit(static_cast<__rlimit_resource_t>(what), &l);
}

struct Ends {
  int in, out, err;
  int secret;  // -1: none
};

// In the child, between fork and exec: only what is safe there.
[[noreturn]] void become(const char* program, char* const* arguments, Ends ends,
                         const ProgramLimits& limits) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  // Out of the way of what is put at 0 to 3 (in a program without standard input they may be
  // there).
  for (int* end : {&ends.in, &ends.out, &ends.err, &ends.secret}) {
    if (*end >= 0 && *end < 8) *end = ::fcntl(*end, F_DUPFD_CLOEXEC, 8);
  }
  const bool secret = ends.secret >= 0;
  if (::dup2(ends.in, 0) < 0 || ::dup2(ends.out, 1) < 0 || ::dup2(ends.err, 2) < 0 ||
      (secret && ::dup2(ends.secret, 3) < 0)) {
    ::_exit(kNotStarted);
  }
  ::syscall(SYS_close_range, secret ? 4U : 3U, ~0U, 0U);
  if (::chdir("/") != 0) ::_exit(kNotStarted);
  limit(RLIMIT_AS, limits.memory);
  limit(RLIMIT_CPU, static_cast<std::uint64_t>(limits.cpu.count()));
  limit(RLIMIT_FSIZE, 0);  // writes no file
  limit(RLIMIT_CORE, 0);   // and leaves no picture of the document's text behind
  limit(RLIMIT_NOFILE, 64);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGXFSZ, SIG_IGN);  // writing to a file fails; it kills nobody
  static char locale[] = "LC_ALL=C";
  char* const environment[] = {locale, nullptr};
  ::execve(program, arguments, environment);
  ::_exit(kNotStarted);
}

struct Pipe {
  Descriptor read, write;
  bool open() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read = Descriptor(ends[0]);
    write = Descriptor(ends[1]);
    return true;
  }
};

}  // namespace

ProgramResult run_isolated(const std::string& program, const std::vector<std::string>& arguments,
                           ByteView input, const ProgramLimits& limits,
                           const std::function<bool(ByteView)>& on_output,
                           std::string_view secret) {
  ProgramResult result;
  if (::access(program.c_str(), X_OK) != 0) {
    result.end = ProgramEnd::kMissing;
    return result;
  }
  const Descriptor in(::memfd_create("document", MFD_CLOEXEC));
  Pipe out, err, hidden;
  if (in.get() < 0 || !write_all(in.get(), input) || ::lseek(in.get(), 0, SEEK_SET) != 0 ||
      !out.open() || !err.open()) {
    return result;
  }
  if (!secret.empty()) {
    // It fits into the pipe as a whole: nobody has to read meanwhile.
    if (secret.size() > kMostSecret || !hidden.open() ||
        !write_all(hidden.write.get(), as_bytes(secret))) {
      return result;
    }
    hidden.write = Descriptor();
  }
  std::vector<std::string> words = {program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);

  const pid_t child = ::fork();
  if (child < 0) return result;
  if (child == 0) {
    become(program.c_str(), pointers.data(),
           {in.get(), out.write.get(), err.write.get(), hidden.read.get()}, limits);
  }
  out.write = Descriptor();
  err.write = Descriptor();

  bool killed = false;
  const auto kill = [&](ProgramEnd why) {
    result.end = why;
    killed = true;
    ::kill(child, SIGKILL);
  };
  std::array<std::uint8_t, 64U << 10> block{};
  std::array<pollfd, 2> ends = {pollfd{out.read.get(), POLLIN, 0},
                                pollfd{err.read.get(), POLLIN, 0}};
  while (!killed && (ends[0].fd >= 0 || ends[1].fd >= 0)) {
    const int ready = ::poll(ends.data(), ends.size(), static_cast<int>(limits.silence.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      kill(ProgramEnd::kSilent);
      break;
    }
    for (auto& end : ends) {
      if (end.fd < 0 || end.revents == 0) continue;
      const ssize_t n = ::read(end.fd, block.data(), block.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) {
        end.fd = -1;
        continue;
      }
      const ByteView bytes = ByteView(block).first(static_cast<std::size_t>(n));
      if (&end == &ends[1]) {
        const std::size_t room = kMostErrors - std::min(kMostErrors, result.errors.size());
        result.errors.append(as_text(bytes).substr(0, room));
      } else if (!on_output(bytes)) {
        kill(ProgramEnd::kStopped);
        break;
      }
    }
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (killed) return result;
  if (WIFEXITED(status)) {
    result.code = WEXITSTATUS(status);
    result.end = result.code == kNotStarted ? ProgramEnd::kFailed : ProgramEnd::kExited;
  } else {
    result.end = ProgramEnd::kCrashed;
  }
  return result;
}

}  // namespace hitokoe::matcher
