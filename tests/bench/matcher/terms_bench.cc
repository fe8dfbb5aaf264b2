// Watch terms: MB/s of CPU time with 1, 100 and 10,000 words over a made-up dump, beside RE2::Set
// (line by line, as people use it; exact spelling) and `rg -F -f` (exact spelling, one thread).
//
//   terms_bench [MB]     default 64
#include <re2/set.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "hitokoe/matcher/terms.h"

namespace {

using namespace hitokoe;

std::string dump(std::size_t bytes) {
  static const char* kFamily[] = {"山田", "佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "中村"};
  static const char* kGiven[] = {"太郎", "花子", "一郎", "美咲", "健", "葵", "翔", "由美"};
  static const char* kProse[] = {"このリストは先月どこかの会社から持ち出されたものらしい。",
                                 "selling fresh combo list, contact me in private. ",
                                 "確認できた人は返信をください、値段は相談に応じます。"};
  std::mt19937 chance(1);
  std::string text;
  text.reserve(bytes + 512);
  while (text.size() < bytes) {
    const auto n = std::to_string(10'000'000 + chance() % 89'999'999);
    switch (chance() % 4) {
      case 0:
        text += "C" + n + "," + kFamily[chance() % 8] + kGiven[chance() % 8] + ",090-" +
                n.substr(0, 4) + "-" + n.substr(4) + ",東京都江東区豊洲1丁目2番27号\n";
        break;
      case 1:
        text += "user" + n + "@mail" + n.substr(6) + ".example:pass" + n + "\n";
        break;
      case 2:
        text +=
            "INSERT INTO customers VALUES (" + n + ",'taro','" + n + "@a.test','2024-04-01');\n";
        break;
      default:
        text += kProse[chance() % 3];
        text += kProse[chance() % 3];
        text += '\n';
    }
  }
  return text;
}

std::vector<std::string> words(std::size_t n) {
  static const char* kParts[] = {"丙", "丁", "青", "赤", "北", "南", "通", "信", "販", "託",
                                 "電", "設", "保", "安", "計", "画", "開", "発", "運", "輸"};
  std::mt19937 chance(2);
  std::vector<std::string> all;
  for (std::size_t i = 0; i < n; ++i) {
    std::string word;
    if (i % 2 == 0) {
      for (int k = 0; k < 4; ++k) word += kParts[chance() % 20];
      word += i % 4 == 0 ? "コール" : "サービス";
    } else {
      for (int k = 0; k < 9; ++k) word += static_cast<char>('a' + chance() % 26);
    }
    all.push_back(word);
  }
  return all;
}

double cpu(int who) {
  rusage usage{};
  ::getrusage(who, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

template <class Work>
double mb_per_second(std::size_t bytes, Work work) {
  const double begin = cpu(RUSAGE_SELF) + cpu(RUSAGE_CHILDREN);
  work();
  const double took = cpu(RUSAGE_SELF) + cpu(RUSAGE_CHILDREN) - begin;
  return static_cast<double>(bytes) / 1e6 / (took > 0 ? took : 1e-9);
}

double ours(const std::vector<matcher::Term>& terms, const std::string& text) {
  const auto set = matcher::TermSet::compile(terms).value();
  return mb_per_second(text.size(), [&] {
    matcher::TermScan scan(set);
    for (std::size_t at = 0; at < text.size(); at += 1 << 20) {
      scan.text(std::string_view(text).substr(at, 1 << 20));
    }
    std::size_t found = 0;
    for (const auto& hit : scan.finish()) found += hit.count;
    if (found == 77'777'777) std::puts("");
  });
}

double re2_set(const std::vector<std::string>& words, const std::string& text, bool* fits) {
  re2::RE2::Options options;
  options.set_literal(true);
  options.set_max_mem(1LL << 30);
  re2::RE2::Set set(options, re2::RE2::UNANCHORED);
  for (const auto& word : words) set.Add(word, nullptr);
  *fits = set.Compile();
  if (!*fits) return 0;
  return mb_per_second(text.size(), [&] {
    std::vector<int> ids;
    std::size_t found = 0;
    for (std::size_t at = 0; at < text.size();) {
      const auto end = std::min(text.find('\n', at), text.size());
      set.Match(re2::StringPiece(text.data() + at, end - at), &ids);
      found += ids.size();
      at = end + 1;
    }
    if (found == 77'777'777) std::puts("");
  });
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t mb = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 64;
  const std::string text = dump(mb << 20);
  std::string made = (std::filesystem::temp_directory_path() / "terms_bench.XXXXXX").string();
  const std::filesystem::path folder = ::mkdtemp(made.data());
  std::ofstream(folder / "dump", std::ios::binary) << text;
  std::printf("%zu MB of made-up dump, MB/s of CPU time\n%-24s%10s%10s%10s\n", mb, "words", "ours",
              "RE2::Set", "rg -F -f");
  for (const std::size_t n : {1UL, 100UL, 10'000UL}) {
    const auto list = words(n);
    std::vector<matcher::Term> terms;
    for (std::size_t i = 0; i < n; ++i) {
      matcher::Term t;
      t.id = "t" + std::to_string(i);
      t.exact_kanji = true;
      t.texts = {list[i]};
      terms.push_back(t);
    }
    std::ofstream out(folder / "words", std::ios::binary);
    for (const auto& word : list) out << word << '\n';
    out.close();
    const std::string rg = "rg -j1 -c -F -f '" + (folder / "words").string() + "' '" +
                           (folder / "dump").string() + "' >/dev/null";
    bool fits = false;
    const double set = re2_set(list, text, &fits);
    const double mine = ours(terms, text);
    const double theirs = mb_per_second(text.size(), [&] { (void)!std::system(rg.c_str()); });
    std::printf("%-24zu%10.0f%10.0f%10.0f%s\n", n, mine, set, theirs,
                fits ? "" : "  (no RE2::Set)");
  }
  std::vector<matcher::Term> domains(1);
  domains[0].id = "d";
  domains[0].kind = matcher::TermKind::kDomain;
  for (int i = 0; i < 1000; ++i) {
    domains[0].texts.push_back("watched" + std::to_string(i * 7919) + ".co.jp");
  }
  std::printf("%-24s%10.0f\n", "1,000 domains", ours(domains, text));
  std::vector<matcher::Term> patterns;
  for (int i = 0; i < 100; ++i) {
    matcher::Term t;
    t.id = "p" + std::to_string(i);
    t.kind = matcher::TermKind::kPattern;
    t.texts = {"K" + std::to_string(i) + "T-[0-9]{6}[a-f]"};
    patterns.push_back(t);
  }
  std::printf("%-24s%10.0f\n", "100 patterns", ours(patterns, text));
  std::filesystem::remove_all(folder);
  return 0;
}
