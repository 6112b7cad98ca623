// The browser's part of a picture: says on the pictures' channel what is to be seen, paints what comes, and says when it is
// painted. Colours are given here, so that the server makes one picture for all who look.
window.xtcmon.picture = (() => {
  let models = null, socket = null, said = "", timer = 0, shown = null, offset = 0, lut = null, lutName = "";
  let place = null, asked = false, painted = 0, fitted = "", room = "", whole_ends = "";
  const channel = () => {
    const base = location.pathname.replace(/[^/]*$/, "");
    socket = new WebSocket((location.protocol === "https:" ? "wss://" : "ws://") + location.host + base + "pictures");
    socket.binaryType = "arraybuffer";
    socket.onopen = () => { said = ""; asked = false; wish(); };
    socket.onclose = () => setTimeout(channel, 1000);
    socket.onmessage = (event) => {
      if (typeof event.data !== "string") return paint(event.data);
      const told = JSON.parse(event.data);
      if (told.now !== undefined) offset = performance.now() / 1000 - told.now;
      if (told.read) { asked = false; read(told.read); }
    };
  };
  const send = (what) => { if (socket.readyState === 1) socket.send(JSON.stringify(what)); };
  const number = (widget) => Number.isFinite(widget.value) ? widget.value : null;
  const wish = () => {
    const {figure, detector, kind, view, scale, limits, low, high} = models;
    if (!detector.value || !(figure.inner_width > 0)) return;
    const dots = window.devicePixelRatio || 1, {x_range: x, y_range: y} = figure;
    const byHand = limits.value === "" && number(low) !== null && number(high) !== null && number(low) < number(high);
    const wanted = JSON.stringify({wish: {
      detector: detector.value, kind: kind.value, panels: view.value === "panels", scale: scale.value,
      percentile: Number(limits.value || 0), limits: byHand ? [low.value, high.value] : null,
      part: fitted || models.source.tags.length ? [y.end, y.start, x.start, x.end] : null,
      size: [Math.round(figure.inner_height * dots), Math.round(figure.inner_width * dots)],
    }});
    if (wanted === said || socket.readyState !== 1) return;
    said = wanted;
    socket.send(wanted);
  };
  const named = () => models.palette.value in models.palettes ? models.palette.value : shown.signed ? "Blue–red" : "Viridis";
  const colours = (name) => {
    if (name === lutName) return lut;
    const rgba = (hex) => { const n = parseInt(hex.slice(1, 7), 16); return (255 << 24 | (n & 255) << 16 | (n & 0xff00) | n >> 16) >>> 0; };
    const palette = models.palettes[name];
    lut = Uint32Array.from({length: 256}, (_, i) => rgba(i ? palette[Math.min(palette.length - 1, i)] : models.masked));
    lutName = name;
    return lut;
  };
  const ends = ({x_range: x, y_range: y}) => [x.start, x.end, y.start, y.end].join();
  const whole_is = (figure) => ends(figure) === whole_ends;
  const fit = () => {
    // The whole picture with square pixels, in the middle of its place.
    const {figure} = models, [rows, columns] = shown.shape;
    const side = Math.max(columns / figure.inner_width, rows / figure.inner_height);
    const width = side * figure.inner_width, height = side * figure.inner_height;
    figure.x_range.setv({start: (columns - width) / 2, end: (columns + width) / 2});
    figure.y_range.setv({start: (rows + height) / 2, end: (rows - height) / 2});
    whole_ends = ends(figure);
  };
  const square = () => {
    // Another place on the page: the same middle and the same size of a pixel.
    const {figure} = models, now = [figure.inner_width, figure.inner_height].join();
    if (now === room) return;
    room = now;
    if (whole_is(figure)) return fit();
    if (!fitted && !models.source.tags.length) return;
    const {x_range: x, y_range: y} = figure, side = Math.abs(y.start - y.end) / figure.inner_height;
    const middle = (x.start + x.end) / 2, half = side * figure.inner_width / 2;
    x.setv({start: middle - half, end: middle + half});
  };
  const paint = (buffer) => {
    const length = new DataView(buffer).getUint32(0, true);
    shown = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
    shown.levels = new Uint8Array(buffer, 4 + length);
    repaint();
    const key = [shown.detector, shown.panels, shown.shape].join();
    if (key !== fitted) {
      if (fitted || !models.source.tags.length) fit();
      fitted = key;
    }
    painted += 1;
    age();
    if (place) over(...place);
    // A hidden tab paints nothing, so it does not answer, and nothing is made for it.
    requestAnimationFrame(() => setTimeout(() => send({drawn: painted})));
  };
  const repaint = () => {
    const {source, bar, linear, log} = models, [rows, columns] = shown.size, name = named(), table = colours(name);
    const Grid = source.data.image[0].constructor, points = new Grid(rows * columns, [rows, columns]);
    const {levels, side} = shown;
    for (let i = 0; i < levels.length; i++) points[i] = table[levels[i]];
    const quiet = {sync: false};
    source.setv({data: {image: [points], x: [shown.column], y: [shown.row], dw: [columns * side], dh: [rows * side]}}, quiet);
    const mapper = shown.scale === "log" ? log : linear;
    mapper.setv({low: shown.low, high: shown.high, palette: models.palettes[name]}, quiet);
    bar.setv({color_mapper: mapper, title: shown.unit || null}, quiet);
    const points_line = document.getElementById("picture-points"), what = `${shown.shape[0]} × ${shown.shape[1]} pixels`
      + (side > 1 ? `, means of ${side} × ${side} per point` : ", every pixel");
    // Even the same text anew would have the page laid out anew.
    if (points_line.textContent !== what) points_line.textContent = what;
  };
  const age = () => {
    if (shown && shown.at > 0) window.xtcmon.aged?.("picture-age", performance.now() / 1000 - offset - shown.at);
  };
  const read = (told) => {
    const parts = [told.place, told.value, told.panel, told.q].filter(Boolean);
    document.getElementById("read-out").textContent = parts.join("  ·  ");
  };
  const over = (x, y) => {
    place = x === null ? null : [x, y];
    if (!place) document.getElementById("read-out").textContent = "";
    if (!place || asked || !shown) return;
    asked = true;
    const optics = ["energy", "distance", "x", "y"].map(name => models[name] ? number(models[name]) : null);
    send({read: [Math.floor(y), Math.floor(x)], optics});
  };
  const update = (given) => {
    models = given;
    if (!socket) return channel();
    if (shown && lutName !== named()) repaint();
    square();
    clearTimeout(timer);
    timer = setTimeout(wish, 40);
  };
  const whole = () => { if (shown) fit(); };
  // How old the picture is that is on the screen, by the clock of its server.
  const old = () => performance.now() / 1000 - offset - shown.at;
  return {update, over, whole, age: old, count: () => painted, shown: () => shown};
})();
