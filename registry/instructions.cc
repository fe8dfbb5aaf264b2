#include "hitokoe/registry/instructions.h"

#include <algorithm>
#include <boost/json.hpp>

#include "hitokoe/text/csv.h"

namespace hitokoe::registry {
namespace {

constexpr std::size_t kLongestSubject = 200;
constexpr std::size_t kLongestText = 256U << 10;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

Result<void> check_instruction(std::string_view subject, std::string_view text) {
  const bool subject_fits = !subject.empty() && subject.size() <= kLongestSubject &&
                            text::is_utf8(subject) && std::ranges::none_of(subject, is_control);
  if (!subject_fits) {
    return fail(Errc::kBadInput,
                "the subject of an instruction: 1 to 200 bytes of UTF-8 in one line",
                "指示の件名: 1～200 バイトの一行の UTF-8");
  }
  const bool text_fits = !text.empty() && text.size() <= kLongestText && text::is_utf8(text) &&
                         std::ranges::none_of(text, [](char c) {
                           return is_control(c) && c != '\n' && c != '\r' && c != '\t';
                         });
  if (!text_fits) {
    return fail(Errc::kBadInput,
                "the text of an instruction: up to 256 KiB of UTF-8 without control characters",
                "指示の本文: 制御文字のない UTF-8 で 256 KiB まで");
  }
  return ok();
}

bool may_instruct(const Viewer& viewer, const Delegation& d) {
  if (viewer.role() == Role::kCoordinator) return true;
  const auto& me = viewer.party();
  return viewer.role() == Role::kParty && !me.empty() && (d.controller == me || d.from == me);
}

std::string to_json(const Instruction& i) {
  return boost::json::serialize(boost::json::object{{"id", i.id},
                                                    {"delegation", i.delegation},
                                                    {"controller", i.controller},
                                                    {"from", i.from},
                                                    {"to", i.to},
                                                    {"subject", i.subject},
                                                    {"text", i.text},
                                                    {"at", format_utc(i.at)},
                                                    {"by", i.by},
                                                    {"event", i.event},
                                                    {"hash", i.hash}});
}

}  // namespace hitokoe::registry
