// The channels beside mail, as files for a printer or a caller: letters (PDF and address list), SMS
// and telephone lists (docs/campaign.md, "Letters and lists").
//
// An export is made in two steps: `make` builds the files and changes nothing; once they are on
// disk, `record` moves its persons to `exported`, in one transaction with the export and its event.
// A crash between leaves files that nothing knows of and persons who still wait; a crash after it
// leaves an export that `again` writes anew, with the same bytes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hitokoe/incident/campaign_service.h"

namespace hitokoe::incident {

enum class ListEncoding { kUtf8, kShiftJis };  // of the CSV; kShiftJis: CP932

struct ExportFile {
  std::string name;
  Bytes content;
};
struct LackingCharacter {  // CP932 has none for it: the list shows 〓 (the PDF shows the character)
  std::string person, column, character;
};
struct LeftOut {  // nobody is cut or dropped silently
  enum class Why { kNoAddress, kTooLong, kNoFont };
  std::string person;
  Why why = Why::kNoAddress;
};
std::string_view to_string(LeftOut::Why why);  // "no_address", "too_long", "no_font"

struct MadeExport {
  ExportRow row;
  std::vector<std::string> persons;  // in the files' order
  std::vector<ExportFile> files;     // the manifest is the last one
  std::vector<LackingCharacter> lacking;
  std::vector<LeftOut> left_out;
};

class CampaignExports {
 public:
  static constexpr std::size_t kMostPersons = 2000;  // of one export; then there is another one
  static constexpr std::size_t kLettersPerPdf = 200;

  CampaignExports(CampaignService::Parts parts, std::string lead_name)
      : parts_(parts), lead_name_(std::move(lead_name)) {}

  // Up to kMostPersons of those who wait for another channel than mail (no_contact, refused,
  // bounced; a returned letter: SMS and telephone only) and are reachable by `channel`, by person.
  // `row.persons` 0: nobody is. kConflict: the version is not approved by everybody, or what is in
  // the store is not what was approved. kUsage: `channel` is mail.
  Result<MadeExport> make(const Viewer& viewer, const std::string& campaign, Channel channel,
                          ListEncoding encoding);
  Result<void> record(const Viewer& viewer, const std::string& campaign, const MadeExport& made);
  // An export that was recorded. kNotFound. kCorrupt: the bytes are not those of its manifest
  // (fonts or contacts changed).
  Result<MadeExport> again(const Viewer& viewer, const std::string& campaign, std::uint32_t number);

  // Persons whose letter came back: exported by letter → returned. An unknown or other person is
  // refused and told; the others are done. @return who was refused
  Result<std::vector<std::string>> returned(const Viewer& viewer, const std::string& campaign,
                                            std::span<const std::string> persons);
  // A person decided that publication or the desk stands for the notice. From any state that waits
  // for somebody, but for unknown_held. `persons` empty: everybody who waits. @return how many
  Result<std::uint64_t> alternative(const Viewer& viewer, const std::string& campaign,
                                    std::span<const std::string> persons,
                                    const std::string& reason);
  // The text for publication, as frozen: Japanese, then English.
  Result<std::string> publication(const Viewer& viewer, const std::string& campaign);

 private:
  Result<MadeExport> build(const CampaignRow& row, const ExportRow& about,
                           const std::optional<std::vector<std::string>>& persons);

  CampaignService::Parts parts_;
  std::string lead_name_;
};

}  // namespace hitokoe::incident
