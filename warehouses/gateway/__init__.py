"""The gateway between an MQTT broker and the one way in; the doors above it only start it."""
