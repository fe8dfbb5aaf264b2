// The whole way with `hitokoe` and `hitokoe-agent` alone: two carriers that share customers, and a
// contractor of both whose list leaks. All made up.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/integration/agent/programs.h"
#include "tests/integration/campaign/smtp_sink.h"
#include "tests/scratch_folder.h"

namespace hitokoe::testing {

struct ProgramsPerson {
  std::string name, phone, email;
  bool kou = true, otsu = false;  // whose customer
};
// `n` people, every third of both carriers, every third of otsu alone.
std::vector<ProgramsPerson> made_up_people(std::size_t n);

class ProgramsWorld {
 public:
  explicit ProgramsWorld(std::vector<ProgramsPerson> people);

  std::vector<std::string> service_words(std::vector<std::string> words) const;
  Outcome service(std::vector<std::string> words) const;
  Outcome agent(const std::string& party, std::vector<std::string> words) const;
  // A command with --json that must end with `code`.
  boost::json::object told(std::vector<std::string> words, int code = 0) const;
  std::string file(const std::string& name) const { return (folder / name).string(); }
  void write(const std::string& name, const std::string& content) const;

  // Each needs those before it.
  void ceremony();  // registry, keys, agents, fingerprints, index
  void find();      // scan --open-incident of the contractor's list; the incident is confirmed
  void begin();     // campaign new
  void contacts();  // resolve, the agents' answers, import
  void freeze();
  void approve();
  void approved();  // all of them

  // The relay of `campaign send`. `more`: further lines of the section smtp.
  void use_relay(const SmtpSink& sink, const std::string& more = {});
  void use_relay(const std::string& url, const std::filesystem::path& certificate,
                 const std::string& more);

  // Persons by state, from `campaign proof`, checked: each in exactly one that is an end.
  std::map<std::string, std::vector<boost::json::object>> outcomes() const;
  boost::json::object status() const;

  std::vector<ProgramsPerson> people;
  ScratchFolder folder;
  std::filesystem::path data;
  std::vector<std::string> environment;
  std::string incident, campaign;
};

// A copy of a world that is ready to be sent; shares its agents and files.
class ProgramsCopy {
 public:
  ProgramsCopy(ProgramsWorld& world, const std::string& name);
  ~ProgramsCopy();
  ProgramsCopy(const ProgramsCopy&) = delete;
  ProgramsCopy& operator=(const ProgramsCopy&) = delete;

 private:
  ProgramsWorld& world_;
  std::filesystem::path before_;
};

// Looks again and again, for two minutes at most. @return did it come true?
bool comes_true(const std::function<bool()>& what);

}  // namespace hitokoe::testing
