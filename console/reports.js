"use strict";
// Of an incident: its reports to the authorities and its escalation; of all, that the public holidays
// that are known end soon. Loaded after console.js, whose functions it uses.
{

const DUTY_WORDS = {
  ja: {
    reports: "当局への報告", escalation: "督促", coming: "次の督促", version: "版", report: "報告", made: "作成",
    open: "調査中", submitted: "提出", draft: "作成：", record: "項目を記録", noReports: "まだ作られていません。",
    items: "記録された項目", submit: "提出を記録", reference: "受付番号（なければ空のまま）", item: "項目",
    japanese: "日本語（お客さまの情報は書かないでください）", english: "英語（任意）", save: "記録する",
    cancel: "やめる", when: "日時", step: "段階", mails: "メール", calendar: "カレンダー（.ics）",
    none: "ありません。",
    kinds: { "ppc preliminary": "個情委 速報", "ppc final": "個情委 確報",
      "mic preliminary": "総務省 第一報", "mic final": "総務省 詳報" },
    names: { name: "法人名", number: "登録又は届出番号", outline: "概要", data: "項目",
      people: "本人の数", cause: "原因", secondary: "二次被害", publication: "公表",
      response: "本人への対応", prevention: "再発防止", other: "その他" },
    steps: (s) => s.startsWith("guideline-") ? "目安の日（法令に日数の定めなし）：" + ({ due: "過ぎた" }[s.slice(10)]
      || (s.startsWith("guideline-before-") ? s.slice(17, -1) + " 時間以内" : s.slice(15) + " 回目の督促"))
      : s.startsWith("before-") ? "期限まで " + s.slice(7, -1) + " 時間以内"
      : s === "due" ? "期限を過ぎた" : s.startsWith("late-") ? "超過 " + s.slice(5) + " 回目"
        : "未承認 " + s.slice(7) + " 回目",
  },
  en: {
    reports: "Reports to the authorities", escalation: "Escalation", coming: "Next steps", version: "Version",
    report: "Report", made: "Made", open: "Under investigation", submitted: "Submitted",
    draft: "Draft:", record: "Record an item", noReports: "None was drafted yet.",
    items: "Recorded items", submit: "Record submission",
    reference: "Receipt number (leave empty if there is none)", item: "Item",
    japanese: "Japanese (no customer data)", english: "English (optional)", save: "Record",
    cancel: "Cancel", when: "When", step: "Step", mails: "Mails", calendar: "Calendar (.ics)",
    none: "None.",
    kinds: { "ppc preliminary": "PPC preliminary", "ppc final": "PPC final",
      "mic preliminary": "MIC first report", "mic final": "MIC details" },
    names: { name: "legal name", number: "registration number", outline: "outline", data: "data",
      people: "people", cause: "cause", secondary: "secondary damage", publication: "publication",
      response: "response", prevention: "prevention", other: "other" },
    steps: (s) => s.startsWith("guideline-") ? "guideline date (no date in law): " + ({ due: "passed" }[s.slice(10)]
      || (s.startsWith("guideline-before-") ? "within " + s.slice(17, -1) + " hours" : "reminder " + s.slice(15)))
      : s.startsWith("before-") ? "due within " + s.slice(7, -1) + " hours"
      : s === "due" ? "due date passed" : s.startsWith("late-") ? "overdue, reminder " + s.slice(5)
        : "no approval, reminder " + s.slice(7),
  },
};
const d = (key) => DUTY_WORDS[language][key];

let duties = null;  // {incident, reports, escalations} of the chosen incident

function drawWarnings() {
  const node = $("warnings");
  node.textContent = warnings.map((w) => w[language]).join(" ");
  node.hidden = warnings.length === 0;
}

async function loadDuties(id) {
  if (id === null) { duties = null; return; }
  const at = "/api/v1/incidents/" + encodeURIComponent(id);
  const [reports, escalations] = await Promise.all([call(at + "/reports"),
    call(at + "/escalations")]);
  duties = { incident: id, reports: reports.reports, escalations: escalations.escalations,
    coming: escalations.coming };
}

// With the token, which a link cannot carry.
async function download(path, name, accept) {
  try {
    const response = await fetch(path, { headers: { Accept: accept, "Accept-Language": language,
      Authorization: "Bearer " + sessionStorage.getItem("token") } });
    if (!response.ok) throw new Error(await reason(response));
    const url = URL.createObjectURL(await response.blob());
    const link = element("a", { href: url, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
    complain(null);
  } catch (e) { complain(e); }
}

// As send(), but what was refused stays on the page.
async function act(path, body) {
  try {
    await call(path, { method: "POST", body: JSON.stringify(body) });
  } catch (e) { complain(e); return; }
  await load();
}

const reportPath = (id, carrier, version) => "/api/v1/incidents/" + encodeURIComponent(id) +
  "/reports/" + encodeURIComponent(carrier) + "/" + version;
const mayReport = () => me !== null && (me.role === "coordinator" || me.role === "party");

// Outside of what is drawn anew every few seconds, so that nothing that is typed is lost.
function recordItem(id, carrier) {
  const item = element("select", {}, ...Object.keys(d("names")).map((name) =>
    element("option", { value: name }, d("names")[name])));
  const known = (duties.reports.find((f) => f.carrier === carrier) || { items: [] }).items;
  const ja = element("textarea", { rows: "5" });
  const en = element("textarea", { rows: "3" });
  const fill = () => {
    const newest = known.filter((k) => k.item === item.value).pop();
    ja.value = newest ? newest.text.ja : "";
    en.value = newest ? newest.text.en : "";
  };
  item.value = "cause";
  fill();
  item.addEventListener("change", fill);
  const dialog = element("dialog", {});
  const wrong = element("p", { class: "hint", role: "alert" });
  const close = () => { dialog.close(); dialog.remove(); };
  dialog.append(element("h3", {}, id + " · " + carrier),
    element("label", {}, element("span", {}, d("item")), item),
    element("label", {}, element("span", {}, d("japanese")), ja),
    element("label", {}, element("span", {}, d("english")), en),
    wrong,
    element("button", { type: "button", onclick: async () => {
      try {
        await call("/api/v1/incidents/" + encodeURIComponent(id) + "/report-items",
          { method: "POST", body: JSON.stringify({ carrier, item: item.value, ja: ja.value,
            en: en.value }) });
        close();
      } catch (e) { wrong.textContent = e.message; return; }
      await load();
    } }, d("save")), " ",
    element("button", { type: "button", class: "plain back", onclick: close }, d("cancel")));
  document.body.append(dialog);
  dialog.showModal();
}

function versionRow(id, carrier, v) {
  const kind = v.form + " " + v.kind;
  const name = id + "-" + carrier + "-" + v.version;
  const path = reportPath(id, carrier, v.version);
  const file = (format, accept) => element("button", { type: "button",
    onclick: () => download(path + "?format=" + format + "&language=" + language,
      name + "." + format, accept) }, format.toUpperCase());
  const submit = element("button", { type: "button", onclick: () => {
    const reference = window.prompt(d("reference"), "");
    if (reference !== null) act(path, { reference });
  } }, d("submit"));
  return [String(v.version), d("kinds")[kind],
    [time(v.at), element("div", { class: "law" }, v.by + " " + v.sha256.slice(0, 12))],
    v.open.map((i) => d("names")[i]).join(t("comma")) || "—",
    v.submitted ? [time(v.submitted.at), element("div", { class: "law" }, v.submitted.reference)] : "—",
    element("td", { class: "act" }, file("pdf", "application/pdf"), file("md", "text/markdown"),
      v.submitted || !mayReport() ? "" : submit)];
}

function drawReports(id, file) {
  const draft = (form, kind) => element("button", { type: "button",
    onclick: () => act("/api/v1/incidents/" + encodeURIComponent(id) + "/reports",
      { carrier: file.carrier, form, kind }) }, d("kinds")[form + " " + kind]);
  const newest = new Map(file.items.map((i) => [i.item, i]));
  const said = [...newest.values()].map((i) => element("div", { class: "law" },
    d("names")[i.item] + ": " + (i.text[language] || i.text.ja || i.text.en) + " (" + time(i.at) +
    (i.by ? " " + i.by : "") + ")"));
  return element("article", { class: "alert" },
    element("div", { class: "head" }, element("strong", {}, file.carrier),
      ...(mayReport() ? [element("span", { class: "law" }, d("draft")),
        draft("ppc", "preliminary"), draft("ppc", "final"), draft("mic", "preliminary"),
        draft("mic", "final"),
        element("button", { type: "button", onclick: () => recordItem(id, file.carrier) },
          d("record"))] : [])),
    file.versions.length === 0 ? element("p", { class: "hint" }, d("noReports"))
      : table([d("version"), d("report"), d("made"), d("open"), d("submitted"), ""],
        file.versions.slice().reverse().map((v) => versionRow(id, file.carrier, v))),
    ...said);
}

function drawDuties(incident) {
  if (duties === null || duties.incident !== incident.id) return [];
  const steps = duties.escalations.map((e) => [time(e.raised), e.party,
    [language === "ja" ? e.text_ja : e.text_en, element("div", { class: "law" }, e.rule)],
    d("steps")(e.step), number(e.mails)]);
  const coming = duties.coming.map((s) => [time(s.at), s.party,
    [language === "ja" ? s.text_ja : s.text_en, element("div", { class: "law" }, s.rule)],
    d("steps")(s.step)]);
  return [
    element("p", {}, element("button", { type: "button", class: "plain back",
      onclick: () => download("/api/v1/incidents/calendar.ics?incident=" +
        encodeURIComponent(incident.id), incident.id + ".ics", "text/calendar") }, d("calendar"))),
    element("h3", {}, d("escalation")),
    steps.length === 0 ? element("p", { class: "hint" }, d("none"))
      : table([d("when"), t("who"), t("rule"), d("step"), d("mails")], steps),
    ...(coming.length === 0 ? [] : [element("h4", {}, d("coming")),
      table([d("when"), t("who"), t("rule"), d("step")], coming)]),
    ...(duties.reports.length === 0 ? [] : [element("h3", {}, d("reports")),
      ...duties.reports.map((file) => drawReports(incident.id, file))]),
  ];
}

ABOVE.push(drawWarnings);
ON_LOAD.push(loadDuties);
DETAIL.push(drawDuties);
FORGET.push(() => { duties = null; });

}
