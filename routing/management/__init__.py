"""The commands of the routing floor."""
