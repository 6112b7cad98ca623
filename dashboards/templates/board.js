// Writes what the server says into the page. Texts only, never markup. Ages go on by themselves, so that a page whose
// server is gone does not look alive.
window.xtcmon = (() => {
  const mine = location.pathname.split("/").pop(), base = location.pathname.slice(0, -mine.length);
  const kept = (page) => sessionStorage.getItem("xtcmon " + base + page) ?? "";
  let heard = performance.now(), age = null, gone = false;
  const early = [];
  const put = (id, text) => {
    const element = document.getElementById(id);
    if (!element) return;
    if (element.matches("input, select")) {
      if (element !== document.activeElement && element.value !== text) element.value = text;
      return;
    }
    if (element.textContent !== text) element.textContent = text;
    element.toggleAttribute("data-zero", text === "0" || text === "–");
  };
  const rows = (id, content) => {
    const body = document.getElementById(id);
    if (!body || body.dataset.shown === JSON.stringify(content)) return;
    body.dataset.shown = JSON.stringify(content);
    if (body.matches("datalist")) {
      body.replaceChildren(...content.map(([text]) => new Option(text, text)));
      return;
    }
    body.replaceChildren(...content.map(line => {
      const row = document.createElement("tr");
      row.append(...line.map(text => {
        const cell = document.createElement("td");
        if (Array.isArray(text)) {
          // A cell with an address of this server.
          const link = document.createElement("a");
          [link.textContent, link.href] = [text[0], /^(\/(?!\/)|\?)/.test(text[1]) ? text[1] : "#"];
          cell.append(link);
          return cell;
        }
        cell.textContent = text;
        if (/^[\d.,\u202f–-]+(e[+-]?\d+)?( [%A-Za-z]+)?$/.test(text)) cell.className = "number";
        return cell;
      }));
      return row;
    }));
  };
  const remember = (address) => {
    const wanted = new URLSearchParams(address).toString();
    if (wanted && wanted !== location.search.slice(1)) history.replaceState(null, "", "?" + wanted);
    // Back in the present, nothing else may have been chosen.
    if (!wanted && new URLSearchParams(location.search).has("at")) history.replaceState(null, "", location.pathname);
    sessionStorage.setItem("xtcmon " + base + mine, location.search);
  };
  const span = (seconds) => seconds === null ? "–" : seconds < 10 ? seconds.toFixed(1) + " s"
    : seconds < 120 ? Math.round(seconds) + " s" : seconds < 7200 ? Math.round(seconds / 60) + " min"
    : (seconds / 3600).toFixed(1) + " h";
  const level = (id, word) => {
    const element = document.getElementById(id);
    if (element && element.dataset.level !== word) element.dataset.level = word;
  };
  // When each panel's data were made, by this browser's clock, so that ages go on without a word from the server.
  const made = new Map();
  const NO_DATA = {recorded: "recorded", held: "not kept"};
  const grow = () => {
    for (const [id, moment] of made) {
      const element = document.getElementById(id);
      if (!element) continue;
      const old = moment === null ? null : (performance.now() - moment) / 1000;
      put(id, old === null ? (NO_DATA[document.getElementById("past").dataset.kind] ?? "no data yet") : span(old) + " old");
      const panel = element.closest(".panel") ?? element;
      panel.toggleAttribute("data-stale", old !== null && old > Number(element.dataset.stale ?? 10));
    }
  };
  const alarms = (raised) => {
    // Lines stay the same elements while their texts change: a button that moves away under the mouse cannot be pressed.
    const place = document.getElementById("alarms");
    const old = new Map([...place.children].map(line => [line.dataset.name, line]));
    const lines = raised.map(alarm => {
      const line = old.get(alarm.name) ?? document.createElement("p");
      if (!line.firstChild) line.append(document.createElement("span"));
      if (line.dataset.level !== alarm.level) line.dataset.level = alarm.level;
      line.dataset.name = alarm.name;
      if (line.firstChild.textContent !== alarm.text) line.firstChild.textContent = alarm.text;
      const button = line.querySelector("button");
      if (button && !alarm.acknowledge) button.remove();
      if (!button && alarm.acknowledge) {
        const made = document.createElement("button");
        [made.type, made.textContent] = ["button", "Acknowledge"];
        [made.dataset.act, made.dataset.value] = ["acknowledge", alarm.name];
        line.append(made);
      }
      return line;
    });
    const same = lines.length === place.children.length && lines.every((line, i) => line === place.children[i]);
    if (!same) place.replaceChildren(...lines);
  };
  const past = {% include "past.js" %};
  const show = (said) => {
    if (said.beat < 0) return;
    heard = performance.now();
    age = said.age;
    gone = false;
    document.body.dataset.level = said.level;
    document.body.dataset.beat = said.beat;
    for (const [id, text] of Object.entries(said.text)) put(id, text);
    for (const [id, content] of Object.entries(said.tables)) rows(id, content);
    for (const [id, word] of Object.entries(said.levels)) level(id, word);
    for (const [id, seconds] of Object.entries(said.ages))
      made.set(id, seconds === null ? null : performance.now() - 1000 * seconds);
    grow();
    alarms(said.alarms);
    past(said.past);
    remember(said.address);
    put("head-age", span(age));
  };
  const watch = () => {
    const silent = (performance.now() - heard) / 1000;
    if (age !== null) put("head-age", span(age + silent));
    grow();
    if (silent < 6) return;
    document.body.dataset.level = "stale";
    put("head-word", "no answer");
    put("head-why", "This page has lost its server; it comes back by itself.");
    // A busy machine may take longer for a first answer than for any other: to begin anew would not make it faster.
    if (gone || document.hidden || (!("connected" in document.body.dataset) && silent < 30)) return;
    gone = true;
    fetch(location.pathname, {cache: "no-store"}).then(() => location.reload(), () => { gone = false; });
  };
  setInterval(watch, 1000);
  // Elements with data-act speak to the server: buttons when pressed, inputs when changed.
  const cookie = "xtcmon_person";
  const act = (element, value) => {
    if (element.dataset.act === "person")
      document.cookie = `${cookie}=${encodeURIComponent(value)};path=/;max-age=31536000;samesite=strict`;
    if (element.dataset.act === "layout-save") {
      const pages = [...document.querySelectorAll("a[data-page]")].map(link => [link.dataset.page, kept(link.dataset.page)]);
      value = JSON.stringify({name: document.getElementById("layout-name").value, pages: Object.fromEntries(pages)});
    }
    window.xtcmon.tell(element.dataset.act, String(value));
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-act]");
    if (button) act(button, button.dataset.from ? document.getElementById(button.dataset.from).value : button.dataset.value ?? "");
  });
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.matches?.("input[data-act], select[data-act]")) act(input, input.type === "checkbox" ? input.checked : input.value);
  });
  // Every page is left with its choices in the address; who comes back finds them.
  document.addEventListener("DOMContentLoaded", () => {
    const name = document.cookie.split("; ").find(each => each.startsWith(cookie + "="));
    document.getElementById("person").value = name ? decodeURIComponent(name.slice(cookie.length + 1)) : "";
    document.querySelector("nav").addEventListener("click", (event) => {
      const link = event.target.closest("a[data-page]");
      if (!link || link.dataset.page === mine) return;
      const wanted = new URLSearchParams(kept(link.dataset.page)), at = new URLSearchParams(location.search).get("at");
      // The place in a recorded run is that of all its pages.
      wanted.delete("at");
      if (at) wanted.set("at", at);
      link.search = wanted.toString();
    });
  });
  // While hidden the page heard nothing because it answered nothing.
  document.addEventListener("visibilitychange", () => { heard = performance.now(); });
  // What a part of a page measures itself: the age of what it has painted.
  const aged = (id, seconds) => { made.set(id, performance.now() - 1000 * seconds); };
  // What somebody presses before the page has its connection is told as soon as it has.
  const tell = (name, value) => { early.push([name, value]); };
  const connect = (told) => {
    if (window.xtcmon.tell === told) return;
    window.xtcmon.tell = told;
    early.splice(0).forEach(act => told(...act));
    document.body.dataset.connected = "";
  };
  return {show, aged, tell, connect};
})();
