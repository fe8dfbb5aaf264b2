"""Writes the same made-up people in the formats of other programs' libraries.

    write_documents.py FOLDER
"""
import datetime
import email.message
import email.policy
import mailbox
import pathlib
import sqlite3
import sys
import zipfile

import openpyxl
import openpyxl.comments
import openpyxl.styles
import xlwt

PEOPLE = [
    ("K00000016", "山田太郎", "09011112222", "taro@example.jp", datetime.date(1980, 1, 2), 1350061),
    ("K00000017", "田中　花子", "09033334444", "hanako@example.jp", datetime.date(1999, 12, 31), 600032),
    ("K00000018", "表能美子", "0312345678", "n.omote@example.jp", datetime.date(2001, 2, 28), 9800811),
]
NAMES = ["お客様番号", "氏名", "電話番号", "メール", "生年月日", "郵便番号"]


def xlsx(path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["顧客一覧 2026年"])
    sheet.append([])
    sheet.append(NAMES)
    for ref, name, phone, mail, born, postal in PEOPLE[:2]:
        sheet.append([ref, name, int(phone), mail, born, postal])
    for row in (4, 5):
        sheet.cell(row, 3).number_format = "00000000000"
        sheet.cell(row, 5).number_format = '[$-411]ggge"年"m"月"d"日"'
        sheet.cell(row, 6).number_format = "000-0000"
    hidden = book.create_sheet("裏")
    hidden.sheet_state = "veryHidden"
    hidden.append(NAMES)
    ref, name, phone, mail, born, postal = PEOPLE[2]
    hidden.append([ref, name, phone, mail, born, f"{postal:07}"])
    hidden["A1"].comment = openpyxl.comments.Comment("連絡先 080-9999-0000", "made up")
    book.save(path)


def xls(path):
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("一覧")
    date = xlwt.easyxf(num_format_str="yyyy/mm/dd")
    for column, name in enumerate(NAMES):
        sheet.write(0, column, name)
    for row, (ref, name, phone, mail, born, postal) in enumerate(PEOPLE, 1):
        for column, value in enumerate([ref, name, int(phone), mail]):
            sheet.write(row, column, value)
        sheet.write(row, 4, born, date)
        sheet.write(row, 5, f"{postal:07}")
    book.save(path)


def message(people):
    made = email.message.EmailMessage(policy=email.policy.SMTP)
    made["Subject"] = "名簿を送ります"
    made["From"] = "佐藤誠 <makoto@example.jp>"
    made["Date"] = "Thu, 01 Jan 2026 00:00:00 +0900"
    made.set_content("添付をご覧ください。\n", charset="iso-2022-jp")
    rows = "".join(f"{ref},{name},{phone},{mail}\r\n" for ref, name, phone, mail, _, _ in people)
    made.add_attachment((",".join(NAMES[:4]) + "\r\n" + rows).encode("cp932"), maintype="application",
                        subtype="octet-stream", filename="名簿.csv")
    return made


def mbox(path):
    box = mailbox.mbox(path)
    for person in PEOPLE:
        box.add(message([person]))
    box.flush()


def sqlite(path):
    base = sqlite3.connect(path)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("CREATE TABLE customers(customer_id TEXT PRIMARY KEY, full_name, tel, mail, birthday, zip)")
    for ref, name, phone, mail, born, postal in PEOPLE:
        base.execute("INSERT INTO customers VALUES(?,?,?,?,?,?)",
                     (ref, name, phone, mail, born.isoformat(), f"{postal:07}"))
    base.commit()
    base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.close()


def xlsx_zipped(path, inner):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.write(inner, "名簿.xlsx")


def main():
    folder = pathlib.Path(sys.argv[1])
    xlsx(folder / "a.xlsx")
    xls(folder / "a.xls")
    (folder / "a.eml").write_bytes(bytes(message(PEOPLE)))
    mbox(folder / "a.mbox")
    sqlite(folder / "a.sqlite")
    xlsx_zipped(folder / "a.zip", folder / "a.xlsx")


main()
