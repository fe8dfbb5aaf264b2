#include "incident/record_set.h"

#include <algorithm>

namespace hitokoe::incident {
namespace {

std::string context_of(std::string_view incident, const SubjectChunk& chunk) {
  return "hitokoe-subjects-1\n" + std::string(incident) + "\n" + chunk.exposure + "\n" +
         chunk.controller + "\n" + std::to_string(chunk.number);
}

void keep_smallest(std::set<std::uint64_t>& rows) {
  while (rows.size() > kMaxRows) rows.erase(std::prev(rows.end()));
}

}  // namespace

std::uint64_t row_key(std::string_view exposure, std::uint64_t row) {
  const auto digest = crypto::sha256(as_bytes(exposure));
  std::uint64_t high = 0;
  for (std::size_t i = 0; i < 4; ++i) high = high << 8 | digest[i];
  return high << 32 | (row & 0xffffffffU);
}

Result<RecordSet> record_set(const matcher::ScanReport& report, std::string_view exposure) {
  const std::uint64_t base = row_key(exposure, 0);
  RecordSet set;
  for (const auto& s : report.subjects) {
    if (s.controller.empty())
      return fail(Errc::kBadInput, "report: a subject without a carrier",
                  "報告: 通信会社のない顧客");
    if (s.row > 0xffffffffU)
      return fail(Errc::kLimit, "report: more than 2^32 rows", "報告: 行が 2^32 を超えています");
    auto& record = set[{s.controller, s.y_ref}];
    record.canary = record.canary || s.canary;
    for (const auto field : s.fields) record.items.insert(field);
    record.rows.insert(base | s.row);
    keep_smallest(record.rows);
  }
  return set;
}

RecordSet additions(const RecordSet& report, const RecordSet& known) {
  RecordSet out;
  std::set<std::uint64_t> rows;
  for (const auto& [key, record] : report) {
    const auto have = known.find(key);
    const bool nothing_new =
        have != known.end() && std::includes(have->second.items.begin(), have->second.items.end(),
                                             record.items.begin(), record.items.end());
    if (nothing_new) continue;
    out.emplace(key, record);
    rows.insert(record.rows.begin(), record.rows.end());
  }
  for (const auto& [key, record] : report) {
    const auto have = known.find(key);
    if (have == known.end() || out.contains(key)) continue;
    const bool linked = std::any_of(record.rows.begin(), record.rows.end(), [&](std::uint64_t r) {
      return rows.contains(r) && !have->second.rows.contains(r);
    });
    if (linked) out.emplace(key, record);
  }
  return out;
}

std::vector<SubjectChunk> seal_chunks(const RecordSet& set, const Key256& key,
                                      std::string_view incident, std::string_view exposure,
                                      Random& random, std::uint32_t first_number) {
  std::vector<SubjectChunk> chunks;
  Bytes plain;
  const auto close = [&] {
    if (chunks.empty() || plain.empty()) return;
    chunks.back().sealed =
        crypto::seal(key, plain, as_bytes(context_of(incident, chunks.back())), random);
    wipe(plain.data(), plain.size());
    plain.clear();
  };
  for (const auto& [subject, record] : set) {
    if (chunks.empty() || chunks.back().controller != subject.controller ||
        chunks.back().count == kChunkSubjects) {
      close();
      SubjectChunk next;
      next.controller = subject.controller;
      next.exposure = exposure;
      next.number = first_number + static_cast<std::uint32_t>(chunks.size());
      chunks.push_back(std::move(next));
    }
    put_bytes(plain, subject.y_ref);
    put_u8(plain, record.canary ? 1 : 0);
    put_u8(plain, static_cast<std::uint8_t>(record.items.size()));
    for (const auto item : record.items) put_u8(plain, static_cast<std::uint8_t>(item));
    put_u8(plain, static_cast<std::uint8_t>(record.rows.size()));
    for (const auto row : record.rows) put_u64(plain, row);
    ++chunks.back().count;
  }
  close();
  return chunks;
}

Result<void> open_chunk(const SubjectChunk& chunk, const Key256& key, std::string_view incident,
                        const std::function<void(SubjectKey, SubjectRecord)>& each) {
  TRY(auto plain, crypto::open(key, chunk.sealed, as_bytes(context_of(incident, chunk))));
  ByteReader in(plain);
  for (std::uint32_t i = 0; i < chunk.count; ++i) {
    SubjectKey subject{chunk.controller, {}};
    SubjectRecord record;
    TRY(const auto y_ref, in.get_bytes(subject.y_ref.size()));
    std::copy(y_ref.begin(), y_ref.end(), subject.y_ref.begin());
    TRY(const auto canary, in.get_u8());
    record.canary = canary != 0;
    TRY(const auto items, in.get_u8());
    for (int n = 0; n < items; ++n) {
      TRY(const auto item, in.get_u8());
      record.items.insert(static_cast<identity::FieldId>(item));
    }
    TRY(const auto rows, in.get_u8());
    for (int n = 0; n < rows; ++n) {
      TRY(const auto row, in.get_u64());
      record.rows.insert(row);
    }
    each(std::move(subject), std::move(record));
  }
  if (in.remaining() != 0)
    return fail(Errc::kCorrupt, "sealed subjects: bytes are left over",
                "封をした顧客の一覧: 余分なバイトがあります");
  wipe(plain.data(), plain.size());
  return ok();
}

void ChunkDigest::add(const SubjectChunk& chunk) {
  Bytes framed;
  put_u32(framed, static_cast<std::uint32_t>(chunk.controller.size()));
  put_bytes(framed, as_bytes(chunk.controller));
  put_u32(framed, chunk.number);
  put_u32(framed, chunk.count);
  put_u64(framed, chunk.sealed.size());
  hash_.update(framed);
  hash_.update(chunk.sealed);
}

}  // namespace hitokoe::incident
