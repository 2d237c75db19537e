"""The coordinators' console: pages made on the server, one file each."""
