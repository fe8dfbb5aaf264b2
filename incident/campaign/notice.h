// The text of the notice: rule 10 items 1, 2, 4, 5 and 9, under fixed headings, in Japanese and
// English. Made in two steps: `frozen_texts` fills in what is the same for everybody and is what
// the parties approve; `notice_for` fills in one person. Person parts stand in the frozen text as
// [[name]], [[reference]] and one line per carrier, and no fact can bring such a mark with it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/result.h"
#include "hitokoe/base/time.h"
#include "hitokoe/identity/field.h"
#include "hitokoe/incident/campaign.h"

namespace hitokoe::incident::campaign {

struct NoticeFacts {
  const CampaignSpec& spec;
  std::string lead_name;
  std::string incident;
  JstDay found{};  // the day on which the leak became known
};
// First line: the subject. The rest: the body. What only a minor's guardian reads stands between
// [[#guardian]] and [[/guardian]], what only the others read behind [[^guardian]]; a text of one's
// own without it gets a paragraph behind the name.
BothTexts frozen_texts(const NoticeFacts& facts);

// `text` with `words` for guardians behind the line that holds [[name]]; as it is where it has a
// [[#guardian]] of its own.
std::string with_guardian(std::string_view text, std::string_view words);

// The text as a guardian reads it, or as everybody else does: without the other's parts, which
// leave their line ends where `keep_lines`. Sections that are not closed go on to the end.
std::string variant_of(std::string_view text, bool guardian, bool keep_lines = false);

// One carrier's line in one person's notice.
struct NoticeCarrier {
  std::string name;                       // as the frozen naming shows it
  std::vector<std::string> holder_names;  // parties that may be named
  std::vector<identity::FieldId> items;
};
struct NoticePerson {
  std::string name;
  std::string reference;  // the opaque id of the person: for the desk
  std::vector<NoticeCarrier> carriers;
  bool guardian = false;  // it goes to the guardian of a minor; `name` is "…様の保護者"
};
struct Notice {
  std::string subject;
  std::string body;            // Japanese, then English
  BothTexts subjects, bodies;  // the same apart: a letter has a page of each
};
// kBadInput: a frozen text is no template.
Result<Notice> notice_for(const BothTexts& frozen, const NoticePerson& person);

// The same texts for many persons: read once. Thread-safe.
class NoticeTemplate {
 public:
  explicit NoticeTemplate(const BothTexts& frozen);
  ~NoticeTemplate();
  NoticeTemplate(NoticeTemplate&&) noexcept;
  Result<Notice> notice_for(const NoticePerson& person) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What a text must hold before it can be frozen: every heading, the desk's phone and mail, the
// marks for person and carriers, nothing else in [[ ]]. kConflict names what is missing.
Result<void> check_frozen(const BothTexts& frozen, const Desk& desk);

// "氏名、電話番号" and "name, phone number".
std::string items_ja(std::span<const identity::FieldId> items);
std::string items_en(std::span<const identity::FieldId> items);

bool has_mark(std::string_view text);  // does it hold [[ or ]] or {{ or }}?

}  // namespace hitokoe::incident::campaign
