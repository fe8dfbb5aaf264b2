#include "hitokoe/identity/record_keys.h"

#include <algorithm>
#include <array>

#include "identity/address.h"
#include "identity/characters.h"
#include "identity/forms.h"

namespace hitokoe::identity {
namespace {

constexpr std::size_t kMostValues = 32;
// Bounds on what one record may cost a scan; a customer has about 12 index keys.
constexpr std::size_t kMostIndexKeys = 96;
constexpr std::size_t kMostChecks = 64;
constexpr std::size_t kPhoneTail = 4;
constexpr std::size_t kBlockNumbers = 2;  // 丁目 and 番: whatever a room makes of the rest
constexpr std::size_t kMostNumbers = 3;
constexpr char kBetween = '\x1f';  // between the parts of a linkage key: in no canonical form

struct Item {
  std::uint32_t form;  // index into the forms
  std::uint32_t sources;
};

struct Key {
  FieldId field;
  Item item;
};

using Items = std::vector<Item>;

}  // namespace

struct RecordEncoder::State {
  explicit State(Side s) : side(s) {}

  const RecordKeys& encode(std::span<const FieldValue> values);

  void clear();
  void read_value(const FieldValue& value, std::size_t position);
  void read_addresses(std::span<const FieldValue> values);
  void use_address(Chars text, std::uint32_t sources);
  void use_forms(FieldId field, std::size_t first, std::uint32_t sources);
  void add(std::vector<Key>& keys, std::size_t limit, FieldId field, Item item);
  void link(FieldId field, const Items& a, const Items& b);
  void link(FieldId field, const Items& a, const Items& b, const Items& c);
  Item item_of(std::size_t form, std::uint32_t sources) const {
    return {static_cast<std::uint32_t>(form), sources};
  }

  Side side;
  Folded folded;
  Forms forms;
  AddressReader addresses;
  std::string joined;
  Items& of(FieldId field) { return columns[static_cast<std::size_t>(field)]; }
  std::array<Items, 18> columns;  // by column field; kRefToken's are kRef's
  Items tails, blocks, numbers, cities;
  std::vector<Key> index, checks;
  RecordKeys result;
};

void RecordEncoder::State::clear() {
  forms.clear();
  for (Items& items : columns) items.clear();
  for (Items* items : {&tails, &blocks, &numbers, &cities}) items->clear();
  index.clear();
  checks.clear();
  result.ref = {};
  result.index.clear();
  result.checks.clear();
  result.unreadable = 0;
}

void RecordEncoder::State::use_forms(FieldId field, std::size_t first, std::uint32_t sources) {
  Items& items = of(field == FieldId::kRefToken ? FieldId::kRef : field);
  const std::size_t end = forms.size();
  for (std::size_t form = first; form < end; ++form) items.push_back(item_of(form, sources));
  if (field != FieldId::kPhone) return;
  for (std::size_t form = first; form < end; ++form) {
    const std::string_view number = forms[form];
    forms.text() += number.substr(number.size() - kPhoneTail);
    const std::size_t before = forms.size();
    forms.commit(end);
    if (forms.size() > before) tails.push_back(item_of(before, sources));
  }
}

void RecordEncoder::State::read_value(const FieldValue& value, std::size_t position) {
  const FieldInfo& info = field_info(value.field);
  if (!info.supported || !(info.column || info.id == FieldId::kRefToken)) return;
  const std::uint32_t bit = 1U << position;
  const Chars chars = folded.of(value.raw);
  if (trim(chars).empty()) {
    if (value.raw.size() > kLongestRaw) result.unreadable |= bit;
    return;
  }
  const std::size_t first = forms.size();
  normalize_folded(value.field, chars, side, forms);
  if (forms.size() == first) result.unreadable |= bit;
  use_forms(value.field, first, bit);
}

// Columns of one address (prefecture, city, rest, building) are one text; a second address begins
// where one is complete and the next column begins with a place again.
void RecordEncoder::State::read_addresses(std::span<const FieldValue> values) {
  joined.clear();
  std::uint32_t sources = 0;
  bool complete = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].field != FieldId::kAddress) continue;
    const std::string_view raw = values[i].raw;
    const Chars text = folded.of(raw);
    if (trim(text).empty()) {
      if (raw.size() > kLongestRaw) result.unreadable |= 1U << i;
      continue;
    }
    const bool last = std::none_of(
        values.begin() + static_cast<long>(i) + 1, values.end(),
        [](const FieldValue& v) { return v.field == FieldId::kAddress && !v.raw.empty(); });
    if (last && joined.empty()) {  // the usual case
      use_address(text, 1U << i);
      return;
    }
    if (complete) {
      addresses.read(text, side);
      if (addresses.begins_with_place()) {
        use_address(folded.of(joined), sources);
        joined.clear();
        sources = 0;
      }
    }
    if (!joined.empty()) joined += ' ';
    joined += raw;
    sources |= 1U << i;
    if (last) break;
    const auto read = addresses.read(folded.of(joined), side);
    complete = !read.empty() && read[0].count > 0;
  }
  if (!joined.empty()) use_address(folded.of(joined), sources);
}

void RecordEncoder::State::use_address(Chars text, std::uint32_t sources) {
  const std::size_t first = forms.size();
  std::string_view postal;
  if (const Items& postals = of(FieldId::kPostal); postals.size() == 1) {
    postal = forms[postals[0].form];
  }
  const auto found = addresses.read(text, side, postal);
  if (found.empty()) result.unreadable |= sources;
  const auto keep = [&](Items& items) {
    const std::size_t before = forms.size();
    forms.commit(first);
    if (forms.size() > before) items.push_back(item_of(before, sources));
  };
  const bool leak = side == Side::kLeak;
  for (const Address& address : found) {
    if (address.block > 0) {
      address.append(address.count, forms.text());
      keep(of(FieldId::kAddress));
      if (!address.known_city && !address.head.starts_with('|')) {
        address.append(address.count, forms.text());
        forms.text().erase(forms.begin(), address.head.find('|'));
        keep(of(FieldId::kAddress));
      }
      if (leak && address.block < address.count) {
        address.append(address.block, forms.text());
        keep(of(FieldId::kAddress));
      }
    }
  }
  for (const Address& address : found) {
    forms.text() += address.city();
    keep(cities);
    // The leak's side tries every length, as a number may be a room there and a block here. Forms
    // are told apart by their list: a block may be the same text as the full address.
    const std::size_t most = leak ? address.count : address.block;
    if (address.block == 0) continue;
    const auto each = [&](std::size_t limit, auto append, Items& items) {
      const std::size_t last = std::min(limit, most);
      for (std::size_t n = leak ? 1 : last; n <= last; ++n) {
        append(n);
        const std::string_view form = forms.current();
        const bool known = std::any_of(items.begin(), items.end(),
                                       [&](const Item& item) { return forms[item.form] == form; });
        if (known) {
          forms.drop();
          continue;
        }
        const std::size_t before = forms.size();
        forms.commit(before);
        if (forms.size() > before) items.push_back(item_of(before, sources));
      }
    };
    each(
        kBlockNumbers, [&](std::size_t n) { address.append(n, forms.text()); }, blocks);
    each(
        kMostNumbers, [&](std::size_t n) { address.append_numbers(n, forms.text()); }, numbers);
  }
  if (of(FieldId::kPostal).empty() && !addresses.postal().empty()) {
    forms.text() += addresses.postal();
    const std::size_t before = forms.size();
    forms.commit(before);
    of(FieldId::kPostal).push_back(item_of(before, sources));
  }
}

void RecordEncoder::State::add(std::vector<Key>& keys, std::size_t limit, FieldId field,
                               Item item) {
  if (keys.size() >= limit) return;
  for (auto key = keys.rbegin(); key != keys.rend() && key->field == field; ++key) {
    if (forms[key->item.form] == forms[item.form]) return;
  }
  keys.push_back({field, item});
}

void RecordEncoder::State::link(FieldId field, const Items& a, const Items& b) {
  for (const Item& x : a) {
    for (const Item& y : b) {
      if (index.size() >= kMostIndexKeys) return;
      forms.text() += forms[x.form];
      forms.text() += kBetween;
      forms.text() += forms[y.form];
      const std::size_t form = forms.size();
      forms.commit(form);
      if (forms.size() > form) {
        add(index, kMostIndexKeys, field, item_of(form, x.sources | y.sources));
      }
    }
  }
}

void RecordEncoder::State::link(FieldId field, const Items& a, const Items& b, const Items& c) {
  for (const Item& x : a) {
    for (const Item& y : b) {
      for (const Item& z : c) {
        if (index.size() >= kMostIndexKeys) return;
        forms.text() += forms[x.form];
        forms.text() += kBetween;
        forms.text() += forms[y.form];
        forms.text() += kBetween;
        forms.text() += forms[z.form];
        const std::size_t form = forms.size();
        forms.commit(form);
        if (forms.size() > form) {
          add(index, kMostIndexKeys, field, item_of(form, x.sources | y.sources | z.sources));
        }
      }
    }
  }
}

const RecordKeys& RecordEncoder::State::encode(std::span<const FieldValue> values) {
  clear();
  values = values.first(std::min(values.size(), kMostValues));
  bool has_address = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].field == FieldId::kAddress) {
      has_address = true;
    } else {
      read_value(values[i], i);
    }
  }
  if (has_address) read_addresses(values);

  // In the order of field ids.
  const auto all = [this](std::vector<Key>& keys, std::size_t limit, FieldId field,
                          const Items& items) {
    for (const Item& item : items) add(keys, limit, field, item);
  };
  using enum FieldId;
  for (const FieldId field :
       {kContract, kEmail, kPhone, kCard, kBank, kImei, kIccid, kImsi, kAddress}) {
    all(index, kMostIndexKeys, field, of(field));
  }
  link(kNameBirthdate, of(kName), of(kBirthdate));
  link(kKanaBirthdate, of(kKana), of(kBirthdate));
  link(kNamePhone4, of(kName), tails);
  link(kNamePostal, of(kName), of(kPostal));
  link(kKanaPostalNumbers, of(kKana), of(kPostal), numbers);
  link(kBirthdatePhone4, of(kBirthdate), tails);
  link(kNameAddressBlock, of(kName), blocks);
  all(index, kMostIndexKeys, kRefToken, of(kRef));

  for (const FieldId field : {kName, kKana, kRomaji, kPostal, kBirthdate, kPlan, kCorporate}) {
    all(checks, kMostChecks, field, of(field));
  }
  all(checks, kMostChecks, kPhoneLast4, tails);
  all(checks, kMostChecks, kAddressBlock, blocks);
  all(checks, kMostChecks, kAddressNumbers, numbers);
  all(checks, kMostChecks, kAddressCity, cities);

  // Only now: views into the forms would not have survived their growth.
  for (const Key& key : index) {
    result.index.push_back({key.field, forms[key.item.form], key.item.sources});
  }
  for (const Key& key : checks) {
    result.checks.push_back({key.field, forms[key.item.form], key.item.sources});
  }
  if (const Items& refs = of(kRef); !refs.empty()) result.ref = forms[refs[0].form];
  return result;
}

RecordEncoder::RecordEncoder(Side side) : state_(std::make_unique<State>(side)) {}
RecordEncoder::~RecordEncoder() = default;
RecordEncoder::RecordEncoder(RecordEncoder&&) noexcept = default;
RecordEncoder& RecordEncoder::operator=(RecordEncoder&&) noexcept = default;

const RecordKeys& RecordEncoder::encode(std::span<const FieldValue> values) {
  return state_->encode(values);
}

}  // namespace hitokoe::identity
