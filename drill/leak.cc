#include "drill/leak.h"

#include <algorithm>

#include "hitokoe/text/encode.h"

namespace hitokoe::drill {
namespace {

template <class T>
void shuffle(std::vector<T>& items, Random& random) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random.below(i)]);
}

bool has(const std::vector<FieldId>& fields, FieldId field) {
  return std::find(fields.begin(), fields.end(), field) != fields.end();
}

std::string full_width_digits(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      out += "\xef\xbc";
      out += static_cast<char>(0x90 + (c - '0'));
    } else if (c == '-') {
      out += "－";
    } else {
      out += c;
    }
  }
  return out;
}

// A row of nobody: every value is plausible, none is a customer's.
std::string invented(FieldId field, Random& random) {
  const auto number = [&](std::uint64_t least, std::uint64_t count) {
    return std::to_string(least + random.below(count));
  };
  switch (field) {
    case FieldId::kRef:
      return "X" + number(50'000'000, 10'000'000);
    case FieldId::kName: {
      const auto& surname = surnames()[random.below(surnames().size())];
      const auto& given = given_names()[random.below(given_names().size())];
      return std::string(surname.kanji) + " " + std::string(given.kanji);
    }
    case FieldId::kKana: {
      const auto& surname = surnames()[random.below(surnames().size())];
      const auto& given = given_names()[random.below(given_names().size())];
      return std::string(surname.kana) + " " + std::string(given.kana);
    }
    case FieldId::kPhone:
      return "060-0" + number(100, 900) + "-" + number(1000, 9000);
    case FieldId::kEmail:
      return "nobody" + number(10'000, 90'000) + "@void.test";
    case FieldId::kPostal:
      return number(100, 900) + "-" + number(1000, 9000);
    case FieldId::kAddress: {
      const auto& town = towns()[random.below(towns().size())];
      return std::string(town.prefecture) + std::string(town.city) + std::string(town.town) +
             number(70, 20) + "-" + number(70, 20);
    }
    case FieldId::kBirthdate:
      return number(1930, 70) + "/" + number(10, 3) + "/" + number(10, 18);
    default:
      return {};
  }
}

}  // namespace

Leak make_leak(const World& world, std::uint64_t seed) {
  SeededRandom random(seed * 2 + 1);
  std::vector<const Holding*> suspects;
  for (const auto& h : world.holdings()) {
    if (!h.own) suspects.push_back(&h);
  }
  const Holding& source = *suspects[random.below(suspects.size())];
  const Carrier& carrier = world.carriers()[source.carrier];
  Leak leak;
  leak.culprit = source.holder;
  leak.snapshot = source.snapshot;
  leak.cp932 = random.below(2) == 0;
  // Somebody threw one column away, as they do; never the number and the name.
  leak.columns = source.items;
  if (leak.columns.size() > 4) {
    leak.columns.erase(leak.columns.begin() + 2 +
                       static_cast<std::ptrdiff_t>(random.below(leak.columns.size() - 2)));
  }
  std::vector<std::size_t> customers = source.customers;
  shuffle(customers, random);
  customers.resize(std::min<std::size_t>(customers.size(), 300 + random.below(300)));
  leak.rows = customers.size();
  leak.junk = leak.rows / 8;

  Notation notation = world.company(source.holder).notation;
  notation.name_with_space = !notation.name_with_space;
  std::vector<std::string> lines;
  const auto add = [&](auto&& value_of) {
    std::string line;
    for (const FieldId field : leak.columns) {
      line += (line.empty() ? "" : ",") + csv_cell(value_of(field));
    }
    lines.push_back(std::move(line));
  };
  for (const std::size_t index : customers) {
    const Customer& customer = carrier.customers[index];
    leak.people.push_back(customer.person);
    const bool wide = random.below(20) == 0;
    add([&](FieldId field) {
      std::string value = world.value(carrier, customer, source.as_of, field, notation);
      const bool number = field == FieldId::kPhone || field == FieldId::kPostal;
      return wide && number ? full_width_digits(value) : value;
    });
  }
  for (std::size_t i = 0; i < leak.junk; ++i) {
    add([&](FieldId field) { return invented(field, random); });
  }
  shuffle(lines, random);
  std::sort(leak.people.begin(), leak.people.end());
  leak.people.erase(std::unique(leak.people.begin(), leak.people.end()), leak.people.end());

  std::string text;
  for (const auto& [field, header] : notation.headers) {
    if (has(leak.columns, field)) text += (text.empty() ? "" : ",") + csv_cell(header);
  }
  text += "\n";
  for (const auto& line : lines) text += line + "\n";
  leak.bytes = leak.cp932 ? text::encode(text, text::Charset::kShiftJis) : text;
  return leak;
}

std::vector<Paste> make_pastes(const Leak& leak, std::uint64_t seed) {
  SeededRandom random(seed * 2 + 2);
  static constexpr std::string_view kTexts[] = {
      "meeting notes\n- move the desk\n- call back on Monday\n",
      "for i in range(10):\n    print(i)\n",
      "買い物メモ\n牛乳\nたまご\n食パン\n",
      "error: connection refused (111)\nretrying in 5 s\n",
      "{\"lat\": 35.6, \"lon\": 139.7, \"z\": 12}\n",
      "日報\n本日は棚卸しを行いました。数量の差異はありません。\n",
      "SELECT 1;\n",
      "id,score\n1,10\n2,11\n3,12\n",
  };
  std::vector<Paste> pastes;
  const auto key = [&] {
    std::string out;
    while (out.size() < 8) out += "abcdefghijkmnpqrstuvwxyz23456789"[random.below(32)];
    return out;
  };
  for (const auto text : kTexts) pastes.push_back({key(), "untitled", std::string(text)});
  pastes.push_back({key(), "empty", {}});
  pastes[2].fails_once = true;
  pastes.push_back({key(), "list", leak.bytes});
  shuffle(pastes, random);
  return pastes;
}

}  // namespace hitokoe::drill
