// PrivateBin and its kind: pastes that only their link opens, https://HOST/?ID#KEY. Fetched when a
// capture of another source links to them; the key never leaves this machine.
//
// Reading a paste of the kind "burn after reading" deletes it for everybody. Links made for such
// pastes say so ("#-KEY") since PrivateBin 1.7, and are not followed unless the source's
// `burn_after_reading: fetch` says so; of older links nobody can know, and what was burnt is told.
// Discussions under a paste are not read.
//
// Tested against answers that another implementation of the format made, in tests/unit/crawler.
#include "crawler/adapters/adapter.h"
#include "crawler/adapters/privatebin_paste.h"
#include "crawler/adapters/table.h"

namespace hitokoe::crawler {

namespace {

struct Link {
  std::string_view page;  // without the fragment
  std::string_view key;
  bool burn = false;
};

Link parts_of(std::string_view link) {
  const auto mark = link.find('#');
  if (mark == std::string_view::npos) return {link, "", false};
  auto key = link.substr(mark + 1);
  const bool burn = key.starts_with('-');
  if (burn) key.remove_prefix(1);
  return {link.substr(0, mark), key.substr(0, key.find('&')), burn};
}

class PrivateBin final : public Adapter {
 public:
  bool lists() const override { return false; }

  Result<Listing> read_list(const Source& /*source*/, const Answer& /*answer*/,
                            ListMemory& /*memory*/) const override {
    return Listing{};
  }

  std::optional<Linked> linked(const Source& source, std::string_view link) const override {
    constexpr std::size_t kIdDigits = 16;
    const auto url = net::Url::parse(link);
    if (!url || url.value().origin() != source.url.origin()) return std::nullopt;
    const std::string_view target = url.value().target();
    const auto query = target.find('?');
    if (query == std::string_view::npos ||
        !target.starts_with(source.url.target().substr(0, query)))
      return std::nullopt;
    auto id = target.substr(query + 1);
    id = id.substr(0, id.find('&'));
    if (id.size() != kIdDigits ||
        id.find_first_not_of("0123456789abcdef") != std::string_view::npos)
      return std::nullopt;
    return Linked{std::string(id), std::string(link)};
  }

  Ask ask_item(const Source& source, const std::string& url,
               std::string_view /*memory*/) const override {
    const auto link = parts_of(url);
    Ask out{.url = std::string(link.page), .headers = {{"X-Requested-With", "JSONHttpRequest"}}};
    if (!privatebin_secret(link.key)) out.refused = "no_key";
    if (link.burn && !source.burn_after_reading) out.refused = "burn_after_reading";
    return out;
  }

  bool heeds_item_type() const override { return false; }

  ItemReading read_item(const Source& source, const Answer& answer, const std::string& url,
                        std::string_view /*memory*/) const override {
    using What = ItemReading::What;
    ItemReading out;
    const auto secret = privatebin_secret(parts_of(url).key);
    auto paste = open_privatebin(answer.body, secret.value_or(Bytes()), source.body_cap);
    switch (paste.what) {
      case OpenedPaste::What::kOpened:
        out.pieces = std::move(paste.pieces);
        if (paste.burnt) out.reason = "burnt";
        break;
      case OpenedPaste::What::kGone:
        out.what = What::kGone;
        out.reason = "paste_gone";
        break;
      case OpenedPaste::What::kWrongKey:
        // Kept as it is: it may have been the only time that the site gave it out.
        out.what = What::kRefused;
        out.reason = "wrong_key";
        out.pieces.push_back({.body = Bytes(answer.body.begin(), answer.body.end())});
        break;
      case OpenedPaste::What::kNoPaste:
        out.what = What::kBlind;
        out.reason = "blind_shape";
        break;
    }
    return out;
  }
};

}  // namespace

const Adapter& privatebin_adapter() {
  static const PrivateBin adapter;
  return adapter;
}

}  // namespace hitokoe::crawler
