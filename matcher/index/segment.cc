#include "matcher/index/segment.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <boost/json.hpp>
#include <cstring>

#include "hitokoe/base/file.h"

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

Result<std::shared_ptr<const Segment>> Segment::open(const std::filesystem::path& dir) {
  auto s = std::make_shared<Segment>();
  TRY(const auto meta, Section::open(dir / "meta", SectionKind::kMeta));
  TRY(s->meta_, decode_meta(as_text(meta.bytes())));
  TRY(s->lines_, Section::open(dir / "lines", SectionKind::kLines));
  TRY(s->keys_, Section::open(dir / "keys", SectionKind::kKeys));
  TRY(s->postings_, Section::open(dir / "postings", SectionKind::kPostings));
  TRY(s->lists_, Section::open(dir / "lists", SectionKind::kLists));
  TRY(s->subjects_, Section::open(dir / "subjects", SectionKind::kSubjects));
  TRY(s->checks_, Section::open(dir / "checks", SectionKind::kChecks));
  TRY(s->check_fields_, Section::open(dir / "check_fields", SectionKind::kCheckFields));
  TRY(s->classes_, ClassTable::open(dir));
  const auto lines = s->lines_.as<Line>();
  bool fits =
      s->keys().size() == s->meta_.keys && s->postings_.as<Posting>().size() == s->meta_.keys &&
      s->subjects_.as<SubjectRow>().size() == s->meta_.subjects + 1 &&
      s->checks_.as<CheckRow>().size() == s->check_fields_.as<FieldId>().size() && !lines.empty();
  std::uint32_t before = 0;
  for (const auto& line : lines) {
    const std::uint32_t first = line.first & ~kOverflowBit;
    fits = fits && first >= before && first <= s->meta_.keys;
    before = first;
  }
  if (!fits) {
    return fail(Errc::kCorrupt, "index: the parts of " + shown(dir) + " do not fit together",
                "索引: " + shown(dir) + " の各部が互いに合いません");
  }
  return std::shared_ptr<const Segment>(std::move(s));
}

std::span<const CheckRow> Segment::checks(std::uint32_t subject) const {
  const auto rows = subjects_.as<SubjectRow>();
  const auto all = checks_.as<CheckRow>();
  if (subject + std::size_t{1} >= rows.size()) return {};
  const std::size_t begin = rows[subject].checks;
  const std::size_t end = rows[subject + 1].checks;
  return begin <= end && end <= all.size() ? all.subspan(begin, end - begin)
                                           : std::span<const CheckRow>();
}

std::span<const FieldId> Segment::check_fields(std::uint32_t subject) const {
  const auto tags = checks(subject);
  if (tags.empty()) return {};
  return check_fields_.as<FieldId>().subspan(subjects_.as<SubjectRow>()[subject].checks,
                                             tags.size());
}

void Segment::prefetch(const KeyItem& z) const {
  const auto lines = lines_.as<Line>();
  __builtin_prefetch(&lines[line_of(z.high, lines.size())]);
}

namespace {

// Bit i: tags[i] is `tag`.
unsigned equal_tags(const Line& line, std::uint32_t tag) {
#if defined(__SSE2__)
  const auto* words = reinterpret_cast<const __m128i*>(&line);
  const __m128i wanted = _mm_set1_epi32(static_cast<int>(tag));
  const auto part = [&](int i) {
    const __m128i equal = _mm_cmpeq_epi32(_mm_loadu_si128(words + i), wanted);
    return static_cast<unsigned>(_mm_movemask_ps(_mm_castsi128_ps(equal))) << (4 * i);
  };
  return (part(0) | part(1) | part(2) | part(3)) >> 1;  // word 0 is `first`
#else
  unsigned mask = 0;
  for (std::size_t i = 0; i < kLineTags; ++i) mask |= (line.tags[i] == tag ? 1U : 0U) << i;
  return mask;
#endif
}

}  // namespace

void Segment::prefetch_entry(const KeyItem& z) const {
  const auto lines = lines_.as<Line>();
  const Line& line = lines[line_of(z.high, lines.size())];
  const unsigned mask = equal_tags(line, tag_of(z));
  if (mask == 0) return;
  const std::size_t key =
      (line.first & ~kOverflowBit) + static_cast<std::size_t>(std::countr_zero(mask));
  __builtin_prefetch(keys().data() + key);
  __builtin_prefetch(postings_.as<Posting>().data() + key);
}

void Segment::prefetch_subject(std::uint32_t subject) const {
  __builtin_prefetch(subjects_.as<SubjectRow>().data() + subject);
}

void Segment::prefetch_checks(std::uint32_t subject) const {
  const std::size_t first = subjects_.as<SubjectRow>()[subject].checks;
  __builtin_prefetch(checks_.as<CheckRow>().data() + first);
  __builtin_prefetch(check_fields_.as<FieldId>().data() + first);
}

std::span<const Posting> Segment::find(const KeyItem& z) const {
  const auto lines = lines_.as<Line>();
  const auto all = keys();
  const std::uint64_t number = line_of(z.high, lines.size());
  const Line& line = lines[number];
  const std::size_t first = line.first & ~kOverflowBit;
  const Block wanted = block_of(z);
  for (unsigned mask = equal_tags(line, tag_of(z)); mask != 0; mask &= mask - 1) {
    const std::size_t key = first + static_cast<std::size_t>(std::countr_zero(mask));
    if (key < all.size() && all[key] == wanted) return postings(key);
  }
  if ((line.first & kOverflowBit) != 0) {
    const std::size_t end =
        number + 1 < lines.size() ? lines[number + 1].first & ~kOverflowBit : all.size();
    const std::size_t from = std::min(first + kLineTags, end);
    const auto tail = all.subspan(from, end - from);
    const auto at = std::lower_bound(tail.begin(), tail.end(), wanted);
    if (at != tail.end() && *at == wanted) {
      return postings(from + static_cast<std::size_t>(at - tail.begin()));
    }
  }
  return {};
}

std::span<const Posting> Segment::postings(std::size_t key) const {
  const auto all = postings_.as<Posting>();
  const Posting& p = all[key];
  if ((p.subject & kListBit) == 0) return all.subspan(key, 1);
  const auto lists = lists_.as<Posting>();
  const std::size_t from = p.subject & ~kListBit;
  if (from > lists.size() || p.klass > lists.size() - from) return {};
  return lists.subspan(from, p.klass);
}

Result<void> Segment::verify(const ProgressShare& share) const {
  constexpr std::size_t kTold = 0xffff;  // after so many rows (a mask) progress is told
  const auto broken = [&](const Words& what) {
    return fail(Errc::kCorrupt, Words{"index of carrier ", "通信会社 "} + meta_.controller +
                                    Words{": ", " の索引: "} + what);
  };
  const auto all = keys();
  for (std::size_t k = 0; k < all.size(); ++k) {
    if ((k & kTold) == 0) share.at(k, all.size());
    if (k > 0 && !(all[k - 1] < all[k])) {
      return broken({"keys are out of order", "鍵の順が正しくありません"});
    }
    const auto found = find(key_item(all[k], 0));
    if (found.empty())
      return broken(Words{"key ", "鍵 "} + std::to_string(k) +
                    Words{" cannot be found", " が見つかりません"});
    for (const auto& p : found) {
      if (p.subject >= meta_.subjects || p.klass >= classes_.size()) {
        return broken(Words{"key ", "鍵 "} + std::to_string(k) +
                      Words{" points outside", " が範囲外を指しています"});
      }
    }
  }
  const auto rows = subjects();
  std::vector<std::uint32_t> counts(classes_.size(), 0);
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    if (i > 0 && !(rows[i - 1].z_ref < rows[i].z_ref))
      return broken({"subjects are out of order", "顧客の順が正しくありません"});
    const std::uint32_t klass = rows[i].klass & ~kLocalBit;
    if (klass >= classes_.size())
      return broken({"a subject's snapshots are unknown", "顧客の断面が不明"});
    ++counts[klass];
    for (const auto& c : checks(i)) {
      if (c.klass >= classes_.size())
        return broken({"a check tag's snapshots are unknown", "検査タグの断面が不明"});
    }
  }
  for (std::size_t k = 0; k < classes_.size(); ++k) {
    const auto m = classes_.members(static_cast<Klass>(k));
    if (m.empty() || !std::is_sorted(m.begin(), m.end()) || m.back() >= meta_.snapshots.size()) {
      return broken({"a class of snapshots is not in order", "断面の組の順が正しくありません"});
    }
    if (counts[k] != classes_.subjects(static_cast<Klass>(k))) {
      return broken({"a class of snapshots is counted wrongly", "断面の組の件数が違います"});
    }
  }
  return ok();
}

}  // namespace hitokoe::matcher
