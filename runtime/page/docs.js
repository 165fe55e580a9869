// The reference: a menu that can be searched, and a card for each function, command and rule.
"use strict";

(() => {
  const { commands, lints, reference, refusals, rules } = page.data;
  const known = new Set(); // what has a card or a section of its own
  for (const chapter of reference.chapters) known.add(chapter.name);
  for (const alias of reference.aliases) known.add(alias.name);

  // `code` and names of ours as links, everything else as it is.
  function inline(text) {
    const nodes = [];
    for (const part of text.split(/(`[^`]+`)/)) {
      if (part.startsWith("`")) nodes.push(page.el("code", null, part.slice(1, -1)));
      else nodes.push(...linked(part));
    }
    return nodes;
  }

  function linked(text) {
    return text.split(/(charm(?:\.[A-Za-z0-9_]+)+)/).map((part) =>
      known.has(part) ? page.el("a", { href: `#${part}` }, part) : part);
  }

  // Paragraphs, "* " lists and indented code.
  function prose(text) {
    return text.split("\n\n").filter((block) => block.trim() !== "").map((block) => {
      if (block.split("\n").every((line) => line.startsWith("    "))) {
        return page.el("pre", null, block.replace(/^ {4}/gm, ""));
      }
      if (!/^\* /.test(block)) return page.el("p", null, ...inline(block));
      const items = block.split(/\n?^\* /m).filter((item) => item !== "");
      return page.el("ul", null, ...items.map((item) => page.el("li", null, ...inline(item))));
    });
  }

  function rows(title, list, left, right) {
    if (list.length === 0) return [];
    const grid = page.el("div", { class: "rows" });
    for (const row of list) {
      grid.append(page.el("div", null, ...left(row)), page.el("div", null, ...right(row)));
    }
    return [page.el("h4", null, title), grid];
  }

  const name_and_type = ([name, type]) => [
    page.el("code", null, name), name && type ? " " : null, page.el("span", { class: "type mono" }, ...linked(type))];
  const explained = (row) => inline(row[2]);

  function examples(list) {
    return list.map((text) => page.el("pre", null, page.el("code", null, text)));
  }

  function function_card(item) {
    return page.el("article", { class: "item", id: item.name },
      page.el("h3", null, page.el("code", null, item.signature)), ...prose(item.text),
      ...rows("Parameters", item.params, name_and_type, explained),
      ...rows("Returns", item.returns, name_and_type, explained), ...examples(item.examples));
  }

  function section(id, title, ...children) {
    return page.el("section", { id }, page.el("h2", null, title), ...children);
  }

  function chapter_section(chapter) {
    return section(chapter.name, chapter.name, ...prose(chapter.text),
      ...rows("Fields", chapter.fields, name_and_type, explained), ...chapter.functions.map(function_card));
  }

  function alias_card(alias) {
    return page.el("article", { class: "item", id: alias.name },
      page.el("h3", null, page.el("code", null, alias.name)),
      alias.type === "" ? null : page.el("p", { class: "type mono" }, ...linked(alias.type)), ...prose(alias.text),
      ...rows("Values", alias.values, ([value]) => [page.el("code", null, value)], ([, text]) => inline(text)));
  }

  function command_card(command) {
    return page.el("article", { class: "item", id: `luacharm ${command.name}` },
      page.el("h3", null, page.el("code", null, `luacharm ${command.name} ${command.synopsis}`)),
      page.el("p", null, ...inline(command.summary)),
      ...rows("Options", command.options,
        ([name, value]) => [page.el("code", null, `--${name}${value === "" ? "" : ` ${value}`}`)], explained));
  }

  function lint_card(rule) {
    return page.el("article", { class: "item", id: `lint ${rule.id}` },
      page.el("h3", null, page.el("code", null, rule.id)), page.el("p", null, rule.text),
      page.el("p", null, page.el("span", { class: `tag ${rule.severity}` }, rule.severity),
        page.el("span", { class: "tag" }, rule.source), page.el("span", { class: "faint" }, rule.about)));
  }

  function refusal_card(refusal) {
    return page.el("article", { class: "item", id: `refusal ${refusal.id}` },
      page.el("h3", null, page.el("code", null, refusal.id)), page.el("p", null, refusal.text),
      ...examples([refusal.example]));
  }

  function rule_card(rule) {
    return page.el("article", { class: "item", id: `rule ${rule.id}` },
      page.el("h3", null, page.el("code", null, rule.id)), page.el("p", null, rule.text),
      page.el("p", null, page.el("span", { class: `tag ${rule.severity}` }, rule.severity)),
      ...examples([rule.example]));
  }

  const modules = reference.chapters.filter((chapter) => !chapter.is_class);
  const classes = reference.chapters.filter((chapter) => chapter.is_class);
  const sections = [
    ...modules.map(chapter_section), ...classes.map(chapter_section),
    section("types", "Other types", ...reference.aliases.map(alias_card)),
    section("commands", "Commands", ...commands.map(command_card)),
    section("lints", "Rules of luacharm x509 lint", ...lints.map(lint_card)),
    section("rules", "Rules of luacharm lint", ...rules.map(rule_card)),
    section("refusals", "What luacharm test refuses, since Juju could not do it",
      ...refusals.map(refusal_card)),
  ];

  function entry(id, text, ...below) {
    return page.el("li", null, page.el("a", { href: `#${id}` }, text),
      below.length === 0 ? null : page.el("ul", null, ...below));
  }

  function last_part(name) {
    return name.replace(/^.*[.:]/, "");
  }

  function functions_of(chapter) {
    return chapter.functions.map((item) => entry(item.name, item.name.startsWith(`${chapter.name}.`)
      ? item.name.slice(chapter.name.length + 1) : last_part(item.name)));
  }

  const menu = page.el("nav", { class: "menu", "aria-label": "Contents" },
    page.el("input", { type: "search", id: "search", placeholder: "Search", "aria-label": "Search", oninput: search }),
    page.el("h3", null, "Modules"),
    page.el("ul", null, ...modules.map((chapter) => entry(chapter.name, chapter.name, ...functions_of(chapter)))),
    page.el("h3", null, "Classes"),
    page.el("ul", null, ...classes.map((chapter) => entry(chapter.name, chapter.name, ...functions_of(chapter)))),
    page.el("h3", null, "Everything else"),
    page.el("ul", null, entry("types", "Other types"), entry("commands", "Commands"), entry("lints", "Certificate lints"),
      entry("rules", "Charm lints"), entry("refusals", "What tests cannot say")));

  // Cards whose text has every word; the sections and entries that are left empty go, too.
  function search() {
    const words = document.getElementById("search").value.toLowerCase().split(/\s+/).filter((word) => word !== "");
    const shown = new Set();
    for (const card of document.querySelectorAll(".item")) {
      const text = card.textContent.toLowerCase();
      const fits = words.every((word) => text.includes(word));
      card.classList.toggle("none", !fits);
      if (fits) shown.add(card.id).add(card.closest("section").id);
    }
    for (const part of document.querySelectorAll(".content section")) {
      const head = part.querySelector("h2").textContent.toLowerCase();
      const fits = shown.has(part.id) || words.every((word) => head.includes(word));
      if (fits) shown.add(part.id);
      part.classList.toggle("none", !fits);
    }
    for (const link of menu.querySelectorAll("a")) {
      link.parentElement.hidden = words.length > 0 && !shown.has(link.getAttribute("href").slice(1));
    }
  }

  page.head.append(page.el("h1", null, document.title));
  page.main.append(page.el("div", { class: "layout" }, menu, page.el("div", { class: "content" }, ...sections)));
  // The cards were not there yet when the browser looked for the address's.
  const wanted = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (wanted !== null) wanted.scrollIntoView();
})();
