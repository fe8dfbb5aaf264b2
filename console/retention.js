"use strict";
// How long what is kept of incidents that are over still lives, holds on it, and its end by key.
{

addWords({
  retention: "保存期間", keptWhat: "種類", keptUntil: "期限", keptRecords: "件数", keptKey: "鍵",
  keptKinds: { subjects: "該当者と流通の寄与", contacts: "連絡先", desk: "窓口の通話メモ" },
  keptStates: { running: "保存中", due: "期限到来", held: "保全中", interrupted: "破棄の途中",
    destroyed: "破棄済み" },
  retentionPlan: "計画", daysAfterEnd: "終結からの日数", basis: "根拠", byItself: "自動で破棄",
  nothingKept: "終わった事案の鍵はありません。",
  holdIt: "保全する…", holdUntil: "最終日（YYYY-MM-DD）", releaseIt: "保全を解く…",
  destroyIt: "破棄する…",
  confirmDestroy: "元に戻せません。破棄するには事案の番号を書いてください：",
  certificate: "破棄証明書", retentionHint: "破棄は鍵で行い、元に戻せません。破棄の後は、それより前の鍵のバックアップも廃棄してください。",
}, {
  retention: "Retention", keptWhat: "What", keptUntil: "Due", keptRecords: "Records", keptKey: "Key",
  keptKinds: { subjects: "affected people", contacts: "contacts", desk: "call notes" },
  keptStates: { running: "kept", due: "due", held: "held", interrupted: "interrupted",
    destroyed: "destroyed" },
  retentionPlan: "Plan", daysAfterEnd: "Days after the end", basis: "Basis",
  byItself: "destroyed by itself",
  nothingKept: "No key of an incident that is over.",
  holdIt: "Hold…", holdUntil: "Last day (YYYY-MM-DD)", releaseIt: "Release…", destroyIt: "Destroy…",
  confirmDestroy: "This is for good. Write the incident's name to destroy it: ",
  certificate: "Certificate", retentionHint: "Destruction is by key and for good. Destroy the backups of the keys that were made before, too.",
});

let kept = [];
let plan = [];

const seesRetention = () => me !== null && ["coordinator", "auditor"].includes(me.role);
const mayDestroy = () => me !== null && me.role === "coordinator";
const keptPath = (id, what) =>
  "/api/v1/incidents/" + encodeURIComponent(id) + "/retention/" + what;

async function post(path, body) {
  try {
    await call(path, { method: "POST", body: JSON.stringify(body) });
    complain(null);
  } catch (e) { complain(e); return; }
  await load();
}

async function certificate(id) {
  try {
    const response = await fetch(keptPath(id, "certificate"), { headers: {
      Authorization: "Bearer " + sessionStorage.getItem("token"), "Accept-Language": language } });
    if (!response.ok) throw new Error(await reason(response));
    const url = URL.createObjectURL(await response.blob());
    element("a", { href: url, download: id + ".destroyed.json" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
    complain(null);
  } catch (e) { complain(e); }
}

const action = (words, run) =>
  element("button", { type: "button", class: "plain back", onclick: run }, t(words));

function actions(item) {
  const out = [];
  if (item.state === "destroyed") out.push(action("certificate", () => certificate(item.incident)));
  if (!mayDestroy()) return out;
  if (item.state === "running" || item.state === "due") {
    out.push(action("holdIt", () => {
      const until = window.prompt(t("holdUntil"), "");
      const why = until && window.prompt(t("reasonFor"), "");
      if (why) post(keptPath(item.incident, "hold"), { until, reason: why });
    }));
  }
  if (item.hold) {
    out.push(action("releaseIt", () => {
      const why = window.prompt(t("reasonFor"), "");
      if (why) post(keptPath(item.incident, "release"), { reason: why });
    }));
  }
  if (item.state === "due" || item.state === "interrupted") {
    out.push(action("destroyIt", () => {
      const confirm = window.prompt(t("confirmDestroy") + item.incident, "");
      if (confirm) post(keptPath(item.incident, "destroy"), { kind: item.kind, confirm });
    }));
  }
  return out;
}

function drawRetention() {
  const kind = { due: "warn", interrupted: "bad", held: "warn", destroyed: "good" };
  const node = $("retention");
  const rows = kept.map((i) => [i.due, element("span", { class: "tag " + (kind[i.state] || "") },
    t("keptStates")[i.state]), i.incident, t("keptKinds")[i.kind], i.records,
    [i.hold ? i.hold.until + " " + i.hold.reason : "", ...actions(i)]]);
  node.replaceChildren(element("h2", {}, t("retention")),
    element("p", { class: "hint" }, t("retentionHint")),
    rows.length === 0 ? element("p", { class: "hint" }, t("nothingKept"))
      : table([t("keptUntil"), t("status"), t("id"), t("keptWhat"), t("keptRecords"), ""], rows),
    element("h3", {}, t("retentionPlan")),
    table([t("keptWhat"), t("daysAfterEnd"), t("basis"), t("byItself")], plan.map((r) => [
      t("keptKinds")[r.kind], r.days, language === "ja" ? r.basis_ja : r.basis,
      r.by_itself ? "✓" : "—"])));
}

addPage({ name: "retention", title: () => t("retention"), shown: () => seesRetention(),
  load: async () => {
    const [items, rules] = await Promise.all([call("/api/v1/retention"),
      call("/api/v1/retention/plan")]);
    kept = items.items;
    plan = rules.plan;
  }, draw: drawRetention, forget: () => { kept = []; plan = []; } });

}
