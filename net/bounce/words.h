// What mail servers write into a bounce that is no RFC 3464 report.
//
// Patterns are from the public notes of mail systems (sendmail, Postfix, qmail, Exim, Exchange) and
// the wording that Japanese mobile carriers' servers use, in short stems: they hold through small
// changes of a sentence.
#pragma once

#include <string>
#include <string_view>

namespace hitokoe::net::bounce {

// Is the sender a mail system, or does the subject say that a mail came back? `from`: lower case.
bool comes_from_a_server(std::string_view from, std::string_view subject, std::string_view text);

struct Judged {
  bool hard = false;   // the address does not exist, or never takes our mail
  bool soft = false;   // it would at another time; wins over hard
  std::string status;  // "5.1.1" where the words hold one
  std::string line;    // the line that decided
};
Judged judge_words(std::string_view text);  // UTF-8

// At most 200 bytes of printable ASCII; words that hold an @ become "<address>".
std::string shown(std::string_view words);

}  // namespace hitokoe::net::bounce
