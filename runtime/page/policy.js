// What a policy decides: the requests in a list that can be filtered, and how one decision came about.
"use strict";

{
  const { data, el, facts } = page;
  const SHOWN = 300; // rows at a time: a page of ten thousand is slow
  const words = { issue: "issued", deny: "denied", defer: "deferred" };
  const said = { nothing: "says nothing", deny: "denies", defer: "defers", issue: "issues", failed: "failed" };
  const view = { text: "", decisions: new Set(["issue", "deny", "defer"]), rule: "", chosen: null, most: SHOWN };

  const fits = (one) => view.decisions.has(one.decision) && (view.rule === "" || one.rule === view.rule) &&
    (view.text === "" || `${one.source}\n${one.names}\n${one.reason}`.toLowerCase().includes(view.text));

  // --- filters

  const search = el("input", {
    type: "search", id: "search", placeholder: "name, file or reason", "aria-label": "Filter requests",
    oninput() { view.text = search.value.toLowerCase(); view.most = SHOWN; draw(); },
  });
  const rules = el("select", { id: "rule", "aria-label": "Rule", onchange() { view.rule = rules.value; draw(); } },
    el("option", { value: "" }, "any rule"),
    ...[...new Set(data.requests.map((one) => one.rule))].map((rule) => el("option", { value: rule }, rule)));

  function chip(decision) {
    const count = data.requests.filter((one) => one.decision === decision).length;
    const button = el("button", {
      class: `chip ${decision}`, type: "button", "aria-pressed": "true", "data-decision": decision,
      onclick() {
        if (!view.decisions.delete(decision)) view.decisions.add(decision);
        button.setAttribute("aria-pressed", String(view.decisions.has(decision)));
        draw();
      },
    }, `${words[decision]} ${count}`);
    return button;
  }

  // --- the list

  const count = el("p", { class: "faint", id: "count", "aria-live": "polite" });
  const list = el("div", { class: "list card", role: "list" });
  const side = el("aside", { class: "side card", "aria-live": "polite", "aria-label": "Explanation", hidden: "" });

  function row(one) {
    return el("div", { role: "listitem" }, el("button", {
      class: "row", type: "button", "data-source": one.source, "aria-current": view.chosen === one ? "true" : null,
      onclick() { view.chosen = one; draw(); explain(); },
    },
    el("span", { class: `tag ${one.decision}` }, words[one.decision]),
    el("span", { class: "names" }, one.names),
    el("span", { class: "faint source" }, one.source),
    el("span", { class: "reason" }, `${one.rule}: ${one.reason}`)));
  }

  function draw() {
    const found = data.requests.filter(fits);
    count.textContent = `${found.length} of ${data.requests.length} requests`;
    list.replaceChildren(...found.slice(0, view.most).map(row));
    if (found.length > view.most) {
      list.append(el("button", { type: "button", id: "more", onclick() { view.most += SHOWN; draw(); } },
        `${found.length - view.most} more`));
    }
  }

  // --- one decision

  const flat = (value) => (typeof value === "string" ? value : JSON.stringify(value));

  function step(one) {
    const rule = data.rules[one.rule];
    return el("li", { class: one.answer },
      el("div", null, el("b", null, rule.name), " ", el("span", { class: `tag ${one.answer}` }, said[one.answer])),
      el("div", { class: "faint" }, [rule.kind, rule.where].filter((text) => text !== "").join(", ")),
      one.facts.length === 0 ? null : facts(one.facts.map((fact) => [fact.name, fact.value])),
      one.message === null ? null : el("p", { class: "message" }, one.code === null ? one.message : `${one.code}: ${one.message}`));
  }

  function explain() {
    const one = view.chosen;
    const silent = one.silent === 0 ? null : el("p", { class: "faint" }, `${one.silent} built-in rules said nothing.`);
    side.hidden = false;
    side.replaceChildren(
      el("div", { class: "top" }, el("h2", null, one.names), el("button", {
        type: "button", id: "close", onclick() { side.hidden = true; view.chosen = null; draw(); },
      }, "Close")),
      el("p", null, el("span", { class: `tag ${one.decision}` }, words[one.decision]), ` by ${one.rule}`),
      facts([["Request", one.source], ["Where", one.where], ["Reason", one.reason], ["SHA-256", one.csr_sha256]]),
      ...one.warnings.map((text) => el("p", { class: "warning" }, text)),
      one.failure === null ? "" : el("pre", null, one.failure),
      el("h3", null, "Rules"), silent ?? "", el("ol", { class: "steps" }, ...one.steps.map(step)),
      ...(one.certificate ? [el("h3", null, "Certificate"),
        facts(Object.entries(one.certificate).filter(([, value]) => value !== null && flat(value) !== "[]" && flat(value) !== "{}")
          .map(([name, value]) => [name, flat(value)]))] : []));
    side.scrollIntoView({ block: "nearest" });
  }

  page.head.append(el("h1", null, document.title),
    el("p", { class: "faint mono" }, `SHA-256 ${data.hash}`),
    el("div", { class: "filters" }, chip("issue"), chip("deny"), chip("defer"), rules, search));
  page.main.append(count, el("div", { class: "board" }, list, side));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !side.hidden) document.getElementById("close").click();
  });
  draw();
}
