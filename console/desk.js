"use strict";
// The inquiry desk (専用窓口): for an operator on the phone. Large, by keyboard alone, Japanese first.
// Loaded after console.js: its words, its calls, its pages. What a caller says stays in the form until
// the call ends, and nowhere else.
{

const DESK_WORDS = {
  ja: {
    title: "専用窓口", incident: "事案", none: "事案がありません。",
    ask: "次のどれか一組を、すべてお尋ねください。", or: "または", check: "照会する（Enter）",
    waiting: "照会しています…", next: "次の通話（F2）", keys: "F2 次の通話　F4 メモ　F8 折り返し　Enter 照会",
    note: "メモ（封印して保存。4,096 バイトまで）", save: "メモを保存（Ctrl+Enter）", saved: "保存しました。",
    back: "折り返し", backIn: "何時間以内", promise: "約束する", open: "未了の折り返し", late: "遅れ",
    done: "完了にする", by: "期限", noTasks: "未了の折り返しはありません。", call: "照会番号",
    today: "本日", calls: "通話", verified: "本人確認", affected: "対象", median: "所要時間の中央値",
    minutes: "分", unlock: "止まった照会を再開する", why: "理由", unlocked: "再開しました。",
    outcomes: { not_verified: "確認できません", not_affected: "対象外", affected: "対象",
      locked: "停止中" },
    fields: { ref: "お客様番号", contract: "契約番号", email: "メールアドレス", phone: "電話番号",
      address: "住所", name: "氏名", kana: "フリガナ", romaji: "ローマ字氏名", postal: "郵便番号",
      birthdate: "生年月日" },
  },
  en: {
    title: "Desk", incident: "Incident", none: "There are no incidents.",
    ask: "Ask for every field of one of these.", or: "or", check: "Check (Enter)",
    waiting: "Checking…", next: "Next call (F2)", keys: "F2 next call · F4 note · F8 call back · Enter check",
    note: "Note (kept sealed, up to 4,096 bytes)", save: "Keep the note (Ctrl+Enter)", saved: "Kept.",
    back: "Call back", backIn: "within hours", promise: "Promise", open: "Calls back that are open",
    late: "late", done: "Done", by: "by", noTasks: "No call back is open.", call: "Check",
    today: "Today", calls: "calls", verified: "verified", affected: "affected",
    median: "median", minutes: "min", unlock: "Let a locked check go on", why: "Reason",
    unlocked: "Unlocked.",
    outcomes: { not_verified: "Not verified", not_affected: "Not affected", affected: "Affected",
      locked: "Locked" },
    fields: { ref: "Customer number", contract: "Contract number", email: "E-mail", phone: "Telephone",
      address: "Address", name: "Name", kana: "Name (kana)", romaji: "Name (Latin)",
      postal: "Postal code", birthdate: "Date of birth" },
  },
};
const d = (key) => DESK_WORDS[language][key];

const desk = { questions: [], tasks: [], numbers: null, incident: "", answer: null, call: "",
  begun: 0, drawn: "", busy: false };
const mayUseDesk = () => me !== null && ["desk", "coordinator"].includes(me.role);

function deskFields() {
  return [...new Set(desk.questions.flat())];
}

async function loadDesk() {
  incidents = (await call("/api/v1/incidents")).incidents;
  const open = incidents.filter((i) => i.state !== "dismissed");
  if (!open.some((i) => i.id === desk.incident)) {
    desk.incident = open.length ? open[open.length - 1].id : "";
  }
  desk.questions = (await call("/api/v1/desk/questions")).questions;
  const of = "?incident=" + encodeURIComponent(desk.incident);
  desk.tasks = (await call("/api/v1/desk/follow-ups" + of)).follow_ups.filter((f) => !f.done);
  desk.numbers = await call("/api/v1/desk/statistics" + of);
}

function newCall() {
  desk.answer = null;
  desk.call = "";
  desk.begun = 0;
  desk.drawn = "";
  complain(null);
  drawDesk();
  const first = document.querySelector("#desk-form input");
  if (first) first.focus();
}

async function checkCaller(event) {
  event.preventDefault();
  if (desk.busy) return;
  const said = {};
  for (const field of deskFields()) {
    const value = $("said-" + field).value.trim();
    if (value) said[field] = value;
  }
  desk.busy = true;
  $("desk-say").textContent = d("waiting");
  try {
    const body = JSON.stringify({ incident: desk.incident, call: desk.call, said });
    desk.answer = await call("/api/v1/desk/checks", { method: "POST", body });
    if (!desk.call) desk.call = desk.answer.check;
    complain(null);
  } catch (e) {
    desk.answer = null;
    complain(e);
  }
  desk.busy = false;
  drawAnswer();
}

async function keepNote() {
  if (!desk.call || !$("desk-note").value.trim()) return;
  const minutes = desk.begun ? Math.max(1, Math.round((Date.now() - desk.begun) / 60000)) : 0;
  try {
    const body = JSON.stringify({ text: $("desk-note").value, minutes: Math.min(600, minutes) });
    await call("/api/v1/desk/checks/" + encodeURIComponent(desk.call) + "/notes",
      { method: "POST", body });
    $("desk-note").value = "";
    desk.begun = Date.now();
    $("desk-kept").textContent = d("saved");
    complain(null);
  } catch (e) { complain(e); }
}

async function promiseCall() {
  if (!desk.call) return;
  const hours = Number($("desk-hours").value) || 24;
  try {
    const body = JSON.stringify({ call_by: new Date(Date.now() + hours * 3600000).toISOString() });
    await call("/api/v1/desk/checks/" + encodeURIComponent(desk.call) + "/follow-ups",
      { method: "POST", body });
    await loadDesk();
    drawTasks();
    complain(null);
  } catch (e) { complain(e); }
}

async function unlockCheck() {
  const reason = window.prompt(d("why"), "");
  if (!reason || !desk.answer) return;
  try {
    await call("/api/v1/desk/checks/" + encodeURIComponent(desk.answer.check) + "/unlock",
      { method: "POST", body: JSON.stringify({ reason }) });
    $("desk-say").textContent = d("unlocked");
    complain(null);
  } catch (e) { complain(e); }
}

function drawAnswer() {
  const a = desk.answer;
  $("desk-after").hidden = !desk.call;
  $("desk-say").className = "say" + (a === null ? "" : " " + a.outcome);
  if (a === null) { $("desk-say").textContent = ""; return; }
  $("desk-say").replaceChildren(
    element("strong", {}, d("outcomes")[a.outcome]),
    element("p", {}, language === "ja" ? a.say_ja : a.say),
    element("p", { class: "hint" }, d("call") + " " + a.check),
    a.outcome === "locked" && me.role === "coordinator"
      ? element("button", { type: "button", onclick: unlockCheck }, d("unlock")) : "");
}

function drawTasks() {
  const now = new Date().toISOString();
  $("desk-tasks").replaceChildren(element("h3", {}, d("open")), ...(desk.tasks.length === 0
    ? [element("p", { class: "hint" }, d("noTasks"))]
    : desk.tasks.map((f) => element("div", { class: "task" },
      element("span", {}, d("by") + " " + time(f.call_by) + " "),
      f.call_by < now ? element("span", { class: "tag bad" }, d("late")) : "",
      element("span", { class: "law" }, " " + f.check + " "),
      element("button", { type: "button", onclick: async () => {
        try {
          await call("/api/v1/desk/follow-ups/" + encodeURIComponent(f.task),
            { method: "POST", body: JSON.stringify({ done: true }) });
          await loadDesk();
          drawTasks();
        } catch (e) { complain(e); }
      } }, d("done"))))));
  const n = desk.numbers;
  const last = n && n.days.length ? n.days[n.days.length - 1] : null;
  $("desk-numbers").textContent = last === null ? "" : last.day + "　" + d("calls") + " " +
    last.calls + "　" + d("verified") + " " + last.verified + "　" + d("affected") + " " +
    last.affected + (n.median_minutes === null ? "" : "　" + d("median") + " " +
    n.median_minutes + " " + d("minutes"));
}

// The form stands while a call runs: what was typed is not lost when the page is drawn again.
function drawDesk() {
  const shape = language + desk.incident + JSON.stringify(desk.questions);
  if (desk.drawn === shape) { drawTasks(); return; }
  desk.drawn = shape;
  if (!desk.incident) {
    $("desk").replaceChildren(element("h2", {}, d("title")), element("p", {}, d("none")));
    return;
  }
  const choose = element("select", { id: "desk-incident" },
    ...incidents.filter((i) => i.state !== "dismissed").map((i) =>
      element("option", { value: i.id, selected: i.id === desk.incident ? "" : null }, i.id)));
  choose.addEventListener("change", () => { desk.incident = choose.value; newCall(); load(); });
  const form = element("form", { id: "desk-form", autocomplete: "off" },
    ...deskFields().map((field) => element("label", {},
      element("span", {}, d("fields")[field] || field),
      element("input", { id: "said-" + field, maxlength: "200", spellcheck: "false",
        autocomplete: "off" }))),
    element("button", { type: "submit" }, d("check")),
    element("button", { type: "button", class: "plain back", onclick: newCall }, d("next")));
  form.addEventListener("submit", checkCaller);
  form.addEventListener("input", () => { if (!desk.begun) desk.begun = Date.now(); });
  const note = element("textarea", { id: "desk-note", rows: "4", maxlength: "4096" });
  note.addEventListener("keydown", (e) => {
    if (e.key === "Enter" && e.ctrlKey) { e.preventDefault(); keepNote(); }
  });
  $("desk").replaceChildren(
    element("h2", {}, d("title")),
    element("label", {}, element("span", {}, d("incident")), choose),
    element("p", {}, d("ask")),
    element("p", { class: "sets" }, desk.questions.map((set) =>
      set.map((f) => d("fields")[f] || f).join(" ＋ ")).join("　" + d("or") + "　")),
    form,
    element("div", { id: "desk-say", class: "say", role: "status", "aria-live": "assertive" }),
    element("div", { id: "desk-after", hidden: "" },
      element("label", {}, element("span", {}, d("note")), note),
      element("button", { type: "button", onclick: keepNote }, d("save")),
      element("span", { id: "desk-kept", class: "hint", role: "status" }),
      element("label", {}, element("span", {}, d("back") + "（" + d("backIn") + "）"),
        element("input", { id: "desk-hours", type: "number", min: "1", max: "720", value: "24" })),
      element("button", { type: "button", onclick: promiseCall }, d("promise"))),
    element("div", { id: "desk-tasks" }),
    element("p", { id: "desk-numbers", class: "hint" }),
    element("p", { class: "hint" }, d("keys")));
  drawAnswer();
  drawTasks();
}

document.addEventListener("keydown", (e) => {
  if (page !== "desk" || me === null) return;
  const go = { F2: newCall, F4: () => $("desk-note") && $("desk-note").focus(),
    F8: () => $("desk-hours") && $("desk-hours").focus() }[e.key];
  if (!go) return;
  e.preventDefault();
  go();
});

addPage({ name: "desk", title: () => d("title"), shown: mayUseDesk, load: loadDesk, draw: drawDesk,
  forget: () => { desk.tasks = []; desk.numbers = null; newCall(); }, home: () => me.role === "desk" });

}
