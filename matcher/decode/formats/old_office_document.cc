#include "matcher/decode/formats/old_office_document.h"

#include <algorithm>

#include "hitokoe/text/charset.h"
#include "matcher/decode/archive/archive_keys.h"
#include "matcher/decode/formats/biff_workbook.h"
#include "matcher/decode/formats/mail_message.h"
#include "matcher/decode/formats/named_record.h"
#include "matcher/decode/formats/office_lock.h"
#include "matcher/decode/text_document.h"
#include "matcher/rows/split.h"

namespace hitokoe::matcher {

namespace {

using identity::FieldId;

constexpr std::size_t kMostFile = 128U << 20;
constexpr unsigned kMostDepth = 4;
constexpr const char* kReadOnly = "VelvetSweatshop";  // what Excel uses for that
constexpr std::size_t kMostPasswords = 100;           // each costs 100,000 rounds of a hash
constexpr std::size_t kMostRecipients = 20'000;

// A property as text: in UTF-16 ("001F"), or in the character set of who wrote it ("001E").
std::string text_property(Reading& reading, const OleFile& file, const std::string& folder,
                          const char* id) {
  constexpr std::size_t kMostText = 16U << 20;
  const std::string path = folder + "__substg1.0_" + id;
  if (const auto* wide = file.find(path + "001F")) {
    const Bytes bytes = file.read(*wide, kMostText);
    if (!reading.take_unpacked(bytes.size())) return {};
    return text::decode(bytes, text::Charset::kUtf16Le).utf8;
  }
  const auto* narrow = file.find(path + "001E");
  if (narrow == nullptr) return {};
  const Bytes bytes = file.read(*narrow, kMostText);
  if (!reading.take_unpacked(bytes.size())) return {};
  const auto charset = text::detect(bytes);
  return text::decode(bytes, charset == text::Charset::kBinary ? text::Charset::kUtf8 : charset)
      .utf8;
}

}  // namespace

OldOfficeDocument::OldOfficeDocument(Reading& reading, DocumentInfo info, TriedPasswords tried)
    : WholeDocument(reading, std::move(info), kMostFile), tried_(std::move(tried)) {}

Result<void> OldOfficeDocument::workbook(const OleFile& file, const OleFile::Entry& entry) {
  bool whole = false;
  const Bytes stream = file.read(entry, kMostFile, &whole);
  BiffWorkbook book(reading());
  TRYV(book.read(stream));
  if (book.encrypted()) {
    warn({"workbook (xls) protected by a password: not read",
          "パスワードで保護されたブック（xls）のため、読めません"});
    return ok();
  }
  if (book.cut() || !whole) {
    warn({"workbook (xls) damaged or cut: what could be read was",
          "ブック（xls）が壊れているか途中で切れています。読めるところまで読みました"});
  }
  warn_cut(reading(), info().name, book.cut_values());
  if (book.book().lost_texts > 0) {
    const auto count = std::to_string(book.book().lost_texts);
    warn({count + " cells refer to texts that are not in the file",
          count + " 個のセルの文字列がファイルにありません"});
  }
  return ok();
}

Result<void> OldOfficeDocument::part(std::string_view name, const char* type, ByteView bytes) {
  auto reader = reading().open_part(info().name, info().depth, name, type);
  if (!reader) return ok();
  if (!reader->refused()) {
    TRYV(reader->feed(bytes));
  }
  return reader->finish();
}

Result<void> OldOfficeDocument::message(const OleFile& file, const std::string& folder,
                                        unsigned depth) {
  NamedRecord record(reading());
  const auto person = [&](const std::string& name, const std::string& mail,
                          const std::string& smtp) -> Result<void> {
    const std::string& address = smtp.find('@') != std::string::npos ? smtp : mail;
    if (address.find('@') != std::string::npos) {
      TRYV(record.add(FieldId::kEmail, address));
    }
    if (name.find('@') == std::string::npos) {
      TRYV(record.add(FieldId::kName, name));
    }
    return record.flush();
  };
  const auto text = [&](const char* id) { return text_property(reading(), file, folder, id); };
  TRYV(person(text("0C1A"), text("0C1F"), text("5D01")));
  TRYV(record.add_text(text("0037")));
  TRYV(record.flush());
  std::size_t recipients = 0;
  for (const auto& entry : file.entries()) {
    if (entry.stream || !entry.path.starts_with(folder + "__recip_version1.0_")) continue;
    if (entry.path.find('/', folder.size()) != std::string::npos) continue;
    if (++recipients > kMostRecipients) break;
    const std::string inside = entry.path + "/";
    TRYV(person(text_property(reading(), file, inside, "3001"),
                text_property(reading(), file, inside, "3003"),
                text_property(reading(), file, inside, "39FE")));
  }
  const std::string body = text("1000");
  const auto* html = file.find(folder + "__substg1.0_10130102");
  if (!trimmed(body).empty()) {
    TRYV(part("body", "text/plain; charset=utf-8", as_bytes(body)));
  }
  if (html != nullptr) {
    TRYV(part("body", "text/html", file.read(*html, kMostFile)));
  }
  if (trimmed(body).empty() && html == nullptr && file.find(folder + "__substg1.0_10090102")) {
    warn({"a message with rich text only: its text was not read",
          "リッチテキストだけのメール: 本文は読めません"});
  }
  for (const auto& entry : file.entries()) {
    if (entry.stream || !entry.path.starts_with(folder + "__attach_version1.0_")) continue;
    if (entry.path.find('/', folder.size()) != std::string::npos) continue;
    const std::string inside = entry.path + "/";
    if (const auto* data = file.find(inside + "__substg1.0_37010102")) {
      std::string name = text_property(reading(), file, inside, "3707");
      if (name.empty()) name = text_property(reading(), file, inside, "3704");
      const Bytes bytes = file.read(*data, kMostFile);
      if (!reading().take_unpacked(bytes.size())) break;
      TRYV(part(name.empty() ? "attachment" : name, "", bytes));
    } else if (file.find(inside + "__substg1.0_3701000D") != nullptr) {
      if (depth >= kMostDepth) {
        warn({"messages are nested too deeply: not read further",
              "メールの入れ子が深すぎるため、それより奥は読んでいません"});
        continue;
      }
      TRYV(message(file, inside + "__substg1.0_3701000D/", depth + 1));
    }
  }
  reading().warn_over(info().name);  // where a limit ended it
  return ok();
}

Result<void> OldOfficeDocument::locked(const OleFile& file, const OleFile::Entry& package,
                                       ByteView whole) {
  const auto* stream = file.find("EncryptionInfo");
  const auto info =
      stream == nullptr ? std::nullopt : office_key_info(file.read(*stream, 1U << 20));
  auto passwords = passwords_for(reading(), this->info().name, tried_, kMostPasswords);
  if (tried_.empty()) passwords.insert(passwords.begin(), kReadOnly);
  bool may_open = info.has_value();
  for (const auto& password : passwords) {
    may_open = may_open && reading().take_key_rounds(info->rounds);
    if (!may_open) break;
    tried_.insert(password);
    const auto cipher = crypto::OfficeCipher::open(*info, password);
    if (!cipher) continue;
    if (reading().keys() != nullptr) reading().keys()->opened(password);
    Bytes bytes = file.read(package, kMostFile);
    if (bytes.size() < 8) break;
    std::uint64_t size = 0;
    for (std::size_t i = 8; i-- > 0;) size = (size << 8) | bytes[i];
    const auto content = std::span(bytes).subspan(8);
    cipher->decrypt(content);
    return part("unlocked", "", content.first(std::min<std::uint64_t>(size, content.size())));
  }
  const Words unknown = {"Office document protected by a password that is not known: not read",
                         "パスワードがわからない Office 文書のため、読めません"};
  if (!may_open) {
    warn(unknown);
    return ok();
  }
  wait_for_password(reading(),
                    {this->info(), std::move(tried_), unknown,
                     [](Reading& again, DocumentInfo about, TriedPasswords tried) {
                       return std::make_unique<OldOfficeDocument>(again, std::move(about),
                                                                  std::move(tried));
                     }},
                    whole);
  return ok();
}

Result<void> OldOfficeDocument::read(std::span<std::uint8_t> whole) {
  const auto file = OleFile::open(whole);
  if (!file) {
    warn({"old Office document (xls, doc, msg): damaged, nothing could be read",
          "旧形式の Office 文書（xls、doc、msg）: 壊れているため読めません"});
    return ok();
  }
  if (const auto* package = file->find("EncryptedPackage")) return locked(*file, *package, whole);
  for (const auto* name : {"Workbook", "Book", "WORKBOOK", "BOOK"}) {
    if (const auto* entry = file->find(name)) return workbook(*file, *entry);
  }
  if (file->find("__properties_version1.0") != nullptr) return message(*file, "", 0);
  if (file->find("WordDocument") != nullptr) {
    warn({"old Word document (doc): cannot be read; save it as docx",
          "旧形式の Word 文書（doc）は読めません。docx で保存し直してください"});
  } else if (file->find("PowerPoint Document") != nullptr) {
    warn({"old presentation (ppt): cannot be read; save it as pptx",
          "旧形式のプレゼンテーション（ppt）は読めません。pptx で保存し直してください"});
  } else {
    warn({"compound file of an unknown kind: cannot be read",
          "種類のわからない複合ファイルのため、読めません"});
  }
  return ok();
}

}  // namespace hitokoe::matcher
