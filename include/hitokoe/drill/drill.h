// The exercise (訓練): the whole way from contractors' CSV files to delivered notices, on made-up
// companies and customers, with the product's own parts and real servers on loopback.
//
// Every step is journalled: a drill that was killed anywhere goes on where it was when it is
// started again with the same data folder. The same seed tells the same story (names, counts,
// culprit, mails); keys and times differ.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hitokoe/base/language.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/random.h"
#include "hitokoe/base/result.h"
#include "hitokoe/base/time.h"

namespace hitokoe::drill {

struct DrillOptions {
  std::filesystem::path data;
  std::uint64_t seed = 1;
  Language language = Language::kEnglish;
  // Where the pages are that the crawler looks at; empty: the exercise's own paste server. Another
  // server must hold the files of write_pastes().
  std::string paste_url;
  std::string paste_link = "href=\"/p/([a-z0-9]+)\"";  // RE2 over the list page
  std::string paste_raw = "/raw/\\1";
  // host:port of a relay with STARTTLS; empty: the exercise's own mail server.
  std::string smtp;
  std::filesystem::path smtp_ca;  // PEM; needed with `smtp`
  // One line for a person, as soon as there is something to tell. "[ 3/16] keys: begins" and
  // "[ 3/16] keys: done …" frame every step.
  std::function<void(const std::string&)> progress;
};

struct DrillParts {
  const Clock& clock;
  Random& random;
  Logger log;
};

struct DrillStep {
  std::string id;
  std::string ja, en;  // what happened
  Duration took{};
};

struct DrillOutcome {
  std::vector<DrillStep> steps;
  std::string verdict;          // as in `scan --json`
  std::string named;            // the party with the highest probability
  double probability = 0;       // that it leaked itself
  double copy_probability = 0;  // that its copy did: the verdict is about that
  std::string truth;            // the party that leaked
  std::string truth_snapshot;
  std::uint64_t people_leaked = 0;  // the truth: distinct people whose rows leaked
  std::uint64_t persons = 0;        // found and joined by the campaign
  std::uint64_t accepted = 0, refused = 0, held = 0, no_contact = 0;
  std::uint64_t received = 0, duplicates = 0;  // by the exercise's own mail server
  bool own_mail_server = true;
  std::uint64_t audit_events = 0;
  std::vector<std::string> findings;  // what is not as it should be; empty: all went well

  bool right() const { return named == truth; }
};

struct Console {
  std::string url;
  // Tokens for it, made anew at every start: one sees everything, one only the part of the company
  // that leaked.
  std::string coordinator_token, party_token, party;
};

class Drill {
 public:
  // Begins in `options.data`, or goes on with what is there. kConflict: another seed, or in use.
  static Result<Drill> open(const DrillOptions& options, DrillParts parts);
  Drill(Drill&&) noexcept;
  Drill& operator=(Drill&&) noexcept;
  ~Drill();

  // From the first step, or from where an earlier run was cut. Errors: of the step that failed.
  Result<DrillOutcome> run();

  // Serves API and console on the exercise's data until SIGTERM or SIGINT. Port 0: any free one.
  Result<void> serve(const std::string& address, std::uint16_t port,
                     const std::function<void(const Console&)>& ready);

 private:
  explicit Drill(std::unique_ptr<class Context> context);
  std::unique_ptr<class Context> context_;
};

// The table for people, and one JSON document.
std::string render(const DrillOutcome& outcome, Language language);
std::string to_json(const DrillOutcome& outcome, std::uint64_t seed);

// The pages of the seed's story as files in `folder`, to be put on another paste server.
Result<void> write_pastes(std::uint64_t seed, const std::filesystem::path& folder);

}  // namespace hitokoe::drill
