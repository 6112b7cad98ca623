"""Files out of files: datagrams copied or thinned out, with their small-data file and their index."""
