#include "matcher/sweep/tokens.h"

#if defined(__x86_64__)
#include <immintrin.h>
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes the deliberately undefined registers of its own header for a mistake (bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#endif

#include <algorithm>
#include <string>
#include <utility>

#include "hitokoe/base/bytes.h"
#include "matcher/sweep/bitmaps.h"

namespace hitokoe::matcher::sweep {

namespace {
constexpr std::size_t kFew = 32;
}  // namespace

Tokens::Tokens(Sink& sink)
    : sink_(sink),
      avx512_(cpus()[0] == Cpu::kAvx512),
      memory_(std::make_unique<std::array<Queue, 3>>()),
      queues_(*memory_) {
  for (const auto& field : identity::field_table()) {
    heads_[static_cast<std::uint8_t>(field.id)] =
        static_cast<std::uint32_t>(field.id) | static_cast<std::uint32_t>(field.version) << 8;
  }
}

Tokens::~Tokens() { wipe(memory_.get(), sizeof *memory_); }

void Tokens::put(FieldId field, std::string_view canonical) {
  const std::size_t size = canonical.size();
  if (size > kLongest) return sink_.take_long(field, canonical);
  Queue& q = queues_[queue_of(size)];
  HmacBlock& block = q.blocks[q.size];
  clear(block);
  put_head(block, field, size);
  std::memcpy(block.bytes.data() + kHead, canonical.data(), size);
  put_end(block, size);
  close(q, field);
}

void Tokens::put_mail(const std::uint8_t* text, MailPlace mail) {
  std::array<char, 512> form;
  const std::size_t size = std::min<std::size_t>(mail.size, form.size());
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint8_t c = text[mail.begin + i];
    form[i] = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  }
  put(FieldId::kEmail, {form.data(), size});
}

void Tokens::put_mails(const std::uint8_t* text, std::span<const MailPlace> mails) {
#if defined(__x86_64__)
  if (avx512_) return put_mails_avx512(text, mails);
#endif
  for (const MailPlace mail : mails) put_mail(text, mail);
}

#if defined(__x86_64__)
__attribute__((target("avx512f,avx512bw,avx512vl"))) void Tokens::put_mails_avx512(
    const std::uint8_t* text, std::span<const MailPlace> mails) {
  const __m512i first = _mm512_set1_epi8('A');
  const __m512i letters = _mm512_set1_epi8(26);
  const __m512i to_lower = _mm512_set1_epi8(32);
  for (const MailPlace mail : mails) {
    if (mail.size > kLongest) {
      put_mail(text, mail);
      continue;
    }
    Queue& q = queues_[queue_of(mail.size)];
    HmacBlock& block = q.blocks[q.size];
    // Bytes outside the mask are not touched: the text may end there. It comes to where the form
    // stands in the message.
    const __mmask64 taken = ((std::uint64_t{1} << mail.size) - 1) << kHead;
    const __m512i bytes = _mm512_maskz_loadu_epi8(taken, text + mail.begin - kHead);
    const __mmask64 upper = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, first), letters);
    _mm512_store_si512(block.bytes.data(), _mm512_mask_add_epi8(bytes, upper, bytes, to_lower));
    put_head(block, FieldId::kEmail, mail.size);
    put_end(block, mail.size);
    close(q, FieldId::kEmail);
  }
}
#endif

void Tokens::hand_on(Queue& q) {
  const std::size_t size = q.size;
  q.size = 0;
  const auto number = static_cast<std::size_t>(&q - queues_.data());
  sink_.take(std::span(q.blocks).first(size), std::span(q.fields).first(size), kWords[number]);
}

void Tokens::flush() {
  // Of a short text there are a few of each: sixteen lanes cost the same for all together.
  Queue& last = queues_.back();
  if (queues_[0].size + queues_[1].size + last.size <= kFew) {
    for (Queue* q : {&queues_[0], &queues_[1]}) {
      std::copy_n(q->blocks.begin(), q->size, last.blocks.data() + last.size);
      std::copy_n(q->fields.begin(), q->size, last.fields.data() + last.size);
      last.size += std::exchange(q->size, 0);
    }
  }
  for (Queue& q : queues_) {
    if (q.size > 0) hand_on(q);
  }
}

}  // namespace hitokoe::matcher::sweep
