// A registry whose carrier kou keeps everything on record: no findings on 1 August 2026. Each line
// is one entry, so that a test can change it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "hitokoe/registry/supervision.h"

namespace hitokoe::registry {

constexpr std::string_view kSupervised =
    R"(parties:
  - {id: kou, name: 甲通信株式会社}
  - {id: callco, name: 丙コール株式会社}
  - {id: nightdesk, name: 丁サポート株式会社}
  - {id: cloud, name: 戊クラウド株式会社}
  - {id: oya, name: 甲ホールディングス株式会社}
delegations:
  - {id: D1, controller: kou, from: kou, to: callco, type: A, purposes: [コールセンター], items: [ref, name, phone], begins: 2024-04-01}
  - {id: D2, controller: kou, from: callco, to: nightdesk, under: D1, type: B, purposes: [夜間受付], items: [ref, name, phone], consent: {by: kou, on: 2024-05-10, ref: 承諾書12}, begins: 2024-06-01, ends: 2026-03-31, returned: {on: 2026-04-05, ref: 確認書3}}
snapshots:
  - {id: S0, controller: kou, holder: kou, own: true, as_of: 2026-06-30, records: 1000, items: [ref, name, phone, email]}
  - {id: S1, holder: callco, delegation: D1, source: S0, as_of: 2026-06-30, on: 2026-07-01, records: 500, items: [ref, name, phone], medium: sftp, encrypted: true, confirmed: [kou, callco], purpose: コールセンター, stated: [{by: kou, on: 2026-07-01, records: 500, items: [ref, name, phone]}, {by: callco, on: 2026-07-01, records: 500, items: [phone, ref, name]}]}
carriers:
  - id: kou
    parents: [oya]
    policy: {paper_audits: false, remote_audits: false, audit_months: 12, access_review_months: 3}
    purposes: {コールセンター: [ref, name, phone], 夜間受付: [ref, name, phone]}
services:
  - {id: V1, controller: kou, user: callco, provider: cloud, name: 予約表, handles: false}
supervision:
  - delegation: D1
    agreement: {on: 2024-03-20, ref: 確認書7}
    precheck: {on: 2024-03-10, kind: visit, ref: 点検票1}
    self_inspections: [{on: 2026-02-01, ref: 自主点検5}]
    audits: [{on: 2025-12-01, kind: on_site, result: improvement, violations: 1, ref: 監査3}]
    training: [{on: 2024-03-25, attended: 20, of: 20}, {on: 2026-03-25, attended: 18, of: 20, names: [試験一郎], consent: {on: 2026-03-20, ref: 同意書}}]
    access_reviews: [{on: 2026-07-10, holders: 13, staff: 100}]
  - delegation: D2
    closed: {on: 2026-04-10, by: kou, key: keep, until: 2027-03-31, ref: 終了票2}
takeouts:
  - {id: T1, delegation: D1, by: 工事担当, on: 2026-07-01, due: 2026-07-03, returned: 2026-07-03, sheets: 12}
)";

// With the first `from` replaced by `to`.
inline std::string supervised(std::string_view from = "", std::string_view to = "") {
  std::string text(kSupervised);
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

// The first `from` of `text` by `to`.
inline void swap_text(std::string& text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
}

inline Registry parsed(const std::string& text) {
  auto registry = parse_registry(text, "r.yaml");
  EXPECT_TRUE(registry) << (registry ? "" : registry.error().detail) << "\n" << text;
  return registry ? std::move(registry).value() : Registry({}, {}, {});
}

}  // namespace hitokoe::registry
