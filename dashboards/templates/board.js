// Writes what the server says into the page. Texts only, never markup. Ages go on by themselves, so that a page whose
// server is gone does not look alive.
window.xtcmon = (() => {
  let heard = performance.now(), age = null, gone = false;
  const put = (id, text) => {
    const element = document.getElementById(id);
    if (!element) return;
    if (element.textContent !== text) element.textContent = text;
    element.toggleAttribute("data-zero", text === "0" || text === "–");
  };
  const rows = (id, content) => {
    const body = document.getElementById(id);
    if (!body || body.dataset.shown === JSON.stringify(content)) return;
    body.dataset.shown = JSON.stringify(content);
    body.replaceChildren(...content.map(line => {
      const row = document.createElement("tr");
      row.append(...line.map(text => {
        const cell = document.createElement("td");
        cell.textContent = text;
        if (/^[\d.,\u202f–-]+( [%A-Za-z]+)?$/.test(text)) cell.className = "number";
        return cell;
      }));
      return row;
    }));
  };
  const remember = (address) => {
    const wanted = new URLSearchParams(address).toString();
    if (wanted && wanted !== location.search.slice(1)) history.replaceState(null, "", "?" + wanted);
  };
  const span = (seconds) => seconds === null ? "–" : seconds < 10 ? seconds.toFixed(1) + " s"
    : seconds < 120 ? Math.round(seconds) + " s" : seconds < 7200 ? Math.round(seconds / 60) + " min"
    : (seconds / 3600).toFixed(1) + " h";
  const show = (said) => {
    if (said.beat < 0) return;
    heard = performance.now();
    age = said.age;
    gone = false;
    document.body.dataset.level = said.level;
    document.body.dataset.beat = said.beat;
    for (const [id, text] of Object.entries(said.text)) put(id, text);
    for (const [id, content] of Object.entries(said.tables)) rows(id, content);
    remember(said.address);
    put("head-age", span(age));
  };
  const watch = () => {
    const silent = (performance.now() - heard) / 1000;
    if (age !== null) put("head-age", span(age + silent));
    if (silent < 6) return;
    document.body.dataset.level = "stale";
    put("head-word", "no answer");
    put("head-why", "This page has lost its server; it comes back by itself.");
    if (gone || document.hidden) return;
    gone = true;
    fetch(location.pathname, {cache: "no-store"}).then(() => location.reload(), () => { gone = false; });
  };
  setInterval(watch, 1000);
  // While hidden the page heard nothing because it answered nothing.
  document.addEventListener("visibilitychange", () => { heard = performance.now(); });
  return {show};
})();
