#include "tests/integration/sealed_network.h"

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace hitokoe::testing {

namespace {

std::string failed(const std::string& step) { return step + ": " + std::strerror(errno); }

// Who is not root is root of a user namespace.
std::string unshare_all() {
  const auto user = ::getuid();
  const auto group = ::getgid();
  const int flags = CLONE_NEWNET | CLONE_NEWNS | (user == 0 ? 0 : CLONE_NEWUSER);
  if (::unshare(flags) != 0) {
    const auto why = failed("unshare");
    if (errno != EPERM) return why;
    std::fprintf(stderr, "Not tried: it needs a network of its own. %s\n", why.c_str());
    std::_Exit(kNotTried);
  }
  if (user == 0) return {};
  std::ofstream("/proc/self/setgroups") << "deny";
  std::ofstream("/proc/self/uid_map") << "0 " << user << " 1";
  std::ofstream("/proc/self/gid_map") << "0 " << group << " 1";
  return {};
}

}  // namespace

std::string seal_network(const std::vector<std::string>& addresses) {
  if (auto why = unshare_all(); !why.empty()) return why;
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return failed("mount");
  char name[] = "/tmp/resolv-XXXXXX";
  const int file = ::mkstemp(name);
  if (file < 0) return failed("mkstemp");
  ::close(file);
  std::ofstream(name) << "nameserver 127.0.0.1\noptions timeout:2 attempts:1\n";
  if (::mount(name, "/etc/resolv.conf", nullptr, MS_BIND, nullptr) != 0) return failed("bind");
  ::unlink(name);
  std::string command = "ip link set lo up";
  for (const auto& address : addresses) {
    const bool six = address.find(':') != std::string::npos;
    command += " && ip addr add " + address + (six ? "/128 nodad" : "/32") + " dev lo";
  }
  return std::system(command.c_str()) == 0 ? "" : "ip: cannot set up loopback";
}

}  // namespace hitokoe::testing
