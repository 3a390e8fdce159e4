"""The doors of the park's floor for machines."""
