#include "matcher/contribution/contribution.h"

#include <algorithm>

#include "matcher/resolve/findings_codec.h"

namespace hitokoe::matcher {

namespace {

constexpr std::uint64_t kVersion = 1;

auto damaged() {
  return fail(Errc::kCorrupt, "contribution of an exposure: damaged",
              "流通の寄与の記録が壊れています");
}

void put_text(Bytes& out, std::string_view text) {
  put_number(out, text.size());
  put_bytes(out, as_bytes(text));
}

void put_lists(Bytes& out, const std::vector<std::vector<std::uint32_t>>& lists) {
  put_number(out, lists.size());
  for (const auto& list : lists) {
    put_number(out, list.size());
    for (const auto n : list) put_number(out, n);
  }
}

// At least a byte each, so that no number asks for more memory than the bytes are worth.
Result<std::size_t> take_size(ByteView& in) {
  TRY(const auto n, take_number(in));
  if (n > in.size()) return damaged();
  return static_cast<std::size_t>(n);
}

Result<std::uint32_t> take_place(ByteView& in, std::size_t size) {
  TRY(const auto n, take_number(in));
  if (n >= size) return damaged();
  return static_cast<std::uint32_t>(n);
}

Result<std::string> take_text(ByteView& in) {
  TRY(const auto size, take_size(in));
  std::string out(as_text(in.first(size)));
  in = in.subspan(size);
  return out;
}

Result<std::vector<std::string>> take_texts(ByteView& in) {
  TRY(const auto size, take_size(in));
  std::vector<std::string> out(size);
  for (auto& text : out) {
    TRY(text, take_text(in));
  }
  return out;
}

Result<std::vector<std::vector<std::uint32_t>>> take_lists(ByteView& in, std::size_t items) {
  TRY(const auto size, take_size(in));
  std::vector<std::vector<std::uint32_t>> out(size);
  for (auto& list : out) {
    TRY(const auto n, take_size(in));
    list.resize(n);
    for (auto& item : list) {
      TRY(item, take_place(in, items));
    }
    if (!std::ranges::is_sorted(list) || std::ranges::adjacent_find(list) != list.end()) {
      return damaged();
    }
  }
  return out;
}

Result<MadeKind> take_kind(ByteView& in, const MadeContribution& made) {
  MadeKind kind;
  TRY(kind.rows, take_number(in));
  TRY(kind.first_row, take_number(in));
  TRY(const auto parts, take_size(in));
  kind.parts.resize(parts);
  for (auto& part : kind.parts) {
    TRY(part.carrier, take_place(in, made.carriers.size()));
    TRY(part.set, take_place(in, made.sets.size()));
    TRY(part.known, take_place(in, made.known.size()));
    TRY(const auto values, take_size(in));
    part.values.resize(values);
    for (auto& value : part.values) {
      TRY(const auto field, take_place(in, 256));
      value.field = static_cast<std::uint8_t>(field);
      TRY(value.set, take_place(in, made.sets.size()));
    }
  }
  return kind;
}

}  // namespace

Bytes encode(const MadeContribution& made) {
  Bytes out;
  put_number(out, kVersion);
  put_u64(out, made.index);
  for (const auto n :
       {made.documents, made.bytes, made.rows, made.tokens, made.matched, made.ambiguous,
        made.customers_in_all, made.kinds_in_all, made.rows_left_out}) {
    put_number(out, n);
  }
  put_u32(out, static_cast<std::uint32_t>(made.seen.time_since_epoch().count()));
  put_u8(out, made.sorted ? 1 : 0);
  put_number(out, made.carriers.size());
  for (const auto& [controller, epoch] : made.carriers) {
    put_text(out, controller);
    put_number(out, epoch);
  }
  for (const auto* texts : {&made.snapshots, &made.incidents}) {
    put_number(out, texts->size());
    for (const auto& text : *texts) put_text(out, text);
  }
  put_lists(out, made.sets);
  put_lists(out, made.known);
  put_number(out, made.kinds.size());
  for (const auto& kind : made.kinds) {
    put_number(out, kind.rows);
    put_number(out, kind.first_row);
    put_number(out, kind.parts.size());
    for (const auto& part : kind.parts) {
      put_number(out, part.carrier);
      put_number(out, part.set);
      put_number(out, part.known);
      put_number(out, part.values.size());
      for (const auto& value : part.values) {
        put_number(out, value.field);
        put_number(out, value.set);
      }
    }
  }
  put_number(out, made.customers.size());
  for (const auto& customer : made.customers) {
    put_number(out, customer.carrier);
    put_bytes(out, customer.y_ref);
    put_number(out, customer.row);
    put_number(out, customer.fields);
  }
  return out;
}

Result<MadeContribution> decode_contribution(ByteView bytes) {
  ByteView in = bytes;
  MadeContribution made;
  TRY(const auto version, take_number(in));
  if (version != kVersion) {
    return fail(Errc::kUnsupported, "contribution of an exposure: made by another hitokoe",
                "流通の寄与の記録は、別の版の hitokoe が作ったものです");
  }
  const auto fixed = [&](std::size_t n) -> Result<ByteReader> {
    if (in.size() < n) return damaged();
    ByteReader reader(in.first(n));
    in = in.subspan(n);
    return reader;
  };
  TRY(auto first, fixed(8));
  TRY(made.index, first.get_u64());
  for (auto* n :
       {&made.documents, &made.bytes, &made.rows, &made.tokens, &made.matched, &made.ambiguous,
        &made.customers_in_all, &made.kinds_in_all, &made.rows_left_out}) {
    TRY(*n, take_number(in));
  }
  TRY(auto second, fixed(5));
  TRY(const auto day, second.get_u32());
  made.seen = JstDay{std::chrono::days{static_cast<std::int32_t>(day)}};
  TRY(const auto sorted, second.get_u8());
  made.sorted = sorted != 0;
  TRY(const auto carriers, take_size(in));
  made.carriers.resize(carriers);
  for (auto& [controller, epoch] : made.carriers) {
    TRY(controller, take_text(in));
    TRY(epoch, take_place(in, 0xffffffffU));
  }
  TRY(made.snapshots, take_texts(in));
  TRY(made.incidents, take_texts(in));
  TRY(made.sets, take_lists(in, made.snapshots.size()));
  TRY(made.known, take_lists(in, made.incidents.size()));
  if (made.known.empty() || !made.known[0].empty()) return damaged();
  TRY(const auto kinds, take_size(in));
  made.kinds.reserve(kinds);
  for (std::size_t i = 0; i < kinds; ++i) {
    TRY(auto kind, take_kind(in, made));
    made.kinds.push_back(std::move(kind));
  }
  TRY(const auto customers, take_size(in));
  made.customers.resize(customers);
  for (auto& customer : made.customers) {
    TRY(customer.carrier, take_place(in, made.carriers.size()));
    TRY(auto y_ref, fixed(customer.y_ref.size()));
    TRY(const auto view, y_ref.get_bytes(customer.y_ref.size()));
    std::ranges::copy(view, customer.y_ref.begin());
    TRY(customer.row, take_number(in));
    TRY(customer.fields, take_number(in));
  }
  if (!in.empty()) return damaged();
  return made;
}

}  // namespace hitokoe::matcher
