#include "matcher/index/segment.h"

#include <algorithm>

#include "hitokoe/base/file.h"

namespace hitokoe::matcher {

namespace {
constexpr SubjectRow kNobody{{}, kDead, 0};
constexpr std::size_t kTold = 0xffff;  // after so many (a mask) progress is told, memory given back
}  // namespace

std::size_t SubjectRows::size() const {
  return static_cast<std::size_t>(segment_.meta().end_subject);
}

const SubjectRow& SubjectRows::operator[](std::size_t number) const {
  const auto place = segment_.place_of(static_cast<std::uint32_t>(number));
  const SubjectRow* row = place.layer != nullptr ? place.layer->row(place.row) : nullptr;
  return row != nullptr ? *row : kNobody;
}

Result<std::shared_ptr<const Segment>> Segment::open(
    const std::vector<std::filesystem::path>& layers, Use use) {
  auto s = std::make_shared<Segment>();
  std::string below;
  std::uint64_t subjects = 0;
  for (const auto& dir : layers) {
    TRY(auto layer, Layer::open(dir, use, s->damage_));
    const SegmentMeta& meta = layer->meta();
    if (meta.below != below || meta.first_subject != subjects) {
      return fail(Errc::kCorrupt, "index: " + shown(dir) + " does not lie on the layer below it",
                  "索引: " + shown(dir) + " が下の層と合いません");
    }
    TRYV(s->classes_.add_layer(dir));
    below = dir.filename().string();
    subjects = meta.end_subject;
    s->layers_.push_back(std::move(layer));
  }
  if (s->layers_.empty()) {
    return fail(Errc::kCorrupt, "index: a carrier without layers", "索引: 層のない通信会社");
  }
  return std::shared_ptr<const Segment>(std::move(s));
}

std::uint64_t Segment::keys_above() const {
  std::uint64_t keys = 0;
  for (std::size_t i = 1; i < layers_.size(); ++i) keys += layers_[i]->keys();
  return keys;
}

Segment::Place Segment::place_of(std::uint32_t subject) const {
  for (std::size_t i = layers_.size(); i-- > 0;) {
    const std::size_t row = layers_[i]->row_of(subject);
    if (row != Layer::kNone) return {layers_[i].get(), row};
  }
  return {};
}

std::span<const CheckRow> Segment::checks(std::uint32_t subject) const {
  const Place place = place_of(subject);
  return place.layer != nullptr ? place.layer->checks(place.row) : std::span<const CheckRow>();
}

std::span<const FieldId> Segment::check_fields(std::uint32_t subject) const {
  const Place place = place_of(subject);
  return place.layer != nullptr ? place.layer->check_fields(place.row) : std::span<const FieldId>();
}

std::optional<std::uint32_t> Segment::subject_with(const Block& z_ref) const {
  for (const auto& layer : layers_) {
    if (const auto number = layer->subject_with(z_ref)) return number;
  }
  return std::nullopt;
}

void Segment::prefetch_entry(const KeyItem& z) const {
  for (std::size_t i = layers_.size(); i-- > 0;) {
    if (layers_[i]->prefetch_entry(z)) return;
  }
}

void Segment::prefetch_subject(std::uint32_t subject) const {
  const Place place = place_of(subject);
  if (place.layer != nullptr) place.layer->prefetch_row(place.row);
}

void Segment::prefetch_checks(std::uint32_t subject) const {
  const Place place = place_of(subject);
  if (place.layer != nullptr) place.layer->prefetch_checks(place.row);
}

Result<void> Segment::verify(const ProgressShare& share) const {
  std::uint64_t all = 0;
  for (const auto& layer : layers_) all += layer->keys();
  std::uint64_t keys = 0;
  for (const auto& layer : layers_) {
    const std::uint64_t from = keys;
    keys += layer->keys();
    TRYV(layer->verify(share.part(from, keys, all)));
  }
  TRYV(verify_whole());
  return sound();
}

// What only the layers together can say.
Result<void> Segment::verify_whole() const {
  const auto broken = [&](const Words& what) {
    return fail(Errc::kCorrupt, Words{"index of carrier ", "通信会社 "} + meta().controller +
                                    Words{": ", " の索引: "} + what);
  };
  std::uint64_t keys = 0;
  for (KeyCursor at(*this); at.more(); at.next()) {
    const auto postings = at.postings();
    if (!postings.empty()) ++keys;
    for (const auto& p : postings) {
      if (p.subject >= subjects().size() || p.klass >= classes_.size()) {
        return broken({"a key points outside", "範囲外を指す鍵があります"});
      }
    }
  }
  std::vector<std::uint32_t> counts(classes_.size(), 0);
  std::uint64_t living = 0;
  for (std::uint32_t i = 0; i < subjects().size(); ++i) {
    const std::uint32_t klass = subjects()[i].klass & ~kLocalBit;
    if (klass == kDead) continue;
    if (klass >= classes_.size())
      return broken({"a subject's snapshots are unknown", "顧客の断面が不明"});
    ++counts[klass];
    ++living;
    for (const auto& c : checks(i)) {
      if (c.klass >= classes_.size())
        return broken({"a check tag's snapshots are unknown", "検査タグの断面が不明"});
    }
  }
  if (keys != meta().keys || living != meta().subjects) {
    return broken({"keys or subjects are counted wrongly", "鍵か顧客の件数が違います"});
  }
  for (std::size_t k = 0; k < classes_.size(); ++k) {
    const auto m = classes_.members(static_cast<Klass>(k));
    if (m.empty() || !std::is_sorted(m.begin(), m.end()) || m.back() >= meta().snapshots.size()) {
      return broken({"a class of snapshots is not in order", "断面の組の順が正しくありません"});
    }
    if (counts[k] != classes_.subjects(static_cast<Klass>(k))) {
      return broken({"a class of snapshots is counted wrongly", "断面の組の件数が違います"});
    }
  }
  return ok();
}

KeyCursor::KeyCursor(const Segment& segment, std::size_t from_layer) {
  for (std::size_t i = from_layer; i < segment.layers().size(); ++i) {
    const Layer* layer = segment.layers()[i].get();
    at_.push_back({layer, 0, layer->keys() > 0 ? layer->key(0) : nullptr});
  }
  choose();
}

void KeyCursor::step(At& at) {
  ++at.number;
  if ((at.number & kTold) == 0) at.layer->forget_keys_before(at.number);
  at.key = at.number < at.layer->keys() ? at.layer->key(at.number) : nullptr;
}

void KeyCursor::choose() {
  const At* least = nullptr;
  for (const At& at : at_) {  // of equal ones the last, which lies on top
    if (at.key != nullptr && (least == nullptr || *at.key <= *least->key)) least = &at;
  }
  top_ = least != nullptr ? least->layer : nullptr;
  if (least == nullptr) return;
  key_ = *least->key;
  number_ = least->number;
}

void KeyCursor::next() {
  for (At& at : at_) {
    if (at.key != nullptr && *at.key == key_) step(at);
  }
  choose();
}

}  // namespace hitokoe::matcher
