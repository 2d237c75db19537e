"""What happens when something breaks, for real and with everything running; see docs/reliability.md. `make faults`."""
