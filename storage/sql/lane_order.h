// The lanes of a frontier in memory, in the order in which they are due. A lane is what one host
// has to do for one source; its first job stands for it.
//
// Two orders: of all lanes, and of those that are open (source offered, host not shut). A host that
// is shut takes its lanes out of the second, so that whoever asks for the first never walks over
// hosts that are busy. About 400 bytes a lane. Not thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hitokoe/base/time.h"

namespace hitokoe::storage::sql {

class LaneOrder {
 public:
  // What a lane has to do first.
  struct First {
    UtcTime due{};
    std::string source;
    std::string host;
    std::string item;
  };

  // Puts the lane where it belongs; O(log lanes).
  void set(const First& first);
  void erase(const std::string& source, const std::string& host);
  // All lanes; what is offered and shut stays.
  void clear();

  void offer(const std::vector<std::string>& sources);  // exactly these
  void shut(const std::string& host);
  void open(const std::string& host);
  void open_all();

  // By (due, source, item, host): of the open ones; O(1).
  std::optional<First> first_open() const;
  // Of these sources without these hosts, whatever is offered or shut; O(lanes that do not fit).
  std::optional<First> first_of(const std::vector<std::string>& sources,
                                const std::vector<std::string>& busy) const;

  std::size_t size() const { return lanes_.size(); }

 private:
  struct Lane;
  struct Side {  // a source, or a host
    std::string name;
    bool fits = false;  // offered; not shut
    std::vector<Lane*> lanes;
  };
  struct Lane {
    UtcTime due{};
    std::string item;
    Side* source = nullptr;
    Side* host = nullptr;
    std::size_t in_source = 0, in_host = 0;  // where it stands in their lists
  };
  struct Earlier {
    bool operator()(const Lane* a, const Lane* b) const;
  };
  using Sides = std::unordered_map<std::string, std::unique_ptr<Side>>;
  struct Key {
    const Side* source;
    const Side* host;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };

  static Side& side(Sides& sides, const std::string& name, bool fits);
  static void forget_idle(Sides& sides, const Side& side, bool fits);
  static First told(const Lane& lane);
  void set_fits(Side& side, bool fits);
  void enter(Lane& lane);
  void leave(Lane& lane);

  Sides sources_, hosts_;
  std::unordered_map<Key, std::unique_ptr<Lane>, KeyHash> lanes_;
  std::set<Lane*, Earlier> all_, open_;
};

}  // namespace hitokoe::storage::sql
