#include "matcher/decode/formats/sqlite_document.h"

#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "hitokoe/text/charset.h"
#include "hitokoe/text/csv.h"
#include "matcher/decode/formats/sqlite_file.h"
#include "matcher/decode/text_document.h"
#include "matcher/rows/cell_table.h"
#include "matcher/rows/row_reader.h"
#include "matcher/rows/split.h"

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kMostTables = 10'000;
constexpr int kMostValue = 64 << 20;
constexpr std::size_t kLongText = 200;  // a value beyond this is prose
constexpr std::size_t kMostCellText = 64U << 10;
constexpr std::size_t kHeader = 100;

using Statement = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

int only_reading(void*, int what, const char*, const char*, const char*, const char*) {
  return what == SQLITE_SELECT || what == SQLITE_READ ? SQLITE_OK : SQLITE_DENY;
}

Statement prepare(sqlite3* database, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, sql.c_str(), static_cast<int>(sql.size()), &statement,
                         nullptr) != SQLITE_OK) {
    sqlite3_finalize(statement);
    statement = nullptr;
  }
  return {statement, &sqlite3_finalize};
}

std::string quoted(const std::string& name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

// Those that are stored. Columns that are computed from others would run what the file says.
std::vector<std::string> columns_of(sqlite3* database, const std::string& table) {
  std::vector<std::string> out;
  const Statement columns =
      prepare(database, "SELECT name FROM pragma_table_xinfo(?1) WHERE hidden = 0");
  if (columns == nullptr) return out;
  sqlite3_bind_text(columns.get(), 1, table.c_str(), static_cast<int>(table.size()),
                    SQLITE_TRANSIENT);
  while (out.size() < kMostCells && sqlite3_step(columns.get()) == SQLITE_ROW) {
    const auto* name = reinterpret_cast<const char*>(sqlite3_column_text(columns.get(), 0));
    if (name != nullptr) out.emplace_back(name);
  }
  return out;
}

// Text is UTF-8, or what a program that did not know better has put there.
std::string as_utf8(std::string_view bytes) {
  if (text::is_utf8(bytes)) return std::string(bytes);
  const auto charset = text::detect(as_bytes(bytes));
  if (charset == text::Charset::kBinary) return {};
  return text::decode(as_bytes(bytes), charset).utf8;
}

}  // namespace

bool is_sqlite(ByteView head) {
  return head.size() >= kHeader &&
         as_text(head).starts_with(std::string_view("SQLite format 3\0", 16));
}

SqliteDocument::SqliteDocument(Reading& reading, DocumentInfo info)
    : SpooledDocument(reading, std::move(info)) {}

Result<void> SqliteDocument::table(sqlite3* database, const Table& from, Counts& counts) {
  std::string sql;
  for (const auto& column : from.columns) sql += (sql.empty() ? "SELECT " : ",") + quoted(column);
  const Statement rows = prepare(database, sql + " FROM " + quoted(from.name));
  if (from.columns.empty() || rows == nullptr) {
    ++counts.damaged;
    return ok();
  }
  const int columns = sqlite3_column_count(rows.get());
  std::vector<std::string> texts = from.columns;
  texts.resize(static_cast<std::size_t>(columns));
  std::vector<std::string_view> cells(texts.begin(), texts.end());
  CellTable table(reading().sink());
  RowReader prose(reading().sink());
  TRYV(table.names(cells));
  int step = SQLITE_ROW;
  while ((step = sqlite3_step(rows.get())) == SQLITE_ROW) {
    std::size_t bytes = 0;
    for (int i = 0; i < columns; ++i) {
      auto& cell = texts[static_cast<std::size_t>(i)];
      cell.clear();
      const int type = sqlite3_column_type(rows.get(), i);
      if (type == SQLITE_NULL) continue;
      const bool blob = type == SQLITE_BLOB;
      const auto* data = blob ? sqlite3_column_blob(rows.get(), i)
                              : static_cast<const void*>(sqlite3_column_text(rows.get(), i));
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(rows.get(), i));
      bytes += size;
      if (data == nullptr || size == 0) continue;
      const std::string_view value(static_cast<const char*>(data), size);
      if (blob && (size > kMostCellText || !text::is_utf8(value) ||
                   value.find('\0') != std::string_view::npos)) {
        ++counts.binary;
        continue;
      }
      cell = as_utf8(value);
      if (cell.size() > kLongText) {
        reading().see(cell + "\n");
        TRYV(prose.feed(cell));
        TRYV(prose.feed("\n\n"));
        cell.clear();
      }
    }
    // A page that is its own child would give rows without end.
    if (!reading().take_unpacked(bytes + 16)) {
      counts.over = true;
      break;
    }
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = trimmed(texts[i]);
    reading().see_row(cells);
    TRYV(table.row(cells));
  }
  if (step != SQLITE_DONE && !counts.over) ++counts.damaged;
  TRYV(table.finish());
  TRYV(prose.finish());
  warn_cut(reading(), info().name, prose.cut());
  return ok();
}

Result<void> SqliteDocument::read(const Spool& whole) {
  Counts counts;
  const SqliteFile file(whole);
  sqlite3* opened = file.database();
  if (opened == nullptr) {
    ++counts.damaged;
    tell(counts);
    return ok();
  }
  for (const int off : {SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_VIEW,
                        SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, SQLITE_DBCONFIG_TRUSTED_SCHEMA,
                        SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER}) {
    sqlite3_db_config(opened, off, 0, nullptr);
  }
  // One damaged line of the schema must not cost all others; there is nothing that could be
  // written.
  sqlite3_db_config(opened, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, nullptr);
  sqlite3_limit(opened, SQLITE_LIMIT_LENGTH, kMostValue);
  sqlite3_limit(opened, SQLITE_LIMIT_SQL_LENGTH, 1 << 20);
  sqlite3_limit(opened, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(opened, SQLITE_LIMIT_EXPR_DEPTH, 100);
  sqlite3_limit(opened, SQLITE_LIMIT_WORKER_THREADS, 0);
  sqlite3_exec(opened,
               "PRAGMA cell_size_check=ON; PRAGMA cache_size=-2000; PRAGMA temp_store=MEMORY",
               nullptr, nullptr, nullptr);

  std::vector<Table> tables;
  {
    const Statement schema =
        prepare(opened, "SELECT name FROM sqlite_schema WHERE type='table' AND rootpage > 0");
    int step = SQLITE_ERROR;
    while (schema != nullptr && tables.size() < kMostTables &&
           (step = sqlite3_step(schema.get())) == SQLITE_ROW) {
      const auto* name = reinterpret_cast<const char*>(sqlite3_column_text(schema.get(), 0));
      if (name != nullptr && !std::string_view(name).starts_with("sqlite_")) {
        tables.push_back({name, columns_of(opened, name)});
      }
    }
    if (step != SQLITE_DONE) ++counts.damaged;
  }
  sqlite3_set_authorizer(opened, &only_reading, nullptr);
  for (const auto& one : tables) {
    TRYV(table(opened, one, counts));
    if (counts.over) break;
  }
  tell(counts);
  return ok();
}

void SqliteDocument::tell(const Counts& counts) {
  if (counts.over) {
    reading().warn_over(info().name);
  }
  if (counts.damaged > 0) {
    const auto count = std::to_string(counts.damaged);
    warn({"SQLite database: " + count + " tables damaged or cut; what could be read was",
          "SQLite データベース: " + count +
              " 個の表が壊れているか途中で切れています。読めるところまで読みました"});
  }
  if (counts.binary > 0) {
    const auto count = std::to_string(counts.binary);
    warn({count + " binary values were not read", "バイナリの値 " + count + " 個は読んでいません"});
  }
}

}  // namespace hitokoe::matcher
