"""Would the tests notice? Faults put into copies of the code, one at a time; see CONTRIBUTING.md. `make mutants SEED=…`."""
