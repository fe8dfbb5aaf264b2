// A registry with an own base, a delegation and a re-delegation, and no findings in 2026-08.
#pragma once

#include <string_view>

namespace hitokoe::registry {

constexpr std::string_view kExample =
    R"(parties:
  - {id: kou, name: 甲通信株式会社}
  - {id: callco, name: 丙コール株式会社}
  - {id: nightdesk, name: 丁サポート株式会社}
  - {id: otsu, name: 乙モバイル株式会社}
delegations:
  - {id: D1, controller: kou, from: kou, to: callco, type: A, purposes: [コールセンター], items: [ref, name, kana, phone, address], begins: 2024-04-01}
  - {id: D2, controller: kou, from: callco, to: nightdesk, under: D1, type: B, purposes: [夜間受付], items: [ref, name, phone], consent: {by: kou, on: 2024-05-10, ref: 承諾書12}, begins: 2024-06-01, ends: 2026-03-31, returned: {on: 2026-04-05, ref: 確認書3}}
snapshots:
  - {id: S0, controller: kou, holder: kou, own: true, as_of: 2026-06-30, records: 400000, items: [ref, name, kana, phone, email, address, postal, birthdate]}
  - {id: S1, holder: callco, delegation: D1, source: S0, as_of: 2026-06-30, on: 2026-07-01, records: 200000, items: [ref, name, phone], medium: sftp, encrypted: true, given_by: 田中, received_by: 鈴木, confirmed: [kou, callco]}
  - {id: S2, holder: nightdesk, delegation: D2, source: S1, as_of: 2026-06-30, on: 2026-07-10, records: 60000, items: [ref, name, phone], medium: sftp, encrypted: true, confirmed: [callco, nightdesk]}
)";

}  // namespace hitokoe::registry
