// `check-approval`: who signed which version of a campaign, by files alone. An auditor needs the
// approvals as they were exported and the parties' enrolments, from the parties themselves; no
// home, no keys, no service.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "apps/agent/commands.h"
#include "hitokoe/base/file.h"
#include "hitokoe/identity/campaign_files.h"
#include "hitokoe/identity/ceremony.h"

namespace hitokoe::agent {
namespace {

namespace json = boost::json;
using identity::Approval;
using identity::Enrolment;

constexpr std::uint64_t kLargest = 1 << 20;

struct Options {
  std::vector<std::filesystem::path> files, enrolments;
  std::string campaign, root;
  std::uint32_t version = 0;
};

struct Checked {
  std::filesystem::path file;
  Approval approval;
  std::string fingerprint;  // of the enrolment whose key signed it
};

auto refused(const std::filesystem::path& file, const Words& why) {
  return fail(Errc::kBadInput, file.string() + ": " + why);
}

Result<std::vector<Enrolment>> read_enrolments(const Options& o) {
  std::vector<Enrolment> out;
  out.reserve(o.enrolments.size());
  for (const auto& path : o.enrolments) {
    TRY(const auto bytes, read_file(path, kLargest));
    auto enrolment = identity::decode_enrolment(bytes);
    if (!enrolment) return refused(path, enrolment.error().words());
    out.push_back(std::move(enrolment.value()));
  }
  return out;
}

// The key decides whose it is, whatever name stands in it.
Result<Checked> check(const std::filesystem::path& path, std::span<const Enrolment> enrolments) {
  TRY(const auto bytes, read_file(path, kLargest));
  for (const auto& party : enrolments) {
    auto approval = identity::decode_approval(bytes, party.sign);
    if (!approval && approval.error().code == Errc::kForbidden) continue;  // another one's key
    if (!approval) return refused(path, approval.error().words());
    if (approval.value().party != party.party) {
      return refused(path,
                     {"it names " + approval.value().party + " and is signed by " + party.party,
                      approval.value().party + " の名で " + party.party + " が署名しています"});
    }
    return Checked{path, std::move(approval.value()), identity::enrolment_fingerprint(party)};
  }
  return refused(path, {"signed by none of the parties whose enrolments were given",
                        "渡された登録依頼のどの事業者の署名でもありません"});
}

Result<void> must_be_of(const Checked& one, const Checked& first, const Options& o) {
  const auto& a = one.approval;
  const auto& b = first.approval;
  if (a.incident != b.incident || a.campaign != b.campaign || a.version != b.version ||
      a.root != b.root) {
    return refused(one.file, {"it is not of the same frozen version as " + first.file.string(),
                              first.file.string() + " とは別の凍結版の承認です"});
  }
  if (!o.campaign.empty() && a.campaign != o.campaign) {
    return refused(one.file,
                   {"it is of campaign " + a.campaign, "一元連絡 " + a.campaign + " の承認です"});
  }
  if (o.version != 0 && a.version != o.version) {
    const auto n = std::to_string(a.version);
    return refused(one.file, {"it is of version " + n, "第 " + n + " 版の承認です"});
  }
  if (!o.root.empty() && to_hex(a.root) != o.root) {
    return refused(one.file,
                   {"it is of root " + to_hex(a.root), "ルート " + to_hex(a.root) + " の承認です"});
  }
  return ok();
}

void tell(const Context& c, std::span<const Checked> checked) {
  const auto& first = checked.front().approval;
  if (!c.json) {
    std::cout << first.incident << "  " << first.campaign << say(c.language, "  第", "  version ")
              << first.version << say(c.language, "版  ルート ", "  root ") << to_hex(first.root)
              << '\n';
    for (const auto& one : checked) {
      std::cout << say(c.language, "  署名を確認  ", "  signed  ") << one.approval.party << "  "
                << format_jst(one.approval.at) << "  " << one.fingerprint << '\n';
    }
    return;
  }
  json::array list;
  list.reserve(checked.size());
  for (const auto& one : checked) {
    list.push_back(json::object{{"file", one.file.string()},
                                {"party", one.approval.party},
                                {"at", format_utc(one.approval.at)},
                                {"fingerprint", one.fingerprint}});
  }
  std::cout << json::serialize(json::object{{"incident", first.incident},
                                            {"campaign", first.campaign},
                                            {"version", first.version},
                                            {"root", to_hex(first.root)},
                                            {"approvals", std::move(list)}})
            << '\n';
}

Result<int> check_approvals(const Context& c, const Options& o) {
  TRY(const auto enrolments, read_enrolments(o));
  std::vector<Checked> checked;
  checked.reserve(o.files.size());
  for (const auto& path : o.files) {
    TRY(auto one, check(path, enrolments));
    checked.push_back(std::move(one));
    TRYV(must_be_of(checked.back(), checked.front(), o));
  }
  tell(c, checked);
  return 0;
}

}  // namespace

void add_approval_command(CLI::App& app, Context& c) {
  auto* command = app.add_subcommand(
      "check-approval", c.text("承認書の署名を、ファイルだけで確かめる（監査用）",
                               "Check the signatures of approvals by files alone (for an audit)"));
  const auto o = std::make_shared<Options>();
  command->add_option("file", o->files, c.text("承認書", "Approvals"))->required();
  command
      ->add_option("--enrolment", o->enrolments,
                   c.text("各社から直接受け取った登録依頼（P.enrol）",
                          "Enrolments (P.enrol), from the parties themselves"))
      ->required();
  command->add_option("--campaign", o->campaign,
                      c.text("この一元連絡の承認であること", "They must be of this campaign"));
  command->add_option("--of-version", o->version,
                      c.text("この版の承認であること", "They must be of this version"));
  command->add_option(
      "--root", o->root,
      c.text("このルート（16 進数）の承認であること", "They must be of this root, in hexadecimal"));
  command->callback([&c, o] { c.action = [&c, o] { return check_approvals(c, *o); }; });
}

}  // namespace hitokoe::agent
