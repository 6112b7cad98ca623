(() => {
  // The strip below the bar: where in its run the page stands. Made by script, for its words depend on what is shown.
  const made_in = (form) => {
    const slider = form.querySelector("input"), label = form.querySelector("label"), link = form.querySelector("a");
    const [said, note] = [label.firstChild, form.querySelector("span")];
    const button = (text, value) => {
      const made = document.createElement("button");
      [made.type, made.textContent] = ["button", text];
      [made.dataset.act, made.dataset.value] = ["seek", value];
      return made;
    };
    const now = button("Now", "now"), hold = document.createElement("div"), marks = document.createElement("span");
    slider.setAttribute("aria-label", "Event");
    now.id = "past-now";
    marks.id = "past-marks";
    hold.id = "head-hold";
    hold.append(document.createElement("dt"), document.createElement("dd"));
    hold.firstChild.textContent = "hold";
    hold.lastChild.append(button("▮▮", "hold"));
    hold.querySelector("button").setAttribute("aria-label", "hold");
    hold.title = "hold this page at the newest event, and go back in the run";
    slider.replaceWith(marks);
    marks.append(slider);
    form.append(now);
    document.querySelector("dl.bar").append(hold);
    let drawn = "";
    // Marks stand where the middle of the thumb is at their event; it stays half its width (8 px) from both ends.
    const mark = (place) => {
      if (drawn === JSON.stringify([place.first, place.last, place.marks])) return;
      drawn = JSON.stringify([place.first, place.last, place.marks]);
      const span = Math.max(1, place.last - place.first);
      marks.replaceChildren(slider, ...place.marks.map(([event, text]) => {
        const made = button("", String(event)), share = (event - place.first) / span;
        made.title = text;
        made.setAttribute("aria-label", "Go to " + text);
        made.style.left = `calc(${100 * share}% + ${8 - 16 * share}px)`;
        return made;
      }));
    };
    return (place) => {
      hold.hidden = place?.kind !== "live";
      form.hidden = !place || place.kind === "live" || (place.kind === "present" && !place.why);
      form.dataset.kind = place?.kind ?? "";
      if (form.hidden) return;
      const held = place.kind === "held", stays = place.kind === "present";
      said.textContent = stays ? "This page shows the present because " + place.why + "; other pages are held at event "
        : held ? "held at event " : "recorded, up to event ";
      note.textContent = held || stays ? "" : "means are those of the whole run";
      [link.hidden, now.hidden, marks.hidden] = [held || stays, !held && !stays, stays];
      [slider.min, slider.max] = [Math.min(place.first, place.at), place.last];
      if (slider !== document.activeElement) slider.value = place.at;
      put("past-at", place.at.toLocaleString("fr"));
      mark(place);
    };
  };
  let strip = null;
  return (place) => { (strip ??= made_in(document.getElementById("past")))(place); };
})()