// The made-up world of the exercise: people, two carriers that share some of them, contractors and
// sub-contractors that hold parts, and who hands what to whom. The same seed gives the same world
// on every machine.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "drill/tables.h"
#include "hitokoe/base/random.h"
#include "hitokoe/identity/field.h"

namespace hitokoe::drill {

using identity::FieldId;

inline constexpr std::size_t kPeople = 20'000;

// The two days at which carriers hand over copies.
enum class AsOf { kSpring, kSummer };
std::string_view day_of(AsOf as_of);  // "2026-03-31", "2026-06-30"

struct Residence {
  const Town* town = nullptr;
  int block = 1, number = 1, house = 1;
  int room = 0;  // 0: a house
};

struct Person {
  const Written* surname = nullptr;
  const Written* given = nullptr;
  Residence home;
  Residence former_home;  // where it was in spring; the same for most
  std::string phone;      // eleven digits, from 0X0-0…, which nobody is given in Japan
  std::string former_phone;
  std::string email;  // empty for some; always under .test (RFC 2606)
  int year = 0, month = 0, day = 0;
  bool refuses_mail = false;  // the mailbox is gone: the relay says 550
};

struct Customer {
  std::size_t person = 0;
  std::string ref;            // the carrier's customer number
  std::uint32_t segment = 0;  // 0 … 99, for sets that are cut by product
  bool since_summer = false;  // was no customer in spring
};

struct Carrier {
  std::string id;
  std::string name;
  std::vector<Customer> customers;
};

// How one company writes its files.
struct Notation {
  std::vector<std::pair<FieldId, std::string_view>> headers;
  bool cp932 = false;
  bool name_with_space = true;
  bool half_width_kana = false;
  char phone_dashes = '-';  // 0: none
  bool postal_dash = true;
  bool written_address = true;  // 1丁目2番3号, else 1-2-3
  char date = '-';              // '-', '/', or 'S' for Japanese eras
  bool crlf = true;
};

// One snapshot: a copy at one holder, or a carrier's own customer base.
struct Holding {
  std::string snapshot;
  std::size_t carrier = 0;  // into carriers()
  std::string holder;
  bool own = false;
  std::string delegation;  // empty when own
  std::string source;      // the snapshot above; empty when own
  AsOf as_of = AsOf::kSummer;
  std::string handed_over;  // day; empty when own
  std::vector<FieldId> items;
  std::vector<std::size_t> customers;  // into the carrier's
};

struct Company {
  std::string id;
  std::string name;
  Notation notation;
};

class World {
 public:
  explicit World(std::uint64_t seed);

  const std::vector<Person>& people() const { return people_; }
  const std::vector<Carrier>& carriers() const { return carriers_; }
  const std::vector<Company>& companies() const { return companies_; }
  const std::vector<Holding>& holdings() const { return holdings_; }
  const Company& company(std::string_view id) const;  // must exist
  const Holding* holding(std::string_view snapshot) const;
  std::size_t shared_people() const;  // customers of both carriers

  // One value of a customer as `notation` writes it; UTF-8.
  std::string value(const Carrier& carrier, const Customer& customer, AsOf as_of, FieldId field,
                    const Notation& notation) const;

  // The holder's file, in its own notation and charset.
  std::string csv(const Holding& holding) const;
  // "お客様番号=ref,氏名=name,…" for the agent.
  std::string columns(const Holding& holding) const;
  std::string registry_yaml() const;

 private:
  void make_people(Random& random);
  void make_carriers(Random& random);
  void make_holdings();

  std::vector<Person> people_;
  std::vector<Carrier> carriers_;
  std::vector<Company> companies_;
  std::vector<Holding> holdings_;
};

// A CSV cell, quoted where it must be (RFC 4180).
std::string csv_cell(std::string_view value);

}  // namespace hitokoe::drill
