"""What the pages say, read in few and constant queries: functions in, frozen dataclasses out."""
