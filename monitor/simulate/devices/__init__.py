"""What each device contributes, from physical values to payload columns: one file per device."""
