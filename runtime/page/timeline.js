// The timeline of a model: a lane for each unit, bars for certificates, marks for hooks. The chart is
// drawn anew from `view` whenever something changes.
"use strict";

{
  const { data, el, svg, facts, press, time, duration } = page;
  const ms = (text) => Date.parse(text);
  const now = ms(data.model.time);
  const TOP = 40, LABEL = 24, RAIL = 26, BAR = 20, GAP = 5, MARK = 9, MIN_SPAN = 10000;

  const hooks = data.hooks.map((hook) => ({ ...hook, at: ms(hook.time), events: [] }));
  const hook_by_id = new Map(hooks.map((hook) => [hook.id, hook]));
  for (const event of data.events) hook_by_id.get(event.hook)?.events.push(event);
  const certificates = data.certificates.map((certificate) => ({
    ...certificate,
    from: ms(certificate.not_before),
    to: ms(certificate.not_after),
    begin: Math.max(ms(certificate.issued), ms(certificate.not_before)),
    end: Math.min(certificate.ended ? ms(certificate.ended) : now, ms(certificate.not_after)),
  }));

  const states = [
    ["current", "in use"], ["renewed", "renewed since"], ["revoked", "revoked"],
    ["withdrawn", "withdrawn"], ["expired", "expired"], ["authority", "a CA's own"],
  ];
  const kinds = {
    key: "key made", request: "requested", "request-removed": "request removed",
    certificate: "certificate issued", "certificate-removed": "certificate removed",
    revocation: "certificate revoked", denial: "request denied", authority: "CA first seen",
  };

  // --- what is shown

  const whole = (() => {
    const times = hooks.map((hook) => hook.at).concat(now);
    for (const one of certificates) {
      if (one.state !== "authority") times.push(one.begin, one.to);
    }
    let from = times.reduce((a, b) => Math.min(a, b)), to = times.reduce((a, b) => Math.max(a, b));
    if (to - from < MIN_SPAN) to = from + MIN_SPAN;
    const room = (to - from) * 0.05;
    return { from: from - room, to: to + room };
  })();
  const view = { from: whole.from, to: whole.to, hidden: new Set(), chosen: null };

  const lane_of = (name, unit) => (data.lanes.includes(name) ? name : unit);

  // --- the page around the chart

  const chart = svg("svg", {
    role: "group", "aria-label": "Timeline: arrow keys move it, plus and minus zoom, 0 shows everything",
    tabindex: "0",
  });
  const side = el("aside", { class: "side card", "aria-live": "polite", "aria-label": "Details", hidden: "" });
  const board = el("div", { class: "board" }, el("div", { class: "card chart" }, chart), side);

  function filter_chip(lane) {
    const chip = el("button", {
      class: "chip", type: "button", "aria-pressed": "true",
      onclick() {
        if (!view.hidden.delete(lane)) view.hidden.add(lane);
        chip.setAttribute("aria-pressed", String(!view.hidden.has(lane)));
        draw();
      },
    }, lane);
    return chip;
  }

  function legend_key(name, text, shape) {
    return el("span", { class: name }, el("span", { class: `key ${shape}` }), text);
  }

  function build() {
    const failures = hooks.filter((hook) => hook.outcome === "failed").length;
    const used = states.filter(([state]) => certificates.some((one) => one.state === state));
    page.head.append(
      el("h1", null, `Timeline of model ${data.model.name}`),
      el("p", { class: "sub" }, `${hooks.length} hooks${failures ? `, ${failures} failed` : ""}; `
        + `${certificates.filter((one) => one.state !== "authority").length} certificates; `
        + `it is ${time(now)} UTC in the model`),
      el("div", { class: "bar-tools" },
        el("div", { class: "group", role: "group", "aria-label": "Zoom" },
          el("button", { type: "button", id: "zoom-out", "aria-label": "Zoom out", onclick: () => zoom(1.6) }, "\u2212"),
          el("button", { type: "button", id: "zoom-in", "aria-label": "Zoom in", onclick: () => zoom(1 / 1.6) }, "+"),
          el("button", { type: "button", id: "zoom-all", onclick: () => show(whole.from, whole.to) }, "Show all")),
        el("div", { class: "group", role: "group", "aria-label": "Units" }, ...data.lanes.map(filter_chip)),
        el("div", { class: "legend" },
          ...used.map(([state, text]) => legend_key(state, text, "")),
          legend_key("ok", "hook", "round"), legend_key("made", "hook that changed something about certificates", "round"),
          failures ? legend_key("failed", "hook that failed", "round full") : null)));
    page.main.append(board);
  }

  // --- moving

  function show(from, to) {
    const middle = (from + to) / 2, span = Math.max(to - from, MIN_SPAN);
    view.from = middle - span / 2;
    view.to = middle + span / 2;
    draw();
  }

  function zoom(factor, around = (view.from + view.to) / 2) {
    const span = view.to - view.from;
    factor = Math.min(Math.max(factor, MIN_SPAN / span), 40 * (whole.to - whole.from) / span);
    show(around - (around - view.from) * factor, around + (view.to - around) * factor);
  }

  function pan(part) {
    const step = (view.to - view.from) * part;
    show(view.from + step, view.to + step);
  }

  chart.addEventListener("wheel", (event) => {
    const tall = board.scrollHeight > window.innerHeight;
    if (tall && !event.ctrlKey && !event.metaKey && !event.deltaX) return; // the page scrolls
    event.preventDefault();
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) return pan(event.deltaX / chart.clientWidth);
    zoom(Math.exp(event.deltaY / 400), time_at(event.clientX));
  }, { passive: false });

  let drag = null;
  chart.addEventListener("pointerdown", (event) => {
    drag = { x: event.clientX, from: view.from, to: view.to, moved: false };
  });
  window.addEventListener("pointermove", (event) => {
    if (drag === null) return;
    const moved = event.clientX - drag.x;
    if (!drag.moved && Math.abs(moved) < 4) return;
    drag.moved = true;
    chart.classList.add("dragged");
    const by = moved / chart.clientWidth * (drag.to - drag.from);
    show(drag.from - by, drag.to - by);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    window.addEventListener(end, () => { chart.classList.remove("dragged"); drag = null; });
  }

  window.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const actions = {
      "+": () => zoom(1 / 1.6), "=": () => zoom(1 / 1.6), "-": () => zoom(1.6), 0: () => show(whole.from, whole.to),
      ArrowLeft: () => pan(-0.2), ArrowRight: () => pan(0.2), Escape: close,
    };
    if (!Object.hasOwn(actions, event.key)) return;
    event.preventDefault();
    actions[event.key]();
  });
  window.addEventListener("resize", () => draw());

  const time_at = (x) => {
    const box = chart.getBoundingClientRect();
    return view.from + (x - box.left) / box.width * (view.to - view.from);
  };

  // --- details

  function choose(what, title, badge, ...content) {
    view.chosen = what;
    side.replaceChildren(
      el("div", { class: "side-head" }, el("h2", null, title),
        el("button", { type: "button", "aria-label": "Close", onclick: close }, "\u00d7")),
      ...(badge ? [el("p", { class: badge[0] }, el("span", { class: "badge" }, badge[1]))] : []),
      ...content);
    side.hidden = false;
    side.scrollTop = 0;
    board.classList.add("open");
    draw();
  }

  function close() {
    view.chosen = null;
    side.hidden = true;
    board.classList.remove("open");
    draw();
  }

  const mono = (text) => el("span", { class: "mono" }, text);
  const list = (items) => el("ul", null, ...items.map((item) => el("li", null, item)));

  function names_of(one) {
    const names = [...one.names];
    if (one.more_names > 0) names.push(`and ${one.more_names} more`);
    return names.length > 0 ? list(names) : null;
  }

  function show_certificate(one) {
    const text = states.find(([state]) => state === one.state)[1];
    choose(one, one.subject || "A certificate", [one.state, text],
      facts([
        ["Serial", mono(one.serial)],
        ["Of", one.lane],
        ["Names", names_of(one)],
        ["Issuer", one.issuer],
        ["Valid from", `${time(one.from)} UTC`],
        ["Valid until", `${time(one.to)} UTC`],
        ["Validity", duration(one.to - one.from)],
        ["Issued", `${time(ms(one.issued))} UTC by ${one.by}`],
        ["In use until", one.ended ? `${time(ms(one.ended))} UTC` : null],
        ["Fingerprint", mono(one.fingerprint)],
        ["Public key", mono(one.public_key)],
        ["Is a CA", one.ca ? "yes" : null],
      ]));
  }

  function describe_event(event) {
    const target = certificates.find((one) => one.serial === event.serial);
    const about = {
      key: () => `${event.type} ${event.curve || event.bits}, public key ${event.public_key.slice(0, 16)}\u2026`,
      denial: () => `${event.subject} for ${event.lane}: ${event.name} (${event.code}): ${event.message}`,
    };
    const text = Object.hasOwn(about, event.kind) ? about[event.kind]()
      : `${event.subject || "no subject"} for ${event.lane}${event.renews ? ", a renewal" : ""}`;
    const label = Object.hasOwn(kinds, event.kind) ? kinds[event.kind] : event.kind;
    if (!target) return el("span", null, `${label}: ${text}`);
    return el("button", { type: "button", class: "link", onclick: () => show_certificate(target) },
      `${label}: ${text}, serial ${event.serial}`);
  }

  function hook_details(hook) {
    const lines = hook.log.map((line) => `${line.level} ${line.text}`).join("\n");
    return [
      facts([
        ["Unit", hook.unit], ["Time", `${time(hook.at)} UTC`],
        ["Result", hook.outcome + (hook.try > 1 ? `, try ${hook.try}` : "")],
        ["Duration", duration(hook.ms)],
      ]),
      ...(hook.events.length > 0 ? [el("h3", null, "Certificates"), list(hook.events.map(describe_event))] : []),
      ...(lines !== "" ? [el("h3", null, "Log"), el("pre", null, lines)] : []),
    ];
  }

  const class_of = (hook) => (hook.outcome === "failed" ? "failed" : hook.events.length > 0 ? "made" : "ok");

  function show_hooks(cluster) {
    if (cluster.length === 1) {
      const [hook] = cluster;
      return choose(cluster[0], hook.name, [class_of(hook), hook.outcome], ...hook_details(hook));
    }
    choose(cluster[0], `${cluster.length} hooks of ${cluster[0].unit}`, null,
      ...cluster.map((hook) => el("details", { class: "hook", open: class_of(hook) === "failed" ? "" : null },
        el("summary", null, hook.name, " ",
          el("span", { class: class_of(hook) }, el("span", { class: "badge" }, hook.outcome))),
        ...hook_details(hook))));
  }

  // --- drawing

  let width = 800;
  const x_of = (at) => (at - view.from) / (view.to - view.from) * width;

  const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
  const steps = [
    ...[1, 2, 5, 10, 30].map((n) => n * SECOND), ...[1, 2, 5, 10, 30].map((n) => n * MINUTE),
    ...[1, 3, 6, 12].map((n) => n * HOUR), ...[1, 2, 7].map((n) => n * DAY),
  ];
  const months = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200];

  // Times of ticks that are at least `least` ms apart, and what they say.
  function ticks(least) {
    const step = steps.find((one) => one >= least);
    const found = [];
    if (step) {
      for (let at = Math.ceil(view.from / step) * step; at < view.to; at += step) {
        const text = time(at);
        found.push([at, step >= DAY || at % DAY === 0 ? text.slice(0, 10) : text.slice(11, step < MINUTE ? 19 : 16)]);
      }
      return found;
    }
    const count = months.find((one) => one * 30 * DAY >= least) || 2400;
    const first = new Date(view.from);
    let month = Math.floor((first.getUTCFullYear() * 12 + first.getUTCMonth()) / count) * count;
    for (;; month += count) {
      const at = Date.UTC(Math.floor(month / 12), month % 12, 1);
      if (!(at < view.to)) return found;
      if (at >= view.from) found.push([at, count % 12 === 0 ? time(at).slice(0, 4) : time(at).slice(0, 7)]);
    }
  }

  function draw_axis(height) {
    const parts = [];
    for (const [at, text] of ticks((view.to - view.from) / width * 90)) {
      const x = x_of(at);
      parts.push(svg("line", { class: "grid", x1: x, x2: x, y1: TOP - 4, y2: height }));
      if (x > 4 && x < width - 70) parts.push(svg("text", { class: "faint", x: x + 4, y: TOP - 18 }, text));
    }
    const x = x_of(now);
    if (x >= 0 && x <= width) {
      parts.push(svg("line", { class: "now", x1: x, x2: x, y1: TOP - 4, y2: height }));
      parts.push(svg("text", { class: "now-text", x: Math.min(Math.max(x, 14), width - 14), y: TOP - 6 }, "now"));
    }
    return parts;
  }

  // Bars that overlap stand under each other.
  function pack(bars) {
    const ends = [];
    for (const bar of bars) {
      let row = ends.findIndex((end) => end <= bar.begin);
      if (row === -1) row = ends.length;
      ends[row] = bar.to;
      bar.row = row;
    }
    return ends.length;
  }

  function clip(text, room) {
    const letters = Math.floor(room / 7.2);
    if (text.length <= letters) return text;
    return letters < 4 ? "" : `${text.slice(0, letters - 1)}\u2026`;
  }

  function draw_bar(one, top) {
    const y = top + one.row * (BAR + GAP);
    const from = Math.max(x_of(one.begin), -20), to = Math.min(x_of(one.to), width + 20);
    const end = Math.min(x_of(one.end), to);
    if (to < 0 || from > width) return null;
    const label_x = Math.max(from, 0) + 6;
    const text = `${one.subject.replace(/^CN=/, "") || "no subject"}  ${one.serial}`;
    return svg("g", {
      class: `bar ${one.state}${view.chosen === one ? " chosen" : ""}`, "data-serial": one.serial,
      "aria-label": `Certificate ${one.subject} of ${one.lane}, serial ${one.serial}, ${one.state}, valid `
        + `from ${time(one.from)} until ${time(one.to)}`,
      ...press(() => show_certificate(one)),
    },
    svg("rect", { class: "valid shape", x: from, y, width: Math.max(to - from, 3), height: BAR, rx: 4 }),
    one.state === "authority" ? null
      : svg("rect", { class: "used", x: from, y: y + BAR - 5, width: Math.max(end - from, 2), height: 4, rx: 2 }),
    one.state === "revoked" ? svg("line", { class: "revoked-line", x1: end, x2: end, y1: y - 2, y2: y + BAR + 2 }) : null,
    svg("text", { x: label_x, y: y + 13 }, clip(text, Math.min(to, width) - label_x - 4)));
  }

  // Hooks whose marks would overlap are one mark with their number.
  function clusters(lane) {
    const found = [];
    for (const hook of hooks) {
      if (hook.unit !== lane) continue;
      const x = x_of(hook.at), last = found[found.length - 1];
      if (last && x - last.x < 2 * MARK + 4) last.hooks.push(hook);
      else found.push({ x, hooks: [hook] });
    }
    return found;
  }

  function draw_mark(cluster, y) {
    if (cluster.x < -MARK || cluster.x > width + MARK) return null;
    const order = ["failed", "made", "ok"];
    const kind = order.find((one) => cluster.hooks.some((hook) => class_of(hook) === one));
    const count = cluster.hooks.length;
    const what = count === 1 ? `${cluster.hooks[0].name}: ${cluster.hooks[0].outcome}`
      : `${count} hooks${kind === "failed" ? ", one failed" : ""}`;
    return svg("g", {
      class: `mark ${kind}${cluster.hooks.includes(view.chosen) ? " chosen" : ""}`,
      "aria-label": `${cluster.hooks[0].unit}, ${time(cluster.hooks[0].at)}, ${what}`,
      ...press(() => show_hooks(cluster.hooks)),
    },
    svg("circle", { class: "shape", cx: cluster.x, cy: y, r: count > 1 ? MARK + 1 : MARK - 3 }),
    count > 1 ? svg("text", { x: cluster.x, y: y + 4 }, count > 99 ? "99+" : count) : null);
  }

  function draw_lane(lane, top, number) {
    const bars = certificates.filter((one) => lane_of(one.lane, one.by) === lane)
      .sort((a, b) => a.begin - b.begin || a.to - b.to);
    const rows = pack(bars);
    const marks = clusters(lane);
    const rail = marks.length > 0 ? RAIL : 0;
    const height = LABEL + rail + rows * (BAR + GAP) + 8;
    const y = top + LABEL + rail / 2 - 2;
    const group = svg("g", { role: "group", "aria-label": lane },
      number % 2 === 0 ? svg("rect", { class: "stripe", x: 0, y: top, width, height }) : null,
      svg("text", { class: "lane", x: 8, y: top + 17 }, lane),
      rail > 0 ? svg("line", { class: "rail", x1: 0, x2: width, y1: y, y2: y }) : null,
      ...bars.map((one) => draw_bar(one, top + LABEL + rail)),
      ...marks.map((cluster) => draw_mark(cluster, y)));
    return [group, height];
  }

  const hatch = () => svg("defs", null,
    svg("pattern", { id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      svg("line", { x1: 0, x2: 0, y1: 0, y2: 6, class: "revoked-line" })));

  function draw() {
    const focused = document.activeElement?.getAttribute?.("aria-label");
    width = Math.max(chart.parentElement.clientWidth, 200);
    const lanes = [];
    let top = TOP;
    data.lanes.filter((lane) => !view.hidden.has(lane)).forEach((lane, number) => {
      const [group, height] = draw_lane(lane, top, number);
      lanes.push(group);
      top += height;
    });
    if (lanes.length === 0) {
      lanes.push(svg("text", { class: "faint", x: 8, y: TOP + 20 }, "Nothing is shown: choose a unit above"));
      top += 40;
    }
    const stripes = lanes.map((lane) => lane.querySelector?.(".stripe")).filter(Boolean);
    chart.setAttribute("viewBox", `0 0 ${width} ${top}`);
    chart.setAttribute("height", top);
    chart.replaceChildren(hatch(), ...stripes, ...draw_axis(top), ...lanes);
    if (!focused) return;
    for (const one of chart.querySelectorAll("[role=button]")) {
      if (one.getAttribute("aria-label") === focused) return one.focus({ preventScroll: true });
    }
  }

  // --- what a client saw

  // A bar for each step of time, in the colour of the certificate that was served; failures on top.
  function load_card(load) {
    const STEP = 10, TALL = 90, colours = ["past", "good", "other", "warn"];
    const colour = (serial) => `var(--${colours[serial % colours.length]})`;
    const most = load.steps.reduce((a, one) => Math.max(a, one.ok + one.failed), 1);
    const height = (count) => count * TALL / most;
    const bars = load.steps.flatMap((one, number) => {
      const box = { x: number * STEP, width: STEP - 2 };
      const ok = height(one.ok), failed = height(one.failed);
      return [
        one.ok > 0 ? svg("rect", { ...box, y: TALL - ok, height: ok, fill: colour(one.serial) }) : null,
        one.failed > 0 ? svg("rect", { ...box, y: TALL - ok - failed, height: failed, fill: "var(--bad)" }) : null,
      ];
    });
    const axis = load.steps.map((_, number) => number).filter((number) => number % 10 === 0).map((number) =>
      svg("text", { class: "faint", x: number * STEP, y: TALL + 16 }, `${number * load.step_ms / 1000} s`));
    return el("div", { class: "card load" },
      el("h2", null, "What a client saw"),
      el("p", { class: "sub" }, `${load.handshakes} handshakes, ${load.failures} failed; at most `
        + `${Math.round(most * 1000 / load.step_ms)} a second; the longest time without one that succeeded: ${load.gap_ms} ms`),
      svg("svg", {
        role: "img", "aria-label": "Handshakes over time, by certificate", width: load.steps.length * STEP,
        height: TALL + 22, viewBox: `0 0 ${load.steps.length * STEP} ${TALL + 22}`,
      }, ...bars, ...axis),
      ...load.serials.map((one, place) => el("p", null,
        svg("svg", { width: 12, height: 12, "aria-hidden": "true" },
          svg("rect", { width: 12, height: 12, fill: colour(place) })),
        ` serial ${one.serial.toLowerCase()}: ${one.count} handshakes, from ${one.first_ms} ms to ${one.last_ms} ms`)));
  }

  build();
  if (data.load) page.main.append(load_card(data.load));
  draw();
}
