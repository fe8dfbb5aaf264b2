#include "crawler/seats.h"

#include <algorithm>

namespace hitokoe::crawler {

void count_cookies(Seat& seat) {
  seat.jar->bound();
  const auto notes = seat.jar->notes();
  seat.account.cookies = static_cast<std::uint32_t>(notes.size());
  seat.account.cookies_until.reset();
  for (const auto& note : notes) {
    auto& until = seat.account.cookies_until;
    if (note.expires && (!until || *note.expires < *until)) until = note.expires;
  }
}

void Seats::know(const std::vector<SourceAccount>& all) {
  const auto stored = [&](const Seat& seat) {
    return std::ranges::find_if(all, [&](const SourceAccount& a) {
      return a.source == source_.id && a.name == seat.account.name;
    });
  };
  for (auto& seat : seats_) {
    const auto at = stored(*seat);
    // One that was removed and added again has the first version, too.
    seat->gone =
        at == all.end() || at->version != seat->account.version || at->added != seat->account.added;
  }
  std::erase_if(seats_, [](const auto& seat) { return seat->gone && !seat->taken; });
  for (const auto& account : all) {
    if (account.source != source_.id ||
        std::ranges::find(source_.accounts, account.name) == source_.accounts.end())
      continue;
    const bool here = std::ranges::any_of(
        seats_, [&](const auto& seat) { return seat->account.name == account.name; });
    if (!here) seats_.push_back(std::make_unique<Seat>(account, source_, random_));
  }
}

bool Seats::ready(const Seat& seat, UtcTime now) const {
  return is_usable(seat.account.state) && !seat.gone && !seat.shut &&
         (!seat.account.next_try || *seat.account.next_try <= now);
}

bool Seats::any_usable(UtcTime now) const {
  return std::ranges::any_of(seats_, [&](const auto& seat) { return ready(*seat, now); });
}

bool Seats::may_try(UtcTime now) const { return !any_usable(now) || any_free(now); }

bool Seats::any_free(UtcTime now) const {
  return std::ranges::any_of(seats_,
                             [&](const auto& seat) { return ready(*seat, now) && !seat->taken; });
}

Seat* Seats::take(UtcTime now) {
  for (std::size_t i = 0; i < seats_.size(); ++i) {
    auto& seat = *seats_[(turn_ + i) % seats_.size()];
    if (seat.taken || !ready(seat, now)) continue;
    turn_ = (turn_ + i + 1) % seats_.size();
    seat.taken = true;
    return &seat;
  }
  return nullptr;
}

void Seats::give_back(Seat* seat) {
  seat->taken = false;
  std::erase_if(seats_, [](const auto& one) { return one->gone && !one->taken; });
}

std::optional<UtcTime> Seats::next_try() const {
  std::optional<UtcTime> out;
  for (const auto& seat : seats_) {
    const auto& account = seat->account;
    if (!is_usable(account.state) || seat->shut || !account.next_try) continue;
    out = out ? std::min(*out, *account.next_try) : *account.next_try;
  }
  return out;
}

}  // namespace hitokoe::crawler
