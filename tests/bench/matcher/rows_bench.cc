// Text → records: MB/s by format, and how the cost grows for texts that were made to be slow
// (time of four times the text over that of one: 4 is linear, 16 quadratic).
#include <benchmark/benchmark.h>

#include <ctime>
#include <random>
#include <string>

#include "matcher/rows/row_reader.h"

namespace {

using namespace hitokoe;
using namespace hitokoe::matcher;

std::size_t rows_of(std::string_view text) {
  std::size_t rows = 0;
  RowReader reader([&](std::span<const identity::FieldValue> values) -> Result<void> {
    benchmark::DoNotOptimize(values.data());
    ++rows;
    return ok();
  });
  constexpr std::size_t kBlock = 4U << 20;
  for (std::size_t at = 0; at < text.size(); at += kBlock) {
    if (!reader.feed(text.substr(at, kBlock))) std::abort();
  }
  if (!reader.finish()) std::abort();
  return rows;
}

struct Person {
  std::string ref, name, kana, phone, email, zip, address, birth;
};

Person person(std::mt19937& r) {
  static constexpr const char* kNames[][2] = {{"山田太郎", "ヤマダタロウ"},
                                              {"鈴木花子", "スズキハナコ"},
                                              {"佐々木健", "ササキケン"},
                                              {"林さくら", "ハヤシサクラ"}};
  const auto& n = kNames[r() % 4];
  const std::string seven = std::to_string(1000000 + r() % 9000000);
  return {
      "K" + seven,
      n[0],
      n[1],
      "090" + seven + "1",
      "u" + seven + "@example.jp",
      "135-0061",
      "東京都江東区豊洲" + std::to_string(1 + r() % 6) + "-" + std::to_string(1 + r() % 30) + "-7",
      std::to_string(1940 + r() % 60) + "-0" + std::to_string(1 + r() % 9) + "-1" +
          std::to_string(r() % 9)};
}

std::string text_of(const std::string& format, std::size_t bytes) {
  std::mt19937 r(7);
  std::string t;
  if (format == "csv" || format == "quoted")
    t = "顧客番号,氏名,フリガナ,電話番号,メール,郵便番号,住所,生年月日,備考\n";
  if (format == "json_array") t = "[";
  while (t.size() < bytes) {
    const Person p = person(r);
    const auto joined = [&](const char* d, const char* q) {
      std::string line;
      for (const auto* cell :
           {&p.ref, &p.name, &p.kana, &p.phone, &p.email, &p.zip, &p.address, &p.birth}) {
        if (!line.empty()) line += d;
        line += q + *cell + q;
      }
      return line;
    };
    if (format == "csv" || format == "headless") t += joined(",", "") + ",\n";
    if (format == "quoted") t += joined(",", "\"") + ",\"\"\n";
    if (format == "sql")
      t += (t.empty() ? "INSERT INTO `t` "
                        "(`ref`,`name`,`kana`,`tel`,`mail`,`zip`,`address`,`birthday`) VALUES ("
                      : ",(") +
           joined(",", "'") + ")";
    if (format == "json_array" || format == "json_lines") {
      t += "{\"ref\":\"" + p.ref + "\",\"name\":\"" + p.name + "\",\"kana\":\"" + p.kana +
           "\",\"tel\":\"" + p.phone + "\",\"mail\":\"" + p.email + "\",\"zip\":\"" + p.zip +
           "\",\"address\":\"" + p.address + "\",\"birthday\":\"" + p.birth + "\"}" +
           (format == "json_lines" ? "\n" : ",\n");
    }
    if (format == "labels") {
      t += "氏名：" + p.name + "\n電話番号：" + p.phone + "\n住所：" + p.address + "\nメール：" +
           p.email + "\n\n";
    }
    if (format == "combo") t += p.email + ":pass" + p.ref + "\n";
    if (format == "prose")
      t += "昨日は雨でした。連絡は" + p.phone + "まで、とのこと。また来週、様子を見ます。\n";
    if (format == "english")
      t += "It was raining yesterday, so we stayed at home and waited for the others to come.\n";
  }
  return t;
}

void read_text(benchmark::State& state, const std::string& format) {
  const std::string text = text_of(format, 4U << 20);
  std::size_t rows = 0;
  for (auto _ : state) rows = rows_of(text);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  state.counters["ns_a_row"] = benchmark::Counter(
      static_cast<double>(rows) * 1e-9,
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void growth(benchmark::State& state, const std::string& part) {
  const auto seconds = [&](std::size_t bytes) {
    std::string text;
    while (text.size() < bytes) text += part;
    const std::clock_t begin = std::clock();
    rows_of(text);
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  };
  double once = 0, four = 0;
  for (auto _ : state) {
    once += seconds(200000);
    four += seconds(800000);
  }
  state.counters["MB_a_second"] = 0.8 * static_cast<double>(state.iterations()) / four;
  state.counters["four_over_one"] = four / once;
}

}  // namespace

int main(int argc, char** argv) {
  for (const char* format : {"csv", "quoted", "headless", "sql", "json_lines", "json_array",
                             "labels", "combo", "prose", "english"}) {
    benchmark::RegisterBenchmark((std::string("read/") + format).c_str(), read_text,
                                 std::string(format))
        ->Unit(benchmark::kMillisecond);
  }
  for (const std::string part : {"\"山田,0901\n",
                                 "'a','b\n",
                                 "{\"name\":\"x\",",
                                 "[[1,2],",
                                 "INSERT INTO t VALUES ('a,\n",
                                 "INSERT INTO t (a,b) VALUES (1,\n",
                                 "氏名：山田 090-1234-5678 ",
                                 "a b c d e f g h\n",
                                 "a,b,c\n",
                                 "090-1234-5678,\"\n",
                                 "{\"a\":{\"name\":\"x\",\"tel\":\"0901\"},",
                                 "1,",
                                 "\"",
                                 "{",
                                 "[",
                                 "(",
                                 "氏名,電話番号\n",
                                 "氏名：",
                                 "CREATE TABLE t (\n",
                                 "COPY t FROM stdin;\n",
                                 "/*",
                                 "090-1234-5678 a@b.jp|x\n",
                                 "3id  氏名      電n\xef\xbf\xbd畃 09012345677\n2   鈴木      0802 "
                                 "氏名      電n\xef\xbf\xbd畃 09012345677\n2   鈴木       "
                                 "08023456734567\n"}) {
    std::string name;
    for (const char c : part.substr(0, 24)) name += c == '\n' ? '$' : c;
    benchmark::RegisterBenchmark(("growth/" + name).c_str(), growth, part)->Iterations(1);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
