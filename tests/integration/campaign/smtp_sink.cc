#include "tests/integration/campaign/smtp_sink.h"

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>

namespace hitokoe::testing {

namespace {

std::vector<std::string> with_folder(std::vector<std::string> arguments,
                                     const std::filesystem::path& dir) {
  arguments.insert(arguments.begin(), {"--dir", dir.string()});
  return arguments;
}

}  // namespace

SmtpSink::SmtpSink(std::vector<std::string> arguments)
    : scheme_(std::count(arguments.begin(), arguments.end(), "--implicit-tls") > 0 ? "smtps"
                                                                                   : "smtp"),
      server_("smtp_sink.py", with_folder(std::move(arguments), dir_.path())) {}

std::vector<ReceivedMail> SmtpSink::journal() const {
  std::vector<ReceivedMail> out;
  std::ifstream in(dir_ / "journal.ndjson");
  for (std::string line; std::getline(in, line);) {
    if (in.eof()) break;  // it is just being written
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

std::size_t SmtpSink::hanging() const {
  std::ifstream in(dir_ / "hanging");
  return static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>(in), {}, '\n'));
}

void SmtpSink::kill_at(pid_t pid, std::uint64_t n, bool before) const {
  std::ofstream(dir_ / "kill.new") << pid << ' ' << n << (before ? " before" : " after");
  std::filesystem::rename(dir_ / "kill.new", dir_ / "kill");
}

}  // namespace hitokoe::testing
