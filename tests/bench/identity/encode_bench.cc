// What one record and one value cost, on made-up customers. Budget: 5 us a record of 8 fields.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "hitokoe/identity/record_keys.h"

namespace hitokoe::identity {
namespace {

struct Customer {
  const char *ref, *name, *kana, *phone, *email, *postal, *address, *birthdate;
};
constexpr Customer kCustomers[] = {
    {"C0012345", "山田 太郎", "ヤマダ タロウ", "090-1234-5678", "taro.yamada@example.jp",
     "135-0061", "東京都江東区豊洲1丁目2-27 豊洲ハイツ305号室", "1980-01-02"},
    {"C0099871", "髙橋 花子", "ﾀｶﾊｼ ﾊﾅｺ", "03-1234-5678", "hanako+shop@example.com", "6040925",
     "京都府京都市中京区寺町通御池上る上本能寺前町488番地", "昭和55年1月2日"},
    {"C0500001", "渡邉　健一", "ワタナベ　ケンイチ", "０８０−１１１１−２２２２", "KEN@EZWEB.NE.JP",
     "063-0802", "北海道札幌市西区二十四軒二条二丁目3番3号", "19901231"},
    {"C0700321", "齋藤 美咲", "サイトウ ミサキ", "0466-12-3456", "misaki@mail.example.co.jp",
     "251-0052", "神奈川県藤沢市藤沢123番地の4 サンハイツA-102", "H5.3.15"},
};

std::vector<FieldValue> record_of(const Customer& c) {
  return {{FieldId::kRef, c.ref},         {FieldId::kName, c.name},
          {FieldId::kKana, c.kana},       {FieldId::kPhone, c.phone},
          {FieldId::kEmail, c.email},     {FieldId::kPostal, c.postal},
          {FieldId::kAddress, c.address}, {FieldId::kBirthdate, c.birthdate}};
}

void encode_record(benchmark::State& state, Side side) {
  RecordEncoder encoder(side);
  std::vector<std::vector<FieldValue>> records;
  for (const Customer& c : kCustomers) records.push_back(record_of(c));
  std::size_t i = 0, keys = 0;
  for (auto _ : state) {
    const RecordKeys& made = encoder.encode(records[i++ % records.size()]);
    keys += made.index.size();
    benchmark::DoNotOptimize(made.index.data());
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["index_keys"] = static_cast<double>(keys) /
                                 static_cast<double>(std::max<std::int64_t>(state.iterations(), 1));
}
BENCHMARK_CAPTURE(encode_record, holder, Side::kHolder);
BENCHMARK_CAPTURE(encode_record, leak, Side::kLeak);

void encode_field(benchmark::State& state, std::size_t field) {
  RecordEncoder encoder(Side::kHolder);
  std::vector<FieldValue> values;
  for (const Customer& c : kCustomers) values.push_back(record_of(c)[field]);
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(encoder.encode({&values[i++ % values.size()], 1}).index.data());
  }
}
BENCHMARK_CAPTURE(encode_field, ref, 0);
BENCHMARK_CAPTURE(encode_field, name, 1);
BENCHMARK_CAPTURE(encode_field, kana, 2);
BENCHMARK_CAPTURE(encode_field, phone, 3);
BENCHMARK_CAPTURE(encode_field, email, 4);
BENCHMARK_CAPTURE(encode_field, postal, 5);
BENCHMARK_CAPTURE(encode_field, address, 6);
BENCHMARK_CAPTURE(encode_field, birthdate, 7);

}  // namespace
}  // namespace hitokoe::identity
