#include "storage/sql/postgres_dialect.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <stdexcept>

namespace hitokoe::storage::sql {
namespace {

bool starts_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

struct Token {
  enum class Kind { kWord, kLiteral, kBytes, kPlaceholder, kOther };
  Kind kind;
  std::string_view text;  // of a placeholder its name, of bytes the digits
};

// The end of a quoted text that begins at `at`; a doubled quote is part of it.
std::size_t end_of_quoted(std::string_view sql, std::size_t at) {
  const char quote = sql[at++];
  for (; at < sql.size(); ++at) {
    if (sql[at] != quote) continue;
    if (at + 1 < sql.size() && sql[at + 1] == quote) {
      ++at;
    } else {
      return at + 1;
    }
  }
  return sql.size();
}

std::size_t end_of_name(std::string_view sql, std::size_t at) {
  while (at < sql.size() && in_name(sql[at])) ++at;
  return at;
}

Token token_at(std::string_view sql, std::size_t at, std::size_t& next) {
  const char c = sql[at];
  const char after = at + 1 < sql.size() ? sql[at + 1] : '\0';
  if (c == '\'' || c == '"') {
    next = end_of_quoted(sql, at);
    return {Token::Kind::kLiteral, sql.substr(at, next - at)};
  }
  if ((c == 'x' || c == 'X') && after == '\'') {
    next = end_of_quoted(sql, at + 1);
    return {Token::Kind::kBytes, sql.substr(at + 2, next - at - 3)};
  }
  if (c == ':' && starts_name(after)) {
    next = end_of_name(sql, at + 1);
    return {Token::Kind::kPlaceholder, sql.substr(at + 1, next - at - 1)};
  }
  if (starts_name(c)) {
    next = end_of_name(sql, at);
    return {Token::Kind::kWord, sql.substr(at, next - at)};
  }
  next = at + 1;
  return {Token::Kind::kOther, sql.substr(at, 1)};
}

std::vector<Token> tokens_of(std::string_view sql) {
  std::vector<Token> all;
  for (std::size_t at = 0; at < sql.size();) {
    std::size_t next = at;
    all.push_back(token_at(sql, at, next));
    at = next;
  }
  return all;
}

// What is a name for SQLite and a reserved word for PostgreSQL, or a function of another name.
std::string word_of(std::string_view word) {
  if (word == "user") return "\"user\"";
  if (same_word(word, "instr")) return "strpos";
  if (same_word(word, "CROSS")) return {};  // SQLite's way to say in which order to join
  return std::string(word);
}

std::string text_of(const Token& token) {
  switch (token.kind) {
    case Token::Kind::kWord:
      return word_of(token.text);
    case Token::Kind::kBytes:
      return "CAST('\\x" + std::string(token.text) + "' AS BYTEA)";
    case Token::Kind::kPlaceholder:
      return ":" + std::string(token.text);
    case Token::Kind::kLiteral:
    case Token::Kind::kOther:
      break;
  }
  return std::string(token.text);
}

std::string placeholder(std::size_t number, const Value& like) {
  std::string name = "$" + std::to_string(number);
  if (like.get<std::int64_t>() != nullptr) return "CAST(" + name + " AS BIGINT)";
  if (like.get<double>() != nullptr) return "CAST(" + name + " AS DOUBLE PRECISION)";
  if (like.get<std::string>() != nullptr) return "CAST(" + name + " AS TEXT)";
  if (like.get<Bytes>() != nullptr) return "CAST(" + name + " AS BYTEA)";
  return name;
}

// The words of a statement's beginning, spaces and all else left out.
std::vector<std::string_view> first_words(std::string_view sql, std::size_t most) {
  std::vector<std::string_view> words;
  words.reserve(most);
  for (const auto& token : tokens_of(sql)) {
    if (words.size() == most) break;
    if (token.kind == Token::Kind::kWord) words.push_back(token.text);
  }
  return words;
}

bool begins(std::span<const std::string_view> words, std::string_view first,
            std::string_view second) {
  return words.size() >= 2 && same_word(words[0], first) && same_word(words[1], second);
}

// CREATE TRIGGER name BEFORE what ON table BEGIN SELECT RAISE(ABORT, 'why'); END
std::vector<std::string> trigger_of(std::string_view sql) {
  std::vector<std::string_view> words;
  std::string why = "''";
  for (const auto& token : tokens_of(sql)) {
    if (token.kind == Token::Kind::kWord) words.push_back(token.text);
    if (token.kind == Token::Kind::kLiteral) why = std::string(token.text);
  }
  constexpr std::size_t kTable = 6;
  if (words.size() <= kTable + 3 || !same_word(words[3], "BEFORE") || !same_word(words[5], "ON") ||
      !same_word(words[kTable + 1], "BEGIN") || !same_word(words[kTable + 2], "SELECT") ||
      !same_word(words[kTable + 3], "RAISE")) {
    throw std::invalid_argument("a trigger that is no refusal");
  }
  const std::string name(words[2]);
  return {"CREATE FUNCTION " + name + "() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN RAISE " +
              "EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = " + why +
              "; END $body$",
          "CREATE TRIGGER " + name + " BEFORE " + std::string(words[4]) + " ON " +
              word_of(words[kTable]) + " FOR EACH ROW EXECUTE FUNCTION " + name + "()"};
}

struct TypeWord {
  std::string_view from;
  std::string_view to;
};
constexpr TypeWord kTypes[] = {
    {"INTEGER", "BIGINT"}, {"BLOB", "BYTEA"}, {"REAL", "DOUBLE PRECISION"}, {"AUTOINCREMENT", ""}};

std::string type_of(std::string_view word) {
  for (const auto& type : kTypes) {
    if (same_word(word, type.from)) return std::string(type.to);
  }
  return word_of(word);
}

// Whether the words from `at` on are these, whatever spaces are between them.
std::size_t end_of_words(std::span<const Token> tokens, std::size_t at,
                         std::span<const std::string_view> words) {
  for (const auto word : words) {
    while (at < tokens.size() && tokens[at].kind == Token::Kind::kOther &&
           std::isspace(static_cast<unsigned char>(tokens[at].text[0])) != 0) {
      ++at;
    }
    if (at >= tokens.size() || !same_word(tokens[at].text, word)) return 0;
    ++at;
  }
  return at;
}

// CREATE TABLE and ALTER TABLE: types, keys that the database gives, and no options at the end.
std::string table_of(std::string_view sql) {
  static constexpr std::string_view kKey[] = {"INTEGER", "PRIMARY", "KEY"};
  static constexpr std::string_view kStrict[] = {"STRICT", ",", "WITHOUT", "ROWID"};
  static constexpr std::string_view kRowid[] = {"WITHOUT", "ROWID"};
  const auto tokens = tokens_of(sql);
  std::string out;
  for (std::size_t i = 0; i < tokens.size();) {
    if (const auto key = end_of_words(tokens, i, kKey);
        key != 0 && tokens[i].kind == Token::Kind::kWord) {
      out += "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY";
      i = key;
    } else if (const auto strict = end_of_words(tokens, i, kStrict); strict != 0) {
      i = strict;
    } else if (const auto rowid = end_of_words(tokens, i, kRowid); rowid != 0) {
      i = rowid;
    } else if (same_word(tokens[i].text, "STRICT")) {
      ++i;
    } else {
      out += tokens[i].kind == Token::Kind::kWord ? type_of(tokens[i].text) : text_of(tokens[i]);
      ++i;
    }
  }
  return out;
}

}  // namespace

std::string postgres_statement(std::string_view sql, std::span<const Value> like) {
  std::string out;
  out.reserve(sql.size() * 2);
  std::vector<std::string_view> names;
  names.reserve(like.size());
  for (const auto& token : tokens_of(sql)) {
    if (token.kind != Token::Kind::kPlaceholder) {
      out += text_of(token);
      continue;
    }
    auto at = std::ranges::find(names, token.text);
    if (at == names.end()) {
      if (names.size() == like.size()) throw std::invalid_argument("more placeholders than values");
      names.push_back(token.text);
      at = names.end() - 1;
    }
    const auto number = static_cast<std::size_t>(at - names.begin());
    out += placeholder(number + 1, like[number]);
  }
  if (names.size() != like.size()) throw std::invalid_argument("more values than placeholders");
  return out;
}

std::vector<std::string> postgres_schema(std::string_view sql) {
  const auto words = first_words(sql, 2);
  if (begins(words, "CREATE", "TRIGGER")) return trigger_of(sql);
  if (begins(words, "CREATE", "TABLE") || begins(words, "ALTER", "TABLE")) return {table_of(sql)};
  return {postgres_statement(sql, {})};
}

}  // namespace hitokoe::storage::sql
