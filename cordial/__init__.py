"""The ground: settings, keys, set-up, the reader of files that people write, and the form of stored models."""

from cordial.telemetry import switch_off

switch_off()
