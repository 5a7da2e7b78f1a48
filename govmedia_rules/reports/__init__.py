"""Reports and notices for people and machines."""
