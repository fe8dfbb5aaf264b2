#include "tests/bench/matcher/sweep_dump.h"

#include <array>
#include <cstdio>
#include <string_view>

namespace hitokoe::bench {
namespace {

constexpr std::uint64_t kPlanted = 100'000;        // people whose identifiers are in the index
constexpr std::uint64_t kStrangers = 400'000'000;  // others
constexpr std::uint64_t kOneIn = 100;

// SplitMix64 (Steele, Lea, Flood 2014).
std::uint64_t mixed(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t below(std::uint64_t bound) { return mixed(state_ += 0x9E3779B97F4A7C15) % bound; }
  std::uint64_t person() {
    return below(kOneIn) == 0 ? below(kPlanted) : kPlanted + below(kStrangers);
  }

 private:
  std::uint64_t state_;
};

constexpr std::string_view kNames[] = {"sato", "suzuki",    "taka", "tanaka", "ito",  "yama",
                                       "naka", "kobayashi", "kato", "yoshi",  "mori", "abe"};
constexpr std::string_view kHosts[] = {"example.jp",   "mail.example.co.jp", "example.ne.jp",
                                       "example.test", "example.org",        "docomo.example.jp"};
constexpr std::string_view kKanji[] = {"山田太郎",   "佐藤花子", "鈴木一郎", "高橋二葉",
                                       "田中三千代", "伊藤四季", "渡辺五月", "中村久"};
constexpr std::string_view kKana[] = {"ヤマダ タロウ", "サトウ ハナコ", "スズキ イチロー",
                                      "タカハシ フタバ"};
constexpr std::string_view kSentences[] = {
    "昨日の夜から回線の調子が悪く、夕方になるとページの読み込みがとても遅くなります。",
    "サポートに問い合わせたところ、工事のお知らせは2024年3月15日に送ったとのことでした。",
    "料金プランを見直したら月々1,980円ほど安くなりました。みなさんもお試しください。",
    "ルーターを再起動しても直らない場合は、機器の番号を控えてからご連絡ください。",
    "一部の地域では二重に請求されていたという話もあり、三社とも調査中だそうです。",
    "端末の型番はＡＢ－１２３で、購入したのは令和五年の十月ごろだったと思います。",
    "この件について知っている人がいたら教えてください。よろしくお願いします！",
    "家族割の申込みはオンラインで完結するので、店舗に行かなくても大丈夫でした。",
    "9月30日までのキャンペーンは終了しました。次回は12月を予定しています。",
    "マンションの共用部の配線が古いらしく、管理会社と相談しているところです。"};

class Writer {
 public:
  Writer(std::string& out, Dice& dice) : out_(out), dice_(dice) {}

  void mail(std::uint64_t who) {
    const std::uint64_t h = mixed(who + 1);
    out_ += kNames[h % std::size(kNames)];
    if (h >> 8 & 1) out_ += '.';
    // Letters and the last two digits: no two people have the same.
    for (std::uint64_t left = who / 100; left > 0; left /= 26) {
      out_ += static_cast<char>('a' + left % 26);
    }
    format("%02llu", who % 100);
    out_ += '@';
    out_ += kHosts[(h >> 16) % std::size(kHosts)];
  }
  void contract(std::uint64_t who) {
    out_ += static_cast<char>('A' + mixed(who + 2) % 26);
    format("%09llu", who);
  }
  // In one of twelve notations.
  void phone(std::uint64_t who, std::uint64_t notation) {
    const std::uint64_t h = mixed(who + 3);
    const std::uint64_t kind = 7 + h % 3;
    const std::uint64_t middle = h / 3 % 10'000;
    const std::uint64_t last = h / 30'000 % 10'000;
    switch (notation % 12) {
      case 0:
      case 1:
        return format("0%llu0-%04llu-%04llu", kind, middle, last);
      case 2:
        return format("0%llu0%04llu%04llu", kind, middle, last);
      case 3:
        return format("+81-%llu0-%04llu-%04llu", kind, middle, last);
      case 4:
        return format("0%llu0(%04llu)%04llu", kind, middle, last);
      case 5:
        return format("0%llu0 %04llu %04llu", kind, middle, last);
      case 6:
        return format("0%llu0.%04llu.%04llu", kind, middle, last);
      case 7:
        return format("%llu0%04llu%04llu", kind, middle, last);
      case 8:
        return format("+81%llu0%04llu%04llu", kind, middle, last);
      case 9:
        return format("0%llu0・%04llu・%04llu", kind, middle, last);
      case 10:
        return wide(kind, middle, last, "－");
      default:
        return wide(kind, middle, last, "ー");
    }
  }

  void csv_row() {
    const std::uint64_t who = dice_.person();
    contract(who);
    out_ += ',';
    out_ += kKanji[dice_.below(std::size(kKanji))];
    out_ += ',';
    out_ += kKana[dice_.below(std::size(kKana))];
    out_ += ',';
    phone(who, dice_.below(12));
    out_ += ',';
    mail(who);
    format(",%llu/%02llu/%02llu,東京都港区一丁目%llu番%llu号\r\n", 1940 + dice_.below(60),
           1 + dice_.below(12), 1 + dice_.below(28), 1 + dice_.below(30), 1 + dice_.below(20));
  }
  void sql_row() {
    const std::uint64_t who = dice_.person();
    format("(%llu,'", dice_.below(10'000'000));
    contract(who);
    out_ += "','";
    mail(who);
    format("','$2y$10$%016llx%08llx','", mixed(who), who);
    phone(who, dice_.below(9));
    format("','20%02llu-%02llu-%02llu %02llu:%02llu:%02llu',%llu,NULL,'active'),\n",
           10 + dice_.below(15), 1 + dice_.below(12), 1 + dice_.below(28), dice_.below(24),
           dice_.below(60), dice_.below(60), dice_.below(3));
  }
  void combo() {
    mail(dice_.person());
    format(":%llx\n", mixed(dice_.below(1U << 30)) >> 28);
  }
  void prose() {
    for (std::uint64_t i = 0; i < 4; ++i) out_ += kSentences[dice_.below(std::size(kSentences))];
    if (dice_.below(3) == 0) {
      out_ += "連絡先は";
      mail(dice_.person());
      out_ += "か";
      phone(dice_.person(), dice_.below(12));
      out_ += "まで。";
    }
    out_ += '\n';
  }

 private:
  template <class... T>
  void format(const char* pattern, T... values) {
    std::array<char, 160> text{};
    const int n = std::snprintf(text.data(), text.size(), pattern,
                                static_cast<unsigned long long>(values)...);
    out_.append(text.data(), static_cast<std::size_t>(n));
  }
  void wide(std::uint64_t kind, std::uint64_t middle, std::uint64_t last, std::string_view dash) {
    constexpr std::string_view kDigits[] = {"０", "１", "２", "３", "４",
                                            "５", "６", "７", "８", "９"};
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "0%llu0-%04llu-%04llu",
                  static_cast<unsigned long long>(kind), static_cast<unsigned long long>(middle),
                  static_cast<unsigned long long>(last));
    for (const char* c = text.data(); *c != 0; ++c) {
      out_ += *c == '-' ? dash : kDigits[static_cast<std::size_t>(*c - '0')];
    }
  }

  std::string& out_;
  Dice& dice_;
};

}  // namespace

std::string mixed_dump(std::size_t bytes, std::uint64_t seed) {
  std::string out;
  out.reserve(bytes + 4096);
  Dice dice(seed);
  Writer writer(out, dice);
  constexpr std::size_t kBlock = 40'000;
  while (out.size() < bytes) {
    // Shares of a thousand that give about 8 addresses, 2.6 phones and 2.4 numbers a KB.
    const std::uint64_t kind = dice.below(1000);
    const std::size_t end = out.size() + kBlock;
    while (out.size() < end) {
      if (kind < 190) {
        writer.csv_row();
      } else if (kind < 400) {
        writer.sql_row();
      } else if (kind < 580) {
        writer.combo();
      } else {
        writer.prose();
      }
    }
  }
  return out;
}

std::string planted_identifiers() {
  std::string out;
  Dice dice(0);
  Writer writer(out, dice);
  for (std::uint64_t who = 0; who < kPlanted; ++who) {
    writer.mail(who);
    out += '\n';
    writer.phone(who, 0);
    out += '\n';
    writer.contract(who);
    out += '\n';
  }
  return out;
}

void append_addresses(std::string& out, std::uint64_t n) {
  Dice dice(1);
  Writer writer(out, dice);
  for (std::uint64_t i = 0; i < n; ++i) {
    writer.mail(i < kPlanted ? i : kPlanted + kStrangers + i);
    out += '\n';
  }
}

}  // namespace hitokoe::bench
