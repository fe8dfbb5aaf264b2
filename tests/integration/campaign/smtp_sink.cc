#include "tests/integration/campaign/smtp_sink.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <fstream>

namespace hitokoe::testing {

std::filesystem::path make_temporary_folder() {
  auto pattern = (std::filesystem::temp_directory_path() / "hitokoe-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) abort();
  return pattern;
}

SmtpSink::SmtpSink(std::vector<std::string> arguments) : dir_(make_temporary_folder()) {
  for (const auto& a : arguments) {
    if (a == "--implicit-tls") scheme_ = "smtps";
  }
  arguments.insert(arguments.begin(),
                   {"python3", HITOKOE_SOURCE_DIR "/tests/integration/campaign/smtp_sink.py",
                    "--dir", dir_.string()});
  int out[2];
  if (pipe(out) != 0) abort();
  std::vector<char*> argv;
  for (auto& a : arguments) argv.push_back(a.data());
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    dup2(out[1], 1);
    close(out[0]);
    close(out[1]);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  close(out[1]);
  auto* file = fdopen(out[0], "r");
  if (fscanf(file, "ready %d", &port_) != 1) port_ = 0;
  fclose(file);
}

SmtpSink::~SmtpSink() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  std::filesystem::remove_all(dir_);
}

std::vector<ReceivedMail> SmtpSink::journal() const {
  std::vector<ReceivedMail> out;
  std::ifstream in(dir_ / "journal.ndjson");
  for (std::string line; std::getline(in, line);) {
    const auto v = boost::json::parse(line).as_object();
    const auto text = [&](const char* key) {
      return v.at(key).is_string() ? std::string(v.at(key).as_string()) : std::string();
    };
    out.push_back({text("event"), text("from"), text("to"), text("message_id"), text("raw"),
                   v.at("tls").as_bool(), v.at("authenticated").as_bool()});
  }
  return out;
}

std::vector<ReceivedMail> SmtpSink::complete() const {
  auto all = journal();
  std::erase_if(all, [](const ReceivedMail& m) { return m.event != "complete"; });
  return all;
}

}  // namespace hitokoe::testing
