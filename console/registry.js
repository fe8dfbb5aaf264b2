"use strict";
// The page of the registry: who delegates what to whom as a tree, what needs a person, the counting
// tables of a fiscal year, instructions to delegates. Shows what the API gives: the own part.
// Loaded after console.js, whose functions it uses.
{

const REGISTRY_WORDS = {
  ja: {
    hint: "種別 B（外部サービス利用）は、どの階層でも表示します。",
    findings: "要確認", none: "要確認の点はありません。", kind: "種類", what: "内容", since: "いつから",
    due: "期限", overdue: "期限超過", chain: "委託の連なり", noChain: "委託はありません。",
    ended: "終了", unauthorised: "承諾なし", services: "登録のない外部サービス",
    handovers: "授受（管理簿）", snapshot: "断面", between: "授受", records: "件数", on: "授受日",
    confirmed: "確認", confirm: "確認する", howMany: "渡した（受け取った）件数",
    counts: "集計表（年度）", year: "年度", csv: "CSV を保存", a: "種別 A", b: "種別 B", sum: "合計",
    delegates: "委託先", subs: "再委託先", total: "合計",
    tables: { delegations: "2-11 委託の件数（年度中に有効）", companies: "2-11 社数",
      delegations_on_last_day: "2-11 委託の件数（年度末日に有効）", parents: "2-11 うち親会社",
      subsidiaries: "2-11 うち連結子会社", on_site: "2-10 立ち入り調査", paper: "2-10 書面点検",
      remote: "2-10 リモート監査", self_inspections: "2-10 自主点検", violations: "2-12 契約違反" },
    instructions: "委託先への指示", noInstructions: "指示はありません。",
    instruct: "指示を記録する", subject: "件名", text: "本文（お客さまの情報は書かないでください）",
    to: "委託", proof: "監査記録", stays: "記録した指示は変えることも消すこともできません。",
    more: "ほかにもあります。hitokoe registry show ですべて表示します: ",
    kinds: { unauthorised: "無断の再委託", unconfirmed: "授受の未確認", count_mismatch: "件数の相違",
      unencrypted: "暗号化なし", not_returned: "返却・廃棄なし", handover_mismatch: "授受の食い違い",
      no_agreement: "確認書なし", no_precheck: "契約前点検なし", no_training: "開始前研修なし",
      training_overdue: "定期研修", self_inspection_overdue: "自主点検", audit_overdue: "監査",
      access_review_overdue: "権限の点検", takeout_overdue: "持出しの未返却",
      retention_undecided: "鍵の扱い未定", violation_open: "違反の未是正",
      contradiction: "記録の矛盾", hidden_delegation: "登録のない委託" },
  },
  en: {
    hint: "Type B (use of an external service) is shown at every level.",
    findings: "Findings", none: "Nothing needs a person.", kind: "Kind", what: "What", since: "Since",
    due: "Due", overdue: "overdue", chain: "Delegations", noChain: "There are no delegations.",
    ended: "ended", unauthorised: "unauthorised", services: "External services nobody registered",
    handovers: "Handovers", snapshot: "Snapshot", between: "Between", records: "Records", on: "On",
    confirmed: "Confirmed by", confirm: "Confirm", howMany: "How many records were given (received)?",
    counts: "Counting tables (fiscal year)", year: "Fiscal year", csv: "Save as CSV", a: "Type A",
    b: "Type B", sum: "Total", delegates: "Delegates", subs: "Sub-delegates", total: "Total",
    tables: { delegations: "2-11 Delegations in the year", companies: "2-11 Companies",
      delegations_on_last_day: "2-11 Delegations on the last day", parents: "2-11 of them the parent",
      subsidiaries: "2-11 of them subsidiaries", on_site: "2-10 On-site inspections",
      paper: "2-10 Inspections on paper", remote: "2-10 Remote inspections",
      self_inspections: "2-10 The delegates' own inspections",
      violations: "2-12 Violations of the contract" },
    instructions: "Instructions to delegates", noInstructions: "There are no instructions.",
    instruct: "Record an instruction", subject: "Subject", text: "Text (no customer data)",
    to: "Delegation", proof: "Audit event", stays: "What is recorded can neither be changed nor deleted.",
    more: "There are more; hitokoe registry show has all: ",
    kinds: { unauthorised: "unauthorised", unconfirmed: "not confirmed", count_mismatch: "counts differ",
      unencrypted: "not encrypted", not_returned: "not returned", handover_mismatch: "sides differ",
      no_agreement: "no agreement", no_precheck: "no check before", no_training: "no first training",
      training_overdue: "training", self_inspection_overdue: "self-inspection",
      audit_overdue: "audit", access_review_overdue: "access review",
      takeout_overdue: "paper not back", retention_undecided: "key undecided",
      violation_open: "violation open", contradiction: "contradiction",
      hidden_delegation: "hidden delegation" },
  },
};

const MOST_SHOWN = 500;
const registryPage = { registry: null, counts: null, instructions: [], redelegations: [], year: "" };
const rt = (key) => REGISTRY_WORDS[language][key];
const seesRegistry = () => me !== null && me.role !== "desk" && me.role !== "operator";

async function loadRegistry() {
  const query = registryPage.year === "" ? "" : "?fiscal_year=" + encodeURIComponent(registryPage.year);
  registryPage.registry = await call("/api/v1/registry");
  registryPage.redelegations =
    (await call("/api/v1/registry/redelegations")).redelegations;
  registryPage.counts = await call("/api/v1/registry/counts" + query);
  registryPage.instructions = (await call("/api/v1/registry/instructions")).instructions;
}

function forgetRegistry() {
  Object.assign(registryPage,
    { registry: null, counts: null, instructions: [], redelegations: [], year: "" });
}

const partyName = (id) => {
  const party = registryPage.registry.parties.find((p) => p.id === id);
  return party ? party.name : id;
};

// Of what has been cut, how many there are.
function cut(all, drawn) {
  const rest = all.length - MOST_SHOWN;
  return rest > 0 ? [...drawn, element("p", { class: "hint" }, rt("more") + rest)] : drawn;
}

const isOverdue = (f) => f.due !== undefined && !["unauthorised", "unconfirmed", "unencrypted"]
  .includes(f.kind);

function findingsPart(findings) {
  if (findings.length === 0) return [element("p", { class: "hint" }, rt("none"))];
  const rows = findings.slice(0, MOST_SHOWN).map((f) => [
    [element("span", { class: "tag " + (isOverdue(f) ? "bad" : "warn") },
      rt("kinds")[f.kind] || f.kind)],
    language === "ja" ? f.text_ja : f.text_en, f.since || "—", f.due || "—"]);
  return cut(findings, [table([rt("kind"), rt("what"), rt("since"), rt("due")], rows)]);
}

function delegationLine(d) {
  const line = registryPage.redelegations.find((r) => r.delegation === d.id);
  const tag = (kind, text) => element("span", { class: "tag " + kind }, text);
  const over = line ? !line.in_force : false;
  return [element("strong", {}, partyName(d.to)), " ", tag(d.type === "B" ? "warn" : "", d.type), " ",
    line && !line.authorised ? tag("bad", rt("unauthorised")) : null, " ",
    over ? tag("", rt("ended")) : null,
    element("div", { class: "law" }, [d.id, d.purposes.join(t("comma")),
      d.items.map((i) => t("fields")[i] || i).join(t("comma")),
      d.begins + (language === "ja" ? "～" : " – ") + (d.ends || "")].join(" · "))];
}

// A delegation whose upper one is not in the own part stands at the top, below its delegator.
function chainPart(delegations) {
  if (delegations.length === 0) return [element("p", { class: "hint" }, rt("noChain"))];
  const shown = delegations.slice(0, MOST_SHOWN);
  const ids = new Set(shown.map((d) => d.id));
  const below = new Map();
  for (const d of shown) {
    const key = d.under && ids.has(d.under) ? "under " + d.under : "from " + d.from;
    below.set(key, (below.get(key) || []).concat([d]));
  }
  const branch = (key) => {
    const all = below.get(key);
    return all === undefined ? null : element("ul", {}, ...all.map((d) =>
      element("li", {}, ...delegationLine(d), branch("under " + d.id))));
  };
  const tops = [...below.keys()].filter((key) => key.startsWith("from "));
  return cut(delegations, [element("ul", { class: "tree" }, ...tops.map((key) =>
    element("li", {}, element("strong", {}, partyName(key.slice(5))), branch(key))))]);
}

function servicesPart() {
  const hidden = registryPage.redelegations.filter((r) => r.service !== undefined);
  return hidden.length === 0 ? [] : [element("h3", {}, rt("services")),
    ...hidden.map((r) => element("p", {}, r.service + " · " + r.chain.map(partyName).join(" → ")))];
}

function confirmButton(handover, delegation) {
  const mine = me.role === "party" && (delegation.from === me.party || delegation.to === me.party);
  if (!mine || handover.confirmed.includes(me.party)) return "";
  return element("button", { type: "button", onclick: () => {
    const records = window.prompt(rt("howMany"), "");
    if (records === null || !/^[0-9]{1,12}$/.test(records.trim())) return;
    send("/api/v1/registry/handovers/" + encodeURIComponent(handover.id),
      { on: handover.on, records: Number(records.trim()), items: handover.items });
  } }, rt("confirm"));
}

function handoversPart(registry) {
  const delegations = new Map(registry.delegations.map((d) => [d.id, d]));
  const all = registry.snapshots.filter((s) => !s.own && delegations.has(s.delegation));
  if (all.length === 0) return [];
  const rows = all.slice(0, MOST_SHOWN).map((s) => {
    const d = delegations.get(s.delegation);
    return [s.id, partyName(d.from) + " → " + partyName(d.to), number(s.records), s.on,
      s.confirmed.map(partyName).join(t("comma")) || "—",
      element("td", { class: "act" }, confirmButton(s, d))];
  });
  return [element("h3", {}, rt("handovers")), ...cut(all, [table([rt("snapshot"), rt("between"),
    rt("records"), rt("on"), rt("confirmed"), ""], rows)])];
}

function countsOf(carrier) {
  const rows = [];
  for (const [key, title] of Object.entries(rt("tables"))) {
    const item = key === "violations" ? "2-12" : title.slice(0, 4);
    const levels = carrier[item][key];
    for (const [level, word] of [["delegates", "delegates"], ["sub_delegates", "subs"],
      ["total", "total"]]) {
      rows.push([level === "delegates" ? title : "", rt(word), number(levels[level].A),
        number(levels[level].B), number(levels[level].total)]);
    }
  }
  return [element("h4", {}, partyName(carrier.carrier)),
    table([rt("what"), "", rt("a"), rt("b"), rt("sum")], rows)];
}

// With the token, which a plain link would not carry.
async function saveCounts() {
  try {
    const headers = { Authorization: "Bearer " + sessionStorage.getItem("token"),
      "Accept-Language": language };
    const response = await fetch("/api/v1/registry/counts?format=csv&fiscal_year=" +
      registryPage.counts.fiscal_year, { headers });
    if (!response.ok) throw new Error(t("failed"));
    const link = element("a", { href: URL.createObjectURL(await response.blob()),
      download: "hitokoe-" + registryPage.counts.fiscal_year + ".csv" });
    link.click();
    URL.revokeObjectURL(link.href);
  } catch (e) { complain(e); }
}

function countsPart(counts) {
  if (counts.carriers.length === 0) return [];
  const year = element("input", { type: "number", min: "1970", value: String(counts.fiscal_year) });
  year.addEventListener("change", () => { registryPage.year = year.value; load(); });
  return [element("h3", {}, rt("counts")),
    element("div", { class: "choice" }, element("label", {}, element("span", {}, rt("year")), year),
      element("button", { type: "button", onclick: saveCounts }, rt("csv"))),
    element("p", { class: "hint" }, counts.from + t("to") + counts.to),
    ...counts.carriers.flatMap(countsOf)];
}

// Kept over a redraw: what somebody writes must not vanish when something new comes.
let instructForm = null;

function instructionForm(delegations) {
  const able = delegations.filter((d) => me.role === "coordinator" ||
    (me.role === "party" && (d.controller === me.party || d.from === me.party)));
  const key = language + " " + able.map((d) => d.id).join(" ");
  if (able.length === 0) return null;
  if (instructForm !== null && instructForm.key === key) return instructForm.node;
  const to = element("select", {}, ...able.map((d) =>
    element("option", { value: d.id }, d.id + " → " + partyName(d.to))));
  const subject = element("input", { maxlength: "60" });
  const text = element("textarea", { rows: "5", maxlength: "60000" });
  const save = async () => {
    if (subject.value.trim() === "" || text.value === "") return;
    const before = registryPage.instructions.length;
    await send("/api/v1/registry/instructions",
      { delegation: to.value, subject: subject.value.trim(), text: text.value });
    if (registryPage.instructions.length > before) { subject.value = ""; text.value = ""; }
  };
  const field = (word, node) => element("label", {}, element("span", {}, rt(word)), node);
  const node = element("details", {}, element("summary", {}, rt("instruct")), field("to", to),
    field("subject", subject), field("text", text), element("p", { class: "hint" }, rt("stays")),
    element("button", { type: "button", onclick: save }, rt("instruct")));
  instructForm = { key, node };
  return node;
}

function instructionsPart(registry) {
  const all = registryPage.instructions.slice().reverse();
  const cards = all.map((i) => element("details", {},
    element("summary", {}, i.subject + " · " + i.delegation + " → " + partyName(i.to) + " · " +
      time(i.at)),
    element("pre", { class: "instruction" }, i.text),
    element("div", { class: "law" }, [i.id, i.by, rt("proof") + " " + i.event, i.hash].join(" · "))));
  return [element("h3", {}, rt("instructions")),
    cards.length === 0 ? element("p", { class: "hint" }, rt("noInstructions")) : null, ...cards,
    instructionForm(registry.delegations)];
}

// What is open stays open, and what is chosen stays chosen, as long as nothing has changed.
let drawnRegistry = "";

function drawRegistry() {
  const registry = registryPage.registry;
  const state = JSON.stringify([language, me, registryPage]);
  if (state === drawnRegistry) return;
  drawnRegistry = state;
  if (registry === null) { $("registry").replaceChildren(); return; }
  const parts = [element("p", { class: "hint" }, rt("hint")),
    element("h3", {}, rt("findings") + " (" + registry.findings.length + ")"),
    ...findingsPart(registry.findings),
    element("h3", {}, rt("chain")), ...chainPart(registry.delegations), ...servicesPart(),
    ...handoversPart(registry), ...countsPart(registryPage.counts),
    ...instructionsPart(registry)];
  $("registry").replaceChildren(element("h2", {}, t("registry")), ...parts.filter((p) => p !== null));
}

addWords({ registry: "委託台帳" }, { registry: "Delegations" });
addPage({ name: "registry", title: () => t("registry"), shown: seesRegistry, load: loadRegistry,
  draw: drawRegistry, forget: forgetRegistry });

}
