"""How long things are kept and how they are kept safe: retention, erasure, backups."""
