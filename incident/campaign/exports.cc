#include <algorithm>
#include <boost/json.hpp>

#include "hitokoe/incident/campaign_exports.h"
#include "hitokoe/text/encode.h"
#include "incident/campaign/access.h"
#include "incident/campaign/address_list.h"
#include "incident/campaign/composer.h"
#include "incident/campaign/frozen_set.h"
#include "incident/campaign/letters.h"
#include "incident/campaign/public_texts.h"

namespace hitokoe::incident {

using namespace campaign;

namespace {

namespace json = boost::json;

constexpr std::string_view kEncodings[] = {"utf-8", "shift_jis"};

bool waits_for(DeliveryState state, Channel channel) {
  if (state == DeliveryState::kReturned) return channel != Channel::kLetter;
  return state == DeliveryState::kNoContact || state == DeliveryState::kRefused ||
         state == DeliveryState::kBounced;
}

std::string prefix_of(const ExportRow& row) {
  return std::string(row.channel == Channel::kLetter ? "letters"
                     : row.channel == Channel::kSms  ? "sms"
                                                     : "phone") +
         "-" + std::to_string(row.number);
}

std::string with_reference(std::string text, const std::string& reference) {
  constexpr std::string_view kMark = "[[reference]]";
  for (std::size_t at = 0; (at = text.find(kMark, at)) != std::string::npos; at += reference.size())
    text.replace(at, kMark.size(), reference);
  return text;
}

// One after another, and where a font lacks a character each alone: one name must not stop all.
Result<PrintedLetters> print_what_can_be(std::vector<Letter>& letters, const std::string& title,
                                         UtcTime at, std::vector<LeftOut>& left_out) {
  auto all = print_letters(letters, title, at);
  if (all || all.error().code != Errc::kUnsupported) return all;
  std::vector<Letter> fine;
  for (auto& letter : letters) {
    const auto alone = print_letters({letter}, title, at);
    if (alone) {
      fine.push_back(std::move(letter));
    } else if (alone.error().code == Errc::kUnsupported) {
      left_out.push_back({letter.reference, LeftOut::Why::kNoFont});
    } else {
      return alone.error();
    }
  }
  letters = std::move(fine);
  if (letters.empty()) return PrintedLetters{};
  return print_letters(letters, title, at);
}

ExportFile manifest_of(const CampaignRow& row, const VersionRow& version, const MadeExport& made) {
  json::array files, lacking;
  for (const auto& f : made.files) {
    files.push_back(json::object{{"name", f.name},
                                 {"bytes", f.content.size()},
                                 {"sha256", to_hex(crypto::sha256(f.content))}});
  }
  for (const auto& l : made.lacking) {
    lacking.push_back(
        json::object{{"person", l.person}, {"column", l.column}, {"character", l.character}});
  }
  const json::object manifest{{"campaign", row.id},
                              {"incident", row.incident},
                              {"number", made.row.number},
                              {"channel", to_string(made.row.channel)},
                              {"version", version.version},
                              {"root", to_hex(version.root)},
                              {"at", format_utc(made.row.at)},
                              {"encoding", made.row.encoding},
                              {"persons", made.persons.size()},
                              {"files", std::move(files)},
                              {"lacking", std::move(lacking)}};
  const auto text = json::serialize(manifest) + "\n";
  return {prefix_of(made.row) + ".manifest.json", Bytes(text.begin(), text.end())};
}

}  // namespace

std::string_view to_string(LeftOut::Why why) {
  switch (why) {
    case LeftOut::Why::kNoAddress:
      return "no_address";
    case LeftOut::Why::kTooLong:
      return "too_long";
    case LeftOut::Why::kNoFont:
      return "no_font";
  }
  return "no_address";
}

Result<MadeExport> CampaignExports::build(const CampaignRow& row, const ExportRow& about,
                                          const std::optional<std::vector<std::string>>& persons) {
  MadeExport made;
  made.row = about;
  TRY(auto version, parts_.store.version(row.id, row.version));
  TRY(auto vault, ContactVault::open(parts_.keys, row));
  TRY(auto recipients, parts_.store.recipients(row.id, ""));
  TRYV(must_be_as_approved(parts_.store, row, version, vault, recipients, true));
  TRY(const auto texts, split_public_texts(version.desk));
  const NoticeComposer composer(parts_.store, row, version, std::move(vault), lead_name_, "");

  const bool letters = about.channel == Channel::kLetter;
  const auto wanted = [&](const RecipientRow& r) {
    if (persons) return std::binary_search(persons->begin(), persons->end(), r.person);
    return waits_for(r.state, about.channel);
  };
  AddressList list(letters                          ? AddressList::Kind::kLetters
                   : about.channel == Channel::kSms ? AddressList::Kind::kSms
                                                    : AddressList::Kind::kPhone);
  std::vector<Letter> sheet;
  std::size_t pdfs = 0;
  const auto print_sheet = [&]() -> Result<void> {
    if (sheet.empty()) return ok();
    TRY(auto printed, print_what_can_be(sheet, row.id, about.at, made.left_out));
    if (!sheet.empty()) {
      const auto name = prefix_of(about) + "-" + std::to_string(++pdfs) + ".pdf";
      for (std::size_t i = 0; i < sheet.size(); ++i) {
        const auto next = i + 1 < sheet.size() ? printed.first_page[i + 1] : printed.pages + 1;
        list.add_letter(sheet[i], name, printed.first_page[i], next - printed.first_page[i]);
        made.persons.push_back(sheet[i].reference);
      }
      made.files.push_back({name, std::move(printed.pdf)});
    }
    sheet.clear();
    return ok();
  };
  for (const auto& r : recipients) {
    if (made.persons.size() + sheet.size() >= kMostPersons) break;
    if (!wanted(r)) continue;
    TRY(auto d, composer.draft(r, letters));
    if (letters) {
      if (d.letter.address.empty()) {
        made.left_out.push_back({r.person, LeftOut::Why::kNoAddress});
        continue;
      }
      Letter letter{r.person, std::move(d.letter.name), std::move(d.letter.postal),
                    std::move(d.letter.address), std::move(d.notice)};
      if (!address_block(letter)) {
        made.left_out.push_back({r.person, LeftOut::Why::kTooLong});
        continue;
      }
      sheet.push_back(std::move(letter));
      if (sheet.size() == kLettersPerPdf) {
        TRYV(print_sheet());
      }
    } else if (d.phone.empty()) {
      made.left_out.push_back({r.person, LeftOut::Why::kNoAddress});
    } else {
      list.add_call(r.person, d.phone_name, d.phone, with_reference(texts.sms, r.person));
      made.persons.push_back(r.person);
    }
  }
  TRYV(print_sheet());
  made.row.persons = made.persons.size();
  if (made.persons.empty()) return made;
  const auto encoding =
      about.encoding == kEncodings[1] ? ListEncoding::kShiftJis : ListEncoding::kUtf8;
  made.files.push_back({prefix_of(about) + ".csv", list.bytes(encoding, made.lacking)});
  made.files.push_back(manifest_of(row, version, made));
  made.row.manifest = crypto::sha256(made.files.back().content);
  return made;
}

Result<MadeExport> CampaignExports::make(const Viewer& viewer, const std::string& campaign,
                                         Channel channel, ListEncoding encoding) {
  TRYV(must_lead(viewer));
  if (channel == Channel::kEmail)
    return fail(Errc::kUsage, "mails are sent, not exported", "メールは書き出さずに送信します");
  TRY(const auto row, parts_.store.load(campaign));
  TRY(const auto before, parts_.store.exports(campaign));
  ExportRow about;
  about.number = before.empty() ? 1 : before.back().number + 1;
  about.channel = channel;
  about.version = row.version;
  about.encoding = kEncodings[encoding == ListEncoding::kShiftJis ? 1 : 0];
  about.user = viewer.user();
  about.at = parts_.clock.now();
  return build(row, about, std::nullopt);
}

Result<void> CampaignExports::record(const Viewer& viewer, const std::string& campaign,
                                     const MadeExport& made) {
  TRYV(must_lead(viewer));
  if (made.persons.empty())
    return fail(Errc::kUsage, "nobody is in this export", "書き出す人がいません");
  TRY(const auto row, parts_.store.load(campaign));
  if (row.version != made.row.version)
    return fail(Errc::kConflict, campaign + " was frozen anew meanwhile",
                campaign + " はその間に凍結し直されました");
  return parts_.store.add_export(campaign, made.row, made.persons, made.row.at);
}

Result<MadeExport> CampaignExports::again(const Viewer& viewer, const std::string& campaign,
                                          std::uint32_t number) {
  TRYV(must_lead(viewer));
  TRY(const auto row, parts_.store.load(campaign));
  TRY(const auto all, parts_.store.exports(campaign));
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const ExportRow& e) { return e.number == number; });
  if (found == all.end())
    return fail(Errc::kNotFound, campaign + " has no export " + std::to_string(number),
                campaign + " に書き出し " + std::to_string(number) + " はありません");
  if (found->version != row.version)
    return fail(Errc::kConflict, "the export has the text of another version",
                "別の版の文面で書き出されたもの");
  TRY(auto persons, parts_.store.exported(campaign, number));
  std::sort(persons.begin(), persons.end());
  TRY(auto made, build(row, *found, persons));
  if (made.row.manifest != found->manifest) {
    return fail(
        Errc::kCorrupt,
        "the export cannot be made again with the same bytes: fonts, program or contacts "
        "are not what they were",
        "同じ内容では書き出せません: フォント・プログラム・連絡先のいずれかが当時と違います");
  }
  const json::object body{{"number", number}, {"manifest", to_hex(found->manifest)}};
  TRYV(parts_.store.note(draft(viewer, campaign, "campaign.export_repeated", json::serialize(body)),
                         parts_.clock.now()));
  return made;
}

Result<std::string> CampaignExports::publication(const Viewer& viewer,
                                                 const std::string& campaign) {
  TRY(const auto row, parts_.store.load(campaign));
  TRYV(must_be_concerned(viewer, parts_.store, row));
  if (row.version == 0)
    return fail(Errc::kConflict, campaign + " is not frozen yet",
                campaign + " はまだ凍結されていません");
  TRY(const auto version, parts_.store.version(campaign, row.version));
  TRY(auto texts, split_public_texts(version.desk));
  return std::move(texts.publication);
}

}  // namespace hitokoe::incident
