"""From bytes to rows and out again: formats, reader, wire, aggregator, store, simulator and command line."""
