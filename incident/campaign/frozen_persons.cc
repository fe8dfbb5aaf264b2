#include "incident/campaign/frozen_persons.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

#include "incident/campaign/subject_pages.h"

namespace hitokoe::incident::campaign {

namespace {

constexpr std::size_t kMostCustomers = std::numeric_limits<std::uint32_t>::max() - 1;
// So many customers are read at once where only some of them may be joined.
constexpr std::size_t kStretch = 256;

using Half = std::array<std::uint8_t, 16>;  // of SHA-256

Half half(std::string_view text) {
  Half out{};
  if (text.empty()) return out;
  const auto d = crypto::sha256(as_bytes(text));
  std::copy_n(d.begin(), out.size(), out.begin());
  return out;
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

// A leaked row that hit a customer.
struct Hit {
  std::uint64_t row = 0;
  std::uint32_t customer = 0;
  auto operator<=>(const Hit&) const = default;
};

// What is compared of a customer whose row another carrier's customer has, too.
struct Compared {
  Half name{}, email{}, phone{};  // zeros: none
};
bool none(const Half& h) { return h == Half{}; }
bool same_contact(const Compared& a, const Compared& b) {
  return (!none(a.email) && a.email == b.email) || (!none(a.phone) && a.phone == b.phone);
}

// The root of a set is its smallest number: the answer does not depend on the order of unions.
std::uint32_t find(std::vector<std::uint32_t>& parent, std::uint32_t i) {
  while (parent[i] != i) {
    parent[i] = parent[parent[i]];
    i = parent[i];
  }
  return i;
}
void unite(std::vector<std::uint32_t>& parent, std::uint32_t a, std::uint32_t b) {
  a = find(parent, a);
  b = find(parent, b);
  parent[std::max(a, b)] = std::min(a, b);
}

// Random bytes in blocks: two calls of the system for each of millions of salts are too many.
class Salts {
 public:
  explicit Salts(Random& random) : random_(random), block_(4096), used_(4096) {}
  identity::Salt next() {
    if (used_ == block_.size()) {
      random_.fill(block_);
      used_ = 0;
    }
    identity::Salt out;
    std::copy_n(block_.begin() + static_cast<std::ptrdiff_t>(used_), out.size(), out.begin());
    used_ += out.size();
    return out;
  }

 private:
  Random& random_;
  Bytes block_;
  std::size_t used_;
};

class Join {
 public:
  Join(CampaignStore& store, const CampaignRow& row, const ContactVault& vault,
       const BuildProgress& progress)
      : store_(store), row_(row), vault_(vault), progress_(progress) {}

  Result<FrozenPersons> run(Random& random) {
    TRYV(read_customers());
    keep_shared_rows();
    TRYV(read_compared());
    parent_.resize(out_.u.size());
    std::iota(parent_.begin(), parent_.end(), 0U);
    unite_all();
    for (std::uint32_t i = 0; i < parent_.size(); ++i) parent_[i] = find(parent_, i);
    name_and_salt(random);
    return std::move(out_);
  }

 private:
  Result<void> read_customers() {
    TRY(const auto counts, store_.customers(row_.id, ""));
    std::uint64_t all = 0;
    for (const auto& [carrier, n] : counts) all += n;
    if (all > kMostCustomers)
      return fail(Errc::kLimit, "more than 4 thousand million customers in one campaign",
                  "一つの一元連絡の顧客が 42 億を超えています");
    out_.u.reserve(all);
    hits_.reserve(all);
    SubjectPages pages(store_, row_.id, false);
    for (;;) {
      TRY(const auto page, pages.next());
      if (page.empty()) break;
      for (const auto& s : page) {
        const auto number = static_cast<std::uint32_t>(out_.u.size());
        if (out_.carriers.empty() || out_.carriers.back() != s.controller) {
          out_.carriers.push_back(s.controller);
          out_.first.push_back(number);
        }
        out_.u.push_back(s.u);
        for (const auto row : s.rows) hits_.push_back({row, number});
      }
      TRYV(progress_.at(out_.u.size(), std::max<std::uint64_t>(all, out_.u.size())));
    }
    out_.first.push_back(out_.u.size());
    return ok();
  }

  // Drops the rows that one carrier alone has: nobody is joined by them.
  void keep_shared_rows() {
    std::sort(hits_.begin(), hits_.end());
    std::size_t kept = 0;
    for (std::size_t begin = 0; begin < hits_.size();) {
      auto end = begin + 1;
      bool several = false;
      while (end < hits_.size() && hits_[end].row == hits_[begin].row) {
        several = several ||
                  out_.carrier_of(hits_[end].customer) != out_.carrier_of(hits_[begin].customer);
        ++end;
      }
      for (auto i = begin; several && i < end; ++i) hits_[kept++] = hits_[i];
      begin = end;
    }
    hits_.resize(kept);
    hits_.shrink_to_fit();
    candidates_.reserve(kept);
    for (const auto& h : hits_) candidates_.push_back(h.customer);
    std::sort(candidates_.begin(), candidates_.end());
    candidates_.erase(std::unique(candidates_.begin(), candidates_.end()), candidates_.end());
  }

  // Opens the contacts of those who may be joined, in stretches of neighbours.
  Result<void> read_compared() {
    compared_.resize(candidates_.size());
    for (std::size_t at = 0; at < candidates_.size();) {
      const auto begin = candidates_[at];
      auto last = at;
      while (last + 1 < candidates_.size() && candidates_[last + 1] - begin < kStretch) ++last;
      SubjectPlace after;
      if (begin > 0) {
        after.controller = out_.controller_of(begin - 1);
        after.u.assign(out_.u[begin - 1].begin(), out_.u[begin - 1].end());
      }
      TRY(const auto page,
          store_.subjects_after(row_.id, after, candidates_[last] - begin + 1, true));
      for (; at <= last; ++at) {
        const auto place = candidates_[at] - begin;
        if (place >= page.size() || page[place].u != out_.u[candidates_[at]])
          return fail(Errc::kConflict, row_.id + " was changed meanwhile: try again",
                      row_.id + " はその間に変更されました: やり直してください");
        if (page[place].contact.empty()) continue;
        TRY(const auto contact, vault_.unseal(page[place]));
        compared_[at] = {half(contact.name_key), half(lower(mail_address(contact))),
                         half(contact.phone)};
      }
      TRYV(progress_.at(at, candidates_.size()));
    }
    return ok();
  }

  void unite_all() {
    struct Named {
      Half name;
      std::uint32_t customer, place;
    };
    std::vector<Named> group;
    for (std::size_t begin = 0; begin < hits_.size();) {
      group.clear();
      auto end = begin;
      for (; end < hits_.size() && hits_[end].row == hits_[begin].row; ++end) {
        const auto place = static_cast<std::size_t>(
            std::lower_bound(candidates_.begin(), candidates_.end(), hits_[end].customer) -
            candidates_.begin());
        if (none(compared_[place].name)) continue;
        group.push_back(
            {compared_[place].name, hits_[end].customer, static_cast<std::uint32_t>(place)});
      }
      begin = end;
      // Only namesakes are compared, so that a row that hit thousands stays cheap.
      std::sort(group.begin(), group.end(), [](const Named& a, const Named& b) {
        return std::tie(a.name, a.customer) < std::tie(b.name, b.customer);
      });
      for (std::size_t i = 0; i < group.size(); ++i) {
        for (auto j = i + 1; j < group.size() && group[j].name == group[i].name; ++j) {
          if (out_.carrier_of(group[i].customer) != out_.carrier_of(group[j].customer) &&
              same_contact(compared_[group[i].place], compared_[group[j].place]))
            unite(parent_, group[i].customer, group[j].customer);
        }
      }
    }
    hits_ = {};
    candidates_ = {};
    compared_ = {};
  }

  void name_and_salt(Random& random) {
    // Customers that are not alone, by person; everybody else is a person by itself.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> together;  // root, customer
    for (std::uint32_t i = 0; i < parent_.size(); ++i) {
      if (parent_[i] == i) continue;
      together.emplace_back(parent_[i], i);
      together.emplace_back(parent_[i], parent_[i]);
    }
    std::sort(together.begin(), together.end());
    together.erase(std::unique(together.begin(), together.end()), together.end());

    struct Named {
      PersonNumber id;
      std::uint32_t root;
    };
    std::vector<Named> persons;
    persons.reserve(parent_.size());
    std::vector<MemberKey> keys;
    auto next = together.begin();
    std::size_t carrier = 0;
    for (std::uint32_t i = 0; i < parent_.size(); ++i) {
      while (i >= out_.first[carrier + 1]) ++carrier;
      if (parent_[i] != i) continue;
      keys.clear();
      if (next != together.end() && next->first == i) {
        bool several = false;
        for (; next != together.end() && next->first == i; ++next) {
          const auto of = out_.carrier_of(next->second);
          several = several || of != carrier;
          keys.push_back({out_.carriers[of], &out_.u[next->second]});
        }
        out_.joined += several ? 1U : 0U;
      } else {
        keys.push_back({out_.carriers[carrier], &out_.u[i]});
      }
      persons.push_back({vault_.person_number(keys), i});
    }
    std::sort(persons.begin(), persons.end(),
              [](const Named& a, const Named& b) { return a.id < b.id; });
    const auto n = persons.size();
    out_.person_of.resize(parent_.size());
    out_.ids.reserve(n);
    for (std::uint32_t p = 0; p < n; ++p) {
      out_.ids.push_back(persons[p].id);
      out_.person_of[persons[p].root] = p;
    }
    persons = {};
    out_.sizes.assign(n, 0);
    for (std::uint32_t i = 0; i < parent_.size(); ++i) {
      out_.person_of[i] = out_.person_of[parent_[i]];  // the root comes first
      ++out_.sizes[out_.person_of[i]];
    }
    out_.person_salts.resize(n);
    out_.salts.resize(parent_.size());
    Salts salts(random);
    auto member = together.begin();
    for (std::uint32_t i = 0; i < parent_.size(); ++i) {
      if (parent_[i] != i) continue;
      out_.person_salts[out_.person_of[i]] = salts.next();
      if (member == together.end() || member->first != i) {
        out_.salts[i] = salts.next();
        continue;
      }
      for (; member != together.end() && member->first == i; ++member)
        out_.salts[member->second] = salts.next();
    }
  }

  CampaignStore& store_;
  const CampaignRow& row_;
  const ContactVault& vault_;
  const BuildProgress& progress_;
  FrozenPersons out_;
  std::vector<Hit> hits_;
  std::vector<std::uint32_t> candidates_, parent_;
  std::vector<Compared> compared_;  // of candidates_
};

Error not_together(const std::string& campaign) {
  return Error{Errc::kCorrupt, campaign + ": persons and customers do not belong together",
               campaign + ": 本人と顧客の対応が壊れています"};
}

}  // namespace

std::size_t FrozenPersons::carrier_of(std::size_t customer) const {
  const auto after = std::upper_bound(first.begin(), first.end(), customer);
  return static_cast<std::size_t>(after - first.begin()) - 1;
}

Result<FrozenPersons> join_all(CampaignStore& store, const CampaignRow& row,
                               const ContactVault& vault, Random& random,
                               const BuildProgress& progress) {
  return Join(store, row, vault, progress).run(random);
}

Result<FrozenPersons> read_persons(CampaignStore& store, const std::string& campaign) {
  FrozenPersons out;
  std::vector<std::pair<std::uint16_t, identity::Fingerprint>> chosen;
  std::vector<std::string> controllers;  // few: in the order in which they come
  TRYV(each_recipient(store, campaign, std::nullopt, [&](const RecipientRow& r) -> Result<bool> {
    TRY(const auto id, person_number(r.person));
    out.ids.push_back(id);
    out.person_salts.push_back(r.salt);
    auto at = std::find(controllers.begin(), controllers.end(), r.controller);
    if (at == controllers.end()) {
      controllers.push_back(r.controller);
      at = controllers.end() - 1;
    }
    chosen.emplace_back(static_cast<std::uint16_t>(at - controllers.begin()), r.u);
    return true;
  }));
  out.sizes.assign(out.ids.size(), 0);
  SubjectPages pages(store, campaign, false);
  for (;;) {
    TRY(const auto page, pages.next());
    if (page.empty()) break;
    for (const auto& s : page) {
      if (out.carriers.empty() || out.carriers.back() != s.controller) {
        out.carriers.push_back(s.controller);
        out.first.push_back(out.u.size());
      }
      TRY(const auto id, person_number(s.person));
      const auto at = std::lower_bound(out.ids.begin(), out.ids.end(), id);
      if (at == out.ids.end() || *at != id) return not_together(campaign);
      const auto person = static_cast<std::uint32_t>(at - out.ids.begin());
      out.u.push_back(s.u);
      out.salts.push_back(s.salt);
      out.person_of.push_back(person);
      ++out.sizes[person];
    }
  }
  out.first.push_back(out.u.size());
  out.chosen.reserve(chosen.size());
  for (const auto& [controller, u] : chosen) {
    const auto carrier =
        std::lower_bound(out.carriers.begin(), out.carriers.end(), controllers[controller]);
    if (carrier == out.carriers.end() || *carrier != controllers[controller])
      return not_together(campaign);
    const auto c = static_cast<std::size_t>(carrier - out.carriers.begin());
    const auto begin = out.u.begin() + static_cast<std::ptrdiff_t>(out.first[c]);
    const auto end = out.u.begin() + static_cast<std::ptrdiff_t>(out.first[c + 1]);
    const auto at = std::lower_bound(begin, end, u);
    if (at == end || *at != u) return not_together(campaign);
    out.chosen.push_back(static_cast<std::uint32_t>(at - out.u.begin()));
  }
  return out;
}

RowSource<RecipientRow> recipient_rows(const FrozenPersons& p, std::uint32_t version) {
  return [&p, version, next = std::size_t{0}](RecipientRow& out) mutable {
    if (next == p.ids.size()) return false;
    const auto chosen = p.chosen[next];
    out.person = shown(p.ids[next]);
    out.version = version;
    out.salt = p.person_salts[next];
    out.controller = p.controller_of(chosen);
    out.u = p.u[chosen];
    out.state = p.states[next];
    ++next;
    return true;
  };
}

RowSource<SubjectRow> subject_rows(const FrozenPersons& p) {
  return [&p, next = std::size_t{0}](SubjectRow& out) mutable {
    if (next == p.u.size()) return false;
    out.controller = p.controller_of(next);
    out.u = p.u[next];
    out.person = shown(p.ids[p.person_of[next]]);
    out.salt = p.salts[next];
    ++next;
    return true;
  };
}

RowSource<SubjectRow> member_rows(const FrozenPersons& p) {
  // Customers by person: counted into their places, which keeps their order.
  std::vector<std::uint32_t> order(p.u.size());
  std::vector<std::uint32_t> place(p.ids.size());
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < place.size(); ++i) {
    place[i] = sum;
    sum += p.sizes[i];
  }
  for (std::uint32_t i = 0; i < order.size(); ++i) order[place[p.person_of[i]]++] = i;
  return [&p, order = std::move(order), next = std::size_t{0}](SubjectRow& out) mutable {
    if (next == order.size()) return false;
    const auto i = order[next++];
    out.controller = p.controller_of(i);
    out.u = p.u[i];
    out.person = shown(p.ids[p.person_of[i]]);
    return true;
  };
}

}  // namespace hitokoe::incident::campaign
