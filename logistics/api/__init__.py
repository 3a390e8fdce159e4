"""The doors of the lowest floor for machines."""
