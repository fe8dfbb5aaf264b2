// normalize, decode, extract: the rules for text, by hand.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <vector>

#include "apps/hitokoe/environment.h"
#include "apps/hitokoe/text_input.h"
#include "hitokoe/base/file.h"
#include "hitokoe/identity/canonical.h"
#include "hitokoe/identity/extract.h"
#include "hitokoe/identity/number_patterns.h"
#include "hitokoe/matcher/table_places.h"
#include "hitokoe/registry/model.h"
#include "hitokoe/text/escapes.h"

namespace hitokoe::app {
namespace {

constexpr std::size_t kLongestLine = 64U << 10;  // longer lines are no value of any field
constexpr std::size_t kBlock = 1U << 20;         // extract reads in blocks that end at a line
constexpr std::size_t kLongestBlock = 4U << 20;

Result<void> write_out(std::string_view text) {
  std::cout.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!std::cout) return fail(Errc::kIo, "cannot write to stdout", "標準出力に書けません");
  return ok();
}

// --- normalize ---

struct NormalizeOptions {
  std::string field;
  std::string side = "leak";
};

void normalize_line(identity::FieldId field, identity::Side side, std::string_view line,
                    std::vector<std::string>& forms, std::string& out) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  forms.clear();
  if (line.size() <= kLongestLine) identity::normalize(field, line, side, forms);
  for (std::size_t i = 0; i < forms.size(); ++i) {
    if (i > 0) out += '\t';
    out += forms[i];
  }
  out += '\n';
}

Result<int> normalize_stdin(const NormalizeOptions& options) {
  TRY(const identity::FieldId field, identity::field_by_name(options.field));
  const auto side = options.side == "holder" ? identity::Side::kHolder : identity::Side::kLeak;
  TRY(TextInput input, TextInput::open("-", text::Charset::kUtf8));
  std::vector<std::string> forms;
  std::string pending, out;
  while (true) {
    TRY(const bool more, input.read(pending));
    std::size_t at = 0;
    for (std::size_t end; (end = pending.find('\n', at)) != std::string::npos; at = end + 1) {
      normalize_line(field, side, std::string_view(pending).substr(at, end - at), forms, out);
    }
    pending.erase(0, at);
    // Of a line that never ends only its being too long is kept.
    if (pending.size() > 2 * kLongestLine) pending.resize(kLongestLine + 1);
    if (!more && !pending.empty()) normalize_line(field, side, pending, forms, out);
    TRYV(write_out(out));
    std::cout.flush();
    out.clear();
    if (!more) return 0;
  }
}

// --- decode ---

struct DecodeOptions {
  std::vector<std::string> files;
  std::string encoding;
  bool detect = false;
  bool escapes = false;
};

Result<std::optional<text::Charset>> wanted_charset(const std::string& encoding) {
  if (encoding.empty()) return std::optional<text::Charset>{};
  TRY(const text::Charset charset, text::charset_by_name(encoding));
  return std::optional<text::Charset>{charset};
}

// That of most of the file, which may change it on the way.
Result<text::Charset> charset_of(const std::string& file) {
  TRY(TextInput input, TextInput::open(file, std::nullopt));
  if (input.charset() == text::Charset::kBinary) return text::Charset::kBinary;
  std::string piece;
  while (true) {
    piece.clear();
    TRY(const bool more, input.read(piece));
    if (!more) return input.dominant();
  }
}

Result<int> detect_files(const DecodeOptions& options, Language language) {
  int code = 0;
  for (const std::string& file : options.files) {
    const auto charset = charset_of(file);
    if (!charset) {
      std::cerr << "hitokoe: " << charset.error().text(language) << '\n';
      code = exit_code(charset.error().code);
      continue;
    }
    TRYV(write_out(file + '\t' + std::string(iana_name(charset.value())) + '\n'));
  }
  return code;
}

Result<int> decode_file(const DecodeOptions& options, Language language) {
  TRY(const auto charset, wanted_charset(options.encoding));
  TRY(TextInput input, TextInput::open(options.files[0], charset));
  if (input.charset() == text::Charset::kBinary) {
    return fail(Errc::kBadInput, "this looks binary; --encoding reads it all the same",
                "文字データではないようです。--encoding で文字コードを指定すれば読みます");
  }
  text::Escapes escapes(write_out);
  std::string piece;
  while (true) {
    piece.clear();
    TRY(const bool more, input.read(piece));
    TRYV(options.escapes ? escapes.feed(piece) : write_out(piece));
    if (!more) break;
  }
  TRYV(escapes.finish());
  if (input.undecodable() == 0) return 0;
  std::cerr << "hitokoe: " << input.undecodable()
            << say(language, " バイトを読めず、U+FFFD に置き換えました",
                   " bytes could not be read and became U+FFFD")
            << '\n';
  return 1;
}

// --- extract ---

struct ExtractOptions {
  std::string file;
  std::string encoding;
  std::string registry;  // whose parties say how they write their numbers; empty: none
};

Result<identity::NumberPatterns> patterns_of(const std::string& registry_file) {
  std::vector<identity::NumberPattern> all;
  if (!registry_file.empty()) {
    TRY(const auto text, read_file(registry_file));
    TRY(const auto registry,
        registry::parse_registry(as_text(text),
                                 std::filesystem::path(registry_file).filename().string()));
    for (const auto& party : registry.parties()) {
      all.insert(all.end(), party.numbers.begin(), party.numbers.end());
    }
  }
  return identity::NumberPatterns::compile(all);
}

struct Place {
  const matcher::TablePlaces* tables = nullptr;
  std::uint64_t offset = 0;  // bytes of decoded text before the block
  std::uint64_t line = 1;    // of the block's first byte
};

void print_tokens(std::string_view block, const Place& place,
                  const std::vector<identity::Token>& tokens, bool json, std::string& out) {
  std::uint64_t line = place.line;
  std::size_t counted = 0;
  for (const identity::Token& token : tokens) {
    const auto begin = static_cast<std::size_t>(token.begin);
    line += static_cast<std::uint64_t>(std::count(block.begin() + static_cast<long>(counted),
                                                  block.begin() + static_cast<long>(begin), '\n'));
    counted = begin;
    const auto& field = identity::field_info(token.field);
    if (json) {
      boost::json::object object;
      object["field"] = std::string(field.name);
      object["value"] = token.value;
      const auto size = static_cast<std::size_t>(token.end) - begin;
      object["raw"] = field.strength == identity::Strength::kNever
                          ? token.value
                          : std::string(block.substr(begin, size));
      object["begin"] = place.offset + token.begin;
      object["end"] = place.offset + token.end;
      if (const auto cell = place.tables->at(place.offset + token.begin)) {
        object["row"] = cell->row;
        object["column"] = cell->column;
      } else {
        object["row"] = line;
        object["column"] = nullptr;
      }
      out += boost::json::serialize(object);
      out += '\n';
    } else {
      out += std::to_string(line);
      out += '\t';
      out += field.name;
      out += '\t';
      out += token.value;
      out += '\n';
    }
  }
}

// Where what stands at [begin, end) of the undone line stood before: exactly where one escape was
// undone, else from the first to the last of them.
void place_in(std::string_view before, std::string_view undone, identity::Token& token) {
  const std::size_t shorter = std::min(before.size(), undone.size());
  std::size_t prefix = 0, suffix = 0;
  while (prefix < shorter && before[prefix] == undone[prefix]) ++prefix;
  while (suffix < shorter - prefix &&
         before[before.size() - 1 - suffix] == undone[undone.size() - 1 - suffix]) {
    ++suffix;
  }
  const auto begin = static_cast<std::size_t>(token.begin);
  const std::size_t after = undone.size() - static_cast<std::size_t>(token.end);
  const auto boundary = [&](std::size_t at) {
    return at == before.size() || (before[at] & 0xc0) != 0x80;
  };
  std::size_t from = std::min(begin, prefix), to = before.size() - std::min(after, suffix);
  while (!boundary(from)) --from;
  while (!boundary(to)) ++to;
  token.begin = from;
  token.end = to;
}

// Adds what only shows once the escapes of a line are undone, in the order of the text.
void extract_escaped(std::string_view block, const identity::NumberPatterns& patterns,
                     std::vector<identity::Token>& tokens) {
  const std::size_t plain = tokens.size();
  std::string undone;
  std::vector<identity::Token> found;
  for (std::size_t at = 0, end; at < block.size(); at = end + 1) {
    end = std::min(block.find('\n', at), block.size());
    const std::string_view line = block.substr(at, end - at);
    if (!text::undo_escapes(line, undone)) continue;
    found.clear();
    identity::extract(undone, patterns, found);
    for (identity::Token& token : found) {
      const auto same = [&](const identity::Token& other) {
        return other.field == token.field && other.value == token.value && other.begin >= at &&
               other.begin < end;
      };
      if (std::any_of(tokens.begin(), tokens.end(), same)) continue;
      place_in(line, undone, token);
      token.begin += at;
      token.end += at;
      tokens.push_back(std::move(token));
    }
  }
  if (tokens.size() == plain) return;
  std::stable_sort(tokens.begin(), tokens.end(),
                   [](const auto& a, const auto& b) { return a.begin < b.begin; });
}

Result<int> extract_file(const ExtractOptions& options, bool json) {
  TRY(const auto charset, wanted_charset(options.encoding));
  TRY(const auto patterns, patterns_of(options.registry));
  TRY(TextInput input, TextInput::open(options.file, charset));
  std::string text, out;
  matcher::TablePlaces tables;
  Place place{&tables};
  std::vector<identity::Token> tokens;
  const auto flush = [&](std::size_t size) -> Result<void> {
    const std::string_view block = std::string_view(text).substr(0, size);
    tokens.clear();
    out.clear();
    identity::extract(block, patterns, tokens);
    extract_escaped(block, patterns, tokens);
    print_tokens(block, place, tokens, json, out);
    place.offset += size;
    tables.let_go(place.offset);
    place.line += static_cast<std::uint64_t>(std::count(block.begin(), block.end(), '\n'));
    text.erase(0, size);
    TRYV(write_out(out));
    std::cout.flush();
    return ok();
  };
  while (true) {
    const std::size_t before = text.size();
    TRY(const bool more, input.read(text));
    if (json) {
      TRYV(tables.feed(std::string_view(text).substr(before)));
    }
    if (!more) break;
    if (text.size() < kBlock) continue;
    // As far as it is known what the tables are.
    const std::uint64_t told = std::max(tables.known(), place.offset) - place.offset;
    const std::size_t known = json ? static_cast<std::size_t>(told) : text.size();
    const std::size_t line = known == 0 ? std::string::npos : text.rfind('\n', known - 1);
    if (line != std::string::npos) {
      TRYV(flush(line + 1));
    } else if (text.size() >= kLongestBlock) {
      TRYV(flush(text.size()));
    }
  }
  if (json) {
    TRYV(tables.finish());
  }
  TRYV(flush(text.size()));
  return 0;
}

}  // namespace

void add_text_commands(CLI::App& app, Environment& env) {
  auto* normalize = app.add_subcommand(
      "normalize", std::string(say(env.language, "標準入力の値を1行ずつ正規形にする",
                                   "Canonical forms of the values on stdin, one a line")));
  auto normalize_options = std::make_shared<NormalizeOptions>();
  normalize
      ->add_option("--field", normalize_options->field,
                   env.text("項目（phone、email、name など）", "Field: phone, email, name, …"))
      ->required();
  normalize
      ->add_option("--side", normalize_options->side,
                   std::string(say(env.language, "leak は推測も含む、holder は1つの鍵と異形",
                                   "leak: all that it may mean; holder: one key and its variants")))
      ->check(CLI::IsMember({"leak", "holder"}))
      ->capture_default_str();
  normalize->callback([&env, normalize_options] {
    env.action = [normalize_options] { return normalize_stdin(*normalize_options); };
  });

  auto* decode = app.add_subcommand(
      "decode", std::string(say(env.language, "文字コードを判定し UTF-8 で書き出す",
                                "Text as UTF-8; --detect names the character set")));
  auto decode_options = std::make_shared<DecodeOptions>();
  decode->add_flag("--detect", decode_options->detect,
                   std::string(say(env.language, "FILE<TAB>文字コード を書く",
                                   "writes FILE<TAB>character set")));
  decode->add_flag("--escapes", decode_options->escapes,
                   env.text("エスケープ（&#…;、%E5、\\u5c71、base64 など）も戻す",
                            "Undoes escapes too: &#…;, %E5, \\u5c71, base64, …"));
  decode->add_option(
      "--encoding", decode_options->encoding,
      env.text("文字コード（UTF-8、Shift_JIS、EUC-JP など）。省くと判定する",
               "Character set: UTF-8, Shift_JIS, EUC-JP, …; detected where not given"));
  decode
      ->add_option("FILE", decode_options->files,
                   env.text("読むファイル。- は標準入力", "File to read; - is stdin"))
      ->required();
  decode->callback([&env, decode_options] {
    env.action = [&env, decode_options]() -> Result<int> {
      if (decode_options->detect) return detect_files(*decode_options, env.language);
      if (decode_options->files.size() > 1) {
        return fail(Errc::kUsage, "decode takes one file", "decode に渡せるファイルは1つです");
      }
      return decode_file(*decode_options, env.language);
    };
  });

  auto* extract = app.add_subcommand(
      "extract", std::string(say(env.language, "文章から識別子を取り出す（--json で NDJSON）",
                                 "Identifiers of a text; --json gives one object a line")));
  auto extract_options = std::make_shared<ExtractOptions>();
  extract->add_option(
      "--encoding", extract_options->encoding,
      env.text("文字コード（UTF-8、Shift_JIS、EUC-JP など）。省くと判定する",
               "Character set: UTF-8, Shift_JIS, EUC-JP, …; detected where not given"));
  extract->add_option(
      "--registry", extract_options->registry,
      env.text("委託台帳。事業者の番号の書き方（numbers）で、見出しのない番号も探す",
               "Registry file: its parties' numbers are found without a label too"));
  extract
      ->add_option("FILE", extract_options->file,
                   env.text("読むファイル。- は標準入力", "File to read; - is stdin"))
      ->required();
  extract->callback([&env, extract_options] {
    env.action = [&env, extract_options] { return extract_file(*extract_options, env.json); };
  });
}

}  // namespace hitokoe::app
