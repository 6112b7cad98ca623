// Says in words what each plot shows at present, for people who hear a page instead of seeing it: as the name and description
// of its canvas, and of the place that the keyboard reaches. Nothing is announced: who asks hears what held a few seconds ago.
window.xtcmon.describe = (() => {
  const PERIOD_MS = 5000, MOST = 8, START_MS = 500;
  const number = (value) => Number.isInteger(value) && Math.abs(value) < 1e12 ? String(value) : String(Number(value.toPrecision(4)));
  const some = (things, one, many) => `${things} ${things === 1 ? one : many}`;
  const place = (axis, value) => typeof value === "string" ? value
    : axis?.type === "DatetimeAxis" ? new Date(value).toISOString().slice(11, 19) : number(value);
  const field = (given) => given && typeof given === "object" && "field" in given ? given.field : typeof given === "string" ? given : null;
  const column = (renderer, name) => renderer.data_source.data[field(renderer.glyph[name])] ?? [];
  const extent = (values) => {
    let low = Infinity, high = -Infinity;
    for (const value of values) if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
    return low <= high ? [low, high] : null;
  };
  const spread = (values) => {
    const found = extent(values);
    return !found ? "no value" : found[0] === found[1] ? `all ${number(found[0])}` : `from ${number(found[0])} to ${number(found[1])}`;
  };
  const unit_of = (figure) => {
    const bar = panels(figure).find(each => each.type === "ColorBar");
    return bar?.title ? ` ${typeof bar.title === "string" ? bar.title : bar.title.text ?? ""}` : "";
  };
  const panels = (figure) => [...figure.below, ...figure.left, ...figure.above, ...figure.right, ...figure.center];
  const axes = (figure) => [figure.below, figure.left].map(side => side.find(each => /Axis$/.test(each.type)));
  const label = (axis) => typeof axis?.axis_label === "string" ? axis.axis_label : "";
  const labels = (figure) => new Map(panels(figure).filter(each => each.type === "Legend").flatMap(legend => legend.items)
    .flatMap(item => item.renderers.map(each => [each, item.label?.value ?? (typeof item.label === "string" ? item.label : "")])));
  // What each kind of mark tells; others are lines of error bars, bands and outlines that tell nothing more.
  const curve = (renderer, name, [across]) => {
    const x = column(renderer, "x"), y = column(renderer, "y");
    let last = y.length - 1;
    while (last >= 0 && !Number.isFinite(y[last])) last--;
    if (last < 0 || x.length !== y.length) return "";
    return `${name}${some(y.length, "point", "points")}, ${spread(y)}, last ${number(y[last])} at ${place(across, x[last])}`;
  };
  const bars = (renderer, name, [across]) => {
    const left = column(renderer, "left"), right = column(renderer, "right"), top = column(renderer, "top");
    const coloured = renderer.data_source.data.value;
    if (coloured?.length) return `${some(coloured.length, "cell", "cells")}, ${spread(coloured)}`;
    const highest = extent(top)?.[1], i = top.indexOf(highest);
    if (i < 0) return "";
    return `${name}${some(top.length, "bar", "bars")}, largest ${number(highest)} between ${place(across, left[i])} and ${place(across, right[i])}`;
  };
  const image = (renderer, name, unused, figure) => {
    const [values] = column(renderer, "image");
    return values ? `picture of ${values.shape[0]} rows and ${values.shape[1]} columns, ${spread(values)}${unit_of(figure)}` : "";
  };
  const painted = (renderer, name, unused, figure) => {
    const shown = window.xtcmon.picture?.shown();
    if (!shown) return "";
    const state = document.getElementById("picture-state")?.textContent ?? "";
    const kind = models().find(each => each.type === "Select" && each.title === "Picture")?.options.find(([word]) => word === shown.kind);
    return `${kind?.[1] ?? shown.kind}: ${state}; ${shown.shape[0]} rows and ${shown.shape[1]} columns, `
      + `colours from ${number(shown.low)} to ${number(shown.high)}${unit_of(figure)}`;
  };
  const lines = (renderer) => {
    const names = renderer.data_source.data.run ?? [];
    return names.length ? `earlier: ${names.slice(0, MOST).join(", ")}` : "";
  };
  const outlines = (renderer) => {
    const names = (renderer.data_source.data.name ?? []).filter(Boolean);
    return names.length ? `marked: ${names.slice(0, MOST).join(", ")}` : "";
  };
  const cells = (renderer) => {
    const values = renderer.data_source.data.r ?? renderer.data_source.data.value ?? [];
    return values.length ? `${some(values.length, "cell", "cells")}, ${spread(values)}` : "";
  };
  const pairs = (renderer) => {
    const {pair = [], r = []} = renderer.data_source.data, strongest = extent(Array.from(r, Math.abs))?.[1];
    const i = r.findIndex(value => Math.abs(value) === strongest);
    return i < 0 ? "" : `${some(r.length, "pair", "pairs")}, strongest ${pair[i]} with ${number(r[i])}`;
  };
  const marks = (renderer) => {
    const texts = (renderer.data_source.data.text ?? []).filter(Boolean);
    return texts.length ? `${some(texts.length, "mark", "marks")}, last: ${texts.at(-1)}` : "";
  };
  const TELLS = {
    Line: curve, Scatter: curve, Circle: curve, Step: curve, Quad: bars, Image: image, ImageRGBA: painted,
    MultiLine: lines, Patches: outlines, Rect: cells, HBar: pairs, VSpan: marks,
  };
  const told = (figure) => {
    const across = axes(figure), named = labels(figure), seen = new Set(), found = [];
    for (const renderer of figure.renderers) {
      const tell = renderer.visible && TELLS[renderer.glyph?.type];
      if (!tell) continue;
      const key = [renderer.data_source.id, tell.name, field(renderer.glyph.y)].join();
      if (seen.has(key)) continue;
      const name = named.get(renderer);
      const text = tell(renderer, name ? `${name}: ` : "", across, figure);
      if (text) { seen.add(key); found.push(text); }
    }
    return found;
  };
  const above = (element) => element.parentElement ?? element.getRootNode().host ?? null;
  const closest = (element, selector) => {
    let here = element;
    while (here && !here.matches(selector)) here = above(here);
    return here;
  };
  const title = (figure) => (figure.title?.text ?? "").trim();
  // A title tells its newest value behind three spaces; one that is all numbers is no name.
  const own = (figure) => title(figure).includes("   ") ? title(figure).split("   ")[0] : /\d/.test(title(figure)) ? "" : title(figure);
  const drawn = (figure, kind) => figure.renderers.find(each => each.glyph?.type === kind);
  const name = (figure, element) => {
    if (drawn(figure, "ImageRGBA")) return `picture of ${window.xtcmon.picture?.shown()?.detector ?? "no detector"}`;
    const heading = closest(element, ".panel")?.querySelector("h2")?.textContent.trim() ?? "";
    const [x, y] = axes(figure).map(label);
    const [bars, matrix] = [drawn(figure, "Quad")?.data_source.data, drawn(figure, "Rect") ?? drawn(figure, "HBar")];
    const counted = bars && !("value" in bars) && !("name" in bars);
    const fields = matrix && (matrix.glyph.type === "Rect" ? "correlation matrix" : "correlations by strength");
    const shown = own(figure) || (x && y ? `${y} against ${x}` : y || x);
    // The kind is a part of the name, so that no plot is called as the field or widget that it belongs to.
    const what = fields || [shown, counted ? "histogram" : drawn(figure, "Image") ? "map" : "plot"].filter(Boolean).join(", ");
    return [heading === shown ? "" : heading, what].filter(Boolean).join(": ");
  };
  const span = (axis, range, which) => {
    const ends = range.factors ? [range.factors[0], range.factors.at(-1)] : [range.start, range.end];
    const known = ends.every(end => typeof end === "string" || Number.isFinite(end));
    return `${which}: ${label(axis) || "number"}${known ? ` from ${place(axis, ends[0])} to ${place(axis, ends[1])}` : ""}`;
  };
  const text = (figure, element) => {
    const [x, y] = axes(figure), all = told(figure), old = closest(element, ".panel[data-stale]") ? "Stale. " : "";
    const said = /\d/.test(title(figure)) ? `${title(figure).split("   ").at(-1)}. ` : "";
    const more = all.length > MOST ? [`and ${all.length - MOST} more`] : [];
    const data = all.length ? [...all.slice(0, MOST), ...more].join("; ") : "no data";
    return `${old}${said}${data}. ${span(x, figure.x_range, "Horizontal")}; ${span(y, figure.y_range, "vertical")}.`;
  };
  const put = (element, wanted) => {
    for (const [key, value] of Object.entries(wanted)) if (element.getAttribute(key) !== value) element.setAttribute(key, value);
  };
  const models = () => Bokeh.documents[0]?._all_models ? [...Bokeh.documents[0]._all_models.values()] : [];
  const describe = () => {
    for (const figure of models().filter(model => model.type === "Figure" && model.visible)) {
      const canvas = Bokeh.index.find_one(figure)?.el.shadowRoot?.querySelector(".bk-Canvas"), inside = canvas?.shadowRoot;
      const [painted, ...overlays] = inside?.querySelectorAll("canvas") ?? [];
      if (!painted) continue;
      const said = {"aria-label": name(figure, canvas), "aria-description": text(figure, canvas)};
      put(painted, {role: "img", ...said});
      overlays.forEach(each => put(each, {"aria-hidden": "true"}));
      const reached = inside.querySelector(".bk-events");
      if (reached) put(reached, {role: "group", ...said});
    }
  };
  setTimeout(function again() {
    const ready = Bokeh.documents[0]?.is_idle;
    if (ready && !document.hidden) describe();
    setTimeout(again, ready ? PERIOD_MS : START_MS);
  }, START_MS);
  return describe;
})();
