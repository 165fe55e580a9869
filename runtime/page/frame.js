// What all reports share: the data, and elements made without any markup in text. Everything that comes
// from the data goes through textContent or an attribute; there is no innerHTML.
"use strict";

const page = {
  data: JSON.parse(document.getElementById("data").textContent),
  head: document.getElementById("head"),
  main: document.getElementById("main"),

  // page.el("p", { class: "faint", onclick: f }, "text", child, ...): attributes that are null, and
  // children that are, are left out.
  el(tag, attributes, ...children) {
    return page.fill(document.createElement(tag), attributes, children);
  },

  svg(tag, attributes, ...children) {
    return page.fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
  },

  fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined) continue;
      if (typeof value === "function") node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value);
    }
    for (const child of children) {
      if (child === null || child === undefined) continue;
      node.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
    return node;
  },

  // A <dl> of [name, value] pairs; empty values are left out.
  facts(pairs) {
    const list = page.el("dl");
    for (const [name, value] of pairs) {
      if (value === null || value === undefined || value === "") continue;
      list.append(page.el("dt", null, name), page.el("dd", null, value));
    }
    return list;
  },

  // Something that is a button for the pointer, the keyboard and a screen reader.
  press(action) {
    return {
      role: "button",
      tabindex: "0",
      onclick: action,
      onkeydown(event) {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        action(event);
      },
    };
  },

  // "2026-01-15 12:00:00", UTC as everything here.
  time(ms) {
    return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
  },

  duration(ms) {
    if (ms < 1000) return `${ms} ms`;
    const units = [["d", 86400000], ["h", 3600000], ["min", 60000], ["s", 1000]];
    const parts = [];
    for (const [name, size] of units) {
      const count = Math.floor(ms / size);
      ms -= count * size;
      if (count > 0 && parts.length < 2) parts.push(`${count} ${name}`);
    }
    return parts.join(" ");
  },
};
