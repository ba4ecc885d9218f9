/// The page's own script: it applies changes in place, so that scrolling, folds and focus are kept.
enum WatchScript {
  static let text = #"""
    "use strict";
    const byId = (id) => document.getElementById(id);
    const cells = new Map();
    const page = {};

    function post(path, body) {
      return fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body || {}) })
        .then((answer) => { if (!answer.ok) return answer.text().then((words) => lost(words)); })
        .catch(() => lost("moco does not respond: it has ended, or the connection failed."));
    }

    function lost(words) {
      const place = byId("lost");
      if (place.textContent !== words) place.textContent = words;
      place.hidden = !words;
    }

    function element(tag, name, parent) {
      const made = document.createElement(tag);
      if (name) made.className = name;
      if (parent) parent.append(made);
      return made;
    }

    function make(id) {
      const cell = { id, state: { is: "prose", words: "", name: "" } };
      cell.place = element("section", "live");
      cell.place.id = "cell-" + id;
      for (const piece of ["head", "bar", "code"]) cell[piece] = element("div", piece, cell.place);
      cell.controls = element("div", "controls-place", cell.place);
      cell.controls.addEventListener("focusout", () => { if (cell.later) setTimeout(() => control(cell, cell.later)); });
      cell.outputs = element("div", "outputs", cell.place);
      cell.words = element("span", "words", cell.bar);
      cell.elapsed = element("span", "elapsed", cell.bar);
      cell.button = element("button", "run", cell.bar);
      cell.button.type = "button";
      cell.button.textContent = "Run";
      cell.button.addEventListener("click", () => post("run", { cell: id }));
      cell.bar.hidden = true;
      cells.set(id, cell);
      return cell;
    }

    // Elements with focus or folds are found again by their index among similar elements.
    const focusable = "a, button, summary, input, select, textarea, [tabindex]";
    function replace(place, html) {
      if (place.source === html) return;
      place.source = html;
      const folds = [...place.querySelectorAll("details")].map((fold) => fold.open);
      const before = [...place.querySelectorAll(focusable)];
      const focus = before.indexOf(document.activeElement);
      const sides = [...place.querySelectorAll("pre")].map((pre) => pre.scrollLeft);
      place.innerHTML = html;
      const after = [...place.querySelectorAll("details")];
      if (folds.length && folds.length === after.length) after.forEach((fold, i) => { fold.open = folds[i]; });
      [...place.querySelectorAll("pre")].forEach((pre, i) => { if (sides[i]) pre.scrollLeft = sides[i]; });
      if (focus >= 0) {
        const now = [...place.querySelectorAll(focusable)];
        if (now[focus]) now[focus].focus({ preventScroll: true });
      }
    }

    // A control in use is not replaced: it is updated when it loses the focus.
    function control(cell, html) {
      const held = cell.controls.contains(document.activeElement) && document.activeElement.dataset.control;
      const made = document.createElement("template");
      made.innerHTML = html;
      const names = (place) => [...place.querySelectorAll("[data-control]")].map((one) => one.id + one.dataset.control).join();
      if (held && names(made.content) === names(cell.controls)) { cell.later = html; return; }
      cell.later = null;
      replace(cell.controls, html);
      for (const one of cell.controls.querySelectorAll("[data-control]")) one.disabled = false;
    }

    // Only one position is being sent at a time; of later ones, only the last one follows.
    const positions = new Map();
    const sending = new Set();
    function send(name, value) {
      positions.set(name, value);
      if (sending.has(name)) return;
      sending.add(name);
      const last = positions.get(name);
      positions.delete(name);
      post("set", { name, value: last }).finally(() => {
        sending.delete(name);
        if (positions.has(name)) send(name, positions.get(name));
      });
    }
    function moved(event) {
      const one = event.target;
      const name = one.dataset && one.dataset.control;
      if (!name || !one.closest(".controls-place")) return;
      if (event.type === "input" && one.type !== "range") return;
      if (event.type === "change" && one.type === "range") return;
      for (const shown of one.closest(".controls-place").querySelectorAll("output")) {
        if (shown.dataset.value === name) shown.textContent = one.value;
      }
      send(name, one.type === "checkbox" ? String(one.checked) : one.value);
    }
    document.addEventListener("input", moved);
    document.addEventListener("change", moved);

    function arrange(order) {
      const wanted = new Set(order);
      for (const [id, cell] of cells) {
        if (!wanted.has(id)) { cell.place.remove(); cells.delete(id); }
      }
      let next = byId("heading").nextSibling;
      for (const id of order) {
        const cell = cells.get(id) || make(id);
        if (cell.place === next) { next = next.nextSibling; continue; }
        byId("content").insertBefore(cell.place, next);
      }
    }

    function show(cell) {
      const state = cell.state;
      cell.place.dataset.state = state.is;
      cell.bar.hidden = state.is === "prose";
      cell.words.textContent = state.words;
      const label = state.is === "fresh" ? "Run again" : "Run";
      if (cell.button.textContent !== label) cell.button.textContent = label;
      cell.button.setAttribute("aria-label", label + " " + state.name);
      cell.button.hidden = state.is === "running" || state.is === "queued";
      if (state.is !== "running") { cell.since = null; cell.elapsed.textContent = ""; }
    }

    function summary() {
      const running = [...cells.values()].find((cell) => cell.state.is === "running");
      byId("interrupt").disabled = !running;
      byId("run-all").disabled = !page.unfinished;
      let words = "all cells are up to date";
      const waiting = page.stale + (page.stale === 1 ? " stale cell" : " stale cells");
      if (running) words = running.state.name + " runs";
      else if (page.stale) words = waiting;
      else if (page.unfinished) words = page.unfinished + " to run";
      if (page.problem) words = "the file has errors; the page shows the earlier version. " + words;
      const place = byId("status");
      if (place.textContent !== words) place.textContent = words;
      byId("clock").textContent = "";
    }

    function take(change) {
      if (change.order) arrange(change.order);
      for (const part of change.cells || []) {
        const cell = cells.get(part.id) || make(part.id);
        for (const piece of ["head", "code", "outputs"]) if (piece in part) replace(cell[piece], part[piece]);
        if ("controls" in part) control(cell, part.controls);
        if (part.state) {
          cell.state = part.state;
          if ("elapsed" in part) cell.since = performance.now() - part.elapsed;
          show(cell);
        }
      }
      if (change.page) {
        Object.assign(page, change.page);
        document.title = page.title;
        // A notebook without its own heading gets its name.
        byId("heading").textContent = "";
        if (!page.hasTitle) element("h1", "", byId("heading")).textContent = page.title;
        for (const piece of ["problem", "notice"]) {
          replace(byId(piece), page[piece]);
          byId(piece).hidden = !page[piece];
        }
      }
      summary();
    }

    function connect() {
      const source = new EventSource("events");
      // After a reconnection everything is sent again; existing elements are kept.
      source.onopen = () => lost("");
      source.onmessage = (event) => take(JSON.parse(event.data));
      source.onerror = () => {
        lost("The connection to moco is lost; the page shows the earlier state. Reconnecting…");
        if (source.readyState === EventSource.CLOSED) setTimeout(connect, 1000);
      };
    }

    byId("run-all").addEventListener("click", () => post("run-all"));
    byId("interrupt").addEventListener("click", () => post("interrupt"));
    setInterval(() => {
      for (const cell of cells.values()) {
        if (cell.since == null) continue;
        const seconds = ((performance.now() - cell.since) / 1000).toFixed(1) + " s";
        cell.elapsed.textContent = seconds;
        byId("clock").textContent = seconds;
      }
    }, 100);
    connect();
    """#
}
