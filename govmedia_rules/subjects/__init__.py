"""Who is inspected: sites, accounts, units, registries, codes."""
