"""People at the desk: roles, passwords, logins, lockout, invitations."""
