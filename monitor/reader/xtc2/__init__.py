"""XTC2 datagrams of any number of streams in, blocks of events out: the join by clock, the run's state, the streams' files."""
