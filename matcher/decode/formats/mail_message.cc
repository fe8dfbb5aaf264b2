#include "matcher/decode/formats/mail_message.h"

#include <gmime/gmime.h>

#include <array>
#include <memory>
#include <mutex>

#include "matcher/decode/formats/header_text.h"
#include "matcher/decode/formats/named_record.h"

namespace hitokoe::matcher {

namespace {

using identity::FieldId;

constexpr int kMostDepth = 32;          // multiparts within each other
constexpr int kMostAddresses = 20'000;  // of a header

struct Unref {
  template <class T>
  void operator()(T* object) const {
    if (object != nullptr) g_object_unref(object);
  }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

void begin_gmime() {
  static std::once_flag once;
  std::call_once(once, g_mime_init);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

class Message {
 public:
  Message(Reading& reading, const DocumentInfo& info)
      : reading_(reading), info_(info), record_(reading) {}

  Result<void> read(GMimeMessage* message, int depth);

 private:
  Result<void> headers(GMimeObject* object);
  Result<void> addresses(const std::string& text);
  Result<void> mailboxes(InternetAddressList* list, int depth);
  Result<void> object(GMimeObject* object, int depth);
  Result<void> part(GMimePart* part);
  std::string content_type_of(GMimeObject* object) const;

  Reading& reading_;
  const DocumentInfo& info_;
  NamedRecord record_;
  int parts_ = 0;
  int taken_ = 0;
};

Result<void> Message::mailboxes(InternetAddressList* list, int depth) {
  const int count = internet_address_list_length(list);
  for (int i = 0; i < count && taken_ < kMostAddresses; ++i, ++taken_) {
    InternetAddress* one = internet_address_list_get_address(list, i);
    if (INTERNET_ADDRESS_IS_GROUP(one)) {
      if (depth > 0) {
        TRYV(mailboxes(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(one)), depth - 1));
      }
      continue;
    }
    if (!INTERNET_ADDRESS_IS_MAILBOX(one)) continue;
    const char* mail = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(one));
    const char* name = internet_address_get_name(one);
    const std::string_view called = name == nullptr ? "" : name;
    if (mail != nullptr) {
      TRYV(record_.add(FieldId::kEmail, mail));
    }
    // A name that is an address says nothing new.
    if (called.find('@') == std::string_view::npos) {
      TRYV(record_.add(FieldId::kName, called));
    }
    TRYV(record_.flush());
  }
  return ok();
}

Result<void> Message::addresses(const std::string& text) {
  taken_ = 0;
  const Owned<InternetAddressList> list(internet_address_list_parse(nullptr, text.c_str()));
  if (list == nullptr) {
    TRYV(record_.add_text(text));
    return record_.flush();
  }
  return mailboxes(list.get(), 4);
}

Result<void> Message::headers(GMimeObject* object) {
  GMimeHeaderList* list = g_mime_object_get_header_list(object);
  const int count = g_mime_header_list_get_count(list);
  for (int i = 0; i < count; ++i) {
    GMimeHeader* header = g_mime_header_list_get_header_at(list, i);
    const char* raw = g_mime_header_get_raw_value(header);
    if (raw == nullptr) continue;
    constexpr std::size_t kMostHeader = 1U << 20;
    const std::string_view value = std::string_view(raw).substr(0, kMostHeader);
    const std::string name = lower(g_mime_header_get_name(header));
    constexpr std::array<std::string_view, 16> kAddresses = {"from",
                                                             "to",
                                                             "cc",
                                                             "bcc",
                                                             "reply-to",
                                                             "sender",
                                                             "resent-from",
                                                             "resent-to",
                                                             "resent-cc",
                                                             "delivered-to",
                                                             "x-original-to",
                                                             "disposition-notification-to",
                                                             "return-receipt-to",
                                                             "errors-to",
                                                             "mail-followup-to",
                                                             "envelope-to"};
    if (std::ranges::find(kAddresses, std::string_view(name)) != kAddresses.end()) {
      TRYV(addresses(header_text(value, true)));
    } else if (name == "subject" || name == "comments") {
      TRYV(record_.add_text(header_text(value)));
      TRYV(record_.flush());
    }
  }
  return ok();
}

std::string Message::content_type_of(GMimeObject* object) const {
  GMimeContentType* type = g_mime_object_get_content_type(object);
  std::string out;
  if (type == nullptr) return out;
  char* mime = g_mime_content_type_get_mime_type(type);
  out = mime == nullptr ? "" : lower(mime);
  g_free(mime);
  if (const char* charset = g_mime_content_type_get_parameter(type, "charset")) {
    out.append("; charset=").append(charset);
  }
  return out;
}

Result<void> Message::part(GMimePart* part) {
  GMimeDataWrapper* content = g_mime_part_get_content(part);
  if (content == nullptr) return ok();
  std::string type = content_type_of(GMIME_OBJECT(part));
  const char* file = g_mime_part_get_filename(part);
  const std::string name = file != nullptr ? std::string(file) : "part " + std::to_string(++parts_);
  // What is only called binary is looked at without prejudice.
  if (type.starts_with("application/octet-stream")) type.clear();
  auto reader = reading_.open_part(info_.name, info_.depth, name, type);
  if (!reader) return ok();
  const GMimeContentEncoding encoding = g_mime_data_wrapper_get_encoding(content);
  GMimeStream* raw = g_mime_data_wrapper_get_stream(content);
  if (raw == nullptr) return reader->finish();
  g_mime_stream_reset(raw);
  const Owned<GMimeStream> filtered(g_mime_stream_filter_new(raw));
  if (encoding == GMIME_CONTENT_ENCODING_BASE64 ||
      encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE ||
      encoding == GMIME_CONTENT_ENCODING_UUENCODE) {
    const Owned<GMimeFilter> filter(g_mime_filter_basic_new(encoding, FALSE));
    g_mime_stream_filter_add(GMIME_STREAM_FILTER(filtered.get()), filter.get());
  }
  std::array<char, 64U << 10> block{};
  while (!reader->refused()) {
    const auto n = g_mime_stream_read(filtered.get(), block.data(), block.size());
    if (n <= 0) break;
    const std::string_view bytes(block.data(), static_cast<std::size_t>(n));
    if (!reading_.take_unpacked(bytes.size())) {
      reading_.warn_over(info_.name);
      break;
    }
    TRYV(reader->feed(as_bytes(bytes)));
  }
  return reader->finish();
}

Result<void> Message::object(GMimeObject* object, int depth) {
  if (object == nullptr) return ok();
  if (depth > kMostDepth) {
    reading_.warn(info_.name, {"parts of the message are nested too deeply: not read further",
                               "メールの入れ子が深すぎるため、それより奥は読んでいません"});
    return ok();
  }
  if (GMIME_IS_MESSAGE_PART(object)) {
    GMimeMessage* inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
    return inner == nullptr ? Result<void>(ok()) : read(inner, depth + 1);
  }
  if (GMIME_IS_MULTIPART(object)) {
    if (GMIME_IS_MULTIPART_ENCRYPTED(object)) {
      reading_.warn(info_.name, {"an encrypted message: its text was not read",
                                 "暗号化されたメール: 本文は読めません"});
    }
    const int count = g_mime_multipart_get_count(GMIME_MULTIPART(object));
    for (int i = 0; i < count; ++i) {
      TRYV(this->object(g_mime_multipart_get_part(GMIME_MULTIPART(object), i), depth + 1));
    }
    return ok();
  }
  if (!GMIME_IS_PART(object)) return ok();
  const std::string type = content_type_of(object);
  if (type.starts_with("application/pkcs7-mime") || type.starts_with("application/x-pkcs7-mime")) {
    reading_.warn(info_.name, {"a part in S/MIME: not read", "S/MIME の部分は読めません"});
    return ok();
  }
  if (type.starts_with("application/pgp-signature") || type.starts_with("application/pkcs7-sig") ||
      type.starts_with("application/x-pkcs7-sig") ||
      type.starts_with("application/pgp-encrypted")) {
    return ok();
  }
  return part(GMIME_PART(object));
}

Result<void> Message::read(GMimeMessage* message, int depth) {
  TRYV(headers(GMIME_OBJECT(message)));
  return object(g_mime_message_get_mime_part(message), depth);
}

}  // namespace

Result<void> read_message(Reading& reading, const DocumentInfo& info, ByteView message) {
  begin_gmime();
  const Owned<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(
      reinterpret_cast<const char*>(message.data()), message.size()));
  const Owned<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  g_mime_parser_set_format(parser.get(), GMIME_FORMAT_MESSAGE);
  g_mime_parser_set_persist_stream(parser.get(), TRUE);
  const Owned<GMimeMessage> parsed(g_mime_parser_construct_message(parser.get(), nullptr));
  if (parsed == nullptr) {
    reading.warn(info.name, {"a message that cannot be read", "読めないメールがあります"});
    return ok();
  }
  return Message(reading, info).read(parsed.get(), 0);
}

}  // namespace hitokoe::matcher
