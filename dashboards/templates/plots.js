// A plot without data has axes from 0 to 1, or from 1 to 10, until data come; Bokeh would have none and warn at each drawing.
{
  const ranges = Bokeh.Models.get("DataRange1d").prototype, found = ranges._compute_min_max;
  ranges._compute_min_max = function (...asked) {
    const [min, max] = found.apply(this, asked);
    return min <= max ? [min, max] : this.scale_hint === "log" ? [1, 10] : [0, 1];
  };
}

// Ranges that follow their data move while their plot is painted, and would have it painted a second time.
{
  const plots = Bokeh.Models.get("Plot").prototype.default_view.prototype;
  const {_actual_paint: paint, schedule_paint: ask} = plots;
  plots._actual_paint = function () {
    if (this._range_manager.invalidate_dataranges) {
      this.follows = true;
      try {
        this._range_manager.update_dataranges();
      } finally {
        this.follows = false;
      }
      this._invalidate_layout_if_needed();
    }
    paint.call(this);
  };
  plots.schedule_paint = function () {
    if (!this.follows) ask.call(this);
  };
}
