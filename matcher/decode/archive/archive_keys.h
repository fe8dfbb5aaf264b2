// Passwords for archives and documents: those that are configured, those that stand in texts of the
// same exposure, in the name of the archive, and a few that everybody uses. And what none of them
// opened yet: its password may stand in a document that comes later.
//
// One object per exposure, one thread at a time. Passwords are never logged, nor in a warning.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/secret.h"
#include "hitokoe/matcher/matcher.h"
#include "matcher/decode/reading.h"

namespace hitokoe::matcher {

// An archive or a document that waits for its password. Its bytes are in memory or in an encrypted
// file.
class Locked {
 public:
  virtual ~Locked() = default;
  // Reads what is left of it, with the passwords that came since; where it stays locked it has
  // itself kept again.
  virtual Result<void> read_again(Reading& reading) = 0;
  virtual void warn(Reading& reading) const = 0;  // it stays locked
  virtual void leave_memory() = 0;
};

struct LockedPart {
  std::shared_ptr<Locked> what;
  std::string name;
  std::shared_ptr<NestingBudget> budget;
};

class ArchiveKeys {
 public:
  static constexpr std::size_t kMostFound = 2'000;  // passwords out of texts
  static constexpr std::size_t kMostTries = 500;    // on one archive
  static constexpr std::size_t kMostLocked = 250;   // that wait

  explicit ArchiveKeys(std::shared_ptr<const ArchivePasswords> configured = {})
      : configured_(std::move(configured)) {}

  // A whole text, or a line of one.
  void see_text(std::string_view text);

  // What to try on an archive of this name, the likeliest first, none twice.
  std::vector<std::string> candidates(std::string_view archive) const;
  // The same without an exposure: the name and the usual ones.
  static std::vector<std::string> candidates_by_name(std::string_view archive);

  // It opened something: the likeliest for the next archive.
  void opened(const std::string& password);

  // False: too many wait already.
  bool keep(LockedPart part);
  bool any_locked() const { return !locked_.empty(); }
  // How many passwords stood in texts.
  std::size_t found() const { return found_.size(); }
  // To be called when all documents are in: tries all that waits again, and what is in it, until
  // nothing opens any more. By name: the order in which they came does not show.
  Result<void> retry(const RowSink& sink, std::vector<Warning>& warnings,
                     const Observe& observe = {});
  // Warns of what is left.
  void give_up(const RowSink& sink, std::vector<Warning>& warnings);

 private:
  std::shared_ptr<const ArchivePasswords> configured_;  // may be nullptr
  std::vector<std::string> found_, good_;
  std::vector<LockedPart> locked_;
};

// Looks for passwords in the first part of a text that comes in pieces.
class PasswordFinder {
 public:
  static constexpr std::size_t kLooksAt = 1U << 20;  // of each document: announcements are short
  explicit PasswordFinder(Reading& reading) : keys_(reading.keys()) {}
  void feed(std::string_view text);
  void finish();

 private:
  ArchiveKeys* keys_;
  std::string text_;
  bool done_ = false;
};

// What a line may announce as a password: "pass: x", "password is x", "解凍パス：x", "[pw=x]".
// `next`: the line below it, for a label that stands alone.
std::vector<std::string> passwords_in(std::string_view line, std::string_view next = {});

}  // namespace hitokoe::matcher
