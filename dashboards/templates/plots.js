// A plot without data has axes from 0 to 1, or from 1 to 10, until data come; Bokeh would have none and warn at each drawing.
{
  const ranges = Bokeh.Models.get("DataRange1d").prototype, found = ranges._compute_min_max;
  ranges._compute_min_max = function (...asked) {
    const [min, max] = found.apply(this, asked);
    return min <= max ? [min, max] : this.scale_hint === "log" ? [1, 10] : [0, 1];
  };
}
