#include <algorithm>
#include <boost/json.hpp>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/incident/campaign_service.h"
#include "incident/campaign/access.h"

namespace hitokoe::incident {

using namespace campaign;

namespace {

namespace json = boost::json;

constexpr std::size_t kMostReason = 500;

bool is_concerned(const VersionRow& v, const std::string& party) {
  return std::binary_search(v.concerned.begin(), v.concerned.end(), party);
}

ApprovalState state_of(const VersionRow& v, std::vector<ApprovalRow> given) {
  ApprovalState out;
  out.version = v.version;
  out.root = v.root;
  for (const auto& party : v.concerned) {
    const bool has = std::any_of(given.begin(), given.end(),
                                 [&](const ApprovalRow& a) { return a.party == party; });
    if (!has) out.silent.push_back(party);
  }
  out.given = std::move(given);
  return out;
}

Result<VersionRow> version_to_approve(CampaignStore& store, const CampaignRow& row) {
  if (row.version == 0 || row.state == CampaignState::kDraft ||
      row.state == CampaignState::kResolving) {
    return fail(
        Errc::kConflict,
        row.id + " is not frozen: there is nothing to approve" +
            (row.version > 0 ? ", approvals of version " + std::to_string(row.version) + " are void"
                             : ""),
        row.id + " は凍結されていないため、承認するものがありません" +
            (row.version > 0 ? "。第 " + std::to_string(row.version) + " 版の承認は無効" : ""));
  }
  return store.version(row.id, row.version);
}

Result<void> must_match(const VersionRow& v, std::uint32_t version, const crypto::Digest& root) {
  if (version == v.version && root == v.root) return ok();
  return fail(Errc::kConflict,
              "the approval is for version " + std::to_string(version) + ", root " +
                  to_hex(root).substr(0, 16) + "; in force is version " +
                  std::to_string(v.version) + ", root " + to_hex(v.root).substr(0, 16) +
                  ": it changed since, approve the new request",
              "承認は第 " + std::to_string(version) + " 版、根 " + to_hex(root).substr(0, 16) +
                  " に対するもの。有効なのは第 " + std::to_string(v.version) + " 版、根 " +
                  to_hex(v.root).substr(0, 16) +
                  ": その後に変わったため、新しい承認依頼を承認してください");
}

Error not_asked(const std::string& party) {
  return Error{Errc::kForbidden, party + " is not asked to approve this campaign",
               party + " はこの一元連絡の承認を求められていません"};
}

// Records the approval; the last one makes the campaign ready to be sent.
Result<void> record(CampaignStore& store, const Viewer& viewer, const CampaignRow& row,
                    const VersionRow& v, ApprovalRow a) {
  TRY(auto given, store.approvals(row.id, v.version));
  auto after = given;
  after.push_back(a);
  const bool last = state_of(v, after).complete();
  CampaignChange change;
  change.campaign = row.id;
  change.revision = row.revision;
  change.state = last && row.state == CampaignState::kFrozen ? CampaignState::kApproved : row.state;
  change.approval = a;
  json::object body{
      {"party", a.party}, {"version", v.version}, {"root", to_hex(v.root)}, {"means", a.means}};
  if (!a.file.empty()) body["sha256"] = crypto::sha256_hex(a.file);  // which signature it was
  TRYV(store.change(change, draft(viewer, row.id, "campaign.approved", json::serialize(body)),
                    a.at));
  return ok();
}

}  // namespace

Result<ApprovalState> CampaignService::approve(const Viewer& viewer, const std::string& campaign,
                                               ByteView file) {
  if (viewer.role() != registry::Role::kParty) {
    TRYV(must_lead(viewer));
  }
  TRY(auto row, parts_.store.load(campaign));
  TRYV(must_be_concerned(viewer, parts_.store, row));
  TRY(auto v, version_to_approve(parts_.store, row));

  // Whose signature is it? Those who are asked first, then everybody we know, for a clear answer.
  std::vector<std::string> parties = v.concerned;
  for (const auto& p : parts_.registry.parties()) {
    if (!is_concerned(v, p.id)) parties.push_back(p.id);
  }
  std::optional<identity::Approval> approval;
  std::string signer;
  for (const auto& party : parties) {
    auto key = parts_.keys.enrolment(party);
    if (!key) continue;
    auto decoded = identity::decode_approval(file, key.value().sign);
    if (!decoded) continue;
    approval = std::move(decoded.value());
    signer = party;
    break;
  }
  if (!approval) {
    return fail(
        Errc::kCorrupt, "the approval is cut or altered, or signed by no party that is enrolled",
        "承認書が切れているか改変されている、または登録済みのどの事業者の署名でもありません");
  }
  if (approval->party != signer)
    return fail(Errc::kForbidden, "the approval names another party than the one that signed it",
                "承認書に書かれた事業者と、署名した事業者が違います");
  if (approval->campaign != campaign || approval->incident != row.incident)
    return fail(Errc::kForbidden, "the approval is for another campaign", "別の一元連絡の承認書");
  if (!is_concerned(v, signer)) return not_asked(signer);
  if (viewer.role() == registry::Role::kParty && viewer.party() != signer)
    return fail(Errc::kForbidden, "the approval is another party's", "別の事業者の承認書");
  TRYV(must_match(v, approval->version, approval->root));
  ApprovalRow a{v.version,         signer, v.root, viewer.user(), "key", {file.begin(), file.end()},
                parts_.clock.now()};
  TRYV(record(parts_.store, viewer, row, v, std::move(a)));
  return approvals(viewer, campaign);
}

Result<ApprovalState> CampaignService::approve_as(const Viewer& viewer, const std::string& campaign,
                                                  std::uint32_t version,
                                                  const crypto::Digest& root) {
  if (viewer.role() != registry::Role::kParty) {
    return fail(
        Errc::kForbidden,
        "an approval is a party's: sign in as one of its people, or bring the signed file",
        "承認するのは事業者: その担当者としてログインするか、署名済みのファイルを渡してください");
  }
  TRY(auto row, parts_.store.load(campaign));
  TRYV(must_be_concerned(viewer, parts_.store, row));
  TRY(auto v, version_to_approve(parts_.store, row));
  if (!is_concerned(v, viewer.party())) return not_asked(viewer.party());
  TRYV(must_match(v, version, root));
  ApprovalRow a{v.version, viewer.party(),    v.root, viewer.user(), "account",
                {},        parts_.clock.now()};
  TRYV(record(parts_.store, viewer, row, v, std::move(a)));
  return approvals(viewer, campaign);
}

Result<ApprovalState> CampaignService::refuse(const Viewer& viewer, const std::string& campaign,
                                              const std::string& party, const std::string& reason,
                                              const ShownVersion& shown) {
  if (viewer.role() == registry::Role::kParty) {
    if (viewer.party() != party) return not_asked(party);
  } else {
    TRYV(must_lead(viewer));
  }
  const bool commands = std::any_of(reason.begin(), reason.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);  // a terminal would take them for commands
    return u < 0x20 || u == 0x7f;
  });
  if (reason.empty() || reason.size() > kMostReason || commands)
    return fail(Errc::kUsage,
                "a refusal needs a reason of at most 500 bytes, without control characters",
                "承認しない場合は 500 バイト以内の理由（制御文字なし）が必要");
  TRY(auto row, parts_.store.load(campaign));
  TRYV(must_be_concerned(viewer, parts_.store, row));
  TRY(auto v, version_to_approve(parts_.store, row));
  if (!is_concerned(v, party)) return not_asked(party);
  if (shown.version != v.version || (shown.root && *shown.root != v.root)) {
    return fail(
        Errc::kConflict,
        "the refusal is of version " + std::to_string(shown.version) + ", in force is version " +
            std::to_string(v.version) + ": it changed since, read it again",
        "承認しないという回答は第 " + std::to_string(shown.version) + " 版へのもの。有効なのは第 " +
            std::to_string(v.version) + " 版: その後に変わったため、もう一度お読みください");
  }
  const auto at = parts_.clock.now();
  const json::object body{
      {"party", party}, {"version", v.version}, {"root", to_hex(v.root)}, {"reason", reason}};
  TRYV(parts_.store.add_refusal(
      campaign, {v.version, party, viewer.user(), reason, at},
      draft(viewer, campaign, "campaign.approval_refused", json::serialize(body)), at));
  return approvals(viewer, campaign);
}

Result<ApprovalState> CampaignService::approvals(const Viewer& viewer,
                                                 const std::string& campaign) {
  TRY(auto row, parts_.store.load(campaign));
  TRYV(must_be_concerned(viewer, parts_.store, row));
  if (row.version == 0) return ApprovalState{};
  TRY(auto v, parts_.store.version(campaign, row.version));
  TRY(auto given, parts_.store.approvals(campaign, row.version));
  auto out = state_of(v, std::move(given));
  out.asked = v.at;
  TRY(out.refused, parts_.store.refusals(campaign, row.version));
  std::erase_if(out.refused, [&](const RefusalRow& r) {
    return std::find(out.silent.begin(), out.silent.end(), r.party) == out.silent.end();
  });
  // A change after the freeze voids what was given.
  if (row.state == CampaignState::kResolving) {
    out.given.clear();
    out.refused.clear();
    out.silent = v.concerned;
  }
  if (viewer.sees_all_parties()) return out;
  out.others_missing = !out.silent.empty();
  std::erase_if(out.given, [&](const ApprovalRow& a) { return a.party != viewer.party(); });
  std::erase_if(out.silent, [&](const std::string& p) { return p != viewer.party(); });
  std::erase_if(out.refused, [&](const RefusalRow& r) { return r.party != viewer.party(); });
  return out;
}

}  // namespace hitokoe::incident
