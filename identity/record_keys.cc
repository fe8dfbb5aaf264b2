#include "hitokoe/identity/record_keys.h"

#include <algorithm>
#include <array>
#include <boost/container/small_vector.hpp>

#include "identity/address.h"
#include "identity/characters.h"
#include "identity/forms.h"
#include "identity/plain_values.h"

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

constexpr std::size_t kRoom = 768U << 10;  // bytes of forms between two restart()s

struct Item {
  std::string_view form;
  std::uint32_t sources;
};

using Items = boost::container::small_vector<Item, 6>;

// The same form twice is one key: the first one's.
void make_unique(Items& items) {
  if (items.size() < 2) return;
  for (std::size_t i = 1; i < items.size();) {
    const auto before = items.begin() + static_cast<std::ptrdiff_t>(i);
    const bool known = std::any_of(items.begin(), before,
                                   [&](const Item& item) { return item.form == items[i].form; });
    if (known) {
      items.erase(before);
    } else {
      ++i;
    }
  }
}

// Appends to the keys of other records, up to a limit for this one.
class Keys {
 public:
  Keys(std::vector<KeyView>& to, std::size_t limit) : to_(to), most_(to.size() + limit) {}
  bool full() const { return to_.size() >= most_; }
  void add(FieldId field, const Item& item) {
    if (!full()) to_.push_back({field, item.form, item.sources});
  }
  void add(FieldId field, const Items& items) {
    for (const Item& item : items) add(field, item);
  }

 private:
  std::vector<KeyView>& to_;
  std::size_t most_;
};

}  // namespace

struct RecordEncoder::State {
  explicit State(Side s) : side(s) {}

  void read(std::span<const FieldValue> values);
  void put(std::vector<KeyView>& index, std::vector<KeyView>& checks);

  void clear();
  void read_value(const FieldValue& value, std::size_t position);
  void read_addresses(std::span<const FieldValue> values);
  void use_address(std::string_view raw, std::uint32_t sources);
  void use_forms(FieldId field, std::size_t first, std::uint32_t sources);
  void link(Keys& keys, FieldId field, const Items& a, const Items& b);
  void link(Keys& keys, FieldId field, const Items& a, const Items& b, const Items& c);
  // The form that is being written, unless it is the same as one from number `first` on.
  void keep(Items& items, std::size_t first, std::uint32_t sources) {
    const std::size_t before = forms.size();
    forms.commit(first);
    if (forms.size() > before) items.push_back({forms[before], sources});
  }

  Side side;
  Folded folded;
  Forms forms{kRoom};
  AddressReader addresses;
  std::string joined;
  Items& of(FieldId field) { return columns[static_cast<std::size_t>(field)]; }
  std::array<Items, 18> columns;  // by column field; kRefToken's are kRef's
  Items tails, blocks, numbers, cities;
  std::uint32_t unreadable = 0;
  RecordKeys result;  // of encode()
};

void RecordEncoder::State::clear() {
  for (Items& items : columns) items.clear();
  for (Items* items : {&tails, &blocks, &numbers, &cities}) items->clear();
  unreadable = 0;
}

void RecordEncoder::State::use_forms(FieldId field, std::size_t first, std::uint32_t sources) {
  Items& items = of(field == FieldId::kRefToken ? FieldId::kRef : field);
  const std::size_t end = forms.size();
  for (std::size_t form = first; form < end; ++form) items.push_back({forms[form], sources});
  if (field != FieldId::kPhone) return;
  for (std::size_t form = first; form < end; ++form) {
    const std::string_view number = forms[form];
    tails.push_back({number.substr(number.size() - kPhoneTail), sources});
  }
}

void RecordEncoder::State::read_value(const FieldValue& value, std::size_t position) {
  const std::size_t plain = forms.size();
  if (normalize_plain(value.field, value.raw, forms)) {
    use_forms(value.field, plain, 1U << position);
    return;
  }
  const FieldInfo& info = field_info(value.field);
  if (!info.supported || !(info.column || info.id == FieldId::kRefToken)) return;
  const std::uint32_t bit = 1U << position;
  const Chars chars = folded.of(value.raw);
  if (trim(chars).empty()) {
    if (value.raw.size() > kLongestRaw) unreadable |= bit;
    return;
  }
  const std::size_t first = forms.size();
  normalize_folded(value.field, chars, side, forms);
  if (forms.size() == first) unreadable |= bit;
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
    const bool last = std::none_of(
        values.begin() + static_cast<long>(i) + 1, values.end(),
        [](const FieldValue& v) { return v.field == FieldId::kAddress && !v.raw.empty(); });
    if (last && joined.empty()) {  // the usual case
      use_address(raw, 1U << i);
      return;
    }
    const Chars text = folded.of(raw);
    if (trim(text).empty()) {
      if (raw.size() > kLongestRaw) unreadable |= 1U << i;
      continue;
    }
    if (complete) {
      addresses.read(text, side);
      if (addresses.begins_with_place()) {
        use_address(joined, sources);
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
  if (!joined.empty()) use_address(joined, sources);
}

void RecordEncoder::State::use_address(std::string_view raw, std::uint32_t sources) {
  const std::size_t first = forms.size();
  std::string_view postal;
  if (const Items& postals = of(FieldId::kPostal); postals.size() == 1) postal = postals[0].form;
  const auto found = addresses.read_cell(raw, side, postal, [&] { return folded.of(raw); });
  if (found.empty() && (raw.size() > kLongestRaw || !trim(folded.of(raw)).empty())) {
    unreadable |= sources;
  }
  const bool leak = side == Side::kLeak;
  for (const Address& address : found) {
    if (address.block > 0) {
      address.append(address.count, forms.text());
      keep(of(FieldId::kAddress), first, sources);
      if (!address.known_city && address.has_prefecture()) {
        address.append(address.count, forms.text());
        forms.text().erase(forms.begin(), address.after_prefecture());
        keep(of(FieldId::kAddress), first, sources);
      }
      if (leak && address.block < address.count) {
        address.append(address.block, forms.text());
        keep(of(FieldId::kAddress), first, sources);
      }
    }
  }
  for (const Address& address : found) {
    forms.text() += address.city();
    keep(cities, first, sources);
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
                                       [&](const Item& item) { return item.form == form; });
        if (known) {
          forms.drop();
        } else {
          keep(items, forms.size(), sources);
        }
      }
    };
    each(
        kBlockNumbers, [&](std::size_t n) { address.append(n, forms.text()); }, blocks);
    each(
        kMostNumbers, [&](std::size_t n) { address.append_numbers(n, forms.text()); }, numbers);
  }
  if (of(FieldId::kPostal).empty() && !addresses.postal().empty()) {
    forms.text() += addresses.postal();
    keep(of(FieldId::kPostal), forms.size(), sources);
  }
}

void RecordEncoder::State::link(Keys& keys, FieldId field, const Items& a, const Items& b) {
  for (const Item& x : a) {
    for (const Item& y : b) {
      if (keys.full()) return;
      const auto form = forms.join({x.form, y.form}, kBetween);
      if (!form.empty()) keys.add(field, Item{form, x.sources | y.sources});
    }
  }
}

void RecordEncoder::State::link(Keys& keys, FieldId field, const Items& a, const Items& b,
                                const Items& c) {
  for (const Item& x : a) {
    for (const Item& y : b) {
      for (const Item& z : c) {
        if (keys.full()) return;
        const auto form = forms.join({x.form, y.form, z.form}, kBetween);
        if (!form.empty()) keys.add(field, Item{form, x.sources | y.sources | z.sources});
      }
    }
  }
}

void RecordEncoder::State::read(std::span<const FieldValue> values) {
  clear();
  values = values.first(std::min(values.size(), kMostValues));
  bool has_address = false;
  bool several = false;  // values of one field
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const FieldId field = values[i].field == FieldId::kRefToken ? FieldId::kRef : values[i].field;
    const std::uint64_t bit = std::uint64_t{1} << (static_cast<unsigned>(field) & 63U);
    several = several || (seen & bit) != 0;
    seen |= bit;
    if (field == FieldId::kAddress) {
      has_address = true;
    } else {
      read_value(values[i], i);
    }
  }
  if (has_address) read_addresses(values);
  // What one value gives is told apart already; of telephones not the last digits.
  if (several) {
    for (Items& items : columns) make_unique(items);
    make_unique(cities);
  }
  make_unique(tails);
}

// In the order of field ids.
void RecordEncoder::State::put(std::vector<KeyView>& index_out, std::vector<KeyView>& checks_out) {
  using enum FieldId;
  Keys index(index_out, kMostIndexKeys);
  for (const FieldId field :
       {kContract, kEmail, kPhone, kCard, kBank, kImei, kIccid, kImsi, kAddress}) {
    index.add(field, of(field));
  }
  link(index, kNameBirthdate, of(kName), of(kBirthdate));
  link(index, kKanaBirthdate, of(kKana), of(kBirthdate));
  link(index, kNamePhone4, of(kName), tails);
  link(index, kNamePostal, of(kName), of(kPostal));
  link(index, kKanaPostalNumbers, of(kKana), of(kPostal), numbers);
  link(index, kBirthdatePhone4, of(kBirthdate), tails);
  link(index, kNameAddressBlock, of(kName), blocks);
  index.add(kRefToken, of(kRef));

  Keys checks(checks_out, kMostChecks);
  for (const FieldId field : {kName, kKana, kRomaji, kPostal, kBirthdate, kPlan, kCorporate}) {
    checks.add(field, of(field));
  }
  checks.add(kPhoneLast4, tails);
  checks.add(kAddressBlock, blocks);
  checks.add(kAddressNumbers, numbers);
  checks.add(kAddressCity, cities);
}

RecordEncoder::RecordEncoder(Side side) : state_(std::make_unique<State>(side)) {}
RecordEncoder::~RecordEncoder() = default;
RecordEncoder::RecordEncoder(RecordEncoder&&) noexcept = default;
RecordEncoder& RecordEncoder::operator=(RecordEncoder&&) noexcept = default;

void RecordEncoder::restart() { state_->forms.clear(); }

bool RecordEncoder::append(std::span<const FieldValue> values, std::vector<KeyView>& index,
                           std::vector<KeyView>& checks, std::uint32_t& unreadable) {
  State& s = *state_;
  if (!s.forms.begin_record()) return false;
  s.read(values);
  s.put(index, checks);
  unreadable = s.unreadable;
  return true;
}

const RecordKeys& RecordEncoder::encode(std::span<const FieldValue> values) {
  restart();
  RecordKeys& result = state_->result;
  result.index.clear();
  result.checks.clear();
  append(values, result.index, result.checks, result.unreadable);
  const Items& refs = state_->of(FieldId::kRef);
  result.ref = refs.empty() ? std::string_view() : refs[0].form;
  return result;
}

}  // namespace hitokoe::identity
