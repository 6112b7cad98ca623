"""What to show: pure functions from columns and page settings to a few numbers. Knows numpy and scipy, not bokeh."""
