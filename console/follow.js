"use strict";
// Of an incident: what a later campaign would be about, by carrier. Worked out only when it is asked
// for, since all affected people are looked at.
{

addWords({
  later: "後から見つかった分", lookLater: "一元連絡との差を調べる", laterCarrier: "通信会社",
  laterPeople: "本人", laterTold: "通知済み", laterWaiting: "未了", laterExcluded: "対象外",
  laterNew: "新しい人", laterItems: "新しい項目のある人", overThousand: "1,000 人超（④）",
  laterHint: "後からの連絡は、コマンド hitokoe campaign follow-up で始めます。",
}, {
  later: "What came later", lookLater: "Compare with what was told", laterCarrier: "Carrier",
  laterPeople: "People", laterTold: "Told", laterWaiting: "Waiting", laterExcluded: "Left out",
  laterNew: "New people", laterItems: "Told, with new items", overThousand: "over 1,000 (case 4)",
  laterHint: "A later campaign is begun with the command hitokoe campaign follow-up.",
});

let difference = null;

const sees = () => me !== null && ["coordinator", "auditor", "party"].includes(me.role);

async function look(id) {
  try {
    difference = await call("/api/v1/incidents/" + encodeURIComponent(id) + "/campaign-difference");
    complain(null);
  } catch (e) { complain(e); }
  draw();
}

function laterSection(incident) {
  if (!sees()) return [];
  const out = [element("h3", {}, t("later")), element("p", {}, element("button", { type: "button",
    class: "plain back", onclick: () => look(incident.id) }, t("lookLater")))];
  if (difference === null || difference.incident !== incident.id) return out;
  out.push(table([t("laterCarrier"), t("laterPeople"), t("laterTold"), t("laterWaiting"),
    t("laterExcluded"), t("laterNew"), t("laterItems")], difference.carriers.map((c) => [
    c.carrier, [String(c.people), c.over_thousand ? " " + t("overThousand") : ""], String(c.told),
    String(c.waiting), String(c.excluded), String(c.new_people), String(c.new_items)])));
  out.push(element("p", { class: "hint" }, t("laterHint")));
  return out;
}

FORGET.push(() => { difference = null; });
DETAIL.push(laterSection);

}
