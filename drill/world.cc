// Which company holds what: contracts, handovers, and the notation of each company's files.
#include "drill/world.h"

#include <algorithm>
#include <cstdlib>

namespace hitokoe::drill {
namespace {

using enum FieldId;

struct Contract {
  std::string_view id, controller, from, to, under, purpose, consent;
  char type;
  std::vector<FieldId> items;
};

const std::vector<Contract>& contracts() {
  static const std::vector<Contract> all = {
      {"D1",
       "kou",
       "kou",
       "callco",
       "",
       "コールセンター",
       "",
       'A',
       {kRef, kName, kKana, kPhone, kPostal, kAddress}},
      {"D2",
       "kou",
       "callco",
       "nightdesk",
       "D1",
       "夜間受付",
       "承諾書12",
       'B',
       {kRef, kName, kPhone, kPostal}},
      {"D3",
       "kou",
       "kou",
       "billco",
       "",
       "請求書の作成",
       "",
       'A',
       {kRef, kName, kEmail, kPostal, kAddress}},
      {"D4",
       "kou",
       "billco",
       "printco",
       "D3",
       "請求書の印刷",
       "承諾書15",
       'A',
       {kRef, kName, kPostal, kAddress}},
      {"D5",
       "kou",
       "kou",
       "shopco",
       "",
       "店頭での受付",
       "",
       'A',
       {kRef, kName, kKana, kPhone, kEmail, kBirthdate}},
      {"D6",
       "otsu",
       "otsu",
       "callco",
       "",
       "コールセンター",
       "",
       'A',
       {kRef, kName, kPhone, kEmail}},
      {"D7",
       "otsu",
       "otsu",
       "fieldco",
       "",
       "開通工事",
       "",
       'A',
       {kRef, kName, kPhone, kPostal, kAddress}},
      {"D8",
       "otsu",
       "fieldco",
       "visitco",
       "D7",
       "訪問工事",
       "覚書3",
       'B',
       {kRef, kName, kPhone, kAddress}},
      {"D9",
       "otsu",
       "otsu",
       "mailco",
       "",
       "案内の発送",
       "",
       'A',
       {kRef, kName, kEmail, kPostal, kAddress}},
  };
  return all;
}

const Contract& contract(std::string_view id) {
  for (const auto& c : contracts()) {
    if (c.id == id) return c;
  }
  std::abort();  // the tables of this file do not fit together
}

bool in(const Person& person, std::initializer_list<Region> regions) {
  return std::find(regions.begin(), regions.end(), person.home.town->region) != regions.end();
}

std::vector<Company> make_companies() {
  const auto headers = [](std::string_view ref, std::string_view name, std::string_view kana,
                          std::string_view phone, std::string_view email, std::string_view postal,
                          std::string_view address, std::string_view birthdate) {
    return std::vector<std::pair<FieldId, std::string_view>>{
        {kRef, ref},     {kName, name},     {kKana, kana},       {kPhone, phone},
        {kEmail, email}, {kPostal, postal}, {kAddress, address}, {kBirthdate, birthdate}};
  };
  std::vector<Company> all;
  all.push_back({"kou",
                 "甲通信株式会社",
                 {headers("お客様番号", "氏名", "フリガナ", "電話番号", "メールアドレス",
                          "郵便番号", "住所", "生年月日"),
                  true, true, true, '-', true, true, '/', true}});
  all.push_back({"otsu",
                 "乙モバイル株式会社",
                 {headers("customer_no", "name", "kana", "tel", "email", "zip", "address", "dob"),
                  false, false, false, 0, false, false, '-', false}});
  all.push_back({"callco",
                 "丙コール株式会社",
                 {headers("顧客ID", "お名前", "カナ", "TEL", "E-mail", "〒", "ご住所", "誕生日"),
                  true, true, false, '-', true, true, '/', true}});
  all.push_back({"billco",
                 "丁ビリング株式会社",
                 {headers("CUST_ID", "CUST_NAME", "CUST_KANA", "CUST_TEL", "CUST_MAIL", "ZIP",
                          "ADDR", "BIRTH"),
                  false, true, false, 0, false, false, '-', false}});
  all.push_back({"shopco",
                 "戊ショップ株式会社",
                 {headers("会員番号", "会員名", "会員名カナ", "携帯番号", "メール", "郵便",
                          "会員住所", "生年月日"),
                  true, false, true, '-', true, true, 'S', true}});
  all.push_back({"fieldco",
                 "己フィールド株式会社",
                 {headers("契約者番号", "契約者名", "契約者カナ", "連絡先電話", "連絡先メール",
                          "設置先郵便番号", "設置先住所", "契約者生年月日"),
                  true, true, false, '-', true, false, '/', true}});
  all.push_back({"mailco",
                 "庚メール株式会社",
                 {headers("id", "宛名", "宛名カナ", "電話", "mail", "郵便番号", "宛先", "birthday"),
                  false, true, false, '-', true, true, '-', true}});
  all.push_back({"nightdesk",
                 "辛ナイトデスク株式会社",
                 {headers("番号", "名前", "ナマエ", "電話", "メール", "郵便番号", "住所", "生年"),
                  true, false, false, 0, false, false, '/', true}});
  all.push_back({"printco",
                 "壬プリント株式会社",
                 {headers("顧客番号", "氏名", "カナ", "電話", "mail", "郵便番号", "住所", "birth"),
                  true, true, false, '-', false, true, '/', false}});
  all.push_back({"visitco",
                 "癸訪問サービス株式会社",
                 {headers("お客様No", "ご氏名", "フリガナ", "ご連絡先", "アドレス", "〒", "訪問先",
                          "生年月日"),
                  false, true, false, '-', true, false, '/', true}});
  return all;
}

std::string_view begins(std::string_view under) {
  return under.empty() ? "2024-04-01" : "2024-06-01";
}

}  // namespace

std::string_view day_of(AsOf as_of) { return as_of == AsOf::kSpring ? "2026-03-31" : "2026-06-30"; }

World::World(std::uint64_t seed) : companies_(make_companies()) {
  SeededRandom random(seed);
  make_people(random);
  make_carriers(random);
  make_holdings();
}

const Company& World::company(std::string_view id) const {
  const auto it = std::find_if(companies_.begin(), companies_.end(),
                               [&](const Company& c) { return c.id == id; });
  if (it == companies_.end()) std::abort();
  return *it;
}

const Holding* World::holding(std::string_view snapshot) const {
  const auto it = std::find_if(holdings_.begin(), holdings_.end(),
                               [&](const Holding& h) { return h.snapshot == snapshot; });
  return it == holdings_.end() ? nullptr : &*it;
}

void World::make_holdings() {
  const auto own = [&](std::string snapshot, std::size_t carrier, AsOf as_of) {
    Holding h;
    h.snapshot = std::move(snapshot);
    h.carrier = carrier;
    h.holder = carriers_[carrier].id;
    h.own = true;
    h.as_of = as_of;
    h.items = {kRef, kName, kKana, kPhone, kEmail, kPostal, kAddress, kBirthdate};
    const auto& customers = carriers_[carrier].customers;
    for (std::size_t i = 0; i < customers.size(); ++i) {
      if (as_of == AsOf::kSummer || !customers[i].since_summer) h.customers.push_back(i);
    }
    holdings_.push_back(std::move(h));
  };
  const auto handover = [&](std::string snapshot, std::string_view delegation,
                            std::string_view source, std::string_view on, auto&& wanted) {
    const Holding& from = *holding(source);
    const Contract& under = contract(delegation);
    Holding h;
    h.snapshot = std::move(snapshot);
    h.carrier = from.carrier;
    h.holder = under.to;
    h.delegation = under.id;
    h.source = source;
    h.as_of = from.as_of;
    h.handed_over = on;
    h.items = under.items;
    const auto& customers = carriers_[from.carrier].customers;
    for (const std::size_t i : from.customers) {
      if (wanted(customers[i], people_[customers[i].person])) h.customers.push_back(i);
    }
    holdings_.push_back(std::move(h));
  };
  using C = const Customer&;
  using P = const Person&;
  using enum Region;
  holdings_.reserve(32);
  own("KOU-0331", 0, AsOf::kSpring);
  own("KOU-0630", 0, AsOf::kSummer);
  own("OTSU-0331", 1, AsOf::kSpring);
  own("OTSU-0630", 1, AsOf::kSummer);
  const auto east = [](C, P p) { return in(p, {kNorth, kKanto, kChubu}); };
  handover("CALL-KOU-04", "D1", "KOU-0331", "2026-04-03", east);
  handover("CALL-KOU-07", "D1", "KOU-0630", "2026-07-02", east);
  handover("NIGHT-07", "D2", "CALL-KOU-07", "2026-07-10", [](C c, P) { return c.segment < 35; });
  const auto paper = [](C c, P) { return c.segment >= 30; };
  handover("BILL-04", "D3", "KOU-0331", "2026-04-06", paper);
  handover("BILL-07", "D3", "KOU-0630", "2026-07-06", paper);
  handover("PRINT-07", "D4", "BILL-07", "2026-07-08", [](C, P p) {
    return in(p, {kKinki, kWest});
  });
  handover("SHOP-07", "D5", "KOU-0630", "2026-07-03", [](C c, P p) {
    return in(p, {kKinki, kWest}) && c.segment < 60;
  });
  handover("CALL-OTSU-07", "D6", "OTSU-0630", "2026-07-02", [](C, P p) { return in(p, {kKanto}); });
  handover("FIELD-07", "D7", "OTSU-0630", "2026-07-04", [](C c, P p) {
    return in(p, {kNorth, kChubu, kKinki}) && c.segment < 70;
  });
  handover("VISIT-07", "D8", "FIELD-07", "2026-07-09", [](C, P p) { return in(p, {kChubu}); });
  handover("MAIL-07", "D9", "OTSU-0630", "2026-07-05", [](C c, P) { return c.segment < 80; });
}

std::string World::registry_yaml() const {
  const auto items = [](const std::vector<FieldId>& fields) {
    std::string out = "[";
    for (const FieldId f : fields) {
      out += (out.size() > 1 ? ", " : "") + std::string(identity::field_info(f).name);
    }
    return out + "]";
  };
  std::string out = "parties:\n";
  for (const auto& c : companies_) out += "  - {id: " + c.id + ", name: " + c.name + "}\n";
  out += "delegations:\n";
  for (const auto& c : contracts()) {
    out += "  - {id: " + std::string(c.id) + ", controller: " + std::string(c.controller) +
           ", from: " + std::string(c.from) + ", to: " + std::string(c.to);
    if (!c.under.empty()) out += ", under: " + std::string(c.under);
    out += std::string(", type: ") + c.type + ", purposes: [" + std::string(c.purpose) +
           "], items: " + items(c.items);
    if (!c.consent.empty()) {
      out += ", consent: {by: " + std::string(c.controller) +
             ", on: 2024-05-10, ref: " + std::string(c.consent) + "}";
    }
    out += ", begins: " + std::string(begins(c.under)) + "}\n";
  }
  out += "snapshots:\n";
  for (const auto& h : holdings_) {
    out += "  - {id: " + h.snapshot;
    if (h.own) out += ", controller: " + carriers_[h.carrier].id;
    out += ", holder: " + h.holder;
    out += h.own ? ", own: true" : ", delegation: " + h.delegation + ", source: " + h.source;
    out += ", as_of: " + std::string(day_of(h.as_of));
    if (!h.own) out += ", on: " + h.handed_over;
    out += ", records: " + std::to_string(h.customers.size()) + ", items: " + items(h.items);
    if (!h.own) {
      out += ", medium: sftp, encrypted: true, confirmed: [" +
             std::string(contract(h.delegation).from) + ", " + h.holder + "]";
    }
    out += "}\n";
  }
  return out;
}

}  // namespace hitokoe::drill
