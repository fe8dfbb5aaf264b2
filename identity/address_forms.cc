// An address taken apart → its canonical forms.
#include <algorithm>

#include "identity/address.h"

namespace hitokoe::identity {

void Address::append_numbers(std::size_t n, FormText& out) const {
  for (std::size_t i = 0; i < std::min(n, count); ++i) {
    if (i > 0) out += '-';
    out += numbers[i].view();
  }
}

void Address::append(std::size_t n, FormText& out) const {
  out += head;
  append_numbers(n, out);
}

void append_address_forms(std::span<const Address> addresses, Side side, Forms& forms) {
  const std::size_t first = forms.size();
  for (const Address& address : addresses) {
    address.append(address.count, forms.text());
    forms.commit(first);
    // Of a city that the dictionary does not have nothing tells the prefecture: also without it.
    if (!address.known_city && address.has_prefecture()) {
      address.append(address.count, forms.text());
      forms.text().erase(forms.begin(), address.after_prefecture());
      forms.commit(first);
    }
    if (side == Side::kLeak && address.block > 0 && address.block < address.count) {
      address.append(address.block, forms.text());  // what follows may be no room
      forms.commit(first);
    }
  }
}

void normalize_address(Chars value, Side side, Forms& forms) {
  AddressReader reader;
  append_address_forms(reader.read(value, side), side, forms);
}

}  // namespace hitokoe::identity
