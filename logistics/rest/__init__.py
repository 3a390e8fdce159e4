"""The manners that every API of the service shares; see docs/operations.md for what clients are promised."""
