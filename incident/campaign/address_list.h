// The list that goes with an export, as CSV (RFC 4180, CRLF): what a printing firm, an SMS service
// or a call centre takes.
#pragma once

#include <string>
#include <vector>

#include "hitokoe/incident/campaign_exports.h"
#include "incident/campaign/letters.h"

namespace hitokoe::incident::campaign {

class AddressList {
 public:
  enum class Kind { kLetters, kSms, kPhone };
  explicit AddressList(Kind kind);

  void add_letter(const Letter& letter, const std::string& pdf, std::size_t first_page,
                  std::size_t pages);
  // `text`: the short text; a telephone list has the name too, an SMS list has not.
  void add_call(const std::string& person, const std::string& name, const std::string& phone,
                const std::string& text);

  // What CP932 lacks becomes 〓 and is told, each character of a cell once.
  Bytes bytes(ListEncoding encoding, std::vector<LackingCharacter>& lacking) const;

 private:
  Kind kind_;
  std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> rows_;  // the first cell is the person
};

}  // namespace hitokoe::incident::campaign
