"use strict";
// The console: log in; the incidents, their deadlines and their likely sources; alerts of watch
// terms; hunts.
// Shows what the API gives, which is masked and limited to the own party; keeps the token in this
// tab only.

const WORDS = {
  ja: {
    login: "ログイン", token: "APIトークン", withPassword: "パスワードでログイン",
    user: "ユーザー名", password: "パスワード",
    loginHint: "トークンは「hitokoe user token ユーザー名」で発行します。このタブを閉じると消えます。",
    logout: "ログアウト", other: "English", incidents: "事案", id: "事案番号", state: "状態",
    people: "お客さま（延べ）", source: "流出元の推定", nextDue: "次の期限", opened: "検知",
    none: "事案はありません。", back: "← 一覧へ", clocks: "期限（日本時間）", rule: "義務",
    who: "義務を負う者", due: "期限", status: "状況", holders: "流出元の候補",
    party: "事業者", certainty: "確からしさ", rows: "一致した行", exclusive: "うち固有",
    snapshots: "断面", unknown: "未登録の流出元", items: "漏えいした項目", known: "認知日時",
    verdict: "判定", history: "経過", at: "日時", event: "出来事", by: "記録者",
    promptly: "速やかに", hidden: "非公開", perCarrier: "事業者ごとのお客さまの数",
    denied: "ログインできませんでした。トークンまたはパスワードを確かめてください。",
    slow: "試行回数が多すぎます。しばらく待ってください。",
    failed: "サービスに接続できません。", below: "（特定に至らず）",
    notNameable: "（名指しの条件を満たさない）",
    footer: "表示はすべてマスク済み。法的助言ではありません。期限には根拠の条文を示しています。",
    states: { open: "発生", triaged: "一次判断済み", confirmed: "確認済み",
      contained: "封じ込め済み", notified: "通知済み", closed: "終結", dismissed: "非該当",
      merged: "統合済み" },
    verdicts: { named: "特定", indistinguishable: "区別できない", unknown: "流出元は不明",
      no_match: "一致なし" },
    statuses: { running: "進行中", overdue: "期限超過", late: "遅延", done: "完了",
      superseded: "対象外" },
    alerts: "警報", hunts: "遡及調査", more: "さらに表示", all: "すべて",
    alertsHint: "監視語が見つかったものです。語の周りの文字は伏せてあります。",
    huntsHint: "新しい監視語や指紋を、保存してある取得物で探します。",
    noAlerts: "警報はありません。", noHunts: "遡及調査はありません。", startHunt: "調査を始める",
    times: " 件", once: " 件", found: "発見", hunt: "調査", begun: "開始", since: "以降", acknowledge: "対応を始める", close: "終了", reopen: "未対応に戻す",
    noteFor: "メモ（お客さまの情報は書かないでください）", muted: "抑制", line: "行",
    progress: "進み", remaining: "残り", pause: "止める", resume: "続ける", newAlerts: "警報",
    newIncidents: "事案 発生 / 追加", unreadable: "読めない", gone: "鍵の破棄", seconds: "秒",
    minutes: "分", failuresOf: "読めなかった取得物",
    severities: { low: "低", medium: "中", high: "高", critical: "緊急" },
    alertStates: { open: "未対応", acknowledged: "対応中", closed: "終了" },
    likenesses: { same: "", below: "サブドメイン", confusable: "見間違えやすい文字",
      typo: "一文字違い", hyphen: "ハイフン違い", other_ending: "末尾違い",
      embedded: "名前を含む" },
    huntStates: { running: "実行中", paused: "一時停止", done: "完了" },
    causes: { person: "担当者", terms: "監視語の変更", index: "索引の変更" },
    itsCopy: "写しとして", ofItUnregistered: "、うち未登録の者",
    why: "根拠", whyHint: "すべての取得物を合わせた判定です。数値はデシバン（10 dB で十倍）、未登録の流出元との比です。行は取得物の中の番号だけを示します。",
    evidence: { membership: "含まれる人", columns: "列", dates: "値の時点", order: "行の順序",
      canary: "おとり", prior: "台帳（事前）", downstream: "登録のない者" }, sum: "計",
    copy: "写し", asOf: "値の時点", handedOver: "受け渡し", share: "与えた行", guessed: "指紋なし、推定",
    against: "食い違う行", leakedOn: "写しの時点（90 %）", to: "〜", rowNumber: "行 ",
    tellApart: "区別するには", unknownSource: "未登録の流出元", and: " と ",
    moreRows: "同じような行があと", noRows: "行を増やしても区別できません",
    columnsWouldTell: "次の列があれば分かれます", canariesWouldTell: "おとりのない受け渡し",
    decoys: "おとり", certainly: "この受け渡しに由来することは確実", descended: "その先の写し",
    seenIn: "同じおとりが現れた事案", older: "過去の流出", newPeople: "新しい人",
    knownPeople: "既知の人", newItems: "既知で新しい項目のある人", limits: "判定の限界",
    again: { same: "同じ集合の再流通", subset: "その一部", merge: "複数を合わせたもの",
      partly: "一部が重なる", none: "なし" },
    comma: "、",
    fields: { ref: "お客様番号", contract: "契約番号", email: "メールアドレス", phone: "電話番号",
      name: "氏名", kana: "氏名（カナ）", postal: "郵便番号", address: "住所", birthdate: "生年月日" },
    roles: { operator: "運用", coordinator: "調整役", party: "事業者", desk: "窓口", auditor: "監査" },
  },
  en: {
    login: "Log in", token: "API token", withPassword: "Log in with a password",
    user: "User name", password: "Password",
    loginHint: "Tokens are made with “hitokoe user token NAME”. It is forgotten when this tab closes.",
    logout: "Log out", other: "日本語", incidents: "Incidents", id: "Incident", state: "State",
    people: "Customers", source: "Likely source", nextDue: "Next deadline", opened: "Found",
    none: "There are no incidents.", back: "← All incidents", clocks: "Deadlines (Japan time)",
    rule: "Duty", who: "Who", due: "Due", status: "Status",
    holders: "Possible sources", party: "Company", certainty: "Certainty", rows: "Rows matched",
    exclusive: "only there", snapshots: "Snapshots", unknown: "A source that is not registered",
    items: "Leaked fields", known: "Known since", verdict: "Verdict", history: "History",
    at: "When", event: "What", by: "Recorded by", promptly: "promptly", hidden: "not shown",
    perCarrier: "Customers per carrier", denied: "Not logged in: check the token or password.",
    slow: "Too many attempts. Please wait.", failed: "The service does not answer.",
    below: "(nobody is named)", notNameable: "(may not be named)",
    footer: "Everything shown is masked. Not legal advice; every deadline names its rule.",
    states: { open: "open", triaged: "triaged", confirmed: "confirmed", contained: "contained",
      notified: "notified", closed: "closed", dismissed: "dismissed",
      merged: "merged" },
    verdicts: { named: "named", indistinguishable: "cannot be told apart", unknown: "unknown source",
      no_match: "no match" },
    statuses: { running: "running", overdue: "overdue", late: "late", done: "done",
      superseded: "does not apply" },
    alerts: "Alerts", hunts: "Hunts", more: "Show more", all: "all",
    alertsHint: "Where watch terms were found. Text around a term is masked.",
    huntsHint: "New terms and fingerprints are looked for in the captures that are kept.",
    noAlerts: "There are no alerts.", noHunts: "There were no hunts.", startHunt: "Begin a hunt",
    times: " times", once: " time", found: "Found", hunt: "Hunt", begun: "Begun", since: "on", acknowledge: "Acknowledge", close: "Close", reopen: "Reopen",
    noteFor: "Note (no customer data)", muted: "muted", line: "line",
    progress: "Progress", remaining: "Left", pause: "Stop", resume: "Resume", newAlerts: "Alerts",
    newIncidents: "Incidents opened / joined", unreadable: "Unreadable", gone: "Keys destroyed",
    seconds: "s", minutes: "min", failuresOf: "Captures that could not be read",
    severities: { low: "low", medium: "medium", high: "high", critical: "critical" },
    alertStates: { open: "open", acknowledged: "acknowledged", closed: "closed" },
    likenesses: { same: "", below: "below the domain", confusable: "letters that look alike",
      typo: "one letter differs", hyphen: "hyphens differ", other_ending: "another ending",
      embedded: "has the name within" },
    huntStates: { running: "running", paused: "stopped", done: "done" },
    causes: { person: "a person", terms: "terms changed", index: "index changed" },
    itsCopy: "its copy", ofItUnregistered: ", of it unregistered",
    why: "Why", whyHint: "The verdict over all captures together. Numbers are decibans (10 dB: ten times as likely) against a source that is not registered. Rows are named by number within their capture.",
    evidence: { membership: "membership", columns: "columns", dates: "dates", order: "order of rows",
      canary: "canaries", prior: "registry", downstream: "unregistered" }, sum: "sum",
    copy: "Copy", asOf: "values of", handedOver: "handed over", share: "share of the rows",
    guessed: "never fingerprinted: guessed", against: "Rows that contradict",
    leakedOn: "Date of the copy (90 %)", to: " to ", rowNumber: "row ",
    tellApart: "To tell apart", unknownSource: "a source that is not registered", and: " and ",
    moreRows: "More rows of this kind", noRows: "no number of rows of this kind is enough",
    columnsWouldTell: "A column that only one of them had", canariesWouldTell: "Handovers without canaries",
    decoys: "Canaries", certainly: "the leak goes back to this handover, with certainty",
    descended: "copies made from it", seenIn: "same canary in", older: "Older leaks",
    newPeople: "new people", knownPeople: "known", newItems: "known with new items",
    limits: "What limits this",
    again: { same: "the same set again", subset: "a part of one", merge: "several put together",
      partly: "some of the rows", none: "none" },
    comma: ", ",
    fields: { ref: "customer number", contract: "contract number", email: "e-mail address",
      phone: "telephone number", name: "name", kana: "name (kana)", postal: "postal code",
      address: "address", birthdate: "date of birth" },
    roles: { operator: "operator", coordinator: "coordinator", party: "party", desk: "desk",
      auditor: "auditor" },
  },
};

// What other scripts add: their words; pages beside those here; sections of an incident, and what is
// loaded with one; what stands above every page.
// A page: { name, title(), shown(), load(), draw() }, and where it needs them forget() (at logout) and
// home() (is it where this account begins?).
const PAGES = [];
function addPage(added) {
  PAGES.push(added);
  const go = element("button", { type: "button", id: "go-" + added.name, class: "plain page",
    hidden: "" });
  go.addEventListener("click", () => { page = added.name; chosen = null; load(); });
  $("lang").before(go);
  document.querySelector("main").append(element("section", { id: added.name, hidden: "" }));
}
const ABOVE = [];    // () → drawn on every page
const addWords = (ja, en) => { Object.assign(WORDS.ja, ja); Object.assign(WORDS.en, en); };
const DETAIL = [];   // incident → nodes
const ON_LOAD = [];  // async (id of the chosen incident)
const FORGET = [];   // at logout: what is another account's

const $ = (id) => document.getElementById(id);
let language = localStorage.getItem("language") ||
  ((navigator.language || "").startsWith("ja") ? "ja" : "en");
let me = null;
let incidents = [];
let chosen = null;
let why = null;  // of the chosen incident
let page = "list";  // "alerts", "hunts", or the name of an added page
let loadFailed = false;
let greeted = false;  // the account's first page was chosen
let alerts = [];
let alertState = "open";
let moreAlerts = false;
let warnings = [];  // of the list of incidents: {ja, en}
let openAlerts = 0;  // as far as they are counted
let hunts = [];
const t = (key) => WORDS[language][key];

function element(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "onclick") node.addEventListener("click", value);
    else if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

const jst = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Tokyo", dateStyle: "short",
  timeStyle: "short" });
const time = (utc) => (utc ? jst.format(new Date(utc)) + " JST" : "—");
// Never rounds up: 0.9496 is not 95.0, the naming threshold. As the sentences have it.
const percent = (p) => (p >= 0.9995 ? "99.9+" : (Math.floor(1000 * p) / 10).toFixed(1)) + " %";

async function call(path, options = {}) {
  const headers = { Accept: "application/json", "Accept-Language": language,
    ...(options.headers || {}) };
  const token = sessionStorage.getItem("token");
  if (token && !options.open) headers.Authorization = "Bearer " + token;
  let response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch (e) {
    throw new Error(t("failed"));
  }
  if (response.status === 401) { sessionStorage.removeItem("token"); throw new Error(t("denied")); }
  if (response.status === 429) throw new Error(t("slow"));
  if (!response.ok) throw new Error(await reason(response));
  return response.json();
}

// The service says why in the person's language; what is not its problem details is no answer.
async function reason(response) {
  try {
    return (await response.json()).detail || t("failed");
  } catch (e) {
    return t("failed");
  }
}

function complain(error) {
  $("message").textContent = error ? error.message : "";
  $("message").hidden = !error;
}

const running = (clock) => ["running", "overdue", "late"].includes(clock.status);
const total = (subjects) => Object.values(subjects).reduce((a, b) => a + b, 0);

function stateTag(state) {
  const kind = { closed: "good", notified: "good", dismissed: "", open: "bad" }[state];
  return element("span", { class: "tag " + (kind === undefined ? "warn" : kind) },
    t("states")[state] || state);
}

function statusTag(status) {
  const kind = { running: "warn", overdue: "bad", late: "bad", done: "good" }[status] || "";
  return element("span", { class: "tag " + kind }, t("statuses")[status] || status);
}

function nextDue(incident) {
  const open = incident.clocks.filter((c) => running(c) && c.due);
  open.sort((a, b) => (a.due < b.due ? -1 : 1));
  return open[0];
}

function source(incident) {
  if (incident.verdict === null) return t("hidden");
  const first = incident.holders[0];
  if (first && first.nameable) {
    return first.party + " · " + t("itsCopy") + " " +
      percent(first.probability + first.passed_on_probability);
  }
  return (t("verdicts")[incident.verdict] || "") + " " + t("below");
}

function drawList() {
  const rows = incidents.map((incident) => {
    const due = nextDue(incident);
    const open = () => { chosen = incident.id; draw(); window.scrollTo(0, 0); load(); };
    const row = element("tr", { class: "link", tabindex: "0", onclick: open },
      element("td", {}, incident.id), element("td", {}, stateTag(incident.state)),
      element("td", { class: "number" }, String(total(incident.subjects))),
      element("td", {}, source(incident)),
      element("td", {}, due ? time(due.due) : "—", " ",
        due && due.status !== "running" ? statusTag(due.status) : null),
      element("td", {}, time(incident.opened)));
    row.addEventListener("keydown", (e) => { if (e.key === "Enter") open(); });
    return row;
  });
  $("rows").replaceChildren(...rows);
  $("none").hidden = incidents.length > 0;
}

const number = (n) => element("td", { class: "number" }, String(n));

// A heading stands as its cells do.
function table(heads, rows) {
  const isCell = (c) => c instanceof Node && c.tagName === "TD";
  const numbers = (i) => rows.some((cells) => isCell(cells[i]) && cells[i].className === "number");
  return element("table", {},
    element("thead", {}, element("tr", {},
      ...heads.map((h, i) => element("th", numbers(i) ? { class: "number" } : {}, h)))),
    element("tbody", {}, ...rows.map((cells) => element("tr", {},
      ...cells.map((c) => (isCell(c) ? c : element("td", {}, ...(Array.isArray(c) ? c : [c]))))))));
}

function fact(label, ...values) {
  return element("div", {}, element("div", { class: "label" }, label), ...values);
}

// Whose copy leaked is not yet who leaked it: both are shown.
function copyOf(h) {
  if (h.passed_on_probability < 0.001) return "";
  return element("div", { class: "law" }, t("itsCopy") + " " +
    percent(h.probability + h.passed_on_probability) + t("ofItUnregistered") + " " +
    percent(h.passed_on_probability));
}

function drawDetail(incident) {
  const clocks = incident.clocks.map((c) => [
    [language === "ja" ? c.text_ja : c.text_en,
      element("div", { class: "law" }, [c.rule, c.law || c.source].filter(Boolean).join(" · "))],
    c.controller, c.due ? time(c.due) : t("promptly"),
    [statusTag(c.status), c.reason ? element("div", { class: "law" }, c.reason) : ""]]);
  const holders = incident.holders.map((h) => [
    [h.party, h.nameable ? "" : element("div", { class: "law" }, t("notNameable"))],
    [element("span", { class: "bar" }, bar(h.probability)), percent(h.probability), copyOf(h)],
    number(h.matched_rows ?? t("hidden")), number(h.exclusive_rows ?? t("hidden")),
    h.snapshots.join(", ")]);
  if (incident.unknown_probability !== null) {
    holders.push([t("unknown"),
      [element("span", { class: "bar" }, bar(incident.unknown_probability)),
        percent(incident.unknown_probability)], "", "", ""]);
  }
  const history = incident.history.map((h) => [time(h.at), t("states")[h.to] || h.to, h.by, h.note]);
  const subjects = Object.entries(incident.subjects).map(([c, n]) => c + ": " + n).join("　");
  const known = Object.entries(incident.known_at).map(([p, at]) =>
    element("div", {}, p + " ", element("span", { class: "time" }, time(at))));
  $("detail").replaceChildren(
    element("button", { type: "button", class: "plain back",
      onclick: () => { chosen = null; draw(); } }, t("back")),
    element("h2", { style: null }, incident.id + " ", stateTag(incident.state)),
    element("div", { class: "facts" },
      fact(t("opened"), time(incident.opened)),
      fact(t("verdict"), incident.verdict === null ? t("hidden") : t("verdicts")[incident.verdict]),
      fact(t("perCarrier"), subjects || "—"),
      fact(t("items"), incident.items.map((i) => t("fields")[i] || i).join(t("comma")) || "—"),
      fact(t("known"), ...(known.length ? known : ["—"]))),
    element("h3", {}, t("clocks")),
    table([t("rule"), t("who"), t("due"), t("status")], clocks),
    element("h3", {}, t("holders")),
    table([t("party"), t("certainty"), t("rows"), t("exclusive"), t("snapshots")], holders),
    ...(why !== null && why.incident === incident.id ? drawWhy(why) : []),
    ...DETAIL.flatMap((section) => section(incident)),
    element("h3", {}, t("history")),
    table([t("at"), t("event"), t("by"), ""], history));
}

const fieldNames = (fields) => fields.map((f) => t("fields")[f] || f).join(t("comma"));
const inLanguage = (of, key) => (language === "ja" ? of[key + "_ja"] : of[key]);
const EVIDENCE = ["membership", "columns", "dates", "order", "canary", "prior", "downstream"];
const decibans = (x) => (x > 0 ? "+" : "") + x.toFixed(1);

// What speaks for and against one holder; `said`: its sentence, where it is for this account.
function whyHolder(h, said) {
  const e = h.explanation;
  const lines = [];
  if (said) lines.push(element("p", {}, inLanguage(said, "sentence")));
  lines.push(element("div", { class: "law" }, [
    t("copy") + " " + e.copy + (e.guessed ? " (" + t("guessed") + ")" : ""),
    e.as_of ? t("asOf") + " " + e.as_of : null,
    e.handed_over ? t("handedOver") + " " + e.handed_over : null,
    said ? t("share") + " " + Math.round(100 * said.share) + " %" : null,
  ].filter(Boolean).join(" · ")));
  if (e.contradicting_rows > 0) {
    const rows = e.contradictions.map((c) => t("rowNumber") + (c.row + 1) +
      (c.capture ? " @ " + c.capture.slice(0, 12) : "") + " (" + fieldNames(c.fields) + ")");
    lines.push(element("div", { class: "law" },
      t("against") + " " + e.contradicting_rows + ": " + rows.join(t("comma"))));
  }
  return element("article", { class: "alert" }, element("strong", {}, h.party), ...lines);
}

function whyApart(apart) {
  const second = apart.second || t("unknownSource");
  const parts = [apart.first + t("and") + second,
    apart.rows > 0 ? t("moreRows") + ": " + apart.rows : t("noRows")];
  if (apart.columns.length) parts.push(t("columnsWouldTell") + ": " + fieldNames(apart.columns));
  if (apart.canaries.length) {
    parts.push(t("canariesWouldTell") + ": " + apart.canaries.join(t("comma")));
  }
  return fact(t("tellApart"), ...parts.map((p) => element("div", {}, p)));
}

function whyOlder(whole) {
  const again = whole.recirculation;
  if (!again || again.kind === "none") return null;
  const leaks = whole.known_leaks.map((k) => k.incident + " (" + k.subjects + " / " + k.of + ")");
  const people = [t("newPeople") + " " + again.new_subjects,
    t("knownPeople") + " " + again.known_subjects];
  if (again.subjects_new_items > 0) {
    people.push(t("newItems") + " " + again.subjects_new_items + " (" +
      fieldNames(again.new_items) + ")");
  }
  return fact(t("older"), element("div", {}, t("again")[again.kind] + ": " +
    leaks.join(t("comma"))), element("div", {}, people.join(" · ")));
}

function whyCanary(c) {
  return element("div", {}, c.handover + (c.party ? " → " + c.party : "") + " (" + c.canaries +
    "): " + [t("certainly"),
    c.descended.length ? t("descended") + " " + c.descended.join(t("comma")) : null,
    c.seen_in.length ? t("seenIn") + " " + c.seen_in.join(t("comma")) : null,
  ].filter(Boolean).join(" · "));
}

function drawWhy(w) {
  const shown = w.holders.filter((h) => h.explanation);
  if (shown.length === 0 && !w.whole) return [];
  const rows = shown.map((h) => {
    const d = h.explanation.decibans;
    return [h.party, ...EVIDENCE.map((k) => number(decibans(d[k]))),
      number(decibans(EVIDENCE.reduce((sum, k) => sum + d[k], 0)))];
  });
  const whole = w.whole;
  const said = (h) => (whole ? whole.holders.find((s) => s.party === h.party) : null);
  const facts = [];
  if (whole) {
    if (whole.snapshot) {
      facts.push(fact(t("leakedOn"), whole.snapshot.from + t("to") + whole.snapshot.to));
    }
    if (whole.canaries.length) facts.push(fact(t("decoys"), ...whole.canaries.map(whyCanary)));
    if (whole.tell_apart) facts.push(whyApart(whole.tell_apart));
    const older = whyOlder(whole);
    if (older) facts.push(older);
    const notes = inLanguage(whole, "notes");
    if (notes.length) facts.push(fact(t("limits"), ...notes.map((n) => element("div", {}, n))));
  }
  return [element("h3", {}, t("why")),
    whole ? element("p", {}, inLanguage(whole, "summary")) : null,
    table([t("party"), ...EVIDENCE.map((k) => t("evidence")[k]), t("sum")], rows),
    element("p", { class: "hint" }, t("whyHint")),
    ...shown.map((h) => whyHolder(h, said(h))),
    facts.length ? element("div", { class: "facts" }, ...facts) : null].filter(Boolean);
}

function bar(p) {
  const inner = document.createElement("i");
  inner.style.width = Math.round(100 * p) + "%";
  return inner;
}

const PAGE = 50;
const MOST_COUNTED = 100;
const mayChange = () => me !== null && me.role !== "auditor";
const seesHunts = () => me !== null && me.role !== "party" && me.role !== "desk";

async function send(path, body) {
  try {
    await call(path, { method: "POST", body: JSON.stringify(body) });
    complain(null);
  } catch (e) { complain(e); return; }
  await load();
}

function severityTag(severity) {
  const kind = { low: "", medium: "warn", high: "bad", critical: "bad" }[severity] || "";
  return element("span", { class: "tag " + kind }, t("severities")[severity] || severity);
}

function alertActions(alert) {
  if (!mayChange()) return "";
  const step = (key, state) => element("button", { type: "button", onclick: () => {
    const note = window.prompt(t("noteFor"), "");
    if (note !== null) send("/api/v1/alerts/" + encodeURIComponent(alert.id), { state, note });
  } }, t(key));
  if (alert.state === "open") return [step("acknowledge", "acknowledged"), step("close", "closed")];
  if (alert.state === "acknowledged") return [step("close", "closed")];
  return [step("reopen", "open")];
}

function alertCard(a) {
  const stateKind = { open: "bad", acknowledged: "warn", closed: "good" }[a.state] || "";
  const law = (...parts) => element("div", { class: "law" }, parts.filter(Boolean).join(" · "));
  return element("article", { class: "alert" },
    element("div", { class: "head" },
      severityTag(a.severity), element("strong", {}, a.term),
      a.likeness === "same" ? null : element("span", { class: "tag" }, t("likenesses")[a.likeness]),
      a.muted ? element("span", { class: "tag" }, t("muted")) : null,
      element("span", { class: "law" }, a.count + t(a.count === 1 ? "once" : "times")),
      element("span", { class: "tag last " + stateKind }, t("alertStates")[a.state]),
      ...[].concat(alertActions(a))),
    a.term_note ? law(a.term_note) : null,
    ...a.places.map((p) => element("div", { class: "context" },
      element("span", { class: "law" }, t("line") + " " + p.line), " " + p.context)),
    law(t("found") + " " + time(a.found), a.source, a.capture, a.hunt),
    a.changed_by ? law(a.changed_by + (a.note ? ": " + a.note : "")) : null);
}

function drawAlerts() {
  const choice = (state, text) => element("button", { type: "button",
    "aria-pressed": String(alertState === state),
    onclick: () => { alertState = state; alerts = []; load(); } }, text);
  $("alert-states").replaceChildren(
    ...["open", "acknowledged", "closed"].map((s) => choice(s, t("alertStates")[s])),
    choice("", t("all")));
  $("alert-rows").replaceChildren(...alerts.map(alertCard));
  $("no-alerts").hidden = alerts.length > 0;
  $("more-alerts").hidden = !moreAlerts;
}

const sinceDay = (day) => (language === "ja" ? day + " " + t("since") : "from " + day + " " + t("since"));

function left(hunt) {
  if (hunt.state !== "running" || hunt.remaining_seconds === null) return "";
  const s = hunt.remaining_seconds;
  return t("remaining") + " " + (s < 120 ? s + " " + t("seconds")
    : Math.ceil(s / 60) + " " + t("minutes"));
}

function drawHunts() {
  $("start-hunt").hidden = !mayChange();
  const rows = hunts.slice().reverse().map((h) => {
    const settled = h.done + h.unreadable + h.gone;
    const act = (key, state) => element("button", { type: "button",
      onclick: () => send("/api/v1/hunts/" + encodeURIComponent(h.id), { state }) }, t(key));
    return [
      [h.id, element("div", { class: "law" }, [t("causes")[h.cause], h.by,
        h.since ? sinceDay(h.since) : null].filter(Boolean).join(" · "))],
      [element("span", { class: "tag " + { running: "warn", done: "good" }[h.state] },
        t("huntStates")[h.state])],
      [element("span", { class: "bar" }, bar(h.total === 0 ? 1 : settled / h.total)),
        element("div", { class: "law" }, settled + " / " + h.total),
        element("div", { class: "law" }, left(h))],
      number(h.alerts), number(h.opened + " / " + h.joined), number(h.unreadable), number(h.gone),
      time(h.started),
      element("td", { class: "act" }, !mayChange() ? "" : h.state === "running"
        ? act("pause", "paused") : h.state === "paused" ? act("resume", "running") : "")];
  });
  $("hunt-rows").replaceChildren(rows.length === 0 ? "" : table([t("hunt"), t("status"), t("progress"),
    t("newAlerts"), t("newIncidents"), t("unreadable"), t("gone"), t("begun"), ""], rows));
  $("no-hunts").hidden = hunts.length > 0;
}

function draw() {
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  $("lang").textContent = t("other");
  $("logout").textContent = t("logout");
  $("logout").hidden = me === null;
  $("who").textContent = me ? me.user + " · " + (t("roles")[me.role] || me.role) +
    (me.party ? " · " + me.party : "") : "";
  const incident = incidents.find((i) => i.id === chosen);
  $("login").hidden = me !== null;
  for (const name of ["list", "alerts", "hunts"]) {
    $("go-" + name).hidden = me === null || (name === "hunts" && !seesHunts());
    $("go-" + name).setAttribute("aria-current", page === name ? "page" : "false");
  }
  for (const added of PAGES) {
    const go = $("go-" + added.name);
    go.hidden = me === null || !added.shown();
    go.textContent = added.title();
    go.setAttribute("aria-current", page === added.name ? "page" : "false");
    $(added.name).hidden = me === null || page !== added.name;
  }
  $("go-alerts").textContent = t("alerts") + (me === null || openAlerts === 0 ? ""
    : " " + (openAlerts >= MOST_COUNTED ? MOST_COUNTED - 1 + "+" : openAlerts));
  $("list").hidden = me === null || page !== "list" || incident !== undefined;
  $("detail").hidden = me === null || page !== "list" || incident === undefined;
  $("alerts").hidden = me === null || page !== "alerts";
  $("hunts").hidden = me === null || page !== "hunts";
  for (const above of ABOVE) above();
  if (me === null) return;
  const added = PAGES.find((p) => p.name === page);
  if (added) return added.draw();
  if (page === "alerts") return drawAlerts();
  if (page === "hunts") return drawHunts();
  drawList();
  if (incident) drawDetail(incident);
}

async function alertsPage(limit, after) {
  const query = new URLSearchParams({ limit: String(limit) });
  if (alertState) query.set("state", alertState);
  if (after) query.set("after", after);
  return (await call("/api/v1/alerts?" + query)).alerts;
}

async function load() {
  if (!sessionStorage.getItem("token")) { me = null; draw(); return; }
  try {
    me = await call("/api/v1/me");
    const home = PAGES.find((p) => p.home && p.home());
    if (!greeted && home) page = home.name;
    greeted = true;
    // On every page, so that nobody has to look for what is new.
    openAlerts = (await call("/api/v1/alerts?state=open&limit=" + MOST_COUNTED)).alerts.length;
    const added = PAGES.find((p) => p.name === page);
    if (added) {
      await added.load();
    } else if (page === "list") {
      const answer = await call("/api/v1/incidents");
      incidents = answer.incidents;
      warnings = answer.warnings;
      why = chosen === null ? null
        : await call("/api/v1/incidents/" + encodeURIComponent(chosen) + "/attribution");
      if (chosen !== null) await Promise.all(ON_LOAD.map((get) => get(chosen)));
    } else if (page === "hunts") {
      hunts = (await call("/api/v1/hunts")).hunts;
    } else {
      const most = Math.min(1000, Math.max(PAGE, alerts.length));
      const some = await alertsPage(most);
      moreAlerts = some.length === most;
      alerts = some;
    }
    if (loadFailed) complain(null);  // what an action was told stays until the next one
    loadFailed = false;
  } catch (e) {
    if (!sessionStorage.getItem("token")) me = null;
    loadFailed = true;
    complain(e);
  }
  draw();
}

$("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    if ($("token").value) {
      sessionStorage.setItem("token", $("token").value.trim());
    } else {
      const body = JSON.stringify({ user: $("user").value, password: $("password").value });
      const issued = await call("/api/v1/login", { method: "POST", body, open: true });
      sessionStorage.setItem("token", issued.token);
    }
    $("token").value = ""; $("password").value = "";
    await load();
    listen();
  } catch (e) { complain(e); }
});
$("logout").addEventListener("click", () => {
  sessionStorage.removeItem("token");
  if (stream !== null) stream.abort();
  lastEvent = "";
  me = null; incidents = []; chosen = null; alerts = []; hunts = []; page = "list";
  greeted = false;
  why = null; warnings = []; openAlerts = 0;
  for (const added of PAGES) if (added.forget) added.forget();
  for (const forget of FORGET) forget();
  draw();
});
for (const name of ["list", "alerts", "hunts"]) {
  $("go-" + name).addEventListener("click", () => { page = name; chosen = null; load(); });
}
$("more-alerts").addEventListener("click", async () => {
  try {
    const some = await alertsPage(PAGE, alerts[alerts.length - 1].id);
    moreAlerts = some.length === PAGE;
    alerts = alerts.concat(some);
    complain(null);
  } catch (e) { complain(e); }
  draw();
});
$("start-hunt").addEventListener("click", () => send("/api/v1/hunts", {}));
$("lang").addEventListener("click", () => {
  language = language === "ja" ? "en" : "ja";
  localStorage.setItem("language", language);
  draw();
});

// What is new comes as it happens. While it does not, and for what time alone changes (deadlines),
// the lists are asked for now and then.
let stream = null;   // AbortController of the open one
let streaming = false;
let lastEvent = "";
let stale = false;   // something is new, and nobody looks
let waiting = null;

function soon() {
  if (document.hidden) { stale = true; return; }
  if (waiting === null) waiting = setTimeout(() => { waiting = null; load(); }, 300);
}

function take(block) {
  let kind = "message", data = "";
  for (const line of block.split("\n")) {
    const at = line.indexOf(": ");
    if (at <= 0) continue;  // a comment
    const value = line.slice(at + 2);
    if (line.startsWith("id")) lastEvent = value;
    else if (line.startsWith("event")) kind = value;
    else if (line.startsWith("data")) data = value;
  }
  if (data === "" || (kind === "ready" && JSON.parse(data).resumed)) return;
  soon();
}

async function listen() {
  const token = sessionStorage.getItem("token");
  if (stream !== null || !token) return;
  stream = new AbortController();
  const mine = stream;
  try {
    const headers = { Accept: "text/event-stream", Authorization: "Bearer " + token };
    if (lastEvent) headers["Last-Event-ID"] = lastEvent;
    const response = await fetch("/api/v1/events", { headers, signal: mine.signal });
    if (response.ok && response.body) {
      streaming = true;
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let text = ""; ;) {
        const { done, value } = await reader.read();
        if (done) break;
        const blocks = (text + value).split("\n\n");
        text = blocks.pop();
        blocks.forEach(take);
      }
    }
  } catch (e) {
    // It is tried again below; load() tells what is wrong.
  }
  streaming = false;
  if (stream === mine) stream = null;
  if (me !== null) setTimeout(listen, 3000);
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && stale && me !== null) { stale = false; load(); }
});
let quiet = 0;
setInterval(() => {
  quiet += 1;
  if (me === null || document.hidden || (streaming && quiet % 6 !== 0)) return;
  load();
}, 10000);
// The other scripts come after this one.
window.addEventListener("DOMContentLoaded", () => load().then(listen));
