#include "matcher/decode/archive/compressed_stream.h"

#include <algorithm>

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kOut = 256U << 10;

// "dump.csv.gz" → "dump.csv"; a name that says nothing stays as it is.
std::string inner_name(std::string_view name) {
  if (const auto arrow = name.rfind(" > "); arrow != std::string_view::npos) {
    name.remove_prefix(arrow + 3);
  }
  if (const auto slash = name.rfind('/'); slash != std::string_view::npos) {
    name.remove_prefix(slash + 1);
  }
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return std::string(name);
  const auto end = name.substr(dot);
  if (end == ".tgz" || end == ".tbz2" || end == ".txz") {
    return std::string(name.substr(0, dot)) + ".tar";
  }
  return std::string(name.substr(0, dot));
}

enum class Start { kYes, kNo, kPerhaps };

Start starts_member(Method method, ByteView at) {
  const auto is = [&](std::string_view magic) {
    const auto n = std::min(magic.size(), at.size());
    if (as_text(at.first(n)) != magic.substr(0, n)) return Start::kNo;
    return n == magic.size() ? Start::kYes : Start::kPerhaps;
  };
  using namespace std::literals;
  switch (method) {
    case Method::kGzip:
      return is("\x1f\x8b"sv);
    case Method::kBzip2:
      return is("BZh"sv);
    case Method::kXz:
      return is("\xfd\x37\x7a\x58\x5a\x00"sv);
    case Method::kLzip:
      return is("LZIP"sv);
    case Method::kZstd: {
      if (const auto frame = is("\x28\xb5\x2f\xfd"sv); frame != Start::kNo) return frame;
      if ((at[0] & 0xF0U) != 0x50) return Start::kNo;  // a frame that is to be skipped
      if (at.size() < 4) return Start::kPerhaps;
      return at[1] == 0x2A && at[2] == 0x4D && at[3] == 0x18 ? Start::kYes : Start::kNo;
    }
    default:
      return Start::kNo;
  }
}

}  // namespace

CompressedStream::CompressedStream(Reading& reading, DocumentInfo info, Method method)
    : reading_(reading),
      info_(std::move(info)),
      method_(method),
      part_(reading, info_.name, info_.depth, inner_name(info_.name)),
      out_(kOut) {}

void CompressedStream::stop(Words why) {
  done_ = true;
  reading_.warn(info_.name, std::move(why));
}

void CompressedStream::between_members(ByteView& piece) {
  if (first_) {
    first_ = false;
    decompressor_ = make_decompressor(method_, reading_.limits().decoder_memory);
    if (!decompressor_) stop({"cannot be unpacked", "展開できません"});
    return;
  }
  while (!piece.empty() && !decompressor_ && !done_) {
    // Zeros pad to the block of a tape or, in xz, to four bytes.
    if (start_.empty() && piece[0] == 0) {
      piece = piece.subspan(1);
      continue;
    }
    start_.push_back(piece[0]);
    piece = piece.subspan(1);
    const Start start = starts_member(method_, start_);
    if (start == Start::kNo) {
      stop({"something else stands behind the compressed data: it was not read",
            "圧縮データの後ろに別のデータがあり、その部分は読んでいません"});
    } else if (start == Start::kYes) {
      decompressor_ = make_decompressor(method_, reading_.limits().decoder_memory);
      if (!decompressor_) stop({"cannot be unpacked", "展開できません"});
    }
  }
}

Result<void> CompressedStream::inside(ByteView& piece) {
  for (;;) {
    const auto step = decompressor_->step(piece, out_);
    in_ += step.taken;
    piece = piece.subspan(step.taken);
    if (step.put > 0) {
      TRY(const bool wanted, part_.put(ByteView(out_).first(step.put), in_));
      if (!wanted) {
        done_ = true;
        return ok();
      }
    }
    switch (step.state) {
      case Decompressor::State::kEnd:
        decompressor_.reset();
        start_.clear();
        return ok();
      case Decompressor::State::kCorrupt:
        stop({"damaged: read up to there", "壊れているため、そこまでを読みました"});
        return ok();
      case Decompressor::State::kTooMuchMemory:
        stop({"asks for more memory than is allowed to unpack it: not read",
              "展開に必要なメモリが上限を超えるため読んでいません"});
        return ok();
      case Decompressor::State::kMore:
        break;
    }
    // Where all the room was used there may be more to come from what it took already.
    if (piece.empty() && step.put < out_.size()) return ok();
    if (step.taken == 0 && step.put == 0) {
      stop({"damaged: read up to there", "壊れているため、そこまでを読みました"});
      return ok();
    }
  }
}

Result<void> CompressedStream::feed(ByteView piece) {
  while (!piece.empty() && !done_) {
    if (!decompressor_) between_members(piece);
    if (done_) break;
    if (!decompressor_) continue;
    if (!start_.empty()) {
      ByteView start = start_;
      TRYV(inside(start));
      start_.clear();
      if (done_ || !decompressor_) continue;
    }
    if (!piece.empty()) {
      TRYV(inside(piece));
    }
  }
  return ok();
}

Result<void> CompressedStream::finish() {
  if (!done_) {
    // A gzip stream that ends within its trailer is cut too: its checksum was never seen.
    if (decompressor_ || first_) {
      stop({"cut off: read up to there", "途中で切れているため、そこまでを読みました"});
    } else if (!start_.empty()) {
      stop({"something else stands behind the compressed data: it was not read",
            "圧縮データの後ろに別のデータがあり、その部分は読んでいません"});
    }
  }
  return part_.finish();
}

}  // namespace hitokoe::matcher
