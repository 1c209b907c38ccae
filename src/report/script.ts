/**
 * What the page does beyond being read: unit and theme switches, sorting, a pair picker, CSV, SVG and JSON. Runs in
 * the browser as it stands, once the page is there; without it nothing is missing but these.
 */
export const script = `"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const make = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text }, more);
  const button = (text, onclick) => make("button", text, { type: "button", onclick });
  const save = (name, type, text) => {
    const link = make("a", "", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const said = document.getElementById("said");
  const say = (text) => { said.textContent = text; };

  // Units: every amount carries its nats.
  const show = (nats) => {
    const text = (root.dataset.unit === "bits" ? nats / Math.LN2 : nats).toFixed(3);
    return Number(text) === 0 ? "0.000" : text.replace("-", "\\u2212");
  };
  const setUnit = (unit) => {
    root.dataset.unit = unit;
    for (const element of all("[data-nats]")) element.textContent = show(Number(element.dataset.nats));
    for (const element of all("[data-unit-name]")) element.textContent = unit;
    for (const b of all(".units button")) b.setAttribute("aria-pressed", String(b.dataset.set === unit));
  };
  for (const b of all(".units button")) b.onclick = () => setUnit(b.dataset.set);

  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const theme = document.getElementById("theme");
  const nameTheme = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  theme.onclick = () => { root.dataset.theme = isDark() ? "light" : "dark"; nameTheme(); };
  nameTheme();
  document.getElementById("print").onclick = () => print();
  document.querySelector(".tools").hidden = false;

  // Tables: click a header to sort, copy the rows as CSV.
  const key = (row, j) => {
    const cell = row.cells[j];
    return cell.dataset.sort ?? cell.textContent.trim();
  };
  const number = (text) => (text === "" ? NaN : Number(text.replace(/[,%<≤\\s]/g, "").replace("\\u2212", "-")));
  const compare = (a, b) => {
    const [x, y] = [number(a), number(b)];
    if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
    return Number.isNaN(x) ? a.localeCompare(b, undefined, { numeric: true }) : x - y;
  };
  for (const table of all("table")) {
    const heads = all("thead th", table);
    const body = table.tBodies[0];
    if (body.rows.length > 1) heads.forEach((head, j) => {
      if (head.hasAttribute("data-fixed") || head.textContent.trim() === "") return;
      const sorter = button("", () => {
        const descending = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") === "ascending" : head.classList.contains("num");
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        const rows = [...body.rows].sort((a, b) => compare(key(a, j), key(b, j)) * (descending ? -1 : 1));
        body.append(...rows);
      });
      sorter.append(...head.childNodes);
      head.append(sorter);
    });
    const quote = (text) => (/[",\\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text);
    const csv = () => [...table.rows].map((row) => [...row.cells].map((cell) => quote(cell.textContent.trim().replace(/\\s+/g, " "))).join(",")).join("\\n") + "\\n";
    const actions = make("div", "", { className: "actions" });
    actions.append(button("Copy as CSV", async () => {
      try {
        await navigator.clipboard.writeText(csv());
        say("Table copied as CSV");
      } catch {
        save("table.csv", "text/csv", csv());
        say("Table saved as table.csv");
      }
    }));
    table.closest(".table").append(actions);
  }

  // Pictures: save as SVG with the colours of the moment.
  const standalone = (svg) => {
    const copy = svg.cloneNode(true);
    const styles = getComputedStyle(root);
    for (const element of [copy, ...all("*", copy)]) {
      if (element.matches(root.dataset.unit === "bits" ? ".u-nats" : ".u-bits")) { element.remove(); continue; }
      for (const { name, value } of [...element.attributes]) {
        if (value.startsWith("var(")) element.setAttribute(name, styles.getPropertyValue(value.slice(4, -1)).trim());
      }
    }
    copy.setAttribute("font-family", "system-ui, sans-serif");
    copy.setAttribute("font-size", "12");
    copy.setAttribute("style", "background:" + styles.getPropertyValue("--paper").trim());
    return new XMLSerializer().serializeToString(copy);
  };
  for (const [i, figure] of all("figure").entries()) {
    figure.append(button("Save as SVG", () => {
      const svg = all("svg", figure).find((drawing) => drawing.getClientRects().length > 0);
      if (svg) save("chart-" + (i + 1) + ".svg", "image/svg+xml", standalone(svg));
    }));
  }

  // Pairs: all as a gallery, or one at a time.
  const gallery = document.querySelector("[data-picker]");
  const pairs = gallery ? all("[data-pair]", gallery) : [];
  if (pairs.length > 1) {
    const select = make("select", "");
    select.append(make("option", "all " + pairs.length + " pairs", { value: "" }));
    pairs.forEach((pair, i) => select.append(make("option", pair.dataset.pair, { value: String(i) })));
    const pick = () => {
      const one = select.value !== "";
      gallery.classList.toggle("one", one);
      pairs.forEach((pair, i) => {
        pair.hidden = one && String(i) !== select.value;
        pair.querySelector("details").open = one;
      });
    };
    const step = (by) => () => {
      select.selectedIndex = (select.selectedIndex + by + pairs.length + 1) % (pairs.length + 1);
      pick();
    };
    select.onchange = pick;
    const label = make("label", "Show ");
    label.append(select);
    const bar = make("div", "", { className: "picker" });
    bar.append(label, button("Previous", step(-1)), button("Next", step(1)));
    gallery.before(bar);
  }

  const data = document.getElementById("measurement");
  const download = document.querySelector("[data-download]");
  if (download) {
    const actions = make("div", "", { className: "actions" });
    actions.append(button("Save the JSON", () => save("measurement.json", "application/json", data.textContent)));
    download.after(actions);
  }
})();
`;
