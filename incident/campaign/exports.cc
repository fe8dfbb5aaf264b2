#include <algorithm>
#include <boost/json.hpp>
#include <functional>
#include <iterator>
#include <utility>

#include "hitokoe/incident/campaign_exports.h"
#include "hitokoe/incident/follow_up.h"
#include "hitokoe/text/encode.h"
#include "incident/campaign/access.h"
#include "incident/campaign/address_list.h"
#include "incident/campaign/composer.h"
#include "incident/campaign/frozen_tree.h"
#include "incident/campaign/letter_sheet.h"
#include "incident/campaign/public_texts.h"
#include "incident/campaign/subject_pages.h"

namespace hitokoe::incident {

using namespace campaign;

namespace {

namespace json = boost::json;

constexpr std::string_view kEncodings[] = {"utf-8", "shift_jis"};

// Out of an SMS or telephone list only a dead number comes back here, and that is not tried again,
// nor a letter where one came back.
bool waits_for(const RecipientRow& r, Channel channel) {
  const bool by_number = r.channel == Channel::kSms || r.channel == Channel::kPhone;
  if (r.state == DeliveryState::kReturned) return channel != Channel::kLetter;
  if (r.state == DeliveryState::kBounced && by_number) return channel == Channel::kLetter;
  return r.state == DeliveryState::kNoContact || r.state == DeliveryState::kRefused ||
         r.state == DeliveryState::kBounced;
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

// Frozen, and nothing was taken in since: what was checked holds until then.
Result<void> must_be_frozen(const CampaignRow& row) {
  if (row.state != CampaignState::kDraft && row.state != CampaignState::kResolving) return ok();
  return fail(Errc::kConflict, row.id + " was changed since it was frozen: freeze it again",
              row.id + " は凍結の後に変更されています: もう一度凍結してください");
}

// Whoever waits for another channel than mail, by person over all those states, behind `after`: an
// export holds the first of them.
Result<void> each_waiting(CampaignStore& store, const std::string& campaign, std::string after,
                          const std::function<Result<bool>(const RecipientRow&)>& each) {
  constexpr DeliveryState kStates[] = {DeliveryState::kNoContact, DeliveryState::kRefused,
                                       DeliveryState::kBounced, DeliveryState::kReturned};
  constexpr std::size_t kPage = 1000;
  for (;;) {
    // The first of each state behind `after`; a page is as far as all of them were read.
    std::vector<RecipientRow> page;
    std::optional<std::string> until;
    for (const auto state : kStates) {
      TRY(auto rows, store.recipients_after(campaign, after, kPage, state));
      if (rows.size() == kPage && (!until || rows.back().person < *until))
        until = rows.back().person;
      std::move(rows.begin(), rows.end(), std::back_inserter(page));
    }
    std::sort(page.begin(), page.end(),
              [](const RecipientRow& a, const RecipientRow& b) { return a.person < b.person; });
    for (const auto& row : page) {
      if (until && row.person > *until) break;
      TRY(const bool go_on, each(row));
      if (!go_on) return ok();
    }
    if (!until) return ok();
    after = *until;
  }
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

Result<void> CampaignExports::read_earlier(const CampaignRow& row) {
  if (earlier_.campaign != row.id) earlier_ = {row.id, 0, {}, {}};
  TRY(const auto all, parts_.store.exports(row.id));
  for (const auto& e : all) {
    if (e.number <= earlier_.read_to) continue;
    TRY(const auto persons, parts_.store.exported(row.id, e.number));
    auto& of = e.channel == Channel::kLetter ? earlier_.by_letter : earlier_.by_number;
    of.insert(persons.begin(), persons.end());
    earlier_.read_to = e.number;
  }
  return ok();
}

Result<bool> CampaignExports::may_tell(const std::string& campaign,
                                       const std::string& person) const {
  if (once_ == nullptr) return true;
  TRY(const auto may, once_->may_tell(campaign, person));
  if (may != MayTell::kMerged) return may == MayTell::kYes;
  return fail(Errc::kConflict,
              campaign + ": its incident is merged into another one, whose campaign tells them",
              campaign + ": 事案は別の事案に統合されています。そちらの一元連絡で知らせます");
}

Result<MadeExport> CampaignExports::build(const CampaignRow& row, const ExportRow& about,
                                          const std::optional<std::vector<std::string>>& persons) {
  MadeExport made;
  made.row = about;
  TRY(auto version, parts_.store.version(row.id, row.version));
  TRY(auto vault, ContactVault::open(parts_.keys, row));
  TRYV(must_be_frozen(row));
  // Once for all exports of a command: a frozen version changes with its number or its state only.
  if (checked_ != std::pair(row.id, row.version)) {
    TRYV(must_be_as_approved(parts_.store, row, version, vault, true));
    checked_ = {row.id, row.version};
  }
  TRY(const auto texts, split_public_texts(version.desk));
  const NoticeComposer composer(parts_.store, row, version, std::move(vault), lead_name_, "");

  const bool letters = about.channel == Channel::kLetter;
  bool earlier_read = false;
  // Was there a letter, or (of a list) an SMS or call? Asked only for whom it may be.
  const auto had_one = [&](const RecipientRow& r) -> Result<bool> {
    const bool may_have = letters ? r.state == DeliveryState::kBounced : true;
    if (!may_have || r.channel == Channel::kEmail) return false;
    if (!earlier_read) {
      TRYV(read_earlier(row));
    }
    earlier_read = true;
    return (letters ? earlier_.by_letter : earlier_.by_number).count(r.person) != 0;
  };
  AddressList list(letters                          ? AddressList::Kind::kLetters
                   : about.channel == Channel::kSms ? AddressList::Kind::kSms
                                                    : AddressList::Kind::kPhone);
  LetterSheet sheet(row.id, about.at, letters_per_pdf_);
  std::size_t pdfs = 0;
  // @return was it printed? Otherwise there is room in it again.
  const auto print_sheet = [&]() -> Result<bool> {
    if (sheet.letters().empty()) return true;
    TRY(auto printed, sheet.print(made.left_out));
    if (!printed) return false;
    const auto& all = sheet.letters();
    const auto name = prefix_of(about) + "-" + std::to_string(++pdfs) + ".pdf";
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto next = i + 1 < all.size() ? printed->first_page[i + 1] : printed->pages + 1;
      list.add_letter(all[i], name, printed->first_page[i], next - printed->first_page[i]);
      made.persons.push_back(all[i].reference);
    }
    made.files.push_back({name, std::move(printed->pdf)});
    sheet.clear();
    return true;
  };
  const auto add_letter = [&](Letter letter) -> Result<void> {
    while (!sheet.has_room_for(letter)) {
      TRYV(print_sheet());
    }
    sheet.add(std::move(letter));
    if (sheet.full()) {
      TRYV(print_sheet());
    }
    return ok();
  };
  const auto take = [&](const RecipientRow& r) -> Result<bool> {
    TRY(auto d, composer.draft(r, letters));
    if (letters ? d.letter.address.empty() : d.phone.empty()) {
      made.left_out.push_back({r.person, LeftOut::Why::kNoAddress});
    } else if (letters) {
      Letter letter{r.person, std::move(d.letter.name), std::move(d.letter.postal),
                    std::move(d.letter.address), std::move(d.notice)};
      if (address_block(letter)) {
        TRYV(add_letter(std::move(letter)));
      } else {
        made.left_out.push_back({r.person, LeftOut::Why::kTooLong});
      }
    } else {
      list.add_call(r.person, d.phone_name, d.phone, with_reference(texts.sms, r.person));
      made.persons.push_back(r.person);
    }
    return made.persons.size() + sheet.letters().size() < kMostPersons;
  };
  if (persons) {
    for (const auto& person : *persons) {
      TRY(const auto r, parts_.store.recipient(row.id, person));
      TRYV(take(r));
    }
  } else {
    const Place from{row.id, row.version, about.channel, {}};
    const auto& after = place_.is_of(from) ? place_.person : from.person;
    TRYV(each_waiting(parts_.store, row.id, after, [&](const RecipientRow& r) -> Result<bool> {
      made.looked_to = r.person;
      if (!waits_for(r, about.channel)) return true;
      TRY(const bool again, had_one(r));
      if (again) return true;
      TRY(const bool may, may_tell(row.id, r.person));
      if (!may) return true;
      return take(r);
    }));
  }
  for (bool printed = false; !printed;) {
    TRY(printed, print_sheet());
  }
  // An import may have come between the check and what was read after it.
  TRY(const auto now, parts_.store.load(row.id));
  TRYV(must_be_frozen(now));
  if (now.version != row.version)
    return fail(Errc::kConflict, row.id + " was frozen anew meanwhile",
                row.id + " はその間に凍結し直されました");
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
  TRYV(parts_.store.add_export(campaign, made.row, made.persons, made.row.at));
  place_ = {campaign, row.version, made.row.channel, made.looked_to};
  return ok();
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
