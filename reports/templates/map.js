// The map: two linked canvases, in two and in three dimensions. Without JavaScript, the static figures below remain.
(() => {
  const BANDS = 6;          // steps of depth, each with its own stamps
  const BUCKETS = 64;       // of the counting sort by depth
  const MANY = 2000;        // with more points than this, images are drawn as marks while the map turns
  const REST = 150;         // ms after the last move until images come back
  const NEAR = 14;          // px within which a mark is found
  const DISTANCE = 5;       // of the eye, in units of half the edge of the map
  const HOME = { x: 0, y: 0, zoom: 1, yaw: 0.56, pitch: 0.42 };

  const decode = (text) => new Int16Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);

  function start(root) {
    const data = JSON.parse(root.querySelector("script").textContent);
    const { n, sources, classes, sprite } = data;
    const source = new Uint8Array(n), classOf = new Uint8Array(n), number = new Uint32Array(n);
    let filled = 0;
    for (const [s, c, count] of data.strata) {
      for (let k = 0; k < count; k++, filled++) [source[filled], classOf[filled], number[filled]] = [s, c, k];
    }
    const maps = Object.fromEntries(Object.entries(data.proj).map(([name, text]) => [name, decode(text)]));
    const pressed = (kind, value) =>
      root.querySelector(`[data-${kind}="${value}"]`)?.getAttribute("aria-pressed") !== "false";
    const shown = (i) => sourceOn[source[i]] && classOn[classOf[i]];
    // A map is as large as fits from every angle.
    const extents = Object.fromEntries(Object.entries(maps).map(([name, points]) => {
      let most = 1;
      for (let i = 0; i < 3 * n && name.endsWith("3"); i += 3) most = Math.max(most, Math.hypot(points[i], points[i + 1], points[i + 2]));
      return [name, name.endsWith("3") ? most : 32000];
    }));
    const tip = root.querySelector(".tip"), live = root.querySelector("[aria-live]");
    const views = [...root.querySelectorAll("[data-dimensions]")].map((canvas) => ({
      canvas, context: canvas.getContext("2d"), solid: canvas.dataset.dimensions === "3", ...HOME, stale: true,
      x_: new Float32Array(n), y_: new Float32Array(n), bucket: new Uint8Array(n), order: new Uint32Array(n), count: 0,
      resting: true, timer: 0,
    }));
    let sourceOn = [], classOn = [], method = Object.keys(data.proj)[0].slice(0, 4), images = false, alone = -1, hot = -1;
    let stamps = [], colours = {}, tinted = null, frame = 0;

    const sheet = new Image();
    sheet.src = `data:image/png;base64,${sprite.png}`;
    const ready = sheet.decode();

    // Colours come from the page and change with its theme.
    function dress() {
      const style = getComputedStyle(root);
      const token = (name) => style.getPropertyValue(`--${name}`).trim();
      colours = { ink: token("ink"), card: token("card"), of: sources.map((s) => token(s.colour)) };
      tinted = null;
      const scale = devicePixelRatio * Math.min(0.72, Math.max(0.44, 0.8 - n / 10000));
      stamps = sources.map((s, i) => [...Array(BANDS).keys()].map((band) => {
        const size = scale * (0.7 + 0.06 * band), side = Math.ceil(18 * size);
        const stamp = new OffscreenCanvas(side, side), context = stamp.getContext("2d"), path = new Path2D(s.path);
        context.setTransform(size, 0, 0, size, side / 2, side / 2);
        context.globalAlpha = 0.4 + 0.12 * band;
        context.lineWidth = s.hollow ? 2.4 : 2.6;
        context.strokeStyle = s.hollow ? colours.of[i] : colours.card;
        context.fillStyle = s.hollow ? colours.card : colours.of[i];
        if (s.hollow) context.fill(path);
        context.stroke(path);
        if (!s.hollow) context.fill(path);
        return stamp;
      }));
      if (images) tint();
      repaint(...views);
    }

    // Ink takes the colour of its source; colour images keep their own colours and get a frame.
    async function tint() {
      await ready;
      const [wide, high] = [sheet.naturalWidth, sheet.naturalHeight];
      const canvas = new OffscreenCanvas(wide, high), context = canvas.getContext("2d", { willReadFrequently: true });
      context.drawImage(sheet, 0, 0);
      if (sprite.ink) {
        const pixels = context.getImageData(0, 0, wide, high), values = pixels.data;
        const inks = colours.of.map((colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)));
        for (let y = 0, k = 0; y < high; y++) {
          for (let x = 0; x < wide; x++, k += 4) {
            const i = Math.floor(y / sprite.height) * sprite.columns + Math.floor(x / sprite.width);
            values[k + 3] = values[k];
            [values[k], values[k + 1], values[k + 2]] = inks[source[i] || 0];
          }
        }
        context.putImageData(pixels, 0, 0);
      }
      tinted = canvas;
      repaint(...views);
      if (hot >= 0) picture(hot);
    }
    const tile = (i) => [(i % sprite.columns) * sprite.width, Math.floor(i / sprite.columns) * sprite.height,
      sprite.width, sprite.height];

    // Computes where each image appears, and the drawing order: distant images first.
    function project(view) {
      const name = `${method}${view.solid ? 3 : 2}`, points = maps[name], extent = extents[name];
      const half = view.canvas.width / 2, reach = (half * 0.94 * view.zoom) / extent;
      const counts = new Uint32Array(BUCKETS + 1);
      const [sy, cy, sp, cp] = [Math.sin(view.yaw), Math.cos(view.yaw), Math.sin(view.pitch), Math.cos(view.pitch)];
      view.count = 0;
      for (let i = 0; i < n; i++) {
        if (!shown(i)) continue;
        if (view.solid) {
          const x = points[3 * i], y = points[3 * i + 1], z = points[3 * i + 2];
          const across = x * cy - z * sy, away = x * sy + z * cy;
          const up = y * cp - away * sp, near = (y * sp + away * cp) / extent;
          const size = (reach * DISTANCE) / (DISTANCE - near);
          view.x_[i] = half + across * size;
          view.y_[i] = half - up * size;
          view.bucket[i] = Math.min(BUCKETS - 1, Math.max(0, (near / 2 + 0.5) * BUCKETS));
        } else {
          view.x_[i] = half + points[2 * i] * reach + view.x * half;
          view.y_[i] = half - points[2 * i + 1] * reach + view.y * half;
          view.bucket[i] = (i * 37) % BUCKETS;     // mixed, so that no source lies on top of all others
        }
        counts[view.bucket[i] + 1]++;
        view.count++;
      }
      for (let b = 0; b < BUCKETS; b++) counts[b + 1] += counts[b];
      for (let i = 0; i < n; i++) if (shown(i)) view.order[counts[view.bucket[i]]++] = i;
    }

    function paint(view) {
      const began = performance.now(), { canvas, context } = view;
      const side = Math.round(canvas.clientWidth * devicePixelRatio);
      if (!side) return;
      if (canvas.width !== side) canvas.width = canvas.height = side;
      project(view);
      context.clearRect(0, 0, side, side);
      const pictures = images && tinted && (view.resting || view.count <= MANY);
      for (let k = 0; k < view.count; k++) {
        const i = view.order[k], band = view.solid ? Math.floor(view.bucket[i] / BUCKETS * BANDS) : BANDS - 1;
        const x = view.x_[i], y = view.y_[i];
        context.globalAlpha = alone >= 0 && source[i] !== alone ? 0.1 : 1;
        if (pictures) thumbnail(view, i, band, x, y);
        else {
          const stamp = stamps[source[i]][band];
          context.drawImage(stamp, x - stamp.width / 2, y - stamp.height / 2);
        }
      }
      context.globalAlpha = 1;
      if (!view.solid) numerals(view);
      if (hot >= 0 && shown(hot)) ring(view);
      canvas.dataset.turned = `${view.yaw.toFixed(3)} ${view.pitch.toFixed(3)}`;
      canvas.dataset.paint = (performance.now() - began).toFixed(2);
    }

    function thumbnail(view, i, band, x, y) {
      const high = devicePixelRatio * (view.solid ? 11 + 1.2 * band : 16) * Math.sqrt(view.zoom);
      const wide = (high * sprite.width) / sprite.height, context = view.context;
      if (!sprite.ink) {
        context.fillStyle = colours.of[source[i]];
        context.fillRect(x - wide / 2 - 1.5, y - high / 2 - 1.5, wide + 3, high + 3);
      } else if (view.solid) context.globalAlpha *= 0.45 + 0.11 * band;
      context.drawImage(tinted, ...tile(i), x - wide / 2, y - high / 2, wide, high);
    }

    // Each class is labelled at the centre of its held-out images.
    function numerals(view) {
      const { context } = view, points = maps[`${method}2`], half = view.canvas.width / 2;
      const reach = (half * 0.94 * view.zoom) / 32000;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.lineJoin = "round";
      classes.forEach((entry, c) => {
        let x = 0, y = 0, count = 0;
        for (let i = 0; i < n; i++) if (classOf[i] === c && source[i] === 0) { x += points[2 * i]; y += points[2 * i + 1]; count++; }
        if (!classOn[c] || !count) return;
        const at = [entry.name, half + (x / count) * reach + view.x * half, half - (y / count) * reach + view.y * half];
        context.font = `bold ${devicePixelRatio * (entry.name.length > 2 ? 18 : 38)}px Charter, Cambria, "Liberation Serif", serif`;
        context.lineWidth = 6 * devicePixelRatio;
        context.strokeStyle = colours.card;
        context.strokeText(...at);
        context.fillStyle = colours.ink;
        context.fillText(...at);
      });
    }

    function ring(view) {
      const { context } = view;
      for (const [colour, width] of [[colours.card, 5], [colours.ink, 2.4]]) {
        context.strokeStyle = colour;
        context.lineWidth = width * devicePixelRatio;
        context.beginPath();
        context.arc(view.x_[hot], view.y_[hot], 9 * devicePixelRatio, 0, 7);
        context.stroke();
      }
    }

    function repaint(...some) {
      for (const view of some) view.stale = true;
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        for (const view of views) if (view.stale) { view.stale = false; paint(view); }
      });
    }

    function moved(view) {
      view.resting = false;
      clearTimeout(view.timer);
      view.timer = setTimeout(() => { view.resting = true; if (images) repaint(view); }, REST);
      repaint(view);
    }

    const zoom = (view, factor) => { view.zoom = Math.min(12, Math.max(0.5, view.zoom * factor)); moved(view); };
    const turn = (view, dx, dy) => {
      if (view.solid) {
        view.yaw += 0.008 * dx;
        view.pitch = Math.min(1.57, Math.max(-1.57, view.pitch + 0.008 * dy));
      } else {
        view.x += (2 * dx) / view.canvas.clientWidth;
        view.y += (2 * dy) / view.canvas.clientWidth;
      }
      moved(view);
    };
    const home = (some) => { for (const view of some) Object.assign(view, HOME); repaint(...some); };

    function nearest(view, event) {
      const box = view.canvas.getBoundingClientRect(), ratio = view.canvas.width / box.width;
      const [x, y] = [(event.clientX - box.left) * ratio, (event.clientY - box.top) * ratio];
      let best = -1, least = (NEAR * ratio) ** 2;
      for (let k = 0; k < view.count; k++) {
        const i = view.order[k], far = (view.x_[i] - x) ** 2 + (view.y_[i] - y) ** 2;
        if (far <= least) [best, least] = [i, far];
      }
      return best;
    }

    const said = (i) => [sources[source[i]].label, `${classes[classOf[i]].title}, image ${number[i]}`];
    function picture(i) {
      const canvas = tip.querySelector("canvas"), context = canvas.getContext("2d"), side = canvas.width;
      context.clearRect(0, 0, side, side);
      if (!tinted) return void tint();
      const scale = side / Math.max(sprite.width, sprite.height);
      const [wide, high] = [sprite.width * scale, sprite.height * scale];
      context.imageSmoothingEnabled = false;
      context.globalCompositeOperation = "source-over";
      context.drawImage(tinted, ...tile(i), (side - wide) / 2, (side - high) / 2, wide, high);
      if (!sprite.ink) return;
      context.globalCompositeOperation = "source-in";
      context.fillStyle = colours.ink;
      context.fillRect(0, 0, side, side);
    }

    // Highlights image i: a ring around it on both maps, and the image itself next to it. -1 highlights none.
    function point(view, i) {
      if (i === hot) return;
      hot = i;
      tip.hidden = i < 0;
      repaint(...views);
      if (i < 0) return;
      const [who, what] = said(i);
      tip.querySelector("b").textContent = who;
      tip.querySelector("span").textContent = what;
      picture(i);
      const canvas = view.canvas.getBoundingClientRect(), frame = root.getBoundingClientRect();
      const ratio = canvas.width / view.canvas.width;
      const left = canvas.left - frame.left + view.x_[i] * ratio + 16, top = canvas.top - frame.top + view.y_[i] * ratio + 14;
      tip.style.left = `${Math.max(0, Math.min(left, frame.width - tip.offsetWidth))}px`;
      tip.style.top = `${top}px`;
    }

    function step(view, by) {
      const seen = [...Array(n).keys()].filter(shown);
      if (!seen.length) return;
      const at = seen.indexOf(hot);
      point(view, seen[(at < 0 ? (by > 0 ? 0 : -1) : at + by + seen.length) % seen.length] ?? seen[seen.length - 1]);
      live.textContent = said(hot).join(", ");
    }

    for (const view of views) {
      const { canvas } = view, fingers = new Map();
      const spread = () => { const [a, b] = fingers.values(); return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY); };
      canvas.addEventListener("pointerdown", (event) => {
        fingers.set(event.pointerId, event);
        canvas.setPointerCapture(event.pointerId);
        point(view, nearest(view, event));
      });
      canvas.addEventListener("pointermove", (event) => {
        const before = fingers.get(event.pointerId);
        const still = !event.movementX && !event.movementY;     // the page scrolled under the pointer
        if (!before) return still || point(view, nearest(view, event));
        const apart = fingers.size === 2 ? spread() : 0;
        fingers.set(event.pointerId, event);
        if (apart) return zoom(view, spread() / apart);
        point(view, -1);
        turn(view, event.clientX - before.clientX, event.clientY - before.clientY);
      });
      for (const end of ["pointerup", "pointercancel"]) {
        canvas.addEventListener(end, (event) => fingers.delete(event.pointerId));
      }
      canvas.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") point(view, -1); });
      canvas.addEventListener("wheel", (event) => {
        if (!event.ctrlKey) return;             // the plain wheel scrolls the page
        event.preventDefault();
        zoom(view, Math.exp(-event.deltaY / 300));
      }, { passive: false });
      const keys = {
        ArrowLeft: () => turn(view, -20, 0), ArrowRight: () => turn(view, 20, 0),
        ArrowUp: () => turn(view, 0, -20), ArrowDown: () => turn(view, 0, 20),
        "+": () => zoom(view, 1.25), "=": () => zoom(view, 1.25), "-": () => zoom(view, 0.8), 0: () => home([view]),
        n: () => step(view, 1), p: () => step(view, -1),
        Escape: () => { point(view, -1); live.textContent = ""; },
      };
      canvas.addEventListener("keydown", (event) => {
        if (!(event.key in keys) || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        keys[event.key]();
      });
      canvas.addEventListener("blur", () => point(view, -1));
      new ResizeObserver(() => repaint(view)).observe(canvas);
    }

    // In a group, exactly one button is pressed; the toggles below show and hide.
    const choose = (kind, then) => {
      const buttons = [...root.querySelectorAll(`[data-${kind}]`)];
      for (const button of buttons) button.addEventListener("click", () => {
        for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
        then(button.dataset[kind]);
        point(views[0], -1);
        repaint(...views);
      });
    };
    choose("method", (value) => { method = value; });
    choose("drawn", (value) => { images = value === "images"; if (images && !tinted) tint(); });
    const look = () => {
      sourceOn = sources.map((_, i) => pressed("source", i));
      classOn = classes.map((_, i) => pressed("class", i));
      if (hot >= 0 && !shown(hot)) point(views[0], -1);
      repaint(...views);
    };
    for (const button of root.querySelectorAll(".toggle")) {
      button.addEventListener("click", () => {
        button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") === "false"));
        look();
      });
      if (!("source" in button.dataset)) continue;
      const only = (value) => () => { alone = value; repaint(...views); };
      const mine = Number(button.dataset.source);
      button.addEventListener("mouseenter", only(mine));
      button.addEventListener("mouseleave", only(-1));
    }
    root.querySelector("[data-reset]").addEventListener("click", () => home(views));

    new MutationObserver(dress).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", dress);
    look();
    dress();
  }

  for (const root of document.querySelectorAll("[data-map]")) start(root);
})();
