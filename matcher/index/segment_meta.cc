#include <boost/json.hpp>
#include <cstring>

#include "matcher/index/layer.h"

namespace hitokoe::matcher {

namespace json = boost::json;

std::string index_key_check(const crypto::Aes128& key) {
  std::array<Block, 1> block{};
  std::memcpy(block[0].data(), "hitokoe-keycheck", block[0].size());
  key.encrypt(block, block);
  return to_hex(block[0]);
}

std::string encode_meta(const SegmentMeta& meta) {
  json::array snapshots;
  for (const auto& s : meta.snapshots) {
    json::array columns;
    for (auto c : s.columns) columns.push_back(static_cast<unsigned>(c));
    snapshots.push_back({{"snapshot", s.snapshot},
                         {"party", s.party},
                         {"sequence", s.sequence},
                         {"own", s.own},
                         {"as_of", s.as_of.time_since_epoch().count()},
                         {"columns", columns},
                         {"records", s.records},
                         {"subjects", s.subjects},
                         {"in_own", s.in_own},
                         {"linked", s.linked},
                         {"unlinked", s.unlinked}});
  }
  return json::serialize(json::object{{"controller", meta.controller},
                                      {"epoch", meta.epoch},
                                      {"key_check", meta.key_check},
                                      {"keys", meta.keys},
                                      {"subjects", meta.subjects},
                                      {"below", meta.below},
                                      {"layer_keys", meta.layer_keys},
                                      {"first_subject", meta.first_subject},
                                      {"end_subject", meta.end_subject},
                                      {"hides", meta.hides},
                                      {"snapshots", snapshots}});
}

Result<SegmentMeta> decode_meta(std::string_view text) {
  try {
    const auto root = json::parse(text).as_object();
    const auto number = [](const json::object& o, std::string_view key) {
      return o.at(key).to_number<std::uint64_t>();
    };
    SegmentMeta meta;
    meta.controller = root.at("controller").as_string();
    meta.epoch = root.at("epoch").to_number<std::uint32_t>();
    meta.key_check = root.at("key_check").as_string();
    meta.keys = number(root, "keys");
    meta.subjects = number(root, "subjects");
    meta.below = root.at("below").as_string();
    meta.layer_keys = number(root, "layer_keys");
    meta.first_subject = number(root, "first_subject");
    meta.end_subject = number(root, "end_subject");
    meta.hides = root.at("hides").as_bool();
    for (const auto& value : root.at("snapshots").as_array()) {
      const auto& o = value.as_object();
      SegmentSnapshot s;
      s.snapshot = o.at("snapshot").as_string();
      s.party = o.at("party").as_string();
      s.sequence = number(o, "sequence");
      s.own = o.at("own").as_bool();
      s.as_of = JstDay(std::chrono::days(o.at("as_of").to_number<int>()));
      for (const auto& c : o.at("columns").as_array()) {
        s.columns.push_back(static_cast<FieldId>(c.to_number<std::uint8_t>()));
      }
      s.records = number(o, "records");
      s.subjects = number(o, "subjects");
      s.in_own = number(o, "in_own");
      s.linked = number(o, "linked");
      s.unlinked = number(o, "unlinked");
      meta.snapshots.push_back(std::move(s));
    }
    return meta;
  } catch (const std::exception&) {
    return fail(Errc::kCorrupt, "index: the description of a carrier's segment breaks its format",
                "索引: 一つの通信会社の区画の記述の形式が崩れています");
  }
}

}  // namespace hitokoe::matcher
