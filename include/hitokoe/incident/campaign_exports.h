// The channels beside mail, as files for a printer or a caller: letters (PDF and address list), SMS
// and telephone lists (docs/campaign.md, "Letters and lists").
//
// An export is made in two steps: `make` builds the files and changes nothing; once they are on
// disk, `record` moves its persons to `exported`, in one transaction with the export and its event.
// A crash between leaves files that nothing knows of and persons who still wait; a crash after it
// leaves an export that `again` writes anew, with the same bytes.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
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
  std::string looked_to;  // the last person of those who wait that was looked at
};

class FollowStore;

class CampaignExports {
 public:
  static constexpr std::size_t kMostPersons = 2000;  // of one export; then there is another one
  static constexpr std::size_t kLettersPerPdf = 200;

  // `letters_per_pdf`: at most; an export can only be made again with the same number. `once`: who
  // was told by another campaign is not in the files; without it the store refuses such an export.
  CampaignExports(CampaignService::Parts parts, std::string lead_name,
                  std::size_t letters_per_pdf = kLettersPerPdf, FollowStore* once = nullptr)
      : parts_(parts),
        lead_name_(std::move(lead_name)),
        letters_per_pdf_(letters_per_pdf),
        once_(once) {}

  // Up to kMostPersons of those who wait for another channel than mail (no_contact, refused,
  // bounced; a returned letter: SMS and telephone only; a dead number: a letter only, once; who was
  // in an SMS or telephone list: in none again) and are reachable by `channel`, by person.
  // `row.persons` 0: nobody is. kConflict: the version is not approved by everybody, or was changed
  // since, or the incident is merged into another one. kCorrupt: what is in the store is not what
  // was approved. kUsage: `channel` is mail.
  // After one was recorded, the next one of that channel begins behind the last person that was
  // looked at: of millions nobody is read twice, and who is left out is told once.
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
  // Persons whose number is dead: exported by SMS or telephone → bounced, so that a letter is next,
  // or, where one came back before, an alternative measure. Otherwise as `returned`.
  Result<std::vector<std::string>> unreached(const Viewer& viewer, const std::string& campaign,
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
  // kConflict: nobody, the incident is merged.
  Result<bool> may_tell(const std::string& campaign, const std::string& person) const;

  CampaignService::Parts parts_;
  std::string lead_name_;
  std::size_t letters_per_pdf_;
  FollowStore* once_;
  // Who was in an earlier file of `campaign`: each file is read once, and only where somebody
  // waits for whom it matters.
  struct Earlier {
    std::string campaign;
    std::uint32_t read_to = 0;  // the number of the last export that was read
    std::set<std::string> by_letter, by_number;
  };
  Result<void> read_earlier(const CampaignRow& row);
  struct Place {  // how far the exports of this object are
    std::string campaign;
    std::uint32_t version = 0;
    Channel channel = Channel::kEmail;
    std::string person;
    bool is_of(const Place& other) const {
      return campaign == other.campaign && version == other.version && channel == other.channel;
    }
  };

  std::pair<std::string, std::uint32_t> checked_;  // campaign and version that are as approved
  Earlier earlier_;
  Place place_;
};

}  // namespace hitokoe::incident
